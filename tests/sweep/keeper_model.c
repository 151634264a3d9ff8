/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sweep/keeper_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/trust/configuration.h"

void model_impossible(const char *what)
{
    fprintf(stderr, "keeper model: %s\n", what);
    abort();
}

void model_init(struct model *model, int year, int month, int day)
{
    memset(model, 0, sizeof *model);
    model->recovery = -1;
    for (int i = 0; i <= MODEL_DAYS; i++) {
        struct tm local = {
            .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day + i - MODEL_BEFORE, .tm_isdst = -1};
        model->start[i] = (int64_t)mktime(&local) * 1000;
        model->date[i] =
            (uint32_t)((local.tm_year + 1900) * 10000 + (local.tm_mon + 1) * 100 + local.tm_mday);
    }
}

int model_day(const struct model *model, int64_t ms)
{
    int low = 0;
    int high = MODEL_DAYS;
    if (ms < model->start[0] || ms >= model->start[MODEL_DAYS]) {
        model_impossible("a time outside its calendar");
    }
    while (high - low > 1) {
        int middle = (low + high) / 2;
        *(ms < model->start[middle] ? &high : &low) = middle;
    }
    return low;
}

/* ---- periods ---- */

/* K-094: the one that begins last; of two, the higher version. -1: what the keeper was configured with. */
static int policy_on(const struct model *model, int day)
{
    int best = -1;
    for (int i = 0; i < model->policy_count; i++) {
        bool begun = model->policies[i].first_day <= day;
        if (begun && (best < 0 || model->policies[i].first_day > model->policies[best].first_day ||
                      (model->policies[i].first_day == model->policies[best].first_day &&
                       model->policies[i].version > model->policies[best].version))) {
            best = i;
        }
    }
    return best;
}

int model_period_days(const struct model *model, int day)
{
    int policy = policy_on(model, day);
    return policy < 0 ? 14 : model->policies[policy].days;
}

int model_version(const struct model *model, int day)
{
    int policy = policy_on(model, day);
    return policy < 0 ? 3 : model->policies[policy].version;
}

/* LAW T1, T2: the day itself is not counted, the period ends with its last day. */
int64_t model_due(const struct model *model, int day)
{
    return model->start[day + 1 + model_period_days(model, day)];
}

/* ---- keys ---- */

int64_t model_sealed_due(const struct model *model, const struct model_clip *clip)
{
    return clip->reserve ? model->reserve[clip->camera][clip->key].due : model_due(model, clip->key);
}

static bool sealed_there(const struct model *model, const struct model_clip *clip)
{
    return clip->reserve ? model->reserve[clip->camera][clip->key].there
                         : model->has_day[clip->camera][clip->key];
}

bool model_has_key(const struct model_clip *clip)
{
    return clip->row &&
           (clip->state == MODEL_RUNS || clip->state == MODEL_PENDING || clip->state == MODEL_HELD);
}

/* Its own key has run out, destroyed or not. */
static bool ran_out(const struct model *model, const struct model_clip *clip)
{
    return (clip->row && clip->state == MODEL_OVER) ||
           (model_has_key(clip) && clip->due != 0 && clip->due <= model->now);
}

/* K-091, K-085: in its range, decided while the clip lived, and nobody released it. */
bool model_by_ahead(const struct model_ahead *ahead, const struct model_clip *clip)
{
    bool in_range = ahead->camera == clip->camera && ahead->from <= clip->start && clip->start < ahead->until;
    if (!in_range || !clip->row) {
        return in_range;
    }
    int64_t end = clip->state == MODEL_OVER ? clip->ended : clip->due;
    return !clip->released && (end == 0 || ahead->decided < end);
}

/* K-091 */
static bool copied_ahead(const struct model *model, const struct model_clip *clip)
{
    for (int i = 0; i < model->ahead_count; i++) {
        const struct model_ahead *ahead = &model->aheads[i];
        if (clip->reserve && ahead->reserve[clip->key] && model_by_ahead(ahead, clip)) { /* K-211 */
            return true;
        }
        for (int d = 0; !clip->reserve && model_by_ahead(ahead, clip) && d < ahead->day_count; d++) {
            if (ahead->day[d] == clip->key) {
                return true;
            }
        }
    }
    return false;
}

