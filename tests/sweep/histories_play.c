/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sweep/histories_play.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/trust/configuration.h"
#include "tests/sweep/histories_stage.h"

/* ---- time ---- */

static void tick(struct stage *stage)
{
    static struct model ahead;
    int64_t next = 0;
    stage->model.newest = stage->site.keeper.store->index->wall_ms;
    ahead = stage->model;
    model_tick(&ahead);
    if (ahead.stopped == stage->model.stopped &&
        ahead.doubted == stage->model.doubted) { /* what a crash would make of a new stop, nobody can say */
        stage_arm(stage);
    }
    asv_keeper_tick(&stage->site.keeper, &next);
    for (int i = 0; i < 3 && stage_struck(stage); i++) {
        asv_keeper_tick(&stage->site.keeper, &next);
    }
    model_tick(&stage->model);
}

static bool in_calendar(const struct stage *stage, int64_t wall)
{
    return wall >= stage->model.start[30] && wall < stage->model.start[150];
}

/* Both clocks go on, when the calendar has room. */
static void pass(struct stage *stage, int64_t ms)
{
    if (in_calendar(stage, stage->model.now + ms)) {
        asv_test_world_step(&stage->site.world, (uint64_t)ms);
        stage->model.now += ms;
        stage->model.mono += ms;
    }
}

static int64_t to_midnight(const struct stage *stage)
{
    const struct model *model = &stage->model;
    return model->start[model_day(model, model->now) + 1] - model->now;
}

static void play_days(struct stage *stage, uint32_t days)
{
    for (uint32_t i = 0; i < days; i++) { /* keepers look at the clock before and after each midnight */
        pass(stage, to_midnight(stage));
        tick(stage);
        pass(stage, 11 * MODEL_HOUR_MS);
    }
}

static void play_time(struct stage *stage, const struct step *step)
{
    static const int64_t jumps[] = {30, -30, 100, -100, 200, -200, 1800, -1800, 7200, -5760};
    static const int64_t around[] = {-1, 0, 1, 1800000};
    const uint32_t *n = step->n;
    int64_t jump = jumps[n[0] % 10] * 60000;
    switch (step->kind) {
    case STEP_WAIT:
    case STEP_LATE:
        pass(stage, (int64_t)(n[0] % (step->kind == STEP_LATE ? 1440 : 600)) * 60000);
        break;
    case STEP_MIDNIGHT:
        pass(stage, to_midnight(stage) + around[n[0] % 4]);
        break;
    case STEP_DAYS:
        play_days(stage, 1 + n[0] % 6);
        break;
    case STEP_OFF:
        pass(stage, (int64_t)(n[0] % 5) * 24 * MODEL_HOUR_MS + (int64_t)(n[1] % 1440) * 60000);
        stage_start_again(stage);
        break;
    case STEP_RESTART:
        stage_start_again(stage);
        break;
    default:
        if (in_calendar(stage, stage->model.now + jump)) {
            stage->site.world.wall += jump;
            stage->model.now += jump;
        }
    }
    if (step->kind != STEP_LATE) {
        tick(stage);
    }
    stage_tell(stage, "time passes");
}

/* ---- cameras ---- */

static bool play_make_days(struct stage *stage, const struct step *step)
{
    int camera = (int)(step->n[0] % MODEL_CAMERAS);
    int count = 1 + (int)(step->n[1] % 8);
    struct asv_keeper_request request = {.type = ASV_KEEPER_MAKE_DAYS,
                                         .chain = stage->cameras[camera]->chain.encoded,
                                         .day_count = (uint16_t)count};
    enum asv_status status = stage_ask(stage, ASV_KEEPER_DOCK, &request).status;
    model_make_days(&stage->model, camera, count);
    stage_tell(stage, "camera %d: %d days", camera, count);
    return stage_expect(stage, status == ASV_OK, true, "MAKE_DAYS");
}

static bool play_bulletin(struct stage *stage, const struct step *step)
{
    int camera = (int)(step->n[0] % MODEL_CAMERAS);
    bool used = step->n[1] % 4 == 0 && !stage->model.doubted; /* K-123 */
    if (stage->model.reserve_count[camera] >= MODEL_RESERVES - 1) {
        return true;
    }
    if (used) { /* asked again after a crash it would end two keys */
        stage->fault_at = 0;
    }
    return stage_bulletin(stage, camera, used);
}

