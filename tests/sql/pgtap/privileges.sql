-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Who may do what: each right that is given is listed here, every other one is refused. LAW L4; docs/DATABASE.md, "Who may do what".
BEGIN;
SET search_path = tap, pg_catalog;
SET client_min_messages = warning;
SELECT no_plan();
SELECT tap.fill();

-- ---- what is given

CREATE TEMP TABLE given (who text, what text);
INSERT INTO given
SELECT 'asv_dock', unnest(ARRAY['alarm_raise', 'assignment_issued', 'bulletin_issued', 'camera_certificate_put', 'camera_find',
    'camera_seen', 'chain_of', 'clip_announce', 'clip_commit', 'clip_lookup', 'clip_record', 'clip_transferring',
    'configuration_issued', 'custody_list', 'destruction_ordered', 'docking_begin', 'docking_end', 'erasure_proven', 'issue_begin', 'issue_undo', 'log_append',
    'log_position', 'number_next', 'receipt_given', 'revocations_newest', 'schema_number', 'slot_learned']);
-- People: what they sign, and what they must read for it. Nothing of the register, of duties and issued cameras, of alarms, the
-- nightly run; of the ledger, what two of them decide to be forgotten.
INSERT INTO given
SELECT 'asv_staff', unnest(ARRAY['access_page', 'access_put', 'ahead_standing', 'block_decision', 'block_put', 'block_void', 'caller', 'camera_find', 'check_recorded', 'clip_events', 'clip_face',
    'clip_record', 'clip_standing', 'credential_find', 'credential_mine', 'credential_offer', 'credential_page', 'duty_list', 'handover_plan_find', 'handover_plan_put', 'incident_clip_next', 'incident_clip_put',
    'incident_find', 'incident_put', 'incident_removed', 'incident_still_list', 'incident_still_next', 'incident_still_put', 'is_own_incident', 'own_units', 'person_disable', 'policy_file_find', 'policy_file_put', 'policy_on', 'policy_page', 'recipient_card_find', 'recipient_card_of', 'recipient_card_put', 'recipient_page', 'recording_periods',
    'request_end', 'request_find', 'request_put', 'request_void', 'requests_shown', 'revocations_newest', 'schema_number', 'statement_answered', 'statement_approval', 'statement_find',
    'statement_open', 'statement_put', 'statement_undelivered', 'subject_request_answer', 'undocked']);
-- What people are shown (API.md), which each of these functions holds against who asks.
INSERT INTO given
SELECT 'asv_staff', unnest(ARRAY['access_counts', 'alarm_lines', 'balance_lines', 'camera_out_lines', 'handover_about', 'handover_again', 'handover_clip_next', 'handover_end', 'handover_find', 'handover_history', 'handover_lines', 'handover_page', 'handover_receipt_put', 'handover_signature', 'clip_about', 'clip_custody', 'clip_lines', 'evaluation', 'incident_about',
    'incident_lines', 'key_days', 'ledger_standing', 'night_lines', 'own_access_lines', 'policy_proposals', 'recipient_lines', 'request_waiting', 'run_lines', 'slots_of', 'subject_request_lines',
    'user_credentials', 'user_duties', 'user_lines']);
-- Administration and the nightly run: no standing, history, incident, access log of anybody.
INSERT INTO given
SELECT 'asv_admin', unnest(ARRAY['access_forget', 'agency_put', 'ahead_finished', 'ahead_page', 'alarm_acknowledge', 'alarm_raise', 'approval_void', 'approvals', 'area_put', 'block_decisions', 'block_put',
    'camera_enrol', 'camera_find', 'camera_move', 'camera_retire', 'camera_seen', 'certificate_put', 'chain_of', 'clip_face', 'clip_record',
    'credential_find', 'credential_page', 'credential_put', 'custody_list', 'dayless_page', 'dock_enrol', 'duty_end', 'duty_list',
    'duty_put', 'held_ahead', 'held_ahead_by', 'held_ahead_page', 'incidents_forget', 'incidents_over', 'issue_put', 'issues_forget', 'login_put', 'handover_plan_find', 'policy_on', 'policy_page', 'recipient_card_find', 'recipient_card_of', 'recipient_page',
    'request_end', 'request_put', 'requests_lapse', 'requests_shown', 'revocations_newest', 'revocations_publish', 'schema_number',
    'statement_answered', 'statement_approval', 'statement_find', 'statement_forged', 'statement_put', 'statement_unconcluded', 'statement_undelivered',
    'statement_unheard', 'unit_put']);
