/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What a claim says, what it rests on, and what it does not show: in words, since that is what matters. */
#include <inttypes.h>

#include "server/verify/ledger_say.h"
#include "server/verify/ledger_say_value.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))

static void say_json(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within)
{
    fprintf(say->out, ",\"claim\":{\"kind\":\"%s\",\"camera\":\"",
            claim->kind == ASV_CLAIM_NUMBERS ? "numbers" : "time");
    asv_print_hex(say->out, (struct asv_bytes){claim->camera, sizeof claim->camera});
    fprintf(say->out, "\",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"recordings\":%" PRIu64 "}",
            claim->from, claim->until, within);
}

void asv_say_claim(struct asv_ledger_say *say, const struct asv_claim *claim, uint64_t within)
{
    FILE *out = say->out;
    asv_say_end_list(say);
    say->claimed = true;
    if (say->json) {
        say_json(say, claim, within);
        return;
    }
    fputs(T("Gezeigt ist: Kamera ", "Shown: camera "), out);
    asv_print_hex(out, (struct asv_bytes){claim->camera, sizeof claim->camera});
    if (claim->kind == ASV_CLAIM_NUMBERS) {
        fprintf(out,
                T(": alle Aufzeichnungen mit den laufenden Nummern %" PRIu64 " bis %" PRIu64
                  " sind eingegangen.\n",
                  ": all recordings with running numbers %" PRIu64 " to %" PRIu64 " arrived.\n"),
                claim->from, claim->until);
    } else {
        fputs(T(": zwischen ", ": between "), out);
        asv_print_time(out, (int64_t)claim->from);
        fputs(T(" und ", " and "), out);
        asv_print_time(out, (int64_t)claim->until);
        fprintf(out,
                T(" fallen %" PRIu64 " Aufzeichnungen, und keine andere ist eingegangen.\n",
                  " fall %" PRIu64 " recordings, and no other arrived.\n"),
                within);
    }
    fputs(
        T("  Das beruht auf den von der Kamera signierten Gliedern (link) der Reihe, die sie ohne Lücke\n"
          "  numeriert, und auf den Einträgen, die sie nennen. Nicht gezeigt ist, was vor oder nach diesen\n"
          "  Nummern, unter einer anderen Reihe (epoch) oder einem anderen Zertifikat derselben Kamera "
          "liegt,\n"
          "  was sie nie aufgezeichnet hat, und ob ihre Uhr richtig ging. Eine Aufzeichnung, die sie nicht\n"
          "  herausgegeben hat, fiele als fehlende Nummer auf, sobald eine spätere gezeigt wird.\n",
          "  It rests on the links that the camera signed, which it numbers without a gap, and on the "
          "entries\n"
          "  that name them. Not shown is what lies before or behind these numbers, in another series\n"
          "  (epoch) or under another certificate of the same camera, what it never recorded, and whether\n"
          "  its clock was right. A recording that it did not hand over would be a missing number as soon\n"
          "  as a later one is shown.\n"),
        out);
}

void asv_say_balance(struct asv_ledger_say *say, const struct asv_claim *claim, const uint64_t *counts,
                     int64_t recorded_ms, uint64_t others)
{
    static const char *const names[][2] = {{"eingegangen", "ingested"}, {"bei Eingang abgelaufen", "expired"},
                                           {"Frist läuft", "running"},  {"beantragt", "pending"},
                                           {"aufbewahrt", "held"},      {"in Quarantäne", "quarantined"},
                                           {"in Löschung", "erasing"},  {"gelöscht", "erased"}};
    FILE *out = say->out;
    const char *comma = "";
    unsigned day = (unsigned)claim->from;
    asv_say_end_list(say);
    say->claimed = true;
    if (say->json) {
        fprintf(out, ",\"claim\":{\"kind\":\"day\",\"day\":\"%04u-%02u-%02u\",\"recorded\":\"", day / 10000,
                day / 100 % 100, day % 100);
        asv_print_time(out, recorded_ms);
        fprintf(out, "\",\"others\":%" PRIu64 ",\"balance\":{", others);
    } else {
        fprintf(out,
                T("Bilanz des Tages %04u-%02u-%02u, verzeichnet ", "Balance of %04u-%02u-%02u, recorded "),
                day / 10000, day / 100 % 100, day % 100);
        asv_print_time(out, recorded_ms);
        fputs(": ", out);
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
    if (say->json) {
        return;
    }
    if (others > 0) {
        fprintf(out,
                T("  Das ist die letzte von %" PRIu64 " gezeigten Bilanzen dieses Tages.\n",
                  "  That is the last of %" PRIu64 " balances of this day that are shown.\n"),
                others + 1);
    }
    fputs(
        T("  Das beruht auf der Zählung der Behörde in jener Nacht, die seither nicht geändert wurde. Nicht\n"
          "  gezeigt ist, was nie aus einer Kamera kam, und ob eine spätere Bilanz desselben Tages fehlt.\n",
          "  It rests on the agency's own count of that night, which was not changed since. Not shown is\n"
          "  what never came from a camera, and whether a later balance of the same day is left out.\n"),
        out);
}
