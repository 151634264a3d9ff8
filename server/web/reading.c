/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/reading.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/web/rows.h"

#define COLUMNS_MAX 64

/* clang-format off */
static const struct asv_http_problem bad_cursor = {
    400, "bad-cursor", "Invalid cursor", "Ungültiger Cursor",
    "a cursor is good for the list, the filters and the person that it was given for",
    "ein Cursor gilt für die Liste, die Filter und die Person, für die er ausgegeben wurde", "cursor"};
/* clang-format on */

static const struct asv_web_field list_fields[] = {ASV_WEB_LIST_FIELDS};
const struct asv_web_fields asv_web_list_query = ASV_WEB_FIELDS(list_fields);

/* ---- rows ---- */

/* A row as JSON, and its key as far as it has one. */
static json_t *row_of(const struct asv_db_sheet *sheet, size_t row, struct asv_bytes *key, bool *is_row,
                      struct asv_err *err)
{
    struct asv_db_cell cells[COLUMNS_MAX];
    size_t columns = asv_db_sheet_columns(sheet);
    assert(columns > 0 && columns <= COLUMNS_MAX);
    *key = (struct asv_bytes){NULL, 0};
    for (size_t i = 0; i < columns; i++) {
        if (asv_db_sheet_cell(sheet, row, i, &cells[i], err) != ASV_OK) {
            return NULL;
        }
        if (strcmp(cells[i].name, ASV_WEB_KEY_COLUMN) == 0) {
            *key = cells[i].bytes;
        }
    }
    *is_row = cells[0].kind != ASV_DB_CELL_NULL;
    return asv_web_row(cells, columns);
}

struct rows {
    json_t *all;          /* an array */
    struct asv_bytes key; /* of the last one */
    bool goes_on;         /* a row that is none said so */
};

static bool read_rows(const struct asv_db_sheet *sheet, struct rows *out, struct asv_err *err)
{
    out->all = json_array();
    bool good = out->all != NULL;
    for (size_t i = 0; good && i < asv_db_sheet_rows(sheet); i++) {
        bool is_row = false;
        json_t *row = row_of(sheet, i, &out->key, &is_row, err);
        out->goes_on = !is_row;
        good = row != NULL;
        if (is_row) {
            good = json_array_append_new(out->all, row) == 0 && good;
        } else {
            json_decref(row);
        }
    }
    if (!good) {
        json_decref(out->all);
    }
    return good;
}

/* ---- lists: A-043 ---- */

/* Who asks for what: the path, the person, and the filters. */
static bool list_of(const struct asv_web_call *call, uint8_t out[ASV_SHA256_BYTES])
{
    char person[ASV_UUID_TEXT_BYTES];
    json_t *filters = json_copy(call->query);
    (void)json_object_del(filters, "cursor");
    (void)json_object_del(filters, "limit");
    asv_uuid_format(person, call->who.person);
    json_t *list = json_pack("[s, s, o]", call->request->path, person, filters);
    char *text = list != NULL ? json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(list);
    if (text == NULL) {
        return false;
    }
    asv_sha256(out, text, strlen(text));
    asv_wipe(text, strlen(text)); /* */
    free(text);
    return true;
}

/* *after NULL: from the beginning. false: refused. */
static bool read_cursor(struct asv_web_call *call, const uint8_t list[ASV_SHA256_BYTES],
                        char key[ASV_WEB_KEY_BYTES + 1], const char **after)
{
    uint8_t cursor[ASV_WEB_CURSOR_BYTES];
    *after = NULL;
    if (json_object_get(call->query, "cursor") == NULL) {
        return true;
    }
    size_t len = asv_web_bytes(call->query, "cursor", cursor, sizeof cursor);
    if (!asv_web_cursor_read(key, list, (struct asv_bytes){cursor, len})) {
        asv_web_refuse(call, &bad_cursor, NULL);
        return false;
    }
    *after = key;
    return true;
}

static json_t *page_of(const char *name, const struct rows *rows, int64_t limit,
                       const uint8_t list[ASV_SHA256_BYTES])
{
    char next[ASV_WEB_CURSOR_TEXT];
    bool is_full = (int64_t)json_array_size(rows->all) == limit;
    json_t *page = json_pack("{s:o}", name, rows->all);
    if ((is_full || rows->goes_on) && asv_web_cursor_write(next, list, rows->key)) {
        (void)json_object_set_new(page, "next", json_string(next));
    }
    return page;
}

/* What the statement gives; NULL: refused. */
static struct asv_db_sheet *ask(struct asv_web_call *call, enum asv_db_reading reading,
                                const char *const *values, size_t count)
{
    struct asv_err err = {0};
    struct asv_db_sheet *sheet = NULL;
    struct asv_db *db = asv_web_database(call);
    if (db == NULL) {
        return NULL;
    }
    enum asv_status status = asv_db_read(db, reading, values, count, &sheet, &err);
    if (status == ASV_E_MALFORMED && json_object_get(call->query, "cursor") != NULL) {
        asv_web_refuse(call, &bad_cursor, NULL); /* filters have been checked: somebody made it up */
    } else if (status != ASV_OK) {
        asv_web_failed(call, status, &err);
    }
    return sheet;
}