INSERT INTO given
SELECT 'asv_admin', unnest(ARRAY['balance_of', 'balance_page', 'balance_put', 'camera_day_page', 'camera_unheld', 'early_day_page', 'numbers_missing', 'inventory_next', 'erasure_adopt',
    'ahead_clip_page', 'blocks_held', 'hold_lapsed', 'hold_open', 'erasure_begin', 'erasure_claims', 'erasure_complete', 'erasure_left', 'erasure_undo', 'retention_begin', 'retained_of', 'retention_end', 'retention_page', 'rewrap_page', 'shown_unlogged', 'handover_taken', 'handover_unknown', 'undocked',
    'vault_known']);
INSERT INTO given SELECT 'asv_admin', unnest(ARRAY['evaluation_close', 'password_put', 'session_forget']);
INSERT INTO given SELECT 'asv_admin', unnest(ARRAY['alert_forget', 'alert_matters', 'alert_seen', 'alert_told']);
INSERT INTO given VALUES ('asv_server', 'schema_number'), ('asv_admin', 'ledger_checked_last'), ('asv_admin', 'ledger_published_last'),
    ('asv_admin', 'ledger_object'), ('asv_admin', 'ledger_said'), ('asv_admin', 'ledger_enrolment'), ('asv_admin', 'ledger_waits'),
    ('asv_staff', 'ledger_logs'), ('asv_staff', 'ledger_newest'), ('asv_admin', 'ledger_about'), ('asv_staff', 'ledger_shown'),
    ('asv_staff', 'ledger_forget'), ('asv_admin', 'ledger_forget'), ('asv_admin', 'ledger_span'), ('asv_admin', 'ledger_links'), ('asv_admin', 'ledger_balances');
-- The job of hand-overs: what is approved, and of the ledger what goes out with it (may_trace).
INSERT INTO given
SELECT 'asv_export', unnest(ARRAY['chain_of', 'handover_built', 'handover_carriers', 'handover_clip_about', 'handover_custody', 'handover_entries', 'handover_incident', 'handover_is_over', 'handover_links', 'handover_named',
    'handover_progress', 'handover_series', 'handover_waits', 'handover_work', 'handover_written', 'ledger_about', 'ledger_cosigned_last', 'ledger_enrolment', 'ledger_logs', 'ledger_newest', 'ledger_note_cosigned',
    'ledger_object', 'ledger_said', 'ledger_tile_get', 'ledger_witness_state', 'revocations_newest', 'schema_number', 'software_used']);
INSERT INTO given
SELECT 'asv_ledger', unnest(ARRAY['alarm_raise', 'ledger_append', 'ledger_begin', 'ledger_logs', 'ledger_newest', 'ledger_signed', 'ledger_take', 'ledger_tile_get',
                                  'schema_number']);
-- Who asks witnesses, which are strangers: heads, tiles, and what they answered. Nothing of entries, and nothing that grows or signs a log.
INSERT INTO given
SELECT 'asv_cosign', unnest(ARRAY['ledger_cosigned', 'ledger_cosigned_last', 'ledger_ended_with', 'ledger_logs', 'ledger_met', 'ledger_newest', 'ledger_note_cosigned', 'ledger_tile_get',
                                  'schema_number', 'witness_alarm']);
-- Who publishes reads what everybody may read, and says that it is published.
INSERT INTO given
SELECT 'asv_publish', unnest(ARRAY['ledger_entries', 'ledger_logs', 'ledger_newest', 'ledger_note_cosigned', 'ledger_published', 'ledger_tile_get',
                                   'ledger_witness_state', 'schema_number']);
-- LG-107: who checks the ledger reads all that it tells of, and can say that it was checked, and call people. Nobody else reads as much.
INSERT INTO given
SELECT 'asv_check', unnest(ARRAY['ledger_alarm', 'ledger_audit', 'ledger_checked', 'ledger_enrolment', 'ledger_forgetting', 'ledger_heads', 'ledger_logs',
                                 'ledger_names', 'ledger_object', 'ledger_record', 'ledger_record_term', 'ledger_recorded', 'ledger_said', 'ledger_stray',
                                 'ledger_term', 'ledger_tile_get', 'ledger_unsigned', 'ledger_untold', 'ledger_waiting', 'schema_number', 'software_used']);