enum model_answer model_could_open(const struct model *model, int number)
{
    const struct model_clip *clip = &model->clips[number];
    enum model_answer over = model->stopped ? MODEL_DOUBT : MODEL_NO; /* K-058, K-059 */
    if (clip->row && clip->state != MODEL_PLAIN) {
        if (clip->state == MODEL_GONE) { /* K-085 */
            return MODEL_NO;
        }
        if (!ran_out(model, clip)) {
            return MODEL_YES;
        }
        if (clip->state != MODEL_OVER && model->stopped) {
            return MODEL_DOUBT;
        }
        return copied_ahead(model, clip) ? MODEL_YES : MODEL_NO;
    }
    int64_t due = model_sealed_due(model, clip);
    bool is_over = due != 0 && due <= model->now;
    if (sealed_there(model, clip) && (!is_over || over == MODEL_DOUBT)) {
        return is_over ? MODEL_DOUBT : MODEL_YES;
    }
    return copied_ahead(model, clip) ? MODEL_YES : MODEL_NO;
}

/* K-057 */
static void date_reserve(struct model *model, int camera, int key)
{
    if (model->reserve[camera][key].there && model->reserve[camera][key].due == 0) {
        model->reserve[camera][key].due = model_due(model, model_day(model, model->now));
    }
}

enum model_answer model_opens(struct model *model, int number)
{
    const struct model_clip *clip = &model->clips[number];
    bool own = clip->row && clip->state != MODEL_PLAIN;
    enum model_answer answer = model_could_open(model, number);
    if (answer == MODEL_YES && clip->reserve && !own && model->doubted &&
        model->reserve[clip->camera][clip->key].due == 0) {
        return MODEL_DOUBT; /* K-123: when it is to end, nobody knows */
    }
    if (answer == MODEL_YES && clip->reserve && !own) {
        date_reserve(model, clip->camera, clip->key);
    }
    return answer;
}

/* ---- what time does ---- */

/* When the key that the clip was sealed for is gone. */
static int64_t forgotten(const struct model *model, const struct model_clip *clip)
{
    return clip->forget != 0 ? clip->forget : model_sealed_due(model, clip);
}

/* K-085: whether it, or a copy of it, may be here. */
static bool may_open(const struct model *model, const struct model_clip *clip)
{
    for (int i = 0; i < model->ahead_count; i++) {
        if (clip->state != MODEL_PLAIN && model->aheads[i].camera == clip->camera) {
            return true;
        }
    }
    return forgotten(model, clip) > model->now;
}

/* K-192: it outlived the key that it was sealed for, and two people ended it. */
static bool would_live(const struct model *model, const struct model_clip *clip)
{
    return clip->state == MODEL_GONE && clip->period > model->now;
}

/* "Released, refused or lapsed, it runs until its period ends, or is destroyed when that is over"; nothing is
 * destroyed while destruction stands still. */
void model_go_back(const struct model *model, struct model_clip *clip)
{
    int64_t ended = clip->due != 0 && clip->due < model->now ? clip->due : model->now;
    clip->released = clip->released || clip->state == MODEL_HELD;
    clip->incident = 0;
    clip->decision = -1;
    if (clip->period <= model->now && !model->stopped) {
        clip->state = MODEL_OVER;
        clip->ended = ended;
        clip->due = 0;
        clip->row = may_open(model, clip) &&
                    (clip->released || clip->blocks != 0 || forgotten(model, clip) > ended); /* K-207 */
        return;
    }
    clip->state = MODEL_RUNS;
    clip->due = clip->period;
}

static int different_dues(const struct model *model)
{
    int64_t seen[MODEL_DAYS + MODEL_CAMERAS * MODEL_RESERVES + MODEL_CLIPS];
    int count = 0;
    int64_t dues[sizeof seen / sizeof *seen];
    int many = 0;
    for (int d = 0; d < MODEL_DAYS - 60; d++) {
        if (model->has_day[0][d] || model->has_day[1][d]) {
            dues[many++] = model_due(model, d);
        }
    }
    for (int i = 0; i < MODEL_CAMERAS * MODEL_RESERVES; i++) {
        bool there = model->reserve[i / MODEL_RESERVES][i % MODEL_RESERVES].there;
        dues[many++] = there ? model->reserve[i / MODEL_RESERVES][i % MODEL_RESERVES].due : 0;
    }
    for (int i = 0; i < model->clip_count; i++) {
        dues[many++] = model->clips[i].row ? model->clips[i].due : 0;
    }
    for (int i = 0; i < many; i++) {
        bool is_new = dues[i] != 0 && dues[i] <= model->now;
        for (int s = 0; s < count; s++) {
            is_new = is_new && seen[s] != dues[i];
        }
        if (is_new) {
            seen[count++] = dues[i];
        }
    }
    return count;
}

