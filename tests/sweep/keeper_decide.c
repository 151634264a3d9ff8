/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What people decide, on a disk and slots that fail or lose power at every single call. After each the keeper
 * is where it was before the decision or after it; what it reported as done is done, and written down; asked
 * again it finishes, with the same answer; a held clip opens, what was erased is in no byte, and nothing
 * opens that two people did not decide. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"
#include "server/base/calendar.h"
#include "server/base/hex.h"
#include "tests/sim/keeper_people.h"
#include "tests/unit/test.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)
#define TODAY   20260105u

static struct keeper_site site;
static struct keeper_people people;
static struct asv_test_person newcomer;
static const struct asv_test_identity *camera;
static struct keeper_clip clip;    /* what most decisions are about */
static struct keeper_clip held;    /* two people keep it all the time */
static struct keeper_clip nobodys; /* nobody ever decided about it */
static struct keeper_decision decision;
static struct keeper_decision earlier; /* of the preparation */

/* Where a run begins, again and again. */
struct start {
    struct keeper_disk *disk;
    int64_t wall;
    uint64_t mono;
};
static struct start prepared; /* of the decision that is tried */

static void make_clip(struct keeper_clip *out)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_bulletin(&site, camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    keeper_clip_make(&site, camera, &key, 2, out);
}

static void approve(struct keeper_decision *made, uint8_t n)
{
    keeper_sign_again(made);
    keeper_respond(&site, made, ASV_STEP_APPROVE, &people.chief, n);
}

/* ---- the decisions ---- */

static void prepare_nothing(void)
{
}

static void hold_the_clip(void)
{
    assert_int_equal(
        keeper_both(&site, &earlier, ASV_ACTION_HOLD, &people.wearer, &people.chief, 11, camera, &clip)
            .status,
        ASV_OK);
}

static void ask_to_hold_the_clip(void)
{
    keeper_propose_clip(&site, &earlier, ASV_ACTION_HOLD, &people.wearer, 11, camera, &clip);
    assert_int_equal(keeper_decide(&site, &earlier).status, ASV_OK);
}

/* Held, and its day is over. */
static void hold_beyond_its_day(void)
{
    hold_the_clip();
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
}

/* Released before its day is over: it runs, by a key of its own. */
static void let_it_run(void)
{
    hold_the_clip();
    assert_int_equal(
        keeper_both(&site, &earlier, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 13, camera, &clip)
            .status,
        ASV_OK);
}

static void propose_ahead(struct keeper_decision *made, uint16_t action, uint8_t n)
{
    keeper_propose(&site, made, action, &people.wearer, n);
    struct asv_subject *subject = &made->proposal.statement.subject;
    memcpy(subject->id, camera->cert_digest, sizeof subject->id);
    subject->from_ms = clip.header.start_wall_ms - HOUR_MS;
    subject->until_ms = subject->from_ms + HOUR_MS / 2; /* no clip of this test lies in it */
    approve(made, (uint8_t)(n + 1));
}

static void hold_ahead_beyond_its_day(void)
{
    propose_ahead(&earlier, ASV_ACTION_HOLD_AHEAD, 15);
    assert_int_equal(keeper_decide(&site, &earlier).status, ASV_OK);
    keeper_site_go_to(&site, keeper_site_due(TODAY) + HOUR_MS);
}

/* A recipient is registered. */
static void recipient_is_there(void)
{
    assert_int_equal(
        keeper_both(&site, &earlier, ASV_ACTION_RECIPIENT, &people.exporter, &people.chief, 19, NULL, NULL)
            .status,
        ASV_OK);
}

static void recovery_key_is_there(void)
{
    assert_int_equal(
        keeper_both(&site, &earlier, ASV_ACTION_RECOVERY_KEY, &people.admin, &people.chief, 21, NULL, NULL)
            .status,
        ASV_OK);
}

static void block_the_clip(void)
{
    keeper_propose_clip(&site, &earlier, ASV_ACTION_BLOCK, &people.wearer, 23, camera, &clip);
    assert_int_equal(keeper_decide(&site, &earlier).status, ASV_OK);
}

/* The clock is set forward: destruction stands still. */
static void stop_the_clock(void)
{
    int64_t next = 0;
    asv_keeper_tick(&site.keeper, &next);
    site.world.wall += 3 * HOUR_MS;
    asv_keeper_tick(&site.keeper, &next);
    assert_int_equal(site.keeper.store->index->stop, ASV_KEEPER_STOP_CLOCK);
}

