/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cameras: who one is, its day keys, its bulletins. */
#include <fcntl.h>
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/keeper/keeper.h"

static enum asv_status read_revocations(struct asv_keeper *keeper, struct asv_revocations *list,
                                        const struct asv_revocations **out, struct asv_err *err)
{
    uint64_t seen = keeper->store->index->revocations;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(AT_FDCWD, keeper->revocations_path, keeper->revocations_data,
                                              sizeof keeper->revocations_data, &len, err);
    if (status == ASV_E_NOT_FOUND && seen == 0) {
        *out = NULL;
        return ASV_OK;
    }
    if (status == ASV_E_NOT_FOUND) { /* K-045 */
        return asv_failf(err, ASV_E_STATE, "revocation list %llu is gone", (unsigned long long)seen);
    }
    if (status == ASV_OK) {
        status = asv_revocations_decode(list, keeper->revocations_data, len, err);
    }
    if (status == ASV_OK) {
        status = asv_revocations_verify(list, keeper->identity.root_pk, NULL, err);
    }
    if (status == ASV_OK && list->number < seen) { /* K-045 */
        status = asv_fail_at(err, ASV_E_EXPIRED, "revocation list is older than one seen before", seen);
    }
    if (status == ASV_OK && list->number > seen) {
        status = asv_store_set_revocations(keeper->store, list->number, err);
    }
    if (status == ASV_OK) {
        *out = list;
    }
    return status;
}

enum asv_status asv_keeper_revocations(struct asv_keeper *keeper, struct asv_revocations *list,
                                       const struct asv_revocations **out, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = read_revocations(keeper, list, out, &why);
    if (status == ASV_OK) {
        return ASV_OK;
    }
    return asv_fail(err, asv_status_class(status) == ASV_CLASS_RETRY ? status : ASV_E_AWAY,
                    why.text); /* K-269 */
}

