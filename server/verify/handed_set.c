/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A carrier in parts (HO-114): each is verified by itself, and all of them together are what was decided. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/verify/handed_internal.h"
#include "server/verify/handed_set.h"
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
    json_int_t of;                     /* how many there are */
    uint16_t clips, found;             /* of the plan, and of those here */
    uint16_t part[ASV_PLAN_CLIPS_MAX]; /* as it was taken, that has the recording; 0: none */
    bool seen_part[PARTS_MAX + 1];
    struct numbered *numbers; /* heap */
    size_t number_count, number_cap;
    enum asv_handed_together kind;
    char *path; /* heap; NULL: of all */
    bool incomplete;
};

static const struct {
    const char *name;
    enum asv_handed_verdict verdict;
    const char *en, *de;
} kinds[ASV_TOGETHER_KINDS] = {
    [ASV_TOGETHER_ALL] = {"all", ASV_HANDED_VALID, "Each part is right, and none is missing.",
                          "Jeder Teil stimmt, und keiner fehlt."},
    [ASV_TOGETHER_UNCHECKED] = {"unchecked", ASV_HANDED_INCOMPLETE,
                                "Nothing is wrong, but not everything was checked.",
                                "Nichts ist falsch, aber nicht alles wurde geprüft."},
    [ASV_TOGETHER_MISSING] = {"part-missing", ASV_HANDED_INCOMPLETE, "A part is missing.",
                              "Es fehlt ein Teil."},
    [ASV_TOGETHER_WRONG] = {"part-wrong", ASV_HANDED_INVALID, "In this part something is wrong.",
                            "In diesem Teil ist etwas falsch."},
    [ASV_TOGETHER_FILING] = {"filing", ASV_HANDED_INVALID,
                             "This is a filing, which has no parts: verify it by itself.",
                             "Das ist eine Einreichung, die keine Teile hat: Prüfen Sie sie für sich."},
    [ASV_TOGETHER_PLAN] = {"part-plan", ASV_HANDED_INVALID,
                           "This part is of another hand-over than the first one.",
                           "Dieser Teil gehört zu einer anderen Übergabe als der erste."},
    [ASV_TOGETHER_MADE] = {"part-made", ASV_HANDED_INVALID,
                           "This part was made at another time than the first one: they do not go together.",
                           "Dieser Teil wurde zu einer anderen Zeit gemacht als der erste: Sie gehören nicht "
                           "zusammen."},
    [ASV_TOGETHER_OF] = {"part-of", ASV_HANDED_INVALID,
                         "This part says otherwise than the first one how many parts there are.",
                         "Dieser Teil sagt anders als der erste, wie viele Teile es sind."},
    [ASV_TOGETHER_TWICE] = {"part-twice", ASV_HANDED_INVALID,
                            "A part with this one's number is there already: give each of them once.",
                            "Ein Teil mit der Nummer von diesem ist schon da: Geben Sie jeden einmal an."},
    [ASV_TOGETHER_RECORDING] = {"recording-twice", ASV_HANDED_INVALID,
                                "This part has a recording that another part has, too.",
                                "Dieser Teil hat eine Aufzeichnung, die auch ein anderer hat."},
    [ASV_TOGETHER_COUNT] = {"parts-count", ASV_HANDED_INVALID,
                            "They have all recordings, and are not as many parts as they say.",
                            "Sie haben alle Aufzeichnungen und sind nicht so viele Teile, wie sie sagen."},
    [ASV_TOGETHER_SERIES] = {"series", ASV_HANDED_INVALID,
                             "Whether another part has a recording they say otherwise than it is.",
                             "Ob eine Aufzeichnung in einem anderen Teil ist, sagen sie anders, als es ist."},
};

struct asv_handed_set *asv_handed_set_new(void)
{
    return calloc(1, sizeof(struct asv_handed_set));
}

void asv_handed_set_free(struct asv_handed_set *set)
{
    if (set != NULL) {
        free(set->numbers);
        free(set->path);
        free(set);
    }
}

uint16_t asv_handed_set_part(const struct asv_handed_set *set, uint16_t clip)
{
    return set->part[clip];
}

const char *asv_handed_set_path(const struct asv_handed_set *set)
{
    return set->path != NULL ? set->path : "";
}

enum asv_handed_verdict asv_handed_together_verdict(enum asv_handed_together kind)
{
    return kinds[kind].verdict;
}

const char *asv_handed_together_name(enum asv_handed_together kind)
{
    return kinds[kind].name;
}

const char *asv_handed_together_meaning(enum asv_handed_together kind, bool german)
{
    return german ? kinds[kind].de : kinds[kind].en;
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
    while (first < set->number_count && set->kind == ASV_TOGETHER_ALL) {
        size_t behind = first, here = 0, there = 0;
        for (; behind < set->number_count && by_number(&set->numbers[first], &set->numbers[behind]) == 0;
             behind++) {
            here += set->numbers[behind].is_here;
            there += set->numbers[behind].is_there;
        }
        if (here + there != (here > 0 ? behind - first : 0)) {
            set->kind = ASV_TOGETHER_SERIES;
        }
        first = behind;
    }
}

/* ---- each part ---- */

