/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sweep/histories_stage.h"

#include <stdlib.h>
#include <string.h>

static struct stage stage;

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
    return &stage;
}

static void make_others(int64_t until_ms)
{
    struct asv_test_person *others = stage.others;
    keeper_person_init(&others[0], 120, ASV_ROLE_DEPUTY, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[1], 121, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[2], 122, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&others[3], 123, ASV_ROLE_WEARER, ASV_ALG_ED25519, until_ms);
    memcpy(others[0].credential.person, stage.people.wearer.credential.person, ASV_UUID_BYTES);
    memcpy(others[0].credential.badge, stage.people.wearer.credential.badge, ASV_SHA256_BYTES);
    memcpy(others[2].credential.badge, stage.people.chief.credential.badge, ASV_SHA256_BYTES);
    asv_test_person_again(&others[0]);
    asv_test_person_again(&others[2]);
}

void stage_set_up(void)
{
    const struct keeper_people *people = &stage.people;
    keeper_site_init(&stage.site, 1);
    keeper_people_init_until(&stage.people, &stage.site, ASV_TEST_NOT_AFTER_MS);
    make_others(ASV_TEST_NOT_AFTER_MS);
    asv_test_agency_issue(&stage.site.agency, &stage.second, ASV_ROLE_CAMERA, 2);
    stage.cameras[0] = &stage.site.agency.camera;
    stage.cameras[1] = &stage.second;
    const struct asv_test_person *persons[MODEL_PEOPLE] = {
        &people->wearer,   &people->chief,   &people->deputy, &people->reviewer,
        &people->exporter, &people->officer, &people->admin,  &stage.others[0],
        &stage.others[1],  &stage.others[2], &stage.others[3]};
    memcpy(stage.persons, persons, sizeof persons);
    stage.base = keeper_disk_copy(stage.site.disk);
}

void stage_tear_down(void)
{
    keeper_site_free(&stage.site);
    keeper_disk_free(stage.base);
}

void stage_begin(struct stage *at, uint64_t seed, int year, int month, int day)
{
    model_init(&at->model, year, month, day);
    asv_test_world_init(&at->site.world, seed);
    at->site.world.wall = at->model.start[MODEL_BEFORE] + 6 * MODEL_HOUR_MS;
    at->model.now = at->site.world.wall;
    at->model.mono = (int64_t)at->site.world.mono;
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        at->model.people[i] = (struct model_person){.roles = everybody[i].roles,
                                                    .self = everybody[i].self,
                                                    .badge = everybody[i].badge,
                                                    .enrolled = everybody[i].enrolled,
                                                    .ever = everybody[i].enrolled};
    }
    memset(at->was_held, 0, sizeof at->was_held);
    at->delivery_count = at->key_count = 0;
    at->fault_at = 0;
    at->why[0] = '\0';
    keeper_site_load(&at->site, at->base);
    at->site.disk->seed = seed;
}

void stage_start_again(struct stage *at)
{
    keeper_site_restart(&at->site);
    model_start_again(&at->model);
}

/* ---- faults ---- */

void stage_arm(struct stage *at)
{
    keeper_disk_arm(at->site.disk, at->fault_at, at->fault);
    at->fault_at = 0;
}

bool stage_struck(struct stage *at)
{
    bool struck = at->site.disk->struck;
    bool dead = at->site.disk->dead;
    keeper_disk_arm(at->site.disk, 0, KEEPER_FAIL_BEFORE);
    if (dead) {
        keeper_disk_reboot(at->site.disk);
        stage_start_again(at);
    }
    at->was_struck = at->was_struck || struck;
    return struck;
}

struct asv_keeper_reply stage_ask(struct stage *at, enum asv_keeper_role role,
                                  struct asv_keeper_request *request)
{
    stage_arm(at);
    struct asv_keeper_reply reply = keeper_ask(&at->site, role, request);
    bool struck = stage_struck(at);
    for (int i = 0; i < 3 && struck && reply.status != ASV_OK; i++) {
        reply = keeper_ask(&at->site, role, request);
    }
    return reply;
}

/* ---- cameras ---- */

static void learn_key(struct stage *at, int camera, bool reserve, int key, const uint8_t *pk)
{
    for (int i = 0; i < at->key_count; i++) {
        if (at->keys[i].camera != camera || at->keys[i].reserve != reserve || at->keys[i].key != key ||
            at->keys[i].replaced) {
            continue;
        }
        if (memcmp(at->keys[i].pk, pk, ASV_X25519_BYTES) == 0) {
            return;
        }
        at->keys[i].replaced = true;
    }
    if (at->key_count < STAGE_KEYS) {
        at->keys[at->key_count].camera = camera;
        at->keys[at->key_count].reserve = reserve;
        at->keys[at->key_count].key = key;
        at->keys[at->key_count].replaced = false;
        memcpy(at->keys[at->key_count++].pk, pk, ASV_X25519_BYTES);
    }
}

