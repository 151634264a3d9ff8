/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people decide about clips, as a keeper hears it from callers that it does not believe: a compromised
 * server, a database superuser, one person alone. Nothing opens but what two people decided. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/destruction.h"
#include "server/base/calendar.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)
#define TODAY   20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip clip, other;
static const struct asv_test_identity *camera;
static uint8_t serial; /* of statements */

static void make_clip(struct keeper_clip *out)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 2, out);
}

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 20).status, ASV_OK);
    make_clip(&clip);
    make_clip(&other);
    serial = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

static enum asv_status both(uint16_t action, const struct asv_test_person *one,
                            const struct asv_test_person *two, const struct keeper_clip *what)
{
    serial = (uint8_t)(serial + 2);
    return keeper_both(&site, &decision, action, one, two, serial, camera, what).status;
}

static enum asv_status ask_to_hold(const struct keeper_clip *what, struct asv_keeper_reply *reply)
{
    serial++;
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, serial, camera, what);
    *reply = keeper_decide(&site, &decision);
    return reply->status;
}

static enum asv_status answer_it(uint8_t step, const struct asv_test_person *person)
{
    serial++;
    keeper_respond(&site, &decision, step, person, serial);
    return keeper_decide(&site, &decision).status;
}

static bool opens(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, what);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

/* What OPEN gives: whether it is this clip's key. */
static bool is_its_key(const struct keeper_clip *what, const uint8_t *file_key)
{
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, file_key);
    return memcmp(commitment, what->header.commitment, sizeof commitment) == 0;
}

static struct asv_keeper_kept row_of(const struct keeper_clip *what)
{
    struct asv_keeper_request request = {.type = ASV_KEEPER_CLIPS};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    struct asv_keeper_kept row = {.state = 0xff};
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_clip_digest(digest, what, camera);
    for (uint16_t i = 0; i < reply.kept_count; i++) {
        struct asv_keeper_kept each;
        asv_keeper_kept_read(&each, &reply, i);
        row = memcmp(each.header, digest, sizeof digest) == 0 ? each : row;
    }
    return row;
}

/* ORDER; *reason is what the statement says. */
static enum asv_status order(const struct keeper_clip *what, uint8_t *reason)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_ORDER, .chain = camera->chain.encoded, .header = {what->frame, what->frame_len}};
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    struct asv_destruction statement = {0};
    if (reply.status == ASV_OK) {
        assert_int_equal(asv_destruction_decode(&statement, reply.order.data, reply.order.len, NULL), ASV_OK);
    }
    *reason = statement.reason;
    return reply.status;
}

static void two_people_keep_a_clip_beyond_its_day_and_a_reviewer_opens_it(void **state)
{
    (void)state; /* LAW T3, T4, L5 */
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &clip), ASV_E_STATE); /* K-087 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_HELD);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_true(opens(&clip));
    assert_false(opens(&other));
    uint8_t reason = 0;
    assert_int_equal(order(&clip, &reason), ASV_E_STATE); /* K-068: its day is over, its key is not */
    assert_true(order(&other, &reason) == ASV_OK && reason == ASV_DESTRUCTION_EXPIRED);
    serial = (uint8_t)(serial + 2);
    struct asv_keeper_reply reply = keeper_both(&site, &decision, ASV_ACTION_OPEN, &people.reviewer,
                                                &people.chief, serial, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(is_its_key(&clip, reply.file_key));
    assert_true(reply.until_ms == 0);        /* each time is signed anew: K-171 */
    reply = keeper_decide(&site, &decision); /* again, as long as what was agreed to counts */
    assert_true(reply.status == ASV_OK && is_its_key(&clip, reply.file_key));
    keeper_site_restart(&site);
    reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_OK && is_its_key(&clip, reply.file_key));
    asv_test_world_step(&site.world, (uint64_t)(12 * HOUR_MS));
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_EXPIRED);
}

static void no_reply_but_opens_has_a_key_and_none_stays_in_memory(void **state)
{
    (void)state;
    static const uint8_t zeros[sizeof *site.keeper.scratch];
    serial = 10;
    struct asv_keeper_reply reply =
        keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, serial, camera, &clip);
    assert_true(reply.status == ASV_OK && reply.file_key == NULL && reply.stanza.len == 0);
    assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049 */
    reply =
        keeper_both(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, &people.chief, 20, camera, &clip);
    assert_true(is_its_key(&clip, reply.file_key));
    assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049: before anybody asks again */
}

static void one_person_opens_nothing(void **state)
{
    (void)state;                                                                                /* LAW T4 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.chief, &people.chief, &clip), ASV_E_DENIED); /* K-081 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.wearer, &clip), ASV_E_DENIED);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.admin, &clip), ASV_E_DENIED);
    static const uint16_t actions[] = {ASV_ACTION_OPEN, ASV_ACTION_RELEASE, ASV_ACTION_ERASE_EARLY,
                                       ASV_ACTION_HAND_OVER};
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        keeper_propose_clip(&site, &decision, actions[i], &people.chief, 90, camera, &clip);
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* K-081 */
    }
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_HELD);
}

static void a_decision_about_one_clip_does_nothing_to_another(void **state)
{
    (void)state;
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 2, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 3);
    decision.clip = &other; /* the caller brings another one */
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MISMATCH); /* K-082 */
    assert_int_equal(row_of(&other).state, 0xff);
    decision.clip = &clip;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);

    /* Stanzas of the other clip beside this one's header. */
    static struct keeper_clip mixed;
    mixed = other;
    memcpy(mixed.stanzas, clip.stanzas, clip.stanzas_len);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 4, camera, &mixed);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 5);
    assert_int_not_equal(keeper_decide(&site, &decision).status, ASV_OK); /* K-056 */

    /* Chunks that are not this clip's: a hold counts when the clip opens. */
    mixed = other;
    memcpy(mixed.chunks, clip.chunks, sizeof mixed.chunks);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 6, camera, &mixed);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 7);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_DIGEST);
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &other), ASV_E_STATE);
}

