/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera that was retired, or lost and revoked, after its recordings were taken into custody: people decide
 * about these as about any other (LAW T3, T4), and their end is signed (LAW T6). It gets no new keys, and
 * what it brings from then on does not pass for opened. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/trust/destruction.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define TODAY   20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip clip, other, lost; /* two under the day key of TODAY, one under the reserve key */
static const struct asv_test_identity *camera;
static uint8_t receipt_data[ASV_RECEIPT_MAX_BYTES];
static char list_path[64];
static uint8_t serial; /* of statements */

static int set_up(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_site_init(&site, 1);
    snprintf(list_path, sizeof list_path, "/tmp/keeper-revoked-%d", (int)getpid());
    site.keeper.revocations_path = list_path;
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, camera, 0, 40).status, ASV_OK);
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 1, &clip);
    keeper_clip_make(&site, camera, &key, 1, &other);
    keeper_bulletin(&site, camera, &bulletin);
    keeper_clip_make(&site, camera, &bulletin.reserve, 1, &lost);
    serial = 1;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(list_path);
    keeper_site_free(&site);
    return 0;
}

static bool opens(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, what);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

/* The dock has all three, and then the camera is retired. */
static void retire(void)
{
    assert_true(opens(&clip) && opens(&other) && opens(&lost));
    keeper_site_revoke(&site, 5, camera);
    assert_false(opens(&clip) || opens(&other) || opens(&lost)); /* K-055 */
}

static enum asv_status both(uint16_t action, const struct keeper_clip *what)
{
    serial = (uint8_t)(serial + 2);
    return keeper_both(&site, &decision, action, &people.wearer, &people.chief, serial, camera, what).status;
}

static enum asv_status keep(const struct keeper_clip *what, uint8_t why, int64_t due_ms)
{
    struct asv_keeper_request request;
    keeper_opens_request(&request, camera, what);
    request.type = ASV_KEEPER_KEEP;
    request.why = why;
    request.chunk_count = 0;
    if (why == ASV_KEEPER_WHY_DAY) {
        keeper_receipt(&request, receipt_data, camera, what, due_ms, site.world.wall, &site.agency.dock);
    } else if (why == ASV_KEEPER_WHY_AHEAD) {
        asv_statement_digest(request.digest, &decision.proposal.statement);
    }
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status;
}

static uint8_t state_of(const struct keeper_clip *what)
{
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_clip_digest(digest, what, camera);
    const struct asv_kept *row = asv_index_find(site.keeper.store->index, ASV_INDEX_KEPT, digest);
    return row != NULL ? row->state : 0xff;
}

static struct asv_keeper_reply order(const struct keeper_clip *what, const struct asv_test_identity *who)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_ORDER, .chain = who->chain.encoded, .header = {what->frame, what->frame_len}};
    return keeper_ask(&site, ASV_KEEPER_ADMIN, &request);
}

static void two_people_still_hold_what_it_recorded(void **state)
{
    (void)state; /* LAW T3; K-155 */
    retire();
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, ++serial, camera, &clip);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(state_of(&clip), ASV_KEEPER_PENDING);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_int_equal(state_of(&clip), ASV_KEEPER_HELD);
    struct asv_keeper_reply reply =
        keeper_both(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, &people.chief, 100, camera, &clip);
    assert_int_equal(reply.status, ASV_OK);
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, reply.file_key);
    assert_memory_equal(commitment, clip.header.commitment, sizeof commitment);
}

static void two_people_still_erase_one_early_and_the_others_live_on(void **state)
{
    (void)state; /* LAW T4; K-155 */
    retire();
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &clip), ASV_OK);
    assert_int_equal(order(&clip, camera).status, ASV_OK); /* K-069 */
    assert_int_equal(keep(&other, ASV_KEEPER_WHY_EARLY, 0), ASV_OK);
    keeper_site_go_to(&site, site.world.wall + 24 * HOUR_MS);
    static struct keeper_inventory word;
    struct asv_keeper_request request = keeper_finish_early(&site, &word, camera, TODAY);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &request).status, ASV_E_REVOKED); /* K-252, K-247 */
    assert_int_equal(both(ASV_ACTION_HOLD, &other), ASV_OK);
    assert_int_equal(state_of(&other), ASV_KEEPER_HELD);
}