INSERT INTO given
SELECT r, f FROM unnest(ARRAY['asv_server', 'asv_admin']) AS r
CROSS JOIN unnest(ARRAY['ledger_cosigned_last', 'ledger_entries', 'ledger_logs', 'ledger_newest', 'ledger_note_cosigned', 'ledger_tile_get', 'ledger_waiting',
                        'ledger_witness_state']) AS f;
INSERT INTO given SELECT unnest(ARRAY['asv_dock', 'asv_server', 'asv_ledger', 'asv_cosign']), 'software_started';
INSERT INTO given SELECT unnest(ARRAY['asv_dock', 'asv_admin', 'asv_ledger']), 'software_seen';
INSERT INTO given SELECT 'asv_admin', unnest(ARRAY['software_used', 'days_undestroyed', 'day_ended']);
-- A-015: the web server does what people may, in their sessions; and sessions, which are nobody else's.
INSERT INTO given SELECT 'asv_web', what FROM given WHERE who = 'asv_staff';
INSERT INTO given SELECT 'asv_web', unnest(ARRAY['session_end', 'session_find', 'session_page', 'session_passkey_find', 'session_passkey_put', 'session_password_change',
    'session_password_find', 'session_password_own', 'session_password_put', 'session_standing', 'session_token_put', 'session_totp_begin', 'session_totp_finish']);
SELECT set_eq($$
    SELECT r.rolname::text, p.proname::text FROM pg_proc p CROSS JOIN pg_roles r
    WHERE p.pronamespace = 'asv'::regnamespace AND r.rolname IN ('asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export')
      AND has_function_privilege(r.oid, p.oid, 'EXECUTE')
$$, 'SELECT who, what FROM given', 'each role may call exactly the functions it needs');

SELECT set_eq($$
    SELECT r.rolname::text, c.relname::text, v.privilege
    FROM pg_class c CROSS JOIN pg_roles r
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS v (privilege)
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind IN ('r', 'v')
      AND r.rolname IN ('asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export')
      AND (has_table_privilege(r.oid, c.oid, v.privilege)
           OR v.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
              AND has_any_column_privilege(r.oid, c.oid, v.privilege))
$$, $$
    SELECT 'asv_admin' AS role, v, 'SELECT' AS privilege FROM unnest(ARRAY['alarm_overview', 'camera_overview', 'clip_overview',
        'dock_overview', 'request_overview', 'tombstone_overview']) AS v
    UNION ALL
    SELECT 'asv_staff', v, 'SELECT' FROM unnest(ARRAY['camera_overview', 'clip_overview', 'dock_overview', 'incident_clip_overview',
        'incident_overview', 'request_overview']) AS v
    UNION ALL
    SELECT 'asv_web', v, 'SELECT' FROM unnest(ARRAY['camera_overview', 'clip_overview', 'dock_overview', 'incident_clip_overview',
        'incident_overview', 'request_overview']) AS v
$$, 'no role has any right to a table; people, the web server for them, and administration read six views each');
SELECT is_empty($$
    SELECT c.relname FROM pg_class c, aclexplode(c.relacl) x
    WHERE c.relnamespace = 'asv'::regnamespace AND x.grantee = 0
    UNION ALL SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
    WHERE p.pronamespace = 'asv'::regnamespace AND x.grantee = 0
    UNION ALL SELECT n.nspname FROM pg_namespace n, aclexplode(n.nspacl) x
    WHERE n.nspname IN ('asv', 'public') AND x.grantee = 0
    UNION ALL SELECT d.datname FROM pg_database d, aclexplode(d.datacl) x
    WHERE d.datname = current_database() AND x.grantee = 0
    UNION ALL SELECT l.lanname FROM pg_language l, aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) x
    WHERE l.lanname = 'plpgsql' AND x.grantee = 0
    UNION ALL SELECT t.typname FROM pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x
    WHERE t.typnamespace = 'asv'::regnamespace AND t.typelem = 0 AND t.typrelid = 0 AND x.grantee = 0
