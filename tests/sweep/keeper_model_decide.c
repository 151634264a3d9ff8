/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The model's people: whom it believes, and what they decide. */
#include <string.h>

#include "tests/sweep/keeper_model.h"

#define MINUTE_MS INT64_C(60000)

/* STATEMENTS.md 4 */
const struct model_rule *model_rule(enum model_action action)
{
    static const struct model_rule rules[MODEL_ACTIONS] = {
        [MODEL_HOLD] = {"WSDP", "WSD", 96, 24},         [MODEL_RELEASE] = {"WSDRP", "WSD", 96, 24},
        [MODEL_ERASE_EARLY] = {"WSDRP", "WSD", 96, 24}, [MODEL_OPEN] = {"SDRP", "SDP", 24, 12},
        [MODEL_HAND_OVER] = {"SDE", "SD", 96, 24},      [MODEL_DAY] = {"WSDRP", "WSD", 96, 24},
        [MODEL_HOLD_AHEAD] = {"WSDP", "WSD", 96, 24},   [MODEL_RELEASE_AHEAD] = {"WSDP", "WSD", 96, 24},
        [MODEL_BLOCK] = {"WSDRP", NULL, 1, 0},          [MODEL_UNBLOCK] = {"SDP", NULL, 1, 0},
        [MODEL_RECIPIENT] = {"EA", "SD", 336, 24},      [MODEL_RECIPIENT_ENDS] = {"SDEA", NULL, 1, 0},
        [MODEL_ENROL] = {"A", "SD", 336, 24},           [MODEL_REVOKE] = {"SDA", NULL, 1, 0},
        [MODEL_POLICY] = {"A", "SD", 336, 24},          [MODEL_CLOCK] = {"SDA", "SDA", 24, 1},
        [MODEL_RECOVERY_KEY] = {"A", "SD", 336, 24},    [MODEL_RECOVERY_KEY_ENDS] = {"A", "SD", 336, 24},
    };
    return &rules[action];
}

/* ---- whom to believe ---- */

static bool has_role(const struct model_person *person, const char *roles)
{
    return person->roles[strcspn(person->roles, roles)] != '\0';
}

/* ST-042: a recorded person's demand comes through the data-protection officer, and nothing else to keep. */
static const char *roles_for(const struct model_paper *paper)
{
    const struct model_rule *rule = model_rule(paper->action);
    if (paper->step == MODEL_REFUSES) { /* ST-101 */
        return rule->approvers != NULL && rule->approvers[0] == 'W' ? rule->approvers + 1 : rule->approvers;
    }
    if (paper->step == MODEL_APPROVES) {
        return rule->approvers;
    }
    if (paper->action != MODEL_HOLD && paper->action != MODEL_HOLD_AHEAD) {
        return rule->proposers;
    }
    return paper->ground == MODEL_LEGALITY ? "P" : "WSD";
}

/* Said again, it does no more than it did. */
static bool repeatable(enum model_action action)
{
    return action == MODEL_CLOCK || action == MODEL_BLOCK || action == MODEL_REVOKE ||
           action == MODEL_RECIPIENT_ENDS;
}

/* K-080, K-122, ST-085, ST-087 */
static bool believed(const struct model *model, const struct model_paper *paper)
{
    const struct model_person *person = &model->people[paper->person];
    int64_t now = repeatable(paper->action) || model->now > model->newest ? model->now : model->newest;
    bool own_end = paper->action == MODEL_REVOKE && paper->who == paper->person; /* K-149 */
    return person->enrolled && (!person->revoked || own_end) && now >= paper->issued - 2 * MINUTE_MS &&
           now < paper->expires && has_role(person, roles_for(paper));
}

/* K-123: what keeps, and what makes less possible, does not wait for the clock. */
static bool waits_for_the_clock(const struct model *model, int proposal, int answer)
{
    const struct model_paper *asked = &model->papers[proposal];
    bool refused = answer >= 0 && model->papers[answer].step != MODEL_APPROVES;
    return model->doubted && !refused && !repeatable(asked->action) && asked->action != MODEL_HOLD &&
           asked->action != MODEL_HOLD_AHEAD;
}

/* ST-090 to ST-097; LAW T4 */
static bool believed_pair(const struct model *model, int proposal, int answer)
{
    const struct model_paper *asked = &model->papers[proposal];
    const struct model_paper *told = &model->papers[answer];
    const struct model_person *one = &model->people[asked->person];
    const struct model_person *other = &model->people[told->person];
    const char *approvers = model_rule(asked->action)->approvers;
    if (!believed(model, asked) || !believed(model, told) || asked->step != MODEL_PROPOSES ||
        told->step == MODEL_PROPOSES || told->step == MODEL_ALONE || told->answers != proposal ||
        told->twisted || told->issued < asked->issued || told->issued >= asked->expires) {
        return false;
    }
    if (told->step == MODEL_WITHDRAWS) {
        return one->self == other->self;
    }
    if (told->step == MODEL_APPROVES) {
        bool wearers = approvers != NULL && strchr(approvers, 'W') != NULL;
        return one->self != other->self && one->badge != other->badge &&
               (!wearers || has_role(one, "SD") || has_role(other, "SD"));
    }
    return true;
}

