/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/wire/devlog.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/db/docking.h"
#include "server/db/internal.h"

enum asv_status asv_db_log_position(struct asv_db *db, const uint8_t camera_cert[32],
                                    struct asv_db_log_position *position, struct asv_err *err)
{
    struct asv_params params;
    PGresult *result = NULL;
    asv_params_init(&params);
    asv_param_digest(&params, camera_cert);
    enum asv_status status = asv_db_run1(db, ASV_QUERY_LOG_POSITION, &params, &result, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_db_log_position found = {.next = 1};
    if (PQntuples(result) > 0) {
        struct asv_row row;
        asv_row_init(&row, result, 0);
        found.next = asv_row_u64(&row);
        asv_row_bytes(&row, found.after, sizeof found.after);
        status = asv_row_end(&row, ASV_QUERY_LOG_POSITION, err);
    }
    PQclear(result);
    if (status == ASV_OK) {
        *position = found;
    }
    return status;
}

/* The entries of a block as five array literals: kinds, times, monotonic times, boots, values. */
enum { KINDS, TIMES, MONOS, BOOTS, VALUES, ARRAYS };

/* Longest element: a value of 255 bytes in hexadecimal digits and quotes, and its comma. */
#define ELEMENT_BYTES (2 * ASV_DEVLOG_VALUE_MAX + 4)

struct arrays {
    char *text[ARRAYS];
    size_t used[ARRAYS];
    size_t cap;
};

static void array_put(struct arrays *arrays, int which, const char *text)
{
    size_t len = strlen(text);
    if (arrays->used[which] + len + 1 <= arrays->cap) { /* always: cap is for the longest */
        memcpy(arrays->text[which] + arrays->used[which], text, len + 1);
        arrays->used[which] += len;
    }
}

static void array_put_entry(struct arrays *arrays, const struct asv_devlog_entry *entry)
{
    char text[ELEMENT_BYTES];
    snprintf(text, sizeof text, "%u", entry->kind);
    array_put(arrays, KINDS, text);
    if (entry->wall_ms == ASV_TIME_UNKNOWN) {
        array_put(arrays, TIMES, "NULL");
    } else {
        snprintf(text, sizeof text, "%" PRId64, entry->wall_ms);
        array_put(arrays, TIMES, text);
    }
    snprintf(text, sizeof text, "%" PRIu64, entry->mono_ms);
    array_put(arrays, MONOS, text);
    asv_uuid_format(text, entry->boot);
    array_put(arrays, BOOTS, text);
    text[0] = '"';
    asv_hex_encode(text + 1, entry->value.data, entry->value.len);
    memcpy(text + 1 + 2 * entry->value.len, "\"", 2);
    array_put(arrays, VALUES, text);
}

static enum asv_status fill_arrays(struct arrays *arrays, const struct asv_devlog_block *block,
                                   struct asv_err *err)
{
    struct asv_reader reader;
    asv_reader_init(&reader, block->entries.data, block->entries.len);
    for (int i = 0; i < ARRAYS; i++) {
        array_put(arrays, i, "{");
    }
    for (uint16_t n = 0; n < block->count; n++) {
        struct asv_devlog_entry entry;
        if (asv_devlog_entry_decode(&reader, &entry) != ASV_OK || entry.value.len > ASV_DEVLOG_VALUE_MAX) {
            return asv_fail_at(err, ASV_E_MALFORMED, "device log: entry does not decode", n);
        }
        for (int i = 0; i < ARRAYS && n > 0; i++) {
            array_put(arrays, i, ",");
        }
        array_put_entry(arrays, &entry);
    }
    for (int i = 0; i < ARRAYS; i++) {
        array_put(arrays, i, "}");
    }
    return ASV_OK;
}

enum asv_status asv_db_log_append(struct asv_db *db, const uint8_t session[32], struct asv_bytes block,
                                  enum asv_db_outcome *outcome, struct asv_err *err)
{
    struct asv_devlog_block said;
    enum asv_status status = asv_devlog_block_decode(&said, block.data, block.len, err);
    if (status != ASV_OK) {
        return status;
    }
    if (said.count == 0) {
        *outcome = ASV_DB_ALREADY; /* a block without entries says where the log ends, and nothing else */
        return ASV_OK;
    }
    struct arrays arrays = {.cap = (size_t)said.count * ELEMENT_BYTES + 3};
    asv_auto_free char *memory = calloc(ARRAYS, arrays.cap);
    if (memory == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "database: no memory for a device log block");
    }
    for (int i = 0; i < ARRAYS; i++) {
        arrays.text[i] = memory + (size_t)i * arrays.cap;
    }
    status = fill_arrays(&arrays, &said, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_params params;
    asv_params_init(&params);
    asv_param_digest(&params, session);
    asv_param_digest(&params, said.camera_cert);
    asv_param_u64(&params, said.first);
    asv_param_digest(&params, said.before);
    asv_param_digest(&params, said.after);
    asv_param_bytes(&params, block.data, block.len);
    for (int i = 0; i < ARRAYS; i++) {
        asv_param_text(&params, arrays.text[i]);
    }
    return asv_db_run_outcome(db, ASV_QUERY_LOG_APPEND, &params, outcome, err);
}
