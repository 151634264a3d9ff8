/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/retention.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/db/internal.h"

/* ---- runs ---- */

static void read_u64(struct asv_row *row, void *out)
{
    *(uint64_t *)out = asv_row_u64(row);
}

struct begun {
    uint8_t run[16];
    bool is;
};

static void read_begun(struct asv_row *row, void *out)
{
    struct begun *begun = out;
    begun->is = !asv_row_null(row);
    asv_row_uuid(row, begun->run);
}

enum asv_status asv_db_retention_begin(struct asv_db *db, const char *software, uint8_t run[16], bool *begun,
                                       struct asv_err *err)
{
    struct asv_params params;
    struct begun got = {.is = false};
    asv_params_init(&params);
    asv_param_text(&params, software);
    enum asv_status status = asv_db_run_value(db, ASV_QUERY_RETENTION_BEGIN, &params, read_begun, &got, err);
    if (status == ASV_OK) {
        memcpy(run, got.run, sizeof got.run);
        *begun = got.is;
    }
    return status;
}

enum asv_status asv_db_retention_end(struct asv_db *db, const uint8_t run[16],
                                     const struct asv_db_retention_end *end, struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    const uint64_t counts[] = {end->erased,  end->held,      end->pending, end->lapsed,
                               end->late,    end->failed,    end->open,    end->disagreements,
                               end->orphans, end->leftovers, end->uneven};
    asv_params_init(&params);
    asv_param_uuid(&params, run);
    asv_param_i16(&params, (int16_t)end->exit);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        asv_param_u64(&params, counts[i]);
    }
    asv_param_text(&params, asv_note_clean(note, end->detail));
    return asv_db_run_outcome(db, ASV_QUERY_RETENTION_END, &params, NULL, err);
}

/* ---- erasures ---- */

static void read_retained(struct asv_row *row, void *to)
{
    struct asv_db_retained *out = to;
    asv_row_uuid(row, out->recording);
    asv_row_bytes(row, out->identity.camera_cert, 32);
    asv_row_uuid(row, out->identity.epoch);
    out->identity.number = asv_row_u64(row);
    asv_row_bytes(row, out->identity.header, 32);
    asv_row_uuid(row, out->clip);
    out->kind = asv_row_u8(row);
    out->day = asv_row_date(row);
    out->decided_day = asv_row_date(row);
    out->due_ms = asv_row_time(row);
    out->latest_ms = asv_row_time(row);
    out->committed_ms = asv_row_time(row);
    out->key_kind = asv_row_u8(row);
    out->key_date = asv_row_date(row);
    out->early = asv_row_bool(row);
}

enum asv_status asv_db_retention_page(struct asv_db *db, enum asv_db_state state, int64_t due_before_ms,
                                      const uint8_t *after, struct asv_db_retained *rows, size_t *count,
                                      struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, asv_db_state_name(state));
    asv_param_time(&params, due_before_ms);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_RETENTION_PAGE, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_rewrap_page(struct asv_db *db, const uint8_t *after, struct asv_db_retained *rows,
                                   size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_REWRAP_PAGE, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_camera_day_page(struct asv_db *db, const uint8_t camera_cert[32], uint32_t key_date,
                                       const uint8_t *after, struct asv_db_retained *rows, size_t *count,
                                       struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_date(&params, key_date);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_CAMERA_DAY_PAGE, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_early_day_page(struct asv_db *db, int64_t now_ms, const uint8_t *after,
                                      struct asv_db_retained *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, now_ms);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_EARLY_DAY_PAGE, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_retained_of(struct asv_db *db, const uint8_t header[32], struct asv_db_retained *out,
                                   struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    asv_param_digest(&params, header);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_RETAINED_OF, &params, read_retained, out, &there, err);
    return status == ASV_OK && !there
               ? asv_fail(err, ASV_E_NOT_FOUND, "no clip with this header is in custody")
               : status;
}

enum asv_status asv_db_numbers_missing(struct asv_db *db, const uint8_t camera_cert[32], int64_t from_ms,
                                       int64_t until_ms, uint64_t *missing, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_time(&params, from_ms);
    asv_param_time(&params, until_ms);
    return asv_db_run_value(db, ASV_QUERY_NUMBERS_MISSING, &params, read_u64, missing, err);
}

static void read_inventory(struct asv_row *row, void *to)
{
    struct asv_db_inventory *out = to;
    out->place.number = asv_row_u64(row);
    asv_row_bytes(row, out->place.session, sizeof out->place.session);
    asv_row_blob(row, out->chain, sizeof out->chain, &out->chain_len);
    asv_row_blob(row, out->inventory, sizeof out->inventory, &out->inventory_len);
    asv_row_blob(row, out->bulletin, sizeof out->bulletin, &out->bulletin_len);
}

enum asv_status asv_db_inventory_next(struct asv_db *db, const uint8_t camera_cert[32], int64_t since_ms,
                                      const uint8_t run[16], const struct asv_db_inventory_place *after,
                                      struct asv_db_inventory *out, bool *there, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    asv_param_time(&params, since_ms);
    asv_param_uuid(&params, run);
    if (after != NULL) {
        asv_param_u64(&params, after->number);
    } else {
        asv_param_null(&params);
    }
    asv_param_digest(&params, after != NULL ? after->session : NULL);
    return asv_db_run_row(db, ASV_QUERY_INVENTORY_NEXT, &params, read_inventory, out, there, err);
}

static void read_unheld(struct asv_row *row, void *to)
{
    struct asv_db_camera_unheld *out = to;
    out->unheld = asv_row_u64(row);
    out->held = asv_row_u64(row);
    out->last_due_ms = asv_row_time(row);
}

enum asv_status asv_db_camera_unheld(struct asv_db *db, const uint8_t camera_cert[32],
                                     struct asv_db_camera_unheld *out, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    return asv_db_run_value(db, ASV_QUERY_CAMERA_UNHELD, &params, read_unheld, out, err);
}

enum asv_status asv_db_erasure_claims(struct asv_db *db, const uint8_t *after, struct asv_db_retained *rows,
                                      size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_ERASURE_CLAIMS, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_ahead_clip_page(struct asv_db *db, const uint8_t proposal[32], const uint8_t *after,
                                       struct asv_db_retained *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, proposal);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_AHEAD_CLIP_PAGE, &params, read_retained, rows, sizeof *rows,
                           ASV_DB_BATCH_MAX, count, err);
}