/* The camera that a chain proves, valid now and not revoked. */
static enum asv_status prove_camera(struct asv_keeper *keeper, struct asv_bytes chain, int64_t now_ms,
                                    uint8_t camera[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_revocations list;
    const struct asv_revocations *revocations = NULL;
    struct asv_chain decoded;
    enum asv_status status = asv_chain_decode(&decoded, chain.data, chain.len, err);
    if (status == ASV_OK) {
        status = asv_keeper_revocations(keeper, &list, &revocations, err);
    }
    if (status == ASV_OK) { /* K-044 */
        status =
            asv_chain_verify(&decoded, keeper->identity.root_pk, ASV_ROLE_CAMERA, now_ms, revocations, err);
    }
    if (status == ASV_OK) {
        asv_cert_digest(camera, &decoded.leaf);
    }
    return status;
}

/* The local date of now_ms and the last day that may have a key. */
static enum asv_status horizon(int64_t now_ms, uint32_t *today, uint32_t *last, struct asv_err *err)
{
    enum asv_status status = asv_local_date(now_ms, today);
    if (status == ASV_OK) {
        status = asv_date_add(*today, ASV_KEEPER_DAYS_MAX - 1, last);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the clock shows a date that is none");
}

enum asv_status asv_keeper_make_days(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                     struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_store_day days[ASV_KEEPER_DAYS_MAX];
    uint8_t camera[ASV_SHA256_BYTES];
    uint16_t count = request->day_count != 0 ? request->day_count : keeper->days_ahead;
    uint32_t last_made = 0;
    uint32_t today = 0;
    uint32_t last = 0;
    int64_t now = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &now);
    if (status == ASV_OK) {
        status = prove_camera(keeper, request->chain, now, camera, err);
    }
    if (status == ASV_OK) {
        status = horizon(now, &today, &last, err);
    }
    uint32_t date = request->from_date != 0 ? request->from_date : today;
    if (status == ASV_OK && (date < today || !asv_date_valid(date))) { /* K-051 */
        status = asv_fail_at(err, ASV_E_USAGE, "day keys begin today or later, not on", date);
    }
    for (uint16_t i = 0; status == ASV_OK && i < count; i++) {
        if (date > last) {
            return asv_fail_at(err, ASV_E_LIMIT, "day keys end before", date); /* K-051 */
        }
        days[i].date = last_made = date;
        status = asv_keeper_due(keeper, date, &days[i].due_ms, err);
        if (status == ASV_OK && asv_date_add(date, 1, &date) != ASV_OK) {
            status = asv_fail_at(err, ASV_E_LIMIT, "no calendar beyond", date);
        }
    }
    if (status == ASV_OK) {
        status = asv_store_make_days(keeper->store, camera, days, count, &reply->made, err);
    }
    if (status == ASV_OK) {
        reply->last_date = last_made;
    }
    return status;
}

/* This camera's run of day keys from today on, with each day's bounds. */
static enum asv_status gather_days(struct asv_keeper *keeper, const uint8_t camera[ASV_SHA256_BYTES],
                                   int64_t now, struct asv_bulletin_key keys[ASV_BULLETIN_MAX_KEYS],
                                   uint16_t *key_count, struct asv_err *err)
{
    struct asv_store_public days[ASV_KEEPER_DAYS_MAX];
    size_t count = 0;
    uint32_t today = 0;
    uint32_t last = 0;
    enum asv_status status = horizon(now, &today, &last, err);
    days[0].date = today;
    for (size_t i = 1; status == ASV_OK && i < ASV_KEEPER_DAYS_MAX; i++) {
        status = asv_date_add(days[i - 1].date, 1, &days[i].date);
    }
    if (status == ASV_OK) {
        status = asv_store_days(keeper->store, camera, days, ASV_KEEPER_DAYS_MAX, &count, err);
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        keys[i] = (struct asv_bulletin_key){.date = days[i].date};
        memcpy(keys[i].pk, days[i].pk, sizeof keys[i].pk);
        status = asv_local_day_start(days[i].date, &keys[i].start_ms); /* K-052 */
        if (status == ASV_OK) {
            status = asv_local_day_end(days[i].date, &keys[i].end_ms);
        }
    }
    *key_count = (uint16_t)count;
    return status;
}

enum asv_status asv_keeper_reserve_due(const struct asv_keeper *keeper, int64_t *due_ms, struct asv_err *err)
{
    uint32_t today = 0;
    int64_t now = 0;
    if (asv_due_in_doubt(keeper->store)) { /* K-123: by a clock that is behind it would end too early */
        return asv_fail(err, ASV_E_AWAY, "a reserve key's end waits until two people confirm the clock");
    }
    if (asv_world_wall_ms(keeper->world, &now) != ASV_OK || asv_local_date(now, &today) != ASV_OK) {
        return asv_fail(err, ASV_E_STATE, "the clock shows a date that is none");
    }
    return asv_keeper_due(keeper, today, due_ms, err);
}

static bool is_held_ahead(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES])
{
    const struct asv_index_ahead *rows = index->tables[ASV_INDEX_AHEADS].rows;
    uint32_t i = 0;
    while (i < asv_index_count(index, ASV_INDEX_AHEADS) &&
           memcmp(rows[i].camera, camera, ASV_SHA256_BYTES) != 0) {
        i++;
    }
    return i < asv_index_count(index, ASV_INDEX_AHEADS);
}

#define REPLACED_MAX 4 /* reserve keys of one camera whose period begins on one day, by a dock's word */

/* K-230: a hold before docking has room for so many copies, the store for so many keys, and a dock's word is
 * soon given. A key whose period began today has today's due instant. Not BUSY, which a dock takes for a
 * keeper that is away. */