static bool play_record(struct stage *stage, const struct step *step)
{
    static const int days[] = {0, 0, 0, 0, 0, -1, 1, 2};
    int camera = (int)(step->n[0] % MODEL_CAMERAS);
    int away = days[step->n[1] % 8];
    bool reserve = step->n[2] % 6 == 0;
    int day = model_day(&stage->model, stage->model.now) + away;
    int64_t start = stage->model.now + away * 24 * MODEL_HOUR_MS - (int64_t)(step->n[3] % 240) * 60000;
    int key = reserve ? stage->model.reserve_count[camera] - 1 : day;
    if (stage->model.clip_count == MODEL_CLIPS ||
        !stage_record(stage, camera, reserve, key, start, step->n[4])) {
        stage_tell(stage, "nothing is recorded");
        return true;
    }
    stage_tell(stage, "clip %d: camera %d, %s %u", stage->model.clip_count - 1, camera,
               reserve ? "reserve" : "day", reserve ? (unsigned)key : stage->model.date[day]);
    return true;
}

static bool play_dock(struct stage *stage, const struct step *step)
{
    if (stage->model.clip_count == 0) {
        return true;
    }
    int clip = (int)(step->n[0] % (uint32_t)stage->model.clip_count);
    stage_tell(stage, "clip %d is docked", clip);
    return stage_check_opens(stage, clip);
}

static bool play_order(struct stage *stage, const struct step *step)
{
    if (stage->model.clip_count == 0) {
        return true;
    }
    int clip = (int)(step->n[0] % (uint32_t)stage->model.clip_count);
    const struct asv_test_identity *camera = stage->cameras[stage->model.clips[clip].camera];
    struct asv_keeper_request request = {.type = ASV_KEEPER_ORDER,
                                         .chain = camera->chain.encoded,
                                         .header = {stage->clips[clip].frame, stage->clips[clip].frame_len}};
    enum asv_status status = stage_ask(stage, ASV_KEEPER_DOCK, &request).status;
    stage_tell(stage, "an order to erase clip %d", clip);
    return stage_expect(stage, status == ASV_OK, model_orders(&stage->model, clip), "ORDER");
}

/* Of a camera that was docked, in most cases emptied, when a time that ended then was over. */
static struct model_word its_word(const struct model *model, const struct step *step, int64_t end, int camera)
{
    const uint32_t *n = step->n;
    int64_t since = end + ASV_PRE_ROLL_MAX_MS;
    return (struct model_word){.camera = camera,
                               .docked = n[2] % 4 == 0 ? since - (n[3] % 2) : model->now,
                               .emptied = n[3] % 8 != 1,
                               .true_one = n[4] % 8 != 0};
}

static bool play_finish(struct stage *stage, const struct step *step)
{
    const struct model *model = &stage->model;
    int camera = (int)(step->n[0] % MODEL_CAMERAS);
    int day = model_day(model, model->now) - (int)(step->n[1] % 3);
    for (int i = 0; i < model->clip_count && step->n[7] % 4 != 0; i++) {
        if (model->clips[i].row && model->clips[i].state == MODEL_GONE && !model->clips[i].reserve) {
            camera = model->clips[i].camera;
            day = model->clips[i].key;
        }
    }
    struct model_word word = its_word(model, step, model->start[day + 1], camera);
    return stage_finish_day(stage, day, &word);
}

/* Of what a hold before docking copied; in most cases with the word of its camera, emptied since. */
static bool play_finish_ahead(struct stage *stage, const struct step *step)
{
    const struct model *model = &stage->model;
    const uint32_t *n = step->n;
    if (model->ahead_count == 0) {
        return true;
    }
    const struct model_ahead *ahead = &model->aheads[n[0] % (uint32_t)model->ahead_count];
    int last = ahead->day[ahead->day_count - 1];
    for (int i = 0; i < 40 && n[6] % 2 == 0 && model->has_day[ahead->camera][last]; i++) {
        play_days(stage, 1); /* the night after that day's period */
    }
    int camera = n[5] % 8 != 0 ? ahead->camera : (int)(n[1] % MODEL_CAMERAS);
    struct model_word word = its_word(model, step, ahead->until, camera);
    return stage_finish_ahead(stage, ahead->paper, &word);
}

