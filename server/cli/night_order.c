/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper's signed statement that nothing opens a recording any more: asked for, and believed when it
 * verifies. What answers on the socket, or lies in the vault, is nobody's word by itself. */
#include <string.h>

#include "firmware-proto/trust/chain.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

enum asv_status asv_night_order_ask(struct asv_night *night, struct asv_clip_dir *dir, uint32_t *request,
                                    struct asv_err *err)
{
    uint8_t header[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t header_len = 0;
    size_t chain_len = 0;
    enum asv_status status = asv_clip_header(dir, header, &header_len, err);
    if (status == ASV_OK) {
        status = asv_clip_get(dir, ASV_PART_CHAIN, chain, sizeof chain, &chain_len, err);
    }
    return status == ASV_OK ? asv_keeper_client_order(night->client, (struct asv_bytes){chain, chain_len},
                                                      (struct asv_bytes){header, header_len}, request, err)
                            : status;
}

enum asv_status asv_night_order_take(struct asv_night *night, uint32_t request,
                                     uint8_t order[ASV_DESTRUCTION_MAX_BYTES], size_t *len,
                                     enum asv_status *word, struct asv_err *err)
{
    struct asv_keeper_reply reply = {0};
    enum asv_status status =
        asv_keeper_wait(night->client, ASV_OK, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    *word = reply.status;
    if (status == ASV_OK && reply.order.len > ASV_DESTRUCTION_MAX_BYTES) {
        status = asv_fail(err, ASV_E_LIMIT, "keeper: its statement is too long");
    }
    if (status == ASV_OK) {
        memcpy(order, reply.order.data, reply.order.len);
        *len = reply.order.len;
    }
    return status;
}

/* T-060. One chain is verified once a run: the statements under it have a signature each. */
static enum asv_status verify(struct asv_night *night, const struct asv_destruction *order,
                              struct asv_err *err)
{
    uint8_t chain[ASV_SHA256_BYTES];
    asv_sha256(chain, order->keeper.encoded.data, order->keeper.encoded.len);
    if (night->agency == NULL) {
        return asv_failf(err, ASV_E_NOT_FOUND, "%s", night->no_agency.text);
    }
    if (night->has_signer && memcmp(chain, night->signer, sizeof chain) == 0) {
        enum asv_status status =
            asv_object_verify(&order->object, ASV_PURPOSE_DESTRUCTION, order->keeper.leaf.signing_pk);
        return status == ASV_OK ? ASV_OK : asv_fail(err, status, "destruction statement: signature");
    }
    enum asv_status status = asv_destruction_verify(order, night->agency->root.signing_pk, NULL,
                                                    night->now_ms, &night->agency->revocations, err);
    if (status == ASV_OK) {
        night->has_signer = true;
        memcpy(night->signer, chain, sizeof chain);
    }
    return status;
}

static bool is_about(const struct asv_destruction *order, const struct asv_db_identity *identity)
{
    return memcmp(order->camera_cert, identity->camera_cert, sizeof order->camera_cert) == 0 &&
           memcmp(order->epoch, identity->epoch, sizeof order->epoch) == 0 &&
           order->number == identity->number &&
           memcmp(order->header, identity->header, sizeof order->header) == 0;
}

enum asv_status asv_night_order_read(struct asv_night *night, const struct asv_db_retained *clip,
                                     struct asv_bytes data, struct asv_destruction *out, struct asv_err *err)
{
    struct asv_destruction order;
    enum asv_status status = asv_destruction_decode(&order, data.data, data.len, err);
    if (status == ASV_OK) {
        status = verify(night, &order, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (!is_about(&order, &clip->identity)) {
        return asv_fail(err, ASV_E_MISMATCH, "the keeper's statement is about another recording");
    }
    *out = order;
    return ASV_OK;
}

bool asv_night_order_was(struct asv_night *night, const struct asv_db_retained *clip,
                         struct asv_clip_dir *dir)
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    struct asv_destruction order;
    size_t len = 0;
    return night->agency != NULL &&
           asv_clip_get(dir, ASV_PART_ORDER, data, sizeof data, &len, NULL) == ASV_OK &&
           asv_destruction_decode(&order, data, len, NULL) == ASV_OK && is_about(&order, &clip->identity) &&
           asv_destruction_verify(&order, night->agency->root.signing_pk, NULL, order.issued_ms, NULL,
                                  NULL) == ASV_OK;
}

bool asv_night_order_there(struct asv_night *night, const struct asv_db_retained *clip,
                           struct asv_clip_dir *dir, uint8_t order[ASV_DESTRUCTION_MAX_BYTES], size_t *len,
                           struct asv_destruction *out)
{
    return asv_clip_get(dir, ASV_PART_ORDER, order, ASV_DESTRUCTION_MAX_BYTES, len, NULL) == ASV_OK &&
           asv_night_order_read(night, clip, (struct asv_bytes){order, *len}, out, NULL) == ASV_OK;
}

bool asv_night_is_buried(struct asv_night *night, const struct asv_db_retained *clip)
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    char path[ASV_VAULT_PATH_BYTES];
    size_t len = 0;
    enum asv_vault_area area;
    struct asv_destruction order;
    struct asv_clip_dir *tombstone = NULL;
    bool buried = asv_night_place(clip, true, &area, path, NULL) == ASV_OK &&
                  asv_vault_open_clip(night->vault, area, path, &tombstone, NULL) == ASV_OK &&
                  asv_night_order_there(night, clip, tombstone, data, &len, &order);
    asv_clip_close(tombstone);
    return buried;
}

/* A reserve key is due with the day on which a dock asked for what was recorded to it (K-057, K-152), or with
 * an earlier one: where the period was longer then, with as much later a day. */
static enum asv_status day_of_key(const struct asv_night *night, const struct asv_db_retained *clip,
                                  uint32_t *day, struct asv_err *err)
{
    const struct asv_keeper_status *keeper = &night->keeper;
    int longest = keeper->policy_days;
    int shortest = longest;
    for (unsigned i = 0; i < keeper->period_count; i++) {
        int days = keeper->periods[i].days;
        longest = days > longest ? days : longest;
        shortest = days < shortest ? days : shortest;
    }
    *day = clip->key_date;
    if (clip->key_kind == ASV_KEY_DAY) {
        return ASV_OK;
    }
    return clip->key_kind == ASV_KEY_RESERVE && asv_local_date(clip->committed_ms, day) == ASV_OK &&
                   asv_date_add(*day, longest - shortest, day) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_NOT_FOUND, "nobody knows its key");
}

enum asv_status asv_night_day_signed(struct asv_night *night, const struct asv_db_retained *clip,
                                     struct asv_err *err)
{
    struct asv_day_end day;
    uint32_t date = 0;
    enum asv_status status = day_of_key(night, clip, &date, err);
    if (status != ASV_OK || date == night->day_gone) {
        return status;
    }
    if (night->agency == NULL) {
        return asv_failf(err, ASV_E_NOT_FOUND, "%s", night->no_agency.text);
    }
    status = asv_cli_keeper_day_end(night->client, night->agency, date, night->now_ms, &day, err);
    if (status == ASV_OK && day.copies != 0) {
        status = asv_fail(err, ASV_E_STATE, "a hold before docking has a copy of a key of its day");
    }
    night->day_gone = status == ASV_OK ? date : night->day_gone;
    return status;
}
