/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sweep/histories_stage.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/keeper_log.h"

#define STAGE_PLAN 512 /* bytes: of two clips, for one recipient */

static struct stage the_stage;

static const struct keeper_log ledgers[] = {{.origin = "asservat.example/ledger", .fork = UINT64_MAX},
                                            {.origin = "asservat.example/ledger", .branch = 1}};

/* As keeper_people has them, then: the wearer's second credential, with another role; a stranger; one with
 * the chief's badge; another wearer. */
static const struct {
    const char *roles;
    int self, badge;
    bool enrolled;
} everybody[MODEL_PEOPLE] = {
    {"W", 0, 0, true},  {"S", 1, 1, true},  {"D", 2, 2, true},    {"R", 3, 3, true},
    {"E", 4, 4, true},  {"P", 5, 5, true},  {"A", 6, 6, true},    {"D", 0, 0, false},
    {"S", 8, 8, false}, {"S", 9, 1, false}, {"W", 10, 10, false},
};

struct stage *stage_get(void)
{
    return &the_stage;
}

static void make_others(int64_t until_ms)
{
    struct asv_test_person *others = the_stage.others;
    keeper_person_init(&others[0], 120, ASV_ROLE_DEPUTY, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[1], 121, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[2], 122, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[3], 123, ASV_ROLE_WEARER, ASV_ALG_ED25519, until_ms);
    memcpy(others[0].credential.person, the_stage.people.wearer.credential.person, ASV_UUID_BYTES);
    memcpy(others[0].credential.badge, the_stage.people.wearer.credential.badge, ASV_SHA256_BYTES);
    memcpy(others[2].credential.badge, the_stage.people.chief.credential.badge, ASV_SHA256_BYTES);
    asv_test_person_again(&others[0]);
    asv_test_person_again(&others[2]);
}

void stage_set_up(void)
{
    static struct keeper_decision decision;
    const struct keeper_people *people = &the_stage.people;
    keeper_site_init(&the_stage.site, 1);
    keeper_people_init_until(&the_stage.people, &the_stage.site, ASV_TEST_NOT_AFTER_MS);
    if (keeper_begin_ledger(&the_stage.site, people, &decision, ledgers[0].origin, 230).status != ASV_OK) {
        model_impossible("no ledger");
    }
    make_others(ASV_TEST_NOT_AFTER_MS);
    asv_test_agency_issue(&the_stage.site.agency, &the_stage.second, ASV_ROLE_CAMERA, 2);
    the_stage.cameras[0] = &the_stage.site.agency.camera;
    the_stage.cameras[1] = &the_stage.second;
    const struct asv_test_person *persons[MODEL_PEOPLE] = {
        &people->wearer,      &people->chief,       &people->deputy,     &people->reviewer,
        &people->exporter,    &people->officer,     &people->admin,      &the_stage.others[0],
        &the_stage.others[1], &the_stage.others[2], &the_stage.others[3]};
    memcpy(the_stage.persons, persons, sizeof persons);
    the_stage.base = keeper_disk_copy(the_stage.site.disk);
}

static void drop_replica(struct stage *stage)
{
    if (stage->replica != NULL) {
        asv_store_close(stage->site.keeper.store);
        stage->site.keeper.store = NULL;
        keeper_disk_free(stage->replica);
        keeper_disk_free(stage->box);
        stage->replica = stage->box = NULL;
    }
}

/* An empty one, which is filled. Power goes for all of it at once. */
static void add_replica(struct stage *stage, uint64_t seed)
{
    stage->replica = keeper_disk_new(seed + 1);
    stage->box = keeper_disk_new(seed + 2);
    keeper_disk_add_replica(&stage->site.setup, stage->replica, stage->box);
    struct keeper_disk *all[] = {stage->site.disk, stage->replica, stage->box};
    for (int i = 0; i < 3; i++) {
        all[i]->with[0] = all[(i + 1) % 3];
        all[i]->with[1] = all[(i + 2) % 3];
    }
    keeper_site_restart(&stage->site);
}

void stage_tear_down(void)
{
    drop_replica(&the_stage);
    keeper_site_free(&the_stage.site);
    keeper_disk_free(the_stage.base);
}

void stage_begin(struct stage *stage, uint64_t seed, int year, int month, int day)
{
    model_init(&stage->model, year, month, day);
    asv_test_world_init(&stage->site.world, seed);
    stage->site.world.wall = stage->model.start[MODEL_BEFORE] + 6 * MODEL_HOUR_MS;
    stage->model.now = stage->site.world.wall;
    stage->model.mono = (int64_t)stage->site.world.mono;
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        stage->model.people[i] = (struct model_person){.roles = everybody[i].roles,
                                                       .self = everybody[i].self,
                                                       .badge = everybody[i].badge,
                                                       .enrolled = everybody[i].enrolled,
                                                       .ever = everybody[i].enrolled};
    }
    memset(stage->ruled, 0, sizeof stage->ruled);
    for (int i = 0; i < MODEL_CLIPS; i++) {
        stage->lives[i] = (struct life){.request = -1};
    }
    stage->delivery_count = stage->key_count = 0;
    stage->fault_at = 0;
    stage->why[0] = '\0';
    drop_replica(stage);
    keeper_site_load(&stage->site, stage->base);
    stage->site.disk->seed = seed;
    if (seed % 2 == 0) {
        add_replica(stage, seed);
    }
}

