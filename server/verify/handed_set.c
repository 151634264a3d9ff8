/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A carrier in parts (HO-114): each is verified by itself, and all of them together are what was decided. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/verify/handed_internal.h"
#include "server/verify/ledger_say_value.h"

#define PARTS_MAX 1000 /* of the facts */

/* A running number of a camera, as a part tells of it. */
struct numbered {
    uint8_t camera[ASV_SHA256_BYTES], epoch[ASV_UUID_BYTES];
    uint64_t number;
    bool is_here;  /* in that part */
    bool is_there; /* in another one, as it says */
};

struct asv_handed_set {
    size_t count;                   /* of parts so far */
    uint8_t plan[ASV_SHA256_BYTES]; /* of the first, as are these */
    int64_t made_ms;
    json_int_t of;         /* how many there are */
    uint16_t clips, found; /* of the plan, and of those here */
    bool seen[ASV_PLAN_CLIPS_MAX], seen_part[PARTS_MAX + 1];
    struct numbered *numbers; /* heap */
    size_t number_count, number_cap;
    bool strange; /* one is no part of the first one's hand-over, or is there twice */
    bool invalid, incomplete;
    bool contradicts; /* one says of a recording that another part has it, and none has, or the other way
                         about */
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

/* ---- the numbers of the cameras ---- */

static enum asv_status take_number(struct asv_handed_set *set, const struct numbered *one)
{
    if (set->number_count == set->number_cap) {
        size_t cap = set->number_cap == 0 ? 256 : 2 * set->number_cap;
        struct numbered *more = reallocarray(set->numbers, cap, sizeof *more);
        if (more == NULL) {
            return ASV_E_NO_MEMORY;
        }
        set->numbers = more;
        set->number_cap = cap;
    }
    set->numbers[set->number_count++] = *one;
    return ASV_OK;
}

/* Of facts that were checked. */
static enum asv_status take_series(struct asv_handed_set *set, const json_t *series)
{
    struct numbered one = {.number = 0};
    size_t i = 0;
    const json_t *number = NULL;
    enum asv_status status = asv_hex_decode(one.camera, sizeof one.camera, asv_fact_text(series, "camera"));
    if (status == ASV_OK) {
        status = asv_uuid_parse(one.epoch, asv_fact_text(series, "epoch"));
    }
    json_array_foreach(json_object_get(series, "numbers"), i, number)
    {
        one.number = (uint64_t)asv_fact_integer(number, "number");
        one.is_here = json_object_get(number, "clip") != NULL;
        one.is_there = strcmp(asv_fact_text(number, "fate"), "other_part") == 0;
        status = status == ASV_OK ? take_number(set, &one) : status;
    }
    return status;
}

static int by_number(const void *a, const void *b)
{
    const struct numbered *left = a, *right = b;
    int order = memcmp(left->camera, right->camera, sizeof left->camera);
    order = order != 0 ? order : memcmp(left->epoch, right->epoch, sizeof left->epoch);
    return order != 0 ? order : left->number < right->number ? -1 : left->number > right->number;
}

/* HO-135: what each says of one number is the same: one of them has its recording, and the others say so, or
 * none has, and none says so. */
static void compare_numbers(struct asv_handed_set *set)
{
    size_t first = 0;
    if (set->number_count > 0) {
        qsort(set->numbers, set->number_count, sizeof *set->numbers, by_number);
    }
    while (first < set->number_count && !set->contradicts) {
        size_t behind = first, here = 0, there = 0;
        for (; behind < set->number_count && by_number(&set->numbers[first], &set->numbers[behind]) == 0;
             behind++) {
            here += set->numbers[behind].is_here;
            there += set->numbers[behind].is_there;
        }
        set->contradicts = here + there != (here > 0 ? behind - first : 0);
        first = behind;
    }
}

/* ---- each part ---- */

/* HO-136: that it is another part of what the first one is a part of, made at the same time. */
static void take_part(struct asv_handed_set *set, const struct asv_handed *it, const uint8_t *plan)
{
    const json_t *part = json_object_get(it->facts->json, "part");
    int64_t made_ms = asv_fact_ms(it->facts->json, "made_at");
    json_int_t of = part != NULL ? asv_fact_integer(part, "of") : 1;
    json_int_t number = part != NULL ? asv_fact_integer(part, "number") : 1;
    if (set->count++ == 0) {
        memcpy(set->plan, plan, sizeof set->plan);
        set->clips = it->plan.clip_count;
        set->made_ms = made_ms;
        set->of = of;
    }
    set->strange = set->strange || !it->is_carrier || !asv_equal(set->plan, plan, sizeof set->plan) ||
                   set->made_ms != made_ms || set->of != of || number > PARTS_MAX || set->seen_part[number];
    if (!set->strange) {
        set->seen_part[number] = true;
    }
}

enum asv_status asv_handed_set_take(struct asv_handed_set *set, struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    size_t i = 0;
    const json_t *series = NULL;
    set->invalid = set->invalid || asv_handed_verdict(it) == ASV_HANDED_INVALID;
    set->incomplete = set->incomplete || lacks(it);
    const struct asv_handed_file *plan = asv_handed_find(it, "plan");
    if (set->invalid || plan == NULL) {
        set->strange = set->strange || plan == NULL;
        return ASV_OK;
    }
    take_part(set, it, plan->sha256);
    for (i = 0; !set->strange && i < it->clip_count; i++) {
        take_recording(set, &it->plan, it->recordings[i].plan.header);
    }
    json_array_foreach(json_object_get(it->facts->json, "series"), i, series)
    {
        status = status == ASV_OK ? take_series(set, series) : status;
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no memory");
}

/* What can be told once all of them are there. */
static void judge(struct asv_handed_set *set)
{
    if (!set->invalid && !set->strange && set->found == set->clips) {
        set->strange = (json_int_t)set->count != set->of;
        compare_numbers(set);
    }
}

static enum asv_handed_verdict verdict_of(const struct asv_handed_set *set)
{
    return set->invalid || set->strange || set->contradicts ? ASV_HANDED_INVALID
           : set->incomplete || set->found < set->clips     ? ASV_HANDED_INCOMPLETE
                                                            : ASV_HANDED_VALID;
}

static const char *reason(const struct asv_handed_set *set, bool german)
{
    return set->invalid   ? (german ? "In einem Teil ist etwas falsch." : "In a part something is wrong.")
           : set->strange ? (german ? "Es sind nicht verschiedene Teile einer Übergabe."
                                    : "They are not different parts of one hand-over.")
           : set->contradicts
               ? (german ? "Ob eine Aufzeichnung in einem anderen Teil ist, sagen sie anders, als es ist."
                         : "Whether another part has a recording they say otherwise than it is.")
           : set->found < set->clips ? (german ? "Es fehlt ein Teil." : "A part is missing.")
           : set->incomplete         ? (german ? "Nichts ist falsch, aber nicht alles wurde geprüft."
                                               : "Nothing is wrong, but not everything was checked.")
                                     : (german ? "Jeder Teil stimmt, und keiner fehlt."
                                               : "Each part is right, and none is missing.");
}

static void say(const struct asv_verify_handed *what, const struct asv_handed_set *set)
{
    static const char *const names[] = {"VALID", "INCOMPLETE", "INVALID"};
    bool german = what->language == ASV_LANGUAGE_DE;
    enum asv_handed_verdict verdict = verdict_of(set);
    const char *why = reason(set, german);
    if (what->json) {
        fprintf(what->out, "],\"valid\":%s,\"verdict\":\"%s\",\"meaning\":",
                verdict == ASV_HANDED_VALID ? "true" : "false", names[verdict]);
        asv_print_string(what->out, why);
        fputs("}\n", what->out);
    } else {
        fprintf(what->out, "%s: %s\n  %s\n", german ? "Alle Teile zusammen" : "All parts together",
                names[verdict], why);
    }
}

static enum asv_status verify_each(const struct asv_verify_handed *what, char *const *paths, size_t count,
                                   struct asv_handed_set *set, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        struct asv_verify_handed one = *what;
        enum asv_handed_verdict ignored;
        struct asv_err why = {0};
        one.path = paths[i];
        one.set = set;
        if (what->out != NULL && what->json) {
            fputs(i == 0 ? "{\"format\":" ASV_REPORT_JSON_FORMAT ",\"parts\":[" : ",", what->out);
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
        judge(set);
        if (what->out != NULL) {
            say(what, set);
        }
    }
    return status;
}

/* One object as JSON, or none: a part that cannot be read ends it anywhere. */
static enum asv_status verify_json(const struct asv_verify_handed *what, char *const *paths, size_t count,
                                   struct asv_handed_set *set, struct asv_err *err)
{
    char *text = NULL;
    size_t len = 0;
    struct asv_verify_handed all = *what;
    all.out = open_memstream(&text, &len);
    if (all.out == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = verify_each(&all, paths, count, set, err);
    bool whole = fclose(all.out) == 0;
    if (status == ASV_OK && whole) {
        (void)fwrite(text, 1, len, what->out); /* whoever gave it looks whether it was */
    } else if (status == ASV_OK) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    free(text);
    return status;
}

enum asv_status asv_verify_handed_parts(const struct asv_verify_handed *what, char *const *paths,
                                        size_t count, enum asv_handed_verdict *verdict, struct asv_err *err)
{
    struct asv_handed_set *set = calloc(1, sizeof *set);
    if (set == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = what->out != NULL && what->json ? verify_json(what, paths, count, set, err)
                                                             : verify_each(what, paths, count, set, err);
    if (status == ASV_OK) {
        *verdict = verdict_of(set);
    }
    free(set->numbers);
    free(set);
    return status;
}