$$, 'nothing is granted to everybody');
SELECT is_empty($$
    SELECT s.relname FROM pg_class s CROSS JOIN pg_roles r
    WHERE s.relnamespace = 'asv'::regnamespace AND s.relkind = 'S' AND r.rolname IN ('asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export')
      AND (has_sequence_privilege(r.oid, s.oid, 'USAGE') OR has_sequence_privilege(r.oid, s.oid, 'UPDATE'))
$$, 'no role has a right to a sequence');
SELECT is_empty($$
    SELECT rolname FROM pg_roles
    WHERE rolname LIKE 'asv\_%' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
        OR (rolname IN ('asv_owner', 'asv_staff')) = rolcanlogin)
$$, 'no role is more than a role, and neither asv_owner nor asv_staff can log in');
SELECT is_empty($$
    SELECT m.roleid::regrole, m.member::regrole FROM pg_auth_members m
    WHERE m.member IN ('asv_staff'::regrole, 'asv_dock'::regrole, 'asv_server'::regrole, 'asv_admin'::regrole, 'asv_ledger'::regrole,
                       'asv_cosign'::regrole, 'asv_publish'::regrole, 'asv_check'::regrole, 'asv_web'::regrole, 'asv_export'::regrole)
      AND (m.member, m.roleid) <> ('asv_web'::regrole, 'asv_staff'::regrole)
$$, 'no service role is a member of another role, but for the web server''s, which is people''s');
SELECT is_empty($$
    SELECT rolname FROM pg_roles
    WHERE rolname IN ('asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export')
      AND (has_database_privilege(oid, current_database(), 'CREATE') OR has_database_privilege(oid, current_database(), 'TEMP')
           OR has_schema_privilege(oid, 'asv', 'CREATE') OR has_schema_privilege(oid, 'public', 'CREATE'))
$$, 'no service role can make anything, not even a temporary table');

-- Who makes backups reads everything, and can do nothing else.
SELECT set_eq($$
    SELECT c.relname::text, v.privilege
    FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS v (privilege)
    WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind IN ('r', 'v')
      AND has_table_privilege('asv_backup', c.oid, v.privilege)
    UNION ALL
    SELECT s.relname::text, v.privilege
    FROM pg_class s CROSS JOIN unnest(ARRAY['SELECT', 'USAGE', 'UPDATE']) AS v (privilege)
    WHERE s.relnamespace = 'asv'::regnamespace AND s.relkind = 'S' AND has_sequence_privilege('asv_backup', s.oid, v.privilege)
$$, $$
    SELECT relname::text, 'SELECT' FROM pg_class WHERE relnamespace = 'asv'::regnamespace AND relkind IN ('r', 'v', 'S')
$$, 'the role of backups reads every table and sequence, and has no other right to any');
SELECT is_empty($$
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'asv'::regnamespace AND has_function_privilege('asv_backup', p.oid, 'EXECUTE')
    UNION ALL
    SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'asv_backup'::regrole
    UNION ALL
    SELECT 'makes things' WHERE has_database_privilege('asv_backup', current_database(), 'CREATE')
        OR has_database_privilege('asv_backup', current_database(), 'TEMP')
        OR has_schema_privilege('asv_backup', 'asv', 'CREATE') OR has_schema_privilege('asv_backup', 'public', 'CREATE')
$$, 'the role of backups calls no function, is a member of no role, and makes nothing');

-- ---- what is refused, tried

CREATE FUNCTION pg_temp.tried(role text, statement text, want text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    got text := 'nothing was refused';
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS got = RETURNED_SQLSTATE;
    END;
    RESET ROLE;
    RETURN tap.is(got, want, format('%s may not: %s', role, statement));
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.tried TO PUBLIC;

SELECT pg_temp.tried(r.role, format(v.statement, c.relname, a.attname), '42501')
FROM pg_class c
JOIN LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attidentity = ''
              ORDER BY attnum LIMIT 1) AS a ON true
