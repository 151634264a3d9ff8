/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/ledger.h"

#include "server/db/internal.h"

enum asv_status asv_db_software_started(struct asv_db *db, const char *software, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, software);
    return asv_db_run_void(db, ASV_QUERY_SOFTWARE_STARTED, &params, err);
}

enum asv_status asv_db_software_seen(struct asv_db *db, const struct asv_db_start *start, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_uuid(&params, start->run);
    asv_param_text(&params, start->software);
    asv_param_time(&params, start->at_ms);
    return asv_db_run_outcome(db, ASV_QUERY_SOFTWARE_SEEN, &params, NULL, err);
}

enum asv_status asv_db_software_used(struct asv_db *db, const char *software, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_text(&params, software);
    return asv_db_run_outcome(db, ASV_QUERY_SOFTWARE_USED, &params, NULL, err);
}

void asv_row_ledger_log(struct asv_row *row, void *to)
{
    struct asv_db_ledger_log *out = to;
    out->number = asv_row_u16(row);
    asv_row_text(row, out->origin, sizeof out->origin);
    out->size = asv_row_u64(row);
    asv_row_bytes(row, out->root, sizeof out->root);
    out->signed_size = asv_row_u64(row);
}

enum asv_status asv_db_ledger_newest(struct asv_db *db, struct asv_db_ledger_log *out, struct asv_err *err)
{
    struct asv_params params;
    bool there = false;
    asv_params_init(&params);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_LEDGER_NEWEST, &params, asv_row_ledger_log, out, &there, err);
    return status == ASV_OK && !there ? asv_fail(err, ASV_E_NOT_FOUND, "the ledger has not begun") : status;
}

enum asv_status asv_db_ledger_begin(struct asv_db *db, uint16_t number, const char *origin,
                                    struct asv_bytes before, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)number);
    asv_param_text(&params, origin);
    asv_param_bytes(&params, before.len > 0 ? before.data : NULL, before.len);
    return asv_db_run_outcome(db, ASV_QUERY_LEDGER_BEGIN, &params, NULL, err);
}

static void read_event(struct asv_row *row, void *to)
{
    struct asv_db_ledger_event *out = to;
    out->position = asv_row_i64(row);
    asv_row_uuid(row, out->id);
    out->kind = (uint16_t)asv_row_i32(row);
    out->recorded_ms = asv_row_i64(row);
    asv_row_blob(row, out->facts, sizeof out->facts, &out->facts_len);
    asv_row_blob(row, out->closed, sizeof out->closed, &out->closed_len);
    asv_row_bytes(row, out->key, sizeof out->key);
    out->names_camera = !asv_row_null(row);
    asv_row_bytes(row, out->day_key, sizeof out->day_key);
    asv_row_blob(row, out->entry, sizeof out->entry, &out->entry_len);
}

enum asv_status asv_db_ledger_take(struct asv_db *db, struct asv_db_ledger_event *events, size_t *count,
                                   struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i32(&params, ASV_DB_LEDGER_BATCH);
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_TAKE, &params, read_event, events, sizeof *events,
                           ASV_DB_LEDGER_BATCH, count, err);
}

enum asv_status asv_db_ledger_append(struct asv_db *db, const struct asv_db_ledger_growth *growth,
                                     enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_auto_array struct asv_array positions = {0};
    asv_auto_array struct asv_array entries = {0};
    asv_auto_array struct asv_array levels = {0};
    asv_auto_array struct asv_array indexes = {0};
    asv_auto_array struct asv_array hashes = {0};
    asv_array_init(&positions, ASV_ARRAY_I64);
    asv_array_init(&entries, ASV_ARRAY_BYTEA);
    asv_array_init(&levels, ASV_ARRAY_I64);
    asv_array_init(&indexes, ASV_ARRAY_I64);
    asv_array_init(&hashes, ASV_ARRAY_BYTEA);
    for (size_t i = 0; i < growth->count; i++) {
        asv_array_i64(&positions, growth->positions[i]);
        asv_array_bytes(&entries, growth->entries[i].data, growth->entries[i].len);
    }
    for (size_t i = 0; i < growth->tile_count; i++) {
        const struct asv_db_ledger_tile *tile = &growth->tiles[i];
        asv_array_i64(&levels, tile->level);
        asv_array_i64(&indexes, (int64_t)tile->index);
        asv_array_bytes(&hashes, tile->hashes.data, tile->hashes.len);
    }
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)growth->log);
    asv_param_u64(&params, growth->size);
    asv_param_digest(&params, growth->old_root);
    asv_param_digest(&params, growth->root);
    asv_param_array(&params, &positions);
    asv_param_array(&params, &entries);
    asv_param_array(&params, &levels);
    asv_param_array(&params, &indexes);
    asv_param_array(&params, &hashes);
    return asv_db_run_outcome(db, ASV_QUERY_LEDGER_APPEND, &params, outcome, err);
}

enum asv_status asv_db_ledger_signed(struct asv_db *db, uint16_t log, uint64_t size, const uint8_t root[32],
                                     const char *note, enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_u64(&params, size);
    asv_param_digest(&params, root);
    asv_param_text(&params, note);
    return asv_db_run_outcome(db, ASV_QUERY_LEDGER_SIGNED, &params, outcome, err);
}

enum asv_status asv_db_ledger_note(struct asv_db *db, uint16_t log, uint8_t *out, size_t cap, size_t *len,
                                   struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    return asv_db_run_blob(db, ASV_QUERY_LEDGER_NOTE, &params, out, cap, len, err);
}

enum asv_status asv_db_ledger_tile(struct asv_db *db, uint16_t log, uint8_t level, uint64_t index,
                                   uint8_t *out, size_t *len, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_i16(&params, level);
    asv_param_u64(&params, index);
    return asv_db_run_blob(db, ASV_QUERY_LEDGER_TILE_GET, &params, out, ASV_DB_LEDGER_TILE_BYTES, len, err);
}

static void read_entry(struct asv_row *row, void *to)
{
    struct asv_db_ledger_entry *out = to;
    asv_row_blob(row, out->data, sizeof out->data, &out->len);
}

enum asv_status asv_db_ledger_entries(struct asv_db *db, uint16_t log, uint64_t from, uint32_t limit,
                                      struct asv_db_ledger_entry *out, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_u64(&params, from);
    asv_param_i32(&params, (int32_t)(limit < ASV_DB_LEDGER_BATCH ? limit : ASV_DB_LEDGER_BATCH));
    return asv_db_run_rows(db, ASV_QUERY_LEDGER_ENTRIES, &params, read_entry, out, sizeof *out, limit, count,
                           err);
}

struct waiting {
    uint64_t count;
    int64_t oldest_ms;
};

static void read_waiting(struct asv_row *row, void *to)
{
    struct waiting *out = to;
    out->count = asv_row_u64(row);
    out->oldest_ms = asv_row_time(row);
}

enum asv_status asv_db_ledger_waiting(struct asv_db *db, uint64_t *waiting, int64_t *oldest_ms,
                                      struct asv_err *err)
{
    struct asv_params params;
    struct waiting found = {0};
    asv_params_init(&params);
    enum asv_status status =
        asv_db_run_value(db, ASV_QUERY_LEDGER_WAITING, &params, read_waiting, &found, err);
    *waiting = found.count;
    *oldest_ms = found.oldest_ms;
    return status;
}
