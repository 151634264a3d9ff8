-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- People who sign in at the web server, which is one account of this database for all of them (API.md, "Signing in"). What it does
-- for somebody it does under that person's session: whose it is, this database looks up itself (asv.caller), and whoever has none
-- is nobody. A passkey's answer stands beside the session that it opened, so that one without it can be found.
CREATE DOMAIN asv.sign_in_name AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9._-]{0,63}$');
COMMENT ON DOMAIN asv.sign_in_name IS 'as whom somebody signs in with a password: 1 to 64 small letters, digits and . _ -, the first no mark';

CREATE TABLE asv.password (
    person uuid PRIMARY KEY REFERENCES asv.person,
    name asv.sign_in_name NOT NULL UNIQUE,
    salt asv.bytes16 NOT NULL,
    key asv.key32 NOT NULL,
    passes smallint NOT NULL CHECK (passes > 0),
    memory_kib integer NOT NULL CHECK (memory_kib > 0),
    must_change boolean NOT NULL,
    totp bytea CHECK (octet_length(totp) = 20),
    totp_since timestamptz,
    totp_step bigint NOT NULL DEFAULT 0 CHECK (totp_step >= 0),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    by asv.note NOT NULL,
    CHECK (totp_since IS NULL OR totp IS NOT NULL)
);
COMMENT ON TABLE asv.password IS 'passwords of people who sign in without a passkey; each with one-time codes';
COMMENT ON COLUMN asv.password.person IS 'whose';
COMMENT ON COLUMN asv.password.name IS 'as whom';
COMMENT ON COLUMN asv.password.salt IS 'of Argon2id';
COMMENT ON COLUMN asv.password.key IS 'Argon2id of the password';
COMMENT ON COLUMN asv.password.passes IS 'what a guess costs';
COMMENT ON COLUMN asv.password.memory_kib IS 'what a guess costs';
COMMENT ON COLUMN asv.password.must_change IS 'the administrator chose it: it opens nothing but its own change';
COMMENT ON COLUMN asv.password.totp IS 'key of the one-time codes (RFC 6238): whoever reads it can make them, but has no password';
COMMENT ON COLUMN asv.password.totp_since IS 'since when a code is asked for; NULL: no code has shown yet that the key has arrived';
COMMENT ON COLUMN asv.password.totp_step IS 'time step of the last code: none is taken twice';
COMMENT ON COLUMN asv.password.since IS 'when the password was set';
COMMENT ON COLUMN asv.password.by IS 'who set it';

CREATE TABLE asv.session (
    id uuid PRIMARY KEY DEFAULT asv.uuid7() CHECK (asv.is_uuid7(id)),
    digest asv.digest NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('passkey', 'password', 'token')),
    person uuid NOT NULL REFERENCES asv.person,
    credential asv.digest,
    challenge asv.digest UNIQUE,
    made_in uuid,
    name asv.name128,
    scopes integer NOT NULL DEFAULT 0 CHECK (scopes >= 0),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until_at timestamptz NOT NULL,
    idle interval,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    FOREIGN KEY (credential, person) REFERENCES asv.credential (digest, person),
    CHECK (until_at > since),
    CHECK ((kind <> 'passkey' OR credential IS NOT NULL) AND (kind <> 'password' OR credential IS NULL) AND (kind = 'passkey') = (challenge IS NOT NULL)),
    CHECK ((kind = 'token') = (made_in IS NOT NULL) AND (kind = 'token') = (name IS NOT NULL) AND (kind = 'token') = (idle IS NULL))
);
CREATE INDEX ON asv.session (person);
COMMENT ON TABLE asv.session IS 'who signed in, and the tokens that programs have for somebody; deleted some time after their end (session_forget)';
COMMENT ON COLUMN asv.session.id IS 'UUIDv7';
COMMENT ON COLUMN asv.session.digest IS 'SHA-256 of what the web server presents, which is that of the cookie or the token';
COMMENT ON COLUMN asv.session.kind IS 'how it came about: a passkey, a password with a code, or a token that was made in a session';
COMMENT ON COLUMN asv.session.person IS 'whose';
COMMENT ON COLUMN asv.session.credential IS 'of the passkey, also of the one in whose session a token was made; NULL: a password''s';
COMMENT ON COLUMN asv.session.challenge IS 'what the passkey answered: once';
COMMENT ON COLUMN asv.session.made_in IS 'session in which a token was made';
COMMENT ON COLUMN asv.session.name IS 'what its owner calls a token';
COMMENT ON COLUMN asv.session.scopes IS 'what a token is good for: a set (API.md, "Tokens")';
COMMENT ON COLUMN asv.session.since IS 'from when';
COMMENT ON COLUMN asv.session.until_at IS 'until just before, whatever is done in it';
COMMENT ON COLUMN asv.session.idle IS 'it ends so long after it was last used';
COMMENT ON COLUMN asv.session.seen_at IS 'when it was last used, to the minute';
COMMENT ON COLUMN asv.session.ended_at IS 'when it was ended; NULL: it was not';