/* K-052: today's key and those after it, up to the first day without. */
static bool check_bulletin(struct stage *at, int camera, const struct asv_bulletin *bulletin)
{
    const struct model *model = &at->model;
    int today = model_day(model, model->now);
    int count = 0;
    while (model->has_day[camera][today + count] && model_due(model, today + count) > model->now) {
        count++;
    }
    if (bulletin->key_count != count || bulletin->policy_version != (uint32_t)model_version(model, today)) {
        return stage_fail(at, "a bulletin has %d days, not %d, policy %u, not %d", bulletin->key_count, count,
                          (unsigned)bulletin->policy_version, model_version(model, today));
    }
    for (int i = 0; i < count; i++) {
        struct asv_bulletin_key key;
        asv_bulletin_key_at(bulletin, (uint16_t)i, &key);
        if (key.date != model->date[today + i] || key.start_ms != model->start[today + i] ||
            key.end_ms != model->start[today + i + 1]) {
            return stage_fail(at, "a bulletin's day is not %u as the model has it", model->date[today + i]);
        }
        learn_key(at, camera, false, today + i, key.pk);
    }
    learn_key(at, camera, true, model->reserve_count[camera] - 1, bulletin->reserve.pk);
    return true;
}

bool stage_bulletin(struct stage *at, int camera, bool reserve_used)
{
    struct asv_bulletin bulletin;
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN,
                                         .chain = at->cameras[camera]->chain.encoded,
                                         .reserve_used = reserve_used};
    struct asv_keeper_reply reply = stage_ask(at, ASV_KEEPER_DOCK, &request);
    bool fresh = model_bulletin(&at->model, camera, reserve_used);
    stage_tell(at, "camera %d: bulletin%s", camera, fresh ? " with another reserve key" : "");
    if (reply.status != ASV_OK ||
        asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL) != ASV_OK) {
        return stage_fail(at, "no bulletin: %s", reply.detail);
    }
    return check_bulletin(at, camera, &bulletin);
}

bool stage_record(struct stage *at, int camera, bool reserve, int key, int64_t start, uint32_t n)
{
    struct model *model = &at->model;
    struct model_clip *clip = &model->clips[model->clip_count];
    struct asv_bulletin_key sealed_for = {.kind = reserve ? ASV_KEY_RESERVE : ASV_KEY_DAY};
    int known = 0;
    while (known < at->key_count && (at->keys[known].camera != camera || at->keys[known].key != key ||
                                     at->keys[known].reserve != reserve || at->keys[known].replaced)) {
        known++;
    }
    if (known == at->key_count) {
        return false;
    }
    sealed_for.date = reserve ? 0 : model->date[key];
    memcpy(sealed_for.pk, at->keys[known].pk, sizeof sealed_for.pk);
    at->site.world.wall = start; /* as the camera's clock has it */
    keeper_clip_make(&at->site, at->cameras[camera], &sealed_for, n % 8 == 0 ? 1 : 0,
                     &at->clips[model->clip_count]);
    at->site.world.wall = model->now;
    at->clips[model->clip_count].header.bulletin = 1; /* which was committed: K-067 */
    keeper_clip_sign(&at->clips[model->clip_count], at->cameras[camera]->sk);
    keeper_clip_digest(at->digests[model->clip_count], &at->clips[model->clip_count], at->cameras[camera]);
    *clip =
        (struct model_clip){.camera = camera, .reserve = reserve, .key = key, .start = start, .decision = -1};
    model->clip_count++;
    return true;
}

