/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sim/keeper_people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/frames.h"
#include "firmware-proto/trust/configuration.h"
#include "server/base/calendar.h"

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "keeper people: %s\n", what);
        abort();
    }
}

void keeper_clip_digest(uint8_t out[ASV_SHA256_BYTES], const struct keeper_clip *clip,
                        const struct asv_test_identity *camera)
{
    static struct asv_seal_header header;
    must(asv_seal_header_read(&header, out, clip->frame + ASV_SEAL_FRAME_HEADER_BYTES,
                              clip->frame_len - ASV_SEAL_FRAME_HEADER_BYTES, camera->pk, NULL) == ASV_OK,
         "header");
}

void keeper_receipt(struct asv_keeper_request *out, uint8_t data[ASV_RECEIPT_MAX_BYTES],
                    const struct asv_test_identity *camera, const struct keeper_clip *clip, int64_t due_ms,
                    int64_t now_ms, const struct asv_test_identity *dock)
{
    struct asv_receipt receipt = {.integrity = ASV_INTEGRITY_VALID,
                                  .provenance = ASV_PROVENANCE_TRUSTED,
                                  .kind = ASV_RECEIPT_STORED,
                                  .due_ms = due_ms,
                                  .time_ms = now_ms};
    struct asv_custody *custody = &receipt.custody;
    struct asv_writer writer;
    memcpy(receipt.dock_cert, dock->cert_digest, sizeof receipt.dock_cert);
    memset(receipt.session, 1, sizeof receipt.session);
    memcpy(custody->camera_cert, camera->cert_digest, sizeof custody->camera_cert);
    memcpy(custody->epoch, clip->header.epoch, sizeof custody->epoch);
    custody->number = clip->header.number;
    memcpy(custody->clip, clip->header.clip, sizeof custody->clip);
    keeper_clip_digest(custody->header, clip, camera);
    memset(custody->root, 2, sizeof custody->root);
    custody->leaf_count = 1;
    custody->payload_bytes = ASV_CHUNK_CIPHER_BYTES + ASV_FINAL_CIPHER_BYTES;
    custody->seal_bytes = 1000;
    memset(custody->seal, 3, sizeof custody->seal);
    asv_sha256(custody->tail, "", 0);
    custody->stanza_count = 1;
    memset(custody->stanzas[0], 4, sizeof custody->stanzas[0]);
    asv_sha256(custody->link, "", 0);
    asv_writer_init(&writer, data, ASV_RECEIPT_MAX_BYTES);
    must(asv_receipt_encode(&writer, &receipt, dock->sk) == ASV_OK, "receipt");
    out->receipt = (struct asv_bytes){data, writer.len};
    out->dock = dock->chain.encoded;
}

static size_t write_bulletin(struct keeper_inventory *what, uint8_t digest[ASV_SHA256_BYTES])
{
    struct asv_bulletin bulletin = {.number = 1, .issued_ms = what->issued_ms, .policy_version = 1};
    struct asv_writer writer;
    uint8_t sk[ASV_X25519_BYTES] = {7};
    memcpy(bulletin.agency, what->agency->id, sizeof bulletin.agency);
    memcpy(bulletin.camera_cert, what->camera->cert_digest, sizeof bulletin.camera_cert);
    bulletin.reserve.kind = ASV_KEY_RESERVE;
    asv_x25519_public(bulletin.reserve.pk, sk);
    asv_key_id(bulletin.reserve.id, bulletin.reserve.pk);
    bulletin.keeper = what->agency->keeper.chain;
    asv_writer_init(&writer, what->bulletin, sizeof what->bulletin);
    must(asv_bulletin_encode(&writer, &bulletin, NULL, what->agency->keeper.sk) == ASV_OK, "bulletin");
    must(asv_bulletin_decode(&bulletin, what->bulletin, writer.len, NULL) == ASV_OK, "bulletin");
    asv_object_digest(digest, &bulletin.object);
    return writer.len;
}