/* ---- heads of the ledger ---- */

/* The ledger that grows, asks again, or was put back; and another tree that was never there. */
static bool play_sign(struct stage *stage, const struct step *step)
{
    const uint32_t *n = step->n;
    uint64_t last = stage->model.head;
    uint64_t old_size = n[1] % 8 == 0 && last > 1 ? last - 1 : last;
    uint64_t new_size = n[2] % 8 == 0 ? last : n[2] % 8 == 1 && last > 1 ? last - 1 : last + 1 + n[3] % 5;
    return stage_sign(stage, n[4] % 4 != 0 || last == 0, old_size < new_size ? old_size : new_size, new_size);
}

/* ---- keys without a decision ---- */

static int64_t receipt_due(const struct stage *stage, const struct model_clip *clip, const struct step *step)
{
    const struct model *model = &stage->model;
    int today = model_day(model, model->now);
    int recorded = clip->reserve ? model_day(model, clip->start) : clip->key;
    switch (step->n[3] % 8) {
    case 0:
        return model_due(model, recorded - 1);
    case 1:
        return model_due(model, recorded + 1);
    case 2:
        return model_due(model, today);
    case 3:
        return model_due(model, today) + 1;
    case 4: /* some midnight; or any instant, which no dock says */
        return step->n[4] % 4 == 0 ? model->now + (int64_t)(step->n[4] % 4000) * 60000
                                   : model->start[today + 1 + (int)(step->n[4] % 3)];
    case 5:
        return model_due(model, recorded - 2 - (int)(step->n[4] % 16));
    default:
        return model_due(model, recorded);
    }
}

static bool play_keep(struct stage *stage, const struct step *step)
{
    const struct model *model = &stage->model;
    if (model->clip_count == 0) {
        return true;
    }
    struct model_keep keep = {.clip = (int)(step->n[0] % (uint32_t)model->clip_count), .paper = -1};
    keep.why = (enum model_why)(1 + step->n[1] % 3);
    if (model->ahead_count > 0 && step->n[1] % 2 == 0) {
        const struct model_ahead *ahead = &model->aheads[step->n[2] % (uint32_t)model->ahead_count];
        keep.why = MODEL_WHY_AHEAD;
        keep.paper = ahead->paper;
        for (int i = 0; i < model->clip_count && step->n[3] % 4 != 0; i++) {
            bool fits = model->clips[i].camera == ahead->camera && model->clips[i].start >= ahead->from &&
                        model->clips[i].start < ahead->until;
            keep.clip = fits ? i : keep.clip;
        }
    }
    for (int i = 0; i < model->clip_count && step->n[2] % 3 == 0; i++) { /* the day of what people keep */
        bool kept = model_has_key(&model->clips[i]) && model->clips[i].state != MODEL_RUNS;
        keep.clip = kept ? i : keep.clip;
        keep.why = kept ? MODEL_WHY_DAY : keep.why;
    }
    keep.receipt_true = step->n[5] % 8 != 0;
    keep.receipt_clip = step->n[6] % 8 == 0 ? (int)(step->n[7] % (uint32_t)model->clip_count) : keep.clip;
    keep.due = receipt_due(stage, &model->clips[keep.clip], step);
    return stage_keep(stage, &keep);
}

/* ---- decisions ---- */

static bool is_one_of(const struct model_person *person, const char *roles)
{
    return person->roles[strcspn(person->roles, roles)] != '\0';
}

/* In most cases somebody who may; with a proposer, somebody else, and one of the two a superior. */
static int choose_person(const struct stage *stage, const char *roles, const struct model_person *proposer,
                         uint32_t n)
{
    int first = (int)(n / 8 % MODEL_PEOPLE);
    for (int i = 0; i < MODEL_PEOPLE && n % 8 != 0; i++) {
        int at = (first + i) % MODEL_PEOPLE;
        const struct model_person *person = &stage->model.people[at];
        bool fits = person->enrolled && !person->revoked && is_one_of(person, roles);
        bool two = proposer == NULL ||
                   (person->self != proposer->self && (is_one_of(person, "SD") || is_one_of(proposer, "SD")));
        if (fits && two) {
            return at;
        }
    }
    return first;
}

