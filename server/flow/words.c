/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/flow/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/fields.h"
#include "server/base/hex.h"
#include "server/base/time_text.h"
#include "server/base/uuid.h"
#include "server/db/camera.h"
#include "server/db/clip.h"
#include "server/db/statement.h"
#include "server/flow/words_plan.h"
#include "server/policy/policy.h"
#include "server/statement/card.h"

/* In English, in German. */
typedef const char *const text[ASV_LANGUAGES];

static const struct {
    uint16_t action;
    text words;
} actions[] = {
    {ASV_ACTION_HOLD, {"keep a recording", "eine Aufzeichnung aufbewahren"}},
    {ASV_ACTION_RELEASE, {"keep a recording no longer", "eine Aufzeichnung nicht länger aufbewahren"}},
    {ASV_ACTION_ERASE_EARLY, {"erase a recording before its day", "eine Aufzeichnung vor ihrem Tag löschen"}},
    {ASV_ACTION_OPEN,
     {"show a recording to one person, who asks for it",
      "eine Aufzeichnung einer Person zeigen, die darum bittet"}},
    {ASV_ACTION_SHOW,
     {"have a recording shown to me now, this once",
      "mir eine Aufzeichnung jetzt zeigen lassen, dieses eine Mal"}},
    {ASV_ACTION_HAND_OVER,
     {"hand recordings over, as a plan says", "Aufzeichnungen übergeben, wie ein Plan sagt"}},
    {ASV_ACTION_HOLD_AHEAD,
     {"keep what a camera recorded, before it docks",
      "aufbewahren, was eine Kamera aufgezeichnet hat, bevor sie zurückkommt"}},
    {ASV_ACTION_RELEASE_AHEAD,
     {"keep no longer what a camera recorded",
      "nicht länger aufbewahren, was eine Kamera aufgezeichnet hat"}},
    {ASV_ACTION_BLOCK, {"block all use of a recording", "jede Verwendung einer Aufzeichnung sperren"}},
    {ASV_ACTION_UNBLOCK, {"lift a block", "eine Sperre aufheben"}},
    {ASV_ACTION_DAY,
     {"say on which day a recording was made", "sagen, an welchem Tag eine Aufzeichnung entstand"}},
    {ASV_ACTION_RECIPIENT, {"register a recipient's key", "den Schlüssel eines Empfängers eintragen"}},
    {ASV_ACTION_RECIPIENT_ENDS, {"end a recipient's key", "den Schlüssel eines Empfängers beenden"}},
    {ASV_ACTION_ENROL, {"enrol a credential", "einen Berechtigungsnachweis aufnehmen"}},
    {ASV_ACTION_REVOKE,
     {"revoke a credential, for good", "einen Berechtigungsnachweis endgültig widerrufen"}},
    {ASV_ACTION_FOUND, {"enrol one of the first people", "eine der ersten Personen aufnehmen"}},
    {ASV_ACTION_POLICY, {"change the policy", "die Regeln ändern"}},
    {ASV_ACTION_CLOCK,
     {"confirm the keeper's clock: destruction goes on",
      "die Uhr des Schlüsselverwalters bestätigen: Die Vernichtung geht weiter"}},
    {ASV_ACTION_RECOVERY_KEY,
     {"wrap held recordings to an offline key, too",
      "aufbewahrte Aufzeichnungen auch für einen Schlüssel außerhalb einpacken"}},
    {ASV_ACTION_RECOVERY_KEY_ENDS,
     {"wrap held recordings to the offline key no longer",
      "aufbewahrte Aufzeichnungen nicht mehr für den Schlüssel außerhalb einpacken"}},
    {ASV_ACTION_LEDGER,
     {"begin a ledger; the one before ends", "ein Verzeichnis beginnen; das vorige endet"}},
    {ASV_ACTION_FORGET,
     {"forget what an entry of the ledger is closed over, for good",
      "endgültig vergessen, worüber ein Eintrag des Verzeichnisses geschlossen ist"}},
    {ASV_ACTION_INCIDENT,
     {"write down what is known of an incident", "aufschreiben, was von einem Vorgang bekannt ist"}},
    {ASV_ACTION_SUBJECT_REQUEST,
     {"answer a recorded person, and write that down",
      "einer aufgezeichneten Person antworten und das aufschreiben"}},
};