CROSS JOIN unnest(ARRAY['asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export']) AS r (role)
CROSS JOIN unnest(ARRAY['SELECT * FROM asv.%1$I', 'SELECT %2$I FROM asv.%1$I FOR UPDATE', 'INSERT INTO asv.%1$I DEFAULT VALUES',
                        'UPDATE asv.%1$I SET %2$I = %2$I', 'DELETE FROM asv.%1$I', 'TRUNCATE asv.%1$I CASCADE',
                        'DROP TABLE asv.%1$I', 'ALTER TABLE asv.%1$I DISABLE TRIGGER ALL',
                        'CREATE RULE r AS ON SELECT TO asv.%1$I DO INSTEAD NOTHING', 'LOCK TABLE asv.%1$I']) AS v (statement)
WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind = 'r'
ORDER BY c.relname, r.role;

SELECT pg_temp.tried(r.role, v.statement, '42501')
FROM unnest(ARRAY['asv_staff', 'asv_dock', 'asv_server', 'asv_admin', 'asv_ledger', 'asv_cosign', 'asv_publish', 'asv_check', 'asv_web', 'asv_export']) AS r (role)
CROSS JOIN unnest(ARRAY['CREATE TABLE asv.mine (a int)', 'CREATE TABLE public.mine (a int)',
                        'CREATE TEMP TABLE mine (a int)', 'CREATE SCHEMA mine',
                        'SELECT lo_creat(-1)', 'SELECT lo_create(0)', 'SELECT lo_from_bytea(0, ''x'')',
                        'SELECT lo_open(1, 131072)', 'DO $do$ BEGIN END $do$', 'COPY (SELECT 1) TO ''/tmp/x''',
                        'COPY (SELECT 1) TO PROGRAM ''true''',
                        'SELECT pg_read_file(''postgresql.conf'')', 'SELECT setval(''asv.clip_event_position_seq'', 1)',
                        'SET session_replication_role = replica', 'SELECT asv.state_move(NULL, NULL, NULL)',
                        'SELECT asv.event_put(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
                        -- LAW L6: to watch others, or to keep a lock from them
                        'SELECT * FROM pg_locks', 'SELECT * FROM pg_stat_activity', 'SELECT pg_stat_get_backend_userid(1)',
                        'SELECT * FROM pg_stat_user_tables', 'SELECT * FROM pg_stat_xact_user_tables', 'SELECT * FROM pg_statio_all_tables',
                        'SELECT * FROM pg_stat_database', 'SELECT pg_total_relation_size(''asv.access_log'')',
                        'SELECT pg_advisory_lock(1)', 'SELECT pg_advisory_xact_lock(6, 1)', 'SELECT pg_try_advisory_lock_shared(6, 1)',
                        'SELECT pg_advisory_unlock_all()',
                        'SELECT asv.alarm_put(NULL, NULL, NULL, NULL, NULL, NULL)',
                        'DROP FUNCTION asv.refuse_change() CASCADE', 'DROP SCHEMA asv CASCADE']) AS v (statement);

-- What asv_cosign and asv_publish may not, when the program is taken over that asks witnesses or publishes.
SELECT pg_temp.tried(r.role, v.statement, '42501')
FROM unnest(ARRAY['asv_cosign', 'asv_publish']) AS r (role)
CROSS JOIN unnest(ARRAY['SELECT asv.ledger_append(1::smallint, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
                        'SELECT asv.ledger_begin(2::smallint, ''evil.example'', NULL)', 'SELECT * FROM asv.ledger_take(1)',
                        'SELECT asv.ledger_signed(1::smallint, 1, NULL, ''evil'')', 'SELECT asv.ledger_forget()',
                        'SELECT * FROM asv.ledger_about(asv.uuid7(), 0::smallint, 0, 1)', 'SELECT * FROM asv.ledger_audit(1::smallint, 0, 1)',
                        'SELECT asv.ledger_put(NULL::asv.ledger_tale)', 'SELECT * FROM asv.credential_page(NULL, NULL, 1)',
                        'SELECT asv.software_used(''evil 1'')', 'SELECT asv.software_seen(asv.uuid7(), ''evil 1'', now())',
                        'SELECT * FROM asv.person', 'SELECT * FROM asv.ledger_pending', 'SELECT * FROM asv.camera_overview',
                        'SELECT asv.alarm_raise(''clone'', NULL, NULL, NULL, NULL, NULL, NULL, ''false'')',
                        'SELECT * FROM asv.caller()']) AS v (statement);
