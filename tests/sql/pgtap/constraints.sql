-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Every constraint refuses what it is there for: each CHECK (of tables and of domains), NOT NULL, UNIQUE and
-- reference is made to fail, and at the end none is left that did not.
BEGIN;
SET search_path = tap, pg_catalog;
SELECT no_plan();
SELECT tap.fill();

CREATE TEMP TABLE hit (relation text, name text, kind text);

-- Inserts the table's valid row with changes, which must be refused with this SQLSTATE; remembers by what.
CREATE FUNCTION pg_temp.refused(tbl text, changes jsonb, state text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got text;
    relation text;
    constraint_name text;
    type_name text;
    fields jsonb := (SELECT t.fields FROM tap.template t WHERE t.tbl = refused.tbl);
BEGIN
    BEGIN
        PERFORM tap.put(tbl, fields || changes);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS got = RETURNED_SQLSTATE, relation = TABLE_NAME, constraint_name = CONSTRAINT_NAME,
            type_name = PG_DATATYPE_NAME;
        INSERT INTO hit VALUES (coalesce(nullif(relation, ''), type_name), constraint_name, got);
    END;
    RETURN tap.is(got, state, format('%s refuses %s: %s', tbl, left(changes::text, 60), constraint_name));
END
$$;

-- NOT NULL, of every column that has no default.
SELECT pg_temp.refused(t.tbl, jsonb_build_object(a.attname, NULL), '23502')
FROM tap.template t
JOIN pg_attribute a ON a.attrelid = ('asv.' || t.tbl)::regclass AND a.attnum > 0 AND a.attnotnull AND a.attidentity = ''
WHERE (t.tbl, a.attname) <> ('recording_state', 'state')
ORDER BY t.position, a.attnum;

-- The domains, in every column that has them.
SELECT pg_temp.refused(t.tbl, jsonb_build_object(a.attname, bad.value), '23514')
FROM tap.template t
JOIN pg_attribute a ON a.attrelid = ('asv.' || t.tbl)::regclass AND a.attnum > 0 AND a.attgenerated = ''
JOIN pg_type d ON d.oid = a.atttypid AND d.typnamespace = 'asv'::regnamespace AND d.typtype = 'd'
JOIN (VALUES ('digest', to_jsonb('\x00'::text)), ('digest', to_jsonb('\x' || repeat('00', 33))),
             ('key32', to_jsonb('\x'::text)), ('key32', to_jsonb('\x' || repeat('00', 31))),
             ('bytes16', to_jsonb('\x' || repeat('00', 15))), ('bytes16', to_jsonb('\x' || repeat('00', 17))),
             ('chunk24', to_jsonb('\x' || repeat('00', 23))), ('chunk24', to_jsonb('\x' || repeat('00', 25))),
             ('signature', to_jsonb('\x' || repeat('00', 63))), ('signature', to_jsonb('\x' || repeat('00', 65))),
             ('label', to_jsonb(repeat('a', 65))), ('label', to_jsonb('Ü'::text)), ('label', to_jsonb(E'a\nb'::text)),
             ('label', to_jsonb(E'a\x7f'::text)),
             ('note', to_jsonb(''::text)), ('note', to_jsonb(repeat('a', 1001))), ('note', to_jsonb(E'a\tb'::text)),
             ('note', to_jsonb(repeat('ü', 501))),
             ('words', to_jsonb(''::text)), ('words', to_jsonb(E'Mu\u0308ller'::text)), ('name128', to_jsonb(E'Mu\u0308ller'::text)), -- ST-007
             ('name128', to_jsonb(''::text)), ('name128', to_jsonb(repeat('ü', 65))), ('name128', to_jsonb(E'a\tb'::text)),
             ('u8', '-1'), ('u8', '256'), ('u16', '-1'), ('u16', '65536'), ('u32', '-1'), ('u32', '4294967296'),
             ('u63', '-1')) AS bad (domain, value) ON bad.domain = d.typname
ORDER BY t.position, a.attnum;

SELECT lives_ok($$ SELECT E'M\u00fcller'::asv.words, E'M\u00fcller'::asv.name128, E'n\u0308'::asv.words $$,
    'what is one character is written as one, and what is none stays as it is');
SELECT lives_ok($$ SELECT E'Mu\u0308ller'::asv.note $$, 'what a program writes down is not refused for its form');

-- Everything else, by hand: table, changes, SQLSTATE.
-- Another plan and statement, with which a second hand-over would be.
SELECT tap.put('handover_plan', jsonb_build_object('digest', dig('plan 2'), 'bytes', convert_to('plan 2', 'UTF8')));
SELECT tap.put('statement', fields || jsonb_build_object('digest', dig('st 2'), 'object', stmt('st 2'), 'nonce', b16('st 2'))) FROM tap.template WHERE tbl = 'statement';
SELECT pg_temp.refused(tbl, changes, state) FROM (VALUES
    ('schema_migration', '{"number": 0}'::jsonb, '23514'),
    ('schema_migration', '{"name": "x"}', '23514'),
    ('schema_migration', '{}', '23505'),
    ('certificate', '{"role": 0, "kx_pk": null}', '23514'),
    ('certificate', '{"role": 6, "kx_pk": null}', '23514'),
    ('certificate', jsonb_build_object('digest', dig('other')), '23514'),
    ('certificate', '{"kx_pk": null}', '23514'),
    ('certificate', '{"role": 2}', '23514'),
    ('certificate', '{"not_after": "2026-01-01"}', '23514'),
    ('certificate', jsonb_build_object('digest', dig(''), 'encoded', '\x'::bytea), '23514'),
    ('certificate', jsonb_build_object('encoded', convert_to(repeat('a', 1025), 'UTF8')), '23514'),
    ('certificate', '{}', '23505'),
    ('certificate', jsonb_build_object('digest', dig('again'), 'encoded', convert_to('again', 'UTF8')), '23505'),
    ('agency', jsonb_build_object('id', dig('q'), 'root_pk', dig('q')), '23514'),
    ('agency', '{"singleton": false}', '23514'),
    ('agency', '{"root_role": 3}', '23514'),
    ('agency', '{}', '23505'),
    ('agency', jsonb_build_object('id', sha256(dig('z')), 'root_pk', dig('z')), '23505'),
    ('agency', jsonb_build_object('root', dig('cam')), '23505'),
    ('revocation_list', '{"number": 0}', '23514'),
    ('revocation_list', jsonb_build_object('number', 2, 'digest', dig('x')), '23514'),
    ('revocation_list', jsonb_build_object('number', 2, 'digest', dig(repeat('a', 65434)), 'object', obj(repeat('a', 65434))), '23514'),
    ('revocation_list', jsonb_build_object('number', 2, 'serials',
        (SELECT array_agg('\x00'::bytea) FROM generate_series(1, 4001))), '23514'),
    ('revocation_list', '{}', '23505'),
    ('revocation_list', '{"number": 2}', '23505'),
    ('unit', '{"code": ""}', '23514'),
    ('unit', '{}', '23505'),
    ('area', '{"code": ""}', '23514'),
    ('area', '{}', '23505'),
    ('camera', '{"role": 4}', '23514'),
    ('camera', '{"chain": "\\x"}', '23514'),
    ('camera', jsonb_build_object('chain_digest', dig('x')), '23514'),
    ('camera', jsonb_build_object('cert', dig('dock')), '23503'),
    ('camera', '{}', '23505'),
    ('camera_enrolment', jsonb_build_object('camera', dig('x')), '23503'),
    ('camera_enrolment', '{"request": "\\x00"}', '23514'),
    ('camera_enrolment', '{}', '23505'),
    ('camera_unit', jsonb_build_object('camera', dig('x')), '23503'),
    ('camera_unit', '{"unit": "nowhere"}', '23503'),
    ('camera_unit', jsonb_build_object('since', (SELECT since FROM asv.camera_unit)), '23505'),
    ('camera_retirement', jsonb_build_object('camera', dig('x')), '23503'),
    ('camera_retirement', '{}', '23505'),
    ('dock', '{"role": 3}', '23514'),
    ('dock', '{"chain": "\\x"}', '23514'),
    ('dock', '{"request": "\\x00"}', '23514'),
    ('dock', jsonb_build_object('chain_digest', dig('x')), '23514'),
    ('dock', jsonb_build_object('cert', dig('cam')), '23503'),
    ('dock', '{}', '23505'),
    ('slot', '{"port": ""}', '23514'),
    ('slot', '{"port": "1-9"}', '23505'),
    ('slot', '{"number": 8}', '23505'),
    ('camera_number', '{"what": 3}', '23514'),
    ('camera_number', jsonb_build_object('camera', dig('x')), '23503'),
    ('camera_number', '{}', '23505'),
    ('docking', '{"clock_offset_ms": null}', '23514'),
    ('docking', '{"clock_state": 4}', '23514'),
    ('docking', '{"clock_source": 4}', '23514'),
    ('docking', '{"battery_percent": 101}', '23514'),
    ('docking', jsonb_build_object('session', dig('x'), 'camera', dig('x')), '23503'),
    ('docking', '{}', '23505'),
    ('docking_end', '{"reason": 7}', '23514'),
    ('docking_end', jsonb_build_object('inventory', tap.inventory('another session', 0, 'bul')), '23514'),
    ('docking_end', jsonb_build_object('inventory', tap.inventory('session', 0, 'bul') || decode(repeat('00', 1024), 'hex')), '23514'),
    ('docking_end', jsonb_build_object('session', dig('x'), 'inventory', NULL), '23503'),
    ('docking_end', '{}', '23505'),
    ('bulletin', '{"number": 0}', '23514'),
    ('bulletin', '{"keys": 129}', '23514'),
    ('bulletin', '{"keys": 0}', '23514'),
    ('bulletin', '{"last_day": null}', '23514'),
    ('bulletin', '{"last_day": "2026-01-04"}', '23514'),
    ('bulletin', jsonb_build_object('digest', dig(repeat('a', 12222)), 'object', obj(repeat('a', 12222))), '23514'),
    ('bulletin', jsonb_build_object('digest', dig('x')), '23514'),
    ('bulletin', jsonb_build_object('camera', dig('x'), 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('bulletin', '{}', '23505'),
    ('bulletin', '{"number": 2}', '23505'),
    ('bulletin_delivery', jsonb_build_object('session', dig('x')), '23503'),
    ('bulletin_delivery', '{"number": 9}', '23503'),
    ('bulletin_delivery', '{}', '23505'),
    ('assignment', '{"number": 0}', '23514'),
    ('assignment', jsonb_build_object('digest', dig(repeat('a', 958)), 'object', obj(repeat('a', 958))), '23514'),
    ('assignment', jsonb_build_object('digest', dig('x')), '23514'),
    ('assignment', jsonb_build_object('camera', dig('x'), 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('assignment', jsonb_build_object('session', dig('x'), 'number', 2, 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('assignment', '{}', '23505'),
    ('assignment', '{"number": 2}', '23505'),
    ('configuration', '{"number": 0}', '23514'),
    ('configuration', '{"pre_roll_ms": 120001}', '23514'),
    ('configuration', '{"checkpoint_ms": 249}', '23514'),
    ('configuration', jsonb_build_object('digest', dig(repeat('a', 958)), 'object', obj(repeat('a', 958))), '23514'),
    ('configuration', jsonb_build_object('digest', dig('x')), '23514'),
    ('configuration', jsonb_build_object('camera', dig('x'), 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('configuration', jsonb_build_object('session', dig('x'), 'number', 2, 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('configuration', '{}', '23505'),
    ('configuration', '{"number": 2}', '23505'),
    ('device_log_block', '{"first": 0}', '23514'),
    ('device_log_block', '{"entries": 0}', '23514'),
    ('device_log_block', '{"entries": 1025}', '23514'),
    ('device_log_block', '{"continuity": "maybe"}', '23514'),
    ('device_log_block', jsonb_build_object('digest', dig(repeat('a', 59934)), 'object', obj(repeat('a', 59934))), '23514'),
    ('device_log_block', jsonb_build_object('digest', dig('x')), '23514'),
    ('device_log_block', jsonb_build_object('camera', dig('x'), 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('device_log_block', jsonb_build_object('session', dig('x'), 'digest', dig('x'), 'object', obj('x')), '23503'),
    ('device_log_block', '{}', '23505'),
    ('device_log_entry', '{"number": 0}', '23514'),
    ('device_log_entry', jsonb_build_object('value', '\x' || repeat('00', 256)), '23514'),
    ('device_log_entry', '{"block": -1}', '23503'),
    ('device_log_entry', '{}', '23505'),
    ('recording', '{"id": "01900000-0000-4000-8000-000000000001"}', '23514'),
    ('recording', '{"number": 0}', '23514'),
    ('recording', '{}', '23505'),
    ('recording', '{"id": "01900000-0000-7000-8000-0000000000aa"}', '23505'),
    ('recording', jsonb_build_object('id', '01900000-0000-7000-8000-0000000000aa', 'camera', dig('x')), '23503'),
    ('recording', jsonb_build_object('id', '01900000-0000-7000-8000-0000000000aa', 'number', 2, 'session', dig('x')), '23503'),
    ('lifecycle_state', '{"name": "Not So"}', '23514'),
    ('lifecycle_state', '{}', '23505'),
    ('lifecycle_move', '{"from_state": "nowhere"}', '23503'),
    ('lifecycle_move', '{"to_state": "nowhere"}', '23503'),
    ('lifecycle_move', '{}', '23505'),
    ('event_kind', '{"name": "Not So"}', '23514'),
    ('event_kind', '{}', '23505'),
    ('clip_event', '{"id": "01900000-0000-4000-8000-000000000002"}', '23514'),
    ('clip_event', '{"actor_kind": "nobody"}', '23514'),
    ('clip_event', '{"actor": null}', '23514'),
    ('clip_event', '{"object": null}', '23514'),
    ('clip_event', jsonb_build_object('object', obj(repeat('a', 65469)), 'object_digest', dig(repeat('a', 65469)),
        'signature', sig(obj(repeat('a', 65469)))), '23514'),
    ('clip_event', '{"signature": null}', '23514'),
    ('clip_event', jsonb_build_object('object_digest', dig('x')), '23514'),
    ('clip_event', jsonb_build_object('signature', dig('x') || dig('y')), '23514'),
    ('clip_event', '{"id": "01900000-0000-7000-8000-0000000000aa", "is_signed": false, "object": null, "object_digest": null, "signature": null}', '23503'),
    ('clip_event', '{}', '23505'),
    ('clip_event', '{"id": "01900000-0000-7000-8000-0000000000aa"}', '23505'),
    ('clip_event', jsonb_build_object('id', '01900000-0000-7000-8000-0000000000aa', 'object', obj('x'), 'object_digest',
        dig('x'), 'signature', sig(obj('x')), 'recording', '01900000-0000-7000-8000-0000000000aa'), '23503'),
    ('clip_event', jsonb_build_object('id', '01900000-0000-7000-8000-0000000000aa', 'object', obj('x'), 'object_digest',
        dig('x'), 'signature', sig(obj('x')), 'session', dig('x')), '23503'),
    ('recording_state', '{}', '23505'),
    ('recording_state', '{"recording": "01900000-0000-7000-8000-0000000000aa"}', '23503'),
    ('recording_state', '{"state": "sealed"}', 'VA002'),
    ('recording_state', '{"state": null}', 'VA002'),
    ('clip', '{"sealer": 3}', '23514'),
    ('clip', '{"sealer": 0}', '23514'), -- stored, and its header could not be read
    ('clip', '{"stream_type": 5}', '23514'),
    ('clip', '{"stream_type": 0}', '23514'),
    ('clip', '{"stream_type": 0, "kind": 2, "reason": "r"}', '23514'),
    ('clip', '{"clip": "01900000-0000-4000-8000-0000000000aa", "kind": 2, "reason": "r"}', '23514'),
    ('clip', '{"end_reason": 9}', '23514'),
    ('clip', '{"end_reason": 0}', '23514'), -- valid without an end record
    ('clip', '{"integrity": 2}', '23514'), -- truncated with one
    ('clip', '{"key_kind": 3, "key_date": null}', '23514'),
    ('clip', '{"clock_state": 4}', '23514'),
    ('clip', '{"clock_state": 0}', '23514'),
    ('clip', '{"integrity": 0, "kind": 2, "reason": "r"}', '23514'),
    ('clip', '{"integrity": 6, "kind": 2, "reason": "r"}', '23514'),
    ('clip', '{"provenance": 5, "kind": 2, "reason": "r"}', '23514'),
    ('clip', '{"kind": 4}', '23514'),
    ('clip', '{"readback": 4}', '23514'),
    ('clip', '{"latest_at": "2026-01-04"}', '23514'),
    ('clip', '{"key_date": null}', '23514'),
    ('clip', '{"integrity": 3}', '23514'),
    ('clip', '{"provenance": 3}', '23514'),
    ('clip', '{"reason": "why"}', '23514'),
    ('clip', '{"kind": 2}', '23514'),
    ('clip', '{"payload_bytes": 131103}', '23514'),
    ('clip', '{"tail_bytes": 1}', '23514'),
    ('clip', '{"replicas": 0}', '23514'),
    ('clip', '{"uuid_taken": true}', '23514'),
    ('clip', '{"day": null}', '23514'),
    ('clip', '{"due_at": null}', '23514'),
    ('clip', '{"kind": 3, "replicas": 0}', '23514'), -- its period is not over
    ('clip', '{"due_at": "infinity"}', '23514'),
    ('clip', '{"due_at": "2027-01-19"}', '23514'),
    ('clip', '{"due_at": "2026-01-04"}', '23514'),
    ('clip', '{"day": "2026-01-03"}', '23514'),
    ('clip', '{"day": "2026-01-07"}', '23514'),
    ('clip', '{}', '23505'),
    ('link', jsonb_build_object('object', dig('x')), '23514'),
    ('link', jsonb_build_object('object', '\x'::bytea, 'link_digest', sha256('\x')), '23514'),
    ('link', jsonb_build_object('object', convert_to('x', 'UTF8'), 'link_digest', dig('x')), '23505'),
    ('link', jsonb_build_object('recording', asv.uuid7()), '23503'),
    ('quarantine', '{"reason": ""}', '23514'),
    ('quarantine', '{}', '23505'),
    ('quarantine', '{"recording": "01900000-0000-7000-8000-0000000000aa"}', '23503'),
    ('receipt', '{"kind": 3}', '23514'),
    ('receipt', '{}', '23505'),
    ('destruction', '{"reason": 4}', '23514'),
    ('destruction', '{}', '23505'),
    ('erasure', '{"cause": 4}', '23514'),
    ('erasure', '{"method": 4}', '23514'),
    ('erasure', '{}', '23505'),
    ('alert', '{}', '23505'),
    ('alert', '{"kind": "Not So"}', '23514'),
    ('alert', '{"subject": "Müller"}', '23514'),
    ('alarm_kind', '{"name": "Not So"}', '23514'),
    ('alarm_kind', '{}', '23505'),
    ('alarm', '{"id": "01900000-0000-4000-8000-000000000003"}', '23514'),
    ('alarm', '{"id": "01900000-0000-7000-8000-0000000000aa", "kind": "nothing"}', '23503'),
    ('alarm', '{}', '23505'),
    ('alarm', jsonb_build_object('id', asv.uuid7(), 'recording', asv.uuid7()), '23503'),
    ('alarm_acknowledgement', '{}', '23505'),
    ('alarm_acknowledgement', '{"alarm": "01900000-0000-7000-8000-0000000000aa"}', '23503'),
    ('person', '{"id": "00000000-0000-0000-0000-000000000000"}', '23514'),
    ('person', '{"badge": "\\x0000000000000000000000000000000000000000000000000000000000000000"}', '23514'),
    ('person', '{}', '23505'),
    ('person', jsonb_build_object('id', uid('berta')), '23505'), -- her badge is Anna's
    ('person_login', '{"login": "asv_anna"}', '23514'),
    ('person_login', '{"login": "Anna"}', '23514'),
    ('person_login', '{"login": "root"}', '23514'),
    ('person_login', '{}', '23505'),
    ('person_login', jsonb_build_object('login', 'berta', 'person', uid('berta')), '23503'),
    ('person_disabling', jsonb_build_object('person', uid('berta')), '23503'),
    ('person_disabling', jsonb_build_object('at', (SELECT at FROM asv.person_disabling)), '23505'),
    ('credential', '{"roles": 0}', '23514'),
    ('credential', '{"roles": 256}', '23514'),
    ('credential', '{"roles": 130}', '23514'), -- LAW L4, ST-022
    ('credential', '{"roles": 160}', '23514'),
    ('credential', '{"units": [null]}', '23514'),
    ('credential', '{"units": ["1", "2", "3", "4", "5", "6", "7", "8", "9"]}', '23514'),
    ('credential', '{"valid_until": "2026-01-01"}', '23514'),
    ('credential', '{"key": "\\x00"}', '23514'),
    ('credential', jsonb_build_object('record', '\x'::bytea, 'digest', sha256('\x')), '23514'),
    ('credential', jsonb_build_object('digest', dig('x')), '23514'),
    ('credential', '{}', '23505'),
    ('credential', jsonb_build_object('digest', dig('x'), 'record', convert_to('x', 'UTF8')), '23505'), -- the key
    ('credential', jsonb_build_object('digest', dig('x'), 'record', convert_to('x', 'UTF8'), 'key', dig('x'),
        'agency', dig('x')), '23503'),
    ('credential', jsonb_build_object('digest', dig('x'), 'record', convert_to('x', 'UTF8'), 'key', dig('x'),
        'badge', dig('x')), '23503'),
    ('password', '{"name": "Anna"}', '23514'),
    ('password', '{"passes": 0}', '23514'),
    ('password', '{"memory_kib": 0}', '23514'),
    ('password', '{"totp": "\\x00"}', '23514'),
    ('password', '{"totp_step": -1}', '23514'),
    ('password', '{"totp_since": "2026-01-01"}', '23514'),
    ('password', '{}', '23505'),
    ('password', jsonb_build_object('person', uid('berta')), '23505'),
    ('password', jsonb_build_object('person', uid('berta'), 'name', 'berta'), '23503'),
    ('session', '{"id": "01900000-0000-4000-8000-0000000000e1"}', '23514'),
    ('session', jsonb_build_object('challenge', NULL, 'credential', NULL, 'kind', 'key'), '23514'),
    ('session', '{"challenge": null}', '23514'),
    ('session', '{"kind": "password"}', '23514'),
    ('session', jsonb_build_object('idle', NULL, 'made_in', asv.uuid7()), '23514'),
    ('session', '{"scopes": -1}', '23514'),
    ('session', '{"until_at": "2026-01-01"}', '23514'),
    ('session', '{}', '23505'),
    ('session', jsonb_build_object('id', asv.uuid7()), '23505'),
    ('session', jsonb_build_object('id', asv.uuid7(), 'digest', dig('session 2')), '23505'),
    ('session', jsonb_build_object('id', asv.uuid7(), 'digest', dig('session 2'), 'challenge', dig('challenge 2'), 'credential', dig('other')), '23503'),
    ('session', jsonb_build_object('id', asv.uuid7(), 'digest', dig('session 2'), 'challenge', NULL, 'credential', NULL, 'kind', 'password',
        'person', uid('berta')), '23503'),
    ('duty', '{"id": "01900000-0000-4000-8000-0000000000d1"}', '23514'),
    ('duty', '{"kind": "boss"}', '23514'),
    ('duty', '{"until_at": "2026-01-01"}', '23514'),
    ('duty', '{"kind": "deputy", "until_at": null}', '23514'),
    ('duty', '{"kind": "appraises"}', '23514'),
    ('duty', jsonb_build_object('kind', 'appraises', 'unit', NULL, 'appraised', uid('anna')), '23514'),
    ('duty', '{}', '23505'),
    ('duty', jsonb_build_object('id', asv.uuid7(), 'person', uid('berta')), '23503'),
    ('duty', jsonb_build_object('id', asv.uuid7(), 'unit', 'nowhere'), '23503'),
    ('duty', jsonb_build_object('id', asv.uuid7(), 'kind', 'appraises', 'unit', NULL, 'appraised', uid('berta')), '23503'),
    ('duty_end', jsonb_build_object('duty', asv.uuid7()), '23503'),
    ('duty_end', '{}', '23505'),
    ('statement', jsonb_build_object('object', stmt('st') || decode(repeat('00', 3200), 'hex')), '23514'),
    ('statement', '{"step": 6}', '23514'),
    ('statement', '{"subject_kind": 12, "version": null, "days": null, "from_day": null}', '23514'),
    ('statement', jsonb_build_object('digest', dig('x')), '23514'),
    ('statement', '{"expires_at": "2026-01-05"}', '23514'),
    ('statement', '{"step": 2}', '23514'), -- an answer to nothing
    ('statement', jsonb_build_object('opening', dig('st')), '23514'), -- what shows nothing makes use of nothing
    ('statement', '{"action": 11}', '23514'), -- and what shows something, of something
    ('statement', jsonb_build_object('digest', dig('x'), 'object', stmt('x'), 'nonce', b16('x'), 'action', 11, 'opening', dig('y')), '23503'),
    ('statement', '{"credential": null, "person": null}', '23514'), -- the agency root decides on no policy
    ('statement', '{"subject": null}', '23514'),
    ('statement', '{"from_day": null}', '23514'),
    ('statement', '{"subject_name": "x"}', '23514'),
    ('statement', '{}', '23505'),
    ('statement', jsonb_build_object('digest', dig('x'), 'object', stmt('x')), '23505'), -- the nonce
    ('statement', jsonb_build_object('digest', dig('x'), 'object', stmt('x'), 'nonce', b16('x'), 'person', uid('berta')),
        '23503'), -- Anna's credential
    ('statement', jsonb_build_object('digest', dig('x'), 'object', stmt('x'), 'nonce', b16('x'), 'step', 2,
        'proposal', dig('y')), '23503'),
    ('statement', jsonb_build_object('digest', dig('x'), 'object', stmt('x'), 'nonce', b16('x'), 'step', 2,
        'proposal', dig('st'), 'matter', dig('x')), '23503'), -- ST-092
    ('statement_answer', '{"why": "no"}', '23514'),
    ('statement_answer', '{"concluded": true}', '23514'),
    ('statement_answer', '{"ruling": null, "keeper": null}', '23514'), -- LG-095: nobody says so for the keeper
    ('statement_answer', '{"taken": false, "concluded": true, "why": "no", "ruling": null, "keeper": null}', '23514'),
    ('statement_answer', '{"keeper": null}', '23514'),
    ('statement_answer', '{"forged": true}', '23514'),
    ('statement_answer', jsonb_build_object('taken', false, 'why', 'no', 'forged', true, 'ruling', ruling(dig('st'), NULL, false)), '23514'),
    ('statement_answer', jsonb_build_object('ruling', ruling(dig('x'), NULL, true)), '23514'),
    ('statement_answer', jsonb_build_object('ruling', ruling(dig('st'), NULL, false)), '23514'),
    ('statement_answer', jsonb_build_object('ruling', substring(ruling(dig('st'), NULL, true) FOR 203)), '23514'),
    ('statement_answer', jsonb_build_object('ruling', ruling(dig('st'), NULL, true) || decode(repeat('00', 2869), 'hex')), '23514'),
    ('statement_answer', '{}', '23505'),
    ('statement_answer', jsonb_build_object('statement', dig('x'), 'ruling', ruling(dig('x'), NULL, true)), '23503'),
    ('policy_file', '{"version": 0}', '23514'),
    ('policy_file', '{"days": 367}', '23514'),
    ('policy_file', jsonb_build_object('digest', sha256('\x'), 'content', '\x'::bytea), '23514'),
    ('policy_file', jsonb_build_object('digest', dig('x')), '23514'),
    ('policy_file', '{}', '23505'),
    ('recipient_card', jsonb_build_object('digest', sha256('\x'), 'content', '\x'::bytea), '23514'),
    ('recipient_card', jsonb_build_object('digest', sha256(decode(repeat('61', 739), 'hex')), 'content', decode(repeat('61', 739), 'hex')), '23514'),
    ('recipient_card', jsonb_build_object('digest', dig('x')), '23514'),
    ('recipient_card', '{}', '23505'),
    ('handover_plan', jsonb_build_object('digest', sha256('\x'), 'bytes', '\x'::bytea), '23514'),
    ('handover_plan', jsonb_build_object('digest', sha256(decode(repeat('61', 46325), 'hex')), 'bytes', decode(repeat('61', 46325), 'hex')), '23514'),
    ('handover_plan', jsonb_build_object('digest', dig('x')), '23514'),
    ('handover_plan', '{}', '23505'),
    ('statement', '{"subject_kind": 11, "subject": null, "version": null, "days": null, "from_day": null, "subject_name": "x"}', '23514'),
    ('statement', '{"subject_kind": 11, "version": null, "days": null, "from_day": null}', '23514'),
    ('incident', '{"id": "01900000-0000-4000-8000-0000000000e1"}', '23514'),
    ('incident', '{}', '23505'),
    ('incident', jsonb_build_object('id', asv.uuid7()), '23505'), -- its number
    ('incident_version', '{"number": 0}', '23514'),
    ('incident_version', '{"cause": 4}', '23514'),
    ('incident_version', jsonb_build_object('injured', jsonb_build_array('Anna', E'Mu\u0308ller')), '23514'),
    ('incident_version', '{"until_at": "2026-01-01"}', '23514'),
    ('incident_version', '{"injured": [null]}', '23514'),
    ('incident_version', jsonb_build_object('injured', (SELECT array_agg('a'::text) FROM generate_series(1, 33))), '23514'),
    ('incident_version', jsonb_build_object('injured', ARRAY[repeat('a', 4001)]), '23514'),
    ('incident_version', '{}', '23505'),
    ('incident_version', '{"number": 2}', '23505'), -- one statement for two
    ('incident_clip', '{"number": 0}', '23514'),
    ('incident_clip', '{"salt": null, "shows": false}', '23514'),
    ('incident_clip', '{"number": 2}', '23505'), -- one statement for two
    ('incident_clip', '{}', '23505'),
    ('incident_still', '{"at_ms": -1}', '23514'),
    ('incident_still', '{"width": 0}', '23514'),
    ('incident_still', '{"height": 16385}', '23514'),
    ('incident_still', '{}', '23505'),
    ('incident_still', '{"at_ms": 1}', '23505'), -- one statement for two
    ('incident_forgotten', '{}', '23505'),
    ('incident_forgotten', jsonb_build_object('incident', asv.uuid7()), '23503'),
    ('handover', '{"id": "01900000-0000-4000-8000-0000000000e4"}', '23514'),
    ('handover', '{}', '23505'),
    ('handover', jsonb_build_object('id', asv.uuid7()), '23505'), -- one plan for two
    ('handover', jsonb_build_object('id', asv.uuid7(), 'plan', dig('plan 2')), '23505'), -- one proposal for two
    ('handover', jsonb_build_object('id', asv.uuid7(), 'plan', dig('plan 3'), 'proposal', dig('st 2')), '23503'),
    ('handover', jsonb_build_object('id', asv.uuid7(), 'plan', dig('plan 2'), 'proposal', dig('st 3')), '23503'),
    ('handover', jsonb_build_object('id', asv.uuid7(), 'plan', dig('plan 2'), 'proposal', dig('st 2'), 'incident', asv.uuid7()), '23503'),
    ('handover_clip', '{"number": 0}', '23514'), ('handover_clip', '{"form": 5}', '23514'), ('handover_clip', '{"until_ms": 1}', '23514'),
    ('handover_clip', '{}', '23505'), ('handover_clip', '{"number": 2}', '23505'),
    ('handover_clip', jsonb_build_object('handover', asv.uuid7()), '23503'),
    ('handover_clip', jsonb_build_object('number', 2, 'recording', asv.uuid7()), '23503'),
    ('handover_build', '{"stage": "sleeping", "began_at": "2026-01-08"}', '23514'), ('handover_build', '{"done": -1}', '23514'), ('handover_build', '{"error": "e"}', '23514'), ('handover_build', '{"cause": "away"}', '23514'),
    ('handover_build', '{"stage": "failed", "error": "e", "cause": "other", "began_at": "2026-01-08"}', '23514'), ('handover_build', '{"stage": "failed", "error": "e", "began_at": "2026-01-08"}', '23514'),
    ('handover_build', '{"began_at": "2026-01-08"}', '23514'), ('handover_build', '{"tries": -1}', '23514'), ('handover_build', '{"again_at": "2026-01-08"}', '23514'),
    ('handover_build', '{"stage": "again", "error": "e", "cause": "away", "began_at": "2026-01-08"}', '23514'), ('handover_build', '{}', '23505'),
    ('handover_build', jsonb_build_object('handover', asv.uuid7()), '23503'),
    ('handover_output', '{"kind": "letter"}', '23514'), ('handover_output', '{"files": 0}', '23514'), ('handover_output', '{}', '23505'),
    ('handover_output', jsonb_build_object('handover', asv.uuid7()), '23503'), ('handover_output', '{"part": 2}', '23514'),
    ('handover_output', '{"parts": 2}', '23514'), ('handover_output', '{"kind": "filing", "parts": 2, "clips": [1]}', '23514'),
    ('handover_medium', '{"part": 2, "label": "USB 2", "medium": "01900000-0000-7000-8000-0000000000e8"}', '23503'), ('handover_medium', '{"medium": "01900000-0000-7000-8000-0000000000e8"}', '23505'),
    ('handover_medium', '{"label": "USB 2"}', '23505'), ('handover_medium', '{"kind": "filing", "medium": "01900000-0000-7000-8000-0000000000e8"}', '23503'),
    ('handover_end', '{}', '23505'), ('handover_end', '{"number": 0}', '23514'), ('handover_end', jsonb_build_object('handover', asv.uuid7(), 'statement', dig('st 2')), '23503'),
    ('handover_end', jsonb_build_object('handover', asv.uuid7()), '23505'), -- one statement for two
    ('handover_receipt', '{"number": 0}', '23514'), ('handover_receipt', '{"how": "spoken"}', '23514'), ('handover_receipt', '{"received_at": "infinity"}', '23514'),
    ('handover_receipt', jsonb_build_object('how', 'signed', 'signature', '\x'::bytea, 'document', sha256('\x')), '23514'),
    ('handover_receipt', '{"how": "signed"}', '23514'), ('handover_receipt', jsonb_build_object('how', 'signed', 'signature', '\x00'::bytea), '23514'),
    ('handover_receipt', jsonb_build_object('handover', asv.uuid7(), 'statement', dig('st 2')), '23503'), ('handover_receipt', '{}', '23505'), ('handover_receipt', '{"number": 2}', '23505'), -- one statement for two
    ('issue', '{"number": 0}', '23514'),
    ('issue', '{}', '23505'),
    ('issue', '{"number": 2, "reason": "r"}', '23514'),
    ('issue', jsonb_build_object('assignment', asv.uuid7(), 'holder', uid('berta')), '23503'),
    ('request', '{"action": 5}', '23514'),
    ('request', '{"recording": null}', '23514'),
    ('request', jsonb_build_object('camera', dig('cam')), '23514'),
    ('request', jsonb_build_object('action', 6, 'recording', NULL, 'camera', dig('cam'), 'from_at', '2026-01-05'), '23514'),
    ('request', jsonb_build_object('action', 6, 'recording', NULL, 'camera', dig('cam'), 'from_at', '2026-01-05',
        'until_at', '2026-01-07'), '23514'),
    ('request', '{"incident": null}', '23514'),
    ('request', '{"ground": 8}', '23514'),
    ('request', '{"ground": 4}', '23514'), -- LAW T3: a block is no cause
    ('request', '{"action": 2}', '23514'),
    ('request', '{"action": 4, "ground": 0}', '23514'), -- whom would it be shown to?
    ('request', '{"expires_at": "2026-01-06"}', '23514'),
    ('request', jsonb_build_object('outcome', 'maybe', 'ended_at', '2026-01-07', 'answer', dig('x')), '23514'),
    ('request', '{"outcome": "lapsed"}', '23514'), -- when?
    ('request', '{"outcome": "approved", "ended_at": "2026-01-07"}', '23514'), -- by what?
    ('request', '{}', '23505'),
    ('hold', '{}', '23505'),
    ('ahead_finish', '{}', '23505'),
    ('clip_day', '{}', '23505'),
    ('clip_day', '{"day": null}', '23502'),
    ('clip_day', '{"due_at": null}', '23502'),
    ('block', '{"ground": 3}', '23514'),
    ('block', '{"kind": "perhaps"}', '23514'),
    ('block', '{}', '23505'),
    ('access_log', '{"id": "01900000-0000-4000-8000-0000000000e2"}', '23514'),
    ('access_log', '{"deed": "copied"}', '23514'),
    ('access_log', '{"forget_at": "2027-12-31 22:59Z"}', '23514'), -- the end of the following year is an hour off
    ('access_log', '{}', '23505'),
    ('access_log', jsonb_build_object('id', asv.uuid7()), '23505'), -- one showing, one access
    ('access_log', jsonb_build_object('id', asv.uuid7(), 'shown', dig('x')), '23503'),
    ('subject_request', '{"id": "01900000-0000-4000-8000-0000000000e3"}', '23514'),
    ('subject_request', '{"until_at": "2026-01-13"}', '23514'),
    ('subject_request', '{"at": "2026-01-07", "forget_at": "2027-12-31 22:59Z"}', '23514'),
    ('subject_request', '{}', '23505'),
    ('subject_request', jsonb_build_object('id', asv.uuid7()), '23505') -- one statement for two
) AS bad (tbl, changes, state);

-- Second rows, where a first one hides a constraint behind its key.
SELECT tap.put('recording', (SELECT fields FROM template WHERE tbl = 'recording')
    || jsonb_build_object('id', '01900000-0000-7000-8000-0000000000b1', 'number', 2, 'header', dig('header2')));
SELECT tap.put('recording', (SELECT fields FROM template WHERE tbl = 'recording')
    || jsonb_build_object('id', '01900000-0000-7000-8000-0000000000b2', 'number', 3, 'header', dig('header3')));
CREATE FUNCTION pg_temp.event(name text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.put('clip_event', (SELECT fields FROM tap.template WHERE tbl = 'clip_event')
        || jsonb_build_object('id', asv.uuid7(), 'object', tap.obj(name), 'object_digest', tap.dig(name),
                              'signature', tap.sig(tap.obj(name))));
    RETURN (SELECT max(position) FROM asv.clip_event);
END
$$;
SELECT pg_temp.refused(tbl, changes, state) FROM (VALUES
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'number', 2, 'header', dig('header2'),
        'event', pg_temp.event('e1')), '23505'), -- its UUID
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'event', pg_temp.event('e2')), '23505'),
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'number', 2, 'header', dig('header2'),
        'clip', tap.uid('c2')), '23505'), -- its event
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'number', 2, 'header', dig('header2'),
        'clip', tap.uid('c2'), 'event', -1), '23503'),
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'number', 9, 'header', dig('header2'),
        'clip', tap.uid('c2'), 'event', pg_temp.event('e3')), '23503'),
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000aa', 'number', 2, 'header', dig('header2'),
        'clip', tap.uid('c2'), 'event', pg_temp.event('e4')), '23503'),
    ('clip', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'number', 2, 'header', dig('header2'),
        'clip', tap.uid('c2'), 'session', dig('x'), 'event', pg_temp.event('e5')), '23503'),
    ('receipt', jsonb_build_object('digest', dig('r2')), '23505'), -- its event
    ('receipt', jsonb_build_object('digest', dig('r2'), 'event', -1), '23503'),
    ('receipt', jsonb_build_object('digest', dig('r2'), 'event', pg_temp.event('e6'), 'session', dig('x')), '23503'),
    ('receipt', jsonb_build_object('digest', dig('r2'), 'event', pg_temp.event('e7'), 'recording',
        '01900000-0000-7000-8000-0000000000b2'), '23503'), -- not in custody
    ('destruction', jsonb_build_object('digest', dig('r2')), '23505'),
    ('destruction', jsonb_build_object('digest', dig('r2'), 'event', -1), '23503'),
    ('destruction', jsonb_build_object('digest', dig('r2'), 'event', pg_temp.event('e8'), 'recording', asv.uuid7()), '23503'),
    ('erasure', jsonb_build_object('digest', dig('r2')), '23505'),
    ('erasure', jsonb_build_object('digest', dig('r2'), 'event', -1), '23503'),
    ('erasure', jsonb_build_object('digest', dig('r2'), 'event', pg_temp.event('e9'), 'session', dig('x')), '23503'),
    ('erasure', jsonb_build_object('digest', dig('r2'), 'event', pg_temp.event('e10'), 'recording', asv.uuid7()), '23503'),
    ('recording_state', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'event', -1), '23503')
) AS bad (tbl, changes, state);
-- Other statements, where the first one's key hides what a decision about recordings must be.
CREATE FUNCTION pg_temp.stated(name text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.put('statement', (SELECT fields FROM tap.template WHERE tbl = 'statement')
        || jsonb_build_object('digest', tap.dig(name), 'object', tap.stmt(name), 'nonce', tap.b16(name)));
    RETURN jsonb_build_object('proposal', tap.dig(name));
END
$$;
SELECT tap.put('request', (SELECT fields FROM template WHERE tbl = 'request') || pg_temp.stated('look')
    || jsonb_build_object('action', 4, 'ground', 0, 'opener', uid('anna')));
SELECT tap.put('request', (SELECT fields FROM template WHERE tbl = 'request') || pg_temp.stated('ahead')
    || jsonb_build_object('action', 6, 'recording', NULL, 'camera', dig('cam'), 'from_at', '2026-01-05', 'until_at', '2026-01-06'));
SELECT tap.put('request', (SELECT fields FROM template WHERE tbl = 'request') || pg_temp.stated('done')
    || jsonb_build_object('outcome', 'approved', 'answer', dig('look'), 'ended_at', '2026-01-07'));
SELECT pg_temp.refused(tbl, changes, state) FROM (VALUES
    ('request', pg_temp.stated('r1'), '23505'), -- one is open
    ('request', pg_temp.stated('r2') || jsonb_build_object('action', 2, 'ground', 0), '23505'), -- of whatever kind
    ('request', pg_temp.stated('r3') || jsonb_build_object('action', 4, 'ground', 0, 'opener', uid('anna')), '23505'),
    ('request', pg_temp.stated('r4') || jsonb_build_object('action', 9, 'ground', 0, 'recording', NULL, 'camera', dig('cam'),
        'from_at', '2026-01-05', 'until_at', '2026-01-06'), '23505'),
    ('request', pg_temp.stated('r5') || jsonb_build_object('outcome', 'refused', 'answer', dig('look'), 'ended_at', '2026-01-07'),
        '23505'), -- one answer for two
    ('request', jsonb_build_object('proposal', dig('x'), 'outcome', 'lapsed', 'ended_at', '2026-01-07'), '23503'),
    ('request', pg_temp.stated('r6') || jsonb_build_object('outcome', 'refused', 'answer', dig('x'), 'ended_at', '2026-01-07'),
        '23503'),
    ('request', pg_temp.stated('r7') || jsonb_build_object('recording', asv.uuid7()), '23503'),
    ('request', pg_temp.stated('r8') || jsonb_build_object('incident', asv.uuid7(), 'outcome', 'lapsed', 'ended_at', '2026-01-07'),
        '23503'),
    ('request', pg_temp.stated('r9') || jsonb_build_object('action', 4, 'ground', 0, 'opener', uid('berta')), '23503'),
    ('request', pg_temp.stated('r10') || jsonb_build_object('action', 6, 'recording', NULL, 'camera', dig('x'),
        'from_at', '2026-01-05', 'until_at', '2026-01-06'), '23503'),
    ('ahead_finish', jsonb_build_object('proposal', dig('x')), '23503'),
    ('incident_version', jsonb_build_object('number', 2, 'statement', dig('x')), '23503'),
    ('incident_version', jsonb_build_object('incident', asv.uuid7(), 'statement', dig('look')), '23503'),
    ('incident_clip', jsonb_build_object('number', 2, 'statement', dig('x')), '23503'),
    ('incident_clip', jsonb_build_object('incident', asv.uuid7(), 'statement', dig('look')), '23503'),
    ('incident_clip', jsonb_build_object('recording', asv.uuid7(), 'statement', dig('look')), '23503'),
    ('incident_still', jsonb_build_object('at_ms', 1, 'statement', dig('x')), '23503'),
    ('incident_still', jsonb_build_object('incident', asv.uuid7(), 'statement', dig('look')), '23503'),
    ('incident_still', jsonb_build_object('recording', asv.uuid7(), 'statement', dig('look')), '23503'),
    ('subject_request', jsonb_build_object('id', asv.uuid7(), 'statement', dig('x')), '23503'),
    ('subject_request', jsonb_build_object('id', asv.uuid7(), 'statement', dig('look'), 'camera', dig('x')), '23503'),
    ('hold', jsonb_build_object('proposal', dig('look')), '23505'), -- its event
    ('hold', jsonb_build_object('proposal', dig('look'), 'event', -1), '23503'),
    ('hold', jsonb_build_object('proposal', dig('x'), 'event', pg_temp.event('e11')), '23503'),
    ('hold', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'event', pg_temp.event('e12')), '23503'),
    ('block', jsonb_build_object('statement', dig('look')), '23505'),
    ('block', jsonb_build_object('statement', dig('look'), 'event', -1), '23503'),
    ('block', jsonb_build_object('statement', dig('x'), 'event', pg_temp.event('e13')), '23503'),
    ('block', jsonb_build_object('statement', dig('look'), 'event', pg_temp.event('e14'), 'recording',
        '01900000-0000-7000-8000-0000000000b2'), '23503'),
    ('access_log', jsonb_build_object('id', asv.uuid7(), 'shown', dig('look'), 'recording', asv.uuid7()), '23503'),
    ('access_log', jsonb_build_object('id', asv.uuid7(), 'shown', dig('look'), 'incident', asv.uuid7()), '23503')
) AS bad (tbl, changes, state);
-- The one agency, without another key in the way.
SET LOCAL session_replication_role = replica;
DELETE FROM asv.agency;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.refused('agency', jsonb_build_object('root', dig('cam')), '23503');