bool stage_keep(struct stage *at, const struct model_keep *keep)
{
    static uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    const struct model *model = &at->model;
    const struct asv_test_identity *camera = at->cameras[model->clips[keep->clip].camera];
    const struct asv_test_identity *signer = keep->receipt_true ? &at->site.agency.dock : camera;
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, &at->clips[keep->clip]);
    request.type = ASV_KEEPER_KEEP;
    request.chunk_count = 0;
    request.why = (uint8_t)keep->why;
    if (keep->why == MODEL_WHY_DAY) {
        const struct asv_test_identity *of = at->cameras[model->clips[keep->receipt_clip].camera];
        keeper_receipt(&request, receipt, of, &at->clips[keep->receipt_clip], keep->due, model->now, signer);
    } else if (keep->why == MODEL_WHY_AHEAD && keep->paper >= 0) {
        asv_statement_digest(request.digest, &at->papers[keep->paper].statement);
    }
    struct asv_keeper_reply reply = stage_ask(at, ASV_KEEPER_ADMIN, &request);
    bool should = model_keep(&at->model, keep);
    static const char *const whys[] = {"", "DAY", "AHEAD", "EARLY"};
    stage_tell(at, "KEEP clip %d, %s: %s", keep->clip, whys[keep->why], reply.detail);
    if (reply.status == ASV_OK && reply.until_ms != model->clips[keep->clip].due) {
        return stage_fail(at, "KEEP says another due");
    }
    return stage_expect(at, reply.status == ASV_OK, should, "KEEP");
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
    };
    return codes[action];
}

static const struct asv_test_identity *recipient(const struct stage *at, int n)
{
    return n == 0 ? &at->site.agency.dock : &at->second;
}

static void fill_subject(const struct stage *at, struct asv_subject *subject, const struct model_paper *paper)
{
    switch (subject->kind) {
    case ASV_SUBJECT_CLIP:
        memcpy(subject->id, at->digests[paper->clip], sizeof subject->id);
        break;
    case ASV_SUBJECT_CAMERA:
        memcpy(subject->id, at->cameras[paper->camera]->cert_digest, sizeof subject->id);
        subject->from_ms = paper->from;
        subject->until_ms = paper->until;
        break;
    case ASV_SUBJECT_CREDENTIAL:
        memcpy(subject->id, at->persons[paper->who]->digest, sizeof subject->id);
        break;
    case ASV_SUBJECT_POLICY:
        subject->version = (uint32_t)paper->version;
        subject->days = (uint16_t)paper->days;
        subject->from_date = at->model.date[paper->first_day];
        break;
    case ASV_SUBJECT_KEEPER:
        memcpy(subject->store, at->site.keeper.store->index->store, sizeof subject->store);
        subject->stopped_ms = paper->stopped;
        break;
    default:
        break;
    }
}

static void fill_matter(const struct stage *at, struct asv_statement *out, const struct model_paper *paper)
{
    static const uint8_t case_text[] = "32-3/2026-0042";
    const struct asv_action_rule *rule = asv_action_rule(out->action);
    fill_subject(at, &out->subject, paper);
    if (paper->ground != 0) {
        out->ground = (uint8_t)paper->ground;
    }
    if (rule->incident == ASV_REQUIRED || (rule->incident == ASV_OPTIONAL && paper->incident != 0)) {
        memset(out->incident, paper->incident, sizeof out->incident);
        out->case_text = (struct asv_bytes){case_text, sizeof case_text - 1};
    }
    if (out->has_recipient) {
        memcpy(out->recipient_pk, recipient(at, paper->recipient)->kx_pk, sizeof out->recipient_pk);
    }
}

int stage_write(struct stage *at, const struct model_paper *paper)
{
    int number = at->model.paper_count++;
    const struct asv_test_person *person = at->persons[paper->person];
    struct asv_statement statement;
    asv_test_statement(&statement, action_code(paper->action), (uint8_t)paper->step, person, 1);
    if (paper->answers < 0) {
        fill_matter(at, &statement, paper);
    } else {
        asv_test_answer(&statement, &at->papers[paper->answers].statement);
        statement.subject.id[0] ^= paper->twisted ? 1 : 0;
    }
    asv_store_be32(statement.nonce, (uint32_t)number);
    statement.issued_ms = paper->issued;
    statement.expires_ms = paper->expires;
    asv_test_state(&at->papers[number], &statement, person, NULL);
    at->model.papers[number] = *paper;
    return number;
}

/* ---- decisions ---- */

static void add_person(const struct stage *at, struct asv_keeper_request *request, int person)
{
    const struct asv_test_person *known = at->persons[person];
    request->records[request->record_count++] = known->credential.encoded;
}