void stage_start_again(struct stage *stage)
{
    keeper_site_restart(&stage->site);
    model_start_again(&stage->model);
}

/* ---- faults ---- */

void stage_arm(struct stage *stage)
{
    struct keeper_disk *all[] = {stage->site.disk, stage->replica, stage->box};
    struct keeper_disk *it = all[stage->replica == NULL ? 0 : stage->fault_at / 2 % 3];
    keeper_disk_arm(it->away ? (it == all[0] ? all[1] : all[0]) : it, stage->fault_at, stage->fault);
    stage->fault_at = 0;
}

/* What the armed fault did; power is back, and nothing is armed. */
static bool disarm(struct keeper_disk *disk, bool *dead)
{
    bool struck = disk->struck;
    *dead = *dead || disk->dead;
    keeper_disk_arm(disk, 0, disk->fault);
    keeper_disk_reboot(disk);
    return struck;
}

bool stage_is_whole(struct stage *stage)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_STATUS};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    return reply.status == ASV_OK && reply.state.in_step[0] &&
           (reply.state.directory_count < 2 || reply.state.in_step[1]);
}

bool stage_struck(struct stage *stage)
{
    bool dead = false;
    bool struck = disarm(stage->site.disk, &dead);
    if (stage->replica != NULL) {
        struck = disarm(stage->replica, &dead) || struck;
        struck = disarm(stage->box, &dead) || struck;
    }
    if (dead) {
        stage_start_again(stage);
    }
    stage->was_struck = stage->was_struck || struck;
    return struck;
}

struct asv_keeper_reply stage_ask(struct stage *stage, enum asv_keeper_role role,
                                  struct asv_keeper_request *request)
{
    stage->model.newest = stage->site.keeper.store->index->wall_ms;
    if (request->type != ASV_KEEPER_STATUS) { /* K-121 */
        model_look(&stage->model);
    }
    stage_arm(stage);
    struct asv_keeper_reply reply = keeper_ask(&stage->site, role, request);
    bool struck = stage_struck(stage);
    for (int i = 0; i < 3 && struck && reply.status != ASV_OK; i++) {
        reply = keeper_ask(&stage->site, role, request);
    }
    if (request->type != ASV_KEEPER_STATUS) {
        model_look(&stage->model); /* when it was started anew in between */
    }
    return reply;
}

/* ---- cameras ---- */

static void learn_key(struct stage *stage, int camera, bool reserve, int key, const uint8_t *pk)
{
    for (int i = 0; i < stage->key_count; i++) {
        if (stage->keys[i].camera != camera || stage->keys[i].reserve != reserve ||
            stage->keys[i].key != key || stage->keys[i].replaced) {
            continue;
        }
        if (memcmp(stage->keys[i].pk, pk, ASV_X25519_BYTES) == 0) {
            return;
        }
        stage->keys[i].replaced = true;
    }
    if (stage->key_count < STAGE_KEYS) {
        stage->keys[stage->key_count].camera = camera;
        stage->keys[stage->key_count].reserve = reserve;
        stage->keys[stage->key_count].key = key;
        stage->keys[stage->key_count].replaced = false;
        memcpy(stage->keys[stage->key_count++].pk, pk, ASV_X25519_BYTES);
    }
}

/* K-052: today's key and those after it, up to the first day without. */
static bool check_bulletin(struct stage *stage, int camera, const struct asv_bulletin *bulletin)
{
    const struct model *model = &stage->model;
    int today = model_day(model, model->now);
    int count = 0;
    while (model->has_day[camera][today + count] && model_due(model, today + count) > model->now) {
        count++;
    }
    if (bulletin->key_count != count || bulletin->policy_version != (uint32_t)model_version(model, today)) {
        return stage_fail(stage, "a bulletin has %d days, not %d, policy %u, not %d", bulletin->key_count,
                          count, (unsigned)bulletin->policy_version, model_version(model, today));
    }
    for (int i = 0; i < count; i++) {
        struct asv_bulletin_key key;
        asv_bulletin_key_at(bulletin, (uint16_t)i, &key);
        if (key.date != model->date[today + i] || key.start_ms != model->start[today + i] ||
            key.end_ms != model->start[today + i + 1]) {
            return stage_fail(stage, "a bulletin's day is not %u as the model has it",
                              model->date[today + i]);
        }
        learn_key(stage, camera, false, today + i, key.pk);
    }
    learn_key(stage, camera, true, model->reserve_count[camera] - 1, bulletin->reserve.pk);
    return true;
}