/* What a hand-over takes besides a clip that is held. */
static bool is_registered(const struct model *model, int recipient)
{
    return model->recipients[recipient] == MODEL_REGISTERED;
}

static enum model_action choose_action(const struct stage *stage, uint32_t n)
{
    static const enum model_action often[] = {
        MODEL_HOLD,
        MODEL_HOLD,
        MODEL_HOLD,
        MODEL_HOLD,
        MODEL_OPEN,
        MODEL_RELEASE,
        MODEL_RELEASE,
        MODEL_HAND_OVER,
        MODEL_ERASE_EARLY,
        MODEL_ERASE_EARLY,
        MODEL_HOLD_AHEAD,
        MODEL_HOLD_AHEAD,
        MODEL_BLOCK,
        MODEL_UNBLOCK,
        MODEL_RELEASE_AHEAD,
        MODEL_RECIPIENT,
        MODEL_ENROL,
        MODEL_REVOKE,
        MODEL_POLICY,
        MODEL_RECIPIENT_ENDS,
        MODEL_POLICY,
        MODEL_CLOCK,
        MODEL_HOLD,
        MODEL_RELEASE,
        MODEL_DAY,
        MODEL_DAY,
        MODEL_RECOVERY_KEY,
        MODEL_RECOVERY_KEY,
        MODEL_RECOVERY_KEY_ENDS,
    };
    if (stage->model.stopped && n % 2 == 0) {
        return MODEL_CLOCK;
    }
    if (stage->model.ahead_count > 0 && n % 11 == 0) {
        return MODEL_RELEASE_AHEAD;
    }
    if (model_count(&stage->model, MODEL_HELD) > 0 && n % 3 == 0) {
        bool any = is_registered(&stage->model, 0) || is_registered(&stage->model, 1);
        return n % 2 == 0 ? MODEL_OPEN : any ? MODEL_HAND_OVER : MODEL_RECIPIENT;
    }
    return often[n / 6 % (sizeof often / sizeof *often)];
}

/* In most cases a clip that the action can be done to. */
static int choose_clip(const struct stage *stage, enum model_action action, uint32_t n)
{
    const struct model *model = &stage->model;
    bool needs_held = action == MODEL_OPEN || action == MODEL_HAND_OVER || action == MODEL_RELEASE;
    int first = model->clip_count == 0 ? 0 : (int)(n / 8 % (uint32_t)model->clip_count);
    for (int i = 0; i < model->clip_count && n % 8 != 0; i++) {
        int at = (first + i) % model->clip_count;
        bool held = model->clips[at].row && model->clips[at].state == MODEL_HELD;
        bool blocked = model->clips[at].row && model->clips[at].blocks != 0;
        if (needs_held                ? held
            : action == MODEL_UNBLOCK ? blocked
                                      : model_could_open(model, at) == MODEL_YES) {
            return at;
        }
    }
    return first;
}

static void choose_range(const struct stage *stage, struct model_paper *paper, const uint32_t *n)
{
    const struct model *model = &stage->model;
    paper->camera = (int)(n[3] % MODEL_CAMERAS);
    paper->from = model->now - (int64_t)(n[4] % 5760) * 60000;
    paper->until = paper->from + (int64_t)(60 + n[5] % 1380) * 60000;
    if (paper->action == MODEL_RELEASE_AHEAD && model->ahead_count > 0 && n[6] % 8 != 0) {
        const struct model_ahead *ahead = &model->aheads[n[4] % (uint32_t)model->ahead_count];
        paper->camera = ahead->camera;
        paper->from = ahead->from;
        paper->until = ahead->until;
    } else if (model->clip_count > 0 && n[6] % 4 != 0) {
        const struct model_clip *clip = &model->clips[n[5] % (uint32_t)model->clip_count];
        paper->camera = clip->camera;
        paper->from = clip->start - (int64_t)(n[4] % 120) * 60000;
        paper->until = paper->from + (int64_t)(30 + n[5] % 1200) * 60000;
    }
}

static uint8_t choose_ground(enum model_action action, uint32_t n)
{
    bool keeps = action == MODEL_HOLD || action == MODEL_HOLD_AHEAD;
    bool shields = action == MODEL_BLOCK || action == MODEL_UNBLOCK;
    return (uint8_t)(keeps ? 1 + n % 16 % 3 * (n % 4 / 3) : shields ? 4 + n % 2 : 0);
}

