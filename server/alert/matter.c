/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/alert/matter.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/base/world.h"

struct wording {
    const char *name;
    const char *one, *many; /* headings; of many with their number in front */
    const char *when;       /* what its instant is; NULL: is not shown */
    const char *todo;       /* commands to run; lines */
};

static const struct wording wordings[ASV_MATTER_KINDS] = {
    [ASV_MATTER_DATABASE] = {"database", "Die Datenbank ist nicht erreichbar.", NULL, NULL,
                             "systemctl status postgresql\nasservat alarm list"},
    [ASV_MATTER_ALARM] = {"alarm", "Ein Alarm, den niemand quittiert hat:",
                          "Alarme, die niemand quittiert hat:", "seit",
                          "asservat alarm list\nasservat alarm acknowledge ALARM --note TEXT"},
    [ASV_MATTER_REQUEST] = {"request", "Ein Antrag verfällt bald, wenn niemand entscheidet:",
                            "Anträge verfallen bald, wenn niemand entscheidet:", "verfällt",
                            "asservat hold list"},
    [ASV_MATTER_DAYLESS] = {"dayless",
                            "Von einer Aufzeichnung ist der Tag nicht bekannt; zwei Personen entscheiden:",
                            "Aufzeichnungen haben keinen bekannten Tag; zwei Personen entscheiden:",
                            "im Bestand seit",
                            "asservat clip show CLIP\nasservat clip day CLIP --date DATUM"},
    [ASV_MATTER_MARKED] = {"marked",
                           "Eine Aufzeichnung wurde markiert, und niemand hat beantragt, sie aufzubewahren:",
                           "Aufzeichnungen wurden markiert, und niemand hat beantragt, sie aufzubewahren:",
                           "wird gelöscht",
                           "asservat clip list --marked\nasservat hold request CLIP --incident CASE"},
    [ASV_MATTER_UNDOCKED] = {"undocked", "Eine ausgegebene Kamera war lange nicht im Dock:",
                             "ausgegebene Kameras waren lange nicht im Dock:", "zuletzt",
                             "asservat camera list\nasservat retention balance"},
    /* HO-014 */
    [ASV_MATTER_UNMADE] =
        {"handover_failed",
         "Eine genehmigte Übergabe kann nicht erstellt werden und wird nicht von selbst wieder begonnen:",
         "genehmigte Übergaben können nicht erstellt werden und werden nicht von selbst wieder begonnen:",
         "seit", "asservat handover show HANDOVER\nasservat handover again HANDOVER"},
    [ASV_MATTER_UNBUILT] =
        {"handover_unbuilt", "Eine genehmigte Übergabe ist seit mehr als einem Tag nicht fertig:",
         "genehmigte Übergaben sind seit mehr als einem Tag nicht fertig:", "genehmigt",
         "asservat handover list\nasservat handover show HANDOVER\njournalctl -u asservat-handover"},
    [ASV_MATTER_UNRECEIVED] = {"handover_unreceived",
                               "Von einer Übergabe fehlt seit mehr als zwei Wochen die Empfangsbestätigung:",
                               "Übergaben haben seit mehr als zwei Wochen keine Empfangsbestätigung:",
                               "fertig",
                               "asservat handover show HANDOVER\nasservat handover receipt HANDOVER"},
    /* HO-138 */
    [ASV_MATTER_CERTIFICATE] = {"certificate",
                                "Ein Zertifikat läuft ab; danach kann nichts mehr übergeben werden:",
                                "Zertifikate laufen ab; danach kann nichts mehr übergeben werden:",
                                "gültig bis", "asservat keys certify --help\nasservat keys certify"},
    [ASV_MATTER_KEEPER] = {"keeper", "Der Schlüsselverwalter (asservat-keeper) antwortet nicht.", NULL, NULL,
                           "systemctl status asservat-keeper\nasservat keys status"},
    [ASV_MATTER_KEEPER_STOPPED] = {"keeper_stopped",
                                   "Fällige Schlüssel werden nicht vernichtet, bis zwei Personen die Uhr "
                                   "bestätigen.",
                                   NULL, "seit", "asservat keys status"},
    [ASV_MATTER_KEEPER_OVERDUE] = {"keeper_overdue", "Fällige Schlüssel sind noch nicht vernichtet.", NULL,
                                   NULL, "asservat keys status\njournalctl -u asservat-keeper"},
    [ASV_MATTER_KEEPER_SLOT] = {"keeper_slot",
                                "Eine Vernichtung ist nicht überall bestätigt; dieser Speicher fehlt:",
                                "Speicher fehlen, in denen eine Vernichtung nicht bestätigt ist:", NULL,
                                "asservat keys status"},
    [ASV_MATTER_KEEPER_DAMAGED] = {"keeper_damaged", "Schlüsseldateien fehlen oder sind beschädigt.", NULL,
                                   NULL, "asservat keys status\njournalctl -u asservat-keeper"},
    [ASV_MATTER_KEEPER_COPY] = {"keeper_copy", "Von den Schlüsseln gibt es nur eine Kopie.", NULL, NULL,
                                "asservat keys status\njournalctl -u asservat-keeper"},
    [ASV_MATTER_RETENTION_FAILED] = {"retention_failed",
                                     "Der letzte Löschlauf hat nicht alles erledigt:", NULL, "begonnen",
                                     "journalctl -u asservat-retention\nasservat retention run --dry-run"},
    [ASV_MATTER_RETENTION_MISSED] = {"retention_missed", "Seit mehr als einem Tag gab es keinen Löschlauf.",
                                     NULL, "zuletzt",
                                     "systemctl status asservat-retention.timer\nasservat retention run"},
    [ASV_MATTER_LEDGER] =
        {"ledger", "Was geschehen ist, wartet seit mehr als einer Stunde auf seinen Eintrag im Ledger.", NULL,
         "seit", "systemctl status asservat-ledger\nasservat ledger head"},
    [ASV_MATTER_LEDGER_CHECK] = {"ledger_check",
                                 "Das Ledger ist seit mehr als zwei Wochen nicht ganz geprüft worden.", NULL,
                                 "zuletzt",
                                 "systemctl status asservat-ledger-verify.timer\nasservat ledger verify"},
    [ASV_MATTER_LEDGER_PUBLISHED] =
        {"ledger_published", "Das Ledger ist seit mehr als einem Tag nicht veröffentlicht worden.", NULL,
         "zuletzt", "systemctl status asservat-publish.timer\njournalctl -u asservat-publish"},
    [ASV_MATTER_WITNESS] = {"witness", "Das Protokoll haben zu lange zu wenige Zeugen bestätigt.", NULL,
                            "seit", "asservat ledger witnesses\njournalctl -u asservat-cosign"},
    [ASV_MATTER_BACKUP] =
        {"backup", "Es gibt keine aktuelle Sicherung.", NULL, "zuletzt",
         "systemctl status asservat-backup\njournalctl -u asservat-backup\nasservat backup"},
};

