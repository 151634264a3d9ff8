/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/credential.h"

#include <string.h>

#include "firmware-proto/base/extensions.h"
#include "firmware-proto/trust/fields.h"

static const char object_name[] = "credential";

/* An administrator decides nothing about recordings and sees none (LAW L4). */
static const uint16_t not_with_administrator = ASV_ROLE_SUPERVISOR | ASV_ROLE_DEPUTY | ASV_ROLE_REVIEWER |
                                               ASV_ROLE_EXPORTER | ASV_ROLE_DATA_PROTECTION_OFFICER;

static bool roles_are_good(uint16_t roles)
{
    bool apart = (roles & ASV_ROLE_ADMINISTRATOR) == 0 || (roles & not_with_administrator) == 0;
    return roles != 0 && (roles & ~ASV_ROLES_ALL) == 0 && apart; /* ST-021, ST-022 */
}

static bool units_are_good(const struct asv_credential *credential)
{
    if (credential->unit_count > ASV_CREDENTIAL_UNITS_MAX) {
        return false;
    }
    for (uint8_t i = 0; i < credential->unit_count; i++) { /* ST-023 */
        const char *unit = credential->units[i];
        if (unit[0] == '\0' || (i > 0 && strcmp(credential->units[i - 1], unit) >= 0)) {
            return false;
        }
    }
    return true;
}

static bool key_is_good(const struct asv_credential *credential)
{
    if (credential->algorithm == ASV_ALG_ED25519) {
        return !asv_is_zero(credential->ed25519_pk, sizeof credential->ed25519_pk);
    }
    return credential->algorithm == ASV_ALG_ES256 && credential->webauthn_id.len > 0 && /* ST-024 */
           credential->webauthn_id.len <= ASV_CREDENTIAL_ID_MAX_BYTES &&
           !asv_is_zero(credential->rp_id, sizeof credential->rp_id) &&
           asv_p256_check(credential->p256_pk) == ASV_OK; /* ST-025 */
}

/* The field that breaks a rule, or NULL. */
static const char *broken(const struct asv_credential *credential)
{
    if (asv_is_zero(credential->person, sizeof credential->person)) { /* ST-020 */
        return "person";
    }
    if (asv_is_zero(credential->badge, sizeof credential->badge)) { /* ST-020 */
        return "badge";
    }
    if (!asv_text_is_good(credential->name, ASV_NAME_MAX_BYTES)) {
        return "name";
    }
    if (!roles_are_good(credential->roles)) {
        return "roles";
    }
    if (!units_are_good(credential)) {
        return "units";
    }
    if (credential->from_ms < 0 || credential->from_ms >= credential->until_ms) { /* ST-026 */
        return "validity";
    }
    return key_is_good(credential) ? NULL : "key";
}

static void put_key(struct asv_writer *writer, const struct asv_credential *credential)
{
    if (credential->algorithm == ASV_ALG_ED25519) {
        asv_write_ed25519_pk(writer, credential->ed25519_pk);
        return;
    }
    asv_write_u8(writer, ASV_ALG_ES256);
    asv_write_view8(writer, credential->p256_pk, sizeof credential->p256_pk);
    asv_write_view8(writer, credential->webauthn_id.data, credential->webauthn_id.len);
    asv_write_digest(writer, credential->rp_id);
}

enum asv_status asv_credential_encode(struct asv_writer *writer, const struct asv_credential *credential)
{
    size_t len;
    if (broken(credential) != NULL) {
        return ASV_E_USAGE;
    }
    (void)asv_put_begin(writer);
    asv_write_digest(writer, credential->agency);
    asv_write_bytes(writer, credential->person, sizeof credential->person);
    asv_write_digest(writer, credential->badge);
    asv_write_view8(writer, credential->name.data, credential->name.len);
    asv_write_u16(writer, credential->roles);
    asv_write_u8(writer, credential->unit_count);
    for (uint8_t i = 0; i < credential->unit_count; i++) {
        asv_put_text(writer, credential->units[i]);
    }
    asv_write_i64(writer, credential->from_ms);
    asv_write_i64(writer, credential->until_ms);
    put_key(writer, credential);
    asv_write_extensions(writer, credential->extensions);
    return asv_write_end(writer, &len);
}