/* ---- effects ---- */

/* K-086: what a request prolongs. */
static int64_t lapse(const struct model *model, const struct model_paper *asked, int64_t period)
{
    int64_t by_request = model->start[model_day(model, asked->issued) + 4];
    int64_t by_period = model_lapse(model, period);
    return by_request < by_period ? by_request : by_period;
}

static bool ask_for(struct model *model, int proposal)
{
    const struct model_paper *asked = &model->papers[proposal];
    struct model_clip *clip = &model->clips[asked->clip];
    bool own = clip->row && clip->state != MODEL_PLAIN;
    if (clip->row && clip->state == MODEL_PENDING) {
        return clip->decision == proposal;
    }
    int64_t until = lapse(model, asked, own ? clip->period : model_sealed_due(model, clip));
    if ((clip->row && clip->state == MODEL_HELD) || until <= model->now) {
        return false;
    }
    model_own_key(model, clip);
    clip->state = MODEL_PENDING;
    clip->due = until;
    clip->incident = asked->incident;
    clip->decision = proposal;
    return true;
}

/* K-087, K-199 */
static bool is_held_for(const struct model_clip *clip, const struct model_paper *asked)
{
    return clip->row && clip->state == MODEL_HELD &&
           (asked->incident == 0 || clip->incident == asked->incident) && asked->issued >= clip->held;
}

bool model_is_row(const struct model_paper *paper)
{
    return !paper->whole && paper->row && paper->also >= 0;
}

/* K-217, K-266, K-267 */
static bool hands_over(const struct model *model, struct model_paper *asked)
{
    bool all = model->recipients[asked->recipient] == MODEL_REGISTERED; /* K-089 */
    all = all && (asked->whole || asked->taken != 0);
    all = all && !(model_is_row(asked) && asked->in_clear);
    int clips[] = {asked->clip, asked->whole || model_is_row(asked) ? asked->also : -1};
    for (int i = 0; i < 2; i++) {
        const struct model_clip *clip = &model->clips[clips[i] >= 0 ? clips[i] : asked->clip];
        all = all && is_held_for(clip, asked) && clip->blocks == 0;
    }
    asked->taken = all && asked->taken == 0 ? model->now : asked->taken;
    return all;
}

/* K-238 */
static bool was_handed_over_since(const struct model *model, int clip, int64_t at)
{
    bool any = false;
    for (int i = 0; i < model->paper_count; i++) {
        const struct model_paper *paper = &model->papers[i];
        any = any || (paper->taken >= at && (paper->clip == clip || paper->also == clip));
    }
    return any;
}

static bool erase_early(struct model *model, struct model_clip *clip)
{
    if (clip->row && clip->state == MODEL_HELD) {
        return false;
    }
    for (int i = 0; i < model->ahead_count && !(clip->row && clip->state == MODEL_GONE); i++) { /* K-107 */
        if (model_by_ahead(&model->aheads[i], clip)) {
            return false;
        }
    }
    if (!clip->row || clip->state != MODEL_GONE) {
        clip->period = clip->row && clip->state != MODEL_PLAIN ? clip->period : 0;
        clip->forget = clip->reserve ? model->now + 400 * 24 * MODEL_HOUR_MS : 0;
        clip->blocks = 0;
        clip->due = 0;
        clip->row = true;
        clip->state = MODEL_GONE;
        clip->corrected = clip->released = false;
        clip->decision = -1;
    }
    return true;
}

static bool block(struct model *model, struct model_clip *clip, int ground)
{
    if (!clip->row) {
        clip->row = true;
        clip->state = MODEL_PLAIN;
        clip->blocks = 0;
        clip->due = 0;
        clip->forget = model->now + 400 * 24 * MODEL_HOUR_MS;
    }
    clip->blocks |= 1u << ground;
    return true;
}

static bool unblock(struct model_clip *clip, int ground)
{
    if (!clip->row || (clip->blocks & 1u << ground) == 0) {
        return false;
    }
    clip->blocks &= ~(1u << ground);
    clip->row = clip->state != MODEL_PLAIN || clip->blocks != 0;
    return true;
}

