-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- People, what they may do, and what they signed. The database decides nothing: whoever believes a statement
-- (docs/STATEMENTS.md), the keeper above all, verifies its bytes; the columns beside them are for finding it. What a
-- statement brought about is nowhere but in its own row and the keeper's answer to it, so that the two cannot differ.
CREATE DOMAIN asv.name128 AS text CHECK (octet_length(VALUE) BETWEEN 1 AND 128 AND VALUE !~ '[[:cntrl:]]'
                                       AND VALUE IS NFC NORMALIZED); -- ST-007
COMMENT ON DOMAIN asv.name128 IS 'name of a person, a recipient or a policy: 1 to 128 bytes of UTF-8 in normal form C, without control characters';

CREATE TABLE asv.person (
    id uuid PRIMARY KEY CHECK (id <> '00000000-0000-0000-0000-000000000000'),
    badge asv.digest NOT NULL UNIQUE CHECK (badge <> decode(repeat('00', 32), 'hex')),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    UNIQUE (id, badge)
);
COMMENT ON TABLE asv.person IS 'people with an account; for ever, so that neither id nor badge is used for somebody else';
COMMENT ON COLUMN asv.person.id IS 'of the badge, as its pseudonym; stands in what the person signs';
COMMENT ON COLUMN asv.person.badge IS 'pseudonym of the badge: HMAC under a secret that this database does not have';
COMMENT ON COLUMN asv.person.since IS 'when the account was made';
COMMENT ON COLUMN asv.person.by IS 'who made it';

CREATE TABLE asv.person_disabling (
    person uuid NOT NULL REFERENCES asv.person,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    reason asv.words NOT NULL,
    PRIMARY KEY (person, at)
);
COMMENT ON TABLE asv.person_disabling IS 'accounts that were disabled: nothing is done with them until two people enrol a new credential';
COMMENT ON COLUMN asv.person_disabling.person IS 'whose';
COMMENT ON COLUMN asv.person_disabling.at IS 'since when';
COMMENT ON COLUMN asv.person_disabling.by IS 'who did it';
COMMENT ON COLUMN asv.person_disabling.reason IS 'why';

CREATE TABLE asv.person_login (
    login text PRIMARY KEY CHECK (login ~ '^[a-z_][a-z0-9_-]{0,31}$' AND login !~ '^(asv|pg)_' AND login NOT IN ('postgres', 'root')),
    person uuid NOT NULL REFERENCES asv.person,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL
);
COMMENT ON TABLE asv.person_login IS 'as whom people come into this database, each in an account of the server of his or her own; for ever, so that none is used for somebody else';
COMMENT ON COLUMN asv.person_login.login IS 'name of the account, and of the role that it comes in as: a member of asv_staff';
COMMENT ON COLUMN asv.person_login.person IS 'whose';
COMMENT ON COLUMN asv.person_login.since IS 'when it was written down';
COMMENT ON COLUMN asv.person_login.by IS 'who wrote it down';

CREATE TABLE asv.credential (
    digest asv.digest PRIMARY KEY,
    agency asv.digest NOT NULL REFERENCES asv.agency,
    person uuid NOT NULL,
    badge asv.digest NOT NULL,
    name asv.name128 NOT NULL,
    roles asv.u16 NOT NULL CHECK (roles BETWEEN 1 AND 255) CHECK (roles & 128 = 0 OR roles & 62 = 0),
    units text[] NOT NULL CHECK (cardinality(units) <= 8 AND array_position(units, NULL) IS NULL),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    key bytea NOT NULL UNIQUE CHECK (octet_length(key) IN (32, 64)),
    record bytea NOT NULL CHECK (octet_length(record) BETWEEN 1 AND 1536),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    UNIQUE (digest, person),
    FOREIGN KEY (person, badge) REFERENCES asv.person (id, badge),
    CHECK (digest = sha256(record)),
    CHECK (valid_from < valid_until)
);
CREATE INDEX ON asv.credential (person);
COMMENT ON TABLE asv.credential IS 'credential records (STATEMENTS.md 2); one counts when two people have enrolled it, or the agency root has';
COMMENT ON COLUMN asv.credential.digest IS 'SHA-256 of record: how statements name it';
COMMENT ON COLUMN asv.credential.agency IS 'as in the record';
COMMENT ON COLUMN asv.credential.person IS 'whose';
COMMENT ON COLUMN asv.credential.badge IS 'as the person''s';
COMMENT ON COLUMN asv.credential.name IS 'of the person, for people';
COMMENT ON COLUMN asv.credential.roles IS 'a set, as in the record; administrator excludes who decides about recordings (LAW L4)';
COMMENT ON COLUMN asv.credential.units IS 'the person''s units';
COMMENT ON COLUMN asv.credential.valid_from IS 'valid from';
COMMENT ON COLUMN asv.credential.valid_until IS 'valid until just before';
COMMENT ON COLUMN asv.credential.key IS 'Ed25519 of a key file, or ES256 of an authenticator; never used again';
COMMENT ON COLUMN asv.credential.record IS 'the record itself';
COMMENT ON COLUMN asv.credential.since IS 'when it was made';
COMMENT ON COLUMN asv.credential.by IS 'who made it';

CREATE TABLE asv.duty (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    person uuid NOT NULL REFERENCES asv.person,
    kind text NOT NULL CHECK (kind IN ('in_charge', 'deputy', 'appraises')),
    unit asv.label REFERENCES asv.unit,
    appraised uuid REFERENCES asv.person,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    CHECK (until_at > from_at),
    CHECK (kind <> 'deputy' OR until_at IS NOT NULL),
    CHECK ((kind = 'appraises') = (appraised IS NOT NULL) AND (kind = 'appraises') = (unit IS NULL)),
    CHECK (appraised <> person)
);
CREATE INDEX ON asv.duty (person);
CREATE INDEX ON asv.duty (unit);
CREATE INDEX ON asv.duty (appraised);
COMMENT ON TABLE asv.duty IS 'who is in charge of which unit or deputises, and who appraises whom (LAW L5)';
COMMENT ON COLUMN asv.duty.id IS 'UUIDv7';
COMMENT ON COLUMN asv.duty.person IS 'who';
COMMENT ON COLUMN asv.duty.kind IS 'in_charge of a unit; deputy, which ends by itself; appraises somebody';
COMMENT ON COLUMN asv.duty.unit IS 'of which unit';
COMMENT ON COLUMN asv.duty.appraised IS 'who is appraised';
COMMENT ON COLUMN asv.duty.from_at IS 'from then on';
COMMENT ON COLUMN asv.duty.until_at IS 'until just before; NULL: until it is ended';
COMMENT ON COLUMN asv.duty.since IS 'when it was written down';
COMMENT ON COLUMN asv.duty.by IS 'who wrote it down';

CREATE TABLE asv.duty_end (
    duty uuid PRIMARY KEY REFERENCES asv.duty,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL
);
COMMENT ON TABLE asv.duty_end IS 'duties that were ended';
COMMENT ON COLUMN asv.duty_end.duty IS 'which';
COMMENT ON COLUMN asv.duty_end.at IS 'when it ended';
COMMENT ON COLUMN asv.duty_end.by IS 'who ended it';

CREATE TABLE asv.statement (
    digest asv.digest PRIMARY KEY,
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 3200),
    action asv.u16 NOT NULL,
    step smallint NOT NULL CHECK (step BETWEEN 1 AND 5),
    matter asv.digest NOT NULL,
    subject_kind smallint NOT NULL CHECK (subject_kind BETWEEN 1 AND 11),
    subject asv.digest,
    subject_name asv.name128,
    version asv.u32,
    days smallint,
    from_day date,
    recipient asv.key32,
    incident uuid,
    ground asv.u8 NOT NULL,
    credential asv.digest,
    person uuid,
    nonce asv.bytes16 NOT NULL UNIQUE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    proposal asv.digest,
    opening asv.digest REFERENCES asv.statement,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (digest, action, matter),
    FOREIGN KEY (credential, person) REFERENCES asv.credential (digest, person),
    FOREIGN KEY (proposal, action, matter) REFERENCES asv.statement (digest, action, matter),
    CHECK (digest = sha256(substring(object FROM 3 FOR get_byte(object, 0) * 256 + get_byte(object, 1)))),
    CHECK (issued_at < expires_at),
    CHECK ((step IN (2, 3, 4)) = (proposal IS NOT NULL)),
    CHECK ((action = 11) = (opening IS NOT NULL)),
    CHECK ((action = 34) = (credential IS NULL) AND (action = 34) = (person IS NULL)),
    CHECK ((subject_kind IN (6, 8)) = (subject IS NULL)),
    CHECK ((subject_kind = 5) = (version IS NOT NULL) AND (subject_kind = 5) = (days IS NOT NULL)
           AND (subject_kind IN (5, 7)) = (from_day IS NOT NULL)),
    CHECK ((subject_kind IN (4, 8, 9, 10, 11)) = (subject_name IS NOT NULL))
);
CREATE INDEX ON asv.statement (subject, action);
CREATE INDEX ON asv.statement (proposal);
CREATE INDEX ON asv.statement (opening);
CREATE INDEX ON asv.statement (action, expires_at);
CREATE INDEX ON asv.statement (person, expires_at);
COMMENT ON TABLE asv.statement IS 'everything that people signed (STATEMENTS.md 3), as the caller read it';
COMMENT ON COLUMN asv.statement.digest IS 'SHA-256 of the body: how others name it';
COMMENT ON COLUMN asv.statement.object IS 'length, body and proof';
COMMENT ON COLUMN asv.statement.action IS 'STATEMENTS.md 4';
COMMENT ON COLUMN asv.statement.step IS '1 proposes, 2 approves, 3 refuses, 4 withdraws, 5 alone';
COMMENT ON COLUMN asv.statement.matter IS 'SHA-256 of its matter, which an answer repeats';
COMMENT ON COLUMN asv.statement.subject_kind IS '1 clip, 2 camera, 3 credential, 4 recipient, 5 policy, 6 keeper, 7 a clip and its day, 8 ledger, 9 a clip and who would see it, 10 a row of this database, 11 a hand-over';
COMMENT ON COLUMN asv.statement.subject IS 'digest of the seal header, certificate, credential, recipient''s card, policy file or hand-over''s plan; of a row, salted';
COMMENT ON COLUMN asv.statement.subject_name IS 'of a recipient or a hand-over''s addressee; of who would see a recording; what kind of row';
COMMENT ON COLUMN asv.statement.version IS 'of a policy';
COMMENT ON COLUMN asv.statement.days IS 'of a policy: its period after a recording''s own day';
COMMENT ON COLUMN asv.statement.from_day IS 'of a policy: in force from this day on; of a clip: recorded on this day';
COMMENT ON COLUMN asv.statement.recipient IS 'age X25519 key; NULL: none';
COMMENT ON COLUMN asv.statement.incident IS 'which; NULL: none';
COMMENT ON COLUMN asv.statement.ground IS 'why it is kept, or kept from use';
COMMENT ON COLUMN asv.statement.credential IS 'with which it was signed; NULL: the agency root';
COMMENT ON COLUMN asv.statement.person IS 'who signed it; NULL: the agency root';
COMMENT ON COLUMN asv.statement.nonce IS 'makes it another than any before';
COMMENT ON COLUMN asv.statement.issued_at IS 'counts from then on, as signed';
COMMENT ON COLUMN asv.statement.expires_at IS 'until just before, as signed';
COMMENT ON COLUMN asv.statement.proposal IS 'the statement that it answers';
COMMENT ON COLUMN asv.statement.opening IS 'of SHOW: the request to be shown something that it makes use of';
COMMENT ON COLUMN asv.statement.stored_at IS 'when this database got it';