static void array_of_uuids(struct asv_array *out, const uint8_t (*uuids)[16], size_t count)
{
    asv_array_init(out, ASV_ARRAY_UUID);
    for (size_t i = 0; i < count; i++) {
        asv_array_bytes(out, uuids[i], 16);
    }
}

static enum asv_status run_ids(struct asv_db *db, enum asv_query query, const uint8_t (*recordings)[16],
                               size_t count, uint64_t *done, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array ids;
    array_of_uuids(&ids, recordings, count);
    asv_params_init(&params);
    asv_param_array(&params, &ids);
    return asv_db_run_value(db, query, &params, read_u64, done, err);
}

enum asv_status asv_db_erasure_adopt(struct asv_db *db, const uint8_t (*recordings)[16], size_t count,
                                     uint64_t *adopted, struct asv_err *err)
{
    return run_ids(db, ASV_QUERY_ERASURE_ADOPT, recordings, count, adopted, err);
}

enum asv_status asv_db_erasure_undo(struct asv_db *db, const uint8_t (*recordings)[16], size_t count,
                                    uint64_t *undone, struct asv_err *err)
{
    return run_ids(db, ASV_QUERY_ERASURE_UNDO, recordings, count, undone, err);
}

enum asv_status asv_db_erasure_begin(struct asv_db *db, const uint8_t run[16],
                                     const uint8_t (*recordings)[16], const char *const *rules, size_t count,
                                     uint64_t *begun, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array ids;
    asv_auto_array struct asv_array names;
    asv_array_init(&ids, ASV_ARRAY_UUID);
    asv_array_init(&names, ASV_ARRAY_TEXT);
    for (size_t i = 0; i < count; i++) {
        asv_array_bytes(&ids, recordings[i], 16);
        asv_array_text(&names, rules[i]);
    }
    asv_params_init(&params);
    asv_param_uuid(&params, run);
    asv_param_array(&params, &ids);
    asv_param_array(&params, &names);
    return asv_db_run_value(db, ASV_QUERY_ERASURE_BEGIN, &params, read_u64, begun, err);
}

static void read_recording(struct asv_row *row, void *to)
{
    asv_row_uuid(row, to);
}

enum asv_status asv_db_erasure_left(struct asv_db *db, const uint8_t (*recordings)[16], size_t count,
                                    uint8_t (*left)[16], size_t *left_count, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array ids;
    array_of_uuids(&ids, recordings, count);
    asv_params_init(&params);
    asv_param_array(&params, &ids);
    *left_count = count;
    return asv_db_run_rows(db, ASV_QUERY_ERASURE_LEFT, &params, read_recording, left, sizeof *left, count,
                           left_count, err);
}

