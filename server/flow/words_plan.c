/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/words_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "firmware-proto/seal/age.h"
#include "server/base/cleanup.h"
#include "server/base/hex.h"
#include "server/base/time_text.h"
#include "server/base/uuid.h"
#include "server/db/clip.h"
#include "server/db/statement.h"

#define LINE_BYTES  512
#define RANGE_BYTES 16 /* "4294967.295 s" */

struct page {
    enum asv_language language;
    struct asv_db *db;
    asv_words_line line;
    void *ctx;
};

static const char *in(const struct page *page, const char *english, const char *german)
{
    return page->language == ASV_GERMAN ? german : english;
}

__attribute__((format(printf, 3, 4))) static void say(const struct page *page, const char *name,
                                                      const char *format, ...)
{
    char words[LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    page->line(page->ctx, name, words);
}

static void say_recipients(const struct page *page, const struct asv_plan *plan)
{
    char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
    for (uint8_t i = 0; i < plan->recipient_count; i++) {
        const struct asv_plan_recipient *to = &plan->recipients[i];
        say(page, i == 0 ? in(page, "handed to", "übergeben an") : in(page, "and to", "und an"), "%.*s",
            (int)to->name.len, (const char *)to->name.data);
        asv_age_recipient_encode(key, to->key);
        say(page, "", "%s", key);
    }
}

static void say_outputs(const struct page *page, const struct asv_plan *plan)
{
    static const char *const closed[][2] = {
        [ASV_PLAN_OPEN] = {"with nothing: the medium is sealed",
                           "mit nichts: Der Datenträger wird versiegelt"},
        [ASV_PLAN_ZIP] = {"with a password (ZIP, AES-256)", "mit einem Passwort (ZIP, AES-256)"},
        [ASV_PLAN_AGE] = {"for the recipients' keys (age)", "für die Schlüssel der Empfänger (age)"},
    };
    const char *name = in(page, "made of it", "daraus wird");
    if ((plan->outputs & ASV_PLAN_CARRIER) != 0) {
        say(page, name, "%s",
            in(page, "a carrier: one file, for a medium", "ein Paket: eine Datei für einen Datenträger"));
        say(page, in(page, "closed", "verschlossen"), "%s",
            closed[plan->protection][page->language == ASV_GERMAN]);
    }
    if ((plan->outputs & ASV_PLAN_FILING) != 0) {
        say(page, name, "%s",
            in(page, "a filing: files for the electronic court post",
               "eine Einreichung: Dateien für den elektronischen Rechtsverkehr"));
    }
}

static const char *range_text(char *out, uint32_t ms)
{
    (void)snprintf(out, RANGE_BYTES, "%lu.%03lu s", (unsigned long)(ms / 1000), (unsigned long)(ms % 1000));
    return out;
}

/* HO-081: what those who get it will not have, and what they see beside it all the same. */
static void say_without(const struct page *page, const struct asv_plan_clip *clip)
{
    char from[RANGE_BYTES];
    char until[RANGE_BYTES];
    (void)range_text(from, clip->from_ms);
    (void)range_text(until, clip->until_ms);
    if (page->language == ASV_GERMAN) {
        say(page, "geht als", "nur Ausschnitt von %s bis %s zum Abspielen, ohne versiegeltes Original", from,
            until);
    } else {
        say(page, "goes as", "only an excerpt from %s to %s to play, without the sealed original", from,
            until);
    }
    say(page, "", "%s",
        in(page,
           "of the rest the recipients can open nothing but edges of about 192 KiB at most, and check "
           "nothing; "
           "the original stays here until the receipt is confirmed",
           "vom Rest können die Empfänger nichts öffnen als Ränder von höchstens etwa 192 KiB, und nichts "
           "prüfen; das "
           "Original bleibt hier, bis der Empfang bestätigt ist"));
}

/* The sealed original goes in each other form, and opens for whom it goes to. */
static void say_form(const struct page *page, const struct asv_plan_clip *clip)
{
    char from[RANGE_BYTES];
    char until[RANGE_BYTES];
    const char *name = in(page, "goes as", "geht als");
    if (!asv_plan_has_original(clip->form)) {
        say_without(page, clip);
    } else if (clip->form == ASV_PLAN_SEALED) {
        say(page, name, "%s",
            in(page, "the sealed original alone, which the recipients can open",
               "versiegeltes Original allein, das die Empfänger öffnen können"));
    } else if (clip->form == ASV_PLAN_WHOLE) {
        say(page, name, "%s",
            in(page, "the whole of it to play, and the sealed original",
               "ganze Aufzeichnung zum Abspielen und versiegeltes Original"));
    } else if (page->language == ASV_GERMAN) {
        say(page, name,
            "Ausschnitt von %s bis %s zum Abspielen und versiegeltes Original, das die Empfänger öffnen "
            "können",
            range_text(from, clip->from_ms), range_text(until, clip->until_ms));
    } else {
        say(page, name,
            "an excerpt from %s to %s to play, and the sealed original, which the recipients can open",
            range_text(from, clip->from_ms), range_text(until, clip->until_ms));
    }
}

static void say_clip(const struct page *page, const struct asv_plan *plan, uint16_t i)
{
    struct asv_plan_clip clip;
    struct asv_db_clip_face face;
    struct asv_err ignored = {0};
    char hex[2 * ASV_SHA256_BYTES + 1];
    char uuid[ASV_UUID_TEXT_BYTES];
    char start[ASV_TEXT_BYTES];
    asv_plan_clip(plan, i, &clip);
    asv_hex_encode(hex, clip.header, sizeof clip.header);
    say(page, in(page, "recording", "Aufzeichnung"), "%u %s %u: %s", i + 1U, in(page, "of", "von"),
        (unsigned)plan->clip_count, hex);
    if (page->db != NULL && asv_db_clip_of_header(page->db, clip.header, &face, &ignored) == ASV_OK) {
        asv_uuid_format(uuid, face.clip);
        (void)asv_text_time(start, face.start_ms);
        if (page->language == ASV_GERMAN) {
            say(page, "", "Kennung %s, von Kamera %s, Einheit %s, begonnen %s, wie die Datenbank sagt", uuid,
                face.camera_name, face.unit, start);
        } else {
            say(page, "", "clip %s, of camera %s, unit %s, begun %s, as the database says", uuid,
                face.camera_name, face.unit, start);
        }
    }
    say_form(page, &clip);
}

void asv_words_plan(enum asv_language language, struct asv_db *db, const struct asv_plan *plan,
                    asv_words_line line, void *ctx)
{
    const struct page page = {.language = language, .db = db, .line = line, .ctx = ctx};
    say_recipients(&page, plan);
    say_outputs(&page, plan);
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        say_clip(&page, plan, i);
    }
}

void asv_words_plan_of(enum asv_language language, struct asv_db *db, const struct asv_statement *statement,
                       asv_words_line line, void *ctx)
{
    struct asv_err ignored = {0};
    struct asv_plan plan;
    size_t len = 0;
    if (db == NULL) {
        return;
    }
    asv_auto_free uint8_t *bytes = malloc(ASV_PLAN_MAX_BYTES);
    if (bytes != NULL &&
        asv_db_handover_plan_find(db, statement->subject.id, bytes, &len, &ignored) == ASV_OK &&
        asv_plan_of(&plan, statement, bytes, len, NULL) == ASV_OK) {
        asv_words_plan(language, db, &plan, line, ctx);
    }
}