CREATE TABLE asv.statement_answer (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement asv.digest NOT NULL REFERENCES asv.statement,
    taken boolean NOT NULL,
    concluded boolean NOT NULL DEFAULT false,
    forged boolean NOT NULL DEFAULT false,
    why asv.note,
    ruling bytea CHECK (octet_length(ruling) BETWEEN 204 AND 3072),
    keeper asv.digest,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (taken = (why IS NULL)),
    CHECK (concluded = (taken AND ruling IS NULL)), -- LG-095
    CHECK ((ruling IS NULL) = (keeper IS NULL)),
    CHECK (substring(ruling FROM 57 FOR 32) = statement),
    CHECK (substring(ruling FROM 123 FOR 1) = CASE WHEN taken THEN '\x01'::bytea ELSE '\x02'::bytea END),
    CHECK (NOT forged OR NOT taken AND ruling IS NULL)
);
CREATE INDEX ON asv.statement_answer (statement);
COMMENT ON TABLE asv.statement_answer IS 'what the keeper said to a statement: taken, for good, or refused, with its ruling; and, without one, why it was not taken, or that what the keeper keeps says that it was';
COMMENT ON COLUMN asv.statement_answer.position IS 'order of arrival';
COMMENT ON COLUMN asv.statement_answer.statement IS 'to which';
COMMENT ON COLUMN asv.statement_answer.taken IS 'whether the keeper took it';
COMMENT ON COLUMN asv.statement_answer.concluded IS 'the keeper was not asked any more: what it keeps said so to the nightly run';
COMMENT ON COLUMN asv.statement_answer.forged IS 'it was read, and is nothing that anybody signed, or that the keeper took';
COMMENT ON COLUMN asv.statement_answer.why IS 'why not; without a ruling it may be otherwise tomorrow, or no keeper is asked about it';
COMMENT ON COLUMN asv.statement_answer.ruling IS 'what the keeper signed (TRUST.md 14): taken, or refused for good. The database holds it to its row, and verifies no signature';
COMMENT ON COLUMN asv.statement_answer.keeper IS 'certificate that signed it';
COMMENT ON COLUMN asv.statement_answer.at IS 'when';

CREATE TABLE asv.policy_file (
    digest asv.digest PRIMARY KEY,
    version asv.u32 NOT NULL CHECK (version > 0),
    name asv.name128 NOT NULL,
    days smallint NOT NULL CHECK (days BETWEEN 1 AND 366),
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 32768),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (digest, version),
    CHECK (digest = sha256(content))
);
COMMENT ON TABLE asv.policy_file IS 'policy files (POLICIES.md), byte for byte as two people signed them, or may';
COMMENT ON COLUMN asv.policy_file.digest IS 'SHA-256 of the file: what is signed';
COMMENT ON COLUMN asv.policy_file.version IS 'as it says';
COMMENT ON COLUMN asv.policy_file.name IS 'as it says';
COMMENT ON COLUMN asv.policy_file.days IS 'its period after the recording''s own day';
COMMENT ON COLUMN asv.policy_file.content IS 'the file';
COMMENT ON COLUMN asv.policy_file.since IS 'when it was first proposed here';

CREATE TABLE asv.recipient_card (
    digest asv.digest PRIMARY KEY,
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 738),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (digest = sha256(content))
);
COMMENT ON TABLE asv.recipient_card IS 'who a recipient is (STATEMENTS.md 4, "Cards"), byte for byte as two people signed it, or may';
COMMENT ON COLUMN asv.recipient_card.digest IS 'SHA-256 of the card: what is signed';
COMMENT ON COLUMN asv.recipient_card.content IS 'the card';
COMMENT ON COLUMN asv.recipient_card.since IS 'when it was first proposed here';

CREATE TABLE asv.handover_plan (
    digest asv.digest PRIMARY KEY,
    bytes bytea NOT NULL CHECK (octet_length(bytes) BETWEEN 1 AND 46324),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (digest = sha256(bytes))
);
COMMENT ON TABLE asv.handover_plan IS 'what is handed over to whom (STATEMENTS.md 4, "Plans"), byte for byte as two people signed it, or may';
COMMENT ON COLUMN asv.handover_plan.digest IS 'SHA-256 of the plan: what is signed';
COMMENT ON COLUMN asv.handover_plan.bytes IS 'the plan';
COMMENT ON COLUMN asv.handover_plan.since IS 'when it was first proposed here';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['person', 'person_disabling', 'person_login', 'credential', 'duty', 'duty_end', 'statement',
        'statement_answer', 'policy_file', 'recipient_card', 'handover_plan'] LOOP
        EXECUTE format('CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON asv.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION asv.refuse_change()', name);
    END LOOP;
END
$$;

-- ---- what follows from the statements

CREATE FUNCTION asv.statement_taken_at(p_digest bytea) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT a.at FROM asv.statement_answer a
            WHERE a.statement = p_digest AND a.taken
              AND NOT EXISTS (SELECT FROM asv.statement_answer n WHERE n.statement = p_digest AND NOT n.taken AND n.position > a.position)
            -- Whoever owns the tables can say it twice, and then nobody's credential could be looked up.
            ORDER BY a.position LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.statement_taken_at IS 'when the keeper took it; NULL: not yet, or it was found since that nobody signed it (statement_forged)';

-- No index says so: what was found to be nothing the keeper may take all the same.
CREATE FUNCTION asv.check_taken() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.statement_answer a
               WHERE a.statement = new.statement AND a.taken AND a.position < new.position
                 AND NOT EXISTS (SELECT FROM asv.statement_answer n
                                 WHERE n.statement = a.statement AND NOT n.taken AND n.position BETWEEN a.position AND new.position)) THEN
        RAISE EXCEPTION 'statement_answer: the keeper has taken it' USING ERRCODE = '23505';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION asv.check_taken() IS 'trigger: the keeper takes a statement once';
CREATE TRIGGER check_taken AFTER INSERT ON asv.statement_answer
    FOR EACH ROW WHEN (new.taken) EXECUTE FUNCTION asv.check_taken();

CREATE FUNCTION asv.statement_is_refused(p_digest bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.statement_taken_at(p_digest) IS NULL
       AND EXISTS (SELECT FROM asv.statement_answer WHERE statement = p_digest AND NOT taken)
$$;
COMMENT ON FUNCTION asv.statement_is_refused IS 'whether the keeper refused it, and has not taken it since';

CREATE FUNCTION asv.is_forged(p_digest bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.statement_taken_at(p_digest) IS NULL
       AND EXISTS (SELECT FROM asv.statement_answer WHERE statement = p_digest AND forged)
$$;
COMMENT ON FUNCTION asv.is_forged IS 'whether it was found to be nothing that anybody signed, or that the keeper took (statement_refute), and the keeper has not taken it since';

-- A refusal or a withdrawal counts at once, whether the keeper was there or not: it makes less possible. But nobody has verified
-- it here. So it counts only while the keeper can still take it, and a refusal of what is decided about a recording only from who
-- could refuse it if it were a good one, whatever stands for the keeper's word, or when its request was ended by it. (What requests
-- are, and who may refuse one, comes with 0011.)
CREATE FUNCTION asv.refusal_counts(a asv.statement) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_taken boolean := asv.statement_taken_at(a.digest) IS NOT NULL;
BEGIN
    IF asv.statement_is_refused(a.digest) OR NOT v_taken AND a.expires_at <= clock_timestamp() THEN
        RETURN false;
    ELSIF a.step = 4 OR a.action NOT IN (1, 2, 3, 4, 6, 9, 10) THEN
        RETURN true;
    END IF;
    RETURN EXISTS (SELECT FROM asv.request r WHERE r.proposal = a.proposal AND (r.answer = a.digest OR asv.may_refuse(r, a)))
        OR v_taken AND NOT EXISTS (SELECT FROM asv.request r WHERE r.proposal = a.proposal);
END
$$;
COMMENT ON FUNCTION asv.refusal_counts IS 'whether this refusal or withdrawal ends its proposal here';

-- The answer that ended a proposal: a refusal or a withdrawal that counts, or an approval that the keeper took.
CREATE FUNCTION asv.proposal_ended_by(p_proposal bytea) RETURNS bytea
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT a.digest FROM asv.statement a
            WHERE a.proposal = p_proposal
              AND CASE a.step WHEN 2 THEN asv.statement_taken_at(a.digest) IS NOT NULL ELSE asv.refusal_counts(a) END
            ORDER BY asv.statement_taken_at(a.digest), a.stored_at LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.proposal_ended_by IS 'the answer after which a proposal is open no more; NULL: none';

CREATE FUNCTION asv.credential_enrolled_at(p_credential bytea) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT min(asv.statement_taken_at(s.digest)) FROM asv.statement s
            WHERE s.subject = p_credential AND (s.action = 32 AND s.step = 2 OR s.action = 34));