static void a_held_clip_is_used_for_its_incident_alone(void **state)
{
    (void)state;
    static const uint16_t actions[] = {ASV_ACTION_OPEN, ASV_ACTION_HAND_OVER, ASV_ACTION_RELEASE};
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        keeper_propose_clip(&site, &decision, actions[i], &people.chief, 40, camera, &clip);
        if (actions[i] == ASV_ACTION_HAND_OVER) {
            memset(decision.plan.incident, 7, ASV_UUID_BYTES);
            keeper_plan_again(&decision);
            decision.number = ASV_KEEPER_NO_CLIP;
        } else {
            memset(decision.proposal.statement.incident, 7, ASV_UUID_BYTES);
            decision.proposal.statement.case_text = (struct asv_bytes){(const uint8_t *)"32-3/2026-0099", 14};
            keeper_sign_again(&decision);
        }
        keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 41);
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_MISMATCH); /* K-087 */
    }
}

static void what_was_decided_is_decided_once(void **state)
{
    (void)state;
    static struct keeper_decision hold;
    struct asv_keeper_reply reply =
        keeper_both(&site, &hold, ASV_ACTION_HOLD, &people.wearer, &people.chief, 2, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_OK); /* the reply was lost: the same again */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_STATE);
    uint64_t generation = site.keeper.store->index->generation;
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_OK);
    assert_true(site.keeper.store->index->generation == generation);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);  /* of the release, too */
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_E_STATE); /* K-083: replayed after it */
    keeper_site_restart(&site);
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_E_STATE);
    keeper_respond(&site, &hold, ASV_STEP_APPROVE, &people.deputy,
                   9); /* another answer to the same proposal */
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_E_STATE);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_RUNS);
    keeper_site_go_to(&site, site.world.wall + 5 * DAY_MS);
    assert_int_equal(keeper_decide(&site, &hold).status, ASV_E_EXPIRED);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_DECIDED), 7); /* K-083 */
    keeper_site_go_to(&site, site.world.wall + 4 * DAY_MS);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_DECIDED), 5); /* K-083: enrolments */
}

/* The nightly job delivers again what was not refused for good. */
static void what_the_keeper_cannot_do_now_is_no_refusal(void **state)
{
    (void)state;
    struct asv_keeper_request keep;
    char name[ASV_ENTRY_NAME_BYTES];
    keeper_opens_request(&keep, camera, &clip);
    keep.type = ASV_KEEPER_KEEP;
    keep.chunk_count = 0;
    keep.why = ASV_KEEPER_WHY_EARLY;
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &other), ASV_OK);
    asv_entry_name(name, asv_index_day(site.keeper.store->index, TODAY, NULL));
    uint8_t *file = keeper_disk_file(site.disk, name)->data;
    file[100] ^= 1;
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_AWAY); /* K-128 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &keep).status, ASV_E_AWAY);           /* K-128 */
    file[100] ^= 1;
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    assert_int_equal(asv_store_stop(site.keeper.store, ASV_KEEPER_STOP_MANY, site.world.wall, NULL), ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_AWAY); /* K-128 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &keep).status, ASV_E_AWAY);           /* K-128 */
    keeper_propose(&site, &decision, ASV_ACTION_HOLD_AHEAD, &people.wearer, 70);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = clip.header.start_wall_ms - HOUR_MS;
    subject->until_ms = clip.header.start_wall_ms + HOUR_MS;
    keeper_sign_again(&decision);
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_E_AWAY); /* K-128 */
}

static void a_full_table_refuses_nothing_for_good(void **state)
{
    (void)state;
    struct asv_index *index = site.keeper.store->index;
    for (uint32_t i = 0; asv_index_count(index, ASV_INDEX_KEPT) < asv_index_max(ASV_INDEX_KEPT); i++) {
        struct asv_kept row = {.state = ASV_KEEPER_GONE, .camera = {1}, .forget_ms = INT64_MAX};
        memset(row.header, 0xff, sizeof row.header);
        asv_store_be32(row.header + 1, i);
        assert_int_equal(asv_index_add(index, ASV_INDEX_KEPT, &row), ASV_OK);
    }
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_BUSY); /* K-128 */
}

/* ---- before docking ---- */

static enum asv_status hold_ahead(int64_t from_ms, int64_t until_ms)
{
    keeper_propose(&site, &decision, ASV_ACTION_HOLD_AHEAD, &people.wearer, 70);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = from_ms;
    subject->until_ms = until_ms;
    keeper_sign_again(&decision);
    return answer_it(ASV_STEP_APPROVE, &people.chief);
}

/* 24 hours from half past eleven on the evening before the day that has 23. */
static void a_day_of_23_hours_lies_between_two_others(void **state)
{
    (void)state;
    int64_t sunday = 0;
    assert_int_equal(asv_local_day_start(20260329, &sunday), ASV_OK);
    keeper_make_days(&site, camera, 20260328, 3);
    assert_int_equal(hold_ahead(sunday - HOUR_MS / 2, sunday - HOUR_MS / 2 + DAY_MS), ASV_OK);
    const struct asv_index_ahead *row = asv_index_row(site.keeper.store->index, ASV_INDEX_AHEADS, 0);
    assert_int_equal(row->key_count, 4); /* K-090 */
    uint32_t sum = 0;
    for (unsigned i = 0; i < row->key_count; i++) {
        sum += row->keys[i].date;
    }
    assert_int_equal(sum, 20260328 + 20260329 + 20260330);
    keeper_site_restart(&site);
    assert_int_equal(asv_index_count(site.keeper.store->index, ASV_INDEX_AHEADS), 1);
}

static void what_was_held_before_it_docked_is_not_erased_early(void **state)
{
    (void)state;
    int64_t start = clip.header.start_wall_ms;
    assert_int_equal(hold_ahead(start, start + 1), ASV_OK);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip),
                     ASV_E_STATE); /* K-107 */
    keeper_propose(&site, &decision, ASV_ACTION_RELEASE_AHEAD, &people.wearer, 71);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = start;
    subject->until_ms = start + 1;
    keeper_sign_again(&decision);
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_OK);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
}

/* ---- the clock ---- */

static void let_clock_go_on(void)
{
    assert_int_equal(both(ASV_ACTION_CLOCK, &people.admin, &people.chief, NULL), ASV_OK);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
}

