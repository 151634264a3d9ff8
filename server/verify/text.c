/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The report in plain words, German or English. Texts from the clip are printable ASCII: its decoders see to
 * it. */
#include <string.h>
#include <time.h>

#include "server/verify/report.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))

struct say {
    const struct asv_report *report;
    enum asv_language language;
    FILE *out;
};

static void print_hex(FILE *out, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%02x", data[i]);
    }
}

static void print_uuid(FILE *out, const uint8_t id[ASV_UUID_BYTES])
{
    for (size_t i = 0; i < ASV_UUID_BYTES; i++) {
        fprintf(out, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
    }
}

/* In UTC, and in the computer's own time when that is another. */
static void print_time(const struct say *say, int64_t wall_ms)
{
    char text[64];
    char zone[64];
    struct tm tm;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(text, sizeof text, T("%d.%m.%Y %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S UTC"), &tm) == 0) {
        fprintf(say->out, "%lld ms", (long long)wall_ms);
        return;
    }
    fputs(text, say->out);
    if (localtime_r(&seconds, &tm) != NULL &&
        strftime(zone, sizeof zone, T("%d.%m.%Y %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %Z"), &tm) > 0 &&
        strcmp(zone, text) != 0) {
        fprintf(say->out, " (%s)", zone);
    }
}

/* ---- what it is ---- */

static void print_clock(const struct say *say)
{
    const struct asv_seal_header *header = &say->report->seal.header;
    switch ((enum asv_clock_state)header->clock_state) {
    case ASV_CLOCK_LOST:
        fputs(T("; die Kamera kannte die Uhrzeit nicht", "; the camera did not know the time"), say->out);
        break;
    case ASV_CLOCK_HOLDOVER:
    case ASV_CLOCK_SYNCED:
    default:
        if (header->clock_source != ASV_CLOCK_NONE) {
            fputs(T("; Uhr zuletzt gestellt ", "; clock last set "), say->out);
            print_time(say, header->last_sync_wall_ms);
        }
        break;
    }
    fputc('\n', say->out);
}

static const char *end_reason(const struct say *say, uint8_t reason)
{
    switch ((enum asv_end_reason)reason) {
    case ASV_END_WEARER:
        return T("von der tragenden Person beendet", "stopped by the wearer");
    case ASV_END_KEY_DAY:
        return T("am Ende des Tages; geht in der nächsten Aufzeichnung weiter",
                 "at the end of the day; goes on in the next recording");
    case ASV_END_STORAGE_FULL:
        return T("Speicher voll", "storage full");
    case ASV_END_BATTERY:
        return T("Akku leer", "battery empty");
    case ASV_END_SOURCE_ENDED:
        return T("Ende der Bildquelle", "the source ended");
    case ASV_END_SOURCE_LOST:
        return T("Bildquelle verloren", "the source was lost");
    case ASV_END_DOCKED:
        return T("in das Dock gesteckt", "put into the dock");
    case ASV_END_FAULT:
    default:
        return T("Fehler", "a fault");
    }
}

static void print_records(const struct say *say)
{
    const uint32_t *count = say->report->records;
    const struct {
        enum asv_record_kind kind;
        const char *name;
    } rows[] = {
        {ASV_RECORD_MARKER, T("markiert", "marked")},
        {ASV_RECORD_DISPLAY_ON, T("Display an", "display on")},
        {ASV_RECORD_DISPLAY_OFF, T("Display aus", "display off")},
        {ASV_RECORD_ANNOUNCED, T("Ankündigung", "announcement")},
        {ASV_RECORD_DWELLING, T("Wohnung", "dwelling")},
        {ASV_RECORD_PREROLL_END, T("Vorlauf", "pre-roll")},
        {ASV_RECORD_GNSS_DIGEST, T("Positionsdigest", "position digest")},
        {ASV_RECORD_CLOCK_SET, T("Uhr gestellt", "clock set")},
        {ASV_RECORD_SOURCE_LOST, T("Bild verloren", "picture lost")},
        {ASV_RECORD_SOURCE_BACK, T("Bild wieder da", "picture back")},
        {(enum asv_record_kind)0, T("unbekannter Vermerk", "record of an unknown kind")},
    };
    bool any = false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (count[rows[i].kind] > 0) {
            fprintf(say->out, "%s%s %u", any ? ", " : T("  Vermerke:    ", "  Noted:       "), rows[i].name,
                    (unsigned)count[rows[i].kind]);
            any = true;
        }
    }
    if (any) {
        fputc('\n', say->out);
    }
}

