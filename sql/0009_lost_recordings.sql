-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A camera whose medium lost the header of a recording and holds nothing else of it proves with cause 3 that it
-- removed what was left (SEAL.md, S-124): its number is accounted for, and a person is told.
ALTER TABLE asv.erasure DROP CONSTRAINT erasure_cause_check,
    ADD CONSTRAINT erasure_cause_check CHECK (cause BETWEEN 1 AND 3);
COMMENT ON COLUMN asv.erasure.cause IS '1 a receipt, 2 a destruction statement, 3 the camera had lost it and held nothing of it';
COMMENT ON COLUMN asv.erasure.cause_digest IS 'digest of that object; zeros with cause 3';

CREATE OR REPLACE FUNCTION asv.erasure_proven(
    p_session bytea, p_camera bytea, p_epoch uuid, p_number bigint, p_header bytea, p_cause smallint,
    p_cause_digest bytea, p_erased_at timestamptz, p_mono_ms bigint, p_boot uuid, p_method smallint, p_object bytea)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_digest bytea := sha256(substring(p_object FOR octet_length(p_object) - 67));
    v_id uuid := asv.recording_put(p_session, p_camera, p_epoch, p_number, p_header, NULL, false, 0, 0, 0, NULL);
    v_known boolean;
    v_again boolean;
BEGIN
    PERFORM asv.check_durable();
    IF EXISTS (SELECT FROM asv.erasure WHERE digest = v_digest) THEN
        RETURN 'already';
    END IF;
    v_again := EXISTS (SELECT FROM asv.erasure WHERE recording = v_id);
    v_known := CASE p_cause
        WHEN 1 THEN EXISTS (SELECT FROM asv.receipt
                            WHERE digest = p_cause_digest AND recording = v_id AND kind = 1)
        WHEN 2 THEN EXISTS (SELECT FROM asv.destruction WHERE digest = p_cause_digest AND recording = v_id)
        ELSE false END;
    INSERT INTO asv.erasure (digest, recording, cause, cause_digest, cause_known, session, erased_at, mono_ms, boot,
                             method, event)
    VALUES (v_digest, v_id, p_cause, p_cause_digest, v_known, p_session, p_erased_at, p_mono_ms, p_boot, p_method,
            asv.event_put(v_id, 'erased_on_camera', p_erased_at, 'camera', p_camera, p_session, NULL, p_object));
    IF v_again OR NOT v_known THEN
        PERFORM asv.alarm_put('erasure', NULL, NULL, p_camera, v_id, CASE
            WHEN v_again THEN format('the camera proved the erasure of recording %s twice, differently', p_number)
            WHEN p_cause = 3 THEN format('the camera''s memory holds nothing of recording %s any more; check the camera', p_number)
            ELSE format('the camera erased recording %s for a receipt or statement that is not known here',
                        p_number) END);
    END IF;
    RETURN CASE WHEN v_again THEN 'conflict' ELSE 'done' END;
END
$$;