-- ---- whose session it is

CREATE FUNCTION asv.session_digest() RETURNS bytea
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN CASE WHEN current_setting('asv.session', true) ~ '^[0-9a-f]{64}$'
                THEN sha256(decode(current_setting('asv.session', true), 'hex')) END;
END
$$;
COMMENT ON FUNCTION asv.session_digest IS 'how the session is found that this transaction is in; NULL: in none';

-- A person whose credentials are gone has no session; nor does one from before the account was disabled come back with a new one.
CREATE FUNCTION asv.session_is_live(s asv.session) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT s.ended_at IS NULL AND s.until_at > clock_timestamp() AND (s.idle IS NULL OR s.seen_at + s.idle > clock_timestamp())
               AND NOT EXISTS (SELECT FROM asv.person_disabling d WHERE d.person = s.person AND d.at >= s.since)
               AND asv.has_role(s.person, 255)
               AND (s.credential IS NULL
                    OR EXISTS (SELECT FROM asv.credential_state c WHERE c.digest = s.credential AND c.enrolled_at IS NOT NULL
                               AND c.revoked_at IS NULL AND c.valid_until > clock_timestamp())));
END
$$;
COMMENT ON FUNCTION asv.session_is_live IS 'whether a session still counts';

CREATE FUNCTION asv.session_is_whole(s asv.session) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT s.kind <> 'password'
                OR EXISTS (SELECT FROM asv.password p WHERE p.person = s.person AND NOT p.must_change AND p.totp_since IS NOT NULL));
END
$$;
COMMENT ON FUNCTION asv.session_is_whole IS 'whether whoever signed in has a password of his or her own, and one-time codes; before that nothing else can be done';

CREATE FUNCTION asv.session_now() RETURNS asv.session
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT s FROM asv.session s WHERE s.digest = asv.session_digest() AND asv.session_is_live(s));
END
$$;
COMMENT ON FUNCTION asv.session_now IS 'the session that this transaction is in; NULL: in none that counts';

CREATE FUNCTION asv.session_person() RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT s.person FROM asv.session s
            WHERE s.digest = asv.session_digest() AND asv.session_is_live(s) AND asv.session_is_whole(s));
END
$$;
COMMENT ON FUNCTION asv.session_person IS 'for whom the web server asks; NULL: for nobody';

CREATE FUNCTION asv.roles_of(p_person uuid) RETURNS integer
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    RETURN (SELECT coalesce(bit_or(c.roles::integer), 0) FROM asv.credential_state c
            WHERE c.person = p_person AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL
              AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp());
END
$$;
COMMENT ON FUNCTION asv.roles_of IS 'the roles of a person now, a set';