static void print_clip(const struct say *say)
{
    const struct asv_seal_result *seal = &say->report->seal;
    const struct asv_seal_header *header = &seal->header;
    fputs(T("Aufzeichnung ", "Recording "), say->out);
    print_uuid(say->out, header->clip);
    fprintf(say->out,
            T("\n  Gerät:       %s, Seriennummer %s, Firmware %s; Aufzeichnung Nr. %llu\n",
              "\n  Device:      %s, serial number %s, firmware %s; recording no. %llu\n"),
            header->model, header->serial, header->firmware, (unsigned long long)header->number);
    fputs(T("  Beginn:      ", "  Begins:      "), say->out);
    print_time(say, header->start_wall_ms);
    print_clock(say);
    if (seal->has_checkpoint) {
        fputs(T("  Signiert:    bis ", "  Signed:      up to "), say->out);
        print_time(say, seal->checkpoint.wall_ms);
        fputc('\n', say->out);
    }
    fprintf(say->out, T("  Ende:        %s\n", "  Ends:        %s\n"),
            seal->ended ? end_reason(say, seal->end.reason)
                        : T("abgebrochen, ohne Endvermerk", "cut off, without an end record"));
    if (header->unit[0] != '\0' || header->area[0] != '\0') {
        fprintf(say->out, T("  Einheit:     %s; Einsatzbereich: %s\n", "  Unit:        %s; area: %s\n"),
                header->unit, header->area);
    }
    print_records(say);
}

/* ---- what was checked ---- */

struct row {
    enum asv_check check;
    const char *name;
    const char *good;
    const char *skipped; /* NULL: nothing is said */
};

static void print_line(const struct say *say, const char *mark, const struct row *row, const char *text)
{
    fprintf(say->out, "  %s  %s: %s\n", mark, row->name, text);
}

static void print_row(const struct say *say, const struct row *row)
{
    const struct asv_report *report = say->report;
    const char *why = report->err[row->check].text;
    bool is_signature = row->check == ASV_CHECK_COMMIT_SIGNATURE || row->check == ASV_CHECK_RECEIPT_SIGNATURE;
    switch (report->finding[row->check]) {
    case ASV_FINDING_GOOD:
        print_line(say, T("[gut]   ", "[ok] "), row, row->good);
        break;
    case ASV_FINDING_BAD:
        print_line(say, T("[FALSCH]", "[BAD]"), row,
                   why[0] != '\0' ? why : T("siehe das Ergebnis", "see the result"));
        break;
    case ASV_FINDING_OTHER:
        print_line(say, T("[--]    ", "[--] "), row,
                   T("nicht die der Kamera; der Schlüssel wurde neu für andere verpackt",
                     "not the camera's; the key was wrapped anew for others"));
        break;
    case ASV_FINDING_ABSENT:
        if (!is_signature) {
            print_line(say, T("[--]    ", "[--] "), row, T("liegt nicht bei", "is not here"));
        }
        break;
    case ASV_FINDING_SKIPPED:
    default:
        if (row->skipped != NULL) {
            print_line(say, T("[--]    ", "[--] "), row, row->skipped);
        }
        break;
    }
}