/* K-090 */
static bool hold_ahead(struct model *model, int proposal, int answer)
{
    const struct model_paper *asked = &model->papers[proposal];
    struct model_ahead ahead = {.camera = asked->camera,
                                .incident = asked->incident,
                                .paper = proposal,
                                .from = asked->from,
                                .until = asked->until,
                                .decided = model->stopped ? 0 : model->now,
                                .since = model->papers[answer].issued};
    if (!model->doubted && model->now > ahead.since) {
        ahead.since = model->now;
    }
    int last = model_day(model, asked->until - 1);
    for (int day = model_day(model, asked->from); day <= last; day++) {
        if (model->has_day[asked->camera][day] && model->stopped && model_due(model, day) <= model->now) {
            return false; /* K-059 */
        }
        if (model->has_day[asked->camera][day] && model_due(model, day) > model->now) {
            ahead.day[ahead.day_count++] = day;
        }
    }
    if (ahead.day_count == 0) {
        return false;
    }
    for (int key = 0; key < model->reserve_count[asked->camera]; key++) { /* K-211 */
        int64_t due = model->reserve[asked->camera][key].due;
        bool there = model->reserve[asked->camera][key].there;
        if (there && model->stopped && due != 0 && due <= model->now) {
            return false; /* K-059 */
        }
        ahead.reserve[key] = there && (due == 0 || due > model->now);
    }
    if (model->ahead_count == MODEL_AHEADS) {
        model_impossible("too many holds before docking");
    }
    model->aheads[model->ahead_count++] = ahead;
    return true;
}

static bool release_ahead(struct model *model, const struct model_paper *asked)
{
    bool any = false;
    bool later = false;
    for (int i = model->ahead_count - 1; i >= 0; i--) {
        const struct model_ahead *ahead = &model->aheads[i];
        bool same =
            ahead->camera == asked->camera && ahead->from == asked->from && ahead->until == asked->until;
        if (same && ahead->since <= asked->issued) { /* K-206 */
            model->aheads[i] = model->aheads[--model->ahead_count];
            any = true;
        } else if (same) {
            later = true;
        }
    }
    return any || !later; /* K-212 */
}

/* ST-027, ST-028, ST-099: a key is enrolled once, a badge is one person's, and nobody approves himself. */
static bool enrol(struct model *model, const struct model_paper *asked, const struct model_paper *told)
{
    struct model_person *offered = &model->people[asked->who];
    const struct model_person *approver = &model->people[told->person];
    if (offered->ever || offered->self == approver->self || offered->badge == approver->badge) {
        return false;
    }
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        const struct model_person *other = &model->people[i];
        if (other->ever && (other->self == offered->self) != (other->badge == offered->badge)) {
            return false;
        }
    }
    offered->enrolled = offered->ever = true;
    return true;
}

/* K-093 */
static bool take_policy(struct model *model, const struct model_paper *asked)
{
    int newest = 3;
    for (int i = 0; i < model->policy_count; i++) {
        newest = model->policies[i].version > newest ? model->policies[i].version : newest;
    }
    bool confirms = model->policy_count == 0 && asked->version == newest && asked->days == 14;
    if (asked->first_day <= model_day(model, model->now) || (asked->version <= newest && !confirms)) {
        return false;
    }
    if (model->policy_count == MODEL_POLICIES) {
        model_impossible("too many policies");
    }
    model->policies[model->policy_count].first_day = asked->first_day;
    model->policies[model->policy_count].days = asked->days;
    model->policies[model->policy_count++].version = asked->version;
    return true;
}

static bool confirm_clock(struct model *model, const struct model_paper *asked)
{
    if (!model->stopped || asked->stopped != model->stopped_since) { /* K-065 */
        return false;
    }
    model->stopped = model->doubted = false;
    model_destroy_due(model);
    model->anchored = false;
    return true;
}

