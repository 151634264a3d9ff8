/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * FINISH: a key goes before anything makes it, because what it was for has another key, or is gone: the
 * camera's key of a day on which a clip was erased early, and what a hold before docking copied. */
#include <string.h>

#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/inventory.h"
#include "server/base/calendar.h"
#include "server/keeper/keeper.h"

/* K-062: who says that a day, or a range, is over? */
static enum asv_status check_running(const struct asv_keeper *keeper, struct asv_err *err)
{
    return keeper->store->index->stop == ASV_KEEPER_RUNNING
               ? ASV_OK
               : asv_fail(err, ASV_E_AWAY, "destruction stands still until two people confirm the clock");
}

/* ---- what a camera signed ---- */

/* What a camera said of itself when it was docked; views into the request. */
struct word {
    struct asv_inventory inventory;
    struct asv_bulletin bulletin;
};

static enum asv_status read_camera(const struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   const struct asv_revocations *revocations, struct asv_chain *out,
                                   struct asv_err *err)
{
    enum asv_status status = asv_chain_decode(out, request->chain.data, request->chain.len, err);
    return status == ASV_OK ? asv_chain_verify(out, keeper->identity.root_pk, ASV_ROLE_CAMERA,
                                               ASV_TIME_UNKNOWN, revocations, err)
                            : status;
}

/* K-143, K-245, K-247: signed by a camera of this agency, and by the keeper for that camera. The list comes
 * behind what can be told without: who shows nothing is told so whatever is wrong with it (K-213). */
static enum asv_status read_word(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct word *out, struct asv_err *err)
{
    struct asv_revocations list;
    const struct asv_revocations *revocations = NULL;
    struct asv_chain chain;
    enum asv_status status =
        asv_inventory_decode(&out->inventory, request->inventory.data, request->inventory.len, err);
    if (status == ASV_OK) {
        status = asv_bulletin_decode(&out->bulletin, request->bulletin.data, request->bulletin.len, err);
    }
    if (status == ASV_OK) {
        status = asv_keeper_revocations(keeper, &list, &revocations, err);
    }
    if (status == ASV_OK) {
        status = read_camera(keeper, request, revocations, &chain, err);
    }
    if (status == ASV_OK) {
        status = asv_inventory_verify(&out->inventory, &chain.leaf, err);
    }
    return status == ASV_OK
               ? asv_bulletin_verify(&out->bulletin, keeper->identity.root_pk, out->inventory.camera_cert,
                                     ASV_TIME_UNKNOWN, revocations, err)
               : status;
}

/* Nothing was left on the camera when nothing could be recorded any more of a time that ended then. */
static enum asv_status check_emptied(const struct word *word, const uint8_t camera[ASV_SHA256_BYTES],
                                     int64_t until_ms, struct asv_err *err)
{
    const struct asv_inventory *inventory = &word->inventory;
    int64_t since_ms = until_ms + ASV_PRE_ROLL_MAX_MS;
    uint8_t digest[ASV_SHA256_BYTES];
    if (memcmp(inventory->camera_cert, camera, ASV_SHA256_BYTES) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "the inventory is another camera's");
    }
    if (inventory->held != 0) { /* K-143 */
        return asv_fail_at(err, ASV_E_STATE, "the camera had recordings on it", inventory->held);
    }
    asv_object_digest(digest, &word->bulletin.object);
    if (memcmp(inventory->bulletin, digest, sizeof digest) != 0) { /* K-245 */
        return asv_fail(err, ASV_E_MISMATCH, "the inventory names another bulletin");
    }
    if (word->bulletin.issued_ms < since_ms) { /* K-245 */
        return asv_fail(err, ASV_E_STATE, "the inventory's bulletin is from before the end of that time");
    }
    return inventory->wall_ms >= since_ms /* K-246; a clock that is lost shows no time */
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE, "by the camera's own clock that time was not over");
}

/* ---- after an early erasure ---- */

/* K-103: what the keeper knows by itself. ASV_E_NOT_FOUND: the key is gone already. */
static enum asv_status check_day(struct asv_keeper *keeper, const uint8_t camera[ASV_SHA256_BYTES],
                                 uint32_t date, struct asv_err *err)
{
    struct asv_store_key key = {0};
    uint32_t at = 0;
    if (!asv_keeper_day_has_gone(keeper->store->index, camera, date)) {
        return asv_fail(err, ASV_E_STATE, "no clip of this camera's day was erased early");
    }
    enum asv_status status = asv_store_next_key(keeper->store, date, camera, &at, &key, err);
    asv_wipe(&key, sizeof key);
    return status == ASV_E_DIGEST ? ASV_OK : status; /* a damaged file may have it: K-131 */
}