/* Nobody is left who could enrol another. */
static void revoke_the_admin(void)
{
    keeper_propose(&site, &earlier, ASV_ACTION_REVOKE, &people.chief, 25);
    memcpy(earlier.proposal.statement.subject.id, people.admin.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&earlier);
    assert_int_equal(keeper_decide(&site, &earlier).status, ASV_OK);
}

static void enrol_the_newcomer(struct keeper_decision *made, uint8_t n)
{
    keeper_propose(&site, made, ASV_ACTION_ENROL, &people.admin, n);
    memcpy(made->proposal.statement.subject.id, newcomer.digest, ASV_SHA256_BYTES);
    approve(made, (uint8_t)(n + 1));
    made->enrolled = &newcomer;
}

static void newcomer_is_there(void)
{
    enrol_the_newcomer(&earlier, 17);
    assert_int_equal(keeper_decide(&site, &earlier).status, ASV_OK);
}

static void propose_hold(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 30, camera, &clip);
}

static void approve_hold(void)
{
    propose_hold();
    approve(&decision, 31);
}

static void refuse_hold(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_HOLD, &people.wearer, 11, camera, &clip);
    keeper_respond(&site, &decision, ASV_STEP_REFUSE, &people.chief, 31);
}

static void open_held(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_OPEN, &people.reviewer, 30, camera, &held);
    approve(&decision, 31);
}

static void release(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_RELEASE, &people.reviewer, 30, camera, &clip);
    approve(&decision, 31);
}

static void erase_early(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_ERASE_EARLY, &people.wearer, 30, camera, &clip);
    approve(&decision, 31);
}

static void hold_ahead(void)
{
    propose_ahead(&decision, ASV_ACTION_HOLD_AHEAD, 30);
}

static void release_ahead(void)
{
    keeper_propose(&site, &decision, ASV_ACTION_RELEASE_AHEAD, &people.deputy, 30);
    decision.proposal.statement.subject = earlier.proposal.statement.subject;
    approve(&decision, 31);
}

static void decide_policy(void)
{
    keeper_propose(&site, &decision, ASV_ACTION_POLICY, &people.admin, 30);
    decision.proposal.statement.subject.version = 9;
    decision.proposal.statement.subject.days = 10;
    decision.proposal.statement.subject.from_date = 20260110;
    approve(&decision, 31);
}

static void enrol(void)
{
    enrol_the_newcomer(&decision, 30);
}

static void revoke_newcomer(void)
{
    keeper_propose(&site, &decision, ASV_ACTION_REVOKE, &people.admin, 30);
    memcpy(decision.proposal.statement.subject.id, newcomer.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
}

static void hand_over_held(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_HAND_OVER, &people.exporter, 30, camera, &held);
    approve(&decision, 31);
}

static void take_over(void)
{
    hand_over_held();
    decision.number = ASV_KEEPER_NO_CLIP;
}

static void it_was_taken_over(void)
{
    recipient_is_there();
    memset(&decision, 0, sizeof decision);
    take_over();
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static void block(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_BLOCK, &people.wearer, 30, camera, &clip);
}

static void unblock(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_UNBLOCK, &people.chief, 30, camera, &clip);
}

static void both_decide(uint16_t action, const struct asv_test_person *one)
{
    keeper_propose(&site, &decision, action, one, 30);
    approve(&decision, 31);
}

static void register_recipient(void)
{
    both_decide(ASV_ACTION_RECIPIENT, &people.exporter);
}

static void end_recipient(void)
{
    keeper_propose(&site, &decision, ASV_ACTION_RECIPIENT_ENDS, &people.chief, 30);
}

static void set_recovery_key(void)
{
    both_decide(ASV_ACTION_RECOVERY_KEY, &people.admin);
}

static void end_recovery_key(void)
{
    both_decide(ASV_ACTION_RECOVERY_KEY_ENDS, &people.admin);
}

static void confirm_clock(void)
{
    both_decide(ASV_ACTION_CLOCK, &people.admin);
}

static void begin_ledger(void)
{
    both_decide(ASV_ACTION_LEDGER, &people.admin);
}

static void forget_an_entry(void)
{
    both_decide(ASV_ACTION_FORGET, &people.admin);
}

static void say_the_day(void)
{
    keeper_propose_clip(&site, &decision, ASV_ACTION_DAY, &people.wearer, 30, camera, &clip);
    decision.proposal.statement.subject.date = TODAY - 1;
    approve(&decision, 31);
}