void model_destroy_due(struct model *model)
{
    for (int i = 0; i < model->clip_count; i++) {
        struct model_clip *clip = &model->clips[i];
        if (clip->row && clip->due != 0 && clip->due <= model->now) {
            model_go_back(model, clip);
        } else if (clip->row && !model_has_key(clip) && !would_live(model, clip) && !may_open(model, clip)) {
            clip->row = false;
            clip->blocks = 0;
        }
    }
    for (int c = 0; c < MODEL_CAMERAS; c++) {
        for (int d = 0; d < MODEL_DAYS - 60; d++) {
            model->has_day[c][d] = model->has_day[c][d] && model_due(model, d) > model->now;
        }
        for (int r = 0; r < MODEL_RESERVES; r++) {
            int64_t due = model->reserve[c][r].due;
            model->reserve[c][r].there = model->reserve[c][r].there && (due == 0 || due > model->now);
        }
    }
    for (int i = 0; i < model->paper_count; i++) { /* K-083 */
        struct model_paper *paper = &model->papers[i];
        paper->decided = paper->decided && paper->remembered_until > model->now;
    }
}

static void stop(struct model *model)
{
    model->stopped = true;
    model->stopped_since = model->now > model->newest ? model->now : model->newest; /* K-122 */
}

void model_look(struct model *model)
{
    int64_t offset = model->now - model->mono;
    bool behind = model->now < model->newest - 2 * MODEL_HOUR_MS; /* K-063 */
    if (!behind && !model->anchored) {
        model->anchored = true;
        model->offset = offset;
    }
    int64_t step = model->anchored ? offset - model->offset : 0;
    bool jumped = step > 2 * MODEL_HOUR_MS || step < -2 * MODEL_HOUR_MS; /* K-062 */
    if ((jumped || behind) && !model->doubted) {
        stop(model);
        model->doubted = true;
    }
}

void model_tick(struct model *model)
{
    model_look(model);
    if (!model->stopped && different_dues(model) > 3) { /* K-064 */
        stop(model);
    }
    if (!model->stopped) {
        model_destroy_due(model);
    }
}

void model_start_again(struct model *model)
{
    model->anchored = false;
}

/* ---- cameras ---- */

/* K-090: of a key that is made later than the hold. */
static void copy_ahead(struct model *model, int camera, int day)
{
    for (int i = 0; i < model->ahead_count && !model->has_day[camera][day]; i++) {
        struct model_ahead *ahead = &model->aheads[i];
        if (ahead->camera == camera && model->start[day] < ahead->until &&
            ahead->from < model->start[day + 1]) {
            ahead->day[ahead->day_count++] = day;
        }
    }
}

void model_make_days(struct model *model, int camera, int count)
{
    int today = model_day(model, model->now);
    for (int i = 0; i < count; i++) {
        copy_ahead(model, camera, today + i);
        model->has_day[camera][today + i] = true;
    }
}

bool model_may_replace(const struct model *model, int camera)
{
    int last = model->reserve_count[camera] - 1;
    bool in_use = last >= 0 && model->reserve[camera][last].there && model->reserve[camera][last].due == 0;
    bool held = false;
    int today = 0;
    for (int i = 0; i < model->ahead_count; i++) {
        held = held || model->aheads[i].camera == camera;
    }
    for (int key = 0; key < last; key++) {
        today += model->reserve[camera][key].there &&
                 model->reserve[camera][key].due == model_due(model, model_day(model, model->now));
    }
    return !in_use || today < (held ? 1 : 4);
}