/* K-206, K-199: also of what was held while nobody knew when that was. */
static void what_is_held_ahead_in_doubt_ends_by_nothing_older(void **state)
{
    (void)state;
    static struct keeper_decision release;
    uint8_t held[ASV_SHA256_BYTES];
    int64_t start = clip.header.start_wall_ms;
    keeper_propose(&site, &release, ASV_ACTION_RELEASE_AHEAD, &people.deputy, 71);
    struct asv_subject *subject = &release.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = start;
    subject->until_ms = start + HOUR_MS;
    keeper_sign_again(&release);
    keeper_respond(&site, &release, ASV_STEP_APPROVE, &people.chief, 72); /* and is kept back */
    asv_test_world_step(&site.world, (uint64_t)HOUR_MS);
    site.world.wall += 3 * HOUR_MS;
    assert_int_equal(hold_ahead(start, start + HOUR_MS), ASV_OK); /* K-123 */
    memcpy(held, asv_index_row(site.keeper.store->index, ASV_INDEX_AHEADS, 0), sizeof held);
    let_clock_go_on();
    assert_int_equal(keeper_decide(&site, &release).status, ASV_E_STATE);
    struct asv_keeper_request keep;
    keeper_opens_request(&keep, camera, &clip);
    keep.type = ASV_KEEPER_KEEP;
    keep.chunk_count = 0;
    keep.why = ASV_KEEPER_WHY_AHEAD;
    memcpy(keep.digest, held, sizeof held);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &keep).status, ASV_OK);
    assert_true(asv_kept_rows(site.keeper.store->index)[0].held_ms > release.proposal.statement.issued_ms);
}

static void a_clock_that_is_set_back_brings_nothing_back_to_life(void **state)
{
    (void)state;
    static struct keeper_decision hold, open, open_other;
    assert_int_equal(
        keeper_both(&site, &hold, ASV_ACTION_HOLD, &people.wearer, &people.chief, 2, camera, &clip).status,
        ASV_OK);
    assert_int_equal(
        keeper_both(&site, &open, ASV_ACTION_OPEN, &people.reviewer, &people.chief, 4, camera, &clip).status,
        ASV_OK);
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &clip), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &other), ASV_OK);
    assert_int_equal(
        keeper_both(&site, &open_other, ASV_ACTION_OPEN, &people.reviewer, &people.chief, 90, camera, &other)
            .status,
        ASV_OK);
    for (unsigned again = 0; again < 2; again++) {
        int64_t before = site.world.wall;
        keeper_site_go_to(&site, before + 9 * DAY_MS);
        site.world.wall = before + HOUR_MS;
        if (again == 1) { /* while the keeper does not run */
            site.world.mono = 5;
            keeper_site_restart(&site);
        }
        assert_int_equal(keeper_decide(&site, &hold).status, ASV_E_AWAY); /* K-122 */
        assert_int_equal(row_of(&clip).state, ASV_KEEPER_RUNS);
        struct asv_keeper_reply reply = keeper_decide(&site, &open);
        assert_true(reply.status == ASV_E_AWAY && reply.file_key == NULL); /* K-123 */
        reply = keeper_decide(&site, &open_other);
        assert_true(reply.status == ASV_E_AWAY && reply.file_key == NULL); /* K-123 */
        site.world.wall = before;
        let_clock_go_on(); /* two people say that it is as late as that: so it is */
    }
}

/* Nothing was committed for half a day, but for that. */
static void a_keeper_that_has_nothing_to_do_knows_how_late_it_is(void **state)
{
    (void)state;
    static struct keeper_decision open;
    int64_t next = 0;
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(
        keeper_both(&site, &open, ASV_ACTION_OPEN, &people.reviewer, &people.chief, 4, camera, &clip).status,
        ASV_OK);
    for (unsigned hour = 0; hour < 13; hour++) {
        asv_test_world_step(&site.world, (uint64_t)HOUR_MS);
        asv_keeper_tick(&site.keeper, &next);
    }
    assert_int_equal(keeper_decide(&site, &open).status, ASV_E_EXPIRED);
    site.world.wall -= 12 * HOUR_MS;
    site.world.mono = 5;
    keeper_site_restart(&site);
    assert_int_equal(keeper_decide(&site, &open).status, ASV_E_AWAY); /* K-122 */
}

/* What two people keep, they keep whatever the clock says; what makes less possible waits for nobody. */
static void while_the_clock_is_in_doubt_people_can_keep_and_end_things(void **state)
{
    (void)state;
    static const uint16_t waits[] = {ASV_ACTION_RELEASE, ASV_ACTION_OPEN, ASV_ACTION_ERASE_EARLY,
                                     ASV_ACTION_HAND_OVER};
    struct asv_keeper_reply reply;
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_site_go_to(&site, site.world.wall + HOUR_MS);
    site.world.wall -= 3 * HOUR_MS;
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) { /* K-123 */
        assert_int_equal(both(waits[i], &people.chief, &people.deputy, &clip), ASV_E_AWAY);
    }
    assert_int_equal(both(ASV_ACTION_ENROL, &people.admin, &people.chief, NULL), ASV_E_AWAY); /* K-123 */
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_E_AWAY);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_HELD);

    assert_int_equal(ask_to_hold(&other, &reply), ASV_OK); /* K-123 */
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_OK);
    assert_int_equal(row_of(&other).state, ASV_KEEPER_HELD);
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 60, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_UNBLOCK, &people.chief, 61, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_AWAY); /* K-123 */
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT_ENDS, &people.chief, 80);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, 81);
    memcpy(decision.proposal.statement.subject.id, people.deputy.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);

    /* A clock that ran far ahead keeps nobody from that, and from setting it right. */
    let_clock_go_on();
    assert_true(opens(&clip));
    site.world.wall += 1000 * DAY_MS;
    keeper_propose(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, 82);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_AWAY);
    site.world.wall -= 1000 * DAY_MS;
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 83, camera, &other);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    let_clock_go_on();
    keeper_propose_clip(&site, &decision, ASV_ACTION_UNBLOCK, &people.chief, 84, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static void a_request_prolongs_once_and_by_three_days_at_most(void **state)
{
    (void)state; /* LAW T1; K-086 */
    struct asv_keeper_reply reply;
    const struct {
        int64_t days, lapse; /* asked so many days after the recording, lapses so many midnights after it */
    } cases[] = {{0, 4}, {1, 5}, {10, 14}, {13, 17}, {14, 18}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        int64_t begin = 0;
        assert_int_equal(asv_local_day_start(TODAY, &begin), ASV_OK);
        keeper_site_go_to(&site, site.world.wall + cases[i].days * DAY_MS);
        assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
        assert_true(reply.until_ms == begin + cases[i].lapse * DAY_MS);
        assert_true(reply.until_ms <= keeper_site_due(TODAY) + 3 * DAY_MS);
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK); /* again */
        keeper_site_go_to(&site, reply.until_ms - 1);
        assert_true(keeper_opens(&site, camera, &clip).held); /* K-078 */
        keeper_site_go_to(&site, keeper_site_due(TODAY) > reply.until_ms ? keeper_site_due(TODAY) - 1
                                                                         : reply.until_ms - 1);
        assert_true(opens(&clip)); /* a request that lapsed takes nothing from the clip's own period */
        assert_true(keeper_site_due(TODAY) <= reply.until_ms || !keeper_opens(&site, camera, &clip).held);
        keeper_site_go_to(&site,
                          keeper_site_due(TODAY) > reply.until_ms ? keeper_site_due(TODAY) : reply.until_ms);
        assert_false(opens(&clip));
        assert_int_not_equal(ask_to_hold(&clip, &reply), ASV_OK); /* and again: nothing is left */
        assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_RUNNING);
    }
}

