/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whether the keeper is as its model says, and whether the promises hold. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/sweep/histories_stage.h"

bool stage_fail(struct stage *stage, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    (void)vsnprintf(stage->why, sizeof stage->why, format, list);
    va_end(list);
    return false;
}

void stage_tell(struct stage *stage, const char *format, ...)
{
    va_list list;
    char text[400];
    if (!stage->tells) {
        return;
    }
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, format, list);
    va_end(list);
    int day = model_day(&stage->model, stage->model.now);
    int64_t at = (stage->model.now - stage->model.start[day]) / 1000;
    printf("    %u +%02d:%02d:%02d  %s%s%s\n", stage->model.date[day], (int)(at / 3600), (int)(at / 60 % 60),
           (int)(at % 60), text, stage->was_struck ? "  [fault]" : "",
           stage->model.stopped ? "  [destruction stands still]" : "");
}

bool stage_expect(struct stage *stage, bool did, bool should, const char *what)
{
    return did == should || stage_fail(stage, "%s was %s, and should %s", what, did ? "done" : "refused",
                                       should ? "be done" : "be refused");
}

/* ---- does it open? ---- */

/* K-091: held before it docked, when it had not run out yet. */
static bool is_held_ahead(const struct stage *stage, int number, int64_t end)
{
    const struct model_clip *clip = &stage->model.clips[number];
    bool held = false;
    for (int i = 0; i < stage->model.ahead_count; i++) {
        const struct model_ahead *ahead = &stage->model.aheads[i];
        held = held || (ahead->camera == clip->camera && ahead->from <= clip->start &&
                        clip->start < ahead->until && ahead->decided < end);
    }
    return held && !stage->lives[number].released;
}

/* LAW T1, T3; DESIGN 1: the end of its period, as its day was said or as its key had it; with an open request
 * three local days more. Two people who hold it, before its docking or after, have no end until two release
 * it. */
bool stage_is_over(const struct stage *stage, int number)
{
    const struct model *model = &stage->model;
    const struct life *life = &stage->lives[number];
    int64_t natural = model_sealed_due(model, &model->clips[number]);
    int64_t end = natural > life->natural ? natural : life->natural;
    if (life->period != 0) {
        end = life->period;
    } else if (natural == 0) {
        return false; /* a reserve key in use: its period begins when it is docked */
    }
    if (life->request >= 0) {
        end = model_lapse(model, end);
    }
    int64_t ended =
        end < life->said ? life->said : end; /* of a day that is past it was over when that was said */
    return !life->held && model->now >= end && !is_held_ahead(stage, number, ended);
}

bool stage_check_opens(struct stage *stage, int clip)
{
    static const char *const words[] = {"no", "yes", "ask again"};
    struct asv_keeper_request request;
    keeper_opens_request(&request, stage->cameras[stage->model.clips[clip].camera], &stage->clips[clip]);
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_DOCK, &request);
    enum model_answer should = model_opens(&stage->model, clip);
    enum model_answer did = reply.status != ASV_OK ? MODEL_DOUBT : reply.opens ? MODEL_YES : MODEL_NO;
    if (did == MODEL_YES && (stage_is_over(stage, clip) || stage->lives[clip].erased)) {
        return stage_fail(stage, "clip %d opens when its time is over, and nobody keeps it", clip);
    }
    if (did == MODEL_NO && stage->lives[clip].held) {
        return stage_fail(stage, "clip %d is held, and does not open", clip);
    }
    if (did == MODEL_YES && reply.held != model_says_held(&stage->model, clip)) {
        return stage_fail(stage, "clip %d is%s said to be held", clip, reply.held ? "" : " not");
    }
    return did == should ||
           stage_fail(stage, "clip %d opens: %s, and should: %s", clip, words[did], words[should]);
}

/* ---- pages and counts ---- */

static bool check_row(struct stage *stage, const struct asv_keeper_kept *row)
{
    const struct model *model = &stage->model;
    int at = 0;
    while (at < model->clip_count && memcmp(stage->digests[at], row->header, sizeof row->header) != 0) {
        at++;
    }
    if (at == model->clip_count) {
        return stage_fail(stage, "a page has a clip that nobody recorded");
    }
    const struct model_clip *clip = &model->clips[at];
    if (!clip->row || row->state != clip->state || row->blocks != clip->blocks || row->due_ms != clip->due) {
        return stage_fail(stage, "clip %d: state %u blocks %u due %lld, and should be %d %u %lld", at,
                          row->state, row->blocks, (long long)row->due_ms, clip->row ? (int)clip->state : -1,
                          clip->blocks, (long long)clip->due);
    }
    if ((model_has_key(clip) || clip->state == MODEL_OVER) && row->period_ms != clip->period) {
        return stage_fail(stage, "clip %d: its period ends %lld, and should end %lld", at,
                          (long long)row->period_ms, (long long)clip->period);
    }
    return true;
}

