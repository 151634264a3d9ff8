/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A carrier in parts (HO-114): each is verified by itself, and all of them together are what was decided. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/verify/handed_internal.h"
#include "server/verify/ledger_say_value.h"

struct asv_handed_set {
    size_t count;                   /* of parts so far */
    uint8_t plan[ASV_SHA256_BYTES]; /* of the first */
    uint16_t clips, found;          /* of the plan, and of those here */
    bool seen[ASV_PLAN_CLIPS_MAX];
    bool strange; /* one is no part of the first one's hand-over, or is there twice */
    bool invalid, incomplete;
};

static void take_recording(struct asv_handed_set *set, const struct asv_plan *plan, const uint8_t *header)
{
    struct asv_plan_clip clip;
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        asv_plan_clip(plan, i, &clip);
        if (memcmp(clip.header, header, sizeof clip.header) == 0) {
            set->strange = set->strange || set->seen[i];
            set->found = (uint16_t)(set->found + !set->seen[i]);
            set->seen[i] = true;
        }
    }
}

/* What it lacks besides the other parts. */
static bool lacks(const struct asv_handed *it)
{
    bool any = false;
    for (size_t i = 0; i < ASV_HANDED_LEFT_OPTIONAL; i++) {
        any = any || (it->left[i] && i != ASV_HANDED_LEFT_PARTS);
    }
    return any;
}

void asv_handed_set_take(struct asv_handed_set *set, struct asv_handed *it)
{
    set->invalid = set->invalid || asv_handed_verdict(it) == ASV_HANDED_INVALID;
    set->incomplete = set->incomplete || lacks(it);
    const struct asv_handed_file *plan = asv_handed_find(it, "plan");
    if (set->invalid || plan == NULL) {
        set->strange = set->strange || plan == NULL;
        return;
    }
    if (set->count++ == 0) {
        memcpy(set->plan, plan->sha256, sizeof set->plan);
        set->clips = it->plan.clip_count;
    }
    set->strange = set->strange || !it->is_carrier || !asv_equal(set->plan, plan->sha256, sizeof set->plan);
    for (size_t i = 0; !set->strange && i < it->clip_count; i++) {
        take_recording(set, &it->plan, it->recordings[i].plan.header);
    }
}

static enum asv_handed_verdict verdict_of(const struct asv_handed_set *set)
{
    return set->invalid || set->strange                 ? ASV_HANDED_INVALID
           : set->incomplete || set->found < set->clips ? ASV_HANDED_INCOMPLETE
                                                        : ASV_HANDED_VALID;
}

static void say(const struct asv_verify_handed *what, const struct asv_handed_set *set)
{
    static const char *const names[] = {"VALID", "INCOMPLETE", "INVALID"};
    bool german = what->language == ASV_LANGUAGE_DE;
    enum asv_handed_verdict verdict = verdict_of(set);
    const char *why =
        set->invalid   ? (german ? "In einem Teil ist etwas falsch." : "In a part something is wrong.")
        : set->strange ? (german ? "Es sind nicht verschiedene Teile einer Übergabe."
                                 : "They are not different parts of one hand-over.")
        : set->found < set->clips ? (german ? "Es fehlt ein Teil." : "A part is missing.")
        : set->incomplete
            ? (german ? "Nichts ist falsch, aber nicht alles wurde geprüft."
                      : "Nothing is wrong, but not everything was checked.")
            : (german ? "Jeder Teil stimmt, und keiner fehlt." : "Each part is right, and none is missing.");
    if (what->json) {
        fprintf(what->out, "],\"valid\":%s,\"verdict\":\"%s\"}\n",
                verdict == ASV_HANDED_VALID ? "true" : "false", names[verdict]);
    } else {
        fprintf(what->out, "%s: %s\n  %s\n", german ? "Alle Teile zusammen" : "All parts together",
                names[verdict], why);
    }
}

enum asv_status asv_verify_handed_parts(const struct asv_verify_handed *what, char *const *paths,
                                        size_t count, enum asv_handed_verdict *verdict, struct asv_err *err)
{
    struct asv_handed_set *set = calloc(1, sizeof *set);
    enum asv_status status = ASV_OK;
    if (set == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        struct asv_verify_handed one = *what;
        enum asv_handed_verdict ignored;
        struct asv_err why = {0};
        one.path = paths[i];
        one.set = set;
        if (what->out != NULL && what->json) {
            fputs(i == 0 ? "{\"parts\":[" : ",", what->out);
        } else if (what->out != NULL) {
            asv_print_text(what->out, (struct asv_bytes){(const uint8_t *)paths[i], strlen(paths[i])}, false);
            fputs(":\n", what->out);
        }
        status = asv_verify_handed(&one, &ignored, NULL, &why);
        if (status != ASV_OK) {
            status = asv_failf(err, status, "%.120s: %.200s", paths[i], why.text);
        }
    }
    if (status == ASV_OK) {
        *verdict = verdict_of(set);
        if (what->out != NULL) {
            say(what, set);
        }
    }
    free(set);
    return status;
}