static text records[ASV_RECORDS] = {
    [ASV_RECORD_INCIDENT] = {"what happened, where and to whom", "was wo wem geschehen ist"},
    [ASV_RECORD_INCIDENT_CLIP] = {"a recording shows the incident", "eine Aufzeichnung zeigt den Vorgang"},
    [ASV_RECORD_INCIDENT_CLIP_OUT] = {"a recording does not show the incident",
                                      "eine Aufzeichnung zeigt den Vorgang nicht"},
    [ASV_RECORD_INCIDENT_STILL] = {"a picture of a recording, by where it is and its digest",
                                   "ein Standbild einer Aufzeichnung, mit Stelle und Prüfsumme"},
    [ASV_RECORD_SUBJECT_REQUEST] = {"what a recorded person asks", "was eine aufgezeichnete Person fragt"},
    [ASV_RECORD_HANDOVER_END] = {"nothing comes of a hand-over", "aus einer Übergabe wird nichts"},
    [ASV_RECORD_HANDOVER_RECEIPT] = {"a hand-over was received", "eine Übergabe wurde empfangen"},
};

static text steps[] = {{"?", "?"},
                       {"I propose", "Ich beantrage"},
                       {"I approve", "Ich genehmige"},
                       {"I refuse", "Ich lehne ab"},
                       {"I withdraw", "Ich ziehe zurück"},
                       {"I decide alone", "Ich entscheide allein"}};

static text grounds[] = {{"none", "nichts"},
                         {"danger", "Gefahrenabwehr"},
                         {"prosecution", "Verfolgung einer Straftat oder Ordnungswidrigkeit"},
                         {"legality check that a recorded person demands",
                          "Prüfung der Rechtmäßigkeit, die eine aufgezeichnete Person verlangt"},
                         {"made in a dwelling", "in einer Wohnung entstanden"},
                         {"professional secret", "Berufsgeheimnis"},
                         {"core area of private life", "Kernbereich privater Lebensgestaltung"},
                         {"more pre-roll than the policy allows", "mehr Vorlauf, als die Regeln erlauben"}};

enum label {
    RECORDING,
    WHICH_IS,
    CAMERA,
    MADE_ON,
    SHOWN_TO,
    RECORDED,
    CREDENTIAL,
    RECORD,
    ITS_DIGEST,
    RECIPIENT,
    CARD,
    PLAN,
    POLICY_FILE,
    VERSION,
    KEEPER,
    ENTRY,
    LEDGER,
    STOPPED,
    KEY,
    BECAUSE_OF,
    INCIDENT,
    REASON,
    PROPOSAL,
    SIGNED_BY,
    WHO_IS,
    UNTIL,
    GOES_ON,
    WHO,
    MAY_ACT_AS,
    UNIT,
    LABELS,
};

static text labels[LABELS] = {
    [RECORDING] = {"recording", "Aufzeichnung"},
    [WHICH_IS] = {"which is", "das ist"},
    [CAMERA] = {"camera", "Kamera"},
    [MADE_ON] = {"made on", "entstanden am"},
    [SHOWN_TO] = {"shown to", "gezeigt wird sie"},
    [RECORDED] = {"recorded", "aufgezeichnet"},
    [CREDENTIAL] = {"credential", "Nachweis"},
    [RECORD] = {"record", "Niederschrift"},
    [ITS_DIGEST] = {"its digest", "ihr Hashwert"},
    [RECIPIENT] = {"recipient", "Empfänger"},
    [CARD] = {"its card", "seine Karte"},
    [PLAN] = {"plan", "Plan"},
    [POLICY_FILE] = {"policy file", "Regeldatei"},
    [VERSION] = {"version", "Fassung"},
    [KEEPER] = {"keeper", "Schlüsselverwalter"},
    [ENTRY] = {"entry", "Eintrag"},
    [LEDGER] = {"ledger", "Verzeichnis"},
    [STOPPED] = {"stopped", "angehalten"},
    [KEY] = {"key", "Schlüssel"},
    [BECAUSE_OF] = {"because of", "wegen"},
    [INCIDENT] = {"incident", "Vorgang"},
    [REASON] = {"reason", "Begründung"},
    [PROPOSAL] = {"proposal", "Antrag"},
    [SIGNED_BY] = {"signed by", "unterschrieben von"},
    [WHO_IS] = {"who is", "in der Rolle"},
    [UNTIL] = {"until", "gilt bis"},
    [GOES_ON] = {"", ""},
    [WHO] = {"who", "wer"},
    [MAY_ACT_AS] = {"may act as", "darf handeln als"},
    [UNIT] = {"unit", "Einheit"},
};

