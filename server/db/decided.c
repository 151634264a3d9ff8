/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/db/decided.h"

#include "server/db/internal.h"

static void row_decided(struct asv_row *row, void *to)
{
    struct asv_db_decided *out = to;
    asv_db_row_statement(row, &out->row);
    out->action = asv_row_u16(row);
    out->step = asv_row_u8(row);
    asv_row_bytes(row, out->about.camera, sizeof out->about.camera);
    out->about.from_ms = asv_row_time(row);
    out->about.until_ms = asv_row_time(row);
    out->day = asv_row_date(row);
    asv_row_uuid(row, out->incident);
    out->ground = asv_row_u8(row);
    asv_row_bytes(row, out->proposal, sizeof out->proposal);
    asv_row_blob(row, out->ruling, sizeof out->ruling, &out->ruling_len);
}

static enum asv_status page(struct asv_db *db, enum asv_query query, const uint8_t *after,
                            struct asv_db_decided *out, size_t cap, size_t *count, struct asv_err *err)
{
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, after);
    asv_param_i32(&params, (int32_t)asv_db_page(cap < ASV_DB_PAGE_MAX ? (uint32_t)cap : ASV_DB_PAGE_MAX));
    return asv_db_run_rows(db, query, &params, row_decided, out, sizeof *out, cap, count, err);
}

enum asv_status asv_db_approvals(struct asv_db *db, const uint8_t *after, struct asv_db_decided *out,
                                 size_t cap, size_t *count, struct asv_err *err)
{
    return page(db, ASV_QUERY_APPROVALS, after, out, cap, count, err);
}

enum asv_status asv_db_block_decisions(struct asv_db *db, const uint8_t *after, struct asv_db_decided *out,
                                       size_t cap, size_t *count, struct asv_err *err)
{
    return page(db, ASV_QUERY_BLOCK_DECISIONS, after, out, cap, count, err);
}

enum asv_status asv_db_approval_void(struct asv_db *db, const uint8_t answer[ASV_SHA256_BYTES],
                                     const char *why, bool undo, enum asv_db_outcome *outcome,
                                     struct asv_err *err)
{
    struct asv_params params;
    char note[ASV_NOTE_BYTES + 1];
    asv_params_init(&params);
    asv_param_digest(&params, answer);
    asv_param_text(&params, asv_note_clean(note, why));
    asv_param_bool(&params, undo);
    return asv_db_run_outcome(db, ASV_QUERY_APPROVAL_VOID, &params, outcome, err);
}