static enum asv_status may_replace(const struct asv_index *index, const uint8_t camera[ASV_SHA256_BYTES],
                                   int64_t due_ms, struct asv_err *err)
{
    unsigned most = is_held_ahead(index, camera) ? 1 : REPLACED_MAX;
    unsigned today = 0;
    if (asv_index_reserve(index, camera, NULL) == NULL) {
        return ASV_OK;
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        const struct asv_entry *entry = &asv_entries(index)[i];
        today += entry->kind == ASV_ENTRY_RESERVE && entry->due_ms == due_ms &&
                 memcmp(entry->subject, camera, sizeof entry->subject) == 0;
    }
    return today < most
               ? ASV_OK
               : asv_fail(err, ASV_E_STATE,
                          "the camera is held before docking, or often docked, and had another reserve key "
                          "today: until a recording under this one is opened, it stays");
}

/* Signs the bulletin and takes its number in one change: it is committed before anyone sees it. */
static enum asv_status sign_bulletin(struct asv_keeper *keeper, struct asv_store_change *change,
                                     struct asv_bulletin *bulletin, const struct asv_bulletin_key *keys,
                                     size_t *len, struct asv_err *err)
{
    struct asv_index_camera *row = NULL;
    struct asv_object object;
    struct asv_writer writer;
    enum asv_status status =
        asv_store_reserve(change, bulletin->camera_cert, bulletin->reserve.pk, err); /* K-054 */
    if (status != ASV_OK) {
        return status;
    }
    status = asv_index_camera(change->next, bulletin->camera_cert, &row);
    if (status != ASV_OK) {
        return asv_fail(err, status, "key store: no room for another camera");
    }
    bulletin->number = row->number + 1; /* K-053 */
    memcpy(bulletin->previous, row->digest, sizeof bulletin->previous);
    asv_writer_init(&writer, keeper->bulletin_data, sizeof keeper->bulletin_data);
    status = asv_bulletin_encode(&writer, bulletin, keys, keeper->identity.sk);
    if (status == ASV_OK) {
        status = asv_object_split(&object, writer.data, writer.len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "bulletin: cannot be written");
    }
    row->number = bulletin->number;
    asv_object_digest(row->digest, &object);
    *len = writer.len;
    return ASV_OK;
}

enum asv_status asv_keeper_bulletin(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    struct asv_keeper_reply *reply, struct asv_err *err)
{
    struct asv_bulletin_key keys[ASV_BULLETIN_MAX_KEYS];
    struct asv_bulletin bulletin = {.keeper = keeper->identity.chain};
    struct asv_store_change change;
    int64_t reserve_due_ms = 0;
    uint32_t today = 0;
    size_t len = 0;
    enum asv_status status = asv_world_wall_ms(keeper->world, &bulletin.issued_ms);
    if (status == ASV_OK) {
        status = prove_camera(keeper, request->chain, bulletin.issued_ms, bulletin.camera_cert, err);
    }
    if (status == ASV_OK) {
        status =
            gather_days(keeper, bulletin.camera_cert, bulletin.issued_ms, keys, &bulletin.key_count, err);
    }
    if (status == ASV_OK && request->reserve_used) {
        status = asv_keeper_reserve_due(keeper, &reserve_due_ms, err);
        if (status == ASV_OK) {
            status = may_replace(keeper->store->index, bulletin.camera_cert, reserve_due_ms, err);
        }
    }
    if (status == ASV_OK) {
        status = asv_local_date(bulletin.issued_ms, &today);
    }
    if (status == ASV_OK) {
        status = asv_store_begin(keeper->store, &change, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (request->reserve_used) { /* K-057 */
        asv_store_reserve_used(&change, bulletin.camera_cert, reserve_due_ms);
    }
    bulletin.policy_version = asv_keeper_policy_on(keeper->store->index, today).version;
    asv_key_digest(bulletin.agency, keeper->identity.root_pk);
    status = sign_bulletin(keeper, &change, &bulletin, keys, &len, err);
    if (status != ASV_OK) {
        asv_store_abort(&change);
        return status;
    }
    status = asv_store_commit(&change, false, err);
    if (status == ASV_OK) {
        reply->bulletin = (struct asv_bytes){keeper->bulletin_data, len};
    }
    return status;
}