bool stage_bulletin(struct stage *stage, int camera, bool reserve_used)
{
    struct asv_bulletin bulletin;
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN,
                                         .chain = stage->cameras[camera]->chain.encoded,
                                         .reserve_used = reserve_used};
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_DOCK, &request);
    if (reserve_used && !model_may_replace(&stage->model, camera)) { /* K-230 */
        stage_tell(stage, "camera %d: no other reserve key today", camera);
        return stage_expect(stage, reply.status == ASV_OK, false, "BULLETIN") &&
               (reply.status == ASV_E_STATE || stage_fail(stage, "refused otherwise: %s", reply.detail));
    }
    bool fresh = model_bulletin(&stage->model, camera, reserve_used);
    stage_tell(stage, "camera %d: bulletin%s", camera, fresh ? " with another reserve key" : "");
    if (reply.status != ASV_OK ||
        asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL) != ASV_OK) {
        return stage_fail(stage, "no bulletin: %s", reply.detail);
    }
    return check_bulletin(stage, camera, &bulletin);
}

bool stage_record(struct stage *stage, int camera, bool reserve, int key, int64_t start, uint32_t n)
{
    struct model *model = &stage->model;
    struct model_clip *clip = &model->clips[model->clip_count];
    struct asv_bulletin_key sealed_for = {.kind = reserve ? ASV_KEY_RESERVE : ASV_KEY_DAY};
    int known = 0;
    while (known < stage->key_count &&
           (stage->keys[known].camera != camera || stage->keys[known].key != key ||
            stage->keys[known].reserve != reserve || stage->keys[known].replaced)) {
        known++;
    }
    if (known == stage->key_count) {
        return false;
    }
    sealed_for.date = reserve ? 0 : model->date[key];
    memcpy(sealed_for.pk, stage->keys[known].pk, sizeof sealed_for.pk);
    stage->site.world.wall = start; /* as the camera's clock has it */
    keeper_clip_make(&stage->site, stage->cameras[camera], &sealed_for, n % 8 == 0 ? 1 : 0,
                     &stage->clips[model->clip_count]);
    stage->site.world.wall = model->now;
    stage->clips[model->clip_count].header.bulletin = 1; /* which was committed: K-067 */
    keeper_clip_sign(&stage->clips[model->clip_count], stage->cameras[camera]->sk);
    keeper_clip_digest(stage->digests[model->clip_count], &stage->clips[model->clip_count],
                       stage->cameras[camera]);
    *clip =
        (struct model_clip){.camera = camera, .reserve = reserve, .key = key, .start = start, .decision = -1};
    model->clip_count++;
    return true;
}

/* ---- what leaves ---- */

static bool asks_for_a_clip(const struct stage *stage, const struct delivery *delivery)
{
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    return asked->action == MODEL_HAND_OVER && !asked->whole && delivery->answer >= 0 &&
           stage->model.papers[delivery->answer].step == MODEL_APPROVES;
}

static const struct asv_test_identity *recipient(const struct stage *stage, int n)
{
    return n == 0 ? &stage->site.agency.dock : &stage->second;
}

/* A key that left in one stanza, for this recipient. */
static bool unwrap(const struct stage *stage, struct asv_bytes stanzas, int to,
                   uint8_t key[ASV_FILE_KEY_BYTES])
{
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    asv_reader_init(&reader, stanzas.data, stanzas.len);
    return asv_age_stanza_read(&reader, &stanza) == ASV_OK && asv_reader_left(&reader) == 0 &&
           asv_age_unwrap(key, &stanza, recipient(stage, to)->kx_sk) == ASV_OK;
}

/* Of a HAND_OVER: in an age header (K-218). */
static bool unwrap_header(const struct stage *stage, struct asv_bytes text, int to,
                          uint8_t key[ASV_FILE_KEY_BYTES])
{
    struct asv_age_header header;
    return asv_age_header_read(&header, text.data, text.len) == ASV_OK && header.text.len == text.len &&
           unwrap(stage, header.stanzas, to, key) && asv_age_header_check(&header, key) == ASV_OK;
}

static bool is_key_of(const struct stage *stage, int clip, const uint8_t key[ASV_FILE_KEY_BYTES])
{
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, key);
    return memcmp(commitment, stage->clips[clip].header.commitment, sizeof commitment) == 0;
}

/* K-144: what is held is wrapped for the recovery key, when there is one, and nothing else is. */
static bool check_recovery(struct stage *stage, const struct asv_keeper_reply *reply, int clip, bool held)
{
    uint8_t key[ASV_FILE_KEY_BYTES];
    if (reply->status != ASV_OK || !held || stage->model.recovery < 0) {
        return reply->stanza.len == 0 || stage_fail(stage, "a key left for the recovery key");
    }
    return (unwrap(stage, reply->stanza, stage->model.recovery, key) && is_key_of(stage, clip, key)) ||
           stage_fail(stage, "K-144: what is held is not wrapped for the recovery key");
}