void keeper_inventory(struct asv_keeper_request *out, struct keeper_inventory *what)
{
    const struct asv_test_identity *signer = what->signer != NULL ? what->signer : what->camera;
    struct asv_inventory inventory = {.last_number = 9, .held = what->held, .wall_ms = what->wall_ms};
    struct asv_writer writer;
    size_t len = write_bulletin(what, inventory.bulletin);
    memcpy(inventory.camera_cert, what->camera->cert_digest, sizeof inventory.camera_cert);
    asv_writer_init(&writer, what->data, sizeof what->data);
    must(asv_inventory_encode(&writer, &inventory, signer->sk) == ASV_OK, "inventory");
    out->chain = what->camera->chain.encoded;
    out->inventory = (struct asv_bytes){what->data, writer.len};
    out->bulletin = (struct asv_bytes){what->bulletin, len};
}

struct asv_keeper_request keeper_finish_early(const struct keeper_site *site, struct keeper_inventory *what,
                                              const struct asv_test_identity *camera, uint32_t date)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_EARLY, .from_date = date};
    int64_t end_ms = 0;
    must(asv_local_day_end(date, &end_ms) == ASV_OK, "calendar");
    *what = (struct keeper_inventory){.camera = camera,
                                      .agency = &site->agency,
                                      .issued_ms = end_ms + ASV_PRE_ROLL_MAX_MS,
                                      .wall_ms = end_ms + ASV_PRE_ROLL_MAX_MS};
    keeper_inventory(&request, what);
    return request;
}

/* A statement's times are the keeper's. */
static void date(const struct keeper_site *site, struct asv_statement *statement)
{
    int64_t life = statement->expires_ms - statement->issued_ms;
    statement->issued_ms = site->world.wall;
    statement->expires_ms = site->world.wall + life;
}

void keeper_propose(struct keeper_site *site, struct keeper_decision *out, uint16_t action,
                    const struct asv_test_person *person, uint8_t n)
{
    struct asv_statement statement;
    bool alone = asv_action_rule(action)->approvers == 0;
    memset(out, 0, sizeof *out);
    asv_test_statement(&statement, action, alone ? ASV_STEP_SOLE : ASV_STEP_PROPOSE, person, n);
    date(site, &statement);
    if (statement.subject.kind == ASV_SUBJECT_KEEPER) {
        memcpy(statement.subject.store, site->keeper.store->index->store, sizeof statement.subject.store);
        statement.subject.stopped_ms =
            action == ASV_ACTION_CLOCK ? site->keeper.store->index->stop_since_ms : 0;
        statement.subject.stopped_ms += action == ASV_ACTION_CLOCK && statement.subject.stopped_ms == 0;
    }
    if (statement.subject.kind == ASV_SUBJECT_LEDGER) {
        memcpy(statement.subject.store, site->keeper.store->index->store, sizeof statement.subject.store);
    }
    out->proposer = person;
    asv_test_state(&out->proposal, &statement, person, NULL);
}

struct asv_keeper_reply keeper_begin_ledger(struct keeper_site *site, const struct keeper_people *people,
                                            struct keeper_decision *decision, const char *origin, uint8_t n)
{
    keeper_propose(site, decision, ASV_ACTION_LEDGER, &people->admin, n);
    decision->proposal.statement.subject.name = (struct asv_bytes){(const uint8_t *)origin, strlen(origin)};
    keeper_sign_again(decision);
    keeper_respond(site, decision, ASV_STEP_APPROVE, &people->chief, (uint8_t)(n + 1));
    return keeper_decide(site, decision);
}

void keeper_sign_again(struct keeper_decision *out)
{
    struct asv_test_stated *changed = malloc(sizeof *changed);
    must(changed != NULL, "memory");
    asv_test_state(changed, &out->proposal.statement, out->proposer, NULL);
    memcpy(out->proposal.data, changed->data, changed->len);
    out->proposal.len = changed->len;
    must(asv_statement_decode(&out->proposal.statement, out->proposal.data, out->proposal.len, NULL) ==
             ASV_OK,
         "statement");
    free(changed);
}

static int by_header(const void *a, const void *b)
{
    return memcmp(((const struct asv_plan_clip *)a)->header, ((const struct asv_plan_clip *)b)->header,
                  ASV_SHA256_BYTES);
}

