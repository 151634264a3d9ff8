/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The heads that a report rests on: who cosigned them, when, and what that shows. */
#include <inttypes.h>
#include <string.h>

#include "server/verify/ledger_say.h"
#include "server/verify/ledger_say_value.h"

/* Both must be literals, so that the compiler checks them as formats. */
#define T(german, english) (say->language == ASV_LANGUAGE_DE ? (german) : (english))

/* Witnesses count seconds up to INT64_MAX. */
static void put_seconds(FILE *out, uint64_t time_s)
{
    asv_print_time(out, time_s <= INT64_MAX / 1000 ? (int64_t)time_s * 1000 : INT64_MAX);
}

static void say_head_json(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                          const struct asv_head_seen *seen, bool vouched, uint64_t since)
{
    FILE *out = say->out;
    const char *comma = "";
    fputs("{\"origin\":", out);
    asv_print_string(out, policy->logs[seen->log].key.name);
    fprintf(out, ",\"size\":%" PRIu64 ",\"root\":\"", seen->head.size);
    asv_print_hex(out, (struct asv_bytes){seen->head.root, ASV_SHA256_BYTES});
    fputs("\",\"cosigned\":[", out);
    for (size_t i = 0; i < policy->witness_count; i++) {
        if ((seen->cosigned >> i & 1) != 0) {
            fprintf(out, "%s{\"name\":\"", comma);
            asv_print_text(out, policy->witnesses[i].name, true);
            fputs("\",\"time\":\"", out);
            put_seconds(out, seen->time_s[i]);
            fputs("\"}", out);
            comma = ",";
        }
    }
    fputs(vouched ? "],\"since\":\"" : "],\"since\":null}", out);
    if (vouched) {
        put_seconds(out, since);
        fputs("\"}", out);
    }
}

static void put_witnesses(struct asv_ledger_say *say, const struct asv_ledger_policy *policy, uint32_t which,
                          const uint64_t *time_s)
{
    const char *comma = "";
    for (size_t i = 0; i < policy->witness_count; i++) {
        if ((which >> i & 1) == 0) {
            continue;
        }
        fputs(comma, say->out);
        asv_print_text(say->out, policy->witnesses[i].name, false);
        if (time_s != NULL) {
            fputs(" (", say->out);
            put_seconds(say->out, time_s[i]);
            fputc(')', say->out);
        }
        comma = ", ";
    }
}

static void say_head_text(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                          const struct asv_head_seen *seen)
{
    fputs(T("Kopf von ", "Head of "), say->out);
    const char *origin = policy->logs[seen->log].key.name;
    asv_print_text(say->out, (struct asv_bytes){(const uint8_t *)origin, strlen(origin)}, false);
    fprintf(say->out, T(" mit %" PRIu64 " Einträgen", " with %" PRIu64 " entries"), seen->head.size);
    if (seen->cosigned == 0) {
        fputs(T(", von niemandem mitsigniert\n", ", cosigned by nobody\n"), say->out);
        return;
    }
    fputs(T(", mitsigniert von ", ", cosigned by "), say->out);
    put_witnesses(say, policy, seen->cosigned, seen->time_s);
    fputc('\n', say->out);
}

static void say_since(struct asv_ledger_say *say, const struct asv_ledger_policy *policy, bool vouched,
                      uint64_t since, uint32_t by)
{
    if (!vouched) {
        fputs(T("  Wann er signiert wurde, ist allein das Wort der Behörde.\n",
                "  When it was signed is the agency's word alone.\n"),
              say->out);
        return;
    }
    fputs(T("  Was darunter steht, stand so spätestens ", "  What is below it stood so by "), say->out);
    put_seconds(say->out, since);
    fputs(T(", nach dem Wort von ", ", by the word of "), say->out);
    put_witnesses(say, policy, by, NULL);
    fputs(".\n", say->out);
}

void asv_say_heads(struct asv_ledger_say *say, const struct asv_ledger_policy *policy,
                   const struct asv_heads *heads)
{
    const char *comma = "";
    fputs(say->json ? ",\"heads\":[" : "", say->out);
    for (size_t i = 0; i < heads->count; i++) {
        const struct asv_head_seen *seen = &heads->seen[i];
        uint64_t since = 0;
        uint32_t by = 0;
        if (!seen->shown) {
            continue;
        }
        bool valid = say->wrong.count == 0;
        bool vouched = valid && asv_heads_since(policy, seen, &since, &by);
        if (say->json) {
            fputs(comma, say->out);
            say_head_json(say, policy, seen, vouched, since);
            comma = ",";
        } else {
            say_head_text(say, policy, seen);
            if (valid) {
                say_since(say, policy, vouched, since, by);
            }
        }
    }
    fputs(say->json ? "]" : "", say->out);
}