/* One reading of a statement. */
struct page {
    enum asv_language language;
    struct asv_db *db;
    asv_words_line line;
    void *ctx;
};

const char *asv_action_words(uint16_t action, enum asv_language language)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (actions[i].action == action) {
            return actions[i].words[language];
        }
    }
    return "?";
}

const char *asv_action_text(uint16_t action)
{
    return asv_action_words(action, ASV_ENGLISH);
}

static const char *role_text(enum asv_language language, unsigned bit)
{
    static const char *const german[] = {"Träger",      "Vorgesetzter", "Vertreter",
                                         "Sichter",     "Übergeber",    "Datenschutzbeauftragter",
                                         "Personalrat", "Verwalter"};
    const char *english = asv_policy_role_name(bit);
    return english != NULL && language == ASV_GERMAN && bit < sizeof german / sizeof *german ? german[bit]
                                                                                             : english;
}

static const char *roles_in(char *out, enum asv_language language, uint16_t roles)
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; role_text(language, i) != NULL; i++) {
        if ((roles & 1u << i) != 0) {
            int len = snprintf(out + used, ASV_ROLES_TEXT_BYTES - used, "%s%s", used > 0 ? ", " : "",
                               role_text(language, i));
            used += len > 0 && (size_t)len < ASV_ROLES_TEXT_BYTES - used ? (size_t)len : 0;
        }
    }
    return out;
}

const char *asv_roles_text(char *out, uint16_t roles)
{
    return roles_in(out, ASV_ENGLISH, roles);
}

__attribute__((format(printf, 3, 4))) static void say(const struct page *page, enum label label,
                                                      const char *format, ...)
{
    char words[ASV_REASON_MAX_BYTES + ASV_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    page->line(page->ctx, labels[label][page->language], words);
}

/* In the page's language, of two. */
static const char *in(const struct page *page, const char *english, const char *german)
{
    return page->language == ASV_GERMAN ? german : english;
}

/* A view that is UTF-8 without hidden characters, which the decoder has made sure of. */
static void line_text(const struct page *page, enum label label, struct asv_bytes view)
{
    say(page, label, "%.*s", (int)view.len, (const char *)view.data);
}

static void line_digest(const struct page *page, enum label label, const uint8_t digest[ASV_SHA256_BYTES])
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, digest, ASV_SHA256_BYTES);
    say(page, label, "%s", hex);
}

/* Nobody recognises a digest; and whoever owns the database says here what he likes. */
static void line_recording(const struct page *page, const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_db_clip_face face;
    struct asv_err ignored = {0};
    char uuid[ASV_UUID_TEXT_BYTES];
    char start[ASV_TEXT_BYTES];
    line_digest(page, RECORDING, header);
    if (page->db == NULL) {
        return;
    }
    if (asv_db_clip_of_header(page->db, header, &face, &ignored) != ASV_OK) {
        say(page, WHICH_IS, "%s", in(page, "the database does not know it", "die Datenbank kennt sie nicht"));
        return;
    }
    asv_uuid_format(uuid, face.clip);
    say(page, WHICH_IS, "%s %s", in(page, "clip", "Kennung"), uuid);
    (void)asv_text_time(start, face.start_ms);
    if (page->language == ASV_GERMAN) {
        say(page, GOES_ON, "von Kamera %s, Einheit %s, begonnen %s, wie die Datenbank sagt", face.camera_name,
            face.unit, start);
    } else {
        say(page, GOES_ON, "of camera %s, unit %s, begun %s, as the database says", face.camera_name,
            face.unit, start);
    }
}

