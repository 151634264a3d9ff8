/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/statement/webauthn.h"

#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "server/statement/client_data.h"

#define FLAGS_AT       ASV_SHA256_BYTES /* behind the relying party's digest */
#define USER_PRESENT   0x01
#define USER_VERIFIED  0x04
#define MORE_FOLLOWS   0xc0 /* attested key, extensions: 37 bytes have neither */
#define CHALLENGE_TEXT 43   /* base 64 of 32 bytes, without padding */

static const char object_name[] = "assertion";

/* RFC 4648, section 5. */
static void base64url(char out[CHALLENGE_TEXT], const uint8_t in[ASV_SHA256_BYTES])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned count = 0;
    size_t used = 0;
    for (size_t i = 0; i < CHALLENGE_TEXT; i++) {
        if (count < 6) {
            bits = bits << 8 | (used < ASV_SHA256_BYTES ? in[used] : 0u);
            used++;
            count += 8;
        }
        count -= 6;
        out[i] = alphabet[bits >> count & 0x3f];
    }
}

static bool is_text(struct asv_bytes text, const char *other, size_t len)
{
    return text.len == len && memcmp(text.data, other, len) == 0;
}

static enum asv_status check_client_data(struct asv_bytes json, const uint8_t challenge[ASV_SHA256_BYTES],
                                         const struct asv_origins *origins, struct asv_err *err)
{
    static const char type[] = "webauthn.get";
    struct asv_client_data data;
    char want[CHALLENGE_TEXT];
    bool known = false;

    enum asv_status status = asv_client_data_read(&data, json);
    if (status != ASV_OK) {
        return asv_fail_field(err, status, object_name, "client data");
    }
    if (!is_text(data.type, type, sizeof type - 1)) { /* ST-074 */
        return asv_fail_field(err, ASV_E_MISMATCH, object_name, "made for something else");
    }
    base64url(want, challenge);
    if (!is_text(data.challenge, want, sizeof want)) { /* ST-075 */
        return asv_fail_field(err, ASV_E_DIGEST, object_name, "made for other bytes");
    }
    for (size_t i = 0; i < origins->count; i++) {
        known |= is_text(data.origin, origins->list[i], strlen(origins->list[i]));
    }
    if (!known || data.cross_origin) { /* ST-076 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, object_name, "asked for by another site");
    }
    return ASV_OK;
}

static enum asv_status check_authenticator(struct asv_bytes data, const struct asv_credential *credential,
                                           struct asv_err *err)
{
    uint8_t flags = data.data[FLAGS_AT];
    if (!asv_equal(data.data, credential->rp_id, sizeof credential->rp_id)) { /* ST-077 */
        return asv_fail_field(err, ASV_E_UNTRUSTED, object_name, "for another relying party");
    }
    if ((flags & MORE_FOLLOWS) != 0) { /* ST-070 */
        return asv_fail_field(err, ASV_E_MALFORMED, object_name, "authenticator data");
    }
    if ((flags & USER_PRESENT) == 0 || (flags & USER_VERIFIED) == 0) { /* ST-078 */
        return asv_fail_field(err, ASV_E_DENIED, object_name,
                              "the authenticator has not verified the person");
    }
    return ASV_OK;
}

enum asv_status asv_assertion_verify(const struct asv_assertion *assertion,
                                     const struct asv_credential *credential,
                                     const uint8_t challenge[ASV_SHA256_BYTES],
                                     const struct asv_origins *origins, struct asv_err *err)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_sha256 state;
    enum asv_status status = check_client_data(assertion->client_data, challenge, origins, err);
    if (status == ASV_OK) {
        status = check_authenticator(assertion->authenticator, credential, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_sha256(digest, assertion->client_data.data, assertion->client_data.len); /* ST-079 */
    asv_sha256_init(&state);
    asv_sha256_update(&state, assertion->authenticator.data, assertion->authenticator.len);
    asv_sha256_update(&state, digest, sizeof digest);
    asv_sha256_final(&state, digest);
    status =
        asv_p256_verify(credential->p256_pk, digest, assertion->signature.data, assertion->signature.len);
    return status == ASV_OK ? ASV_OK : asv_fail_field(err, status, object_name, "signature");
}
