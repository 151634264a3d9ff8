/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/db/internal.h"

#define EPOCH_MS   INT64_C(946684800000) /* 2000-01-01, where PostgreSQL's times begin, in ms since 1970 */
#define EPOCH_DAYS 10957
/* What a timestamptz can hold, in its microseconds: 4714-11-24 BC to before 294277-01-01. */
#define TIME_MIN_US INT64_C(-211813488000000000)
#define TIME_END_US INT64_C(9223371331200000000)

/* ---- parameters ---- */

void asv_params_init(struct asv_params *params)
{
    params->count = 0;
    params->status = ASV_OK;
}

static void param_fail(struct asv_params *params, enum asv_status status)
{
    if (params->status == ASV_OK) {
        params->status = status;
    }
}

static void param_put(struct asv_params *params, const void *data, size_t len, bool binary)
{
    if (params->count >= ASV_PARAMS_MAX || len > INT32_MAX) {
        param_fail(params, params->count >= ASV_PARAMS_MAX ? ASV_E_INTERNAL : ASV_E_LIMIT);
        return;
    }
    params->values[params->count] = data;
    params->lengths[params->count] = (int)len;
    params->formats[params->count] = binary ? 1 : 0;
    params->count++;
}

/* A big-endian integer of len bytes. */
static void param_integer(struct asv_params *params, uint64_t value, size_t len)
{
    uint8_t *at = params->scratch[params->count < ASV_PARAMS_MAX ? params->count : 0];
    for (size_t i = 0; i < len; i++) {
        at[i] = (uint8_t)(value >> (8 * (len - 1 - i)));
    }
    param_put(params, at, len, true);
}

void asv_param_null(struct asv_params *params)
{
    param_put(params, NULL, 0, true);
}

void asv_param_bool(struct asv_params *params, bool value)
{
    param_integer(params, value ? 1 : 0, 1);
}

void asv_param_i16(struct asv_params *params, int16_t value)
{
    param_integer(params, (uint64_t)value, 2);
}

void asv_param_i32(struct asv_params *params, int32_t value)
{
    param_integer(params, (uint64_t)value, 4);
}

void asv_param_i64(struct asv_params *params, int64_t value)
{
    param_integer(params, (uint64_t)value, 8);
}

void asv_param_u64(struct asv_params *params, uint64_t value)
{
    if (value > INT64_MAX) {
        param_fail(params, ASV_E_LIMIT);
    }
    param_integer(params, value, 8);
}

void asv_param_bytes(struct asv_params *params, const void *data, size_t len)
{
    /* A value of no bytes still needs an address: NULL would be NULL. */
    param_put(params, data, len, true);
}

void asv_param_digest(struct asv_params *params, const uint8_t data[32])
{
    param_put(params, data, data != NULL ? 32 : 0, true);
}

void asv_param_uuid(struct asv_params *params, const uint8_t uuid[16])
{
    param_put(params, uuid, uuid != NULL ? 16 : 0, true);
}

void asv_param_uuid_or_null(struct asv_params *params, const uint8_t uuid[16])
{
    asv_param_uuid(params, asv_uuid_is_zero(uuid) ? NULL : uuid);
}

void asv_param_text(struct asv_params *params, const char *text)
{
    param_put(params, text, text != NULL ? strlen(text) : 0, false);
}

void asv_param_time(struct asv_params *params, int64_t ms)
{
    if (ms == ASV_TIME_UNKNOWN) {
        asv_param_null(params);
        return;
    }
    int64_t value = ms < TIME_MIN_US / 1000 + EPOCH_MS    ? INT64_MIN
                    : ms >= TIME_END_US / 1000 + EPOCH_MS ? INT64_MAX
                                                          : (ms - EPOCH_MS) * 1000;
    asv_param_i64(params, value);
}

void asv_param_date(struct asv_params *params, uint32_t date)
{
    int32_t days = 0;
    if (date == 0) {
        asv_param_null(params);
        return;
    }
    if (asv_date_to_days(date, &days) != ASV_OK) {
        param_fail(params, ASV_E_MALFORMED);
    }
    asv_param_i32(params, days - EPOCH_DAYS);
}

/* Length of the UTF-8 character at text, 0 when it is none. */
static size_t utf8_length(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t len = 1; len <= 4; len++) {
        if ((text[0] & forms[len - 1].mask) != forms[len - 1].lead) {
            continue;
        }
        uint32_t code = text[0] & (unsigned char)~forms[len - 1].mask;
        for (size_t i = 1; i < len; i++) {
            if ((text[i] & 0xc0) != 0x80) {
                return 0;
            }
            code = code << 6 | (text[i] & 0x3fu);
        }
        bool is_text = code >= forms[len - 1].least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return is_text ? len : 0;
    }
    return 0;
}

static bool is_control(const unsigned char *text, size_t len)
{
    return (len == 1 && (text[0] < 0x20 || text[0] == 0x7f)) ||
           (len == 2 && text[0] == 0xc2 && text[1] < 0xa0) || /* U+0080 to U+009F */
           (len == 3 && text[0] == 0xe2 && text[1] == 0x80 && (text[2] == 0xa8 || text[2] == 0xa9));
}

const char *asv_note_clean(char *out, const char *text)
{
    size_t used = 0;
    for (const unsigned char *at = (const unsigned char *)(text != NULL ? text : ""); *at != '\0';) {
        size_t len = utf8_length(at);
        if (used + (len > 0 ? len : 1) > ASV_NOTE_BYTES) {
            break;
        }
        if (len == 0 || is_control(at, len)) {
            out[used++] = len == 0 ? '?' : ' ';
        } else {
            memcpy(out + used, at, len);
            used += len;
        }
        at += len > 0 ? len : 1;
    }
    out[used] = '\0';
    return used > 0 ? out : NULL;
}

