/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/flow.h"

#include <fcntl.h>
#include <string.h>

#include "firmware-proto/trust/cert.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/time_text.h"
#include "server/base/uuid.h"

enum asv_status asv_flow_check_credential(const struct asv_db_credential *credential, int64_t now_ms,
                                          struct asv_err *err)
{
    char text[ASV_TEXT_BYTES];
    if (credential->revoked_ms != ASV_TIME_UNKNOWN) {
        return asv_failf(err, ASV_E_DENIED, "your credential was revoked on %s",
                         asv_text_time(text, credential->revoked_ms));
    }
    if (credential->disabled_ms != ASV_TIME_UNKNOWN) {
        return asv_failf(err, ASV_E_DENIED, "your account was disabled on %s",
                         asv_text_time(text, credential->disabled_ms));
    }
    if (credential->enrolled_ms == ASV_TIME_UNKNOWN) {
        return asv_fail(err, ASV_E_DENIED,
                        "your credential is not enrolled: two people must do that, or in the beginning the "
                        "agency root (\"asservat user enrol\", \"asservat user found\")");
    }
    if (now_ms < credential->said.from_ms) {
        return asv_failf(err, ASV_E_EXPIRED, "your credential is valid from %s on",
                         asv_text_time(text, credential->said.from_ms));
    }
    if (now_ms >= credential->said.until_ms) {
        return asv_failf(err, ASV_E_EXPIRED, "your credential expired on %s; have a new one made",
                         asv_text_time(text, credential->said.until_ms));
    }
    return ASV_OK;
}

enum asv_status asv_flow_check_account(struct asv_db *db, const struct asv_credential *said,
                                       struct asv_err *err)
{
    uint8_t caller[ASV_UUID_BYTES];
    enum asv_status status = asv_db_caller(db, caller, err);
    if (status == ASV_OK && asv_uuid_is_zero(caller)) {
        return asv_fail(err, ASV_E_DENIED,
                        "this account of the server is nobody's: the administrator writes down whose it is "
                        "(\"asservat user login\")");
    }
    if (status == ASV_OK && !asv_equal(caller, said->person, ASV_UUID_BYTES)) {
        return asv_failf(err, ASV_E_DENIED,
                         "the key is %.*s's, and this account of the server somebody else's: each signs with "
                         "their own key, "
                         "in their own account",
                         (int)said->name.len, (const char *)said->name.data);
    }
    return status;
}

enum asv_status asv_flow_now(const struct asv_flow *flow, int64_t *now_ms, struct asv_err *err)
{
    return asv_world_wall_ms(flow->world, now_ms) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_INTERNAL, "the clock cannot be read");
}

void asv_flow_say(const struct asv_flow *flow, enum asv_flow_note_kind kind, const char *by,
                  const char *detail)
{
    const struct asv_flow_note note = {.kind = kind, .by = by, .detail = detail};
    flow->calls->say(flow->ctx, &note);
}

enum asv_status asv_flow_keeper(const struct asv_flow *flow, struct asv_keeper_client **out,
                                struct asv_err *err)
{
    enum asv_status status = asv_keeper_client_new(out, flow->keeper);
    return status == ASV_OK ? ASV_OK : asv_fail(err, ASV_E_USAGE, "keeper: the socket's path is too long");
}

enum asv_status asv_flow_root_key(const char *path, uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                  struct asv_err *err)
{
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_cert root = {0};
    size_t len = 0;
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, data, sizeof data, &len, err);
    if (status == ASV_OK) {
        status = asv_cert_decode(&root, data, len, err);
    }
    if (status == ASV_OK) {
        status = asv_cert_verify(&root, root.signing_pk, err);
    }
    if (status == ASV_OK && root.role != ASV_ROLE_ROOT) {
        status = asv_fail(err, ASV_E_UNTRUSTED, "it is not the certificate of an agency's root");
    }
    if (status == ASV_OK) {
        memcpy(root_pk, root.signing_pk, sizeof root.signing_pk);
    }
    return status;
}