static void found_newcomer(void)
{
    struct asv_test_person root = {.credential = {.algorithm = ASV_ALG_ED25519}};
    memcpy(root.sk, site.agency.root.sk, sizeof root.sk);
    keeper_propose(&site, &decision, ASV_ACTION_FOUND, &root, 30);
    memcpy(decision.proposal.statement.subject.id, newcomer.digest, ASV_SHA256_BYTES);
    keeper_sign_again(&decision);
    decision.proposer = NULL;
    decision.enrolled = &newcomer;
}

struct act {
    const char *name;
    void (*prepare)(void);
    void (*decide)(void); /* fills decision */
    bool erases;          /* the clip's file key, or the day's key that was kept ahead */
    unsigned least;       /* so many calls it takes */
};

static const struct act acts[] = {
    {"HOLD, asked for", prepare_nothing, propose_hold, false, 5},
    {"HOLD, at once", prepare_nothing, approve_hold, false, 5},
    {"HOLD, refused", ask_to_hold_the_clip, refuse_hold, false, 5},
    {"OPEN, SHOW", prepare_nothing, open_held, false, 5}, /* signed anew each time */
    {"RELEASE", hold_beyond_its_day, release, true, 12},
    {"ERASE_EARLY", let_it_run, erase_early, true, 12},
    {"HOLD_AHEAD", prepare_nothing, hold_ahead, false, 5},
    {"RELEASE_AHEAD", hold_ahead_beyond_its_day, release_ahead, true, 12},
    {"POLICY", prepare_nothing, decide_policy, false, 5},
    {"ENROL", prepare_nothing, enrol, false, 5},
    {"FOUND", revoke_the_admin, found_newcomer, false, 5},
    {"REVOKE", newcomer_is_there, revoke_newcomer, false, 12}, /* K-124, as with all that take away */
    {"HAND_OVER", recipient_is_there, take_over, false, 5},
    {"HAND_OVER, its clip", it_was_taken_over, hand_over_held, false, 5},
    {"BLOCK", prepare_nothing, block, false, 12},
    {"UNBLOCK", block_the_clip, unblock, false, 5},
    {"RECIPIENT", prepare_nothing, register_recipient, false, 5},
    {"RECIPIENT_ENDS", recipient_is_there, end_recipient, false, 12},
    {"RECOVERY_KEY", prepare_nothing, set_recovery_key, false, 5},
    {"RECOVERY_KEY_ENDS", recovery_key_is_there, end_recovery_key, false, 12},
    {"CLOCK", stop_the_clock, confirm_clock, false, 5},
    {"DAY", prepare_nothing, say_the_day, false, 5},
    {"LEDGER", prepare_nothing, begin_ledger, false, 5},
    {"FORGET", prepare_nothing, forget_an_entry, false, 5},
};

/* ---- what the keeper has ---- */

struct picture {
    uint8_t digest[ASV_SHA256_BYTES]; /* of all that people decide about */
};

/* What was shown is signed anew each time, and changes nothing. */
static bool is_showing(enum asv_index_table table, const void *row)
{
    return table == ASV_INDEX_DECIDED && ((const struct asv_index_decided *)row)->how == ASV_DECIDED_SHOWN;
}

static struct picture picture(void)
{
    static const enum asv_index_table tables[] = {ASV_INDEX_KEPT,    ASV_INDEX_PEOPLE,  ASV_INDEX_RECIPIENTS,
                                                  ASV_INDEX_AHEADS,  ASV_INDEX_DECIDED, ASV_INDEX_POLICIES,
                                                  ASV_INDEX_LEDGERS, ASV_INDEX_HANDED};
    const struct asv_index *index = site.keeper.store->index;
    static uint8_t bytes[1u << 16];
    struct picture out = {{0}};
    struct asv_writer writer;
    size_t len = 0;
    asv_writer_init(&writer, bytes, sizeof bytes);
    asv_write_u8(&writer, index->stop);
    asv_write_i64(&writer, index->stop_since_ms);
    asv_write_bytes(&writer, index->recovery_pk, sizeof index->recovery_pk);
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        uint32_t count = asv_index_count(index, tables[t]);
        asv_write_u8(&writer, (uint8_t)t);
        for (uint32_t i = 0; i < count; i++) {
            const void *row = asv_index_row(index, tables[t], i);
            if (!is_showing(tables[t], row)) {
                asv_index_row_write(&writer, tables[t], row);
            }
        }
    }
    assert_int_equal(asv_write_end(&writer, &len), ASV_OK);
    asv_sha256(out.digest, bytes, len);
    return out;
}