-- A-161: what somebody signed in with is at hand; the newest may lie elsewhere.
CREATE FUNCTION asv.credential_mine(p_authenticators boolean, p_limit integer)
    RETURNS TABLE (digest bytea, record bytea, enrolled_at timestamptz, revoked_at timestamptz, revocation_taken boolean,
                   disabled_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.digest, c.record, c.enrolled_at, c.revoked_at, c.revocation_taken, c.disabled_at
    FROM asv.credential_state c
    WHERE c.person = asv.caller() AND (octet_length(c.key) = 64 OR NOT p_authenticators) AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL
      AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()
    ORDER BY c.digest IS NOT DISTINCT FROM (SELECT s.credential FROM asv.session_now() s) DESC, c.valid_from DESC, c.digest LIMIT p_limit
$$;
COMMENT ON FUNCTION asv.credential_mine IS 'credentials with which who asks can sign now, that of the session first, then the newest; only authenticators, or key files as well';
GRANT EXECUTE ON FUNCTION asv.credential_mine TO asv_staff;

CREATE FUNCTION asv.session_find(p_used boolean)
    RETURNS TABLE (id uuid, kind text, person uuid, name text, roles integer, scopes integer, since timestamptz, until_at timestamptz,
                   must_change boolean, has_totp boolean, is_whole boolean)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.session;
BEGIN
    SELECT * INTO s FROM asv.session_now();
    IF s.id IS NULL THEN
        RETURN;
    END IF;
    IF p_used AND s.seen_at < clock_timestamp() - interval '1 minute' THEN
        UPDATE asv.session x SET seen_at = clock_timestamp() WHERE x.id = s.id;
    END IF;
    RETURN QUERY SELECT s.id, s.kind, s.person, asv.person_name(s.person), asv.roles_of(s.person), s.scopes, s.since,
                        s.until_at, coalesce(p.must_change, false), p.totp_since IS NOT NULL, asv.session_is_whole(s)
                 FROM (SELECT) AS one LEFT JOIN asv.password p ON p.person = s.person;
END
$$;
COMMENT ON FUNCTION asv.session_find IS 'the session that this transaction is in, and whose it is; used: that it was is kept';
GRANT EXECUTE ON FUNCTION asv.session_find TO asv_web;

CREATE FUNCTION asv.session_standing(p_digests bytea[]) RETURNS TABLE (at bigint, roles integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT d.at - 1, asv.roles_of(s.person)
    FROM unnest(p_digests) WITH ORDINALITY AS d (digest, at) JOIN asv.session s ON s.digest = sha256(d.digest)
    WHERE s.kind <> 'token' AND asv.session_is_live(s) AND asv.session_is_whole(s)
$$;
COMMENT ON FUNCTION asv.session_standing IS 'which of these sessions still count, counted from 0, and the roles of whose they are now; they are not used by it';
GRANT EXECUTE ON FUNCTION asv.session_standing TO asv_web;

CREATE FUNCTION asv.session_check() RETURNS asv.session
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.session;
BEGIN
    SELECT * INTO s FROM asv.session_now();
    IF s.id IS NULL OR s.kind = 'token' THEN
        RAISE EXCEPTION 'session: nobody is signed in' USING ERRCODE = 'VA007';
    END IF;
    RETURN s;
END
$$;
COMMENT ON FUNCTION asv.session_check IS 'the session of whoever has signed in; refuses a token';

-- ---- signing in: what the web server has checked

CREATE FUNCTION asv.session_passkey_find(p_id bytea) RETURNS TABLE (digest bytea, record bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT c.digest, c.record FROM asv.credential c
    WHERE octet_length(c.key) = 64 AND position(p_id IN c.record) > 0
      AND asv.credential_enrolled_at(c.digest) IS NOT NULL AND asv.credential_revoked_at(c.digest) IS NULL
      AND asv.person_disabled_at(c.person) IS NULL AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()
    ORDER BY c.digest LIMIT 8
$$;
COMMENT ON FUNCTION asv.session_passkey_find IS 'credentials that count with these bytes in them: one of them may have an authenticator that calls its key so';
GRANT EXECUTE ON FUNCTION asv.session_passkey_find TO asv_web;

CREATE FUNCTION asv.session_passkey_put(p_digest bytea, p_credential bytea, p_challenge bytea, p_until_at timestamptz, p_idle_s integer) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    s asv.session;
BEGIN
    SELECT * INTO s FROM asv.session x WHERE x.digest = sha256(p_digest);
    IF FOUND THEN
        RETURN s.id; -- said once more
    ELSIF EXISTS (SELECT FROM asv.session x WHERE x.challenge = p_challenge) THEN
        RAISE EXCEPTION 'session: this answer has opened one already' USING ERRCODE = 'VA007';
    END IF;
    INSERT INTO asv.session (digest, kind, person, credential, challenge, until_at, idle)
    SELECT sha256(p_digest), 'passkey', c.person, c.digest, p_challenge, p_until_at, make_interval(secs => p_idle_s)
    FROM asv.credential c WHERE c.digest = p_credential
    RETURNING * INTO s;
    IF s.id IS NULL OR NOT asv.session_is_live(s) THEN
        RAISE EXCEPTION 'session: this credential does not count' USING ERRCODE = 'VA007';
    END IF;
    RETURN s.id;
END
$$;
COMMENT ON FUNCTION asv.session_passkey_put IS 'somebody signed in with a passkey, as the web server found; its answer opens nothing again';
GRANT EXECUTE ON FUNCTION asv.session_passkey_put TO asv_web;

CREATE FUNCTION asv.session_password_find(p_name text)
    RETURNS TABLE (person uuid, salt bytea, key bytea, passes smallint, memory_kib integer, totp bytea, has_totp boolean, totp_step bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT p.person, p.salt, p.key, p.passes, p.memory_kib, p.totp, p.totp_since IS NOT NULL, p.totp_step FROM asv.password p
    WHERE p.name = p_name
$$;
COMMENT ON FUNCTION asv.session_password_find IS 'what a password and a code are compared with';
GRANT EXECUTE ON FUNCTION asv.session_password_find TO asv_web;

CREATE FUNCTION asv.session_password_put(p_digest bytea, p_person uuid, p_key bytea, p_step bigint, p_until_at timestamptz, p_idle_s integer) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    p asv.password;
    s asv.session;
BEGIN
    SELECT * INTO p FROM asv.password x WHERE x.person = p_person FOR NO KEY UPDATE;
    SELECT * INTO s FROM asv.session x WHERE x.digest = sha256(p_digest);
    IF FOUND THEN
        RETURN s.id; -- said once more
    ELSIF p.person IS NULL OR p.key <> p_key OR (p.totp_since IS NOT NULL) <> (p_step IS NOT NULL) OR p_step <= p.totp_step THEN
        RAISE EXCEPTION 'session: no such password, it was changed meanwhile, or its code was used' USING ERRCODE = 'VA007';
    END IF;
    UPDATE asv.password x SET totp_step = coalesce(p_step, x.totp_step) WHERE x.person = p_person;
    INSERT INTO asv.session (digest, kind, person, until_at, idle)
    VALUES (sha256(p_digest), 'password', p_person, p_until_at, make_interval(secs => p_idle_s))
    RETURNING * INTO s;
    IF NOT asv.session_is_live(s) THEN
        RAISE EXCEPTION 'session: this person has no credential that counts' USING ERRCODE = 'VA007';
    END IF;
    RETURN s.id;
END
$$;
COMMENT ON FUNCTION asv.session_password_put IS 'somebody signed in with a password, whose key still is this, and the code of this time step (NULL: none is asked for yet), as the web server found';
GRANT EXECUTE ON FUNCTION asv.session_password_put TO asv_web;

-- ---- one's own

CREATE FUNCTION asv.session_page()
    RETURNS TABLE (id uuid, kind text, name text, scopes integer, since timestamptz, until_at timestamptz, seen_at timestamptz,
                   is_this boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    RETURN QUERY SELECT s.id, s.kind, s.name::text, s.scopes, s.since, s.until_at, s.seen_at, s.id = v.id
                 FROM asv.session s WHERE s.person = v.person AND asv.session_is_live(s) ORDER BY s.id DESC LIMIT 100;
END
$$;
COMMENT ON FUNCTION asv.session_page IS 'the sessions and tokens of whoever is signed in that count, newest first';
GRANT EXECUTE ON FUNCTION asv.session_page TO asv_web;

CREATE FUNCTION asv.session_end(p_id uuid, p_token boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    UPDATE asv.session s SET ended_at = coalesce(s.ended_at, clock_timestamp())
    WHERE s.person = v.person
      AND (p_id IS NULL OR s.id = p_id AND (s.kind = 'token') = p_token);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session: there is no such session' USING ERRCODE = 'VA006';
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.session_end IS 'ends one of the sessions or tokens of whoever is signed in; NULL: all of both';
GRANT EXECUTE ON FUNCTION asv.session_end TO asv_web;

CREATE FUNCTION asv.session_token_put(p_digest bytea, p_name text, p_scopes integer, p_until_at timestamptz) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
    v_id uuid;
BEGIN
    PERFORM 1 FROM asv.person p WHERE p.id = v.person FOR NO KEY UPDATE; -- one at a time, or they would be counted wrongly
    SELECT s.id INTO v_id FROM asv.session s WHERE s.digest = sha256(p_digest);
    IF FOUND THEN
        RETURN v_id; -- said once more
    ELSIF NOT asv.session_is_whole(v) THEN
        RAISE EXCEPTION 'session: nobody is signed in' USING ERRCODE = 'VA007';
    ELSIF (SELECT count(*) FROM asv.session s WHERE s.person = v.person AND s.kind = 'token' AND asv.session_is_live(s)) >= 10 THEN
        RAISE EXCEPTION 'session: ten tokens are there; end one first' USING ERRCODE = 'VA002';
    ELSIF p_until_at > clock_timestamp() + interval '366 days' THEN
        RAISE EXCEPTION 'session: a token lives for a year at most' USING ERRCODE = '23514';
    END IF;
    INSERT INTO asv.session (digest, kind, person, credential, made_in, name, scopes, until_at)
    VALUES (sha256(p_digest), 'token', v.person, v.credential, v.id, p_name, p_scopes, p_until_at)
    RETURNING id INTO v_id;
    RETURN v_id;
END
$$;
COMMENT ON FUNCTION asv.session_token_put IS 'makes a token of whoever is signed in, which ends with the credential that opened the session';
GRANT EXECUTE ON FUNCTION asv.session_token_put TO asv_web;

CREATE FUNCTION asv.session_password_own()
    RETURNS TABLE (person uuid, salt bytea, key bytea, passes smallint, memory_kib integer, totp bytea, has_totp boolean, totp_step bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    RETURN QUERY SELECT p.person, p.salt::bytea, p.key::bytea, p.passes, p.memory_kib, p.totp, p.totp_since IS NOT NULL, p.totp_step
                 FROM asv.password p WHERE p.person = v.person;
END
$$;
COMMENT ON FUNCTION asv.session_password_own IS 'the same of whoever is signed in';
GRANT EXECUTE ON FUNCTION asv.session_password_own TO asv_web;

CREATE FUNCTION asv.session_password_change(p_salt bytea, p_key bytea, p_passes smallint, p_memory_kib integer) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    UPDATE asv.password p SET salt = p_salt, key = p_key, passes = p_passes, memory_kib = p_memory_kib, must_change = false,
           since = clock_timestamp(), by = asv.person_name(v.person)
    WHERE p.person = v.person;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session: there is no password' USING ERRCODE = 'VA006';
    END IF;
    UPDATE asv.session s SET ended_at = clock_timestamp() WHERE s.person = v.person AND s.id <> v.id AND s.ended_at IS NULL;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.session_password_change IS 'whoever is signed in has another password; all other sessions and tokens end';
GRANT EXECUTE ON FUNCTION asv.session_password_change TO asv_web;

CREATE FUNCTION asv.session_totp_begin(p_totp bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    UPDATE asv.password p SET totp = p_totp, totp_step = 0 WHERE p.person = v.person AND p.totp_since IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session: there is no password, or codes are asked for already' USING ERRCODE = 'VA002';
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.session_totp_begin IS 'a key for one-time codes, which counts when a code has come back; afterwards only the administrator can begin anew';
GRANT EXECUTE ON FUNCTION asv.session_totp_begin TO asv_web;

CREATE FUNCTION asv.session_totp_finish(p_step bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v asv.session := asv.session_check();
BEGIN
    UPDATE asv.password p SET totp_since = clock_timestamp(), totp_step = p_step
    WHERE p.person = v.person AND p.totp IS NOT NULL AND p.totp_since IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'session: there is no key whose code could come back' USING ERRCODE = 'VA002';
    END IF;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.session_totp_finish IS 'the code of this time step came back: from now on codes are asked for';
GRANT EXECUTE ON FUNCTION asv.session_totp_finish TO asv_web;

-- ---- administration

CREATE FUNCTION asv.password_put(p_person uuid, p_name text, p_salt bytea, p_key bytea, p_passes smallint, p_memory_kib integer, p_by text)
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM asv.password p WHERE p.name = p_name AND p.person <> p_person) THEN
        RAISE EXCEPTION 'password: somebody else signs in as %', p_name USING ERRCODE = 'VA001';
    END IF;
    IF EXISTS (SELECT FROM asv.password p WHERE p.person = p_person)
       OR EXISTS (SELECT FROM asv.credential c WHERE c.person = p_person AND octet_length(c.key) = 64 AND asv.credential_enrolled_at(c.digest) IS NOT NULL) THEN
        -- A-196. Not in silence: who chose it can come in as that person.
        PERFORM asv.alarm_put('account', NULL, NULL, NULL, NULL,
                              format('%s: another password for %s, who signed in without it', p_by, asv.person_name(p_person)), p_name);
    END IF;
    INSERT INTO asv.password AS p (person, name, salt, key, passes, memory_kib, must_change, by)
    VALUES (p_person, p_name, p_salt, p_key, p_passes, p_memory_kib, true, p_by)
    ON CONFLICT (person) DO UPDATE SET name = p_name, salt = p_salt, key = p_key, passes = p_passes, memory_kib = p_memory_kib,
        must_change = true, totp = NULL, totp_since = NULL, totp_step = 0, since = clock_timestamp(), by = p_by;
    UPDATE asv.session s SET ended_at = clock_timestamp() WHERE s.person = p_person AND s.ended_at IS NULL;
    RETURN 'done';
END
$$;
COMMENT ON FUNCTION asv.password_put IS 'a first password, or one instead of a lost one: to be changed at once, with new one-time codes; all sessions and tokens end';
GRANT EXECUTE ON FUNCTION asv.password_put TO asv_admin;

CREATE FUNCTION asv.session_forget() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
DECLARE
    v_count bigint;
BEGIN
    DELETE FROM asv.session s WHERE least(s.until_at, coalesce(s.ended_at, s.until_at), s.seen_at + s.idle) < clock_timestamp() - interval '90 days';
    GET DIAGNOSTICS v_count = ROW_COUNT;
    RETURN v_count;
END
$$;
COMMENT ON FUNCTION asv.session_forget IS 'deletes sessions and tokens that have been over for 90 days; how many';
GRANT EXECUTE ON FUNCTION asv.session_forget TO asv_admin;