-- Retention and days: a second clip, so that a first row hides nothing.
SELECT tap.put('clip', (SELECT fields FROM template WHERE tbl = 'clip') || jsonb_build_object('recording',
    '01900000-0000-7000-8000-0000000000b2', 'number', 3, 'header', dig('header3'), 'clip', tap.uid('c3'), 'event', pg_temp.event('c3')));
SELECT pg_temp.refused(tbl, changes, state) FROM (VALUES
    ('retention_run', '{}'::jsonb, '23505'), ('retention_run', '{"id": "01900000-0000-4000-8000-000000000009"}', '23514'),
    ('retention_run_end', '{}', '23505'), ('retention_run_end', '{"exit": 256}', '23514'),
    ('retention_run_end', '{"run": "01900000-0000-7000-8000-0000000000aa"}', '23503'),
    ('erasure_intent', '{}', '23505'), ('erasure_intent', '{"rule": "because"}', '23514'),
    ('erasure_intent', '{"run": null}', '23514'), -- but for an early one
    ('erasure_intent', '{"recording": "01900000-0000-7000-8000-0000000000b2"}', '23505'), -- its event
    ('erasure_intent', '{"recording": "01900000-0000-7000-8000-0000000000b2", "event": -1}', '23503'),
    ('erasure_intent', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'event', pg_temp.event('i1')),
        '23503'), -- not in custody
    ('erasure_intent', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'event', pg_temp.event('i2'),
        'run', '01900000-0000-7000-8000-0000000000aa'), '23503'),
    ('erasure_completion', '{}', '23505'), ('erasure_completion', '{"rule": "because"}', '23514'),
    ('erasure_completion', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'event', pg_temp.event('d1')),
        '23503'), -- it was not begun
    ('clip_day', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'event', pg_temp.event('y1')), '23505'), -- its request
    ('clip_day', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'proposal', dig('look')), '23505'), -- its event
    ('clip_day', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'proposal', dig('look'), 'event', -1), '23503'),
    ('clip_day', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b2', 'proposal', dig('x'), 'event',
        pg_temp.event('y2')), '23503'),
    ('clip_day', jsonb_build_object('recording', '01900000-0000-7000-8000-0000000000b1', 'proposal', dig('look'), 'event',
        pg_temp.event('y3')), '23503'), -- not in custody
    ('incident_clip', '{"recording": "01900000-0000-7000-8000-0000000000b2"}', '23505'), -- what one person signs is about one
    ('balance', '{}', '23505'), ('balance', '{"run": "01900000-0000-7000-8000-0000000000aa"}', '23503')
) AS bad (tbl, changes, state);
SELECT tap.put('erasure_intent', (SELECT fields FROM template WHERE tbl = 'erasure_intent') || jsonb_build_object('recording',
    '01900000-0000-7000-8000-0000000000b2', 'event', pg_temp.event('i3')));