static bool same(const struct picture *a, const struct picture *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static bool opens(const struct keeper_clip *what)
{
    struct asv_keeper_reply reply = keeper_opens(&site, camera, what);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

static void read_file_key(const struct keeper_loot *loot, uint8_t key[ASV_FILE_KEY_BYTES])
{
    uint8_t commitment[ASV_SHA256_BYTES];
    for (size_t i = 0; i < loot->file_key_count; i++) {
        asv_key_commitment(commitment, loot->file_key[i]);
        if (memcmp(commitment, clip.header.commitment, sizeof commitment) == 0) {
            memcpy(key, loot->file_key[i], ASV_FILE_KEY_BYTES);
        }
    }
}

/* What an erasure is to take out of everybody's reach. */
struct prey {
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    uint8_t day_pk[ASV_X25519_BYTES];
};

static bool caught(const struct act *act, const struct prey *prey)
{
    static struct keeper_loot loot;
    keeper_attack_now(site.disk, true, &loot);
    return act->decide == release_ahead ? keeper_loot_has(&loot, prey->day_pk)
                                        : keeper_loot_has_file_key(&loot, prey->file_key);
}

/* Whether STATUS says that a slot may hold what was erased. */
static bool is_open_erasure(void)
{
    struct asv_keeper_status status;
    bool open = false;
    asv_store_status(site.keeper.store, site.world.wall, &status);
    for (unsigned i = 0; i < status.slot_count; i++) {
        open = open || status.slots[i].open_erasure;
    }
    return open;
}

/* K-084: whether this decision's statements are in the keeper's own record. */
static bool is_written_down(void)
{
    static char digits[2 * ASV_TEST_STATED_MAX + 1];
    asv_hex_encode(digits, decision.proposal.data, decision.proposal.len);
    const struct keeper_blob *record = keeper_disk_file(site.disk, "decisions-2026");
    return record != NULL && memmem(record->data, record->len, digits, 2 * decision.proposal.len) != NULL;
}

/* ---- runs ---- */

/* The disk now, which a run begins with. */
static void save(struct start *start)
{
    start->disk = keeper_disk_copy(site.disk);
    start->wall = site.world.wall;
    start->mono = site.world.mono;
}

static void restore(const struct start *start)
{
    site.world.wall = start->wall;
    site.world.mono = start->mono;
    keeper_site_load(&site, start->disk);
}

/* How it goes when nothing fails. */
struct course {
    struct picture before, after;
    int64_t until_ms;
    bool has_key;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct prey prey;
};

/* The file key that a reply gives, in the clear or for its recipient. */
static bool gives(const struct asv_keeper_reply *reply, uint8_t key[ASV_FILE_KEY_BYTES])
{
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    if (reply->file_key != NULL) {
        memcpy(key, reply->file_key, ASV_FILE_KEY_BYTES);
    } else if (reply->stanza.len > 0) {
        asv_reader_init(&reader, reply->stanza.data, reply->stanza.len);
        assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
        assert_int_equal(asv_age_unwrap(key, &stanza, site.agency.dock.kx_sk), ASV_OK);
    }
    return reply->file_key != NULL || reply->stanza.len > 0;
}

static void check_answer(const struct asv_keeper_reply *reply, const struct course *course)
{
    uint8_t key[ASV_FILE_KEY_BYTES] = {0};
    assert_int_equal(reply->status, ASV_OK);
    assert_true(reply->until_ms == course->until_ms);
    assert_int_equal(gives(reply, key), course->has_key);
    assert_memory_equal(key, course->file_key, ASV_FILE_KEY_BYTES);
}

static void go_straight(const struct act *act, struct course *course)
{
    static struct keeper_loot loot;
    memset(course, 0, sizeof *course);
    restore(&prepared);
    course->before = picture();
    keeper_attack_now(site.disk, true, &loot);
    read_file_key(&loot, course->prey.file_key);
    const struct asv_index_ahead *ahead = asv_index_count(site.keeper.store->index, ASV_INDEX_AHEADS) == 0
                                              ? NULL
                                              : asv_index_row(site.keeper.store->index, ASV_INDEX_AHEADS, 0);
    for (unsigned i = 0; ahead != NULL && i < ahead->key_count; i++) {
        if (ahead->keys[i].date != 0) {
            asv_x25519_public(course->prey.day_pk, ahead->keys[i].sk);
        }
    }
    if (act->erases) { /* the attacker is not blind */
        assert_true(caught(act, &course->prey));
    }
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    assert_int_equal(reply.status, ASV_OK);
    course->until_ms = reply.until_ms;
    course->has_key = gives(&reply, course->file_key);
    course->after = picture();
    assert_true(!act->erases || !caught(act, &course->prey));
    assert_int_equal(same(&course->before, &course->after), course->has_key);
}

/* K-232: a hold before docking, made without the reserve key that could not be read, which it says. */
static bool is_made_without(const struct act *act)
{
    const struct asv_index *index = site.keeper.store->index;
    if (act->decide != hold_ahead || asv_index_count(index, ASV_INDEX_AHEADS) != 1) {
        return false;
    }
    const struct asv_index_ahead *ahead = asv_index_row(index, ASV_INDEX_AHEADS, 0);
    return ahead->key_count == 1 && ahead->keys[0].date != 0 && ahead->left == 1;
}

/* The keeper starts again on what is left. */
static void check_after(const struct act *act, const struct course *course, bool reported)
{
    struct picture now = picture();
    bool without = is_made_without(act);
    assert_true(without || same(&now, &course->after) ||
                (same(&now, &course->before) && !reported)); /* K-017, K-018 */
    assert_true(!reported || is_written_down());
    assert_true(!reported || !act->erases || !caught(act, &course->prey)); /* K-001 */
    assert_true(opens(&held));                                             /* K-002 */
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    check_answer(&reply, course); /* K-083 */
    now = picture();
    assert_true(same(&now, &course->after) || (without && is_made_without(act)));
    assert_true(is_written_down());
    assert_true(!act->erases || !caught(act, &course->prey));
    assert_true(opens(&held));
    keeper_site_go_to(&site, keeper_site_due(TODAY) + 5 * DAY_MS);
    assert_true(opens(&held));
    assert_false(opens(&nobodys));
}

/* One fault at call n; false when it was not met any more. */
static bool run(const struct act *act, const struct course *course, uint64_t n, enum keeper_fault fault)
{
    restore(&prepared);
    keeper_disk_arm(site.disk, n, fault);
    struct asv_keeper_reply reply = keeper_decide(&site, &decision);
    bool struck = site.disk->struck;
    bool reported = reply.status == ASV_OK;
    assert_true(reported || (reply.file_key == NULL && reply.stanza.len == 0));
    if (reported) {
        check_answer(&reply, course);
        assert_true(!act->erases || is_open_erasure() || !caught(act, &course->prey)); /* K-029 */
    }
    keeper_disk_reboot(site.disk);
    if (n % 2 == 0 && fault <= KEEPER_FAIL_AFTER) { /* the same process goes on */
        assert_int_equal(asv_store_ready(site.keeper.store, NULL), ASV_OK);
        assert_int_equal(asv_store_heal(site.keeper.store, NULL), ASV_OK);
    } else {
        keeper_site_restart(&site);
    }
    assert_false(is_open_erasure());
    check_after(act, course, reported);
    return struck;
}

static void sweep(const struct act *act, enum keeper_fault fault)
{
    struct course course;
    go_straight(act, &course);
    uint64_t n = 1;
    while (run(act, &course, n, fault)) {
        n++;
    }
    if (n <= act->least) {
        print_message("%s: %u calls\n", act->name, (unsigned)n - 1);
    }
    assert_true(n > act->least); /* a sweep that ends at once tests nothing */
}

static void every_decision_is_made_or_not_made(void **state)
{
    (void)state;
    bool tried[64] = {false};
    struct start base;
    save(&base);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        restore(&base);
        acts[i].prepare();
        memset(&decision, 0, sizeof decision);
        acts[i].decide();
        tried[decision.proposal.statement.action] = true;
        save(&prepared);
        for (enum keeper_fault fault = KEEPER_FAIL_BEFORE; fault < KEEPER_FAULTS; fault++) {
            sweep(&acts[i], fault);
        }
        keeper_disk_free(prepared.disk);
    }
    tried[ASV_ACTION_SHOW] = tried[ASV_ACTION_OPEN];   /* which gives nothing without it */
    for (uint16_t action = 0; action < 64; action++) { /* every one that there is */
        assert_int_equal(tried[action], asv_action_rule(action) != NULL);
    }
    keeper_disk_free(base.disk);
}

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 1);
    camera = &site.agency.camera;
    keeper_people_init(&people, &site);
    asv_test_person_init(&newcomer, 120, ASV_ROLE_WEARER, ASV_ALG_ED25519);
    assert_int_equal(keeper_make_days(&site, camera, 0, 10).status, ASV_OK);
    make_clip(&clip);
    make_clip(&held);
    make_clip(&nobodys);
    assert_int_equal(
        keeper_both(&site, &earlier, ASV_ACTION_HOLD, &people.wearer, &people.chief, 1, camera, &held).status,
        ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_decision_is_made_or_not_made, set_up, tear_down),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