static void print_checks(const struct say *say)
{
    const char *no_dock =
        T("Signatur nicht geprüft, --dock fehlt", "signature not checked, --dock is missing");
    const char *by_dock = T("vom Dock signiert", "signed by the dock");
    const struct row rows[] = {
        {ASV_CHECK_SEAL, T("Siegel", "seal"),
         T("jede Signatur und jede Zählung stimmt", "every signature and every count is right"),
         T("nicht geprüft", "not checked")},
        {ASV_CHECK_PAYLOAD, T("Aufzeichnung", "recording"),
         T("jedes signierte Stück ist da und unverändert", "every signed piece is there and unchanged"),
         T("nicht geprüft", "not checked")},
        {ASV_CHECK_ORIGIN, T("Herkunft", "origin"),
         T("das Zertifikat führt zum Stammzertifikat der Behörde",
           "the certificate leads to the agency's root"),
         T("NICHT geprüft, --trust fehlt", "NOT checked, --trust is missing")},
        {ASV_CHECK_REVOCATIONS, T("Sperrliste", "revocations"),
         T("das Zertifikat steht nicht darauf", "the certificate is not on the list"),
         T("nicht geprüft, --revocations fehlt", "not checked, --revocations is missing")},
        {ASV_CHECK_LINK, T("Verkettungsvermerk", "link record"),
         T("gehört zu dieser Aufzeichnung", "belongs to this recording"), NULL},
        {ASV_CHECK_STANZAS, T("Schlüsselumschläge", "key envelopes"),
         T("die der Kamera, unverändert", "the camera's, unchanged"), NULL},
        {ASV_CHECK_COMMIT, T("Übernahmeprotokoll", "commit record"),
         T("beschreibt genau, was hier liegt", "describes exactly what lies here"), NULL},
        {ASV_CHECK_COMMIT_SIGNATURE, T("Übernahmeprotokoll", "commit record"), by_dock, no_dock},
        {ASV_CHECK_RECEIPT, T("Quittung", "receipt"),
         T("beschreibt genau, was hier liegt", "describes exactly what lies here"), NULL},
        {ASV_CHECK_RECEIPT_SIGNATURE, T("Quittung", "receipt"), by_dock, no_dock},
        {ASV_CHECK_KEY, T("Schlüssel", "key"),
         T("der, auf den sich die Kamera festgelegt hat", "the one that the camera committed to"),
         T("kein --identity, nichts entschlüsselt", "no --identity, nothing decrypted")},
        {ASV_CHECK_OPEN, T("Inhalt", "content"),
         T("jedes Stück lässt sich entschlüsseln", "every piece decrypts"), NULL},
        {ASV_CHECK_DISCLOSURE, T("Inhalt", "content"),
         T("der Baum für Auszüge ist der signierte", "the tree for excerpts is the signed one"), NULL},
    };
    fputs(T("Geprüft\n", "Checked\n"), say->out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_row(say, &rows[i]);
    }
}

/* ---- the result ---- */

static void print_ranges(const struct say *say)
{
    const struct asv_chunk_ranges *bad = &say->report->verdict.bad;
    for (size_t i = 0; i < bad->count; i++) {
        const struct asv_chunk_range *range = &bad->range[i];
        fprintf(say->out, i == 0 ? " %llu" : ", %llu", (unsigned long long)range->first);
        if (range->count > 1) {
            fprintf(say->out, "-%llu", (unsigned long long)(range->first + range->count - 1));
        }
    }
    if (!bad->exact && bad->count > 0) {
        fputs(T(" (der letzte Bereich enthält auch unveränderte Stücke)",
                " (the last range contains unchanged pieces as well)"),
              say->out);
    }
    fputc('\n', say->out);
}

static void print_integrity(const struct say *say)
{
    const struct asv_report *report = say->report;
    const struct asv_verdict *verdict = &report->verdict;
    switch (verdict->integrity) {
    case ASV_INTEGRITY_VALID:
        fputs(T("  Jedes Byte der Aufzeichnung ist so, wie es signiert wurde, vom Anfang bis zum Ende.\n",
                "  Every byte of the recording is as it was signed, from its beginning to its end.\n"),
              say->out);
        break;
    case ASV_INTEGRITY_TRUNCATED:
        fprintf(say->out,
                T("  Die Aufzeichnung bricht ab, etwa weil der Strom ausfiel. Alles bis zum letzten "
                  "Kontrollpunkt ist\n"
                  "  so, wie es signiert wurde (%llu Stücke).\n",
                  "  The recording is cut off, for example by a loss of power. Everything up to its last "
                  "checkpoint\n"
                  "  is as it was signed (%llu pieces).\n"),
                (unsigned long long)verdict->chunks);
        break;
    case ASV_INTEGRITY_UNSIGNED_TAIL:
        fputs(T("  Es sind mehr oder andere Bytes da, als die Kamera am Ende signiert hat.\n",
                "  There are more bytes than the camera signed at the end, or others.\n"),
              say->out);
        break;
    case ASV_INTEGRITY_GAP:
        fputs(T("  Signierte Stücke fehlen:", "  Signed pieces are missing:"), say->out);
        print_ranges(say);
        break;
    case ASV_INTEGRITY_INVALID:
    default:
        if (report->finding[ASV_CHECK_SEAL] == ASV_FINDING_SKIPPED) {
            fputs(T("  Die Zertifikate sind unlesbar; nichts konnte geprüft werden.\n",
                    "  The certificates are unreadable; nothing could be checked.\n"),
                  say->out);
        } else if (verdict->bad.count > 0) {
            fputs(T("  Stücke, die nicht die signierten sind:",
                    "  Pieces that are not those that were signed:"),
                  say->out);
            print_ranges(say);
        } else {
            fprintf(
                say->out,
                T("  Das Siegel ist falsch; die erste falsche Stelle beginnt bei Byte %llu des Siegels.\n",
                  "  The seal is wrong; the first wrong place begins at byte %llu of the seal.\n"),
                (unsigned long long)report->seal.wrong_at);
        }
        break;
    }
    if (verdict->tail_bytes > 0 || verdict->seal_tail_bytes > 0) {
        fprintf(say->out,
                T("  Von nichts signiert und ohne Beweiswert: %llu Bytes der Aufzeichnung, %llu Bytes des "
                  "Siegels.\n",
                  "  Signed by nothing, and no proof of anything: %llu bytes of the recording, %llu bytes of "
                  "the seal.\n"),
                (unsigned long long)verdict->tail_bytes, (unsigned long long)verdict->seal_tail_bytes);
    }
}