static void read_units(struct asv_fields *in, struct asv_credential *credential)
{
    asv_field_u8(in, &credential->unit_count, "units");
    if (credential->unit_count > ASV_CREDENTIAL_UNITS_MAX) { /* ST-023 */
        asv_fields_fail(in, ASV_E_LIMIT, "units");
    }
    for (uint8_t i = 0; in->status == ASV_OK && i < credential->unit_count; i++) {
        asv_field_text(in, credential->units[i], "units");
    }
}

static void read_key(struct asv_fields *in, struct asv_credential *credential)
{
    struct asv_bytes point;
    struct asv_fields ahead = *in;
    asv_field_u8(&ahead, &credential->algorithm, "key");
    if (credential->algorithm != ASV_ALG_ES256) { /* the reader of Ed25519 keys refuses any other */
        asv_field_ed25519_pk(in, credential->ed25519_pk, "key");
        return;
    }
    *in = ahead;
    asv_field_view8(in, &point, ASV_P256_PK_BYTES, "key");
    if (in->status == ASV_OK && point.len != ASV_P256_PK_BYTES) {
        asv_fields_fail(in, ASV_E_MALFORMED, "key");
    }
    if (in->status == ASV_OK) {
        memcpy(credential->p256_pk, point.data, point.len);
    }
    asv_field_view8(in, &credential->webauthn_id, ASV_CREDENTIAL_ID_MAX_BYTES, "WebAuthn id");
    asv_field_digest(in, credential->rp_id, "relying party");
}

enum asv_status asv_credential_decode(struct asv_credential *out, const void *data, size_t len,
                                      struct asv_err *err)
{
    struct asv_credential credential = {.encoded = {data, len}};
    struct asv_fields in;

    asv_fields_begin(&in, object_name, data, len, ASV_CREDENTIAL_MAX_BYTES); /* ST-001, ST-002 */
    asv_field_digest(&in, credential.agency, "agency");
    asv_field_copy(&in, credential.person, sizeof credential.person, "person");
    asv_field_digest(&in, credential.badge, "badge");
    asv_field_view8(&in, &credential.name, ASV_NAME_MAX_BYTES, "name");
    asv_field_u16(&in, &credential.roles, "roles");
    read_units(&in, &credential);
    asv_field_i64(&in, &credential.from_ms, "valid from");
    asv_field_i64(&in, &credential.until_ms, "valid until");
    read_key(&in, &credential);
    asv_fields_close(&in, &credential.extensions); /* ST-003 */
    if (in.status == ASV_OK) {
        asv_fields_rule(&in, broken(&credential));
    }
    enum asv_status status = asv_fields_result(&in, err);
    if (status == ASV_OK) {
        *out = credential;
    }
    return status;
}

void asv_credential_digest(uint8_t out[ASV_SHA256_BYTES], const struct asv_credential *credential)
{
    asv_sha256(out, credential->encoded.data, credential->encoded.len);
}

static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
    return memcmp(a, b, len) == 0;
}

bool asv_credential_same_person(const struct asv_credential *a, const struct asv_credential *b)
{
    return same(a->person, b->person, sizeof a->person) || same(a->badge, b->badge, sizeof a->badge);
}

bool asv_credential_same_key(const struct asv_credential *a, const struct asv_credential *b)
{
    return a->algorithm == b->algorithm && same(a->ed25519_pk, b->ed25519_pk, sizeof a->ed25519_pk) &&
           same(a->p256_pk, b->p256_pk, sizeof a->p256_pk);
}

enum asv_status asv_credential_beside(const struct asv_credential *offered, const struct asv_credential *kept,
                                      bool kept_lives, struct asv_err *err)
{
    if (asv_credential_same_key(offered, kept)) { /* ST-027 */
        return asv_fail_field(err, ASV_E_EXISTS, object_name, "the key was enrolled before");
    }
    if (same(offered->person, kept->person, sizeof kept->person) !=
        same(offered->badge, kept->badge, sizeof kept->badge)) { /* ST-028 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name,
                              "one person with two badges, or one badge of two persons");
    }
    if (kept_lives && asv_credential_same_person(offered, kept) &&
        !roles_are_good(offered->roles | kept->roles)) { /* ST-022 */
        return asv_fail_field(err, ASV_E_DENIED, object_name, "the person has a role that excludes these");
    }
    return ASV_OK;
}