bool model_bulletin(struct model *model, int camera, bool reserve_used)
{
    int last = model->reserve_count[camera] - 1;
    if (last >= 0 && reserve_used) {
        date_reserve(model, camera, last);
    }
    if (last >= 0 && model->reserve[camera][last].there && model->reserve[camera][last].due == 0) {
        return false; /* K-054: it stays the same until it was used */
    }
    if (last + 1 >= MODEL_RESERVES) {
        model_impossible("too many reserve keys");
    }
    model->reserve[camera][last + 1].there = true;
    model->reserve_count[camera]++;
    for (int i = 0; i < model->ahead_count; i++) { /* K-211: made later, too */
        struct model_ahead *ahead = &model->aheads[i];
        ahead->reserve[last + 1] =
            ahead->reserve[last + 1] || (ahead->camera == camera && model->now < ahead->until);
    }
    return true;
}

void model_own_key(const struct model *model, struct model_clip *clip)
{
    if (!clip->row || clip->state == MODEL_PLAIN) {
        clip->period = model_sealed_due(model, clip);
        clip->forget = 0;
        clip->corrected = clip->released = false;
    }
    clip->blocks = clip->row ? clip->blocks : 0;
    clip->row = true;
}

bool model_hold(struct model *model, struct model_clip *clip, int incident, int decision, int64_t held)
{
    if (clip->row && clip->state == MODEL_HELD) {
        return false;
    }
    model_own_key(model, clip);
    clip->state = MODEL_HELD;
    clip->released = false;
    clip->due = 0;
    clip->incident = incident;
    clip->decision = decision;
    clip->held = held;
    return true;
}

/* ---- without a decision ---- */

/* Whether a clip of that camera's day is gone. */
static bool day_has_gone(const struct model *model, int camera, int day)
{
    for (int i = 0; i < model->clip_count; i++) {
        const struct model_clip *clip = &model->clips[i];
        if (clip->row && clip->state == MODEL_GONE && clip->camera == camera && !clip->reserve &&
            clip->key == day) {
            return true;
        }
    }
    return false;
}

static void run_by_itself(const struct model *model, struct model_clip *clip)
{
    model_own_key(model, clip);
    if (clip->reserve) {
        clip->forget = 0;
    }
    clip->state = MODEL_RUNS;
    clip->due = clip->period;
}

/* K-086: three days beyond a period, at the midnight. */
int64_t model_lapse(const struct model *model, int64_t period)
{
    return model->start[model_day(model, period) + 3];
}

/* K-106 */
static void correct(const struct model *model, struct model_clip *clip, int64_t due)
{
    clip->corrected = true;
    clip->period = due;
    if (clip->state == MODEL_RUNS) {
        clip->due = due;
    }
    if (clip->state == MODEL_PENDING && model_lapse(model, due) < clip->due) {
        clip->due = model_lapse(model, due);
    }
    if (clip->due != 0 && clip->due <= model->now) {
        clip->due = model->now; /* until now it lived */
        model_go_back(model, clip);
    }
}

/* K-140, K-141; LAW T1: as two people say, and never longer than its reserve key or what is recorded today.
 */
bool model_say_day(struct model *model, struct model_clip *clip, int day)
{
    int today = model_day(model, model->now);
    if (ran_out(model, clip) || (model_has_key(clip) && clip->corrected) || day > today) {
        return false;
    }
    if (!model_has_key(clip)) {
        run_by_itself(model, clip);
    }
    int64_t end =
        model_due(model, day) < model_due(model, today) ? model_due(model, day) : model_due(model, today);
    if (clip->reserve && forgotten(model, clip) < end) {
        end = forgotten(model, clip);
    }
    correct(model, clip, end);
    return true;
}

/* K-101 */
static bool keep_ahead(struct model *model, struct model_clip *clip, int paper)
{
    for (int i = 0; i < model->ahead_count; i++) {
        if (model->aheads[i].paper == paper && model_by_ahead(&model->aheads[i], clip)) {
            return model_hold(model, clip, model->aheads[i].incident, paper, model->aheads[i].since);
        }
    }
    return false;
}

