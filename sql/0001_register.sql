-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The schema, its value domains, and the register: agency, certificates, revocations, units, cameras, docks.
CREATE SCHEMA asv;
COMMENT ON SCHEMA asv IS 'Asservat: custody of recordings of body-worn cameras (docs/DATABASE.md)';
GRANT USAGE ON SCHEMA asv TO asv_staff, asv_dock, asv_server, asv_admin, asv_ledger, asv_cosign, asv_publish, asv_check, asv_web, asv_export, asv_backup;

-- Nothing is anybody's unless a migration grants it.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC;
-- But a backup is of everything.
ALTER DEFAULT PRIVILEGES IN SCHEMA asv GRANT SELECT ON TABLES TO asv_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA asv GRANT SELECT ON SEQUENCES TO asv_backup;

CREATE DOMAIN asv.digest AS bytea CHECK (octet_length(VALUE) = 32);
COMMENT ON DOMAIN asv.digest IS 'SHA-256, or a certificate, session or agency named by one';
CREATE DOMAIN asv.key32 AS bytea CHECK (octet_length(VALUE) = 32);
COMMENT ON DOMAIN asv.key32 IS 'Ed25519 or X25519 public key';
CREATE DOMAIN asv.bytes16 AS bytea CHECK (octet_length(VALUE) = 16);
COMMENT ON DOMAIN asv.bytes16 IS 'key id or certificate serial';
CREATE DOMAIN asv.chunk24 AS bytea CHECK (octet_length(VALUE) = 24);
COMMENT ON DOMAIN asv.chunk24 IS 'final chunk of an age payload: the constant box, encrypted';
CREATE DOMAIN asv.signature AS bytea CHECK (octet_length(VALUE) = 64);
COMMENT ON DOMAIN asv.signature IS 'Ed25519 signature';
CREATE DOMAIN asv.label AS text CHECK (VALUE COLLATE "C" ~ '^[\x20-\x7e]{0,64}$');
COMMENT ON DOMAIN asv.label IS 'text of a signed object: at most 64 printable ASCII characters';
CREATE DOMAIN asv.note AS text CHECK (octet_length(VALUE) BETWEEN 1 AND 1000 AND VALUE !~ '[[:cntrl:]]');
COMMENT ON DOMAIN asv.note IS 'text for people: 1 to 1000 bytes of UTF-8 without control characters';
-- ST-007. What programs write down, an alarm above all, is not refused for its form.
CREATE DOMAIN asv.words AS asv.note CHECK (VALUE IS NFC NORMALIZED);
COMMENT ON DOMAIN asv.words IS 'note that people typed: in normal form C, so that one text is written in one way';
CREATE DOMAIN asv.u8 AS smallint CHECK (VALUE BETWEEN 0 AND 255);
COMMENT ON DOMAIN asv.u8 IS 'unsigned 8 bits';
CREATE DOMAIN asv.u16 AS integer CHECK (VALUE BETWEEN 0 AND 65535);
COMMENT ON DOMAIN asv.u16 IS 'unsigned 16 bits';
CREATE DOMAIN asv.u32 AS bigint CHECK (VALUE BETWEEN 0 AND 4294967295);
COMMENT ON DOMAIN asv.u32 IS 'unsigned 32 bits';
CREATE DOMAIN asv.u63 AS bigint CHECK (VALUE >= 0);
COMMENT ON DOMAIN asv.u63 IS 'unsigned 64 bits of the formats, as far as a bigint holds them';

-- Functions that are one expression are written with RETURN: their names are resolved here, whatever search_path a caller has, and the
-- expression stands in a query that calls one as if it had been written there. With a search_path of its own each call of one takes
-- some twenty times as long, and an event of custody has a dozen.