/* K-252: of a camera that is out there may be more under that key, which nobody has kept. */
static enum asv_status finish_day(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                  int64_t now_ms, struct asv_err *err)
{
    struct word word = {0};
    struct asv_chain chain;
    uint8_t camera[ASV_SHA256_BYTES];
    int64_t end_ms = 0;
    enum asv_status status = read_camera(keeper, request, NULL, &chain, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_cert_digest(camera, &chain.leaf);
    if (asv_local_day_end(request->from_date, &end_ms) != ASV_OK || end_ms > now_ms) { /* K-103 */
        return asv_fail_at(err, ASV_E_STATE, "a day that is not over: the camera may record on",
                           request->from_date);
    }
    status = check_running(keeper, err);
    if (status == ASV_OK) {
        status = check_day(keeper, camera, request->from_date, err);
    }
    if (status == ASV_OK) {
        status = read_word(keeper, request, &word, err);
    }
    if (status == ASV_OK) {
        status = check_emptied(&word, camera, end_ms, err);
    }
    return status == ASV_OK ? asv_store_destroy_camera_day(keeper->store, camera, request->from_date, err)
                            : status;
}

/* ---- after a hold before docking ---- */

/* K-142: as long as a day's own key is here, its copy opens nothing more, and what comes in late is kept. */
static enum asv_status check_days(struct asv_keeper *keeper, const struct asv_index_ahead *ahead,
                                  struct asv_err *err)
{
    for (unsigned i = 0; i < ahead->key_count; i++) {
        struct asv_store_key key = {0};
        uint32_t at = 0;
        if (ahead->keys[i].date == 0) { /* what a reserve key opens does not wait for its end */
            continue;
        }
        enum asv_status status =
            asv_store_next_key(keeper->store, ahead->keys[i].date, ahead->camera, &at, &key, err);
        asv_wipe(&key, sizeof key);
        if (status == ASV_OK) {
            return asv_fail_at(err, ASV_E_STATE, "the camera's own key is still here, of day",
                               ahead->keys[i].date);
        }
        if (status != ASV_E_NOT_FOUND) {
            return status == ASV_E_DIGEST ? ASV_E_IO : status;
        }
    }
    return ASV_OK;
}

static enum asv_status let_go(struct asv_keeper *keeper, const uint8_t decision[ASV_SHA256_BYTES],
                              struct asv_err *err)
{
    struct asv_store_change change;
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_index_drop_key(change.next, ASV_INDEX_AHEADS, decision);
    return asv_store_commit(&change, true, err);
}

static enum asv_status finish_ahead(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    int64_t now_ms, struct asv_err *err)
{
    struct word word = {0};
    struct asv_err said = {0};
    /* First of all: a revocation list that is new is a commit, which makes other rows. Who only asks whether
     * the hold is there shows none (K-213). */
    enum asv_status proven = read_word(keeper, request, &word, &said);
    const struct asv_index_ahead *ahead =
        asv_index_find(keeper->store->index, ASV_INDEX_AHEADS, request->digest);
    if (ahead == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "nothing is held before docking by that decision");
    }
    if (ahead->until_ms > now_ms) { /* K-142 */
        return asv_fail(err, ASV_E_STATE, "its range is not over");
    }
    enum asv_status status = check_running(keeper, err);
    if (status == ASV_OK) {
        status = check_days(keeper, ahead, err);
    }
    if (status == ASV_OK && proven != ASV_OK) {
        status = asv_fail(err, proven, said.text);
    }
    if (status == ASV_OK) {
        status = check_emptied(&word, ahead->camera, ahead->until_ms, err);
    }
    return status == ASV_OK ? let_go(keeper, request->digest, err) : status;
}

enum asv_status asv_keeper_finish(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                  struct asv_err *err)
{
    int64_t now_ms = 0;
    if (asv_world_wall_ms(keeper->world, &now_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_AWAY, "the clock cannot be read");
    }
    bool ahead = request->why == ASV_KEEPER_WHY_AHEAD;
    enum asv_status status =
        ahead ? finish_ahead(keeper, request, now_ms, err) : finish_day(keeper, request, now_ms, err);
    if (status == ASV_OK) { /* no decision's line tells of it */
        asv_log_event(keeper->log, ASV_LOG_NOTICE, "keys-let-go",
                      asv_log_text("why", ahead ? "ahead" : "early"),
                      asv_log_u64("day", ahead ? 0 : request->from_date));
    }
    return status;
}
