/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/ledger_say.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "server/verify/ledger_say_value.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))
#define NAME_COLUMNS       20

/* ---- entries ---- */

/* In its column, whose width is counted in characters. */
static void put_name(FILE *out, const char *name)
{
    int columns = 0;
    for (const char *c = name; *c != '\0'; c++) {
        columns += ((unsigned char)*c & 0xc0) != 0x80;
    }
    fprintf(out, "  %s%*s ", name, columns < NAME_COLUMNS ? NAME_COLUMNS - columns : 0, "");
}

static void say_field(struct asv_ledger_say *say, const struct asv_ledger_field *field,
                      const struct asv_opened *opened, bool first)
{
    const struct asv_opened_field *open = opened != NULL ? asv_opened_find(opened, field->tag) : NULL;
    const char *name = asv_say_tag_name(say->json ? ASV_LANGUAGE_EN : say->language, field->tag);
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
        asv_print_value(say->out, field->tag, value, true);
        fputc('"', say->out);
        return;
    }
    put_name(say->out, name);
    if (closed) {
        fputs(T("nicht geöffnet", "not opened"), say->out);
    } else {
        asv_print_value(say->out, field->tag, value, false);
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

static void say_entry_json(struct asv_ledger_say *say, const char *name, const struct asv_say_place *place,
                           const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                           const struct asv_signed_by *by)
{
    FILE *out = say->out;
    const char *kind = asv_ledger_kind_name(entry->event.kind);
    fprintf(out, "%s{\"name\":", say->listing ? "," : ",\"entries\":[");
    asv_print_string(out, name);
    fprintf(out, ",\"proven\":%s,\"origin\":", place->origin != NULL ? "true" : "false");
    if (place->origin != NULL) {
        asv_print_string(out, place->origin);
        fprintf(out, ",\"size\":%" PRIu64, place->size);
    } else {
        fputs("null,\"size\":null", out);
    }
    if (place->has_index) {
        fprintf(out, ",\"index\":%" PRIu64, place->index);
    } else {
        fputs(",\"index\":null", out);
    }
    fprintf(out, ",\"kind\":\"%s\",\"id\":\"", kind != NULL ? kind : "?");
    asv_print_uuid(out, entry->event.id);
    fputs("\",\"recorded\":\"", out);
    asv_print_time(out, entry->event.recorded_ms);
    fputs("\",\"fields\":{", out);
    say_fields(say, entry, opened);
    fputs("},\"signed_by\":", out);
    asv_say_signed_json(out, asv_say_is_somebodys(by) ? by : NULL);
    fputs(",\"signed_with\":", out);
    asv_say_signed_json(out, asv_say_is_somebodys(by) ? NULL : by);
    fputc('}', out);
}

static void say_entry_text(struct asv_ledger_say *say, const char *name, const struct asv_say_place *place,
                           const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                           const struct asv_signed_by *by)
{
    FILE *out = say->out;
    const char *kind = asv_say_kind_name(say->language, entry->event.kind);
    if (place->has_index) {
        fprintf(out, T("Eintrag %" PRIu64 ": ", "Entry %" PRIu64 ": "), place->index);
    } else {
        fputs(T("Eintrag ohne lesbaren Beweis: ", "Entry without a readable proof: "), out);
    }
    fprintf(out, T("%s (%u), verzeichnet ", "%s (%u), recorded "), kind != NULL ? kind : "?",
            (unsigned)entry->event.kind);
    asv_print_time(out, entry->event.recorded_ms);
    fputs(place->origin != NULL ? "\n" : T("; NICHT BEWIESEN\n", "; NOT PROVEN\n"), out);
    put_name(out, T("Datei", "file"));
    asv_print_text(out, (struct asv_bytes){(const uint8_t *)name, strlen(name)}, false);
    fputc('\n', out);
    if (place->origin != NULL) {
        put_name(out, T("unter dem Kopf", "under the head"));
        fprintf(out, T("von %s mit %" PRIu64 " Einträgen\n", "of %s with %" PRIu64 " entries\n"),
                place->origin, place->size);
    }
    put_name(out, "id");
    asv_print_uuid(out, entry->event.id);
    fputc('\n', out);
    say_fields(say, entry, opened);
    if (by != NULL) {
        put_name(out, asv_say_is_somebodys(by) ? T("signiert von", "signed by")
                                               : T("signiert mit", "signed with"));
        asv_say_signed(out, say->language, by);
    }
}

void asv_say_entry(struct asv_ledger_say *say, const char *name, const struct asv_say_place *place,
                   const struct asv_ledger_entry *entry, const struct asv_opened *opened,
                   const struct asv_signed_by *by)
{
    if (say->json) {
        say_entry_json(say, name, place, entry, opened, by);
    } else {
        say_entry_text(say, name, place, entry, opened, by);
    }
    say->listing = true;
    say->people = say->people || (by != NULL && by->role == 0 && by->is_shown);
    say->keys = say->keys || (by != NULL && !asv_say_is_somebodys(by));
}

/* ---- the frame ---- */

void asv_say_begin(struct asv_ledger_say *say, enum asv_say_kind kind)
{
    static const char *const names[] = {[ASV_SAY_PROOF] = "proof",
                                        [ASV_SAY_PROOFS] = "proofs",
                                        [ASV_SAY_CHECKPOINT] = "checkpoint",
                                        [ASV_SAY_LOG] = "log"};
    say->kind = kind;
    if (say->json) {
        fprintf(say->out, "{\"format\":" ASV_REPORT_JSON_FORMAT ",\"kind\":\"%s\"", names[kind]);
    }
}

void asv_say_end_list(struct asv_ledger_say *say)
{
    if (say->json && say->listing) {
        fputc(']', say->out);
    }
    say->listing = false;
}

static char *next_line(struct asv_say_lines *lines)
{
    return lines->count++ < ASV_SAY_LINES_MAX ? lines->first[lines->count - 1] : NULL;
}

void asv_say_wrong(struct asv_ledger_say *say, const char *where, const char *what, ...)
{
    va_list args;
    char text[ASV_SAY_TEXT];
    char *line = next_line(&say->wrong);
    va_start(args, what);
    (void)vsnprintf(text, sizeof text, what, args);
    va_end(args);
    if (line != NULL) {
        (void)snprintf(line, ASV_SAY_TEXT, "%.140s: %.250s", where, text);
    }
}

void asv_say_unchecked(struct asv_ledger_say *say, const char *where, const char *what)
{
    char *line = next_line(&say->unchecked);
    if (line != NULL) {
        (void)snprintf(line, ASV_SAY_TEXT, "%.140s%s%.250s", where, what[0] != '\0' ? ": " : "", what);
    }
}

static void say_lines(struct asv_ledger_say *say, const struct asv_say_lines *lines)
{
    uint64_t shown = lines->count < ASV_SAY_LINES_MAX ? lines->count : ASV_SAY_LINES_MAX;
    for (uint64_t i = 0; i < shown; i++) {
        const char *line = lines->first[i];
        if (say->json) {
            fputs(i > 0 ? "," : "", say->out);
            asv_print_string(say->out, line);
        } else {
            fputs("  ", say->out);
            asv_print_text(say->out, (struct asv_bytes){(const uint8_t *)line, strlen(line)}, false);
            fputc('\n', say->out);
        }
    }
    if (!say->json && lines->count > shown) {
        fprintf(say->out, T("  und %" PRIu64 " weitere\n", "  and %" PRIu64 " more\n"), lines->count - shown);
    }
}

/* Only what was shown, and nothing of what is not right. */
static void say_meaning(struct asv_ledger_say *say)
{
    bool some = say->kind == ASV_SAY_PROOF || say->kind == ASV_SAY_PROOFS;
    if (say->kind == ASV_SAY_CHECKPOINT) {
        fputs(
            T("  Bewiesen ist, dass dieser Kopf signiert wurde; über die Einträge darunter sagt er nichts.\n",
              "  Proven is that this head was signed; it says nothing of the entries below it.\n"),
            say->out);
        return;
    }
    fputs(T("  Bewiesen ist, was die Behörde verzeichnet und signiert hat; nicht, dass es wahr ist.\n",
            "  Proven is what the agency recorded and signed; not that it is true.\n"),
          say->out);
    if (say->people) {
        fputs(
            T("  Dass eine Berechtigung die der Person ist, deren Name darin steht, ist das Wort derer, die "
              "sie\n  angemeldet haben, bis zum Stamm der Behörde; wann signiert wurde, das Wort dessen, der "
              "signiert hat.\n",
              "  That a credential is that of the person whose name is in it is the word of those who "
              "enrolled "
              "it,\n  up to the agency's root; when something was signed, of who signed it.\n"),
            say->out);
    }
    if (say->keys) {
        fputs(
            T("  Wem ein Schlüssel gehört, mit dem „signiert mit“ gesagt ist, ist nicht gezeigt: Gemacht "
              "haben "
              "kann ihn,\n  wer das hier gemacht hat.\n",
              "  Whose a key is that something is \"signed with\" was not shown: whoever made this may have "
              "made it.\n"),
            say->out);
    }
    if (some && !say->claimed) {
        fputs(T("  Dass nichts fehlt, ist nicht gezeigt: Das Protokoll kann zu derselben Sache mehr "
                "enthalten.\n",
                "  That nothing is left out is not shown: the log may have more about the same matter.\n"),
              say->out);
    }
}

bool asv_say_end(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                 const struct asv_heads *heads)
{
    bool valid = say->wrong.count == 0;
    asv_say_end_list(say);
    asv_say_heads(say, policy, heads);
    if (say->json) {
        fprintf(say->out, ",\"checked\":%" PRIu64 ",\"unchecked_count\":%" PRIu64 ",\"unchecked\":[",
                say->checked, say->unchecked.count);
        say_lines(say, &say->unchecked);
        fprintf(say->out, "],\"wrong_count\":%" PRIu64 ",\"wrong\":[", say->wrong.count);
        say_lines(say, &say->wrong);
        fprintf(say->out, "],\"valid\":%s}\n", valid ? "true" : "false");
        return valid;
    }
    if (say->checked > 0) {
        fprintf(say->out, T("%" PRIu64 " Einträge geprüft\n", "%" PRIu64 " entries checked\n"), say->checked);
    }
    if (say->unchecked.count > 0) {
        fputs(T("Nicht geprüft:\n", "Not checked:\n"), say->out);
        say_lines(say, &say->unchecked);
    }
    fputs(valid ? T("Ergebnis: VALID\n", "Result: VALID\n") : T("Ergebnis: INVALID\n", "Result: INVALID\n"),
          say->out);
    say_lines(say, &say->wrong);
    if (valid) {
        say_meaning(say);
    }
    return valid;
}