const char *asv_matter_name(enum asv_matter_kind kind)
{
    return kind < ASV_MATTER_KINDS ? wordings[kind].name : "?";
}

enum asv_status asv_matter_find(const char *name, enum asv_matter_kind *kind)
{
    for (int i = 0; i < ASV_MATTER_KINDS; i++) {
        if (strcmp(wordings[i].name, name) == 0) {
            *kind = (enum asv_matter_kind)i;
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}

/* ---- the text ---- */

struct page {
    char *out;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct page *page, const char *format, ...)
{
    va_list arguments;
    size_t room = ASV_MATTER_TEXT_BYTES - page->len;
    va_start(arguments, format);
    int wrote = vsnprintf(page->out + page->len, room, format, arguments);
    va_end(arguments);
    if (wrote > 0) {
        page->len += (size_t)wrote < room ? (size_t)wrote : room - 1;
    }
}

static const char *local_time(char out[32], int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    if (ms == ASV_TIME_UNKNOWN || localtime_r(&seconds, &parts) == NULL ||
        strftime(out, 32, "%d.%m.%Y %H:%M", &parts) == 0) {
        snprintf(out, 32, "unbekannt");
    }
    return out;
}

/* A run's exit status, in words. */
static const char *what_of(const struct asv_matter *matter)
{
    static const struct {
        const char *what, *words;
    } runs[] = {
        {"3", "Datenbank, Schlüsselverwalter oder ein Datenträger war nicht da"},
        {"4", "etwas ist verspätet, misslungen, offen oder unstimmig"},
        {"cut off", "abgebrochen"},
    };
    if (matter->kind != ASV_MATTER_RETENTION_FAILED) {
        return matter->what;
    }
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        if (strcmp(runs[i].what, matter->what) == 0) {
            return runs[i].words;
        }
    }
    return "mit einem Fehler beendet";
}

static void put_matter(struct page *page, const struct wording *wording, const struct asv_matter *matter)
{
    char when[32];
    bool told = false;
    put(page, "  ");
    if (matter->subject[0] != '\0') {
        put(page, "%s", matter->subject);
        told = true;
    }
    const char *what = what_of(matter);
    if (what[0] != '\0') {
        put(page, "%s%s", told ? "  " : "", what);
        told = true;
    }
    if (matter->count != 0) {
        put(page, "%sAnzahl %llu", told ? "  " : "", (unsigned long long)matter->count);
        told = true;
    }
    if (wording->when != NULL) {
        put(page, "%s%s %s", told ? "  " : "", wording->when, local_time(when, matter->at_ms));
    }
    put(page, "\n");
}

static void put_todo(struct page *page, const char *todo)
{
    while (*todo != '\0') {
        size_t len = strcspn(todo, "\n");
        put(page, "    $ %.*s\n", (int)len, todo);
        todo += len + (todo[len] == '\n');
    }
}

static void put_kind(struct page *page, enum asv_matter_kind kind, const struct asv_matter *matters,
                     size_t count)
{
    const struct wording *wording = &wordings[kind];
    size_t due = 0;
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        due += matters[i].kind == kind && matters[i].due;
    }
    if (due == 0) {
        return;
    }
    if (due == 1 || wording->many == NULL) {
        put(page, "\n%s\n", wording->one);
    } else {
        put(page, "\n%zu %s\n", due, wording->many);
    }
    for (size_t i = 0; i < count && shown < ASV_MATTER_SHOWN; i++) {
        const struct asv_matter *matter = &matters[i];
        bool says = matter->subject[0] != '\0' || matter->what[0] != '\0' || matter->count != 0 ||
                    wording->when != NULL;
        if (matter->kind == kind && matter->due) {
            shown++;
            if (says) {
                put_matter(page, wording, matter);
            }
        }
    }
    if (shown < due) {
        put(page, "  und %zu weitere\n", due - shown);
    }
    put_todo(page, wording->todo);
}