/* Of a recording: near its key's in most cases, and some that are long past or yet to come. */
static int choose_day(const struct model *model, const struct model_clip *clip, uint32_t n)
{
    static const int away[] = {0, 0, -1, -2, 1, -6, -14, -20};
    int today = model_day(model, model->now);
    return clip->reserve || n % 4 == 0 ? today + away[n / 4 % 8] : clip->key + away[n / 4 % 8];
}

static void choose_matter(const struct stage *stage, struct model_paper *paper, const uint32_t *n)
{
    const struct model *model = &stage->model;
    paper->clip = choose_clip(stage, paper->action, n[3]);
    paper->incident = 1 + (n[4] % 8 == 0 ? 1 : 0);
    if (paper->action == MODEL_RELEASE && n[5] % 4 == 0) {
        paper->incident = 0;
    }
    paper->ground = choose_ground(paper->action, n[5]);
    while (paper->action == MODEL_UNBLOCK && paper->ground < 7 && n[5] % 8 != 0 &&
           (model->clips[paper->clip].blocks >> paper->ground & 1) == 0) {
        paper->ground++;
    }
    paper->day = choose_day(model, &model->clips[paper->clip], n[6]);
    paper->recipient = (int)(n[5] % MODEL_RECIPIENTS);
    if (paper->action == MODEL_HAND_OVER && !is_registered(model, paper->recipient) && n[5] / 2 % 4 != 0) {
        paper->recipient = 1 - paper->recipient;
    }
    paper->who = (int)(n[3] % MODEL_PEOPLE);
    if (paper->action == MODEL_ENROL || (paper->action == MODEL_REVOKE && n[5] % 4 != 0)) {
        paper->who = n[3] % 8 < 4 ? 7 : 7 + (int)(n[3] % 4); /* of the others enough are left to decide */
    }
    choose_range(stage, paper, n);
    paper->first_day = model_day(model, model->now) + (int)(n[4] % 6);
    paper->days = 1 + (int)(n[5] % 40);
    paper->version = 4 + model->policy_count - (n[6] % 8 == 0 ? 1 : 0);
    paper->stopped = (model->stopped ? model->stopped_since : model->now) + (n[6] % 16 == 0 ? 1 : 0);
}

static bool has_room(const struct stage *stage, enum model_action action)
{
    const struct model *model = &stage->model;
    bool of_a_clip = action <= MODEL_DAY || action == MODEL_BLOCK || action == MODEL_UNBLOCK;
    return model->paper_count + 2 <= MODEL_PAPERS && (!of_a_clip || model->clip_count > 0) &&
           (action != MODEL_HOLD_AHEAD || model->ahead_count < MODEL_AHEADS) &&
           (action != MODEL_POLICY || model->policy_count < MODEL_POLICIES);
}

/* The answer to a proposal, by somebody else, by the same person, or by the same with another key. */
static int answer_it(struct stage *stage, int proposal, uint32_t n, uint32_t who)
{
    static const enum model_step steps[] = {MODEL_APPROVES, MODEL_APPROVES, MODEL_APPROVES, MODEL_APPROVES,
                                            MODEL_APPROVES, MODEL_APPROVES, MODEL_REFUSES,  MODEL_WITHDRAWS};
    const struct model_paper *asked = &stage->model.papers[proposal];
    const struct model_rule *rule = model_rule(asked->action);
    struct model_paper told = *asked;
    told.step = steps[n % 8];
    told.person = choose_person(stage, rule->approvers == NULL ? "S" : rule->approvers,
                                &stage->model.people[asked->person], who);
    if (told.step == MODEL_WITHDRAWS && who % 4 != 0) {
        told.person = asked->person;
    }
    for (int i = 0; i < MODEL_PEOPLE && told.step == MODEL_APPROVES && who % 5 == 1; i++) {
        const struct model_person *person = &stage->model.people[i]; /* the same one, with another key */
        if (i != asked->person && person->enrolled &&
            person->self == stage->model.people[asked->person].self) {
            told.person = i;
        }
    }
    told.answers = proposal;
    told.twisted = n / 8 % 32 == 0 && asked->action <= MODEL_UNBLOCK;
    told.issued = stage->model.now - (n / 256 % 16 == 0 ? MODEL_HOUR_MS : 0);
    told.expires = told.issued + (rule->answer_hours == 0 ? 1 : rule->answer_hours) * MODEL_HOUR_MS;
    told.decided = false;
    return rule->approvers == NULL ? -1 : stage_write(stage, &told);
}