/* ---- what happened to a clip ---- */

/* Somebody keeps it, or asks for it: it has the end that its key has now, whatever people decide about
 * periods later. */
static void live_on(struct stage *stage, int number)
{
    int64_t natural = model_sealed_due(&stage->model, &stage->model.clips[number]);
    if (natural > stage->lives[number].natural) {
        stage->lives[number].natural = natural;
    }
}

/* Once (K-106, K-141). */
static void say_period(struct stage *stage, int number, int64_t end)
{
    if (stage->lives[number].period == 0 && end != 0) {
        stage->lives[number].period = end;
        stage->lives[number].said = stage->model.now;
    }
}

/* LAW T1: as two people said, not longer than what is recorded today, nor than its reserve key. */
static int64_t end_of_day(const struct stage *stage, const struct model_clip *clip, int day)
{
    const struct model *model = &stage->model;
    int64_t end = model_due(model, day);
    int64_t today = model_due(model, model_day(model, model->now));
    int64_t reserve = clip->reserve ? model_sealed_due(model, clip) : 0;
    end = today < end ? today : end;
    return reserve != 0 && reserve < end ? reserve : end;
}

/* What was decided about a clip, for the first time. */
static void live(struct stage *stage, const struct delivery *delivery)
{
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    struct life *life = &stage->lives[asked->clip];
    bool approved = delivery->answer >= 0 && stage->model.papers[delivery->answer].step == MODEL_APPROVES;
    if (asked->action == MODEL_HOLD && delivery->answer >= 0 && life->request == delivery->proposal) {
        life->request = -1;
    }
    switch (asked->action) {
    case MODEL_HOLD:
        if (approved) {
            life->held = true;
            life->released = false;
            live_on(stage, asked->clip);
        } else if (delivery->answer < 0) {
            life->request = delivery->proposal;
            live_on(stage, asked->clip);
        }
        break;
    case MODEL_RELEASE:
        life->released |= approved;
        life->held &= !approved;
        break;
    case MODEL_ERASE_EARLY:
        life->erased |= approved;
        break;
    case MODEL_DAY:
        if (approved) {
            live_on(stage, asked->clip);
            say_period(stage, asked->clip, end_of_day(stage, &stage->model.clips[asked->clip], asked->day));
        }
        break;
    default:
        break;
    }
}

/* ---- keys without a decision ---- */

bool stage_keep(struct stage *stage, const struct model_keep *keep)
{
    static uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    const struct model *model = &stage->model;
    const struct asv_test_identity *camera = stage->cameras[model->clips[keep->clip].camera];
    const struct asv_test_identity *signer = keep->receipt_true ? &stage->site.agency.dock : camera;
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, &stage->clips[keep->clip]);
    request.type = ASV_KEEPER_KEEP;
    request.chunk_count = 0;
    request.why = (uint8_t)keep->why;
    if (keep->why == MODEL_WHY_DAY) {
        const struct asv_test_identity *of = stage->cameras[model->clips[keep->receipt_clip].camera];
        keeper_receipt(&request, receipt, of, &stage->clips[keep->receipt_clip], keep->due, model->now,
                       signer);
    } else if (keep->why == MODEL_WHY_AHEAD && keep->paper >= 0) {
        asv_statement_digest(request.digest, &stage->papers[keep->paper].statement);
    }
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    bool should = model_keep(&stage->model, keep);
    if (should) {
        live_on(stage, keep->clip);
        stage->lives[keep->clip].held |= keep->why == MODEL_WHY_AHEAD;
        stage->lives[keep->clip].released &= keep->why != MODEL_WHY_AHEAD;
        say_period(stage, keep->clip, keep->why == MODEL_WHY_DAY ? keep->due : 0);
    }
    static const char *const whys[] = {"", "DAY", "AHEAD", "EARLY"};
    stage_tell(stage, "KEEP clip %d, %s: %s", keep->clip, whys[keep->why], reply.detail);
    if (reply.status == ASV_OK && reply.until_ms != model->clips[keep->clip].due) {
        return stage_fail(stage, "KEEP says another due");
    }
    const struct model_clip *kept = &model->clips[keep->clip];
    if (!check_recovery(stage, &reply, keep->clip,
                        keep->why == MODEL_WHY_AHEAD && kept->row && kept->state == MODEL_HELD &&
                            kept->decision == keep->paper)) {
        return false;
    }
    /* Done, then struck, then asked again: a day that is past has ended it. */
    bool ended = keep->why == MODEL_WHY_DAY && !model_has_key(&model->clips[keep->clip]) && stage->was_struck;
    bool done = reply.status == ASV_OK || (ended && should && reply.status == ASV_E_EXPIRED);
    return stage_expect(stage, done, should, "KEEP");
}