CREATE FUNCTION asv.uuid7() RETURNS uuid
    LANGUAGE sql VOLATILE PARALLEL SAFE
    -- The random bits of a version 4 UUID behind 48 bits of milliseconds; bits 52 and 53 make 4 a 7.
    RETURN encode(set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid;
COMMENT ON FUNCTION asv.uuid7() IS 'a new UUIDv7 (RFC 9562)';

CREATE FUNCTION asv.is_uuid7(id uuid) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN get_byte(uuid_send(id), 6) >> 4 = 7 AND get_byte(uuid_send(id), 8) >> 6 = 2;
COMMENT ON FUNCTION asv.is_uuid7(uuid) IS 'whether a UUID is of version 7';

CREATE FUNCTION asv.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '%: % is refused: this table knows INSERT and SELECT only', tg_table_name, tg_op
        USING ERRCODE = 'VA005';
END
$$;
COMMENT ON FUNCTION asv.refuse_change() IS 'trigger of the tables that are only added to: refuses even their owner';

CREATE TABLE asv.schema_migration (
    number integer PRIMARY KEY CHECK (number > 0),
    name text NOT NULL CHECK (name ~ '^[0-9]{4}_[a-z0-9_]+$'),
    sha256 asv.digest NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by name NOT NULL DEFAULT session_user
);
COMMENT ON TABLE asv.schema_migration IS 'the migrations that made this schema, in order';
COMMENT ON COLUMN asv.schema_migration.number IS 'from 1, without gaps';
COMMENT ON COLUMN asv.schema_migration.name IS 'file name without .sql';
COMMENT ON COLUMN asv.schema_migration.sha256 IS 'of the file: it never changes afterwards';
COMMENT ON COLUMN asv.schema_migration.applied_at IS 'when';
COMMENT ON COLUMN asv.schema_migration.applied_by IS 'database user who ran it';

CREATE FUNCTION asv.schema_number() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, asv, pg_temp AS $$
    SELECT coalesce(max(number), 0) FROM asv.schema_migration
$$;
COMMENT ON FUNCTION asv.schema_number() IS 'number of the newest migration: programs refuse any but their own';
GRANT EXECUTE ON FUNCTION asv.schema_number() TO asv_staff, asv_dock, asv_server, asv_admin, asv_ledger, asv_cosign, asv_publish, asv_check, asv_web, asv_export;

-- ---------------------------------------------------------------------------------------------- the register

CREATE TABLE asv.certificate (
    digest asv.digest PRIMARY KEY,
    role smallint NOT NULL CHECK (role BETWEEN 1 AND 5),
    serial asv.bytes16 NOT NULL,
    issuer asv.digest NOT NULL,
    name asv.label NOT NULL,
    model asv.label NOT NULL,
    device_serial asv.label NOT NULL,
    signing_pk asv.key32 NOT NULL,
    kx_pk asv.key32,
    not_before timestamptz NOT NULL,
    not_after timestamptz NOT NULL,
    encoded bytea NOT NULL CHECK (octet_length(encoded) BETWEEN 1 AND 1024),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (digest, role),
    UNIQUE (issuer, serial),
    CHECK (digest = sha256(encoded)),
    CHECK ((kx_pk IS NOT NULL) = (role IN (3, 4))),
    CHECK (not_before < not_after)
);
COMMENT ON TABLE asv.certificate IS 'certificates of the agency (TRUST.md 3); only added to';
COMMENT ON COLUMN asv.certificate.digest IS 'SHA-256 of encoded: how other objects name it';
COMMENT ON COLUMN asv.certificate.role IS '1 root, 2 CA, 3 camera, 4 dock, 5 keeper';
COMMENT ON COLUMN asv.certificate.serial IS 'what a revocation list names';
COMMENT ON COLUMN asv.certificate.issuer IS 'SHA-256 of the issuer''s signing key';
COMMENT ON COLUMN asv.certificate.name IS 'for people';
COMMENT ON COLUMN asv.certificate.model IS 'of the device; may be empty';
COMMENT ON COLUMN asv.certificate.device_serial IS 'of the device; may be empty';
COMMENT ON COLUMN asv.certificate.signing_pk IS 'Ed25519';
COMMENT ON COLUMN asv.certificate.kx_pk IS 'X25519; cameras and docks only';
COMMENT ON COLUMN asv.certificate.not_before IS 'valid from';
COMMENT ON COLUMN asv.certificate.not_after IS 'valid until just before';
COMMENT ON COLUMN asv.certificate.encoded IS 'the certificate itself, signature included';
COMMENT ON COLUMN asv.certificate.added_at IS 'when this database first saw it';

CREATE TABLE asv.agency (
    id asv.digest PRIMARY KEY,
    singleton boolean NOT NULL DEFAULT true UNIQUE CHECK (singleton),
    name asv.words NOT NULL,
    root asv.digest NOT NULL,
    root_role smallint NOT NULL DEFAULT 1 CHECK (root_role = 1),
    root_pk asv.key32 NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (id = sha256(root_pk)),
    FOREIGN KEY (root, root_role) REFERENCES asv.certificate (digest, role)
);
COMMENT ON TABLE asv.agency IS 'the one agency of this database';
COMMENT ON COLUMN asv.agency.id IS 'SHA-256 of the agency root''s Ed25519 key';
COMMENT ON COLUMN asv.agency.singleton IS 'always true, and unique: one row';
COMMENT ON COLUMN asv.agency.name IS 'for people';
COMMENT ON COLUMN asv.agency.root IS 'its self-signed certificate';
COMMENT ON COLUMN asv.agency.root_role IS 'always 1 (root)';
COMMENT ON COLUMN asv.agency.root_pk IS 'Ed25519 key of the root';
COMMENT ON COLUMN asv.agency.created_at IS 'when';

CREATE TABLE asv.revocation_list (
    number asv.u63 PRIMARY KEY CHECK (number > 0),
    digest asv.digest NOT NULL UNIQUE,
    signer asv.digest NOT NULL,
    issued_at timestamptz NOT NULL,
    serials bytea[] NOT NULL CHECK (cardinality(serials) <= 4000),
    object bytea NOT NULL CHECK (octet_length(object) BETWEEN 68 AND 65500),
    added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (digest = sha256(substring(object FOR octet_length(object) - 67)))
);
COMMENT ON TABLE asv.revocation_list IS 'revocation lists (TRUST.md 5); the one with the highest number counts';
COMMENT ON COLUMN asv.revocation_list.number IS 'only rises';
COMMENT ON COLUMN asv.revocation_list.digest IS 'of the object''s body';
COMMENT ON COLUMN asv.revocation_list.signer IS 'certificate of the CA or root that signed it';
COMMENT ON COLUMN asv.revocation_list.issued_at IS 'as signed';
COMMENT ON COLUMN asv.revocation_list.serials IS 'certificate serials that are not to be trusted';
COMMENT ON COLUMN asv.revocation_list.object IS 'the signed list';
COMMENT ON COLUMN asv.revocation_list.added_at IS 'when it was published here';

CREATE TABLE asv.unit (
    code asv.label PRIMARY KEY CHECK (code <> ''),
    title asv.words NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE asv.unit IS 'organisational units';
COMMENT ON COLUMN asv.unit.code IS 'as it stands in signed objects';
COMMENT ON COLUMN asv.unit.title IS 'for people; may be changed';
COMMENT ON COLUMN asv.unit.created_at IS 'when';

CREATE TABLE asv.area (
    code asv.label PRIMARY KEY CHECK (code <> ''),
    title asv.words NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE asv.area IS 'operating areas, given when a camera is issued';
COMMENT ON COLUMN asv.area.code IS 'as it stands in signed objects';
COMMENT ON COLUMN asv.area.title IS 'for people; may be changed';
COMMENT ON COLUMN asv.area.created_at IS 'when';

CREATE TABLE asv.camera (
    cert asv.digest PRIMARY KEY,
    role smallint NOT NULL DEFAULT 3 CHECK (role = 3),
    chain bytea NOT NULL CHECK (octet_length(chain) BETWEEN 1 AND 2053),
    chain_digest asv.digest NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (chain_digest = sha256(chain)),
    FOREIGN KEY (cert, role) REFERENCES asv.certificate (digest, role)
);
COMMENT ON TABLE asv.camera IS 'cameras that were enrolled, or docked with a chain to the agency root';
COMMENT ON COLUMN asv.camera.cert IS 'digest of its certificate';
COMMENT ON COLUMN asv.camera.role IS 'always 3 (camera)';
COMMENT ON COLUMN asv.camera.chain IS 'certificate and CA certificate (TRUST.md 4)';
COMMENT ON COLUMN asv.camera.chain_digest IS 'SHA-256 of chain';
COMMENT ON COLUMN asv.camera.seen_at IS 'when it was first enrolled or docked here';

CREATE TABLE asv.camera_enrolment (
    camera asv.digest PRIMARY KEY REFERENCES asv.camera,
    enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    enrolled_by asv.note NOT NULL,
    request bytea CHECK (octet_length(request) BETWEEN 68 AND 1024)
);
COMMENT ON TABLE asv.camera_enrolment IS 'a person enrolled a camera';
COMMENT ON COLUMN asv.camera_enrolment.camera IS 'which';
COMMENT ON COLUMN asv.camera_enrolment.enrolled_at IS 'when';
COMMENT ON COLUMN asv.camera_enrolment.enrolled_by IS 'who';
COMMENT ON COLUMN asv.camera_enrolment.request IS 'the device''s signed request (TRUST.md 10)';

CREATE TABLE asv.camera_unit (
    camera asv.digest NOT NULL REFERENCES asv.camera,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    unit asv.label NOT NULL REFERENCES asv.unit,
    moved_by asv.note NOT NULL,
    PRIMARY KEY (camera, since)
);
COMMENT ON TABLE asv.camera_unit IS 'which unit a camera belonged to since when';
COMMENT ON COLUMN asv.camera_unit.camera IS 'which';
COMMENT ON COLUMN asv.camera_unit.since IS 'until the next row';
COMMENT ON COLUMN asv.camera_unit.unit IS 'the unit';
COMMENT ON COLUMN asv.camera_unit.moved_by IS 'who decided it';

CREATE TABLE asv.camera_retirement (
    camera asv.digest PRIMARY KEY REFERENCES asv.camera,
    retired_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    retired_by asv.note NOT NULL,
    reason asv.words NOT NULL
);
COMMENT ON TABLE asv.camera_retirement IS 'cameras that are out of use for good';
COMMENT ON COLUMN asv.camera_retirement.camera IS 'which';
COMMENT ON COLUMN asv.camera_retirement.retired_at IS 'when';
COMMENT ON COLUMN asv.camera_retirement.retired_by IS 'who';
COMMENT ON COLUMN asv.camera_retirement.reason IS 'why';

CREATE TABLE asv.dock (
    cert asv.digest PRIMARY KEY,
    role smallint NOT NULL DEFAULT 4 CHECK (role = 4),
    chain bytea NOT NULL CHECK (octet_length(chain) BETWEEN 1 AND 2053),
    chain_digest asv.digest NOT NULL,
    site asv.words,
    enrolled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    enrolled_by asv.note NOT NULL,
    request bytea CHECK (octet_length(request) BETWEEN 68 AND 1024),
    CHECK (chain_digest = sha256(chain)),
    FOREIGN KEY (cert, role) REFERENCES asv.certificate (digest, role)
);
COMMENT ON TABLE asv.dock IS 'docks that were enrolled';
COMMENT ON COLUMN asv.dock.cert IS 'digest of its certificate';
COMMENT ON COLUMN asv.dock.role IS 'always 4 (dock)';
COMMENT ON COLUMN asv.dock.chain IS 'certificate and CA certificate';
COMMENT ON COLUMN asv.dock.chain_digest IS 'SHA-256 of chain';
COMMENT ON COLUMN asv.dock.site IS 'where it stands';
COMMENT ON COLUMN asv.dock.enrolled_at IS 'when';
COMMENT ON COLUMN asv.dock.enrolled_by IS 'who';
COMMENT ON COLUMN asv.dock.request IS 'the device''s signed request';

CREATE TABLE asv.slot (
    dock asv.digest NOT NULL,
    number asv.u16 NOT NULL,
    port asv.label NOT NULL CHECK (port <> ''),
    learned_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (dock, number),
    UNIQUE (dock, port)
);
COMMENT ON TABLE asv.slot IS 'which USB port of a dock is which slot now; dockings keep both';
COMMENT ON COLUMN asv.slot.dock IS 'certificate of the dock';
COMMENT ON COLUMN asv.slot.number IS 'as printed beside the slot';
COMMENT ON COLUMN asv.slot.port IS 'USB port path, such as 1-2.7';
COMMENT ON COLUMN asv.slot.learned_at IS 'when';

CREATE TABLE asv.camera_number (
    camera asv.digest NOT NULL REFERENCES asv.camera,
    what smallint NOT NULL CHECK (what IN (1, 2)),
    last asv.u63 NOT NULL,
    PRIMARY KEY (camera, what)
);
COMMENT ON TABLE asv.camera_number IS 'numbers reserved for objects that docks issue to a camera';
COMMENT ON COLUMN asv.camera_number.camera IS 'for which';
COMMENT ON COLUMN asv.camera_number.what IS '1 assignment, 2 configuration';
COMMENT ON COLUMN asv.camera_number.last IS 'highest number given out';
