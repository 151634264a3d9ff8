/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/recipient.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/flow/decide.h"
#include "server/flow/printed.h"

static void compose(struct asv_statement *out, uint16_t action, struct asv_bytes bytes,
                    const struct asv_card *card, const uint8_t key[ASV_X25519_BYTES])
{
    *out = (struct asv_statement){
        .action = action,
        .subject = {.kind = ASV_SUBJECT_RECIPIENT, .name = card->authority},
        .has_recipient = true,
    };
    asv_card_digest(out->subject.id, bytes.data, bytes.len);
    memcpy(out->recipient_pk, key, sizeof out->recipient_pk);
}

enum asv_status asv_recipient_propose(const struct asv_flow *flow, struct asv_bytes card,
                                      const uint8_t key[ASV_X25519_BYTES], struct asv_person_statement *out,
                                      struct asv_err *err)
{
    struct asv_statement what;
    struct asv_card said = {0};
    struct asv_err why = {0};
    bool waits = false;
    enum asv_status status = asv_card_read(&said, card.data, card.len, &why);
    if (status != ASV_OK) {
        return asv_failf(err, ASV_E_USAGE, "%.150s", why.text);
    }
    status = asv_printed_card(&said, err);
    if (status != ASV_OK) {
        return status;
    }
    compose(&what, ASV_ACTION_RECIPIENT, card, &said, key);
    status = asv_decide_sign_proposal(flow, &what, &waits, out, err);
    if (status != ASV_OK || waits) {
        return status;
    }
    status = asv_db_recipient_card_put(flow->db, card, err);
    return status == ASV_OK ? asv_person_store(flow->db, out, err) : status;
}

enum asv_status asv_recipient_end(const struct asv_flow *flow, const char *name,
                                  const uint8_t key[ASV_X25519_BYTES], struct asv_err *err)
{
    uint8_t bytes[ASV_CARD_MAX_BYTES];
    struct asv_statement what;
    struct asv_card card = {0};
    size_t len = 0;
    enum asv_status status = asv_db_recipient_card_of(flow->db, key, bytes, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return asv_fail(err, status, "this key was never registered");
    }
    if (status == ASV_OK) {
        status = asv_card_read(&card, bytes, len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (name != NULL &&
        (strlen(name) != card.authority.len || memcmp(name, card.authority.data, card.authority.len) != 0)) {
        return asv_failf(err, ASV_E_MISMATCH, "this key is registered for %.*s", (int)card.authority.len,
                         (const char *)card.authority.data);
    }
    compose(&what, ASV_ACTION_RECIPIENT_ENDS, (struct asv_bytes){bytes, len}, &card, key);
    return asv_decide_alone(flow, &what, err);
}
