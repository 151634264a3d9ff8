/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/cosignature.h"

#include "server/db/internal.h"

enum asv_status asv_db_ledger_cosigned(struct asv_db *db, uint16_t log, uint64_t size, const char *witness,
                                       int64_t at_ms, const char *line, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_u64(&params, size);
    asv_param_text(&params, witness);
    asv_param_time(&params, at_ms);
    asv_param_text(&params, line);
    return asv_db_run_outcome(db, ASV_QUERY_LEDGER_COSIGNED, &params, NULL, err);
}

enum asv_status asv_db_witness_alarm(struct asv_db *db, const char *subject, const char *detail,
                                     struct asv_err *err)
{
    return asv_db_run_alarm(db, ASV_QUERY_WITNESS_ALARM, subject, detail, err);
}

struct last {
    uint64_t size;
    int64_t at_ms;
};

static void read_last(struct asv_row *row, void *to)
{
    struct last *out = to;
    out->size = asv_row_u64(row);
    out->at_ms = asv_row_time(row);
}

enum asv_status asv_db_ledger_cosigned_last(struct asv_db *db, uint16_t log, const char *witness,
                                            uint64_t *size, int64_t *at_ms, struct asv_err *err)
{
    struct asv_params params;
    struct last last = {0, ASV_TIME_UNKNOWN};
    bool there = false;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    asv_param_text(&params, witness);
    enum asv_status status =
        asv_db_run_row(db, ASV_QUERY_LEDGER_COSIGNED_LAST, &params, read_last, &last, &there, err);
    *size = last.size;
    *at_ms = last.at_ms;
    return status;
}

static void read_size(struct asv_row *row, void *to)
{
    uint64_t *out = to;
    *out = asv_row_u64(row);
}

enum asv_status asv_db_ledger_ended_with(struct asv_db *db, uint16_t log, uint64_t *size, bool *known,
                                         struct asv_err *err)
{
    struct asv_params params;
    *size = 0;
    *known = false;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    return asv_db_run_row(db, ASV_QUERY_LEDGER_ENDED_WITH, &params, read_size, size, known, err);
}

static void name_head(struct asv_params *params, uint16_t log, uint64_t size)
{
    asv_params_init(params);
    asv_param_i16(params, (int16_t)log);
    asv_param_u64(params, size);
}

enum asv_status asv_db_ledger_met(struct asv_db *db, uint16_t log, uint64_t size, struct asv_err *err)
{
    struct asv_params params;
    name_head(&params, log, size);
    return asv_db_run_outcome(db, ASV_QUERY_LEDGER_MET, &params, NULL, err);
}

enum asv_status asv_db_ledger_note_cosigned(struct asv_db *db, uint16_t log, uint64_t size,
                                            const char *const *names, size_t count, uint8_t *out, size_t cap,
                                            size_t *len, struct asv_err *err)
{
    struct asv_params params;
    struct asv_array array;
    name_head(&params, log, size);
    asv_array_init(&array, ASV_ARRAY_TEXT);
    for (size_t i = 0; names != NULL && i < count; i++) {
        asv_array_text(&array, names[i]);
    }
    if (names != NULL) {
        asv_param_array(&params, &array);
    } else {
        asv_param_null(&params);
    }
    enum asv_status status = asv_db_run_blob(db, ASV_QUERY_LEDGER_NOTE_COSIGNED, &params, out, cap, len, err);
    asv_array_clear(&array);
    return status;
}

static void read_state(struct asv_row *row, void *to)
{
    struct asv_db_witness_state *out = to;
    out->signed_size = asv_row_u64(row);
    out->witnessed_size = asv_row_u64(row);
    out->met_ms = asv_row_time(row);
    out->behind_ms = asv_row_time(row);
}

enum asv_status asv_db_witness_state(struct asv_db *db, uint16_t log, struct asv_db_witness_state *out,
                                     struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_i16(&params, (int16_t)log);
    return asv_db_run_value(db, ASV_QUERY_LEDGER_WITNESS_STATE, &params, read_state, out, err);
}