/* Every head that leaves is of one tree that grew. */
bool stage_sign(struct stage *stage, bool honest, uint64_t old_size, uint64_t new_size)
{
    static struct asv_proof proof;
    struct asv_keeper_request request;
    keeper_log_request(&ledgers[honest ? 0 : 1], old_size, new_size, &proof, &request);
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_LEDGER, &request);
    bool should = model_sign(&stage->model, honest, old_size, new_size);
    stage_tell(stage, "%s head from %u to %u: %s", honest ? "a" : "another tree's", (unsigned)old_size,
               (unsigned)new_size, reply.detail);
    return stage_expect(stage, reply.status == ASV_OK, should, "SIGN");
}

static void show(const struct stage *stage, const struct model_word *word, struct asv_keeper_request *request)
{
    static struct keeper_inventory what;
    what = (struct keeper_inventory){.camera = stage->cameras[word->camera],
                                     .agency = &stage->site.agency,
                                     .signer = word->true_one ? NULL : &stage->site.agency.dock,
                                     .issued_ms = word->docked,
                                     .wall_ms = word->docked,
                                     .held = word->emptied ? 0 : 1};
    keeper_inventory(request, &what);
}

bool stage_finish_day(struct stage *stage, int day, const struct model_word *word)
{
    const struct model *model = &stage->model;
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_EARLY, .from_date = model->date[day]};
    show(stage, word, &request);
    enum asv_status status = stage_ask(stage, ASV_KEEPER_ADMIN, &request).status;
    bool should = model_finish(&stage->model, day, word);
    /* Done, then struck, then asked again: it is not there any more. */
    bool done = status == ASV_OK || (should && stage->was_struck && status == ASV_E_NOT_FOUND);
    stage_tell(stage, "FINISH camera %d, %u", word->camera, model->date[day]);
    return stage_expect(stage, done, should, "FINISH");
}

bool stage_finish_ahead(struct stage *stage, int paper, const struct model_word *word)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_AHEAD};
    show(stage, word, &request);
    asv_statement_digest(request.digest, &stage->papers[paper].statement);
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_ADMIN, &request);
    bool should = model_finish_ahead(&stage->model, paper, word);
    bool done = reply.status == ASV_OK || (should && stage->was_struck && reply.status == ASV_E_NOT_FOUND);
    stage_tell(stage, "FINISH of what was held before docking: %s", reply.detail);
    return stage_expect(stage, done, should, "FINISH AHEAD");
}

/* ---- statements ---- */

static uint16_t action_code(enum model_action action)
{
    static const uint16_t codes[MODEL_ACTIONS] = {
        [MODEL_HOLD] = ASV_ACTION_HOLD,
        [MODEL_RELEASE] = ASV_ACTION_RELEASE,
        [MODEL_ERASE_EARLY] = ASV_ACTION_ERASE_EARLY,
        [MODEL_OPEN] = ASV_ACTION_OPEN,
        [MODEL_HAND_OVER] = ASV_ACTION_HAND_OVER,
        [MODEL_DAY] = ASV_ACTION_DAY,
        [MODEL_HOLD_AHEAD] = ASV_ACTION_HOLD_AHEAD,
        [MODEL_RELEASE_AHEAD] = ASV_ACTION_RELEASE_AHEAD,
        [MODEL_BLOCK] = ASV_ACTION_BLOCK,
        [MODEL_UNBLOCK] = ASV_ACTION_UNBLOCK,
        [MODEL_RECIPIENT] = ASV_ACTION_RECIPIENT,
        [MODEL_RECIPIENT_ENDS] = ASV_ACTION_RECIPIENT_ENDS,
        [MODEL_ENROL] = ASV_ACTION_ENROL,
        [MODEL_REVOKE] = ASV_ACTION_REVOKE,
        [MODEL_POLICY] = ASV_ACTION_POLICY,
        [MODEL_CLOCK] = ASV_ACTION_CLOCK,
        [MODEL_RECOVERY_KEY] = ASV_ACTION_RECOVERY_KEY,
        [MODEL_RECOVERY_KEY_ENDS] = ASV_ACTION_RECOVERY_KEY_ENDS,
    };
    return codes[action];
}