SELECT pg_temp.tried('asv_publish', v.statement, '42501')
FROM unnest(ARRAY['SELECT asv.ledger_cosigned(1::smallint, 1, ''w+00000001'', now(), E''x\n'')', 'SELECT asv.ledger_met(1::smallint, 1)',
                  'SELECT asv.witness_alarm(''w'', ''false'')', 'SELECT asv.software_started(''evil 1'')']) AS v (statement);
SELECT pg_temp.tried('asv_cosign', 'SELECT * FROM asv.ledger_entries(1::smallint, 0, 1)', '42501');
-- LG-107: nor may the check, when what it reads takes it over.
SELECT pg_temp.tried('asv_check', v.statement, '42501')
FROM unnest(ARRAY['SELECT asv.ledger_append(1::smallint, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL)',
                  'SELECT asv.ledger_begin(2::smallint, ''evil.example'', NULL)', 'SELECT * FROM asv.ledger_take(1)',
                  'SELECT asv.ledger_signed(1::smallint, 1, NULL, ''evil'')', 'SELECT asv.ledger_forget()',
                  'SELECT asv.ledger_put(NULL::asv.ledger_tale)', 'SELECT * FROM asv.credential_page(NULL, NULL, 1)',
                  'SELECT * FROM asv.person', 'SELECT * FROM asv.ledger_pending', 'SELECT * FROM asv.camera_overview',
                  'SELECT asv.alarm_raise(''clone'', NULL, NULL, NULL, NULL, NULL, NULL, ''false'')', 'SELECT asv.witness_alarm(''w'', ''false'')',
                  'SELECT asv.alarm_acknowledge(asv.uuid7(), ''evil'', ''seen'')', 'SELECT * FROM asv.caller()']) AS v (statement);
SELECT pg_temp.tried('asv_admin', 'SELECT * FROM asv.ledger_audit(1::smallint, 0, 1)', '42501');

SET LOCAL ROLE asv_owner;
SELECT ok(NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory') AND (SELECT count(*) FROM pg_stat_activity) > 0
          AND (SELECT count(*) FROM pg_stat_user_tables WHERE schemaname = 'asv') > 0, 'the owner watches the server');
RESET ROLE;
SELECT is_empty($$
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^pg_(stat_get_(backend|activity|tuples|live|dead|xact)|(try_)?advisory)'
      AND (NOT has_function_privilege('asv_owner', p.oid, 'EXECUTE')
           OR has_function_privilege('pg_monitor', p.oid, 'EXECUTE') = (p.proname ~ 'advisory'))
$$, 'and so does who monitors it, who keeps no locks');

-- Even who owns the tables, or is superuser, does not change what is only added to.
SELECT pg_temp.tried(r.role, format(v.statement, c.relname, a.attname), 'VA005')
FROM pg_class c
JOIN LATERAL (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attidentity = ''
              ORDER BY attnum LIMIT 1) AS a ON true
CROSS JOIN unnest(ARRAY['asv_owner', 'postgres']) AS r (role)
CROSS JOIN unnest(ARRAY['UPDATE asv.%1$I SET %2$I = %2$I', 'DELETE FROM asv.%1$I', 'TRUNCATE asv.%1$I CASCADE']) AS v (statement)
WHERE c.relnamespace = 'asv'::regnamespace AND c.relkind = 'r'
  AND c.relname NOT IN ('unit', 'area', 'slot', 'camera_number', 'lifecycle_state', 'lifecycle_move', 'event_kind', 'alarm_kind', 'alert', 'password', 'session', 'handover_build')
  AND NOT (c.relname = 'recording_state' AND v.statement LIKE 'UPDATE%')
ORDER BY c.relname, r.role;

-- ---- search_path: a service role cannot slip its own objects under the functions'

SELECT lives_ok($$ CREATE SCHEMA evil; CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS
    'SELECT ''\x00''::bytea'; GRANT USAGE ON SCHEMA evil TO asv_admin; SET LOCAL search_path = evil, tap, pg_catalog;
    SET LOCAL ROLE asv_admin $$, 'with another sha256 in front');
SELECT lives_ok($$ SELECT asv.unit_put('X', 'Y') $$, 'functions do what they did');
SELECT throws_ok($$ SELECT asv.agency_put('x', decode(repeat('00', 32), 'hex'), decode(repeat('01', 32), 'hex')) $$, 'VA001', NULL, 'and find their own tables and sha256');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