static bool check_page(struct stage *stage)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_CLIPS};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    int rows = 0;
    if (reply.status != ASV_OK) {
        return stage_fail(stage, "no page: %s", reply.detail);
    }
    for (int i = 0; i < stage->model.clip_count; i++) {
        rows += stage->model.clips[i].row ? 1 : 0;
    }
    for (uint16_t i = 0; i < reply.kept_count; i++) {
        struct asv_keeper_kept row;
        asv_keeper_kept_read(&row, &reply, i);
        if (!check_row(stage, &row)) {
            return false;
        }
    }
    return reply.kept_count == rows ||
           stage_fail(stage, "a page has %u clips, not %d", reply.kept_count, rows);
}

static bool same(struct stage *stage, const char *what, int64_t is, int64_t should)
{
    return is == should || stage_fail(stage, "STATUS: %s is %lld, and should be %lld", what, (long long)is,
                                      (long long)should);
}

static bool check_status(struct stage *stage)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    const struct asv_keeper_status *state = &reply.state;
    const struct model *model = &stage->model;
    int today = model_day(model, model->now);
    int recipients = 0;
    for (int i = 0; i < MODEL_RECIPIENTS; i++) {
        recipients += model->recipients[i] == MODEL_REGISTERED ? 1 : 0;
    }
    return same(stage, "it", reply.status, ASV_OK) &&
           same(stage, "runs", state->runs, model_count(model, MODEL_RUNS)) &&
           same(stage, "pending", state->pending, model_count(model, MODEL_PENDING)) &&
           same(stage, "held", state->held, model_count(model, MODEL_HELD)) &&
           same(stage, "gone", state->gone,
                model_count(model, MODEL_GONE) + model_count(model, MODEL_OVER)) &&
           same(stage, "aheads", state->aheads, model->ahead_count) &&
           same(stage, "people", state->people, model_living_people(model)) &&
           same(stage, "recipients", state->recipients, recipients) &&
           same(stage, "policy", state->policy_version, model_version(model, today)) &&
           same(stage, "days", state->policy_days, model_period_days(model, today)) &&
           same(stage, "damaged", state->damaged, 0) &&
           same(stage, "stop", state->stop != ASV_KEEPER_RUNNING, model->stopped) &&
           same(stage, "stopped since", state->stop_since_ms, model->stopped ? model->stopped_since : 0);
}

bool stage_check(struct stage *stage, uint32_t n, bool all)
{
    int count = stage->model.clip_count;
    bool fine = check_page(stage) && check_status(stage);
    for (int i = 0; fine && i < count; i++) {
        fine = (!all && i != (int)(n % (uint32_t)count)) || stage_check_opens(stage, i);
    }
    return fine;
}

/* ---- the balance ---- */

enum place { RUNNING, PENDING, HELD, ENDED, PLACES };

/* What the keeper keeps it as; RUNNING when it has no row with a key. */
static enum place kept_as(const struct stage *stage, const struct asv_keeper_reply *pages, int clip)
{
    enum place place = RUNNING;
    for (uint16_t i = 0; i < pages->kept_count; i++) {
        struct asv_keeper_kept row;
        asv_keeper_kept_read(&row, pages, i);
        if (memcmp(row.header, stage->digests[clip], sizeof row.header) == 0) {
            place = row.state == ASV_KEEPER_PENDING ? PENDING : row.state == ASV_KEEPER_HELD ? HELD : RUNNING;
        }
    }
    return place;
}

/* What opens no more and gets no order all the same: because nobody is sure, because its key went before its
 * day was over (a caller said FINISH and had not kept it, or the clock was ahead then), or because a hold
 * before docking has it and not its key. */
static bool may_wait(const struct model *model, const struct model_clip *clip)
{
    bool waits = model->stopped || (!clip->reserve && model_due(model, clip->key) > model->now);
    for (int i = 0; i < model->ahead_count; i++) {
        waits = waits || model_by_ahead(&model->aheads[i], clip);
    }
    return waits || (clip->row && clip->due != 0 && clip->due <= model->now);
}

/* Where the model has it. */
static enum place model_place(struct model *model, int number)
{
    const struct model_clip *clip = &model->clips[number];
    if (model_opens(model, number) == MODEL_NO) {
        return ENDED;
    }
    return clip->row && clip->state == MODEL_PENDING ? PENDING
           : clip->row && clip->state == MODEL_HELD  ? HELD
                                                     : RUNNING;
}

/* Where the keeper has it, by its answers alone; PLACES: in none, or in two. */
static enum place keeper_place(struct stage *stage, int number)
{
    const struct asv_test_identity *camera = stage->cameras[stage->model.clips[number].camera];
    struct asv_keeper_request clips = {.type = ASV_KEEPER_CLIPS};
    struct asv_keeper_request opens;
    keeper_opens_request(&opens, camera, &stage->clips[number]);
    struct asv_keeper_request order = {
        .type = ASV_KEEPER_ORDER,
        .chain = camera->chain.encoded,
        .header = {stage->clips[number].frame, stage->clips[number].frame_len}};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_DOCK, &opens);
    bool living = reply.status != ASV_OK || reply.opens;
    bool gone = stage_ask(stage, ASV_KEEPER_DOCK, &order).status == ASV_OK;
    if (living && gone) {
        (void)stage_fail(stage, "clip %d opens, and the keeper signs that nothing opens it", number);
        return PLACES;
    }
    if (!living && !gone && !may_wait(&stage->model, &stage->model.clips[number])) {
        (void)stage_fail(stage, "clip %d is nowhere: it opens no more, and its end is not signed", number);
        return PLACES;
    }
    struct asv_keeper_reply pages = stage_ask(stage, ASV_KEEPER_ADMIN, &clips);
    return living ? kept_as(stage, &pages, number) : ENDED;
}

