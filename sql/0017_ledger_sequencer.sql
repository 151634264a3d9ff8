-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How what waits comes into the tree (docs/LEDGER.md 4), who signed its heads, and which witnesses have cosigned them (7).
CREATE FUNCTION asv.ledger_begin(p_number smallint, p_origin text, p_before bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_first bigint;
    v_stays bigint := (SELECT h.size FROM asv.ledger_head((p_number - 1)::smallint) h);
    v_tail asv.ledger_entry;
BEGIN
    PERFORM asv.check_durable();
    LOCK TABLE asv.ledger_log IN EXCLUSIVE MODE; -- nothing is appended meanwhile, and nothing forgotten
    IF EXISTS (SELECT FROM asv.ledger_log WHERE number = p_number AND origin = p_origin) THEN
        RETURN 'already';
    ELSIF p_number <> coalesce((SELECT max(number) FROM asv.ledger_log), 0) + 1 THEN
        RAISE EXCEPTION 'ledger: log % is not the next one', p_number USING ERRCODE = 'VA001';
    ELSIF p_before IS NULL AND EXISTS (SELECT FROM asv.ledger_checkpoint c WHERE c.log < p_number) THEN
        RAISE EXCEPTION 'ledger: log % follows one of which a head was signed, and names none', p_number USING ERRCODE = 'VA001';
    END IF;
    INSERT INTO asv.ledger_log (number, origin) VALUES (p_number, p_origin);
    -- What the one before has under no signed head, nobody has seen in it: it waits again, and before all that waits already. LG-124: how
    -- that one began is over then.
    DELETE FROM asv.ledger_pending WHERE kind = 1;
    v_first := least(0, (SELECT min(position) FROM asv.ledger_pending));
    FOR v_tail IN SELECT e.* FROM asv.ledger_entry e WHERE e.log = p_number - 1 AND e.index >= v_stays ORDER BY e.index DESC LOOP
        IF v_tail.kind <> 1 THEN
            v_first := v_first - 1;
            INSERT INTO asv.ledger_pending (position, id, kind, recorded_at, facts, key, closed, entry) OVERRIDING SYSTEM VALUE
            VALUES (v_first, v_tail.id, v_tail.kind, v_tail.recorded_at, '', v_tail.key, v_tail.closed, v_tail.entry);
        END IF;
        DELETE FROM asv.ledger_entry WHERE log = v_tail.log AND index = v_tail.index;
    END LOOP;
    UPDATE asv.ledger_log l SET size = h.size, root = h.root FROM asv.ledger_head((p_number - 1)::smallint) h
    WHERE l.number = p_number - 1 AND l.size <> h.size;
    INSERT INTO asv.ledger_pending (position, id, kind, facts) OVERRIDING SYSTEM VALUE
    VALUES (v_first - 1, gen_random_uuid(), 1,
            asv.ledger_counts(p_number, v_stays) || asv.ledger_text(10, left(p_origin, 64)) || asv.ledger_field(13, p_before));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.ledger_begin IS 'begins a log; p_before: last head that was signed before it, NULL where none was';
GRANT EXECUTE ON FUNCTION asv.ledger_begin TO asv_ledger;

CREATE FUNCTION asv.ledger_take(p_limit integer)
    RETURNS TABLE (pos bigint, id uuid, kind integer, recorded_ms bigint, facts bytea, closed bytea, key bytea,
                   day_key bytea, entry bytea)
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.ledger_day (day)
    SELECT DISTINCT w.day FROM (SELECT p.day FROM asv.ledger_pending p ORDER BY p.position LIMIT p_limit) AS w
    WHERE w.day IS NOT NULL AND NOT EXISTS (SELECT FROM asv.ledger_day d WHERE d.day = w.day)
    ON CONFLICT DO NOTHING;
    -- What comes in between is behind all that was seen, or before it and of another day: it waits for its key then.
    RETURN QUERY
    SELECT p.position, p.id, p.kind::integer, floor(extract(epoch FROM p.recorded_at) * 1000)::bigint, p.facts::bytea,
           coalesce(p.closed::bytea, ''), coalesce(p.key::bytea, decode(repeat('00', 32), 'hex')), d.key::bytea, coalesce(p.entry::bytea, '')
    FROM asv.ledger_pending p
    LEFT JOIN asv.ledger_day d ON d.day = p.day
    WHERE p.day IS NULL OR d.day IS NOT NULL
    ORDER BY p.position LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.ledger_take IS 'what waits longest; it stays until it has its index';
GRANT EXECUTE ON FUNCTION asv.ledger_take TO asv_ledger;

CREATE FUNCTION asv.ledger_append(
    p_log smallint, p_size bigint, p_old_root bytea, p_root bytea, p_positions bigint[], p_entries bytea[], p_levels bigint[],
    p_indexes bigint[], p_hashes bytea[]) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    PERFORM asv.check_durable();
    -- The fence (LG-051): whoever counted on another tree than this log has, or on a log that does not go on, appends nothing.
    UPDATE asv.ledger_log SET size = p_size + cardinality(p_positions), root = p_root
    WHERE number = p_log AND size = p_size AND root = p_old_root AND number = (SELECT max(number) FROM asv.ledger_log);
    IF NOT FOUND THEN
        RETURN 'conflict';
    END IF;
    -- What is taken away is what becomes an entry, also when something of it was forgotten since it was read.
    WITH p AS (DELETE FROM asv.ledger_pending WHERE position = ANY (p_positions)
               RETURNING position, id, kind, recorded_at, key, closed)
    INSERT INTO asv.ledger_entry (log, index, id, kind, recorded_at, entry, key, closed)
    SELECT p_log, p_size + t.n - 1, p.id, p.kind, p.recorded_at, t.entry, p.key, p.closed
    FROM unnest(p_positions, p_entries) WITH ORDINALITY AS t (position, entry, n)
    JOIN p ON p.position = t.position;
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count <> cardinality(p_positions) THEN
        RAISE EXCEPTION 'ledger: something that was to be appended waits no more' USING ERRCODE = 'VA006';
    END IF;
    INSERT INTO asv.ledger_tile AS t (log, level, index, hashes)
    SELECT p_log, u.level, u.index, u.hashes FROM unnest(p_levels, p_indexes, p_hashes) AS u (level, index, hashes)
    ON CONFLICT (log, level, index) DO UPDATE SET hashes = excluded.hashes
    WHERE octet_length(excluded.hashes) > octet_length(t.hashes);
    PERFORM pg_notify('asv_ledger', (p_size + v_count)::text);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.ledger_append IS 'gives what waits its index and its place in the tree: done, or conflict when another sequencer was quicker';
GRANT EXECUTE ON FUNCTION asv.ledger_append TO asv_ledger;

CREATE FUNCTION asv.ledger_signed(p_log smallint, p_size bigint, p_root bytea, p_note text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_durable();
    INSERT INTO asv.ledger_checkpoint (log, size, root, note)
    SELECT p_log, p_size, p_root, p_note FROM asv.ledger_log WHERE number = p_log AND size >= p_size FOR KEY SHARE -- which waits for ledger_begin
    ON CONFLICT (log, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done'
                WHEN EXISTS (SELECT FROM asv.ledger_checkpoint c WHERE c.log = p_log AND c.size = p_size) THEN 'already'
                ELSE 'conflict' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_signed IS 'keeps a head that the keeper signed: done, already, or conflict when what it has came into the next log meanwhile';
GRANT EXECUTE ON FUNCTION asv.ledger_signed TO asv_ledger;

-- ---------------------------------------------------------------------------------------------- witnesses

CREATE FUNCTION asv.ledger_cosigned(p_log smallint, p_size bigint, p_witness text, p_at timestamptz, p_line text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    -- Of those who are asked now and those who were; a note is made of 32 of them (LG-030).
    IF (SELECT count(*) FROM asv.ledger_cosignature c WHERE c.log = p_log AND c.size = p_size AND c.witness <> p_witness) >= 256 THEN
        RAISE EXCEPTION 'ledger: 256 witnesses have cosigned this head already' USING ERRCODE = 'VA002';
    END IF;
    INSERT INTO asv.ledger_cosignature (log, size, witness, cosigned_at, line) VALUES (p_log, p_size, p_witness, p_at, p_line)
    ON CONFLICT (log, witness, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_cosigned IS 'keeps what a witness has cosigned';
GRANT EXECUTE ON FUNCTION asv.ledger_cosigned TO asv_cosign;

CREATE FUNCTION asv.ledger_met(p_log smallint, p_size bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.ledger_witnessed (log, size) VALUES (p_log, p_size) ON CONFLICT (log, size) DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.ledger_met IS 'as many witnesses have cosigned this head as the trust file asks for';
GRANT EXECUTE ON FUNCTION asv.ledger_met TO asv_cosign;

-- LG-065. Whoever asks witnesses is told things by strangers: it raises this alarm and no other, about nothing but them.
CREATE FUNCTION asv.witness_alarm(p_subject text, p_detail text) RETURNS text
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.alarm_raise('witness', NULL, NULL, NULL, NULL, NULL, NULL, p_detail, p_subject)
$$;
COMMENT ON FUNCTION asv.witness_alarm IS 'raises the alarm of witnesses unless the same one is open';
GRANT EXECUTE ON FUNCTION asv.witness_alarm TO asv_cosign;

CREATE FUNCTION asv.ledger_cosigned_last(p_log smallint, p_witness text) RETURNS TABLE (size bigint, cosigned_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.size::bigint, c.cosigned_at FROM asv.ledger_cosignature c WHERE c.log = p_log AND c.witness = p_witness
    ORDER BY c.size DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.ledger_cosigned_last IS 'the largest head of this log that this witness has cosigned';
GRANT EXECUTE ON FUNCTION asv.ledger_cosigned_last TO asv_cosign, asv_server, asv_admin;

-- LG-129. By the first entry of a later log, which everybody may read: field 13 of it, behind 28 bytes and fields of a tag, a length and a value.
CREATE FUNCTION asv.ledger_ended_with(p_log smallint) RETURNS bigint
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_origin CONSTANT bytea := (SELECT convert_to(l.origin, 'UTF8') FROM asv.ledger_log l WHERE l.number = p_log);
    v_fields bytea;
    v_at integer;
    v_size bigint;
BEGIN
    FOR v_fields IN SELECT substring(e.entry FROM 29) FROM asv.ledger_log l
                    JOIN asv.ledger_entry e ON (e.log, e.index) = (l.number, 0) AND e.kind = 1 WHERE l.number > p_log LOOP
        v_at := 0;
        WHILE v_at + 3 <= octet_length(v_fields) LOOP
            IF get_byte(v_fields, v_at) = 13 AND substring(v_fields FROM v_at + 44 FOR get_byte(v_fields, v_at + 2) - 40) = v_origin THEN
                v_size := greatest(v_size, ('x' || encode(substring(v_fields FROM v_at + 4 FOR 8), 'hex'))::bit(64)::bigint);
            END IF;
            v_at := v_at + 3 + get_byte(v_fields, v_at + 1) * 256 + get_byte(v_fields, v_at + 2);
        END LOOP;
    END LOOP;
    RETURN v_size;
END
$$;
COMMENT ON FUNCTION asv.ledger_ended_with IS 'of how many entries the last head of a log was that ended, as a later one says; NULL: none says it';
GRANT EXECUTE ON FUNCTION asv.ledger_ended_with TO asv_cosign;

-- LG-030: with more than 33 signatures nobody could read the note. So of those who are no longer asked none takes the place of one who is.
CREATE FUNCTION asv.ledger_note_cosigned(p_log smallint, p_size bigint, p_witnesses text[]) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT k.note || coalesce((SELECT string_agg(s.line, '' ORDER BY s.witness)
                               FROM (SELECT c.witness, c.line FROM asv.ledger_cosignature c
                                     WHERE c.log = k.log AND c.size = k.size AND (p_witnesses IS NULL OR c.witness = ANY (p_witnesses))
                                     ORDER BY c.witness LIMIT 32) AS s), '')
    FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size = p_size
$$;
COMMENT ON FUNCTION asv.ledger_note_cosigned IS 'a signed head with the cosignatures of these witnesses (NULL: of anybody), 32 at most; NULL: there is no such head';
GRANT EXECUTE ON FUNCTION asv.ledger_note_cosigned TO asv_cosign, asv_publish, asv_server, asv_admin;

CREATE FUNCTION asv.ledger_witness_state(p_log smallint) RETURNS TABLE (signed bigint, witnessed bigint, met_at timestamptz, behind timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce((SELECT max(k.size) FROM asv.ledger_checkpoint k WHERE k.log = p_log)::bigint, 0), coalesce(w.size::bigint, 0), w.at,
           (SELECT k.signed_at FROM asv.ledger_checkpoint k WHERE k.log = p_log AND k.size > coalesce(w.size, 0)
            ORDER BY k.size LIMIT 1)
    FROM (SELECT) AS one
    LEFT JOIN LATERAL (SELECT m.size, m.at FROM asv.ledger_witnessed m WHERE m.log = p_log ORDER BY m.size DESC LIMIT 1) AS w ON true
$$;
COMMENT ON FUNCTION asv.ledger_witness_state IS 'sizes of the last head that was signed and of the last one that enough witnesses cosigned, and since when the latter is behind; NULL: it is not';
GRANT EXECUTE ON FUNCTION asv.ledger_witness_state TO asv_publish, asv_server, asv_admin;