static void failed(struct asv_web_call *call, struct asv_err *err)
{
    err->status = err->status != ASV_OK ? err->status : ASV_E_INTERNAL;
    asv_web_failed(call, err->status, err);
}

/* asv_web_give sets the ETag, and what says nothing of it is not kept. */
void asv_web_list(struct asv_web_call *call, enum asv_db_reading reading, const char *name,
                  const char *const *values, size_t count)
{
    const char *all[2 + ASV_WEB_VALUES_MAX];
    uint8_t list[ASV_SHA256_BYTES];
    char key[ASV_WEB_KEY_BYTES + 1], rows_wanted[ASV_WEB_VALUE_BYTES];
    struct asv_err err = {0};
    struct rows rows = {NULL, {NULL, 0}, false};
    int64_t limit = asv_web_int(call->query, "limit", ASV_WEB_PAGE);
    assert(count <= ASV_WEB_VALUES_MAX);
    if (!list_of(call, list)) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    if (!read_cursor(call, list, key, &all[0])) {
        return;
    }
    snprintf(rows_wanted, sizeof rows_wanted, "%d", (int)limit);
    all[1] = rows_wanted;
    for (size_t i = 0; i < count; i++) {
        all[2 + i] = values[i];
    }
    struct asv_db_sheet *sheet = ask(call, reading, all, 2 + count);
    if (sheet != NULL && read_rows(sheet, &rows, &err)) {
        asv_web_give(call, page_of(name, &rows, limit, list));
    } else if (sheet != NULL) {
        failed(call, &err);
    }
    asv_db_sheet_free(sheet);
}

void asv_web_all(struct asv_web_call *call, enum asv_db_reading reading, const char *name,
                 const char *const *values, size_t count)
{
    struct asv_err err = {0};
    struct rows rows = {NULL, {NULL, 0}, false};
    struct asv_db_sheet *sheet = ask(call, reading, values, count);
    if (sheet != NULL && read_rows(sheet, &rows, &err)) {
        asv_web_give(call, json_pack("{s:o}", name, rows.all));
    } else if (sheet != NULL) {
        failed(call, &err);
    }
    asv_db_sheet_free(sheet);
}

void asv_web_show(struct asv_web_call *call, enum asv_db_reading reading, const char *value)
{
    struct asv_err err = {0};
    struct asv_bytes key;
    bool is_row = false;
    struct asv_db_sheet *sheet = ask(call, reading, &value, 1);
    if (sheet != NULL && asv_db_sheet_rows(sheet) == 0) {
        asv_web_refuse(call, &asv_web_not_there, NULL);
    } else if (sheet != NULL) {
        json_t *row = row_of(sheet, 0, &key, &is_row, &err);
        if (row != NULL) {
            asv_web_give(call, row);
        } else {
            failed(call, &err);
        }
    }
    asv_db_sheet_free(sheet);
}

/* */
static void give_file(struct asv_web_call *call, struct asv_bytes file, const char *type)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    struct asv_http_answer *out = call->out;
    asv_sha256(digest, file.data, file.len);
    asv_hex_encode(hex, digest, sizeof digest);
    out->data = malloc(file.len);
    if (out->data == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    memcpy(out->data, file.data, file.len);
    out->len = file.len;
    out->owned = true;
    out->code = 200;
    out->type = type;
    snprintf(out->etag, sizeof out->etag, "\"%s\"", hex);
}

void asv_web_file(struct asv_web_call *call, enum asv_db_reading reading, const char *const *values,
                  size_t count, const char *type)
{
    struct asv_err err = {0};
    struct asv_db_cell cell;
    struct asv_db_sheet *sheet = ask(call, reading, values, count);
    if (sheet != NULL && asv_db_sheet_rows(sheet) == 0) {
        asv_web_refuse(call, &asv_web_not_there, NULL);
    } else if (sheet != NULL && asv_db_sheet_cell(sheet, 0, 0, &cell, &err) != ASV_OK) {
        failed(call, &err);
    } else if (sheet != NULL) {
        give_file(call, cell.bytes, type);
    }
    asv_db_sheet_free(sheet);
}

void asv_web_path_text(const struct asv_web_call *call, size_t at, char out[ASV_WEB_VALUE_BYTES])
{
    const struct asv_http_param *param = &call->request->match.params[at];
    assert(param->len < ASV_WEB_VALUE_BYTES);
    snprintf(out, ASV_WEB_VALUE_BYTES, "%.*s", (int)param->len, param->text);
}

bool asv_web_days(struct asv_web_call *call, const char **from, const char **until)
{
    *from = asv_web_text(call->query, "from");
    *until = asv_web_text(call->query, "until");
    if (*from == NULL && *until != NULL) {
        asv_web_refuse(call, &asv_web_missing_field, "from");
        return false;
    }
    if (*from != NULL && *until != NULL && strcmp(*from, *until) > 0) {
        asv_web_refuse(call, &asv_web_bad_field, "until");
        return false;
    }
    *until = *until != NULL ? *until : *from;
    return true;
}