/* ---- results ---- */

void asv_row_init(struct asv_row *row, const PGresult *result, int index)
{
    *row = (struct asv_row){.result = result, .row = index, .column = 0, .status = ASV_OK};
}

bool asv_row_null(const struct asv_row *row)
{
    return PQgetisnull(row->result, row->row, row->column) != 0;
}

static void row_fail(struct asv_row *row, enum asv_status status)
{
    if (row->status == ASV_OK) {
        row->status = status;
    }
}

/* The next column's bytes; NULL (and *len = 0) when it is NULL. */
static const uint8_t *row_next(struct asv_row *row, size_t *len)
{
    const uint8_t *data = NULL;
    *len = 0;
    if (row->column >= PQnfields(row->result) || row->row >= PQntuples(row->result)) {
        row_fail(row, ASV_E_INTERNAL);
    } else if (!asv_row_null(row)) {
        data = (const uint8_t *)PQgetvalue(row->result, row->row, row->column);
        *len = (size_t)PQgetlength(row->result, row->row, row->column);
    }
    row->column++;
    return data;
}

/* A big-endian integer of exactly size bytes, sign extended; *null when it is NULL. */
static int64_t row_integer(struct asv_row *row, size_t size, bool *null)
{
    size_t len = 0;
    const uint8_t *data = row_next(row, &len);
    *null = data == NULL;
    if (data == NULL) {
        return 0;
    }
    if (len != size) {
        row_fail(row, ASV_E_INTERNAL);
        return 0;
    }
    uint64_t value = (data[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | data[i];
    }
    return (int64_t)value;
}

static int64_t row_integer_not_null(struct asv_row *row, size_t size)
{
    bool null = false;
    int64_t value = row_integer(row, size, &null);
    if (null) {
        row_fail(row, ASV_E_INTERNAL);
    }
    return value;
}

bool asv_row_bool(struct asv_row *row)
{
    return row_integer_not_null(row, 1) != 0;
}

int32_t asv_row_i32(struct asv_row *row)
{
    return (int32_t)row_integer_not_null(row, 4);
}

int64_t asv_row_i64(struct asv_row *row)
{
    return row_integer_not_null(row, 8);
}

uint64_t asv_row_u64(struct asv_row *row)
{
    bool null = false;
    int64_t value = row_integer(row, 8, &null);
    if (value < 0) {
        row_fail(row, ASV_E_INTERNAL);
        return 0;
    }
    return (uint64_t)value;
}

uint8_t asv_row_u8(struct asv_row *row)
{
    bool null = false;
    int64_t value = row_integer(row, 2, &null);
    if (value < 0 || value > UINT8_MAX) {
        row_fail(row, ASV_E_INTERNAL);
        return 0;
    }
    return (uint8_t)value;
}

uint16_t asv_row_u16(struct asv_row *row)
{
    bool null = false;
    int64_t value = row_integer(row, 2, &null);
    if (value < 0) {
        row_fail(row, ASV_E_INTERNAL);
        return 0;
    }
    return (uint16_t)value;
}

int64_t asv_row_time(struct asv_row *row)
{
    bool null = false;
    int64_t us = row_integer(row, 8, &null);
    if (null) {
        return ASV_TIME_UNKNOWN;
    }
    if (us == INT64_MIN || us == INT64_MAX) {
        return us == INT64_MIN ? ASV_TIME_UNKNOWN + 1 : INT64_MAX;
    }
    return us / 1000 - (us % 1000 < 0 ? 1 : 0) + EPOCH_MS;
}

uint32_t asv_row_date(struct asv_row *row)
{
    bool null = false;
    uint32_t date = 0;
    int64_t days = row_integer(row, 4, &null);
    if (!null && asv_date_from_days(days + EPOCH_DAYS, &date) != ASV_OK) {
        row_fail(row, ASV_E_INTERNAL);
    }
    return date;
}

void asv_row_bytes(struct asv_row *row, void *out, size_t len)
{
    size_t got = 0;
    const uint8_t *data = row_next(row, &got);
    memset(out, 0, len);
    if (data != NULL && got == len) {
        memcpy(out, data, len);
    } else if (data != NULL) {
        row_fail(row, ASV_E_INTERNAL);
    }
}

void asv_row_uuid(struct asv_row *row, uint8_t out[16])
{
    asv_row_bytes(row, out, 16);
}

void asv_row_text(struct asv_row *row, char *out, size_t size)
{
    size_t len = 0;
    asv_row_blob(row, (uint8_t *)out, size - 1, &len);
    out[len] = '\0';
}

void asv_row_blob(struct asv_row *row, uint8_t *out, size_t cap, size_t *len)
{
    size_t got = 0;
    const uint8_t *data = row_next(row, &got);
    *len = 0;
    if (got > cap) {
        row_fail(row, ASV_E_LIMIT);
    } else if (data != NULL) {
        memcpy(out, data, got);
        *len = got;
    }
}

enum asv_status asv_row_end(const struct asv_row *row, enum asv_query query, struct asv_err *err)
{
    if (row->status == ASV_OK) {
        return ASV_OK;
    }
    return asv_failf(err, row->status, "database: %s: column %d is not as expected",
                     asv_sql_queries[query].name, row->column);
}