SELECT pg_temp.refused('erasure_completion', '{"recording": "01900000-0000-7000-8000-0000000000b2"}'::jsonb || changes, state)
FROM (VALUES
    ('{}'::jsonb, '23505'), -- its event
    ('{"event": -1}', '23503'),
    (jsonb_build_object('event', pg_temp.event('d2'), 'run', '01900000-0000-7000-8000-0000000000aa'), '23503'),
    (jsonb_build_object('event', pg_temp.event('d3'), 'destruction', dig('x')), '23503')
) AS bad (changes, state);

-- The ledger.
SELECT pg_temp.refused(tbl, changes, state) FROM (VALUES
    ('software_start', '{}'::jsonb, '23505'), ('software_start', '{"id": "01900000-0000-4000-8000-00000000000a"}', '23514'),
    ('software_start', jsonb_build_object('id', asv.uuid7(), 'software', ''), '23514'),
    ('software_start', jsonb_build_object('id', asv.uuid7()), '23505'), -- the run
    ('software_start', jsonb_build_object('id', asv.uuid7(), 'run', NULL), '23514'),
    ('day_end', '{}'::jsonb, '23505'), ('day_end', jsonb_build_object('id', asv.uuid7()), '23505'),
    ('day_end', '{"id": "01900000-0000-4000-8000-00000000000b"}', '23514'),
    ('day_end', jsonb_build_object('digest', dig('x')), '23514'),
    ('day_end', jsonb_build_object('digest', dig(repeat('a', 3010)), 'object', obj(repeat('a', 3010))), '23514'),
    ('day_end', jsonb_build_object('slots', ''::bytea, 'confirmed', 0), '23514'), ('day_end', '{"open": 1}', '23514'),
    ('ledger_kind', '{"name": "other"}', '23505'), ('ledger_kind', '{"code": 9998}', '23505'),
    ('ledger_kind', '{"code": 0}', '23514'), ('ledger_kind', '{"code": 9998, "name": "Two Words"}', '23514'),
    ('ledger_log', '{"origin": "other.example"}', '23505'), ('ledger_log', '{"number": 2}', '23505'),
    ('ledger_log', '{"number": 0, "origin": "other.example"}', '23514'),
    ('ledger_log', '{"number": 2, "origin": "with a blank"}', '23514'),
    ('ledger_log', '{"number": 2, "origin": "with+plus"}', '23514'), -- C2SP signed-note
    ('ledger_entry', '{"index": 1}', '23505'),
    ('ledger_entry', '{"kind": 2}', '23514'), -- says another kind than its entry
    ('ledger_entry', '{"index": 1, "log": 7}', '23505'),
    ('ledger_entry', jsonb_build_object('index', 1, 'entry', '\x00010001'::bytea || uuid_send(uid('entry')) || '\x00'), '23514'),
    ('ledger_entry', jsonb_build_object('key', NULL), '23514'), ('ledger_entry', jsonb_build_object('closed', ''::bytea), '23514'),
    ('ledger_entry', jsonb_build_object('closed', decode(repeat('00', 8193), 'hex')), '23514'),
    ('ledger_forgotten', '{}', '23505'),
    ('ledger_day', '{}', '23505'),
    ('ledger_tile', '{}', '23505'), ('ledger_tile', '{"level": 8}', '23514'),
    ('ledger_tile', jsonb_build_object('index', 1, 'hashes', '\x00'::bytea), '23514'),
    ('ledger_tile', '{"log": 7}', '23503'),
    ('ledger_checkpoint', '{}', '23505'), ('ledger_checkpoint', '{"size": 0}', '23514'),
    ('ledger_checkpoint', '{"note": ""}', '23514'), ('ledger_checkpoint', '{"log": 7}', '23503'),
    ('ledger_cosignature', '{}', '23505'), ('ledger_cosignature', '{"size": 2}', '23503'),
    ('ledger_cosignature', '{"witness": "dpo.example/witness"}', '23514'),
    ('ledger_cosignature', '{"witness": "with a blank+1f2e3d4c"}', '23514'),
    ('ledger_cosignature', '{"line": "no end"}', '23514'), ('ledger_cosignature', jsonb_build_object('line', E'two\nlines\n'), '23514'),
    ('ledger_witnessed', '{}', '23505'), ('ledger_witnessed', '{"size": 2}', '23503'),
    ('evaluation_figure', '{}', '23505'), ('evaluation_figure', '{"name": "other"}', '23505'),
    ('evaluation_figure', '{"name": "Two Words"}', '23514'), ('evaluation_figure', '{"people": "everybody"}', '23514'),
    ('evaluation_month', '{}', '23505'), ('evaluation_month', '{"month": "2026-02-02"}', '23514'),
    ('evaluation_month', '{"minimum": 0}', '23514'), ('evaluation_month', '{"month": "2026-02-01", "size": 2}', '23503'),
    ('evaluation_count', '{}', '23505'), ('evaluation_count', '{"month": "2026-02-01"}', '23503'),
    ('evaluation_count', '{"figure": "other"}', '23503'),
    ('ledger_pending', '{}', '23505'),
    ('ledger_pending', jsonb_build_object('key', dig('key'), 'closed', decode(repeat('00', 8193), 'hex')), '23514'),
    ('ledger_pending', jsonb_build_object('id', uid('short'), 'entry', '\x00'::bytea), '23514'),
    ('ledger_pending', jsonb_build_object('facts', decode(repeat('00', 1025), 'hex')), '23514')
) AS bad (tbl, changes, state);
SELECT tap.put('handover', fields || jsonb_build_object('id', uid('second'), 'plan', dig('plan 2'), 'proposal', dig('st 2'))) FROM tap.template WHERE tbl = 'handover';
SELECT pg_temp.refused(tbl, jsonb_build_object('handover', uid('second'), 'statement', dig('st 3')), '23503') FROM unnest(ARRAY['handover_end', 'handover_receipt']) AS tbl;
-- A second entry of another id, at the place of the first one, and in a log that is none.
SELECT pg_temp.refused('ledger_entry', jsonb_build_object('id', uid('entry 2'), 'entry',
    '\x00010001'::bytea || uuid_send(uid('entry 2')) || int8send(0)) || changes, state)