static void decide_request(const struct stage *at, struct asv_keeper_request *request,
                           const struct delivery *delivery)
{
    const struct model_paper *asked = &at->model.papers[delivery->proposal];
    bool needs_clip = asked->action == MODEL_HOLD || asked->action == MODEL_ERASE_EARLY;
    *request = (struct asv_keeper_request){0};
    if (needs_clip && delivery->brought >= 0) {
        keeper_opens_request(request, at->cameras[at->model.clips[delivery->brought].camera],
                             &at->clips[delivery->brought]);
    }
    request->type = ASV_KEEPER_DECIDE;
    request->proposal =
        (struct asv_bytes){at->papers[delivery->proposal].data, at->papers[delivery->proposal].len};
    if (delivery->answer >= 0) {
        request->answer =
            (struct asv_bytes){at->papers[delivery->answer].data, at->papers[delivery->answer].len};
    }
    if (delivery->records && delivery->answer >= 0) {
        add_person(at, request, at->model.papers[delivery->answer].person);
    }
    if (delivery->records) {
        add_person(at, request, asked->person);
    }
    if (delivery->records && asked->action == MODEL_ENROL) {
        add_person(at, request, asked->who);
    }
}

/* What left: this clip's key, for two living people's statements about it, and only for them. */
static bool check_given(struct stage *at, const struct delivery *delivery,
                        const struct asv_keeper_reply *reply)
{
    const struct model_paper *asked = &at->model.papers[delivery->proposal];
    uint8_t key[ASV_FILE_KEY_BYTES];
    uint8_t commitment[ASV_SHA256_BYTES];
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    bool given = reply->status == ASV_OK &&
                 (asked->action == MODEL_OPEN || asked->action == MODEL_HAND_OVER) &&
                 at->model.papers[delivery->answer].step == MODEL_APPROVES;
    if (!given) {
        return (reply->file_key == NULL && reply->stanza.len == 0) || stage_fail(at, "a key left");
    }
    const struct model_person *one = &at->model.people[asked->person];
    const struct model_person *other = &at->model.people[at->model.papers[delivery->answer].person];
    if (one->self == other->self || one->revoked || other->revoked) {
        return stage_fail(at, "a key left without two people");
    }
    if (asked->action == MODEL_OPEN && reply->file_key != NULL) {
        memcpy(key, reply->file_key, sizeof key);
    } else {
        asv_reader_init(&reader, reply->stanza.data, reply->stanza.len);
        if (asv_age_stanza_read(&reader, &stanza) != ASV_OK ||
            asv_age_unwrap(key, &stanza, recipient(at, asked->recipient)->kx_sk) != ASV_OK) {
            return stage_fail(at, "a hand-over that the recipient cannot open");
        }
    }
    asv_key_commitment(commitment, key);
    return memcmp(commitment, at->clips[asked->clip].header.commitment, sizeof commitment) == 0 ||
           stage_fail(at, "the key of another clip left");
}

static void tell_delivery(struct stage *at, const struct delivery *delivery,
                          const struct asv_keeper_reply *reply)
{
    static const char *const steps[] = {"", "proposed", "approved", "refused", "withdrawn", "alone"};
    const struct model_paper *asked = &at->model.papers[delivery->proposal];
    const struct model_paper *told = delivery->answer < 0 ? asked : &at->model.papers[delivery->answer];
    stage_tell(at, "%s (%d/%d) about clip %d by person %d, %s by %d: %s",
               asv_action_rule(action_code(asked->action))->name, delivery->proposal, delivery->answer,
               asked->clip, asked->person, steps[told->step], told->person,
               reply->status == ASV_OK ? "done" : reply->detail);
}

bool stage_deliver(struct stage *at, const struct delivery *delivery)
{
    struct asv_keeper_request request;
    struct model_paper *asked = &at->model.papers[delivery->proposal];
    decide_request(at, &request, delivery);
    if (asked->action == MODEL_CLOCK) { /* an error may leave the clock in doubt: then people say it again */
        at->fault_at = 0;
    }
    struct asv_keeper_reply reply = stage_ask(at, ASV_KEEPER_SERVER, &request);
    bool should =
        model_decide(&at->model, delivery->proposal, delivery->answer, delivery->brought, delivery->records);
    tell_delivery(at, delivery, &reply);
    if (at->delivery_count < STAGE_DELIVERIES) {
        at->deliveries[at->delivery_count++] = *delivery;
    }
    const struct model_clip *clip = &at->model.clips[asked->clip];
    if (clip->row && clip->state == MODEL_HELD) {
        at->was_held[asked->clip] = true;
    }
    if (reply.status == ASV_OK && should && asked->action == MODEL_HOLD && delivery->answer < 0 &&
        reply.until_ms != clip->due) {
        return stage_fail(at, "a request lapses at another instant");
    }
    return check_given(at, delivery, &reply) &&
           stage_expect(at, reply.status == ASV_OK, should,
                        asv_action_rule(action_code(asked->action))->name);
}