static void read_blocks(struct asv_row *row, void *to)
{
    struct asv_db_blocks *out = to;
    asv_row_uuid(row, out->recording);
    out->said = asv_row_u8(row);
    out->taken = asv_row_u8(row);
}

enum asv_status asv_db_blocks_held(struct asv_db *db, const uint8_t (*recordings)[16], size_t count,
                                   struct asv_db_blocks *rows, size_t *row_count, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array ids;
    array_of_uuids(&ids, recordings, count);
    asv_params_init(&params);
    asv_param_array(&params, &ids);
    *row_count = count;
    return asv_db_run_rows(db, ASV_QUERY_BLOCKS_HELD, &params, read_blocks, rows, sizeof *rows, count,
                           row_count, err);
}

static void read_digest(struct asv_row *row, void *to)
{
    asv_row_bytes(row, to, ASV_SHA256_BYTES);
}

enum asv_status asv_db_shown_unlogged(struct asv_db *db, const uint8_t (*shown)[ASV_SHA256_BYTES],
                                      size_t shown_count, uint8_t (*out)[ASV_SHA256_BYTES], size_t cap,
                                      size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array digests;
    asv_array_init(&digests, ASV_ARRAY_BYTEA);
    for (size_t i = 0; i < shown_count; i++) {
        asv_array_bytes(&digests, shown[i], ASV_SHA256_BYTES);
    }
    asv_params_init(&params);
    asv_param_array(&params, &digests);
    *count = cap;
    return asv_db_run_rows(db, ASV_QUERY_SHOWN_UNLOGGED, &params, read_digest, out, sizeof *out, cap, count,
                           err);
}

enum asv_status asv_db_handover_taken(struct asv_db *db, int64_t alive_ms, const uint8_t *after,
                                      uint8_t (*rows)[ASV_SHA256_BYTES], size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, alive_ms);
    asv_param_digest(&params, after);
    asv_param_i32(&params, ASV_DB_HANDOVERS);
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_TAKEN, &params, read_digest, rows, sizeof *rows,
                           ASV_DB_HANDOVERS, count, err);
}

static void read_untold(struct asv_row *row, void *to)
{
    struct asv_db_untold *out = to;
    out->recordings = (uint32_t)asv_row_i32(row);
    asv_row_bytes(row, out->first, sizeof out->first);
}

enum asv_status asv_db_handover_unknown(struct asv_db *db, const uint8_t proposal[ASV_SHA256_BYTES],
                                        const uint8_t (*headers)[ASV_SHA256_BYTES], size_t count,
                                        struct asv_db_untold *out, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array digests;
    size_t rows = 1;
    asv_array_init(&digests, ASV_ARRAY_BYTEA);
    for (size_t i = 0; i < count; i++) {
        asv_array_bytes(&digests, headers[i], ASV_SHA256_BYTES);
    }
    asv_params_init(&params);
    asv_param_bytes(&params, proposal, ASV_SHA256_BYTES);
    asv_param_array(&params, &digests);
    *out = (struct asv_db_untold){.recordings = 0};
    return asv_db_run_rows(db, ASV_QUERY_HANDOVER_UNKNOWN, &params, read_untold, out, sizeof *out, 1, &rows,
                           err);
}

/* The parameters of a completion. */
struct completion {
    struct asv_params params;
    struct asv_array ids, keepers, orders, times, reasons, details;
};

static void completion_clear(struct completion *completion)
{
    asv_array_clear(&completion->ids);
    asv_array_clear(&completion->keepers);
    asv_array_clear(&completion->orders);
    asv_array_clear(&completion->times);
    asv_array_clear(&completion->reasons);
    asv_array_clear(&completion->details);
}
#define asv_auto_completion __attribute__((cleanup(completion_clear)))

