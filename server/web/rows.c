/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/hex.h"
#include "server/base/uuid.h"

#define DATE_BYTES 16

static json_t *of_date(int64_t date)
{
    char text[DATE_BYTES];
    snprintf(text, sizeof text, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
             (int)(date % 100));
    return json_string(text);
}

static json_t *of_time(int64_t ms)
{
    char text[ASV_WEB_TIME_BYTES];
    asv_web_time_format(text, ms);
    return json_string(text);
}

static json_t *of_uuid(struct asv_bytes bytes)
{
    char text[ASV_UUID_TEXT_BYTES];
    if (bytes.len != ASV_UUID_BYTES) {
        return NULL;
    }
    asv_uuid_format(text, bytes.data);
    return json_string(text);
}

static json_t *of_bytes(struct asv_bytes bytes)
{
    char *text = malloc(2 * bytes.len + 1);
    if (text == NULL) {
        return NULL;
    }
    asv_hex_encode(text, bytes.data, bytes.len);
    json_t *value = json_string(text);
    free(text);
    return value;
}

static json_t *of_cell(const struct asv_db_cell *cell)
{
    const char *text = (const char *)cell->bytes.data;
    switch (cell->kind) {
    case ASV_DB_CELL_BOOL:
        return json_boolean(cell->number != 0);
    case ASV_DB_CELL_NUMBER:
        return json_integer(cell->number);
    case ASV_DB_CELL_TIME:
        return of_time(cell->number);
    case ASV_DB_CELL_DATE:
        return of_date(cell->number);
    case ASV_DB_CELL_UUID:
        return of_uuid(cell->bytes);
    case ASV_DB_CELL_BYTES:
        return of_bytes(cell->bytes);
    case ASV_DB_CELL_TEXT:
        return json_stringn(text, cell->bytes.len);
    case ASV_DB_CELL_JSON:
        return json_loadb(text, cell->bytes.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    case ASV_DB_CELL_NULL:
        break;
    }
    return NULL;
}

json_t *asv_web_row(const struct asv_db_cell *cells, size_t count)
{
    json_t *row = json_object();
    bool good = row != NULL;
    for (size_t i = 0; good && i < count; i++) {
        if (cells[i].kind != ASV_DB_CELL_NULL && strcmp(cells[i].name, ASV_WEB_KEY_COLUMN) != 0) {
            good = json_object_set_new(row, cells[i].name, of_cell(&cells[i])) == 0;
        }
    }
    if (!good) {
        json_decref(row);
        return NULL;
    }
    return row;
}