/* A signer's clock may be two minutes ahead: just before the midnight of the period's end the request is of
 * the next day, and must not have a day more for that. */
static void a_clock_that_is_ahead_at_midnight_prolongs_no_more(void **state)
{
    (void)state; /* LAW T1; K-086 */
    keeper_site_go_to(&site, keeper_site_due(TODAY) - 60000);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, ++serial, camera, &clip);
    decision.proposal.statement.issued_ms = keeper_site_due(TODAY) + 30000;
    keeper_sign_again(&decision);
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms == keeper_site_due(TODAY) + 3 * DAY_MS);
}

static void one_request_for_a_clip_is_open_at_a_time(void **state)
{
    (void)state;
    static struct keeper_decision second;
    struct asv_keeper_reply reply;
    assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
    keeper_propose_clip(&site, &second, ASV_ACTION_HOLD, &people.deputy, 50, camera, &clip);
    assert_int_equal(keeper_decide(&site, &second).status, ASV_E_STATE);
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_OK);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_HELD);
    assert_true(row_of(&clip).due_ms == 0);
    assert_int_equal(keeper_decide(&site, &second).status, ASV_E_STATE); /* held */
    second.has_answer = decision.has_answer = false;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* the proposal was decided */
}

static void a_refusal_and_a_withdrawal_end_a_request(void **state)
{
    (void)state;
    static const struct {
        uint8_t step;
        size_t person;
    } ends[] = {{ASV_STEP_REFUSE, 0}, {ASV_STEP_WITHDRAW, 1}};
    const struct asv_test_person *persons[] = {&people.chief, &people.wearer};
    struct asv_keeper_reply reply;
    for (size_t i = 0; i < 2; i++) {
        for (size_t late = 0; late < 2; late++) {
            tear_down(NULL);
            set_up(NULL);
            keeper_site_go_to(&site, site.world.wall + (late != 0 ? 14 * DAY_MS - HOUR_MS : DAY_MS));
            assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
            keeper_site_go_to(&site, site.world.wall + DAY_MS);
            assert_int_equal(answer_it(ends[i].step, persons[ends[i].person]), ASV_OK);
            assert_int_equal(opens(&clip), late == 0);
            assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
            serial++;
            keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, serial);
            assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE); /* K-083 */
            decision.has_answer = false;
            assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_STATE);
            assert_int_not_equal(row_of(&clip).state, ASV_KEEPER_HELD);
        }
    }
    assert_int_equal(ask_to_hold(&other, &reply), ASV_E_NOT_FOUND); /* its day is over */
}

/* A proposal's signature lives longer than the request does. */
static void a_request_that_lapsed_is_not_approved_any_more(void **state)
{
    (void)state;
    struct asv_keeper_reply reply;
    for (unsigned late = 0; late < 2; late++) {
        const struct keeper_clip *what = late == 1 ? &clip : &other;
        assert_int_equal(ask_to_hold(what, &reply), ASV_OK);
        keeper_site_go_to(&site, reply.until_ms - (late == 1 ? 0 : 1));
        keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(200 + late));
        keeper_site_go_to(&site, reply.until_ms + HOUR_MS / (2 << late)); /* when it is delivered */
        assert_true(opens(what));
        assert_int_equal(keeper_decide(&site, &decision).status,
                         late == 1 ? ASV_E_STATE : ASV_OK); /* K-129 */
        assert_int_equal(row_of(what).state, late == 1 ? ASV_KEEPER_RUNS : ASV_KEEPER_HELD);
    }
}

/* After the clip's period, the request is all that it lives by. */
static void no_wearer_ends_what_another_asked_for(void **state)
{
    (void)state; /* LAW T4 */
    keeper_site_go_to(&site, keeper_site_due(TODAY) - HOUR_MS);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.deputy, 50, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_int_equal(answer_it(ASV_STEP_REFUSE, &people.wearer), ASV_E_DENIED); /* ST-101 */
    assert_true(opens(&clip));
    assert_int_equal(answer_it(ASV_STEP_REFUSE, &people.chief), ASV_OK);
    assert_false(opens(&clip));
}

static void a_released_clip_is_gone_or_runs_on(void **state)
{
    (void)state;
    static struct keeper_loot loot;
    uint8_t key[2][ASV_FILE_KEY_BYTES];
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &other), ASV_OK);
    for (size_t i = 0; i < 2; i++) {
        struct asv_keeper_reply reply =
            keeper_both(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, &people.chief,
                        (uint8_t)(100 + 2 * i), camera, i == 0 ? &clip : &other);
        memcpy(key[i], reply.file_key, sizeof key[i]);
    }
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &other), ASV_OK);
    assert_true(opens(&other)); /* its own day is not over */
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&other));
    assert_true(opens(&clip));
    keeper_attack_now(site.disk, false, &loot);
    assert_true(keeper_loot_has_file_key(&loot, key[0]));  /* this test finds keys that are there */
    assert_false(keeper_loot_has_file_key(&loot, key[1])); /* K-001 */
    assert_int_equal(both(ASV_ACTION_RELEASE, &people.reviewer, &people.chief, &clip), ASV_OK);
    assert_false(opens(&clip));
    keeper_attack_now(site.disk, false, &loot);
    assert_int_equal(loot.file_key_count, 0); /* K-001 */
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &clip), ASV_E_STATE);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_NOT_FOUND);
}