static void line_camera(const struct page *page, const uint8_t cert[ASV_SHA256_BYTES])
{
    struct asv_db_device device;
    struct asv_err ignored = {0};
    line_digest(page, CAMERA, cert);
    if (page->db != NULL && asv_db_camera_find(page->db, cert, &device, &ignored) == ASV_OK) {
        say(page, WHICH_IS, "%s%s", device.name,
            in(page, ", as the database says", ", wie die Datenbank sagt"));
    }
}

/* Its digest says nothing to people: who signs it is shown what it says beside it. */
static void line_record(const struct page *page, const struct asv_subject *subject)
{
    for (enum asv_record i = 0; i < ASV_RECORDS; i++) {
        const char *name = asv_record_name(i);
        if (subject->name.len == strlen(name) && memcmp(subject->name.data, name, subject->name.len) == 0) {
            say(page, RECORD, "%s", records[i][page->language]);
        }
    }
    line_digest(page, ITS_DIGEST, subject->id);
}

/* What the card says beside the name, which is signed with its digest. */
static void line_recipient(const struct page *page, const struct asv_statement *statement)
{
    uint8_t bytes[ASV_CARD_MAX_BYTES];
    struct asv_err ignored = {0};
    struct asv_card card;
    size_t len = 0;
    line_text(page, RECIPIENT, statement->subject.name);
    line_digest(page, CARD, statement->subject.id);
    if (page->db == NULL ||
        asv_db_recipient_card_find(page->db, statement->subject.id, bytes, &len, &ignored) != ASV_OK ||
        asv_card_of(&card, statement, bytes, len, NULL) != ASV_OK) {
        return;
    }
    if (card.code.len > 0) {
        say(page, GOES_ON, "XJustiz %.*s", (int)card.code.len, (const char *)card.code.data);
    }
    for (uint8_t i = 0; i < card.address_count; i++) {
        line_text(page, GOES_ON, card.address[i]);
    }
    if (card.has_certificate) {
        char hex[2 * ASV_SHA256_BYTES + 1];
        asv_hex_encode(hex, card.certificate, sizeof card.certificate);
        say(page, GOES_ON, "%s %s", in(page, "signs receipts with certificate", "quittiert mit Zertifikat"),
            hex);
    }
}

static void line_policy(const struct page *page, const struct asv_subject *subject)
{
    char from[ASV_TEXT_BYTES];
    line_digest(page, POLICY_FILE, subject->id);
    (void)asv_text_date(from, subject->from_date);
    if (page->language == ASV_GERMAN) {
        say(page, VERSION, "%lu: Aufzeichnungen leben %u Tage nach ihrem eigenen, vom %s an",
            (unsigned long)subject->version, (unsigned)subject->days, from);
    } else {
        say(page, VERSION, "%lu: recordings live %u days after their own, from %s on",
            (unsigned long)subject->version, (unsigned)subject->days, from);
    }
}

static void line_keeper(const struct page *page, const struct asv_statement *statement)
{
    const struct asv_subject *subject = &statement->subject;
    char at[ASV_TEXT_BYTES];
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, subject->store);
    say(page, KEEPER, "%s", uuid);
    if (subject->kind == ASV_SUBJECT_LEDGER) {
        line_text(page, statement->action == ASV_ACTION_FORGET ? ENTRY : LEDGER, subject->name);
    }
    if (subject->stopped_ms != 0) {
        say(page, STOPPED, "%s", asv_text_time(at, subject->stopped_ms));
    }
}