static void its_recordings_have_their_own_days(void **state)
{
    (void)state; /* LAW T1; K-155 */
    int64_t other_due_ms = keeper_site_due(20260104);
    retire();
    assert_int_equal(keep(&other, ASV_KEEPER_WHY_DAY, other_due_ms), ASV_OK);
    keeper_propose_clip(&site, &decision, ASV_ACTION_DAY, &people.wearer, ++serial, camera, &lost);
    decision.proposal.statement.subject.date = TODAY;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    assert_int_equal(state_of(&lost), ASV_KEEPER_RUNS);
    keeper_site_go_to(&site, other_due_ms);
    assert_int_equal(state_of(&other), ASV_KEEPER_OVER);
}

/* The one that is retired because it was lost is the one whose recordings were held before they docked. */
static void what_was_held_before_it_docked_is_kept(void **state)
{
    (void)state; /* K-155 */
    int64_t began = clip.header.start_wall_ms;
    keeper_propose(&site, &decision, ASV_ACTION_HOLD_AHEAD, &people.wearer, ++serial);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = began - HOUR_MS;
    subject->until_ms = began + HOUR_MS;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    retire();
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
    assert_int_equal(order(&clip, camera).status, ASV_E_STATE); /* K-091 */
    assert_int_equal(keep(&clip, ASV_KEEPER_WHY_AHEAD, 0), ASV_OK);
    assert_int_equal(state_of(&clip), ASV_KEEPER_HELD);
    /* K-247: what is signed with its key may be the thief's. */
    struct keeper_inventory what = {
        .camera = camera, .agency = &site.agency, .issued_ms = site.world.wall, .wall_ms = site.world.wall};
    struct asv_keeper_request finish = {.type = ASV_KEEPER_FINISH, .why = ASV_KEEPER_WHY_AHEAD};
    keeper_inventory(&finish, &what);
    asv_statement_digest(finish.digest, &decision.proposal.statement);
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_E_REVOKED);
}

static void their_end_is_signed(void **state)
{
    (void)state; /* LAW T6; K-155 */
    struct asv_destruction got;
    struct asv_test_agency foreign;
    retire();
    assert_int_equal(order(&clip, camera).status, ASV_E_STATE); /* K-066: they live as long as any */
    keeper_site_go_to(&site, keeper_site_due(TODAY));
    struct asv_keeper_reply reply = order(&clip, camera);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_destruction_decode(&got, reply.order.data, reply.order.len, NULL), ASV_OK);
    assert_int_equal(got.reason, ASV_DESTRUCTION_EXPIRED);
    assert_memory_equal(got.camera_cert, camera->cert_digest, sizeof got.camera_cert);
    asv_test_agency_init(&foreign, 9);
    assert_int_equal(order(&clip, &foreign.camera).status, ASV_E_UNTRUSTED);
}

/* K-155 asks for nothing of the list, so a list that is gone keeps nobody from deciding; what needs it waits
 * (K-045). */
static void a_list_that_is_gone_is_no_obstacle(void **state)
{
    (void)state;
    retire();
    assert_int_equal(unlink(list_path), 0);
    assert_int_equal(keeper_opens(&site, camera, &clip).status, ASV_E_AWAY); /* K-045 */
    assert_int_equal(both(ASV_ACTION_HOLD, &clip), ASV_OK);
    assert_int_equal(state_of(&clip), ASV_KEEPER_HELD);
}

/* Of the camera, which the list does not name: the day's key whose clip was erased early, and what a
 * hold before docking copied. */
static struct asv_keeper_request finish_of(uint8_t why, struct keeper_inventory *word)
{
    struct asv_keeper_request early = keeper_finish_early(&site, word, camera, TODAY);
    if (why == ASV_KEEPER_WHY_EARLY) {
        return early;
    }
    struct asv_keeper_request ahead = {.type = ASV_KEEPER_FINISH, .why = why};
    word->issued_ms = word->wall_ms = site.world.wall;
    keeper_inventory(&ahead, word);
    asv_statement_digest(ahead.digest, &decision.proposal.statement);
    return ahead;
}