void keeper_plan_again(struct keeper_decision *out)
{
    struct asv_statement *statement = &out->proposal.statement;
    struct asv_writer writer;
    qsort(out->clips, out->plan.clip_count, sizeof *out->clips, by_header);
    asv_writer_init(&writer, out->plan_data, sizeof out->plan_data);
    must(asv_plan_write(&writer, &out->plan, out->clips) == ASV_OK, "plan");
    out->plan_len = writer.len;
    memcpy(statement->incident, out->plan.incident, sizeof statement->incident);
    asv_plan_digest(statement->subject.id, out->plan_data, out->plan_len);
    statement->case_text = out->plan.case_number;
    statement->subject.name = out->plan.recipients[0].name;
    keeper_sign_again(out);
}

/* Of this clip alone. */
static void plan(struct keeper_site *site, struct keeper_decision *out,
                 const uint8_t header[ASV_SHA256_BYTES])
{
    struct asv_statement to;
    struct asv_plan_recipient *recipient = &out->plan.recipients[0];
    asv_test_statement(&to, ASV_ACTION_RECIPIENT, ASV_STEP_PROPOSE, out->proposer, 1);
    memcpy(out->plan.agency, to.agency, sizeof out->plan.agency);
    memset(out->plan.id, 0x4a, sizeof out->plan.id);
    memcpy(out->plan.incident, out->proposal.statement.incident, sizeof out->plan.incident);
    out->plan.case_number = (struct asv_bytes){(const uint8_t *)"32-3/2026-0042", 14};
    out->plan.outputs = ASV_PLAN_CARRIER;
    out->plan.recipient_count = 1;
    memcpy(recipient->key, site->agency.dock.kx_pk, sizeof recipient->key);
    recipient->name = to.subject.name;
    out->plan.clip_count = 1;
    memcpy(out->clips[0].header, header, sizeof out->clips[0].header);
    out->clips[0].form = ASV_PLAN_WHOLE;
    keeper_plan_again(out);
}

void keeper_plan_request(struct asv_keeper_request *out, const struct keeper_decision *decision)
{
    out->plan = (struct asv_bytes){decision->plan_data, decision->plan_len};
    out->number = decision->plan_len > 0 ? decision->number : ASV_KEEPER_NO_CLIP;
    out->more_count = out->number != ASV_KEEPER_NO_CLIP ? decision->more_count : 0;
    memcpy(out->more, decision->more, sizeof out->more);
}

void keeper_propose_clip(struct keeper_site *site, struct keeper_decision *out, uint16_t action,
                         const struct asv_test_person *person, uint8_t n,
                         const struct asv_test_identity *camera, const struct keeper_clip *clip)
{
    uint8_t header[ASV_SHA256_BYTES];
    keeper_propose(site, out, action, person, n);
    keeper_clip_digest(header, clip, camera);
    if (action == ASV_ACTION_HAND_OVER) {
        plan(site, out, header);
        return;
    }
    memcpy(out->proposal.statement.subject.id, header, sizeof header);
    keeper_sign_again(out);
    if (action == ASV_ACTION_HOLD || action == ASV_ACTION_ERASE_EARLY || action == ASV_ACTION_DAY) {
        out->camera = camera;
        out->clip = clip;
    }
}

void keeper_respond(struct keeper_site *site, struct keeper_decision *decision, uint8_t step,
                    const struct asv_test_person *person, uint8_t n)
{
    struct asv_statement statement;
    asv_test_statement(&statement, decision->proposal.statement.action, step, person, n);
    date(site, &statement);
    asv_test_answer(&statement, &decision->proposal.statement);
    asv_test_state(&decision->answer, &statement, person, NULL);
    decision->answerer = person;
    decision->has_answer = true;
}

static void add_record(struct asv_keeper_request *request, const struct asv_test_person *person)
{
    if (person != NULL) {
        request->records[request->record_count++] = person->credential.encoded;
    }
}