static void a_block_keeps_a_held_clip_from_use(void **state)
{
    (void)state; /* LAW R3, R4 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 60, camera, &clip);
    uint8_t ground = decision.proposal.statement.ground;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(row_of(&clip).blocks, 1 << ground);
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &clip), ASV_E_DENIED);
    keeper_propose_clip(&site, &decision, ASV_ACTION_UNBLOCK, &people.wearer, 61, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_DENIED); /* not a wearer's to lift */
    keeper_propose_clip(&site, &decision, ASV_ACTION_UNBLOCK, &people.chief, 62, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &clip), ASV_OK);

    /* Before it is held: the block stays. */
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 63, camera, &other);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_true(opens(&other)); /* it is stored all the same */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &other), ASV_OK);
    assert_int_equal(both(ASV_ACTION_OPEN, &people.reviewer, &people.chief, &other), ASV_E_DENIED);
}

static void an_early_erasure_ends_a_clip_at_once_and_its_days_key_later(void **state)
{
    (void)state; /* LAW R4, T4, T5 */
    static struct keeper_loot loot;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    struct asv_keeper_request request;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_opens_request(&request, camera, &other);
    request.type = ASV_KEEPER_KEEP;
    request.chunk_count = 0;
    request.why = ASV_KEEPER_WHY_EARLY;
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_E_STATE); /* K-102 */
    static struct keeper_inventory word;
    struct asv_keeper_request finish = keeper_finish_early(&site, &word, camera, TODAY);
    keeper_site_go_to(&site, site.world.wall + DAY_MS);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_STATE); /* K-103 */
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_false(opens(&clip)); /* K-085 */
    assert_true(opens(&other));
    uint8_t reason = 0;
    assert_true(order(&clip, &reason) == ASV_OK && reason == ASV_DESTRUCTION_EARLY); /* K-069 */
    assert_int_equal(order(&other, &reason), ASV_E_STATE);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_E_EXPIRED);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(reply.until_ms == keeper_site_due(TODAY));
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_OK);
    keeper_attack_now(site.disk, false, &loot);
    assert_false(keeper_loot_has(&loot, key.pk)); /* K-001 */
    assert_true(opens(&other));
    assert_false(opens(&clip));
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_NOT_FOUND);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &other), ASV_OK);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &other), ASV_E_STATE);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_true(opens(&other));
    assert_int_equal(row_of(&clip).state, 0xff); /* nothing could open it any more: forgotten */
}

static void what_is_gone_stays_gone_when_its_key_lives_longer(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 2, &key); /* the camera's clock is two days ahead */
    keeper_clip_make(&site, camera, &key, 2, &clip);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_propose(&site, &decision, ASV_ACTION_POLICY, &people.admin, 80);
    decision.proposal.statement.subject.days = 30;
    decision.proposal.statement.subject.from_date = TODAY + 1;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 81);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY + 2) + HOUR_MS);
    assert_false(opens(&clip)); /* K-085 */
    keeper_site_go_to(&site, keeper_site_due(TODAY + 2) + 16 * DAY_MS);
    assert_int_equal(row_of(&clip).state, 0xff);
    assert_false(opens(&clip));
}

/* By the dock's time it is of two days later than its key's. */
static void what_is_gone_is_known_as_long_as_it_would_have_lived(void **state)
{
    (void)state;
    static uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    struct asv_keeper_request keep;
    int64_t own_ms = keeper_site_due(TODAY + 2);
    keeper_site_go_to(&site, site.world.wall + 3 * DAY_MS);
    keeper_opens_request(&keep, camera, &clip);
    keep.type = ASV_KEEPER_KEEP;
    keep.why = ASV_KEEPER_WHY_DAY;
    keep.chunk_count = 0;
    keeper_receipt(&keep, receipt, camera, &clip, own_ms, site.world.wall, &site.agency.dock);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &keep).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_true(opens(&clip));
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_site_go_to(&site, own_ms - 1);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_GONE); /* K-192 */
    keeper_site_restart(&site);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_GONE); /* K-192 */
    keeper_site_go_to(&site, own_ms);
    assert_int_equal(row_of(&clip).state, 0xff);
}

/* Two refusals while the clock is in doubt: neither a request's end nor FINISH destroys what may not be due.
 */
static void what_a_wrong_clock_says_is_over_is_not_destroyed(void **state)
{
    (void)state;
    struct asv_keeper_reply reply;
    static struct keeper_inventory word;
    struct asv_keeper_request finish = keeper_finish_early(&site, &word, camera, TODAY);
    int64_t next = 0;
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &other), ASV_OK);
    asv_keeper_tick(&site.keeper, &next);
    site.world.wall += DAY_MS;
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_AWAY); /* K-062, K-103 */
    site.world.wall -= DAY_MS;
    assert_int_equal(both(ASV_ACTION_CLOCK, &people.admin, &people.chief, NULL), ASV_OK);

    keeper_site_go_to(&site, keeper_site_due(TODAY) - DAY_MS);
    assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
    site.world.wall += 3 * DAY_MS;
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(answer_it(ASV_STEP_REFUSE, &people.chief), ASV_OK);
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_RUNS); /* K-062 */
    site.world.wall -= 3 * DAY_MS;
    assert_int_equal(both(ASV_ACTION_CLOCK, &people.admin, &people.chief, NULL), ASV_OK);
    assert_true(opens(&clip));
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    assert_false(opens(&clip));
}

static void a_day_that_is_not_over_keeps_its_key(void **state)
{
    (void)state;
    static struct keeper_inventory word;
    struct asv_keeper_request finish = keeper_finish_early(&site, &word, camera, TODAY);
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_STATE); /* K-103 */
    assert_true(opens(&other));
}

