/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A key that an authenticator has made for who is signed in (WebAuthn Level 2, 7.1, without attestation: who
 * made the authenticator proves nothing about who holds it). It becomes a credential record, and counts for
 * nothing until two people have enrolled that. */
#include <string.h>

#include "server/base/hex.h"
#include "server/statement/client_data.h"
#include "server/web/desk.h"
#include "server/web/session.h"

/* SubjectPublicKeyInfo of a point on P-256, in front of X and Y (RFC 5480). */
static const uint8_t spki[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                               0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
#define SPKI_BYTES (sizeof spki + ASV_P256_PK_BYTES)

static const struct asv_web_field fields[] = {
    {"id", ASV_WEB_BYTES, true, 1, ASV_CREDENTIAL_ID_MAX_BYTES, NULL, NULL},
    {"public_key", ASV_WEB_BYTES, true, SPKI_BYTES, SPKI_BYTES, NULL, NULL},
    {"client_data", ASV_WEB_BYTES, true, 1, ASV_CLIENT_DATA_MAX_BYTES, NULL, NULL},
};
const struct asv_web_fields asv_web_authenticator_fields = ASV_WEB_FIELDS(fields);

static bool is_text(struct asv_bytes view, const char *text)
{
    return view.len == strlen(text) && memcmp(view.data, text, view.len) == 0;
}

/* */
static bool was_made_here(const struct asv_web_call *call)
{
    uint8_t data[ASV_CLIENT_DATA_MAX_BYTES];
    uint8_t challenge[ASV_SHA256_BYTES];
    struct asv_client_data read;
    const struct asv_bytes json = {data, asv_web_bytes(call->body, "client_data", data, sizeof data)};
    return asv_client_data_read(&read, json) == ASV_OK && is_text(read.type, "webauthn.create") &&
           is_text(read.origin, call->web->settings->origin) && !read.cross_origin &&
           asv_web_challenge_read(json, challenge) &&
           asv_web_challenge_is_fresh(call->web->entry.key, challenge, asv_world_mono_ms(call->web->world));
}

/* As the person's own that counts now, but for the key, from now on and no longer. id is borrowed. false: it
 * is no key of this kind. */
static bool describe(const struct asv_web_call *call, const struct asv_credential *own, struct asv_bytes id,
                     struct asv_credential *out)
{
    const struct asv_bytes host = asv_web_rp_id(call->web->settings->origin);
    uint8_t key[SPKI_BYTES];
    *out = *own;
    out->algorithm = ASV_ALG_ES256;
    out->webauthn_id = id;
    out->extensions = (struct asv_bytes){0};
    memset(out->ed25519_pk, 0, sizeof out->ed25519_pk);
    asv_sha256(out->rp_id, host.data, host.len);
    if (asv_web_bytes(call->body, "public_key", key, sizeof key) != sizeof key ||
        memcmp(key, spki, sizeof spki) != 0) {
        return false;
    }
    memcpy(out->p256_pk, key + sizeof spki, sizeof out->p256_pk);
    return asv_world_wall_ms(call->web->world, &out->from_ms) == ASV_OK;
}

static void offer(struct asv_web_call *call, const struct asv_credential *credential)
{
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    struct asv_credential read;
    struct asv_writer writer;
    struct asv_err err = {0};
    enum asv_db_outcome outcome;
    asv_writer_init(&writer, record, sizeof record);
    if (asv_credential_encode(&writer, credential) != ASV_OK ||
        asv_credential_decode(&read, record, writer.len, NULL) != ASV_OK) {
        asv_web_refuse(call, &asv_web_bad_field, "public_key");
        return;
    }
    enum asv_status status = asv_db_credential_offer(call->db, &read, &outcome, &err);
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
        return;
    }
    asv_credential_digest(digest, &read);
    asv_hex_encode(hex, digest, sizeof digest);
    asv_web_give(call, json_pack("{s:s}", "credential", hex));
    call->out->code = call->out->code == 200 ? 201 : call->out->code;
}

void asv_web_authenticator_offer(struct asv_web_call *call)
{
    uint8_t id[ASV_CREDENTIAL_ID_MAX_BYTES] = {0};
    struct asv_db_credential own;
    struct asv_credential made;
    struct asv_err err = {0};
    size_t count = 0;
    size_t id_len = asv_web_bytes(call->body, "id", id, sizeof id);
    if (!was_made_here(call)) {
        asv_web_refuse(call, &asv_web_bad_proof, "client_data");
        return;
    }
    enum asv_status status = asv_db_credential_mine(asv_web_database(call), false, &own, 1, &count, &err);
    if (status == ASV_OK && count > 0) {
        status = asv_db_credential_view(&own, &err);
    }
    if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    } else if (count == 0) {
        asv_web_refuse(call, &asv_web_forbidden, NULL);
    } else if (!describe(call, &own.said, (struct asv_bytes){id, id_len}, &made)) {
        asv_web_refuse(call, &asv_web_bad_field, "public_key");
    } else {
        offer(call, &made);
    }
}