/* HO-136: that it is another part of what the first one is a part of, made at the same time. */
static enum asv_handed_together take_part(struct asv_handed_set *set, const struct asv_handed *it,
                                          const uint8_t *plan)
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
    if (!asv_equal(set->plan, plan, sizeof set->plan)) {
        return ASV_TOGETHER_PLAN;
    }
    if (set->made_ms != made_ms) {
        return ASV_TOGETHER_MADE;
    }
    if (set->of != of || number > PARTS_MAX) {
        return ASV_TOGETHER_OF;
    }
    if (set->seen_part[number]) {
        return ASV_TOGETHER_TWICE;
    }
    set->seen_part[number] = true;
    return ASV_TOGETHER_ALL;
}

static enum asv_handed_together take_recording(struct asv_handed_set *set, const struct asv_plan *plan,
                                               const uint8_t *header)
{
    struct asv_plan_clip clip;
    for (uint16_t i = 0; i < plan->clip_count; i++) {
        asv_plan_clip(plan, i, &clip);
        if (memcmp(clip.header, header, sizeof clip.header) != 0) {
            continue;
        }
        if (set->part[i] != 0) {
            return ASV_TOGETHER_RECORDING;
        }
        set->part[i] = (uint16_t)set->count;
        set->found++;
    }
    return ASV_TOGETHER_ALL;
}

static enum asv_handed_together take(struct asv_handed_set *set, struct asv_handed *it)
{
    const struct asv_handed_file *plan = asv_handed_find(it, "plan");
    if (!it->is_carrier) {
        return ASV_TOGETHER_FILING;
    }
    enum asv_handed_together kind = plan != NULL ? take_part(set, it, plan->sha256) : ASV_TOGETHER_PLAN;
    for (size_t i = 0; kind == ASV_TOGETHER_ALL && i < it->clip_count; i++) {
        kind = take_recording(set, &it->plan, it->recordings[i].plan.header);
    }
    return kind;
}

static enum asv_status blame(struct asv_handed_set *set, enum asv_handed_together kind, const char *path)
{
    free(set->path);
    set->kind = kind;
    set->path = strdup(path);
    return set->path != NULL ? ASV_OK : ASV_E_NO_MEMORY;
}

enum asv_status asv_handed_set_take(struct asv_handed_set *set, struct asv_handed *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    size_t i = 0;
    const json_t *series = NULL;
    bool wrong = asv_handed_verdict(it) == ASV_HANDED_INVALID;
    set->incomplete = set->incomplete || lacks(it);
    if (set->kind == ASV_TOGETHER_WRONG || (set->kind != ASV_TOGETHER_ALL && !wrong)) {
        return ASV_OK;
    }
    enum asv_handed_together kind = wrong ? ASV_TOGETHER_WRONG : take(set, it);
    if (kind != ASV_TOGETHER_ALL) {
        status = blame(set, kind, it->what->path);
        return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no memory");
    }
    json_array_foreach(json_object_get(it->facts->json, "series"), i, series)
    {
        status = status == ASV_OK ? take_series(set, series) : status;
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "no memory");
}

enum asv_handed_together asv_handed_set_judge(struct asv_handed_set *set)
{
    if (set->kind != ASV_TOGETHER_ALL) {
        return set->kind;
    }
    if (set->found < set->clips) {
        set->kind = ASV_TOGETHER_MISSING;
    } else if ((json_int_t)set->count != set->of) {
        set->kind = ASV_TOGETHER_COUNT;
    } else {
        compare_numbers(set);
    }
    if (set->kind == ASV_TOGETHER_ALL && set->incomplete) {
        set->kind = ASV_TOGETHER_UNCHECKED;
    }
    return set->kind;
}

/* ---- the report ---- */

static void say_json(FILE *out, const struct asv_handed_set *set, enum asv_handed_verdict verdict,
                     const char *verdict_name, const char *meaning)
{
    fprintf(out, "],\"valid\":%s,\"verdict\":\"%s\",\"reason\":\"%s\",\"part\":",
            verdict == ASV_HANDED_VALID ? "true" : "false", verdict_name, kinds[set->kind].name);
    if (set->path != NULL) {
        asv_print_string(out, set->path);
    } else {
        fputs("null", out);
    }
    fputs(",\"meaning\":", out);
    asv_print_string(out, meaning);
    fputs("}\n", out);
}

/* HO-172 */
static void say(const struct asv_verify_handed *what, const struct asv_handed_set *set)
{
    static const char *const names[] = {"VALID", "INCOMPLETE", "INVALID"};
    bool german = what->language == ASV_LANGUAGE_DE;
    enum asv_handed_verdict verdict = kinds[set->kind].verdict;
    const char *meaning = asv_handed_together_meaning(set->kind, german);
    if (what->json) {
        say_json(what->out, set, verdict, names[verdict], meaning);
        return;
    }
    fprintf(what->out, "%s: %s\n  ", german ? "Alle Teile zusammen" : "All parts together", names[verdict]);
    if (set->path != NULL) {
        asv_print_text(what->out, (struct asv_bytes){(const uint8_t *)set->path, strlen(set->path)}, false);
        fputs(": ", what->out);
    }
    fprintf(what->out, "%s\n  (%s)\n", meaning, kinds[set->kind].name);
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
        (void)asv_handed_set_judge(set);
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
    struct asv_handed_set *set = asv_handed_set_new();
    if (set == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = what->out != NULL && what->json ? verify_json(what, paths, count, set, err)
                                                             : verify_each(what, paths, count, set, err);
    if (status == ASV_OK) {
        *verdict = kinds[set->kind].verdict;
    }
    asv_handed_set_free(set);
    return status;
}