/* What a HAND_OVER is about: one clip or two, for its one recipient. *number: which of them the first is. */
static size_t plan_of(const struct stage *stage, const struct model_paper *paper, uint8_t out[STAGE_PLAN],
                      uint16_t *number)
{
    static const uint8_t name[] = "Staatsanwaltschaft Duisburg";
    static const uint8_t case_text[] = "32-3/2026-0042";
    struct asv_plan plan = {.case_number = {case_text, sizeof case_text - 1},
                            .outputs = ASV_PLAN_CARRIER,
                            .recipient_count = 1,
                            .clip_count = 1};
    struct asv_plan_clip clips[2] = {{.form = ASV_PLAN_SEALED}, {.form = ASV_PLAN_SEALED}};
    struct asv_writer writer;
    memcpy(plan.agency, stage->site.agency.id, sizeof plan.agency);
    memset(plan.id, 1, sizeof plan.id);
    memset(plan.incident, paper->incident, sizeof plan.incident);
    memcpy(plan.recipients[0].key, recipient(stage, paper->recipient)->kx_pk, ASV_X25519_BYTES);
    plan.recipients[0].name = (struct asv_bytes){name, sizeof name - 1};
    plan.clip_count = paper->also >= 0 ? 2 : 1;
    *number = paper->also >= 0 &&
              memcmp(stage->digests[paper->also], stage->digests[paper->clip], ASV_SHA256_BYTES) < 0;
    clips[*number].form = paper->in_clear ? ASV_PLAN_WHOLE : ASV_PLAN_SEALED;
    memcpy(clips[*number].header, stage->digests[paper->clip], ASV_SHA256_BYTES);
    if (paper->also >= 0) {
        memcpy(clips[1 - *number].header, stage->digests[paper->also], ASV_SHA256_BYTES);
    }
    asv_writer_init(&writer, out, STAGE_PLAN);
    if (asv_plan_write(&writer, &plan, clips) != ASV_OK) {
        model_impossible("a plan");
    }
    return writer.len;
}

static void fill_subject(const struct stage *stage, struct asv_subject *subject,
                         const struct model_paper *paper)
{
    uint8_t plan[STAGE_PLAN];
    uint16_t number;
    switch (subject->kind) {
    case ASV_SUBJECT_CLIP:
    case ASV_SUBJECT_VIEWER:
        memcpy(subject->id, stage->digests[paper->clip], sizeof subject->id);
        break;
    case ASV_SUBJECT_DAY:
        memcpy(subject->id, stage->digests[paper->clip], sizeof subject->id);
        subject->date = stage->model.date[paper->day];
        break;
    case ASV_SUBJECT_HANDOVER:
        asv_plan_digest(subject->id, plan, plan_of(stage, paper, plan, &number));
        break;
    case ASV_SUBJECT_CAMERA:
        memcpy(subject->id, stage->cameras[paper->camera]->cert_digest, sizeof subject->id);
        subject->from_ms = paper->from;
        subject->until_ms = paper->until;
        break;
    case ASV_SUBJECT_CREDENTIAL:
        memcpy(subject->id, stage->persons[paper->who]->digest, sizeof subject->id);
        break;
    case ASV_SUBJECT_POLICY:
        subject->version = (uint32_t)paper->version;
        subject->days = (uint16_t)paper->days;
        subject->from_date = stage->model.date[paper->first_day];
        break;
    case ASV_SUBJECT_KEEPER:
        memcpy(subject->store, stage->site.keeper.store->index->store, sizeof subject->store);
        subject->stopped_ms = paper->action == MODEL_CLOCK ? paper->stopped : 0;
        break;
    default:
        break;
    }
}

static void fill_matter(const struct stage *stage, struct asv_statement *out, const struct model_paper *paper)
{
    static const uint8_t case_text[] = "32-3/2026-0042";
    const struct asv_action_rule *rule = asv_action_rule(out->action);
    fill_subject(stage, &out->subject, paper);
    if (paper->ground != 0) {
        out->ground = (uint8_t)paper->ground;
    }
    if (rule->incident == ASV_REQUIRED || (rule->incident == ASV_OPTIONAL && paper->incident != 0)) {
        memset(out->incident, paper->incident, sizeof out->incident);
        out->case_text = (struct asv_bytes){case_text, sizeof case_text - 1};
    }
    if (out->has_recipient) {
        memcpy(out->recipient_pk, recipient(stage, paper->recipient)->kx_pk, sizeof out->recipient_pk);
    }
}

int stage_write(struct stage *stage, const struct model_paper *paper)
{
    int number = stage->model.paper_count++;
    const struct asv_test_person *person = stage->persons[paper->person];
    struct asv_statement statement;
    asv_test_statement(&statement, action_code(paper->action), (uint8_t)paper->step, person, 1);
    if (paper->answers < 0) {
        fill_matter(stage, &statement, paper);
    } else {
        asv_test_answer(&statement, &stage->papers[paper->answers].statement);
        statement.subject.id[0] ^= paper->twisted ? 1 : 0;
    }
    asv_store_be32(statement.nonce, (uint32_t)number);
    statement.issued_ms = paper->issued;
    statement.expires_ms = paper->expires;
    asv_test_state(&stage->papers[number], &statement, person, NULL);
    stage->model.papers[number] = *paper;
    return number;
}

/* ---- decisions ---- */

static void add_person(const struct stage *stage, struct asv_keeper_request *request, int person)
{
    const struct asv_test_person *known = stage->persons[person];
    request->records[request->record_count++] = known->credential.encoded;
}