struct asv_ruling keeper_ruling(const struct keeper_site *site, const struct keeper_decision *decision,
                                const struct asv_keeper_reply *reply)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    struct asv_ruling out = {0};
    uint8_t proposal[ASV_SHA256_BYTES];
    uint8_t last[ASV_SHA256_BYTES];
    if (reply->ruling.len == 0) {
        return out;
    }
    asv_statement_digest(proposal, &decision->proposal.statement);
    asv_statement_digest(last,
                         decision->has_answer ? &decision->answer.statement : &decision->proposal.statement);
    must(asv_ruling_decode(&out, reply->ruling.data, reply->ruling.len, NULL) == ASV_OK &&
             asv_ruling_verify(&out, site->agency.root.pk, last, ASV_TIME_UNKNOWN, NULL, NULL) == ASV_OK,
         "ruling");
    must(memcmp(out.proposal, decision->has_answer ? proposal : none, sizeof proposal) == 0 &&
             memcmp(out.store, site->keeper.store->index->store, sizeof out.store) == 0,
         "what the ruling is about");
    return out;
}

/* K-160, K-161 */
static void check_ruling(const struct keeper_site *site, const struct keeper_decision *decision,
                         const struct asv_keeper_reply *reply)
{
    enum asv_class class = asv_status_class(reply->status);
    struct asv_ruling ruling = keeper_ruling(site, decision, reply);
    bool gives = decision->plan_len > 0 && decision->number != ASV_KEEPER_NO_CLIP && decision->has_answer &&
                 decision->answer.statement.step == ASV_STEP_APPROVE;
    must(reply->status != ASV_OK || gives || ruling.verdict == ASV_RULING_TAKEN,
         "done, and no ruling says so");
    must(!gives || ruling.verdict == 0, "a ruling for a clip");
    must((class != ASV_CLASS_RETRY && class != ASV_CLASS_INTERNAL) || ruling.verdict == 0,
         "a ruling for what is no answer");
    must(ruling.verdict != ASV_RULING_REFUSED || ruling.status == reply->status,
         "refused for another reason");
}

void keeper_show(const struct keeper_site *site, struct asv_test_stated *out,
                 const struct keeper_decision *open, const struct asv_test_person *person)
{
    static uint32_t shown;
    struct asv_statement statement;
    asv_test_statement(&statement, ASV_ACTION_SHOW, ASV_STEP_SOLE, person, 0xa5);
    date(site, &statement);
    asv_test_answer(&statement, &open->proposal.statement);
    statement.action = ASV_ACTION_SHOW;
    asv_store_be32(statement.nonce, ++shown);
    asv_test_state(out, &statement, person, NULL);
}

struct asv_keeper_reply keeper_ask_to_show(struct keeper_site *site, const struct keeper_decision *open,
                                           const struct asv_test_stated *show,
                                           const struct asv_test_person *person)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_DECIDE,
                                         .proposal = {show->data, show->len},
                                         .open = {open->proposal.data, open->proposal.len},
                                         .number = ASV_KEEPER_NO_CLIP};
    if (open->has_answer) {
        request.agreed = (struct asv_bytes){open->answer.data, open->answer.len};
        add_record(&request, open->answerer);
    }
    add_record(&request, open->proposer);
    if (person != open->proposer && person != open->answerer) {
        add_record(&request, person);
    }
    return keeper_ask(site, ASV_KEEPER_PEOPLE, &request);
}

void keeper_decision_request(struct asv_keeper_request *out, const struct keeper_decision *decision)
{
    *out = (struct asv_keeper_request){0};
    if (decision->clip != NULL) {
        keeper_opens_request(out, decision->camera, decision->clip);
    }
    out->type = ASV_KEEPER_DECIDE;
    out->proposal = (struct asv_bytes){decision->proposal.data, decision->proposal.len};
    if (decision->has_answer) {
        out->answer = (struct asv_bytes){decision->answer.data, decision->answer.len};
    }
    add_record(out, decision->proposer);
    add_record(out, decision->answerer);
    add_record(out, decision->enrolled);
    keeper_plan_request(out, decision);
}