static bool play_decide(struct stage *stage, const struct step *step)
{
    const uint32_t *n = step->n;
    struct model_paper paper = {.action = choose_action(stage, n[0]), .answers = -1, .also = -1};
    const struct model_rule *rule = model_rule(paper.action);
    if (!has_room(stage, paper.action)) {
        return true;
    }
    choose_matter(stage, &paper, n);
    if (paper.action == MODEL_HAND_OVER) {
        int second = (int)(n[5] / 2 % (uint32_t)stage->model.clip_count);
        paper.also = second != paper.clip ? second : -1;
        paper.whole = n[6] % 8 != 1; /* K-217 */
        paper.in_clear = (paper.clip + paper.recipient) % 2 == 0;
    }
    paper.step = rule->approvers == NULL ? MODEL_ALONE : MODEL_PROPOSES;
    paper.person = choose_person(stage, paper.ground == MODEL_LEGALITY ? "P" : rule->proposers, NULL, n[1]);
    paper.issued = stage->model.now - (n[7] % 16 == 0 ? 5 * MODEL_HOUR_MS : 0);
    paper.expires = paper.issued + rule->proposal_hours * MODEL_HOUR_MS / (n[7] % 5 == 1 ? 8 : 1);
    int proposal = stage_write(stage, &paper);
    struct delivery delivery = {.proposal = proposal, .answer = -1, .brought = paper.clip, .records = true};
    if (rule->approvers != NULL && n[2] % 4 != 0) {
        delivery.answer = answer_it(stage, proposal, n[6], n[2]);
    }
    if (!stage_deliver(stage, &delivery)) {
        return false;
    }
    if (paper.action != MODEL_HAND_OVER || n[6] % 2 == 0) {
        return true;
    }
    stage->model.papers[proposal].whole = false;
    stage->model.papers[proposal].row = n[6] / 8 % 4 != 0;
    return stage_deliver(stage, &delivery);
}

static bool play_answer(struct stage *stage, const struct step *step)
{
    const uint32_t *n = step->n;
    if (stage->model.paper_count == 0 || stage->model.paper_count == MODEL_PAPERS) {
        return true;
    }
    int proposal = (int)(n[0] % (uint32_t)stage->model.paper_count);
    for (int i = 0; i < stage->model.clip_count && n[1] % 2 == 0; i++) { /* a request that is open */
        const struct model_clip *clip = &stage->model.clips[i];
        proposal = clip->row && clip->state == MODEL_PENDING ? clip->decision : proposal;
    }
    while (stage->model.papers[proposal].answers >= 0) {
        proposal = stage->model.papers[proposal].answers;
    }
    int answer = answer_it(stage, proposal, n[2], n[3]);
    struct delivery delivery = {.proposal = proposal,
                                .answer = answer,
                                .brought = stage->model.papers[proposal].clip,
                                .records = true};
    return stage_deliver(stage, &delivery);
}

/* ---- two directories ---- */

/* One goes away, and the keeper goes on with the other; or it comes back, as it was or as a new one. */
static bool play_disk(struct stage *stage, const struct step *step)
{
    struct keeper_disk *disks[] = {stage->site.disk, stage->replica};
    if (stage->replica == NULL) {
        return true;
    }
    stage->fault_at = 0;
    for (int i = 0; i < 2; i++) {
        if (disks[i]->away) {
            disks[i]->away = false;
            if (step->n[0] % 3 == 0) { /* a medium that is mounted anew is reached after a restart (K-073) */
                keeper_disk_replace(disks[i]);
                stage_start_again(stage);
            }
            stage_tell(stage, "directory %d is back%s", i, step->n[0] % 3 == 0 ? ", and empty" : "");
            tick(stage);
            return stage_is_whole(stage) || stage_fail(stage, "K-037: a directory is not brought in step");
        }
    }
    tick(stage);
    if (stage_is_whole(stage)) {
        disks[step->n[0] % 2]->away = true;
        stage_tell(stage, "directory %d is away", (int)(step->n[0] % 2));
    }
    return true;
}