static void lines_of_subject(const struct page *page, const struct asv_statement *statement)
{
    const struct asv_subject *subject = &statement->subject;
    char from[ASV_TEXT_BYTES];
    char until[ASV_TEXT_BYTES];
    switch (subject->kind) {
    case ASV_SUBJECT_CLIP:
        line_recording(page, subject->id);
        break;
    case ASV_SUBJECT_DAY:
        line_recording(page, subject->id);
        say(page, MADE_ON, "%s", asv_text_date(from, subject->date));
        break;
    case ASV_SUBJECT_VIEWER:
        line_recording(page, subject->id);
        line_text(page, SHOWN_TO, subject->name);
        break;
    case ASV_SUBJECT_CAMERA:
        line_camera(page, subject->id);
        say(page, RECORDED, "%s %s %s", asv_text_time(from, subject->from_ms), in(page, "to", "bis"),
            asv_text_time(until, subject->until_ms));
        break;
    case ASV_SUBJECT_CREDENTIAL:
        line_digest(page, CREDENTIAL, subject->id);
        break;
    case ASV_SUBJECT_RECORD:
        line_record(page, subject);
        break;
    case ASV_SUBJECT_RECIPIENT:
        line_recipient(page, statement);
        break;
    case ASV_SUBJECT_HANDOVER:
        line_text(page, RECIPIENT, subject->name);
        line_digest(page, PLAN, subject->id);
        asv_words_plan_of(page->language, page->db, statement, page->line, page->ctx);
        break;
    case ASV_SUBJECT_POLICY:
        line_policy(page, subject);
        break;
    default:
        line_keeper(page, statement);
        break;
    }
}

static void lines_of_signer(const struct page *page, const struct asv_credential *signer)
{
    char roles[ASV_ROLES_TEXT_BYTES];
    if (signer != NULL) {
        line_text(page, SIGNED_BY, signer->name);
        say(page, WHO_IS, "%s", roles_in(roles, page->language, signer->roles));
    } else {
        say(page, SIGNED_BY, "%s", in(page, "the agency root", "dem Wurzelschlüssel der Behörde"));
    }
}

void asv_words_statement(enum asv_language language, struct asv_db *db, const struct asv_statement *statement,
                         const struct asv_credential *signer, asv_words_line line, void *ctx)
{
    const struct page page = {.language = language, .db = db, .line = line, .ctx = ctx};
    char words[ASV_AGE_RECIPIENT_TEXT_BYTES + 4 * ASV_TEXT_BYTES];
    (void)snprintf(words, sizeof words, "%s: %s",
                   steps[statement->step <= ASV_STEP_SOLE ? statement->step : 0][language],
                   asv_action_words(statement->action, language));
    line(ctx, NULL, words);
    lines_of_subject(&page, statement);
    if (statement->has_recipient) {
        asv_age_recipient_encode(words, statement->recipient_pk);
        say(&page, KEY, "%s", words);
    }
    if (statement->ground != ASV_GROUND_NONE && statement->ground < sizeof grounds / sizeof *grounds) {
        say(&page, BECAUSE_OF, "%s", grounds[statement->ground][language]);
    }
    if (statement->case_text.len > 0) {
        line_text(&page, INCIDENT, statement->case_text);
    }
    line_text(&page, REASON, statement->reason);
    if (!asv_is_zero(statement->proposal, sizeof statement->proposal)) {
        line_digest(&page, PROPOSAL, statement->proposal);
    }
    lines_of_signer(&page, signer);
    say(&page, UNTIL, "%s", asv_text_time(words, statement->expires_ms));
}

void asv_words_credential(enum asv_language language, const struct asv_credential *credential,
                          asv_words_line line, void *ctx)
{
    const struct page page = {.language = language, .line = line, .ctx = ctx};
    char roles[ASV_ROLES_TEXT_BYTES];
    line_text(&page, WHO, credential->name);
    say(&page, MAY_ACT_AS, "%s", roles_in(roles, language, credential->roles));
    for (unsigned i = 0; i < credential->unit_count; i++) {
        say(&page, UNIT, "%s", credential->units[i]);
    }
}