struct asv_keeper_reply keeper_decide(struct keeper_site *site, const struct keeper_decision *decision)
{
    if (decision->proposal.statement.action == ASV_ACTION_OPEN && decision->has_answer &&
        decision->answer.statement.step == ASV_STEP_APPROVE) {
        struct asv_test_stated show;
        keeper_show(site, &show, decision, decision->proposer);
        return keeper_ask_to_show(site, decision, &show, decision->proposer);
    }
    struct asv_keeper_request request;
    keeper_decision_request(&request, decision);
    bool gives = request.number != ASV_KEEPER_NO_CLIP;
    struct asv_keeper_reply reply = keeper_ask(site, gives ? ASV_KEEPER_EXPORT : ASV_KEEPER_SERVER, &request);
    check_ruling(site, decision, &reply);
    return reply;
}

struct asv_keeper_reply keeper_both(struct keeper_site *site, struct keeper_decision *decision,
                                    uint16_t action, const struct asv_test_person *one,
                                    const struct asv_test_person *other, uint8_t n,
                                    const struct asv_test_identity *camera, const struct keeper_clip *clip)
{
    if (clip != NULL) {
        keeper_propose_clip(site, decision, action, one, n, camera, clip);
    } else {
        keeper_propose(site, decision, action, one, n);
    }
    keeper_respond(site, decision, ASV_STEP_APPROVE, other, (uint8_t)(n + 1));
    uint16_t number = decision->number;
    if (action == ASV_ACTION_HAND_OVER) { /* K-217: all of it comes first */
        decision->number = ASV_KEEPER_NO_CLIP;
        struct asv_keeper_reply reply = keeper_decide(site, decision);
        decision->number = number;
        if (reply.status != ASV_OK) {
            return reply;
        }
    }
    return keeper_decide(site, decision);
}

/* The agency root's word is proven with its own key. */
static void found(struct keeper_site *site, const struct asv_test_person *person, uint8_t n)
{
    struct keeper_decision decision;
    struct asv_test_person root = {.credential = {.algorithm = ASV_ALG_ED25519}};
    memcpy(root.sk, site->agency.root.sk, sizeof root.sk);
    keeper_propose(site, &decision, ASV_ACTION_FOUND, &root, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    decision.proposer = NULL;
    decision.enrolled = person;
    struct asv_keeper_reply reply = keeper_decide(site, &decision);
    must(reply.status == ASV_OK, reply.detail);
}

static void enrol(struct keeper_site *site, const struct keeper_people *people,
                  const struct asv_test_person *person, uint8_t n)
{
    struct keeper_decision decision;
    keeper_propose(site, &decision, ASV_ACTION_ENROL, &people->admin, n);
    memcpy(decision.proposal.statement.subject.id, person->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    keeper_respond(site, &decision, ASV_STEP_APPROVE, &people->chief, (uint8_t)(n + 1));
    decision.enrolled = person;
    struct asv_keeper_reply reply = keeper_decide(site, &decision);
    must(reply.status == ASV_OK, reply.detail);
}

void keeper_person_init(struct asv_test_person *out, uint32_t n, uint16_t roles, uint8_t algorithm,
                        int64_t until_ms)
{
    asv_test_person_init(out, n, roles, algorithm);
    out->credential.until_ms = until_ms;
    asv_test_person_again(out);
}

void keeper_people_init_until(struct keeper_people *people, struct keeper_site *site, int64_t until_ms)
{
    keeper_person_init(&people->wearer, 101, ASV_ROLE_WEARER, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&people->chief, 102, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256, until_ms);
    keeper_person_init(&people->deputy, 103, ASV_ROLE_DEPUTY, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&people->reviewer, 104, ASV_ROLE_REVIEWER, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&people->exporter, 105, ASV_ROLE_EXPORTER, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&people->officer, 106, ASV_ROLE_DATA_PROTECTION_OFFICER, ASV_ALG_ED25519, until_ms);
    keeper_person_init(&people->admin, 107, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519, until_ms);
    found(site, &people->admin, 200);
    found(site, &people->chief, 201);
    enrol(site, people, &people->wearer, 210);
    enrol(site, people, &people->deputy, 212);
    enrol(site, people, &people->reviewer, 214);
    enrol(site, people, &people->exporter, 216);
    enrol(site, people, &people->officer, 218);
}

void keeper_people_init(struct keeper_people *people, struct keeper_site *site)
{
    keeper_people_init_until(people, site, ASV_TEST_NOT_BEFORE_MS + INT64_C(365) * 24 * 3600 * 1000);
}
