/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger_say.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/base/utf8.h"
#include "server/ledger/kind.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))
#define VALUE_BYTES        (2 * ASV_LEDGER_FIELDS_MAX_BYTES)

/* ---- values as text ---- */

static void put_hex(FILE *out, struct asv_bytes value)
{
    for (size_t i = 0; i < value.len; i++) {
        fprintf(out, "%02x", value.data[i]);
    }
}

static void put_uuid(FILE *out, const uint8_t *id)
{
    for (size_t i = 0; i < ASV_UUID_BYTES; i++) {
        fprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
    }
}

static void put_time(FILE *out, int64_t ms)
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

/* Text from elsewhere: nothing that a terminal could take for a command, and nothing that ends a JSON string.
 */
static void put_text(FILE *out, struct asv_bytes text, bool json)
{
    bool utf8 = asv_utf8_is_valid(text);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool control = c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8);
        if (c == 0xc2 && i + 1 < text.len && text.data[i + 1] < 0xa0) { /* U+0080 to U+009F */
            control = true;
            i++;
        }
        if (!control && json && (c == '"' || c == '\\')) {
            fputc('\\', out);
        }
        fputc(control ? '?' : c, out);
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
    put_hex(out, (struct asv_bytes){value.data + 8, ASV_SHA256_BYTES});
    fputc(' ', out);
    put_text(out, (struct asv_bytes){value.data + 8 + ASV_SHA256_BYTES, value.len - 8 - ASV_SHA256_BYTES},
             json);
}

/* A value whose length is one that its tag allows. */
static void put_value(FILE *out, uint8_t tag, struct asv_bytes value, bool json)
{
    switch ((enum asv_ledger_tag)tag) {
    case ASV_LEDGER_AT:
    case ASV_LEDGER_DUE:
        put_time(out, (int64_t)asv_load_be64(value.data));
        break;
    case ASV_LEDGER_RECORDING:
    case ASV_LEDGER_PERSON:
    case ASV_LEDGER_INCIDENT:
        put_uuid(out, value.data);
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
        put_text(out, value, json);
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
        put_hex(out, value);
    }
}

static void put_string(FILE *out, const char *text)
{
    fputc('"', out);
    put_text(out, (struct asv_bytes){(const uint8_t *)text, strlen(text)}, true);
    fputc('"', out);
}

/* ---- entries ---- */

static void say_field(struct asv_ledger_say *say, const struct asv_ledger_field *field,
                      const struct asv_opened *opened, bool first)
{
    const struct asv_opened_field *open = opened != NULL ? asv_opened_find(opened, field->tag) : NULL;
    const char *name = asv_ledger_tag_name(field->tag);
    bool closed = field->tag >= ASV_LEDGER_COMMITTED && open == NULL;
    bool camera = field->tag == ASV_LEDGER_CAMERA && open != NULL;
    struct asv_bytes value = open != NULL && !camera ? open->value : field->value;
    if (say->json) {
        fputs(first ? "\"" : ",\"", say->out);
        for (const char *c = name; *c != '\0'; c++) {
            fputc(*c == ' ' ? '_' : *c, say->out);
        }
        fputs("\":", say->out);
        if (closed) {
            fputs("null", say->out);
            return;
        }
        fputc('"', say->out);
        put_value(say->out, field->tag, value, true);
        fputc('"', say->out);
        return;
    }
    fprintf(say->out, "  %-20s ", name);
    if (closed) {
        fputs(T("nicht geöffnet", "not opened"), say->out);
    } else {
        put_value(say->out, field->tag, value, false);
        fputs(camera         ? T("  (die der geöffneten Kamera)", "  (that of the camera that is opened)")
              : open != NULL ? T("  (geöffnet)", "  (opened)")
                             : "",
              say->out);
    }
    fputc('\n', say->out);
}

static void say_fields(struct asv_ledger_say *say, const struct asv_ledger_entry *entry,
                       const struct asv_opened *opened)
{
    struct asv_ledger_field field;
    struct asv_reader reader;
    uint8_t before = 0;
    bool first = true;
    asv_reader_init(&reader, entry->fields.data, entry->fields.len);
    enum asv_status status = ASV_OK;
    while ((status = asv_ledger_next_in_entry(&reader, &before, &field)) == ASV_OK) {
        say_field(say, &field, opened, first);
        first = false;
    }
    assert(status == ASV_E_NOT_FOUND); /* the entry was read before */
    (void)status;
}