END
$$;
COMMENT ON FUNCTION asv.credential_enrolled_at IS 'when the keeper took the word of two people, or of the agency root; NULL: not enrolled';

CREATE FUNCTION asv.credential_revoked_at(p_credential bytea) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT min(s.stored_at) FROM asv.statement s
            WHERE s.subject = p_credential AND s.action = 33 AND NOT asv.statement_is_refused(s.digest));
END
$$;
COMMENT ON FUNCTION asv.credential_revoked_at IS 'when one person revoked it, whether the keeper was there or not; NULL: not revoked';

CREATE FUNCTION asv.credential_revocation_taken(p_credential bytea) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.statement s
                   WHERE s.subject = p_credential AND s.action = 33 AND asv.statement_taken_at(s.digest) IS NOT NULL)
$$;
COMMENT ON FUNCTION asv.credential_revocation_taken IS 'whether the keeper knows that it is revoked';

CREATE FUNCTION asv.person_disabled_at(p_person uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT max(d.at) FROM asv.person_disabling d
            WHERE d.person = p_person
              AND d.at > coalesce((SELECT max(asv.credential_enrolled_at(c.digest)) FROM asv.credential c
                                   WHERE c.person = p_person), '-infinity'));
END
$$;
COMMENT ON FUNCTION asv.person_disabled_at IS 'since when an account is disabled; NULL: it is not';

CREATE VIEW asv.credential_state AS
SELECT c.digest, c.person, c.name, c.roles, c.units, c.valid_from, c.valid_until, c.key, c.record,
       asv.credential_enrolled_at(c.digest) AS enrolled_at, asv.credential_revoked_at(c.digest) AS revoked_at,
       asv.credential_revocation_taken(c.digest) AS revocation_taken, asv.person_disabled_at(c.person) AS disabled_at
FROM asv.credential c;
COMMENT ON VIEW asv.credential_state IS 'credentials, and whether they count';
COMMENT ON COLUMN asv.credential_state.enrolled_at IS 'NULL: not enrolled';
COMMENT ON COLUMN asv.credential_state.revoked_at IS 'NULL: not revoked';
COMMENT ON COLUMN asv.credential_state.revocation_taken IS 'whether the keeper knows that it is revoked';
COMMENT ON COLUMN asv.credential_state.disabled_at IS 'since when the account is disabled; NULL: it is not';

CREATE FUNCTION asv.person_name(p_person uuid) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT c.name FROM asv.credential c WHERE c.person = p_person
            ORDER BY asv.credential_enrolled_at(c.digest) IS NOT NULL AND asv.credential_revoked_at(c.digest) IS NULL DESC,
                     c.since DESC, c.digest LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.person_name IS 'as the newest credential has it, of those that count';

-- ---- who asks

CREATE FUNCTION asv.caller() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF session_user = 'asv_web' THEN
        RETURN asv.session_person();
    END IF;
    RETURN (SELECT person FROM asv.person_login WHERE login = session_user AND asv.person_disabled_at(person) IS NULL);
END
$$;
COMMENT ON FUNCTION asv.caller IS 'whose account it is that is connected, or, by the web server, whose session this transaction is in; NULL: nobody''s, or it is disabled';
GRANT EXECUTE ON FUNCTION asv.caller TO asv_staff;

CREATE FUNCTION asv.is_administration() RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT pg_has_role(session_user, 'asv_admin', 'MEMBER')
$$;
COMMENT ON FUNCTION asv.is_administration IS 'whether the administrator or one of the jobs is connected, and not a member of staff';

CREATE FUNCTION asv.check_known() RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF asv.caller() IS NULL AND pg_has_role(session_user, 'asv_staff', 'MEMBER') AND NOT asv.is_administration() THEN
        RAISE EXCEPTION 'this account is nobody''s, or it is disabled: the administrator writes down whose it is'
            USING ERRCODE = 'VA007';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION asv.check_known IS 'refuses a member of asv_staff whose account is nobody''s or disabled: it writes nothing down, and reads no names';

CREATE FUNCTION asv.said_by(p_by text) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN asv.is_administration() THEN p_by
                WHEN session_user = 'asv_web'
                THEN coalesce(asv.person_name(asv.caller()) || ' (' || left(asv.caller()::text, 8) || ')', session_user)
                ELSE session_user END
$$;
COMMENT ON FUNCTION asv.said_by IS 'who writes something down: a member of staff is the account that is connected, or whoever has signed in, whatever is said';

