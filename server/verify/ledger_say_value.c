/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger_say_value.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/base/utf8.h"
#include "server/ledger/entry.h"

void asv_print_hex(FILE *out, struct asv_bytes value)
{
    for (size_t i = 0; i < value.len; i++) {
        fprintf(out, "%02x", value.data[i]);
    }
}

void asv_print_uuid(FILE *out, const uint8_t *id)
{
    for (size_t i = 0; i < ASV_UUID_BYTES; i++) {
        fprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
    }
}

void asv_print_time(FILE *out, int64_t ms)
{
    char text[64];
    struct tm tm;
    time_t seconds = (time_t)(ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm) == 0) {
        fprintf(out, "%" PRId64 " ms", ms);
    } else {
        fprintf(out, "%s.%03dZ", text, (int)(ms % 1000 < 0 ? 0 : ms % 1000));
    }
}

/* How many bytes at text[left] are a character that is not seen, or that makes what is seen another text:
 * U+0080 to U+009F, the marks and overrides of direction (U+200E, U+200F, U+202A to U+202E, U+2066 to
 * U+2069). */
static size_t hidden(const uint8_t *text, size_t left)
{
    if (left >= 2 && text[0] == 0xc2 && text[1] < 0xa0) {
        return 2;
    }
    if (left < 3 || text[0] != 0xe2) {
        return 0;
    }
    bool marks = text[1] == 0x80 && (text[2] == 0x8e || text[2] == 0x8f);
    bool overrides = text[1] == 0x80 && text[2] >= 0xaa && text[2] <= 0xae;
    bool isolates = text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9;
    return marks || overrides || isolates ? 3 : 0;
}

void asv_print_text(FILE *out, struct asv_bytes text, bool json)
{
    bool utf8 = asv_utf8_is_valid(text);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        size_t len = utf8 ? hidden(text.data + i, text.len - i) : 0;
        bool control = len > 0 || c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8);
        if (!control && json && (c == '"' || c == '\\')) {
            fputc('\\', out);
        }
        fputc(control ? '?' : c, out);
        i += len > 0 ? len - 1 : 0;
    }
}

static void put_counts(FILE *out, struct asv_bytes value)
{
    for (size_t i = 0; i + 8 <= value.len; i += 8) {
        fprintf(out, "%s%" PRIu64, i > 0 ? " " : "", asv_load_be64(value.data + i));
    }
}

static void put_head(FILE *out, struct asv_bytes value, bool json)
{
    fprintf(out, "%" PRIu64 " ", asv_load_be64(value.data));
    asv_print_hex(out, (struct asv_bytes){value.data + 8, ASV_SHA256_BYTES});
    fputc(' ', out);
    asv_print_text(
        out, (struct asv_bytes){value.data + 8 + ASV_SHA256_BYTES, value.len - 8 - ASV_SHA256_BYTES}, json);
}

void asv_print_value(FILE *out, uint8_t tag, struct asv_bytes value, bool json)
{
    switch ((enum asv_ledger_tag)tag) {
    case ASV_LEDGER_AT:
    case ASV_LEDGER_DUE:
        asv_print_time(out, (int64_t)asv_load_be64(value.data));
        break;
    case ASV_LEDGER_RECORDING:
    case ASV_LEDGER_PERSON:
    case ASV_LEDGER_INCIDENT:
        asv_print_uuid(out, value.data);
        break;
    case ASV_LEDGER_DAY: {
        uint32_t day = asv_load_be32(value.data);
        fprintf(out, "%04u-%02u-%02u", (unsigned)(day / 10000), (unsigned)(day / 100 % 100),
                (unsigned)(day % 100));
        break;
    }
    case ASV_LEDGER_COUNTS:
        put_counts(out, value);
        break;
    case ASV_LEDGER_VERDICT:
        fprintf(out, "%u %u %u", value.data[0], value.data[1], value.data[2]);
        break;
    case ASV_LEDGER_ACTION:
        fprintf(out, "%u %u", (unsigned)(value.data[0] << 8 | value.data[1]), value.data[2]);
        break;
    case ASV_LEDGER_LABEL:
    case ASV_LEDGER_TEXT:
    case ASV_LEDGER_PLACE:
        asv_print_text(out, value, json);
        break;
    case ASV_LEDGER_HEAD:
        put_head(out, value, json);
        break;
    case ASV_LEDGER_CAMERA:
    case ASV_LEDGER_OBJECT:
    case ASV_LEDGER_ROOT:
    case ASV_LEDGER_PROPOSAL:
    case ASV_LEDGER_ACTOR:
    case ASV_LEDGER_HEADER:
    case ASV_LEDGER_CERTIFICATE:
    case ASV_LEDGER_DOCKING:
    case ASV_LEDGER_LINK:
    default:
        asv_print_hex(out, value);
    }
}

void asv_print_string(FILE *out, const char *text)
{
    fputc('"', out);
    asv_print_text(out, (struct asv_bytes){(const uint8_t *)text, strlen(text)}, true);
    fputc('"', out);
}