FROM (VALUES ('{}'::jsonb, '23505'), ('{"log": 7}', 'VA005')) AS bad (changes, state);

-- Not to be made to fail: recording_state.state, which its trigger looks at first; a unique key that holds the whole
-- primary key (it is there to be referred to); keys that the database numbers itself, and entries that it draws.
CREATE TEMP VIEW unreachable AS
    SELECT i.indexrelid FROM pg_index i
    JOIN pg_index p ON p.indrelid = i.indrelid AND p.indisprimary AND p.indkey::int2[] <@ i.indkey::int2[]
    WHERE NOT i.indisprimary
    UNION ALL
    SELECT i.indexrelid FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisprimary AND a.attidentity <> ''
    UNION ALL
    SELECT i.indexrelid FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indnatts = 1 AND a.attname = 'entry' AND a.atthasdef;
SELECT is_empty($$
    SELECT k.conrelid::regclass::text, k.conname FROM pg_constraint k
    WHERE k.connamespace = 'asv'::regnamespace AND k.conrelid <> 0 AND k.contype <> 't'
      AND k.conname <> 'recording_state_state_fkey' AND k.conindid NOT IN (SELECT indexrelid FROM unreachable
                                                                          WHERE k.contype IN ('p', 'u'))
      AND NOT EXISTS (SELECT FROM hit h WHERE h.name = k.conname AND 'asv.' || h.relation = k.conrelid::regclass::text)
    UNION
    SELECT k.contypid::regtype::text, k.conname FROM pg_constraint k
    WHERE k.connamespace = 'asv'::regnamespace AND k.contypid <> 0
      AND NOT EXISTS (SELECT FROM hit h WHERE h.name = k.conname)
$$, 'no constraint is left that refused nothing');
SELECT is_empty($$
    SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'asv'::regnamespace AND i.indisunique
      AND i.indexrelid NOT IN (SELECT indexrelid FROM unreachable)
      AND NOT EXISTS (SELECT FROM hit h WHERE 'asv.' || h.name = i.indexrelid::regclass::text)
$$, 'no unique index is left that refused nothing');

SELECT * FROM finish();
ROLLBACK;
