/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/base/world.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"

const char *asv_text_instant(char *out, int64_t ms)
{
    int64_t whole = ms / 1000 - (ms % 1000 < 0);
    time_t seconds = (time_t)whole;
    struct tm parts;
    char day[ASV_TEXT_BYTES / 2];
    if (ms == ASV_TIME_UNKNOWN || gmtime_r(&seconds, &parts) == NULL ||
        strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts) == 0) {
        snprintf(out, ASV_TEXT_BYTES, "-");
    } else {
        snprintf(out, ASV_TEXT_BYTES, "%s.%03dZ", day, (int)(ms - whole * 1000));
    }
    return out;
}

const char *asv_text_bytes(char *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    snprintf(out, ASV_TEXT_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return out;
}

const char *asv_text_duration(char *out, int64_t ms)
{
    int64_t seconds = ms / 1000;
    if (ms < 0) {
        snprintf(out, ASV_TEXT_BYTES, "-");
    } else if (seconds >= 3600) {
        snprintf(out, ASV_TEXT_BYTES, "%lld:%02lld:%02lld", (long long)(seconds / 3600),
                 (long long)(seconds / 60 % 60), (long long)(seconds % 60));
    } else {
        snprintf(out, ASV_TEXT_BYTES, "%lld:%02lld", (long long)(seconds / 60), (long long)(seconds % 60));
    }
    return out;
}

const char *asv_text_number(char *out, uint64_t number)
{
    snprintf(out, ASV_TEXT_BYTES, "%llu", (unsigned long long)number);
    return out;
}

json_t *asv_json_time(int64_t ms)
{
    char text[ASV_TEXT_BYTES];
    return ms == ASV_TIME_UNKNOWN ? json_null() : json_string(asv_text_instant(text, ms));
}

json_t *asv_json_date(uint32_t date)
{
    char text[ASV_TEXT_BYTES];
    return date == 0 ? json_null() : json_string(asv_text_date(text, date));
}

json_t *asv_json_hex(const void *data, size_t len)
{
    char text[2 * 64 + 1];
    if (len > 64) {
        return NULL;
    }
    asv_hex_encode(text, data, len);
    return json_string(text);
}

json_t *asv_json_uuid(const uint8_t uuid[16])
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, uuid);
    return json_string(text);
}

enum asv_status asv_json_print_take(FILE *out, json_t *json, struct asv_err *err)
{
    if (json == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the JSON text");
    }
    int failed = json_dumpf(json, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF;
    json_decref(json);
    return failed ? asv_fail(err, ASV_E_IO, "cannot write the output") : ASV_OK;
}

/* Characters as a terminal shows them: continuation bytes of UTF-8 take no room. */
static size_t width_of(const char *text)
{
    size_t width = 0;
    for (; *text != '\0'; text++) {
        width += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return width;
}

const char *asv_text_cut(char *text, size_t width)
{
    if (width_of(text) <= width) {
        return text;
    }
    size_t dots = width < 3 ? width : 3;
    char *at = text;
    for (size_t kept = 0; kept < width - dots; kept++) {
        do {
            at++;
        } while (((unsigned char)*at & 0xc0) == 0x80);
    }
    memset(at, '.', dots); /* what is cut off is as long */
    at[dots] = '\0';
    return text;
}

void asv_text_print(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xa0;
        fputc(c < 0x20 || c == 0x7f || c1 ? '?' : c, out);
        if (c1) {
            text++; /* control characters of two bytes */
        }
    }
}

void asv_table_add(struct asv_table *table, const char *text)
{
    if (table->cell_count == table->cell_cap) {
        size_t cap = table->cell_cap == 0 ? 256 : 2 * table->cell_cap;
        char **cells = realloc(table->cells, cap * sizeof *cells);
        if (cells == NULL) {
            table->no_memory = true;
            return;
        }
        table->cells = cells;
        table->cell_cap = cap;
    }
    char *copy = strdup(text);
    table->no_memory |= copy == NULL;
    table->cells[table->cell_count++] = copy;
}

void asv_table_free(struct asv_table *table)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        free(table->cells[i]);
    }
    free(table->cells);
    table->cells = NULL;
    table->cell_count = 0;
    table->cell_cap = 0;
}

static void print_cell(FILE *out, const char *text, size_t width, bool right, bool last)
{
    int blanks = (int)(width - width_of(text));
    if (right) {
        fprintf(out, "%*s", blanks, "");
    }
    asv_text_print(out, text);
    if (!right && !last) {
        fprintf(out, "%*s", blanks, "");
    }
    fputs(last ? "\n" : "  ", out);
}

/* What the last column may take of the table's width. */
static void cut_last(struct asv_table *table, size_t widths[ASV_TABLE_COLUMNS])
{
    size_t last = table->column_count - 1;
    size_t before = 0;
    for (size_t i = 0; i < last; i++) {
        before += widths[i] + 2;
    }
    size_t room = table->width > before ? table->width - before : 0;
    for (size_t i = last; i < table->cell_count; i += table->column_count) {
        (void)asv_text_cut(table->cells[i], room);
    }
}

enum asv_status asv_table_print(struct asv_table *table, FILE *out, const char *empty, struct asv_err *err)
{
    size_t widths[ASV_TABLE_COLUMNS] = {0};
    size_t columns = table->column_count;
    if (table->no_memory) {
        asv_table_free(table);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the table");
    }
    if (table->cell_count == 0 || columns == 0) {
        fprintf(out, "%s\n", empty);
        return ASV_OK;
    }
    for (size_t i = 0; i < columns; i++) {
        widths[i] = width_of(table->columns[i]) - (table->columns[i][0] == '>');
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = width_of(table->cells[i]);
        if (width > widths[i % columns]) {
            widths[i % columns] = width;
        }
    }
    if (table->width != 0) {
        cut_last(table, widths);
    }
    for (size_t i = 0; i < columns; i++) {
        bool right = table->columns[i][0] == '>';
        print_cell(out, table->columns[i] + right, widths[i], right, i + 1 == columns);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t column = i % columns;
        bool last = column + 1 == columns;
        const char *style = table->styles != NULL ? table->styles[i / columns] : "";
        fputs(column == 0 ? style : "", out);
        print_cell(out, table->cells[i], widths[column], table->columns[column][0] == '>', last);
        fputs(last && *style != '\0' ? "\x1b[0m" : "", out);
    }
    asv_table_free(table);
    return ASV_OK;
}