/* DESIGN 2, LAW T1: recorded = running + pending + held + ended. Each recording is where the model has it,
 * and as many are in each place as STATUS says; what is ended has no key, what people keep has not ended. */
bool stage_check_balance(struct stage *stage)
{
    static const char *const names[PLACES + 1] = {"running", "pending", "held", "ended", "in no place"};
    struct asv_keeper_request status = {.type = ASV_KEEPER_STATUS};
    int count[PLACES] = {0};
    for (int i = 0; i < stage->model.clip_count; i++) {
        enum place should = model_place(&stage->model, i);
        enum place is = keeper_place(stage, i);
        if (is == PLACES) {
            return false;
        }
        if (is != should) {
            return stage_fail(stage, "clip %d is %s, and should be %s", i, names[is], names[should]);
        }
        if (is != ENDED && !stage->model.stopped && (stage_is_over(stage, i) || stage->lives[i].erased)) {
            return stage_fail(stage, "clip %d is %s, and its time is over", i, names[is]);
        }
        if (is != HELD && stage->lives[i].held) {
            return stage_fail(stage, "clip %d is %s, and two people hold it", i, names[is]);
        }
        count[is]++;
    }
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &status);
    return same(stage, "pending, in the balance", reply.state.pending, count[PENDING]) &&
           same(stage, "held, in the balance", reply.state.held, count[HELD]) &&
           same(stage, "all, in the balance",
                (int64_t)count[RUNNING] + reply.state.pending + reply.state.held + count[ENDED],
                stage->model.clip_count);
}

/* ---- the attacker ---- */

static bool has_open_erasure(struct stage *stage)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    bool open = false;
    for (unsigned i = 0; i < reply.state.slot_count; i++) {
        open = open || reply.state.slots[i].open_erasure;
    }
    return open;
}

static bool lives(const struct model *model, int camera, bool reserve, int key, bool *ahead)
{
    *ahead = false;
    for (int i = 0; i < model->ahead_count; i++) {
        *ahead = *ahead || (reserve && model->aheads[i].camera == camera && model->aheads[i].reserve[key]);
        for (int d = 0; !reserve && d < model->aheads[i].day_count; d++) {
            *ahead = *ahead || (model->aheads[i].camera == camera && model->aheads[i].day[d] == key);
        }
    }
    return reserve ? model->reserve[camera][key].there : model->has_day[camera][key];
}

static bool check_file_keys(struct stage *stage, const struct keeper_loot *loot)
{
    const struct model *model = &stage->model;
    int found = 0;
    int kept = 0;
    for (int i = 0; i < model->clip_count; i++) {
        const struct model_clip *clip = &model->clips[i];
        bool own = model_has_key(clip);
        bool looted = false;
        for (size_t k = 0; k < loot->file_key_count; k++) {
            uint8_t commitment[ASV_SHA256_BYTES];
            asv_key_commitment(commitment, loot->file_key[k]);
            looted = looted || memcmp(commitment, stage->clips[i].header.commitment, sizeof commitment) == 0;
        }
        if (looted != own) {
            return stage_fail(stage, "K-001: the key of clip %d is %s", i, looted ? "still there" : "lost");
        }
        found += looted ? 1 : 0;
        kept += own ? 1 : 0;
    }
    return found == kept && (size_t)found == loot->file_key_count
               ? true
               : stage_fail(stage, "K-001: a file key that belongs to no clip");
}

bool stage_check_attacker(struct stage *stage)
{
    static struct keeper_loot loot;
    if (has_open_erasure(stage)) {
        return true;
    }
    keeper_attack_now(stage->site.disk, true, &loot);
    for (int i = 0; i < stage->key_count; i++) {
        bool ahead = false;
        bool lively =
            lives(&stage->model, stage->keys[i].camera, stage->keys[i].reserve, stage->keys[i].key, &ahead);
        bool looted = keeper_loot_has(&loot, stage->keys[i].pk);
        if (looted && !lively && !ahead) {
            return stage_fail(stage, "K-001: a destroyed key of camera %d, %s %d, is still there",
                              stage->keys[i].camera, stage->keys[i].reserve ? "reserve" : "day",
                              stage->keys[i].key);
        }
        if (!looted && lively && !stage->keys[i].replaced) {
            return stage_fail(stage, "K-002: a key of camera %d, %s %d, is lost", stage->keys[i].camera,
                              stage->keys[i].reserve ? "reserve" : "day", stage->keys[i].key);
        }
    }
    return check_file_keys(stage, &loot);
}