static void decide_request(const struct stage *stage, struct asv_keeper_request *request,
                           const struct delivery *delivery)
{
    static uint8_t plan[STAGE_PLAN];
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    bool needs_clip =
        asked->action == MODEL_HOLD || asked->action == MODEL_ERASE_EARLY || asked->action == MODEL_DAY;
    *request = (struct asv_keeper_request){0};
    if (needs_clip && delivery->brought >= 0) {
        keeper_opens_request(request, stage->cameras[stage->model.clips[delivery->brought].camera],
                             &stage->clips[delivery->brought]);
    }
    request->type = ASV_KEEPER_DECIDE;
    request->number = ASV_KEEPER_NO_CLIP;
    if (asked->action == MODEL_HAND_OVER) {
        request->plan = (struct asv_bytes){plan, plan_of(stage, asked, plan, &request->number)};
        request->more[0] = (uint16_t)(1 - request->number);
        request->more_count = model_is_row(asked) ? 1 : 0;
        request->number = asked->whole ? ASV_KEEPER_NO_CLIP : request->number;
    }
    request->proposal =
        (struct asv_bytes){stage->papers[delivery->proposal].data, stage->papers[delivery->proposal].len};
    if (delivery->answer >= 0) {
        request->answer =
            (struct asv_bytes){stage->papers[delivery->answer].data, stage->papers[delivery->answer].len};
    }
    if (delivery->records && delivery->answer >= 0) {
        add_person(stage, request, stage->model.papers[delivery->answer].person);
    }
    if (delivery->records) {
        add_person(stage, request, asked->person);
    }
    if (delivery->records && asked->action == MODEL_ENROL) {
        add_person(stage, request, asked->who);
    }
}

static bool is_opening(const struct stage *stage, const struct delivery *delivery)
{
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    return asked->action == MODEL_OPEN && asked->answers < 0 && delivery->answer >= 0 &&
           stage->model.papers[delivery->answer].step == MODEL_APPROVES;
}

/* Whoever proposed an OPEN has it shown: what was asked for becomes what that rests on. */
static void show_request(const struct stage *stage, struct asv_keeper_request *request,
                         const struct delivery *delivery, struct asv_test_stated *show)
{
    static uint32_t shown;
    const struct asv_test_person *person = stage->persons[stage->model.papers[delivery->proposal].person];
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, person, 0xa5);
    asv_test_answer(&statement, &stage->papers[delivery->proposal].statement);
    int64_t life_ms = statement.expires_ms - statement.issued_ms;
    statement.action = ASV_ACTION_SHOW;
    statement.issued_ms = stage->site.world.wall;
    statement.expires_ms = stage->site.world.wall + life_ms;
    asv_store_be32(statement.nonce, ++shown);
    asv_test_state(show, &statement, person, NULL);
    request->open = request->proposal;
    request->agreed = request->answer;
    request->proposal = (struct asv_bytes){show->data, show->len};
    request->answer = (struct asv_bytes){0};
}

/* K-171: what was made use of is made use of once. */
static bool is_spent(struct stage *stage, struct asv_keeper_request *request)
{
    struct asv_keeper_reply reply = stage_ask(stage, ASV_KEEPER_PEOPLE, request);
    return (reply.status != ASV_OK && reply.file_key == NULL) ||
           stage_fail(stage, "one showing showed twice");
}

/* K-266: with it, of the second one a header alone, when both were asked for. */
static bool check_second(struct stage *stage, const struct model_paper *asked,
                         const struct asv_keeper_reply *reply)
{
    uint8_t key[ASV_FILE_KEY_BYTES];
    bool row = asked->action == MODEL_HAND_OVER && model_is_row(asked);
    if (reply->more_count != (row ? 1 : 0)) {
        return stage_fail(stage, "another number of clips left than was asked for");
    }
    return !row ||
           (unwrap_header(stage, reply->more[0], asked->recipient, key) &&
            is_key_of(stage, asked->also, key)) ||
           stage_fail(stage, "a hand-over whose second clip the recipient cannot open");
}

/* What left: this clip's key, for two living people's statements about it, and only for them. */
static bool check_given(struct stage *stage, const struct delivery *delivery,
                        const struct asv_keeper_reply *reply)
{
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    uint8_t key[ASV_FILE_KEY_BYTES];
    bool approved = delivery->answer >= 0 && stage->model.papers[delivery->answer].step == MODEL_APPROVES;
    bool wanted = asked->action == MODEL_OPEN || asks_for_a_clip(stage, delivery);
    bool given =
        reply->status == ASV_OK && wanted && stage->model.papers[delivery->answer].step == MODEL_APPROVES;
    if (!given) {
        bool held = asked->action == MODEL_HOLD && asked->answers < 0 && approved;
        return ((reply->file_key == NULL && reply->more_count == 0) || stage_fail(stage, "a key left")) &&
               check_recovery(stage, reply, asked->clip, held);
    }
    const struct model_person *one = &stage->model.people[asked->person];
    const struct model_person *other = &stage->model.people[stage->model.papers[delivery->answer].person];
    if (one->self == other->self || one->revoked || other->revoked) {
        return stage_fail(stage, "a key left without two people");
    }
    bool in_clear = asked->action == MODEL_OPEN || asked->in_clear;
    if (in_clear != (reply->file_key != NULL)) { /* K-218 */
        return stage_fail(stage, "what goes sealed went in clear, or the other way round");
    }
    if (reply->file_key != NULL && !is_key_of(stage, asked->clip, reply->file_key)) {
        return stage_fail(stage, "the key of another clip left");
    }
    if (asked->action == MODEL_OPEN) {
        memcpy(key, reply->file_key, sizeof key);
    } else if (!unwrap_header(stage, reply->stanza, asked->recipient, key)) {
        return stage_fail(stage, "a hand-over that the recipient cannot open");
    }
    return (is_key_of(stage, asked->clip, key) || stage_fail(stage, "the key of another clip left")) &&
           check_second(stage, asked, reply);
}