static bool play_replay(struct stage *stage, const struct step *step)
{
    const uint32_t *n = step->n;
    if (stage->delivery_count == 0) {
        return true;
    }
    struct delivery delivery = stage->deliveries[n[0] % (uint32_t)stage->delivery_count];
    switch (n[1] % 12) {
    case 0: /* with another clip */
        delivery.brought = (int)(n[2] % (uint32_t)(stage->model.clip_count + 1)) - 1;
        break;
    case 1: /* without the answer */
        delivery.answer = -1;
        break;
    case 2: /* with the answer to something else */
        delivery.answer = stage->deliveries[n[2] % (uint32_t)stage->delivery_count].answer;
        break;
    case 3: /* an answer as if it were a proposal */
        delivery.proposal = delivery.answer >= 0 ? delivery.answer : delivery.proposal;
        break;
    case 4:
        delivery.records = false;
        break;
    default:
        break;
    }
    stage->model.papers[delivery.proposal].whole = n[2] % 2 == 0;
    stage->model.papers[delivery.proposal].row = n[2] / 2 % 2 == 0;
    return stage_deliver(stage, &delivery);
}

/* ---- a history ---- */

static bool play_step(struct stage *stage, const struct step *step)
{
    static bool (*const plays[STEP_KINDS])(struct stage *, const struct step *) = {
        [STEP_MAKE_DAYS] = play_make_days,
        [STEP_BULLETIN] = play_bulletin,
        [STEP_RECORD] = play_record,
        [STEP_DOCK] = play_dock,
        [STEP_KEEP] = play_keep,
        [STEP_DECIDE] = play_decide,
        [STEP_ANSWER] = play_answer,
        [STEP_REPLAY] = play_replay,
        [STEP_FINISH] = play_finish,
        [STEP_ORDER] = play_order,
        [STEP_FINISH_AHEAD] = play_finish_ahead,
        [STEP_SIGN] = play_sign,
        [STEP_DISK] = play_disk,
    };
    stage->fault = (enum keeper_fault)step->fault;
    stage->fault_at = step->fault_at;
    stage->was_struck = false;
    if (plays[step->kind] == NULL) {
        play_time(stage, step);
        return true;
    }
    return plays[step->kind](stage, step);
}

/* What is due is destroyed first: before, nobody says anything of it. */
static bool is_even(struct stage *stage)
{
    tick(stage);
    return stage_check_balance(stage);
}

/* Days' keys and bulletins of both cameras: what any keeper has before anything happens. */
static bool begin(struct stage *stage, const struct history *history)
{
    stage_begin(stage, history->seed, history->year, history->month, history->day);
    tick(stage);
    for (uint32_t camera = 0; camera < MODEL_CAMERAS; camera++) {
        const struct step make = {.kind = STEP_MAKE_DAYS, .n = {camera, 7}};
        const struct step bulletin = {.kind = STEP_BULLETIN, .n = {camera, 1}};
        if (!play_step(stage, &make) || !play_step(stage, &bulletin)) {
            return false;
        }
    }
    return true;
}

int play_history(const struct history *history, bool tell, char why[256])
{
    struct stage *stage = stage_get();
    stage->tells = tell;
    bool fine = begin(stage, history);
    int i = 0;
    for (; fine && i < history->count; i++) {
        const struct step *step = &history->steps[i];
        bool all = step->kind <= STEP_DAYS && step->n[7] % 4 == 0;
        bool last = i + 1 == history->count;
        fine = play_step(stage, step) && stage_check(stage, step->n[7], all || last) &&
               (step->n[6] % 48 != 0 || stage_check_attacker(stage)) &&
               ((!last && step->n[7] % 8 != 0) || is_even(stage));
    }
    fine = fine && (history->seed % 8 != 0 || stage_check_attacker(stage));
    snprintf(why, 256, "%s", stage->why);
    return fine ? -1 : i == 0 ? 0 : i - 1;
}

void play_set_up(void)
{
    stage_set_up();
}

void play_tear_down(void)
{
    stage_tear_down();
}
