/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What a claim says, what it rests on, and what it does not show: in words, since that is what matters. */
#include <inttypes.h>
#include <time.h>

#include "server/verify/ledger_say.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))

static void put_camera(FILE *out, const struct asv_claim *claim)
{
    for (size_t i = 0; i < sizeof claim->camera; i++) {
        fprintf(out, "%02x", claim->camera[i]);
    }
}

static void put_time(FILE *out, uint64_t ms)
{
    char text[64];
    struct tm tm;
    time_t seconds = (time_t)(ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &tm) == 0) {
        fprintf(out, "%" PRIu64 " ms", ms);
    } else {
        fputs(text, out);
    }
}

static void say_json(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within)
{
    fprintf(say->out, ",\"claim\":{\"kind\":\"%s\",\"camera\":\"",
            claim->kind == ASV_CLAIM_NUMBERS ? "numbers" : "time");
    put_camera(say->out, claim);
    fprintf(say->out, "\",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"recordings\":%" PRIu64 "}",
            claim->from, claim->until, within);
}

void asv_say_claim(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within)
{
    FILE *out = say->out;
    if (say->json) {
        say_json(say, claim, within);
        return;
    }
    fputs(T("Gezeigt ist: Kamera ", "Shown: camera "), out);
    put_camera(out, claim);
    if (claim->kind == ASV_CLAIM_NUMBERS) {
        fprintf(out,
                T(": alle Aufzeichnungen mit den laufenden Nummern %" PRIu64 " bis %" PRIu64
                  " sind eingegangen.\n",
                  ": all recordings with running numbers %" PRIu64 " to %" PRIu64 " arrived.\n"),
                claim->from, claim->until);
    } else {
        fputs(T(": zwischen ", ": between "), out);
        put_time(out, claim->from);
        fputs(T(" und ", " and "), out);
        put_time(out, claim->until);
        fprintf(out,
                T(" fallen %" PRIu64 " Aufzeichnungen, und keine andere ist eingegangen.\n",
                  " fall %" PRIu64 " recordings, and no other arrived.\n"),
                within);
    }
    fputs(
        T("  Das beruht auf den von der Kamera signierten Gliedern (link) der Reihe, die sie ohne Lücke\n"
          "  numeriert, und auf den Einträgen, die sie nennen. Nicht gezeigt ist, was vor oder nach diesen\n"
          "  Nummern oder unter einer anderen Reihe (epoch) liegt, was die Kamera nie aufgezeichnet hat, "
          "und\n"
          "  ob ihre Uhr richtig ging. Eine Aufzeichnung, die sie nicht herausgegeben hat, fiele als "
          "fehlende\n"
          "  Nummer auf, sobald eine spätere gezeigt wird.\n",
          "  It rests on the links that the camera signed, which it numbers without a gap, and on the "
          "entries\n"
          "  that name them. Not shown is what lies before or behind these numbers or in another series\n"
          "  (epoch), what the camera never recorded, and whether its clock was right. A recording that it\n"
          "  did not hand over would be a missing number as soon as a later one is shown.\n"),
        out);
}

void asv_say_balance(struct asv_ledger_say *say, const struct asv_claim *claim, const uint64_t *counts)
{
    static const char *const names[][2] = {{"eingegangen", "ingested"}, {"bei Eingang abgelaufen", "expired"},
                                           {"Frist läuft", "running"},  {"beantragt", "pending"},
                                           {"aufbewahrt", "held"},      {"in Quarantäne", "quarantined"},
                                           {"in Löschung", "erasing"},  {"gelöscht", "erased"}};
    FILE *out = say->out;
    const char *comma = "";
    unsigned day = (unsigned)claim->from;
    if (say->json) {
        fprintf(out, ",\"claim\":{\"kind\":\"day\",\"day\":\"%04u-%02u-%02u\",\"balance\":{", day / 10000,
                day / 100 % 100, day % 100);
    } else {
        fprintf(out, T("Bilanz des Tages %04u-%02u-%02u: ", "Balance of %04u-%02u-%02u: "), day / 10000,
                day / 100 % 100, day % 100);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (say->json) {
            fprintf(out, "%s\"%s\":%" PRIu64, comma, names[i][1], counts[i]);
        } else {
            fprintf(out, "%s%s %" PRIu64, comma, T(names[i][0], names[i][1]), counts[i]);
        }
        comma = say->json ? "," : ", ";
    }
    fputs(say->json ? "}}" : "\n", out);
    if (!say->json) {
        fputs(T("  Das beruht auf der Zählung der Behörde in jener Nacht, die seither nicht geändert wurde. "
                "Nicht\n"
                "  gezeigt ist, was nie aus einer Kamera kam, und ob eine spätere Bilanz desselben Tages "
                "fehlt.\n",
                "  It rests on the agency's own count of that night, which was not changed since. Not shown "
                "is what\n"
                "  never came from a camera, and whether a later balance of the same day is left out.\n"),
              out);
    }
}