/* K-160, K-161, K-163: what was done is signed, and what is said of a statement for good once is never said
 * otherwise, whatever happened in between. */
static bool check_ruled(struct stage *stage, const struct delivery *delivery,
                        const struct asv_keeper_reply *reply)
{
    int last = delivery->answer >= 0 ? delivery->answer : delivery->proposal;
    struct asv_ruling ruling;
    uint8_t digest[ASV_SHA256_BYTES];
    if (reply->ruling.len == 0) {
        return reply->status != ASV_OK || asks_for_a_clip(stage, delivery) ||
               stage_fail(stage, "done, and no ruling says so");
    }
    asv_statement_digest(digest, &stage->papers[last].statement);
    if (asv_ruling_decode(&ruling, reply->ruling.data, reply->ruling.len, NULL) != ASV_OK ||
        asv_ruling_verify(&ruling, stage->site.agency.root.pk, digest, ASV_TIME_UNKNOWN, NULL, NULL) !=
            ASV_OK) {
        return stage_fail(stage, "a ruling that is none of this statement");
    }
    if (stage->ruled[last] != 0 && stage->ruled[last] != ruling.verdict) {
        return stage_fail(stage,
                          "of a statement the keeper says for good that it was taken, and that it was not");
    }
    stage->ruled[last] = ruling.verdict;
    return true;
}

static void tell_delivery(struct stage *stage, const struct delivery *delivery,
                          const struct asv_keeper_reply *reply)
{
    static const char *const steps[] = {"", "proposed", "approved", "refused", "withdrawn", "alone"};
    const struct model_paper *asked = &stage->model.papers[delivery->proposal];
    const struct model_paper *told = delivery->answer < 0 ? asked : &stage->model.papers[delivery->answer];
    stage_tell(stage, "%s (%d/%d) about clip %d by person %d, %s by %d: %s",
               asv_action_rule(action_code(asked->action))->name, delivery->proposal, delivery->answer,
               asked->clip, asked->person, steps[told->step], told->person,
               reply->status == ASV_OK ? "done" : reply->detail);
}

bool stage_deliver(struct stage *stage, const struct delivery *delivery)
{
    static struct asv_test_stated show;
    struct asv_keeper_request request;
    struct model_paper *asked = &stage->model.papers[delivery->proposal];
    struct asv_keeper_reply reply;
    bool said_before = asked->decided;
    bool shows = is_opening(stage, delivery);
    bool before = stage->was_struck;
    do { /* when its answer was lost, it is signed anew (K-171) */
        stage->was_struck = false;
        decide_request(stage, &request, delivery);
        if (shows) {
            show_request(stage, &request, delivery, &show);
        }
        bool gives = request.number != ASV_KEEPER_NO_CLIP;
        reply = stage_ask(stage, gives ? ASV_KEEPER_EXPORT : ASV_KEEPER_SERVER, &request);
        before = before || stage->was_struck;
    } while (shows && stage->was_struck && reply.status == ASV_E_STATE);
    stage->was_struck = before;
    bool should = model_decide(&stage->model, delivery->proposal, delivery->answer, delivery->brought,
                               delivery->records);
    tell_delivery(stage, delivery, &reply);
    if (stage->delivery_count < STAGE_DELIVERIES) {
        stage->deliveries[stage->delivery_count++] = *delivery;
    }
    const struct model_clip *clip = &stage->model.clips[asked->clip];
    if (should && !said_before) {
        live(stage, delivery);
    }
    if (reply.status == ASV_OK && should && asked->action == MODEL_HOLD && delivery->answer < 0 &&
        reply.until_ms != clip->due) {
        return stage_fail(stage, "a request lapses at another instant");
    }
    if (reply.status == ASV_OK && should && asked->action == MODEL_DAY &&
        stage->model.papers[delivery->answer].step == MODEL_APPROVES &&
        reply.until_ms != (model_has_key(clip) ? clip->period : 0)) {
        return stage_fail(stage, "a day that people say has another end");
    }
    return (shows || check_ruled(stage, delivery, &reply)) && check_given(stage, delivery, &reply) &&
           (!shows || is_spent(stage, &request)) &&
           stage_expect(stage, reply.status == ASV_OK, should,
                        asv_action_rule(action_code(asked->action))->name);
}