CREATE FUNCTION asv.check_caller(p_person uuid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF p_person IS DISTINCT FROM asv.caller() AND NOT asv.is_administration() THEN
        RAISE EXCEPTION 'what follows from a statement is written down by who signed it, or by the nightly run'
            USING ERRCODE = 'VA007';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.check_caller IS 'refuses members of staff but this one';

CREATE FUNCTION asv.has_role(p_person uuid, p_roles integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT EXISTS (SELECT FROM asv.credential_state
                           WHERE person = p_person AND roles & p_roles <> 0 AND enrolled_at IS NOT NULL AND revoked_at IS NULL
                             AND disabled_at IS NULL AND valid_from <= clock_timestamp() AND valid_until > clock_timestamp()));
END
$$;
COMMENT ON FUNCTION asv.has_role IS 'whether a person has one of these roles now';

CREATE FUNCTION asv.check_role(p_roles integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF NOT asv.has_role(asv.caller(), p_roles) THEN
        RAISE EXCEPTION 'this is told to other roles than those of this account' USING ERRCODE = 'VA007';
    END IF;
    RETURN true;
END
$$;
COMMENT ON FUNCTION asv.check_role IS 'refuses an account whose person has none of these roles now';

INSERT INTO asv.alarm_kind VALUES
    ('account', 'somebody who had an account got another one, or another password: whoever comes in with that is believed to be that person here');

CREATE FUNCTION asv.login_put(p_person uuid, p_login text, p_by text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_person uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p_login AND pg_has_role(r.oid, 'asv_staff', 'MEMBER')) THEN
        RAISE EXCEPTION 'login: there is no role % that is a member of asv_staff', p_login USING ERRCODE = 'VA006';
    ELSIF pg_has_role(p_login, 'asv_admin', 'MEMBER') OR pg_has_role(p_login, 'asv_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'login: % is administration''s, and no person''s', p_login USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.person_login (login, person, by) VALUES (p_login, p_person, p_by) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        IF EXISTS (SELECT FROM asv.person_login WHERE person = p_person AND login <> p_login) THEN
            -- Not in silence: who makes accounts could come in as that person.
            PERFORM asv.alarm_put('account', NULL, NULL, NULL, NULL, format('%s: %s is another account of %s, who had one', p_by, p_login,
                                                                            asv.person_name(p_person)), p_login);
        END IF;
        RETURN 'done';
    END IF;
    SELECT person INTO v_person FROM asv.person_login WHERE login = p_login;
    IF v_person <> p_person THEN
        RAISE EXCEPTION 'login: % is, or was, somebody else''s, and is nobody else''s for ever', p_login USING ERRCODE = 'VA001';
    END IF;
    RETURN 'already';
END
$$;
COMMENT ON FUNCTION asv.login_put IS 'whose account of the server this is; a person may have several, with an alarm, an account is one person''s for ever';
GRANT EXECUTE ON FUNCTION asv.login_put TO asv_admin;

-- ---- people

CREATE FUNCTION asv.credential_put(
    p_agency bytea, p_person uuid, p_badge bytea, p_name text, p_roles integer, p_units text, p_valid_from timestamptz,
    p_valid_until timestamptz, p_key bytea, p_record bytea, p_by text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_units text[] := CASE WHEN p_units = '' THEN '{}' ELSE string_to_array(p_units, E'\n') END;
BEGIN
    INSERT INTO asv.person (id, badge, by) VALUES (p_person, p_badge, p_by) ON CONFLICT DO NOTHING;
    -- Whoever makes credentials for one person takes this lock first: roles that exclude each other do not pass each other.
    PERFORM FROM asv.person WHERE id = p_person AND badge = p_badge FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'person: the badge is another person''s, or the person has another badge' USING ERRCODE = 'VA001';
    END IF;
    IF EXISTS (SELECT FROM asv.credential WHERE digest = sha256(p_record)) THEN
        RETURN 'already';
    END IF;
    IF EXISTS (SELECT FROM asv.credential WHERE key = p_key) THEN
        RAISE EXCEPTION 'credential: this key is in another one, for ever' USING ERRCODE = 'VA001';
    END IF;
    -- ST-022, over all of the person's credentials that can still count.
    IF EXISTS (SELECT FROM asv.credential_state c
               WHERE c.person = p_person AND c.revoked_at IS NULL AND c.valid_until > clock_timestamp()
                 AND ((c.roles | p_roles) & 128) <> 0 AND ((c.roles | p_roles) & 62) <> 0) THEN
        RAISE EXCEPTION 'credential: the person is administrator, or decides about recordings, under another one'
            USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.unit (code, title) SELECT u, u FROM unnest(v_units) AS u ON CONFLICT DO NOTHING;
    INSERT INTO asv.credential (digest, agency, person, badge, name, roles, units, valid_from, valid_until, key, record, by)
    VALUES (sha256(p_record), p_agency, p_person, p_badge, p_name, p_roles, v_units, p_valid_from, p_valid_until, p_key,
            p_record, p_by);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.credential_put IS 'adds a credential record, with its person and units (one a line), that nobody has enrolled yet';
GRANT EXECUTE ON FUNCTION asv.credential_put TO asv_admin;

CREATE FUNCTION asv.credential_find(p_digest bytea, p_key bytea)
    RETURNS TABLE (digest bytea, record bytea, enrolled_at timestamptz, revoked_at timestamptz, revocation_taken boolean,
                   disabled_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.digest, c.record, c.enrolled_at, c.revoked_at, c.revocation_taken, c.disabled_at
    FROM asv.credential_state c WHERE c.digest = p_digest OR c.key = p_key
$$;
COMMENT ON FUNCTION asv.credential_find IS 'the credential with this digest, or with this key';
GRANT EXECUTE ON FUNCTION asv.credential_find TO asv_staff, asv_admin;

CREATE FUNCTION asv.credential_page(p_name text, p_digest bytea, p_limit integer)
    RETURNS TABLE (digest bytea, record bytea, enrolled_at timestamptz, revoked_at timestamptz, revocation_taken boolean,
                   disabled_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.digest, c.record, c.enrolled_at, c.revoked_at, c.revocation_taken, c.disabled_at
    FROM asv.credential_state c
    WHERE p_name IS NULL OR (c.name::text COLLATE "C", c.digest::bytea) > (p_name COLLATE "C", p_digest)
    ORDER BY c.name::text COLLATE "C", c.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.credential_page IS 'credentials in the order of names and digests';
GRANT EXECUTE ON FUNCTION asv.credential_page TO asv_staff, asv_admin;

-- Whoever has a credential that counts may offer a key in an authenticator beside it. What the record says, the two who enrol it read.
CREATE FUNCTION asv.credential_offer(p_valid_from timestamptz, p_valid_until timestamptz, p_key bytea, p_record bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    c asv.credential;
BEGIN
    SELECT * INTO c FROM asv.credential WHERE digest = (SELECT m.digest FROM asv.credential_mine(false, 1) m);
    IF c.digest IS NULL OR octet_length(p_key) <> 64 THEN
        RAISE EXCEPTION 'credential: offered by nobody who has one, or no authenticator''s' USING ERRCODE = 'VA007';
    ELSIF (SELECT count(*) FROM asv.credential_state s
           WHERE s.person = c.person AND s.enrolled_at IS NULL AND s.valid_from > clock_timestamp() - interval '14 days') >= 8 THEN
        RAISE EXCEPTION 'credential: so many wait already to be enrolled' USING ERRCODE = 'VA002';
    END IF;
    RETURN asv.credential_put(c.agency, c.person, c.badge, c.name, c.roles, array_to_string(c.units, E'\n'), p_valid_from, p_valid_until,
                              p_key, p_record, asv.said_by('web'));
END
$$;
COMMENT ON FUNCTION asv.credential_offer IS 'adds a record of who asks, with an authenticator''s key, that two people may enrol';
GRANT EXECUTE ON FUNCTION asv.credential_offer TO asv_staff;

CREATE FUNCTION asv.person_disable(p_person uuid, p_reason text, p_by text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM FROM asv.person WHERE id = p_person FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'person: not in the register' USING ERRCODE = 'VA006';
    END IF;
    -- Nor does anybody keep a colleague out who waits for the second signature.
    IF NOT asv.is_administration() AND NOT asv.has_role(asv.caller(), (SELECT r.proposers FROM asv.action_rule(33) r))
       AND NOT EXISTS (SELECT FROM asv.statement s JOIN asv.credential c ON c.digest = s.subject
                       WHERE s.action = 33 AND s.person = asv.caller() AND c.person = p_person) THEN
        RAISE EXCEPTION 'person: an account is disabled by who may revoke its credentials' USING ERRCODE = 'VA007';
    ELSIF asv.person_disabled_at(p_person) IS NOT NULL THEN
        RETURN 'already';
    ELSIF NOT asv.is_administration()
          AND EXISTS (SELECT FROM asv.credential_state
                      WHERE person = p_person AND enrolled_at IS NOT NULL AND revoked_at IS NULL
                        AND valid_until > clock_timestamp()) THEN
        RAISE EXCEPTION 'person: a credential is not revoked yet' USING ERRCODE = 'VA002';
    END IF;
    INSERT INTO asv.person_disabling (person, reason, by) VALUES (p_person, p_reason, asv.said_by(p_by));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.person_disable IS 'nothing is done with this account, whose credentials somebody has revoked, until two people enrol a new one for it';
GRANT EXECUTE ON FUNCTION asv.person_disable TO asv_staff;

-- ---- duties

CREATE FUNCTION asv.duty_put(
    p_person uuid, p_kind text, p_unit text, p_appraised uuid, p_from timestamptz, p_until timestamptz, p_by text)
    RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM FROM asv.person WHERE id = p_person FOR NO KEY UPDATE;
    SELECT d.id INTO v_id FROM asv.duty d
    WHERE d.person = p_person AND d.kind = p_kind AND d.unit IS NOT DISTINCT FROM p_unit
      AND d.appraised IS NOT DISTINCT FROM p_appraised AND d.from_at <= p_from
      AND d.until_at IS NOT DISTINCT FROM p_until AND NOT EXISTS (SELECT FROM asv.duty_end e WHERE e.duty = d.id);
    IF v_id IS NULL THEN
        INSERT INTO asv.duty (person, kind, unit, appraised, from_at, until_at, by)
        VALUES (p_person, p_kind, p_unit, p_appraised, p_from, p_until, p_by) RETURNING id INTO v_id;
    END IF;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION asv.duty_put IS 'writes a duty down; one that says as much already is returned instead';
GRANT EXECUTE ON FUNCTION asv.duty_put TO asv_admin;

CREATE FUNCTION asv.duty_end(p_duty uuid, p_by text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    INSERT INTO asv.duty_end (duty, by) VALUES (p_duty, p_by) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.duty_end IS 'a duty is over from now on';
GRANT EXECUTE ON FUNCTION asv.duty_end TO asv_admin;

CREATE FUNCTION asv.duty_list(p_after uuid, p_limit integer)
    RETURNS TABLE (id uuid, person uuid, name text, kind text, unit text, appraised uuid, appraised_name text,
                   from_at timestamptz, until_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.id, d.person, asv.person_name(d.person), d.kind, d.unit, d.appraised, asv.person_name(d.appraised), d.from_at,
           d.until_at
    FROM asv.duty d
    WHERE asv.check_known() AND (p_after IS NULL OR d.id > p_after) AND (d.until_at IS NULL OR d.until_at > clock_timestamp())
      AND NOT EXISTS (SELECT FROM asv.duty_end e WHERE e.duty = d.id)
    ORDER BY d.id LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.duty_list IS 'duties that are not over';
GRANT EXECUTE ON FUNCTION asv.duty_list TO asv_staff, asv_admin;

CREATE FUNCTION asv.duties_of(p_person uuid, p_unit text, p_wearer uuid)
    RETURNS TABLE (in_charge boolean, deputises boolean, appraises boolean)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT coalesce(bool_or(kind = 'in_charge' AND unit = p_unit), false),
           coalesce(bool_or(kind = 'deputy' AND unit = p_unit), false),
           coalesce(bool_or(kind = 'appraises' AND appraised = p_wearer), false)
    FROM asv.duty d
    WHERE person = p_person AND from_at <= clock_timestamp() AND (until_at IS NULL OR until_at > clock_timestamp())
      AND NOT EXISTS (SELECT FROM asv.duty_end e WHERE e.duty = d.id);
END
$$;
COMMENT ON FUNCTION asv.duties_of IS 'whether a person is in charge of this unit or deputises now, and appraises this wearer; for the rules, nobody may call it';

CREATE FUNCTION asv.own_units() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_person CONSTANT uuid := asv.caller();
BEGIN
    IF pg_has_role(session_user, 'asv_owner', 'MEMBER') OR asv.is_administration() OR asv.has_role(v_person, 32)
       OR EXISTS (SELECT FROM asv.credential_state c
                  WHERE c.person = v_person AND cardinality(c.units) = 0 AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL
                    AND c.disabled_at IS NULL AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN ARRAY(SELECT unnest(c.units) FROM asv.credential_state c
                 WHERE c.person = v_person AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL
                   AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()
                 UNION
                 SELECT d.unit::text FROM asv.duty d
                 WHERE d.person = v_person AND d.unit IS NOT NULL AND d.from_at <= clock_timestamp()
                   AND (d.until_at IS NULL OR d.until_at > clock_timestamp())
                   AND NOT EXISTS (SELECT FROM asv.duty_end e WHERE e.duty = d.id));
END
$$;
COMMENT ON FUNCTION asv.own_units IS 'the units of the caller, by what counts of credentials and duties; NULL: the whole agency, as of the data-protection officer and of who has a credential without units';
GRANT EXECUTE ON FUNCTION asv.own_units TO asv_staff;

-- ---- users, as people are shown them

CREATE FUNCTION asv.role_names(p_roles integer) RETURNS json
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(json_agg(r.name ORDER BY r.bit), '[]')
            FROM (VALUES (1, 'wearer'), (2, 'supervisor'), (4, 'deputy'), (8, 'reviewer'), (16, 'exporter'), (32, 'data_protection_officer'),
                         (64, 'staff_council'), (128, 'administrator')) AS r (bit, name)
            WHERE p_roles & r.bit <> 0);
END
$$;
COMMENT ON FUNCTION asv.role_names IS 'the roles of a set, by name';

CREATE FUNCTION asv.user_lines(p_one uuid, p_after uuid, p_limit integer)
    RETURNS TABLE (person uuid, name text, roles json, since timestamptz, disabled_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, asv.person_name(p.id), asv.role_names(coalesce(k.roles, 0)), p.since, asv.person_disabled_at(p.id)
    FROM asv.person p
    CROSS JOIN LATERAL (SELECT bit_or(c.roles::integer) AS roles FROM asv.credential_state c
                        WHERE c.person = p.id AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL
                          AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()) AS k
    WHERE (SELECT asv.check_known()) AND (p_one IS NULL OR p.id = p_one) AND (p_after IS NULL OR p.id > p_after)
    ORDER BY p.id
    LIMIT p_limit;
END
$$;
COMMENT ON FUNCTION asv.user_lines IS 'a page of the people with an account, or one of them, and the roles that count now; nothing of recordings (LAW L6)';
GRANT EXECUTE ON FUNCTION asv.user_lines TO asv_staff;

CREATE FUNCTION asv.user_credentials(p_person uuid) RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(json_agg(json_strip_nulls(json_build_object('credential', encode(c.digest, 'hex'), 'name', c.name,
               'roles', asv.role_names(c.roles), 'units', to_json(c.units), 'valid_from', asv.utc(c.valid_from),
               'valid_until', asv.utc(c.valid_until), 'enrolled_at', asv.utc(c.enrolled_at), 'revoked_at', asv.utc(c.revoked_at),
               'proposal', (SELECT encode(s.digest, 'hex') FROM asv.statement s
                            WHERE s.subject = c.digest AND s.action = 32 AND s.step = 1 AND s.expires_at > clock_timestamp()
                              AND c.enrolled_at IS NULL AND c.revoked_at IS NULL AND asv.proposal_ended_by(s.digest) IS NULL
                            ORDER BY s.stored_at DESC LIMIT 1)))
               ORDER BY c.valid_from, c.digest), '[]')
    FROM asv.credential_state c WHERE c.person = p_person AND (SELECT asv.check_known())
$$;
COMMENT ON FUNCTION asv.user_credentials IS 'the credentials of one person, whether they count, and what can be answered about them';
GRANT EXECUTE ON FUNCTION asv.user_credentials TO asv_staff;

CREATE FUNCTION asv.user_duties(p_person uuid) RETURNS json
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(json_agg(json_strip_nulls(json_build_object('duty', d.id, 'kind', d.kind, 'unit', d.unit,
               'appraised', asv.person_name(d.appraised), 'from_at', asv.utc(d.from_at), 'until_at', asv.utc(d.until_at)))
               ORDER BY d.id), '[]')
    FROM asv.duty d
    WHERE d.person = p_person AND (SELECT asv.check_known()) AND (d.until_at IS NULL OR d.until_at > clock_timestamp())
      AND NOT EXISTS (SELECT FROM asv.duty_end e WHERE e.duty = d.id)
$$;
COMMENT ON FUNCTION asv.user_duties IS 'the duties of one person that are not over';
GRANT EXECUTE ON FUNCTION asv.user_duties TO asv_staff;

-- ---- statements

CREATE FUNCTION asv.can_enrol(p_roles integer) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT EXISTS (SELECT FROM asv.credential_state
                   WHERE roles & p_roles <> 0 AND enrolled_at IS NOT NULL AND revoked_at IS NULL AND disabled_at IS NULL
                     AND valid_until > clock_timestamp())
$$;
COMMENT ON FUNCTION asv.can_enrol IS 'whether somebody with one of these roles is left: 128 proposes an enrolment, 2 or 4 approves it';

-- The table of STATEMENTS.md 4: as sets of roles, and how long what is signed lives at most.
CREATE FUNCTION asv.action_rule(p_action integer)
    RETURNS TABLE (proposers integer, approvers integer, proposal_lives interval, answer_lives interval)
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.proposers, r.approvers, r.proposal, r.answer
    FROM (VALUES (1, 39, 7, '4 days'::interval, '1 day'::interval), (2, 47, 7, '4 days', '1 day'), (3, 47, 7, '4 days', '1 day'),
                 (4, 46, 38, '1 day', '12 hours'), (5, 22, 6, '4 days', '1 day'), (6, 39, 7, '4 days', '1 day'),
                 (7, 47, 0, '2 days', NULL), (8, 38, 0, '1 hour', NULL), (9, 39, 7, '4 days', '1 day'), (10, 47, 7, '4 days', '1 day'),
                 (11, 46, 0, '5 minutes', NULL),
                 (16, 144, 6, '14 days', '1 day'), (17, 150, 0, '2 days', NULL), (32, 128, 6, '14 days', '1 day'),
                 (33, 134, 0, '2 days', NULL), (34, 0, 0, '1 day', NULL), (48, 128, 6, '14 days', '1 day'), (49, 134, 134, '1 day', '1 hour'),
                 (50, 128, 6, '14 days', '1 day'), (51, 128, 6, '14 days', '1 day'), (52, 128, 6, '14 days', '1 day'),
                 (53, 160, 38, '14 days', '1 day'), (64, 63, 0, '1 hour', NULL), (65, 32, 0, '1 hour', NULL)) AS r (action, proposers, approvers, proposal, answer)
    WHERE r.action = p_action
$$;
COMMENT ON FUNCTION asv.action_rule IS 'which roles propose an action, or decide on it alone, which approve, and how long each statement lives at most (STATEMENTS.md 4)';

CREATE FUNCTION asv.action_roles(p_action integer, p_step integer, p_ground integer) RETURNS integer
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE p_step WHEN 2 THEN r.approvers WHEN 3 THEN r.approvers & ~1
                       WHEN 4 THEN r.proposers
                       -- ST-042: a recorded person's demand comes through the data-protection officer, and nothing else to keep does.
                       ELSE CASE WHEN p_action NOT IN (1, 6) THEN r.proposers WHEN p_ground = 3 THEN 32 ELSE r.proposers & ~32 END END
    FROM asv.action_rule(p_action) r
$$;
COMMENT ON FUNCTION asv.action_roles IS 'one of which roles takes this step (ST-087)';

CREATE FUNCTION asv.statement_check_signer(p_action integer, p_step integer, p_ground integer, p_credential bytea, p_person uuid)
    RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    c record;
BEGIN
    -- A statement comes from the account of whoever signed it, and the agency root's from the administrator's. Nobody can verify its
    -- proof here: so nobody at least speaks for somebody else.
    IF p_action = 34 AND NOT asv.is_administration() THEN
        RAISE EXCEPTION 'statement: the agency root speaks through the administrator' USING ERRCODE = 'VA007';
    ELSIF p_action <> 34 AND p_person IS DISTINCT FROM asv.caller() AND NOT pg_has_role(session_user, 'asv_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'statement: it is another person''s than this account' USING ERRCODE = 'VA007';
    END IF;
    IF p_action = 34 THEN
        -- As the keeper does (KEEPER.md, K-092).
        IF EXISTS (SELECT FROM asv.statement s JOIN asv.credential_state e ON e.digest = s.subject
                   WHERE s.action = 32 AND s.step = 2 AND asv.statement_taken_at(s.digest) IS NOT NULL
                     AND e.revoked_at IS NULL AND e.valid_until > clock_timestamp())
           AND asv.can_enrol(128) AND asv.can_enrol(6) THEN
            RAISE EXCEPTION 'statement: somebody was enrolled by people; the agency root enrols nobody any more'
                USING ERRCODE = 'VA007';
        END IF;
        RETURN;
    END IF;
    SELECT * INTO c FROM asv.credential_state WHERE digest = p_credential AND person = p_person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'statement: its credential is not in the register' USING ERRCODE = 'VA006';
    ELSIF c.enrolled_at IS NULL THEN
        RAISE EXCEPTION 'statement: nobody has enrolled the credential of %', c.name USING ERRCODE = 'VA007';
    ELSIF c.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'statement: the credential of % is revoked', c.name USING ERRCODE = 'VA007';
    ELSIF c.disabled_at IS NOT NULL THEN
        RAISE EXCEPTION 'statement: the account of % is disabled', c.name USING ERRCODE = 'VA007';
    ELSIF coalesce(c.roles & asv.action_roles(p_action, p_step, p_ground), 0) = 0 THEN
        -- Before anybody has verified it, it takes a place here that others find taken.
        RAISE EXCEPTION 'statement: % may not sign this', c.name USING ERRCODE = 'VA007';
    ELSIF c.valid_from > clock_timestamp() + interval '2 minutes' OR c.valid_until <= clock_timestamp() THEN
        RAISE EXCEPTION 'statement: the credential of % is not valid now', c.name USING ERRCODE = 'VA004';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.statement_check_signer IS 'refuses a statement of who may sign nothing';

CREATE FUNCTION asv.statement_check_answer(p_proposal bytea, p_step integer, p_person uuid, p_issued_at timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    p asv.statement;
    v_ended_by bytea;
BEGIN
    -- Answers to one proposal follow one another.
    SELECT * INTO p FROM asv.statement WHERE digest = p_proposal FOR NO KEY UPDATE;
    v_ended_by := asv.proposal_ended_by(p_proposal);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'statement: it answers a proposal that is not here' USING ERRCODE = 'VA006';
    ELSIF p.step <> 1 THEN
        RAISE EXCEPTION 'statement: what it answers is no proposal' USING ERRCODE = 'VA001';
    ELSIF v_ended_by IS NOT NULL
          -- Whatever stands here of an answer about a recording may be nothing that anybody signed, and that the keeper took it is the
          -- word of who signed it. So it keeps nobody else from answering, and the keeper goes by the one that is good: an approval
          -- is taken as well, and a refusal or a withdrawal while the request is open here.
          AND NOT (p.action IN (1, 2, 3, 4, 6, 9, 10)
                   AND EXISTS (SELECT FROM asv.statement e WHERE e.digest = v_ended_by AND e.person <> p_person)
                   AND (p_step = 2 OR EXISTS (SELECT FROM asv.request r WHERE r.proposal = p_proposal AND r.outcome IS NULL))) THEN
        RAISE EXCEPTION 'statement: the proposal was approved, refused or withdrawn before' USING ERRCODE = 'VA002';
    ELSIF p_issued_at < p.issued_at OR p_issued_at >= p.expires_at THEN
        RAISE EXCEPTION 'statement: the proposal''s time is over' USING ERRCODE = 'VA004';
    ELSIF p_step = 2 AND p.person = p_person THEN
        RAISE EXCEPTION 'statement: who proposes cannot approve, under whatever credential' USING ERRCODE = 'VA007';
    ELSIF p_step = 4 AND p.person <> p_person THEN
        RAISE EXCEPTION 'statement: only who proposed can withdraw' USING ERRCODE = 'VA007';
    ELSIF p_step = 2 AND p.action = 32 THEN
        IF EXISTS (SELECT FROM asv.credential c WHERE c.digest = p.subject AND c.person = p_person) THEN
            RAISE EXCEPTION 'statement: nobody approves his or her own enrolment' USING ERRCODE = 'VA007';
        ELSIF EXISTS (SELECT FROM asv.credential c JOIN asv.person_disabling d ON d.person = c.person
                      WHERE c.digest = p.subject AND d.at >= p.issued_at) THEN
            RAISE EXCEPTION 'statement: the account was disabled after its enrolment was proposed'
                USING ERRCODE = 'VA002';
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION asv.statement_check_answer IS 'refuses an answer that cannot be one, and takes the proposal''s row lock';

-- LAW L1, L5. What is shown is shown to who asked for it, each time that he or she signs for it.
CREATE FUNCTION asv.statement_check_show(p_opening bytea, p_person uuid, p_subject bytea, p_subject_name text, p_incident uuid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    p asv.statement;
BEGIN
    SELECT * INTO p FROM asv.statement WHERE digest = p_opening AND action = 4 AND step = 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'statement: the request to be shown something is not here' USING ERRCODE = 'VA006';
    ELSIF p.person <> p_person THEN
        RAISE EXCEPTION 'statement: it is shown to who asked for it, and to nobody else' USING ERRCODE = 'VA007';
    ELSIF (p.subject, p.subject_name::text, p.incident) IS DISTINCT FROM (p_subject::asv.digest, p_subject_name, p_incident) THEN
        RAISE EXCEPTION 'statement: it is about something else than was agreed to' USING ERRCODE = 'VA001';
    ELSIF NOT EXISTS (SELECT FROM asv.request WHERE proposal = p_opening AND outcome = 'approved') THEN
        RAISE EXCEPTION 'statement: nobody has agreed that it may be shown' USING ERRCODE = 'VA002';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.statement_check_show IS 'refuses a SHOW that makes use of nothing that was approved';

CREATE FUNCTION asv.statement_put(
    p_object bytea, p_digest bytea, p_action integer, p_step smallint, p_matter bytea, p_subject_kind smallint,
    p_subject bytea, p_subject_name text, p_version bigint, p_days smallint, p_from_day date, p_recipient bytea, p_incident uuid,
    p_ground smallint, p_credential bytea, p_person uuid, p_nonce bytea, p_issued_at timestamptz,
    p_expires_at timestamptz, p_proposal bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.statement WHERE digest = p_digest) THEN
        RETURN 'already';
    END IF;
    IF p_issued_at > clock_timestamp() + interval '2 minutes' OR p_expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'statement: its time has not begun, or is over' USING ERRCODE = 'VA004';
    ELSIF p_expires_at > p_issued_at + (SELECT CASE WHEN p_step IN (1, 5) THEN r.proposal_lives ELSE r.answer_lives END
                                        FROM asv.action_rule(p_action) r) IS NOT FALSE THEN
        RAISE EXCEPTION 'statement: it would live for longer than anything may that is signed so' USING ERRCODE = 'VA004';
    END IF;
    PERFORM asv.statement_check_signer(p_action, p_step, p_ground, p_credential, p_person);
    -- Nothing that is stored here is deleted: as with the keeper (K-125), one person's share is bounded.
    IF (SELECT count(*) FROM asv.statement WHERE person = p_person AND expires_at > clock_timestamp()) >= 1000 THEN
        RAISE EXCEPTION 'statement: too many of this person live; some must expire first' USING ERRCODE = 'VA002';
    END IF;
    IF p_action = 11 THEN
        PERFORM asv.statement_check_show(p_proposal, p_person, p_subject, p_subject_name, p_incident);
    ELSIF p_proposal IS NOT NULL THEN
        PERFORM asv.statement_check_answer(p_proposal, p_step, p_person, p_issued_at);
    END IF;
    IF p_action IN (32, 33, 34) AND NOT EXISTS (SELECT FROM asv.credential WHERE digest = p_subject) THEN
        RAISE EXCEPTION 'statement: the credential that it is about is not in the register' USING ERRCODE = 'VA006';
    END IF;
    IF p_action = 48 AND p_step IN (1, 2) THEN
        IF NOT EXISTS (SELECT FROM asv.policy_file WHERE digest = p_subject AND version = p_version AND days = p_days) THEN
            RAISE EXCEPTION 'statement: the policy that it is about is not here' USING ERRCODE = 'VA006';
        ELSIF EXISTS (SELECT FROM asv.statement s
                      WHERE s.action = 48 AND s.step = 2 AND s.version >= p_version
                        AND asv.statement_taken_at(s.digest) IS NOT NULL) THEN
            RAISE EXCEPTION 'statement: a policy''s version must be above that of every one that was decided on'
                USING ERRCODE = 'VA004';
        ELSIF p_from_day <= (clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date THEN
            RAISE EXCEPTION 'statement: a policy is never in force backwards, and its first day has begun'
                USING ERRCODE = 'VA004';
        END IF;
    END IF;
    -- ST-123, ST-124. An end needs nothing beside it.
    IF p_action = 16 AND NOT EXISTS (SELECT FROM asv.recipient_card WHERE digest = p_subject) THEN
        RAISE EXCEPTION 'statement: the recipient''s card is not here' USING ERRCODE = 'VA006';
    ELSIF p_action = 5 AND NOT EXISTS (SELECT FROM asv.handover_plan WHERE digest = p_subject) THEN
        RAISE EXCEPTION 'statement: the plan of the hand-over is not here' USING ERRCODE = 'VA006';
    END IF;
    INSERT INTO asv.statement (digest, object, action, step, matter, subject_kind, subject, subject_name, version, days, from_day,
                               recipient, incident, ground, credential, person, nonce, issued_at, expires_at, proposal, opening)
    VALUES (p_digest, p_object, p_action, p_step, p_matter, p_subject_kind, p_subject, p_subject_name, p_version, p_days, p_from_day,
            p_recipient, p_incident, p_ground, p_credential, p_person, p_nonce, p_issued_at, p_expires_at,
            CASE WHEN p_action <> 11 THEN p_proposal END, CASE WHEN p_action = 11 THEN p_proposal END);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.statement_put IS 'keeps a statement that the caller has read and whose proof it has verified';
GRANT EXECUTE ON FUNCTION asv.statement_put TO asv_staff, asv_admin;

-- ST-104. What one person writes down of an incident, or answers to somebody recorded, he or she signs: the statement names the row by
-- a salted digest, the row names the statement, and both are of one transaction. The salt lies in the row and goes with it.
CREATE FUNCTION asv.record_lines(p_lines text[]) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_to_string(p_lines, E'\n', '')
$$;
COMMENT ON FUNCTION asv.record_lines IS 'what a row says: its fields, one to a line, empty where there is none (ST-103)';

CREATE FUNCTION asv.record_digest(p_salt bytea, p_text text) RETURNS bytea
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(p_salt || convert_to(p_text, 'UTF8'))
$$;
COMMENT ON FUNCTION asv.record_digest IS 'how a statement names a row: SHA-256 over its salt and what it says (ST-103)';

CREATE FUNCTION asv.record_time(p_at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN isfinite(p_at) THEN floor(extract(epoch FROM p_at) * 1000)::bigint::text ELSE p_at::text END
$$;
COMMENT ON FUNCTION asv.record_time IS 'an instant as a line: milliseconds since 1970';

CREATE FUNCTION asv.record_check(p_statement bytea, p_record text, p_action integer, p_incident uuid, p_digest bytea) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
BEGIN
    SELECT * INTO s FROM asv.statement WHERE digest = p_statement;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'record: what was signed for it is not here' USING ERRCODE = 'VA006';
    ELSIF s.person IS DISTINCT FROM asv.caller() AND NOT pg_has_role(session_user, 'asv_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'record: another person signed it than whose account this is' USING ERRCODE = 'VA007';
    ELSIF s.action <> p_action OR s.subject_kind <> 10 OR s.subject_name <> p_record THEN
        RAISE EXCEPTION 'record: what was signed is about something else' USING ERRCODE = 'VA001';
    ELSIF s.incident IS DISTINCT FROM p_incident THEN
        RAISE EXCEPTION 'record: what was signed is about another incident' USING ERRCODE = 'VA001';
    ELSIF s.subject IS DISTINCT FROM p_digest THEN
        RAISE EXCEPTION 'record: what was signed says something else than what is to be written down' USING ERRCODE = 'VA001';
    END IF;
END
$$;
COMMENT ON FUNCTION asv.record_check IS 'refuses to write down what nobody, or somebody else, has signed';

CREATE FUNCTION asv.statement_answered(p_statement bytea, p_why text, p_ruling bytea, p_keeper bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_said asv.statement;
BEGIN
    SELECT * INTO v_said FROM asv.statement WHERE digest = p_statement FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'statement: not here' USING ERRCODE = 'VA006';
    ELSIF asv.statement_taken_at(p_statement) IS NOT NULL
          OR EXISTS (SELECT FROM asv.statement_answer
                     WHERE statement = p_statement AND NOT taken AND NOT forged AND why = p_why AND (ruling IS NULL) = (p_ruling IS NULL)) THEN
        RETURN 'already';
    ELSIF NOT asv.is_administration()
          AND NOT EXISTS (SELECT FROM asv.statement s LEFT JOIN asv.statement p ON p.digest = s.proposal
                          WHERE s.digest = p_statement
                            AND (s.person = asv.caller() OR s.action IN (4, 5) AND s.step = 2 AND p.person = asv.caller())) THEN
        -- Or somebody else could have the nightly run believe that the keeper has it.
        RAISE EXCEPTION 'statement: what the keeper said to it is said by who signed it' USING ERRCODE = 'VA007';
    ELSIF p_ruling IS NOT NULL
          AND (substring(p_ruling FROM 57 FOR 32), substring(p_ruling FROM 91 FOR 32))
              IS DISTINCT FROM (p_statement, coalesce(v_said.proposal::bytea, decode(repeat('00', 32), 'hex'))) THEN
        RAISE EXCEPTION 'statement: the keeper''s ruling is about another one' USING ERRCODE = 'VA001';
    ELSIF p_ruling IS NULL AND p_why IS NULL AND NOT (asv.is_administration() AND v_said.expires_at <= clock_timestamp()) THEN
        -- LG-095. As long as the keeper can be asked, it says so itself.
        RAISE EXCEPTION 'statement: that the keeper took it, is signed by the keeper' USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.statement_answer (statement, taken, concluded, why, ruling, keeper)
    VALUES (p_statement, p_why IS NULL, p_why IS NULL AND p_ruling IS NULL, p_why, p_ruling, p_keeper);
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.statement_answered IS 'the keeper took a statement (p_why NULL), or refused it because of this, with its ruling, which the caller has verified: by who signed it, or to whom it lets something be shown, and by the nightly run. Without a ruling it was not taken; or its time is over, and what the keeper keeps says that it was';
GRANT EXECUTE ON FUNCTION asv.statement_answered TO asv_staff, asv_admin;

CREATE FUNCTION asv.statement_refute(p_statement bytea, p_why text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.statement;
    v_recording uuid;
BEGIN
    SELECT * INTO s FROM asv.statement WHERE digest = p_statement FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'statement: not here' USING ERRCODE = 'VA006';
    ELSIF asv.is_forged(p_statement) THEN
        RETURN 'already';
    ELSIF s.action > 10 AND asv.statement_taken_at(p_statement) IS NOT NULL THEN
        RAISE EXCEPTION 'statement: the keeper took it' USING ERRCODE = 'VA002';
    END IF;
    INSERT INTO asv.statement_answer (statement, taken, forged, why) VALUES (p_statement, false, true, p_why);
    SELECT c.recording INTO v_recording FROM asv.clip c WHERE s.subject_kind IN (1, 7, 9) AND c.header = s.subject;
    PERFORM asv.alarm_put('forged', NULL, NULL, CASE s.subject_kind WHEN 2 THEN s.subject::bytea END, v_recording,
                          format('statement %s, from the account of %s, is none (%s); %s found it',
                                 left(encode(p_statement, 'hex'), 12), asv.person_name(s.person), p_why, session_user),
                          encode(p_statement, 'hex'));
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.statement_refute IS 'what stands here as a statement is nothing that anybody signed: it counts no more, whatever its account said of the keeper, and people hear whose account it came from';

CREATE FUNCTION asv.statement_forged(p_statement bytea, p_why text) RETURNS text
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT asv.statement_refute(p_statement, p_why)
$$;
COMMENT ON FUNCTION asv.statement_forged IS 'the nightly run read a statement, and it is none';
GRANT EXECUTE ON FUNCTION asv.statement_forged TO asv_admin;

CREATE FUNCTION asv.statement_now(p_digest bytea)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.digest, s.object, s.stored_at, asv.statement_taken_at(s.digest),
           CASE WHEN asv.statement_is_refused(s.digest) THEN
               (SELECT a.why FROM asv.statement_answer a WHERE a.statement = s.digest ORDER BY a.position DESC LIMIT 1) END,
           asv.proposal_ended_by(s.digest)
    FROM asv.statement s WHERE s.digest = p_digest
$$;
COMMENT ON FUNCTION asv.statement_now IS 'one statement and what became of it';

-- LAW L1, L2, L4. Who asked to be shown something is told to who asked or answered, to the data-protection officer, and, while it
-- waits for them, to the superiors in charge, who may agree; not to administration, which takes nothing of it to the keeper but that it
-- was refused or withdrawn, as long as the keeper has not heard that. What a recorded person asked (LAW L7) is told to who signed it,
-- and to the officer. Digests of statements are public.
CREATE FUNCTION asv.may_know(s asv.statement) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN s.action NOT IN (4, 11, 65) OR pg_has_role(session_user, 'asv_owner', 'MEMBER') OR asv.has_role(asv.caller(), 32)
        OR EXISTS (SELECT FROM asv.statement o WHERE asv.caller() = o.person
                   AND (o.digest IN (s.digest, s.proposal) OR o.proposal IN (s.digest, s.proposal)))
        OR s.action = 4 AND s.step = 1 AND s.expires_at > clock_timestamp() AND asv.may_agree(s.digest)
        OR s.action = 4 AND s.step = 1 AND asv.is_administration()
           AND EXISTS (SELECT FROM asv.statement o WHERE o.proposal = s.digest AND o.step IN (3, 4)
                       AND NOT EXISTS (SELECT FROM asv.statement_answer a WHERE a.statement = o.digest));
END
$$;
COMMENT ON FUNCTION asv.may_know IS 'whether the caller may read this statement: any but those about looking at something, and about what recorded people asked';

CREATE FUNCTION asv.statement_find(p_digest bytea)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('statement ' || encode(p_digest, 'hex'));
    RETURN QUERY SELECT n.* FROM asv.statement s CROSS JOIN asv.statement_now(s.digest) AS n
                 WHERE s.digest = p_digest AND asv.may_know(s);
END
$$;
COMMENT ON FUNCTION asv.statement_find IS 'one statement and what became of it, one in a transaction';
GRANT EXECUTE ON FUNCTION asv.statement_find TO asv_staff, asv_admin;

CREATE FUNCTION asv.statement_open(p_action integer, p_subject bytea, p_after bytea, p_limit integer)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT f.* FROM asv.statement s CROSS JOIN asv.statement_now(s.digest) AS f
    WHERE (s.action > 10 OR s.person = asv.caller() OR asv.is_administration())
      AND s.step = 1 AND s.expires_at > clock_timestamp() AND f.ended_by IS NULL AND f.refused_why IS NULL
      -- Nothing is left to decide about a credential that counts already, or does not count any more.
      AND NOT (s.action = 32 AND (asv.credential_enrolled_at(s.subject) IS NOT NULL OR asv.credential_revoked_at(s.subject) IS NOT NULL))
      AND (p_action IS NULL OR s.action = p_action) AND (p_subject IS NULL OR s.subject = p_subject)
      AND (p_after IS NULL OR s.digest > p_after)
    ORDER BY s.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.statement_open IS 'proposals that can still be answered; of one action or about one subject only, where it is given. Of those about recordings everybody sees his or her own (LAW L6): the others are requests';
GRANT EXECUTE ON FUNCTION asv.statement_open TO asv_staff;

CREATE FUNCTION asv.statement_approval(p_proposal bytea)
    RETURNS TABLE (digest bytea, object bytea, stored_at timestamptz, taken_at timestamptz, refused_why text,
                   ended_by bytea)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    PERFORM asv.one_at_a_time('statement ' || encode(p_proposal, 'hex'));
    RETURN QUERY
    SELECT f.* FROM asv.statement s CROSS JOIN asv.statement_now(s.digest) AS f
    WHERE s.proposal = p_proposal AND s.step = 2 AND f.refused_why IS NULL AND asv.may_know(s)
      AND (f.taken_at IS NOT NULL OR s.expires_at > clock_timestamp())
    ORDER BY f.taken_at, s.stored_at LIMIT 1;
END
$$;
COMMENT ON FUNCTION asv.statement_approval IS 'the approval of a proposal that the keeper has taken, or still can; of one in a transaction';
GRANT EXECUTE ON FUNCTION asv.statement_approval TO asv_staff, asv_admin;

-- ---- recipients, and what they get

CREATE FUNCTION asv.recipient_card_put(p_content bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    -- Nor is a card deleted.
    IF NOT asv.is_administration() AND NOT asv.has_role(asv.caller(), (SELECT r.proposers FROM asv.action_rule(16) r)) THEN
        RAISE EXCEPTION 'recipient: to put a card here takes the role exporter or administrator' USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.recipient_card (digest, content) VALUES (sha256(p_content), p_content) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.recipient_card_put IS 'keeps a recipient''s card that the caller has read';
GRANT EXECUTE ON FUNCTION asv.recipient_card_put TO asv_staff;

CREATE FUNCTION asv.recipient_card_find(p_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT content FROM asv.recipient_card WHERE digest = p_digest
$$;
COMMENT ON FUNCTION asv.recipient_card_find IS 'the bytes of a recipient''s card';
GRANT EXECUTE ON FUNCTION asv.recipient_card_find TO asv_staff, asv_admin;

CREATE FUNCTION asv.recipient_page(p_after text, p_key bytea, p_limit integer)
    RETURNS TABLE (name text, key bytea, card bytea, registered_at timestamptz, ended_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT r.name, r.key, c.content, r.registered_at,
           (SELECT min(e.stored_at) FROM asv.statement e
            WHERE e.action = 17 AND e.subject_name = r.name AND e.recipient = r.key AND e.stored_at > r.registered_at
              AND NOT asv.statement_is_refused(e.digest))
    -- A key is registered once (KEEPER.md 8).
    FROM (SELECT DISTINCT ON (1, 2) a.subject_name::text, a.recipient::bytea, a.subject::bytea, asv.statement_taken_at(a.digest)
          FROM asv.statement a
          WHERE a.action = 16 AND a.step = 2 AND asv.statement_taken_at(a.digest) IS NOT NULL
          ORDER BY 1, 2, 4 DESC) AS r (name, key, card, registered_at) JOIN asv.recipient_card c ON c.digest = r.card
    WHERE p_after IS NULL OR (r.name COLLATE "C", r.key) > (p_after COLLATE "C", p_key)
    ORDER BY r.name COLLATE "C", r.key LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.recipient_page IS 'keys that two people registered for handing over, with their cards, in the order of names, and when one person ended them';
GRANT EXECUTE ON FUNCTION asv.recipient_page TO asv_staff, asv_admin;

CREATE FUNCTION asv.recipient_card_of(p_key bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.content FROM asv.statement a JOIN asv.recipient_card c ON c.digest = a.subject
    WHERE a.action = 16 AND a.step = 2 AND a.recipient = p_key AND asv.statement_taken_at(a.digest) IS NOT NULL
    ORDER BY asv.statement_taken_at(a.digest) DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.recipient_card_of IS 'the card that two people registered a key with, ended or not';
GRANT EXECUTE ON FUNCTION asv.recipient_card_of TO asv_staff, asv_admin;

CREATE FUNCTION asv.handover_plan_read(p_bytes bytea)
    RETURNS TABLE (number integer, header bytea, form smallint, from_ms bigint, until_ms bigint)
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    at integer := 70; -- format, suite, agency, id and incident
    v_clips integer;
BEGIN
    at := at + 1 + get_byte(p_bytes, at) + 2;
    FOR i IN 1 .. get_byte(p_bytes, at) LOOP
        at := at + 34 + 1 + get_byte(p_bytes, at + 35);
    END LOOP;
    at := at + 1;
    v_clips := get_byte(p_bytes, at) * 256 + get_byte(p_bytes, at + 1);
    at := at + 2;
    IF v_clips NOT BETWEEN 1 AND 1000 OR octet_length(p_bytes) < at + v_clips * 43 + 2 THEN
        RAISE EXCEPTION 'hand-over: this is no plan' USING ERRCODE = 'VA001';
    END IF;
    RETURN QUERY
    SELECT n, substring(c.said FROM 3 FOR 32), get_byte(c.said, 34)::smallint,
           ('x' || encode(substring(c.said FROM 36 FOR 4), 'hex'))::bit(32)::bigint,
           ('x' || encode(substring(c.said FROM 40 FOR 4), 'hex'))::bit(32)::bigint
    FROM generate_series(0, v_clips - 1) AS n CROSS JOIN LATERAL (SELECT substring(p_bytes FROM at + n * 43 + 1 FOR 43) AS said) AS c;
END
$$;
COMMENT ON FUNCTION asv.handover_plan_read IS 'the recordings of a plan, by number, which is how the keeper is asked for one, and the digest of the signed seal header';

CREATE FUNCTION asv.handover_plan_put(p_bytes bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    -- Nor is a plan deleted.
    IF NOT asv.is_administration() AND NOT asv.has_role(asv.caller(), (SELECT r.proposers FROM asv.action_rule(5) r)) THEN
        RAISE EXCEPTION 'hand-over: to put a plan here takes the role exporter, supervisor or deputy' USING ERRCODE = 'VA007';
    END IF;
    PERFORM asv.handover_plan_read(p_bytes);
    INSERT INTO asv.handover_plan (digest, bytes) VALUES (sha256(p_bytes), p_bytes) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.handover_plan_put IS 'keeps the plan of a hand-over that the caller has read';
GRANT EXECUTE ON FUNCTION asv.handover_plan_put TO asv_staff;

CREATE FUNCTION asv.handover_plan_find(p_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT bytes FROM asv.handover_plan WHERE digest = p_digest
$$;
COMMENT ON FUNCTION asv.handover_plan_find IS 'the plan of a hand-over; it names recordings by their digests alone';
GRANT EXECUTE ON FUNCTION asv.handover_plan_find TO asv_staff, asv_admin;

-- ---- policies

CREATE FUNCTION asv.policy_file_put(p_version bigint, p_name text, p_days smallint, p_content bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    PERFORM asv.check_known();
    -- Nor is a file deleted.
    IF NOT asv.is_administration() AND NOT asv.has_role(asv.caller(), (SELECT r.proposers FROM asv.action_rule(48) r)) THEN
        RAISE EXCEPTION 'policy: to put a file here takes the role administrator' USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.policy_file (digest, version, name, days, content)
    VALUES (sha256(p_content), p_version, p_name, p_days, p_content) ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'done' ELSE 'already' END;
END
$$;
COMMENT ON FUNCTION asv.policy_file_put IS 'keeps the bytes of a policy file that the caller has checked';
GRANT EXECUTE ON FUNCTION asv.policy_file_put TO asv_staff;

CREATE FUNCTION asv.policy_file_find(p_digest bytea) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT content FROM asv.policy_file WHERE digest = p_digest
$$;
COMMENT ON FUNCTION asv.policy_file_find IS 'the bytes of a policy file';
GRANT EXECUTE ON FUNCTION asv.policy_file_find TO asv_staff;

CREATE VIEW asv.policy_version AS
SELECT a.version, a.subject AS digest, f.name, a.days, a.from_day, asv.statement_taken_at(a.digest) AS decided_at,
       a.proposal, a.digest AS approval
FROM asv.statement a JOIN asv.policy_file f ON f.digest = a.subject
WHERE a.action = 48 AND a.step = 2 AND asv.statement_taken_at(a.digest) IS NOT NULL;
COMMENT ON VIEW asv.policy_version IS 'the policies that two people decided on';
COMMENT ON COLUMN asv.policy_version.digest IS 'of the file';
COMMENT ON COLUMN asv.policy_version.decided_at IS 'when the keeper took the decision';
COMMENT ON COLUMN asv.policy_version.approval IS 'the second person''s statement';

CREATE FUNCTION asv.policy_page(p_below bigint, p_limit integer)
    RETURNS TABLE (version bigint, digest bytea, name text, days integer, from_day date, decided_at timestamptz,
                   proposal bytea, approval bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT version, digest, name, days, from_day, decided_at, proposal, approval FROM asv.policy_version v
    WHERE p_below IS NULL OR v.version < p_below ORDER BY v.version DESC LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.policy_page IS 'the policies that two people decided on, newest first';
GRANT EXECUTE ON FUNCTION asv.policy_page TO asv_staff, asv_admin;

CREATE FUNCTION asv.policy_proposals(p_after text, p_limit integer)
    RETURNS TABLE (proposal bytea, version bigint, digest bytea, name text, days integer, from_day date, proposed_by text,
                   proposed_at timestamptz, expires_at timestamptz, own boolean, after text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.digest, s.version, s.subject, f.name, s.days, s.from_day, c.name, s.issued_at, s.expires_at,
           coalesce(s.person = asv.caller(), false), encode(s.digest, 'hex')
    FROM asv.statement s JOIN asv.policy_file f ON f.digest = s.subject JOIN asv.credential c ON c.digest = s.credential
    WHERE s.action = 48 AND s.step = 1 AND s.expires_at > clock_timestamp()
      AND s.from_day > (clock_timestamp() AT TIME ZONE 'Europe/Berlin')::date
      AND NOT EXISTS (SELECT FROM asv.policy_version v WHERE v.version >= s.version)
      AND asv.proposal_ended_by(s.digest) IS NULL AND NOT asv.statement_is_refused(s.digest)
      AND (p_after IS NULL OR encode(s.digest, 'hex') > p_after COLLATE "C")
    ORDER BY s.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.policy_proposals IS 'policies that wait for a second person, and still can be approved';
GRANT EXECUTE ON FUNCTION asv.policy_proposals TO asv_staff;

CREATE FUNCTION asv.policy_on(p_day date) RETURNS bytea
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (-- As the keeper does (KEEPER.md, K-094): the one that begins last, of two the one with the higher version. Before the first
            -- there is none whose rules could go on: who may do what, it says from its decision on.
            SELECT f.content FROM asv.policy_version v JOIN asv.policy_file f ON f.digest = v.digest
            ORDER BY v.from_day <= p_day DESC, CASE WHEN v.from_day <= p_day THEN v.from_day END DESC,
                     CASE WHEN v.from_day <= p_day THEN v.version END DESC, v.from_day, v.version LIMIT 1);
END
$$;
COMMENT ON FUNCTION asv.policy_on IS 'the policy file in force on a day, before the first one''s day that one; NULL: people have decided on none';
GRANT EXECUTE ON FUNCTION asv.policy_on TO asv_staff, asv_admin;

CREATE FUNCTION asv.policy_days_on(p_day date) RETURNS smallint
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT v.days FROM asv.policy_version v WHERE v.from_day <= p_day ORDER BY v.from_day DESC, v.version DESC LIMIT 1
$$;
COMMENT ON FUNCTION asv.policy_days_on IS 'the period of what is recorded on a day (KEEPER.md, K-094); NULL: people have decided on none for it';