static void waits_for_the_list(uint8_t why, const char *words)
{
    struct keeper_inventory word;
    struct asv_keeper_request finish = finish_of(why, &word);
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_ADMIN, &finish);
    if (reply.status != ASV_E_AWAY || strstr(reply.detail, words) == NULL) {
        fail_msg("%s: %s, not AWAY: %s", asv_status_name(reply.status), reply.detail, words);
    }
    assert_int_equal(keep(&other, ASV_KEEPER_WHY_DAY, keeper_site_due(TODAY)), ASV_E_AWAY);
    assert_int_equal(keeper_make_days(&site, camera, 0, 41).status, ASV_E_AWAY);
}

static void change_list(long at, int flip)
{
    FILE *file = fopen(list_path, "rb+");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    assert_int_equal(fputc(byte ^ flip, file), byte ^ flip);
    assert_int_equal(fclose(file), 0);
}

/* So that nothing is missing for either but the camera's word. */
static void let_both_be_finished(void)
{
    int64_t began = clip.header.start_wall_ms;
    keeper_site_revoke(&site, 5, &site.agency.dock);
    assert_true(opens(&clip)); /* the list is seen */
    assert_int_equal(both(ASV_ACTION_ERASE_EARLY, &clip), ASV_OK);
    assert_int_equal(keep(&other, ASV_KEEPER_WHY_EARLY, 0), ASV_OK);
    keeper_propose(&site, &decision, ASV_ACTION_HOLD_AHEAD, &people.wearer, ++serial);
    struct asv_subject *subject = &decision.proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = began - HOUR_MS;
    subject->until_ms = began + HOUR_MS;
    keeper_sign_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.chief, ++serial);
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
    keeper_site_go_to(&site, site.world.wall + 24 * HOUR_MS);
}

/* What the list lacks is neither the camera's lie nor a dock's. */
static void a_broken_list_accuses_nobody(void **state)
{
    (void)state;                                                                /* K-269 */
    static const uint8_t whys[] = {ASV_KEEPER_WHY_EARLY, ASV_KEEPER_WHY_AHEAD}; /* as their keys may go */
    let_both_be_finished();
    for (size_t i = 0; i < sizeof whys; i++) {
        struct keeper_inventory word;
        keeper_site_revoke(&site, 6, &site.agency.dock);
        change_list(-1, 1);
        waits_for_the_list(whys[i], "revocation list");
        keeper_site_revoke(&site, 6, &site.agency.dock);
        change_list(0, 1);
        waits_for_the_list(whys[i], "revocation list");
        assert_int_equal(truncate(list_path, 0), 0);
        waits_for_the_list(whys[i], "revocation list");
        keeper_site_revoke(&site, 1, &site.agency.dock); /* before one that it has seen */
        waits_for_the_list(whys[i], "older than one seen before");
        assert_int_equal(unlink(list_path), 0);
        waits_for_the_list(whys[i], "is gone");
        struct asv_keeper_request bare = finish_of(whys[i], &word);
        bare.inventory.len = bare.bulletin.len = 0; /* K-213, K-252: whether it is there */
        assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &bare).status, ASV_E_MALFORMED);
        keeper_site_revoke(&site, 6, &site.agency.dock);
        struct asv_keeper_request finish = finish_of(whys[i], &word);
        assert_int_equal(keeper_ask(&site, ASV_KEEPER_ADMIN, &finish).status, ASV_OK);
    }
    assert_int_equal(keep(&other, ASV_KEEPER_WHY_DAY, keeper_site_due(TODAY)), ASV_E_REVOKED); /* the dock */
    assert_int_equal(keeper_make_days(&site, camera, 0, 41).status, ASV_OK);
}

static void it_gets_no_keys_any_more(void **state)
{
    (void)state;
    struct asv_keeper_request request = {.type = ASV_KEEPER_BULLETIN, .chain = camera->chain.encoded};
    retire();
    assert_int_equal(keeper_make_days(&site, camera, 0, 50).status, ASV_E_REVOKED); /* K-044 */
    assert_int_equal(keeper_ask(&site, ASV_KEEPER_DOCK, &request).status, ASV_E_REVOKED);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_people_still_hold_what_it_recorded),
        TEST(two_people_still_erase_one_early_and_the_others_live_on),
        TEST(its_recordings_have_their_own_days),
        TEST(what_was_held_before_it_docked_is_kept),
        TEST(their_end_is_signed),
        TEST(a_list_that_is_gone_is_no_obstacle),
        TEST(a_broken_list_accuses_nobody),
        TEST(it_gets_no_keys_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