static void a_registered_recipient_gets_the_key_of_a_held_clip(void **state)
{
    (void)state;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_age_header header;
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HAND_OVER, &people.exporter, &people.chief, &clip),
                     ASV_E_UNTRUSTED); /* K-089 */
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_OK);
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_E_EXISTS);
    struct asv_keeper_reply reply = keeper_both(&site, &decision, ASV_ACTION_HAND_OVER, &people.exporter,
                                                &people.chief, 70, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    assert_true(is_its_key(&clip, reply.file_key)); /* K-218: it goes whole */
    assert_int_equal(asv_age_header_read(&header, reply.stanza.data, reply.stanza.len), ASV_OK);
    asv_reader_init(&reader, header.stanzas.data, header.stanzas.len);
    assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
    assert_int_equal(asv_age_unwrap(file_key, &stanza, site.agency.dock.kx_sk), ASV_OK);
    assert_true(is_its_key(&clip, file_key));
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT_ENDS, &people.chief, 80);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(both(ASV_ACTION_HAND_OVER, &people.exporter, &people.chief, &clip), ASV_E_UNTRUSTED);
}

static void a_hold_is_wrapped_to_the_recovery_key(void **state)
{
    (void)state;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    assert_int_equal(both(ASV_ACTION_RECOVERY_KEY, &people.admin, &people.chief, NULL), ASV_OK);
    struct asv_keeper_reply reply =
        keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, 70, camera, &clip);
    for (unsigned i = 0; i < 2; i++) { /* and when it is asked again */
        asv_reader_init(&reader, reply.stanza.data, reply.stanza.len);
        assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
        assert_int_equal(asv_age_unwrap(file_key, &stanza, site.agency.dock.kx_sk), ASV_OK);
        assert_true(is_its_key(&clip, file_key));
        reply = keeper_decide(&site, &decision);
    }
    /* It is held, and only the wrapping failed: no answer that is final. */
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 76, camera, &other);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 77);
    site.world.fail_random_at = 2; /* the first is the index's salt */
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_E_AWAY);
    assert_int_equal(row_of(&other).state, ASV_KEEPER_HELD);
    reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_OK && reply.stanza.len > 0);

    make_clip(&other);
    assert_int_equal(both(ASV_ACTION_RECOVERY_KEY_ENDS, &people.admin, &people.chief, NULL), ASV_OK);
    reply = keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.chief, 80, camera, &other);
    assert_true(reply.status == ASV_OK && reply.stanza.len == 0);
}

/* What the store has, in numbers that every commit and every line change. */
struct size {
    uint64_t generation;
    size_t lines;
};

static struct size size_now(void)
{
    return (struct size){site.keeper.store->index->generation,
                         keeper_disk_file(site.disk, "decisions-2026")->len};
}

static bool has_grown(const struct size *since)
{
    struct size now = size_now();
    bool grown = now.generation != since->generation || now.lines != since->lines;
    return grown;
}

/* A caller that repeats what people signed must not fill the disk, or keep the keeper busy. */
static void what_is_said_again_costs_nothing(void **state)
{
    (void)state;
    static struct keeper_decision open;
    struct asv_keeper_reply reply;
    assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
    int64_t until_ms = reply.until_ms;
    struct size before = size_now();
    reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_OK && reply.until_ms == until_ms);
    assert_false(has_grown(&before)); /* K-126 */
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_OK);

    keeper_propose_clip(&site, &open, ASV_ACTION_OPEN, &people.reviewer, 90, camera, &other);
    keeper_respond(&site, &open, ASV_STEP_APPROVE, &people.chief, 91);
    before = size_now();
    assert_int_equal(keeper_decide(&site, &open).status, ASV_E_STATE); /* it is not held: nothing leaves */
    assert_false(has_grown(&before));                                  /* K-126 */
    keeper_propose_clip(&site, &open, ASV_ACTION_OPEN, &people.reviewer, 92, camera, &clip);
    keeper_respond(&site, &open, ASV_STEP_APPROVE, &people.chief, 93);
    for (unsigned i = 0; i < 3; i++) { /* signed anew each time */
        before = size_now();
        assert_true(is_its_key(&clip, keeper_decide(&site, &open).file_key)); /* K-088 */
        assert_true(has_grown(&before));                                      /* K-172 */
    }

    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_OK);
    keeper_propose_clip(&site, &open, ASV_ACTION_HAND_OVER, &people.exporter, 94, camera, &clip);
    keeper_respond(&site, &open, ASV_STEP_APPROVE, &people.chief, 95);
    open.number = ASV_KEEPER_NO_CLIP;
    before = size_now();
    assert_int_equal(keeper_decide(&site, &open).status, ASV_OK);
    assert_true(has_grown(&before));
    before = size_now();
    assert_int_equal(keeper_decide(&site, &open).status, ASV_OK);
    assert_false(has_grown(&before)); /* K-126 */
    open.number = 0;
    for (unsigned start = 0; start < 2; start++) {
        before = size_now();
        assert_true(keeper_decide(&site, &open).stanza.len > 0);
        assert_true(has_grown(&before)); /* K-084; and once more after a start */
        before = size_now();
        for (unsigned i = 0; i < 3; i++) {
            assert_true(keeper_decide(&site, &open).stanza.len > 0); /* K-088 */
        }
        assert_false(has_grown(&before)); /* K-126 */
        keeper_site_restart(&site);
    }
    for (uint8_t n = 0; n < 3; n++) { /* statements of their own each time: there is nothing left to end */
        keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT_ENDS, &people.chief, (uint8_t)(100 + n));
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
        keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, (uint8_t)(110 + n));
        memcpy(decision.proposal.statement.subject.id, people.deputy.digest, ASV_SHA256_BYTES);
        keeper_sign_again(&decision);
        assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
        assert_true(n == 0 || !has_grown(&before)); /* K-126 */
        before = size_now();
    }
}