bool model_keep(struct model *model, const struct model_keep *keep)
{
    struct model_clip *clip = &model->clips[keep->clip];
    int today = model_day(model, model->now);
    if ((keep->why == MODEL_WHY_DAY && model->doubted) || /* K-123 */
        model_opens(model, keep->clip) != MODEL_YES) {
        return false;
    }
    bool own = model_has_key(clip);
    if (keep->why == MODEL_WHY_AHEAD) {
        return (own && clip->state == MODEL_HELD) || keep_ahead(model, clip, keep->paper);
    }
    if (ran_out(model, clip)) {
        return false;
    }
    if (own && (keep->why == MODEL_WHY_EARLY || clip->corrected)) {
        return true; /* it has a key of its own */
    }
    if (keep->why == MODEL_WHY_EARLY) { /* K-102 */
        if (clip->reserve || !day_has_gone(model, clip->camera, clip->key)) {
            return false;
        }
        run_by_itself(model, clip);
        return true;
    }
    if (!keep->receipt_true || keep->receipt_clip != keep->clip ||
        keep->due > model_due(model, today)) { /* K-100 */
        return false;
    }
    if (keep->due != model->start[model_day(model, keep->due)]) { /* K-135 */
        return false;
    }
    if (!own) {
        run_by_itself(model, clip);
    }
    correct(model, clip, keep->due);
    return true;
}

/* K-143, K-245: emptied when nothing of a time that ended then could be recorded any more. */
static bool shows(const struct model_word *word, int64_t end)
{
    return word->true_one && word->emptied && word->docked >= end + ASV_PRE_ROLL_MAX_MS;
}

bool model_finish(struct model *model, int day, const struct model_word *word)
{
    int camera = word->camera;
    if (day >= model_day(model, model->now) || !day_has_gone(model, camera, day) ||
        !model->has_day[camera][day] || model->stopped || /* K-103 */
        !shows(word, model->start[day + 1])) {            /* K-252 */
        return false;
    }
    model->has_day[camera][day] = false;
    return true;
}

/* K-142, K-143, K-245: when its range is over, its days' own keys are gone, and the camera was emptied since.
 */
bool model_finish_ahead(struct model *model, int paper, const struct model_word *word)
{
    int at = 0;
    while (at < model->ahead_count && model->aheads[at].paper != paper) {
        at++;
    }
    if (at == model->ahead_count || model->stopped) {
        return false;
    }
    struct model_ahead *ahead = &model->aheads[at];
    bool may = ahead->until <= model->now && shows(word, ahead->until) && word->camera == ahead->camera;
    for (int d = 0; d < ahead->day_count; d++) {
        may = may && !model->has_day[ahead->camera][ahead->day[d]];
    }
    if (may) {
        *ahead = model->aheads[--model->ahead_count];
    }
    return may;
}

/* K-078 */
bool model_says_held(const struct model *model, int number)
{
    const struct model_clip *clip = &model->clips[number];
    bool held = clip->row && (clip->state == MODEL_PENDING || clip->state == MODEL_HELD);
    for (int i = 0; i < model->ahead_count; i++) {
        held = held || model_by_ahead(&model->aheads[i], clip);
    }
    return held;
}

/* K-130: the reserve key, or a file of the day, whichever cameras' keys are in it. */
static bool is_here(const struct model *model, const struct model_clip *clip)
{
    bool here = clip->reserve && sealed_there(model, clip);
    for (int c = 0; c < MODEL_CAMERAS; c++) {
        here = here || (!clip->reserve && model->has_day[c][clip->key]);
    }
    return here || (clip->row && clip->due != 0);
}

/* K-066 to K-069, K-091: an order says that nothing opens the clip any more. */
bool model_orders(const struct model *model, int number)
{
    const struct model_clip *clip = &model->clips[number];
    if (clip->row && clip->state == MODEL_GONE) {
        return true;
    }
    if (copied_ahead(model, clip)) { /* K-210 */
        return false;
    }
    if (clip->row && clip->state == MODEL_OVER) {
        return true;
    }
    bool over = clip->reserve || model_sealed_due(model, clip) <= model->now;
    return over && !is_here(model, clip) && !model->stopped && model_could_open(model, number) != MODEL_YES;
}

bool model_sign(struct model *model, bool honest, uint64_t old_size, uint64_t new_size)
{
    bool again = honest && new_size == model->head; /* K-112 */
    bool grows = new_size > model->head && old_size == model->head && (honest || model->head == 0);
    if (grows) {
        model->head = new_size;
    }
    return again || grows;
}

int model_count(const struct model *model, enum model_state state)
{
    int count = 0;
    for (int i = 0; i < model->clip_count; i++) {
        count += model->clips[i].row && model->clips[i].state == state ? 1 : 0;
    }
    return count;
}
