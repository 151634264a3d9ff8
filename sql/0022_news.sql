-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- That something has changed, for whoever has a list of it open (API.md, "What is new"): NOTIFY asv_news, with the lists in which it
-- may be seen, and nothing of what it is. Anybody who may connect can listen, and say it: it opens nothing. PostgreSQL lets
-- transactions that say something commit one after the other, so it is said of what people look at, and not of each step on the way.
CREATE FUNCTION asv.news() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_notify('asv_news', TG_ARGV[0]);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION asv.news IS 'says that the lists that are named may have changed; "sessions": some may be over';

DO $$
DECLARE
    name text;
    what text;
    lists text;
BEGIN
    FOR name, what, lists IN VALUES
        ('clip_day', 'INSERT OR DELETE', 'clips incidents retention/nights'),
        ('hold', 'INSERT OR DELETE', 'clips incidents retention/nights'),
        ('block', 'INSERT OR DELETE', 'clips incidents retention/nights'),
        ('request', 'INSERT OR UPDATE', 'requests clips incidents retention/nights'),
        ('statement_answer', 'INSERT', 'requests clips incidents users policies sessions'),
        ('incident_version', 'INSERT', 'incidents clips'),
        ('incident_clip', 'INSERT', 'incidents clips'),
        ('incident_still', 'INSERT', 'incidents'),
        ('incident_forgotten', 'INSERT', 'incidents'),
        ('subject_request', 'INSERT OR DELETE', 'subject-requests'),
        ('retention_run', 'INSERT', 'retention/runs'),
        ('retention_run_end', 'INSERT', 'retention/runs retention/nights'),
        ('balance', 'INSERT', 'balances'),
        ('destruction', 'INSERT', 'keys'),
        ('policy_file', 'INSERT', 'policies'),
        ('ledger_checkpoint', 'INSERT OR UPDATE', 'ledger'),
        ('ledger_cosignature', 'INSERT OR UPDATE', 'ledger'),
        ('ledger_witnessed', 'INSERT OR UPDATE', 'ledger'),
        ('ledger_check', 'INSERT', 'ledger'),
        ('ledger_publication', 'INSERT', 'ledger'),
        ('person', 'INSERT', 'users'),
        ('credential', 'INSERT', 'users'),
        ('person_disabling', 'INSERT', 'users sessions'),
        ('duty', 'INSERT', 'users'),
        ('duty_end', 'INSERT', 'users'),
        ('camera', 'INSERT', 'cameras'),
        ('camera_enrolment', 'INSERT', 'cameras'),
        ('camera_unit', 'INSERT', 'cameras'),
        ('camera_retirement', 'INSERT', 'cameras'),
        ('docking', 'INSERT', 'cameras'),
        ('dock', 'INSERT', 'docks'),
        ('slot', 'INSERT OR UPDATE OR DELETE', 'docks'),
        ('revocation_list', 'INSERT', 'cameras docks'),
        ('alarm', 'INSERT', 'alarms'),
        ('alarm_acknowledgement', 'INSERT', 'alarms'),
        ('session', 'UPDATE OF ended_at', 'sessions')
    LOOP
        EXECUTE format('CREATE TRIGGER news AFTER %s ON asv.%I FOR EACH STATEMENT EXECUTE FUNCTION asv.news(%L)', what, name, lists);
    END LOOP;
END
$$;
-- Not of each step of a transfer: it is in custody or it is not.
CREATE TRIGGER news AFTER INSERT ON asv.clip_event FOR EACH ROW WHEN (NEW.kind NOT IN ('announced', 'transferring', 'receipt'))
    EXECUTE FUNCTION asv.news('clips incidents retention/nights');
-- A revocation counts at once, whether the keeper was there or not.
CREATE TRIGGER news AFTER INSERT ON asv.statement FOR EACH ROW WHEN (NEW.action IN (33, 34)) EXECUTE FUNCTION asv.news('users sessions');
-- A proposal is one once it is signed.
CREATE TRIGGER news_policy AFTER INSERT ON asv.statement FOR EACH ROW WHEN (NEW.action = 48) EXECUTE FUNCTION asv.news('policies');
