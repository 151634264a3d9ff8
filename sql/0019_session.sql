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
    hash text NOT NULL CHECK (hash ~ '^\$argon2id\$v=19\$[!-~]{1,100}$'),
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
COMMENT ON COLUMN asv.password.hash IS 'Argon2id, with its salt and cost';
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
    client_data bytea CHECK (octet_length(client_data) BETWEEN 1 AND 1024),
    authenticator_data bytea CHECK (octet_length(authenticator_data) BETWEEN 37 AND 512),
    signature bytea CHECK (octet_length(signature) BETWEEN 1 AND 80),
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
    CHECK ((kind = 'passkey') = (credential IS NOT NULL) AND (kind = 'passkey') = (challenge IS NOT NULL)
           AND (kind = 'passkey') = (client_data IS NOT NULL) AND (kind = 'passkey') = (authenticator_data IS NOT NULL)
           AND (kind = 'passkey') = (signature IS NOT NULL)),
    CHECK ((kind = 'token') = (made_in IS NOT NULL) AND (kind = 'token') = (name IS NOT NULL) AND (kind = 'token') = (idle IS NULL))
);
CREATE INDEX ON asv.session (person);
COMMENT ON TABLE asv.session IS 'who signed in, and the tokens that programs have for somebody; deleted some time after their end (session_forget)';
COMMENT ON COLUMN asv.session.id IS 'UUIDv7';
COMMENT ON COLUMN asv.session.digest IS 'SHA-256 of what the web server presents, which is that of the cookie or the token';
COMMENT ON COLUMN asv.session.kind IS 'how it came about: a passkey, a password with a code, or a token that was made in a session';
COMMENT ON COLUMN asv.session.person IS 'whose';
COMMENT ON COLUMN asv.session.credential IS 'of the passkey';
COMMENT ON COLUMN asv.session.challenge IS 'what the passkey answered: once';
COMMENT ON COLUMN asv.session.client_data IS 'its answer: what the browser said';
COMMENT ON COLUMN asv.session.authenticator_data IS 'what the authenticator said';
COMMENT ON COLUMN asv.session.signature IS 'ES256 over both';
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
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT CASE WHEN current_setting('asv.session', true) ~ '^[0-9a-f]{64}$'
                THEN sha256(decode(current_setting('asv.session', true), 'hex')) END
$$;
COMMENT ON FUNCTION asv.session_digest IS 'how the session is found that this transaction is in; NULL: in none';

-- A person whose credentials are gone has no session; nor does one from before the account was disabled come back with a new one.
CREATE FUNCTION asv.session_is_live(s asv.session) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.ended_at IS NULL AND s.until_at > clock_timestamp() AND (s.idle IS NULL OR s.seen_at + s.idle > clock_timestamp())
       AND NOT EXISTS (SELECT FROM asv.person_disabling d WHERE d.person = s.person AND d.at >= s.since)
       AND asv.has_role(s.person, 255)
       AND (s.credential IS NULL
            OR EXISTS (SELECT FROM asv.credential_state c WHERE c.digest = s.credential AND c.enrolled_at IS NOT NULL
                       AND c.revoked_at IS NULL AND c.valid_until > clock_timestamp()))
$$;
COMMENT ON FUNCTION asv.session_is_live IS 'whether a session still counts';

CREATE FUNCTION asv.session_is_whole(s asv.session) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.kind <> 'password'
        OR EXISTS (SELECT FROM asv.password p WHERE p.person = s.person AND NOT p.must_change AND p.totp_since IS NOT NULL)
$$;
COMMENT ON FUNCTION asv.session_is_whole IS 'whether whoever signed in has a password of his or her own, and one-time codes; before that nothing else can be done';

CREATE FUNCTION asv.session_now() RETURNS asv.session
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s FROM asv.session s WHERE s.digest = asv.session_digest() AND asv.session_is_live(s)
$$;
COMMENT ON FUNCTION asv.session_now IS 'the session that this transaction is in; NULL: in none that counts';

CREATE FUNCTION asv.session_person() RETURNS uuid
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT s.person FROM asv.session s
    WHERE s.digest = asv.session_digest() AND asv.session_is_live(s) AND asv.session_is_whole(s)
$$;
COMMENT ON FUNCTION asv.session_person IS 'for whom the web server asks; NULL: for nobody';

CREATE FUNCTION asv.roles_of(p_person uuid) RETURNS integer
    LANGUAGE sql STABLE SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(bit_or(c.roles::integer), 0) FROM asv.credential_state c
    WHERE c.person = p_person AND c.enrolled_at IS NOT NULL AND c.revoked_at IS NULL AND c.disabled_at IS NULL
      AND c.valid_from <= clock_timestamp() AND c.valid_until > clock_timestamp()
$$;
COMMENT ON FUNCTION asv.roles_of IS 'the roles of a person now, a set';

CREATE FUNCTION asv.session_find()
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
    IF s.seen_at < clock_timestamp() - interval '1 minute' THEN
        UPDATE asv.session x SET seen_at = clock_timestamp() WHERE x.id = s.id;
    END IF;
    RETURN QUERY SELECT s.id, s.kind, s.person, asv.person_name(s.person), asv.roles_of(s.person), s.scopes, s.since,
                        s.until_at, coalesce(p.must_change, false), p.totp_since IS NOT NULL, asv.session_is_whole(s)
                 FROM (SELECT) AS one LEFT JOIN asv.password p ON p.person = s.person;
END
$$;
COMMENT ON FUNCTION asv.session_find IS 'the session that this transaction is in, and whose it is; that it was used is kept';
GRANT EXECUTE ON FUNCTION asv.session_find TO asv_web;

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