/* One person's BLOCKs, each about another clip, as many as are taken. */
static unsigned block_until_refused(const struct asv_test_person *person, unsigned most)
{
    unsigned taken = 0;
    enum asv_status status = ASV_OK;
    for (; status == ASV_OK && taken < most; taken += status == ASV_OK ? 1 : 0) {
        keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, person, 1, camera, &clip);
        asv_store_be32(decision.proposal.statement.subject.id, taken + 1);
        keeper_sign_again(&decision);
        status = keeper_decide(&site, &decision).status;
    }
    assert_true(status == ASV_OK || status == ASV_E_BUSY);
    return taken;
}

/* The wearer's next credential, which the admin and the chief enrol. */
static void renew_wearer(struct asv_test_person *out)
{
    static struct keeper_decision enrolment;
    keeper_person_init(out, 124, ASV_ROLE_WEARER, ASV_ALG_ED25519, people.wearer.credential.until_ms);
    memcpy(out->credential.person, people.wearer.credential.person, ASV_UUID_BYTES);
    memcpy(out->credential.badge, people.wearer.credential.badge, ASV_SHA256_BYTES);
    out->credential.name = people.wearer.credential.name;
    asv_test_person_again(out);
    keeper_propose(&site, &enrolment, ASV_ACTION_ENROL, &people.admin, 110);
    memcpy(enrolment.proposal.statement.subject.id, out->digest, ASV_SHA256_BYTES);
    keeper_sign_again(&enrolment);
    keeper_respond(&site, &enrolment, ASV_STEP_APPROVE, &people.chief, 111);
    enrolment.enrolled = out;
    assert_int_equal(keeper_decide(&site, &enrolment).status, ASV_OK);
}

static void one_person_fills_no_memory_that_others_need(void **state)
{
    (void)state;
    static struct asv_test_person renewed;
    struct asv_keeper_reply reply;
    renew_wearer(&renewed);
    assert_int_equal(block_until_refused(&people.wearer, 300), 256); /* K-125 */
    assert_int_equal(block_until_refused(&renewed, 10), 0);          /* under whatever credential */
    assert_int_equal(ask_to_hold(&clip, &reply), ASV_OK);
    assert_int_equal(answer_it(ASV_STEP_WITHDRAW, &people.wearer), ASV_E_BUSY); /* K-125: so is that */
    assert_int_equal(answer_it(ASV_STEP_APPROVE, &people.chief), ASV_OK);
    assert_int_equal(block_until_refused(&people.reviewer, 10), 10);

    /* However many do that: what two people decide, and a revocation, has room. */
    struct asv_index *index = site.keeper.store->index;
    for (uint32_t i = 0;
         asv_index_count(index, ASV_INDEX_DECIDED) < asv_index_max(ASV_INDEX_DECIDED) / 4 * 3 + 100; i++) {
        struct asv_index_decided row = {
            .how = ASV_DECIDED_DONE, .alone = {1, (uint8_t)i}, .until_ms = INT64_MAX};
        memset(row.proposal, 0xff, sizeof row.proposal);
        asv_store_be32(row.proposal + 1, i);
        assert_int_equal(asv_index_add(index, ASV_INDEX_DECIDED, &row), ASV_OK);
    }
    assert_int_equal(block_until_refused(&people.deputy, 10), 0); /* K-125 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &other), ASV_OK);
    for (uint32_t i = 0; asv_index_count(index = site.keeper.store->index, ASV_INDEX_DECIDED) <
                         asv_index_max(ASV_INDEX_DECIDED);
         i++) {
        struct asv_index_decided row = {.how = ASV_DECIDED_DONE, .until_ms = INT64_MAX};
        memset(row.proposal, 0xfe, sizeof row.proposal);
        asv_store_be32(row.proposal + 1, i);
        assert_int_equal(asv_index_add(index, ASV_INDEX_DECIDED, &row), ASV_OK);
    }
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, 62);
    memcpy(decision.proposal.statement.subject.id, people.wearer.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK); /* K-125 */
}