static void print_origin(const struct say *say)
{
    const struct asv_report *report = say->report;
    if (!report->origin_checked) {
        fputs(T("  Wer signiert hat, wurde NICHT geprüft: dazu braucht es das Stammzertifikat der Behörde "
                "(--trust).\n",
                "  Who signed it was NOT checked: that takes the agency's root certificate (--trust).\n"),
              say->out);
        return;
    }
    switch (report->verdict.provenance) {
    case ASV_PROVENANCE_TRUSTED:
        fputs(T("  Signiert hat eine Kamera der Behörde ", "  It was signed by a camera of the agency "),
              say->out);
        break;
    case ASV_PROVENANCE_SEALED_BY_DOCK:
        fputs(T("  Eingeführt und dabei von einem Dock versiegelt: über die Zeit davor ist nichts bewiesen. "
                "Behörde ",
                "  Imported, and sealed by a dock then: nothing is proven about the time before. Agency "),
              say->out);
        break;
    case ASV_PROVENANCE_REVOKED:
        fputs(T("  Das Zertifikat des Geräts ist gesperrt. Behörde ",
                "  The device's certificate was revoked. Agency "),
              say->out);
        break;
    case ASV_PROVENANCE_UNKNOWN_KEY:
    default:
        fputs(T("  Das Siegel stammt von keinem Gerät dieser Behörde.\n",
                "  The seal is not of a device of this agency.\n"),
              say->out);
        return;
    }
    print_hex(say->out, report->seal.header.agency, ASV_SHA256_BYTES);
    fputs(".\n", say->out);
}

void asv_report_text(const struct asv_report *report, enum asv_language language, FILE *out)
{
    const struct say saying = {report, language, out};
    const struct say *say = &saying;
    if (report->seal.has_header) {
        print_clip(say);
    }
    print_checks(say);
    fprintf(out, T("Ergebnis: %s, %s\n", "Result: %s, %s\n"),
            asv_integrity_name((uint8_t)report->verdict.integrity),
            report->origin_checked ? asv_provenance_name((uint8_t)report->verdict.provenance)
                                   : T("HERKUNFT NICHT GEPRÜFT", "ORIGIN NOT CHECKED"));
    print_integrity(say);
    print_origin(say);
    if (report->finding[ASV_CHECK_OPEN] == ASV_FINDING_GOOD && report->seal.has_checkpoint) {
        fputs(T("  SHA-256 des Klartextes: ", "  SHA-256 of the plaintext: "), out);
        print_hex(out, report->output_digest, ASV_SHA256_BYTES);
        fprintf(out, T(" (%llu Bytes%s)\n", " (%llu bytes%s)\n"), (unsigned long long)report->output_bytes,
                report->output_written ? T(", geschrieben", ", written") : "");
    }
    fputs(T("  Nicht geprüft wird hier, was das Bild zeigt und ob die Uhr der Kamera richtig ging.\n",
            "  What the picture shows, and whether the camera's clock was right, is not checked here.\n"),
          out);
}