void asv_matter_text(char *out, const struct asv_matter *matters, size_t count, int64_t now_ms)
{
    char when[32];
    struct page page = {out, 0};
    size_t open = 0;
    for (size_t i = 0; i < count; i++) {
        open += !matters[i].due;
    }
    put(&page, "Asservat, %s: Bitte kümmern Sie sich darum.\n", local_time(when, now_ms));
    for (int kind = 0; kind < ASV_MATTER_KINDS; kind++) {
        put_kind(&page, (enum asv_matter_kind)kind, matters, count);
    }
    if (open != 0) {
        put(&page, "\nWeiter offen und schon gemeldet: %zu.\n", open);
    }
    put(&page, "\nJede Sache wird einmal gemeldet, und täglich, solange sie dauert.\n"
               "Diese Nachricht enthält keine Namen und keine Inhalte von Aufzeichnungen.\n");
}

void asv_matter_subject(char *out, size_t size, const struct asv_matter *matters, size_t count)
{
    size_t due = 0;
    const char *only = NULL;
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        if (matters[i].due) {
            const char *name = asv_matter_name(matters[i].kind);
            same = same && (only == NULL || strcmp(only, name) == 0);
            only = name;
            due++;
        }
    }
    snprintf(out, size, "[Asservat] ALERT: %zu %s%s%s", due, due == 1 ? "matter" : "matters",
             same && only != NULL ? ", " : "", same && only != NULL ? only : "");
}