static void blocks_take_no_room_from_what_people_keep(void **state)
{
    (void)state;
    struct asv_index *index = site.keeper.store->index;
    for (uint32_t i = 0; asv_index_count(index, ASV_INDEX_KEPT) < asv_index_max(ASV_INDEX_KEPT) / 4; i++) {
        struct asv_kept row = {.state = ASV_KEEPER_PLAIN, .blocks = 1 << 4, .forget_ms = INT64_MAX};
        memset(row.header, 0xff, sizeof row.header);
        asv_store_be32(row.header + 1, i);
        assert_int_equal(asv_index_add(index, ASV_INDEX_KEPT, &row), ASV_OK);
    }
    assert_int_equal(block_until_refused(&people.wearer, 10), 0); /* K-127 */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 60, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

/* K-200: days later the decisions are forgotten, and the blocks are not. */
static void one_person_leaves_room_for_others_blocks(void **state)
{
    (void)state;
    static struct asv_test_person renewed;
    renew_wearer(&renewed);
    for (uint32_t i = 0; i < 1024; i++) {
        struct asv_kept row = {.state = ASV_KEEPER_PLAIN, .blocks = 1 << 4, .forget_ms = INT64_MAX};
        memset(row.header, 0xff, sizeof row.header);
        asv_store_be32(row.header + 1, i);
        memcpy(row.blocker, people.wearer.credential.person, sizeof row.blocker);
        assert_int_equal(asv_index_add(site.keeper.store->index, ASV_INDEX_KEPT, &row), ASV_OK);
    }
    assert_int_equal(block_until_refused(&people.wearer, 10), 0);
    assert_int_equal(block_until_refused(&renewed, 10), 0);
    assert_int_equal(block_until_refused(&people.reviewer, 10), 10);
    keeper_site_restart(&site);
    assert_int_equal(block_until_refused(&people.wearer, 20), 10); /* what was blocked before takes no room */
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 60, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static struct keeper_blob copy_of_index(void)
{
    const struct keeper_blob *now = keeper_disk_file(site.disk, "index");
    assert_non_null(now);
    struct keeper_blob copy = {malloc(now->len), now->len};
    assert_non_null(copy.data);
    memcpy(copy.data, now->data, now->len);
    return copy;
}

static void put_index(const struct keeper_blob *index)
{
    const struct asv_disk *disk = &site.setup.disk;
    assert_int_equal(disk->write(disk->ctx, "index", index->data, index->len, NULL), ASV_OK);
    assert_int_equal(disk->sync(disk->ctx, NULL), ASV_OK);
}

/* Makes the decision, which is signed, and puts back the index from before it. */
static void check_that_no_old_index_undoes_it(void)
{
    struct keeper_blob before = copy_of_index();
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    struct keeper_blob after = copy_of_index();
    put_index(&before);
    asv_store_close(site.keeper.store);
    site.keeper.store = NULL;
    assert_int_equal(asv_store_open(&site.keeper.store, &site.setup, NULL), ASV_E_DIGEST); /* K-124 */
    put_index(&after);
    keeper_site_restart(&site);
    free(before.data);
    free(after.data);
}

static void what_took_something_away_is_not_undone_by_an_old_index(void **state)
{
    (void)state;
    static const uint16_t pairs[] = {ASV_ACTION_RELEASE, ASV_ACTION_ERASE_EARLY,
                                     ASV_ACTION_RECOVERY_KEY_ENDS};
    assert_int_equal(both(ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, NULL), ASV_OK);
    assert_int_equal(both(ASV_ACTION_RECOVERY_KEY, &people.admin, &people.chief, NULL), ASV_OK);
    assert_int_equal(both(ASV_ACTION_HOLD, &people.wearer, &people.chief, &clip), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HAND_OVER, &people.exporter, 56, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_WITHDRAW, &people.exporter, 57);
    check_that_no_old_index_undoes_it();
    keeper_propose_clip(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, 58, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_REFUSE, &people.chief, 59);
    check_that_no_old_index_undoes_it();
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 60, camera, &clip);
    check_that_no_old_index_undoes_it();
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT_ENDS, &people.chief, 61);
    check_that_no_old_index_undoes_it();
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.chief, 62);
    memcpy(decision.proposal.statement.subject.id, people.deputy.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    check_that_no_old_index_undoes_it();
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct keeper_clip *what = pairs[i] == ASV_ACTION_RELEASE ? &clip : &other;
        uint8_t n = (uint8_t)(70 + 2 * i);
        if (pairs[i] == ASV_ACTION_RECOVERY_KEY_ENDS) {
            keeper_propose(&site, &decision, pairs[i], &people.admin, n);
        } else {
            keeper_propose_clip(&site, &decision, pairs[i], &people.wearer, n, camera, what);
        }
        keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, (uint8_t)(n + 1));
        check_that_no_old_index_undoes_it();
    }
    assert_int_equal(row_of(&clip).state, ASV_KEEPER_RUNS);
    assert_int_equal(row_of(&other).state, ASV_KEEPER_GONE);
}

static void nothing_is_done_that_could_not_be_written_down(void **state)
{
    (void)state; /* LAW L1, L2 */
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 2, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 3);
    const struct keeper_blob *before = keeper_disk_file(site.disk, "decisions-2026");
    assert_non_null(before);
    size_t len = before->len;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_true(keeper_disk_file(site.disk, "decisions-2026")->len > len); /* K-084 */
    keeper_propose_clip(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, 4, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, 5);
    keeper_disk_arm(site.disk, 1, KEEPER_FAIL_BEFORE);
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_E_IO && reply.file_key == NULL); /* K-084 */
    reply = keeper_decide(&site, &decision);
    assert_true(reply.status == ASV_OK && reply.file_key != NULL);
}

int main(void)
{
#define ON_A_SITE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ON_A_SITE(two_people_keep_a_clip_beyond_its_day_and_a_reviewer_opens_it),
        ON_A_SITE(no_reply_but_opens_has_a_key_and_none_stays_in_memory),
        ON_A_SITE(one_person_opens_nothing),
        ON_A_SITE(a_decision_about_one_clip_does_nothing_to_another),
        ON_A_SITE(a_held_clip_is_used_for_its_incident_alone),
        ON_A_SITE(what_was_decided_is_decided_once),
        ON_A_SITE(what_the_keeper_cannot_do_now_is_no_refusal),
        ON_A_SITE(a_full_table_refuses_nothing_for_good),
        ON_A_SITE(a_day_of_23_hours_lies_between_two_others),
        ON_A_SITE(what_was_held_before_it_docked_is_not_erased_early),
        ON_A_SITE(a_clock_that_is_set_back_brings_nothing_back_to_life),
        ON_A_SITE(a_keeper_that_has_nothing_to_do_knows_how_late_it_is),
        ON_A_SITE(while_the_clock_is_in_doubt_people_can_keep_and_end_things),
        ON_A_SITE(what_is_held_ahead_in_doubt_ends_by_nothing_older),
        ON_A_SITE(a_request_prolongs_once_and_by_three_days_at_most),
        ON_A_SITE(a_clock_that_is_ahead_at_midnight_prolongs_no_more),
        ON_A_SITE(one_request_for_a_clip_is_open_at_a_time),
        ON_A_SITE(a_refusal_and_a_withdrawal_end_a_request),
        ON_A_SITE(a_request_that_lapsed_is_not_approved_any_more),
        ON_A_SITE(no_wearer_ends_what_another_asked_for),
        ON_A_SITE(a_released_clip_is_gone_or_runs_on),
        ON_A_SITE(a_block_keeps_a_held_clip_from_use),
        ON_A_SITE(an_early_erasure_ends_a_clip_at_once_and_its_days_key_later),
        ON_A_SITE(what_is_gone_stays_gone_when_its_key_lives_longer),
        ON_A_SITE(what_is_gone_is_known_as_long_as_it_would_have_lived),
        ON_A_SITE(what_a_wrong_clock_says_is_over_is_not_destroyed),
        ON_A_SITE(a_day_that_is_not_over_keeps_its_key),
        ON_A_SITE(a_registered_recipient_gets_the_key_of_a_held_clip),
        ON_A_SITE(a_hold_is_wrapped_to_the_recovery_key),
        ON_A_SITE(what_is_said_again_costs_nothing),
        ON_A_SITE(one_person_fills_no_memory_that_others_need),
        ON_A_SITE(blocks_take_no_room_from_what_people_keep),
        ON_A_SITE(one_person_leaves_room_for_others_blocks),
        ON_A_SITE(what_took_something_away_is_not_undone_by_an_old_index),
        ON_A_SITE(nothing_is_done_that_could_not_be_written_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