static bool effect(struct model *model, int proposal, int answer)
{
    struct model_paper *asked = &model->papers[proposal];
    struct model_clip *clip = &model->clips[asked->clip];
    switch (asked->action) {
    case MODEL_HOLD: /* K-129 */
        return model->papers[answer].issued < model->start[model_day(model, asked->issued) + 4] &&
               model_hold(model, clip, asked->incident, proposal,
                          model->doubted ? model->papers[answer].issued : model->now);
    case MODEL_RELEASE:
        if (!is_held_for(clip, asked) ||
            was_handed_over_since(model, asked->clip, model->papers[answer].issued)) {
            return false;
        }
        model_go_back(model, clip);
        return true;
    case MODEL_ERASE_EARLY:
        return erase_early(model, clip);
    case MODEL_OPEN: /* K-088; what is signed to have it shown lives for five minutes (K-122) */
        return is_held_for(clip, asked) && clip->blocks == 0 && model->newest < model->now + 5 * MINUTE_MS;
    case MODEL_HAND_OVER:
        return hands_over(model, asked);
    case MODEL_DAY:
        return model_say_day(model, clip, asked->day);
    case MODEL_HOLD_AHEAD:
        return hold_ahead(model, proposal, answer);
    case MODEL_RELEASE_AHEAD:
        return release_ahead(model, asked);
    case MODEL_BLOCK:
        return block(model, clip, asked->ground);
    case MODEL_UNBLOCK:
        return unblock(clip, asked->ground);
    case MODEL_RECIPIENT:
        if (model->recipients[asked->recipient] != MODEL_UNKNOWN) {
            return false;
        }
        model->recipients[asked->recipient] = MODEL_REGISTERED;
        return true;
    case MODEL_RECIPIENT_ENDS:
        if (model->recipients[asked->recipient] == MODEL_UNKNOWN) {
            return false;
        }
        model->recipients[asked->recipient] = MODEL_ENDED;
        return true;
    case MODEL_ENROL:
        return enrol(model, asked, &model->papers[answer]);
    case MODEL_REVOKE:
        model->people[asked->who].revoked = model->people[asked->who].ever;
        return model->people[asked->who].ever;
    case MODEL_POLICY:
        return take_policy(model, asked);
    case MODEL_CLOCK:
        return confirm_clock(model, asked);
    case MODEL_RECOVERY_KEY:
        model->recovery = asked->recipient;
        return true;
    case MODEL_RECOVERY_KEY_ENDS:
        model->recovery = -1;
        return true;
    default:
        return false;
    }
}

static void remember(struct model *model, int proposal, int answer, bool refused)
{
    struct model_paper *asked = &model->papers[proposal];
    asked->decided = true;
    asked->refused = refused;
    asked->answer = answer;
    asked->remembered_until = asked->expires + 96 * MODEL_HOUR_MS;
    if (answer >= 0 && model->papers[answer].expires > asked->expires) {
        asked->remembered_until = model->papers[answer].expires + 96 * MODEL_HOUR_MS;
    }
}

/* K-083 */
static bool again(const struct model *model, int proposal, int answer)
{
    const struct model_paper *asked = &model->papers[proposal];
    const struct model_clip *clip = &model->clips[asked->clip];
    if (asked->answer != answer) {
        return false;
    }
    return asked->action != MODEL_HOLD || asked->refused || (clip->row && clip->decision == proposal);
}

/* K-082: the clip that comes along is the one that was decided about; a hold and a day count when it opens.
 */
static bool brings_it(struct model *model, const struct model_paper *asked, int brought)
{
    bool opens = asked->action == MODEL_HOLD || asked->action == MODEL_DAY;
    if (!opens && asked->action != MODEL_ERASE_EARLY) {
        return true;
    }
    return brought == asked->clip && (!opens || model_opens(model, asked->clip) == MODEL_YES);
}

/* A request that waits for its answer. */
static bool is_open(const struct model *model, int proposal)
{
    const struct model_paper *asked = &model->papers[proposal];
    const struct model_clip *clip = &model->clips[asked->clip];
    return asked->action == MODEL_HOLD && clip->row && clip->state == MODEL_PENDING &&
           clip->decision == proposal;
}

static void refuse_it(struct model *model, int proposal)
{
    if (is_open(model, proposal)) {
        model_go_back(model, &model->clips[model->papers[proposal].clip]);
    }
}

bool model_decide(struct model *model, int proposal, int answer, int brought, bool has_records)
{
    const struct model_paper *asked = &model->papers[proposal];
    bool alone = asked->step == MODEL_ALONE;
    if (waits_for_the_clock(model, proposal, answer)) {
        return false;
    }
    if (!has_records || (answer >= 0 ? !believed_pair(model, proposal, answer) : !believed(model, asked))) {
        return false;
    }
    if (answer < 0 && !alone && (asked->step != MODEL_PROPOSES || asked->action != MODEL_HOLD)) {
        return false; /* K-081 */
    }
    if (asked->decided) {
        return again(model, proposal, answer);
    }
    if (answer >= 0 && model->papers[answer].step != MODEL_APPROVES) {
        refuse_it(model, proposal);
        remember(model, proposal, answer, true);
        return true;
    }
    if (answer < 0 && is_open(model, proposal)) { /* K-126: whatever comes along */
        return true;
    }
    if (!brings_it(model, asked, brought)) {
        return false;
    }
    if (answer < 0 && !alone) {
        return ask_for(model, proposal);
    }
    if (!effect(model, proposal, answer)) {
        return false;
    }
    if (asked->action != MODEL_OPEN && asked->action != MODEL_HAND_OVER) {
        remember(model, proposal, answer, false);
    }
    return true;
}

int model_living_people(const struct model *model)
{
    int count = 0;
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        count += model->people[i].enrolled && !model->people[i].revoked ? 1 : 0;
    }
    return count;
}