static void completion_init(struct completion *completion, const uint8_t run[16],
                            const struct asv_db_erased *erased, size_t count)
{
    char note[ASV_NOTE_BYTES + 1];
    struct asv_params *params = &completion->params;
    asv_array_init(&completion->ids, ASV_ARRAY_UUID);
    asv_array_init(&completion->keepers, ASV_ARRAY_BYTEA);
    asv_array_init(&completion->orders, ASV_ARRAY_BYTEA);
    asv_array_init(&completion->times, ASV_ARRAY_I64);
    asv_array_init(&completion->reasons, ASV_ARRAY_I64);
    asv_array_init(&completion->details, ASV_ARRAY_TEXT);
    for (size_t i = 0; i < count; i++) {
        const struct asv_bytes *order = &erased[i].order;
        asv_array_bytes(&completion->ids, erased[i].recording, 16);
        asv_array_bytes(&completion->keepers, erased[i].keeper, ASV_SHA256_BYTES);
        asv_array_bytes(&completion->orders, order->len != 0 ? order->data : NULL, order->len);
        asv_array_i64(&completion->times, erased[i].issued_ms);
        asv_array_i64(&completion->reasons, erased[i].reason);
        asv_array_text(&completion->details, asv_note_clean(note, erased[i].detail));
    }
    asv_params_init(params);
    asv_param_uuid(params, run);
    asv_param_array(params, &completion->ids);
    asv_param_array(params, &completion->keepers);
    asv_param_array(params, &completion->orders);
    asv_param_array(params, &completion->times);
    asv_param_array(params, &completion->reasons);
    asv_param_array(params, &completion->details);
}

enum asv_status asv_db_erasure_complete(struct asv_db *db, const uint8_t run[16],
                                        const struct asv_db_erased *erased, size_t count, uint64_t *done,
                                        struct asv_err *err)
{
    asv_auto_completion struct completion completion;
    completion_init(&completion, run, erased, count);
    return asv_db_run_value(db, ASV_QUERY_ERASURE_COMPLETE, &completion.params, read_u64, done, err);
}

enum asv_status asv_db_erasure_complete_send(struct asv_db *db, const uint8_t run[16],
                                             const struct asv_db_erased *erased, size_t count,
                                             struct asv_err *err)
{
    asv_auto_completion struct completion completion;
    completion_init(&completion, run, erased, count);
    return asv_db_send1(db, ASV_QUERY_ERASURE_COMPLETE, &completion.params, err);
}

enum asv_status asv_db_erasure_complete_take(struct asv_db *db, uint64_t *done, struct asv_err *err)
{
    PGresult *result = NULL;
    struct asv_row row;
    enum asv_status status = asv_db_take1(db, &result, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_row_init(&row, result, 0);
    uint64_t value = asv_row_u64(&row);
    status = asv_row_end(&row, ASV_QUERY_ERASURE_COMPLETE, err);
    PQclear(result);
    if (status == ASV_OK) {
        *done = value;
    }
    return status;
}

static void read_known(struct asv_row *row, void *to)
{
    struct asv_db_vault_known *out = to;
    out->index = (uint32_t)(asv_row_i32(row) - 1);
    asv_row_bytes(row, out->header, sizeof out->header);
    out->state = asv_row_state(row);
}

enum asv_status asv_db_vault_known(struct asv_db *db, uint8_t kind, const uint8_t (*clips)[16], size_t count,
                                   struct asv_db_vault_known *rows, size_t cap, size_t *found,
                                   struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array ids;
    array_of_uuids(&ids, clips, count);
    asv_params_init(&params);
    asv_param_i16(&params, kind);
    asv_param_array(&params, &ids);
    return asv_db_run_rows(db, ASV_QUERY_VAULT_KNOWN, &params, read_known, rows, sizeof *rows, cap, found,
                           err);
}

/* ---- balances ---- */

static void read_balance(struct asv_row *row, void *to)
{
    struct asv_db_balance *out = to;
    out->day = asv_row_date(row);
    out->ingested = asv_row_u64(row);
    out->expired = asv_row_u64(row);
    out->running = asv_row_u64(row);
    out->pending = asv_row_u64(row);
    out->held = asv_row_u64(row);
    out->quarantined = asv_row_u64(row);
    out->erasing = asv_row_u64(row);
    out->erased = asv_row_u64(row);
    out->overdue = asv_row_u64(row);
    out->missing = asv_row_u64(row);
}

enum asv_status asv_db_balance_page(struct asv_db *db, uint32_t after, struct asv_db_balance *rows,
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_date(&params, after);
    asv_param_i32(&params, ASV_DB_BALANCES);
    return asv_db_run_rows(db, ASV_QUERY_BALANCE_PAGE, &params, read_balance, rows, sizeof *rows,
                           ASV_DB_BALANCES, count, err);
}

enum asv_status asv_db_balance_of(struct asv_db *db, uint32_t day, struct asv_db_balance *out,
                                  struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_date(&params, day);
    return asv_db_run_value(db, ASV_QUERY_BALANCE_OF, &params, read_balance, out, err);
}

enum asv_status asv_db_balance_put(struct asv_db *db, const uint8_t run[16],
                                   const struct asv_db_balance *balance, struct asv_err *err)
{
    struct asv_params params;
    const uint64_t counts[] = {balance->ingested, balance->expired,     balance->running, balance->pending,
                               balance->held,     balance->quarantined, balance->erasing, balance->erased};
    asv_params_init(&params);
    asv_param_uuid(&params, run);
    asv_param_date(&params, balance->day);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        asv_param_u64(&params, counts[i]);
    }
    return asv_db_run_outcome(db, ASV_QUERY_BALANCE_PUT, &params, NULL, err);
}