void asv_say_entry(struct asv_ledger_say *say, const char *name, uint64_t index, uint64_t size,
                   const struct asv_ledger_entry *entry, const struct asv_opened *opened)
{
    FILE *out = say->out;
    const char *kind = asv_ledger_kind_name(entry->event.kind);
    kind = kind != NULL ? kind : "?";
    if (say->json) {
        fprintf(out, "%s{\"name\":", say->listed == 0 ? ",\"entries\":[" : ",");
        put_string(out, name);
        fprintf(out, ",\"proven\":%s,\"size\":%" PRIu64, size > 0 ? "true" : "false", size);
        fprintf(out, ",\"index\":%" PRIu64 ",\"kind\":\"%s\",\"id\":\"", index, kind);
        put_uuid(out, entry->event.id);
        fputs("\",\"recorded\":\"", out);
        put_time(out, entry->event.recorded_ms);
        fputs("\",\"fields\":{", out);
        say_fields(say, entry, opened);
        fputs("}}", out);
    } else {
        fprintf(out, T("Eintrag %" PRIu64 ": %s (%u), verzeichnet ", "Entry %" PRIu64 ": %s (%u), recorded "),
                index, kind, (unsigned)entry->event.kind);
        put_time(out, entry->event.recorded_ms);
        fputs(size > 0 ? "\n" : T("; NICHT BEWIESEN\n", "; NOT PROVEN\n"), out);
        fprintf(out, "  %-20s ", "id");
        put_uuid(out, entry->event.id);
        fputc('\n', out);
        say_fields(say, entry, opened);
    }
    say->listed++;
}

/* ---- the frame ---- */

void asv_say_begin(struct asv_ledger_say *say, const char *kind)
{
    if (say->json) {
        fprintf(say->out, "{\"kind\":\"%s\"", kind);
    }
}

static void end_list(struct asv_ledger_say *say)
{
    if (say->json && say->listed > 0) {
        fputc(']', say->out);
        say->listed = 0;
    }
}

void asv_say_head(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                  const struct asv_ledger_verdict *verdict)
{
    FILE *out = say->out;
    const struct asv_checkpoint *checkpoint = &verdict->checkpoint;
    bool any = false;
    end_list(say);
    if (checkpoint->origin[0] == '\0') {
        return; /* none could be read, which was said */
    }
    if (say->json) {
        fputs(",\"origin\":", out);
        put_string(out, checkpoint->origin);
        fprintf(out, ",\"size\":%" PRIu64 ",\"root\":\"", checkpoint->head.size);
        put_hex(out, (struct asv_bytes){checkpoint->head.root, ASV_SHA256_BYTES});
        fputs("\",\"cosigned\":[", out);
    } else {
        fprintf(out, T("Kopf von %s mit %" PRIu64 " Einträgen", "Head of %s with %" PRIu64 " entries"),
                checkpoint->origin, checkpoint->head.size);
    }
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct asv_bytes name = policy->witnesses[i].name;
        if ((verdict->cosigned >> i & 1) == 0) {
            continue;
        }
        fputs(say->json ? (any ? ",\"" : "\"") : (any ? ", " : T(", mitsigniert von ", ", cosigned by ")),
              out);
        put_text(out, name, say->json);
        fputs(say->json ? "\"" : "", out);
        any = true;
    }
    fputs(say->json ? "]" : any ? "\n" : T(", von niemandem mitsigniert\n", ", cosigned by nobody\n"), out);
}

void asv_say_wrong(struct asv_ledger_say *say, const char *where, const char *what, ...)
{
    va_list args;
    char text[ASV_SAY_TEXT];
    va_start(args, what);
    (void)vsnprintf(text, sizeof text, what, args);
    va_end(args);
    if (say->wrong < ASV_SAY_WRONG_MAX) {
        (void)snprintf(say->first[say->wrong], ASV_SAY_TEXT, "%.140s: %.250s", where, text);
    }
    say->wrong++;
}

static void say_wrongs(struct asv_ledger_say *say)
{
    uint64_t shown = say->wrong < ASV_SAY_WRONG_MAX ? say->wrong : ASV_SAY_WRONG_MAX;
    for (uint64_t i = 0; i < shown; i++) {
        if (say->json) {
            fputs(i > 0 ? "," : "", say->out);
            put_string(say->out, say->first[i]);
        } else {
            fputs("  ", say->out);
            put_text(say->out, (struct asv_bytes){(uint8_t *)say->first[i], strlen(say->first[i])}, false);
            fputc('\n', say->out);
        }
    }
    if (!say->json && say->wrong > shown) {
        fprintf(say->out, T("  und %" PRIu64 " weitere\n", "  and %" PRIu64 " more\n"), say->wrong - shown);
    }
}

bool asv_say_end(struct asv_ledger_say *say)
{
    bool valid = say->wrong == 0;
    end_list(say);
    if (say->json) {
        fprintf(say->out, ",\"checked\":%" PRIu64 ",\"wrong_count\":%" PRIu64 ",\"wrong\":[", say->checked,
                say->wrong);
        say_wrongs(say);
        fprintf(say->out, "],\"valid\":%s}\n", valid ? "true" : "false");
        return valid;
    }
    if (say->checked > 0) {
        fprintf(say->out, T("%" PRIu64 " Einträge geprüft\n", "%" PRIu64 " entries checked\n"), say->checked);
    }
    fputs(valid ? T("Ergebnis: VALID\n", "Result: VALID\n") : T("Ergebnis: INVALID\n", "Result: INVALID\n"),
          say->out);
    say_wrongs(say);
    fputs(T("  Bewiesen ist, was verzeichnet wurde und dass es seither so steht; nicht, dass es wahr ist.\n",
            "  Proven is what was recorded, and that it has stood there since; not that it is true.\n"),
          say->out);
    return valid;
}