/* ---- recordings of no day ---- */

static void read_dayless(struct asv_row *row, void *to)
{
    struct asv_db_dayless *out = to;
    asv_row_uuid(row, out->recording);
    asv_row_uuid(row, out->clip);
    asv_row_text(row, out->camera_name, sizeof out->camera_name);
    out->committed_ms = asv_row_time(row);
    out->asked = asv_row_bool(row);
}

enum asv_status asv_db_dayless_page(struct asv_db *db, const uint8_t *after, struct asv_db_dayless *rows,
                                    size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, after);
    asv_param_i32(&params, ASV_DB_DAYLESS);
    return asv_db_run_rows(db, ASV_QUERY_DAYLESS_PAGE, &params, read_dayless, rows, sizeof *rows,
                           ASV_DB_DAYLESS, count, err);
}

/* ---- cameras that are out ---- */

static void read_undocked(struct asv_row *row, void *to)
{
    struct asv_db_undocked *out = to;
    asv_row_bytes(row, out->camera_cert, sizeof out->camera_cert);
    asv_row_text(row, out->name, sizeof out->name);
    out->last_docked_ms = asv_row_time(row);
    out->issued = asv_row_bool(row);
    out->remaining = asv_row_u64(row);
    out->days = asv_row_i32(row);
    asv_row_text(row, out->area, sizeof out->area);
}

enum asv_status asv_db_undocked(struct asv_db *db, int64_t before_ms, const uint8_t *after,
                                struct asv_db_undocked *rows, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_time(&params, before_ms);
    asv_param_digest(&params, after);
    asv_param_i32(&params, ASV_DB_UNDOCKED);
    return asv_db_run_rows(db, ASV_QUERY_UNDOCKED, &params, read_undocked, rows, sizeof *rows,
                           ASV_DB_UNDOCKED, count, err);
}

/* ---- destroyed days ---- */

static void read_date(struct asv_row *row, void *out)
{
    *(uint32_t *)out = asv_row_date(row);
}

enum asv_status asv_db_days_undestroyed(struct asv_db *db, uint32_t after, uint32_t until, uint32_t *days,
                                        size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_date(&params, after);
    asv_param_date(&params, until);
    asv_param_i32(&params, ASV_DB_BATCH_MAX);
    return asv_db_run_rows(db, ASV_QUERY_DAYS_UNDESTROYED, &params, read_date, days, sizeof *days,
                           ASV_DB_BATCH_MAX, count, err);
}

enum asv_status asv_db_day_ended(struct asv_db *db, const struct asv_day_end *statement,
                                 enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t keeper[ASV_SHA256_BYTES];
    uint8_t slots[ASV_DAY_END_SLOTS_MAX * (ASV_UUID_BYTES + 1)];
    size_t len = 0;
    unsigned open = asv_day_end_open(statement);
    asv_object_digest(digest, &statement->object);
    asv_cert_digest(keeper, &statement->keeper.leaf);
    for (unsigned i = 0; i < statement->slot_count; i++) {
        memcpy(slots + len, statement->slots[i].id, ASV_UUID_BYTES);
        len += ASV_UUID_BYTES;
        slots[len++] = statement->slots[i].epoch == statement->epoch ? 1 : 0;
    }
    asv_params_init(&params);
    asv_param_date(&params, statement->date);
    asv_param_bytes(&params, statement->object.encoded.data, statement->object.encoded.len);
    asv_param_digest(&params, digest);
    asv_param_digest(&params, keeper);
    asv_param_time(&params, statement->issued_ms);
    asv_param_time(&params, statement->due_ms);
    asv_param_bytes(&params, slots, len);
    asv_param_i32(&params, (int32_t)(statement->slot_count - open));
    asv_param_i32(&params, (int32_t)open);
    asv_param_i32(&params, statement->copies);
    return asv_db_run_outcome(db, ASV_QUERY_DAY_ENDED, &params, outcome, err);
}

enum asv_status asv_db_evaluation_close(struct asv_db *db, uint64_t *months, struct asv_err *err)
{
    return asv_db_run_count(db, ASV_QUERY_EVALUATION_CLOSE, months, err);
}
