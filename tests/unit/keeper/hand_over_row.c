/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings of a hand-over that go sealed, asked for at once: all of them leave, written down in one line
 * before, or none does. The store is on a real file system, so that it can be full. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "server/base/hex.h"
#include "tests/sim/keeper_people.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define CLIPS (1 + ASV_KEEPER_MORE_MAX)

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision; /* the hand-over of all of them */
static struct keeper_decision other;
static struct keeper_clip clips[CLIPS];
static uint8_t headers[CLIPS][ASV_SHA256_BYTES];
static uint8_t sks[ASV_PLAN_RECIPIENTS_MAX][ASV_X25519_BYTES]; /* of the recipients, in the plan's order */
static struct asv_disk_files files;
static char base[256], store[300], slots[KEEPER_DISK_SLOTS][300];

/* The plan's number of a clip; the last one goes whole, the others sealed. */
static uint16_t number_of(unsigned clip)
{
    uint16_t number = 0;
    while (memcmp(decision.clips[number].header, headers[clip], ASV_SHA256_BYTES) != 0) {
        number++;
    }
    return number;
}

static void hold(unsigned i, const struct asv_bulletin_key *key)
{
    keeper_clip_make(&site, &site.agency.camera, key, 1, &clips[i]);
    keeper_clip_digest(headers[i], &clips[i], &site.agency.camera);
    assert_int_equal(keeper_both(&site, &other, ASV_ACTION_HOLD, &people.wearer, &people.deputy,
                                 (uint8_t)(10 + 2 * i), &site.agency.camera, &clips[i])
                         .status,
                     ASV_OK);
}

static void move_to_files(void)
{
    asv_test_make_directory(base, sizeof base);
    snprintf(store, sizeof store, "%s/store", base);
    files = (struct asv_disk_files){.path = store};
    assert_int_equal(asv_disk_posix_make(&files, NULL), ASV_OK);
    site.setup.disk = asv_disk_posix(&files);
    for (unsigned i = 0; i < KEEPER_DISK_SLOTS; i++) {
        snprintf(slots[i], sizeof slots[i], "%s/slot-%u", base, i + 1);
        assert_int_equal(asv_slot_file_create(slots[i], NULL), ASV_OK);
        site.slots[i] = asv_slot_file(slots[i]);
    }
    assert_int_equal(asv_store_create(&site.setup, NULL), ASV_OK);
    keeper_site_restart(&site);
}

/* What the plan says now: proposed, approved, and taken. */
static void hand_over(void)
{
    keeper_plan_again(&decision);
    keeper_respond(&site, &decision, ASV_STEP_APPROVE, &people.deputy, 8);
    decision.number = ASV_KEEPER_NO_CLIP;
    assert_int_equal(keeper_decide(&site, &decision).status, ASV_OK);
}

static int set_up(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    keeper_site_init(&site, 1);
    move_to_files();
    keeper_people_init(&people, &site);
    assert_int_equal(keeper_make_days(&site, &site.agency.camera, 0, 1).status, ASV_OK);
    keeper_bulletin(&site, &site.agency.camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    for (unsigned i = 0; i < CLIPS; i++) {
        hold(i, &key);
    }
    assert_int_equal(
        keeper_both(&site, &other, ASV_ACTION_RECIPIENT, &people.exporter, &people.deputy, 3, NULL, NULL)
            .status,
        ASV_OK);
    memcpy(sks[0], site.agency.dock.kx_sk, sizeof sks[0]);
    keeper_propose_clip(&site, &decision, ASV_ACTION_HAND_OVER, &people.exporter, 7, &site.agency.camera,
                        &clips[0]);
    decision.plan.clip_count = CLIPS;
    for (unsigned i = 0; i < CLIPS; i++) {
        decision.clips[i].form = i == CLIPS - 1 ? ASV_PLAN_WHOLE : ASV_PLAN_SEALED;
        memcpy(decision.clips[i].header, headers[i], ASV_SHA256_BYTES);
    }
    hand_over();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keeper_site_free(&site);
    asv_disk_posix_end(&files);
    asv_test_remove_directory(base);
    return 0;
}

/* Asks for clips[from .. from + count - 1] at once. */
static struct asv_keeper_reply ask_for(unsigned from, unsigned count)
{
    decision.number = number_of(from);
    decision.more_count = (uint8_t)(count - 1);
    for (unsigned i = 1; i < count; i++) {
        decision.more[i - 1] = number_of(from + i);
    }
    return keeper_decide(&site, &decision);
}

static void is_its_key(const uint8_t file_key[ASV_FILE_KEY_BYTES], unsigned clip)
{
    uint8_t commitment[ASV_SHA256_BYTES];
    asv_key_commitment(commitment, file_key);
    assert_memory_equal(commitment, clips[clip].header.commitment, sizeof commitment);
}

/* For each recipient of the plan, and nobody else. */
static void opens(struct asv_bytes text, unsigned clip)
{
    struct asv_age_header header;
    struct asv_age_stanza stanza;
    struct asv_reader stanzas;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    assert_int_equal(asv_age_header_read(&header, text.data, text.len), ASV_OK);
    assert_int_equal(header.text.len, text.len);
    asv_reader_init(&stanzas, header.stanzas.data, header.stanzas.len);
    for (unsigned i = 0; i < decision.plan.recipient_count; i++) {
        assert_int_equal(asv_age_stanza_read(&stanzas, &stanza), ASV_OK);
        assert_int_equal(asv_age_unwrap(file_key, &stanza, sks[i]), ASV_OK);
        assert_int_equal(asv_age_header_check(&header, file_key), ASV_OK);
        is_its_key(file_key, clip);
    }
    assert_int_equal(asv_reader_left(&stanzas), 0);
}

static void given(struct asv_keeper_reply reply, unsigned from, unsigned count)
{
    if (reply.status != ASV_OK) {
        fail_msg("%s: %s", asv_status_name(reply.status), reply.detail);
    }
    assert_null(reply.file_key);
    assert_int_equal(reply.ruling.len, 0); /* K-160 */
    assert_int_equal(reply.more_count, count - 1);
    opens(reply.stanza, from);
    for (unsigned i = 1; i < count; i++) {
        opens(reply.more[i - 1], from + i);
    }
}

static void refused(struct asv_keeper_reply reply, enum asv_status want)
{
    if (reply.status != want) {
        fail_msg("%s, not %s: %s", asv_status_name(reply.status), asv_status_name(want), reply.detail);
    }
    assert_true(reply.file_key == NULL && reply.stanza.len == 0 && reply.more_count == 0);
}

/* How often the record of decisions has this. */
static unsigned lines(const char *what)
{
    uint8_t *data = NULL;
    size_t len = 0;
    unsigned count = 0;
    assert_int_equal(
        site.setup.disk.read(site.setup.disk.ctx, "decisions-2026", SIZE_MAX / 2, &data, &len, NULL), ASV_OK);
    for (const uint8_t *at = data; (at = memmem(at, len - (size_t)(at - data), what, strlen(what))) != NULL;
         at++) {
        count++;
    }
    free(data);
    return count;
}

/* As it stands there: clips[from .. from + count - 1], and whom they are wrapped for. */
static const char *line_of(unsigned from, unsigned count)
{
    static char
        line[16 + CLIPS * (1 + 2 * ASV_SHA256_BYTES) + ASV_PLAN_RECIPIENTS_MAX * (1 + 2 * ASV_X25519_BYTES)];
    int len = snprintf(line, sizeof line, " HAND_OVER");
    for (unsigned i = 0; i < count; i++) {
        line[len++] = i == 0 ? '/' : '+';
        asv_hex_encode(line + len, headers[from + i], ASV_SHA256_BYTES);
        len += 2 * ASV_SHA256_BYTES;
    }
    for (unsigned i = 0; i < decision.plan.recipient_count; i++) {
        line[len++] = '/';
        asv_hex_encode(line + len, decision.plan.recipients[i].key, ASV_X25519_BYTES);
        len += 2 * ASV_X25519_BYTES;
    }
    (void)strcat(line, " ");
    return line;
}

static void what_goes_sealed_leaves_at_once(void **state)
{
    (void)state; /* K-266, K-268 */
    static const uint8_t zeros[sizeof *site.keeper.scratch];
    given(ask_for(0, CLIPS - 1), 0, CLIPS - 1);
    assert_memory_equal(site.keeper.scratch, zeros, sizeof zeros); /* K-049 */
    assert_int_equal(lines(line_of(0, CLIPS - 1)), 1);
    assert_int_equal(lines("HAND_OVER/"), 1);
}

static void recipient(unsigned i)
{
    static const char names[] = "ABCDEFGHIJKLMNOP";
    struct asv_plan_recipient *one = &decision.plan.recipients[i];
    sks[i][0] = (uint8_t)(8 * i); /* the lowest three bits count for nothing */
    one->name = (struct asv_bytes){(const uint8_t *)&names[i], 1};
    asv_x25519_public(one->key, sks[i]);
    keeper_propose(&site, &other, ASV_ACTION_RECIPIENT, &people.exporter, (uint8_t)(50 + 2 * i));
    memcpy(other.proposal.statement.recipient_pk, one->key, ASV_X25519_BYTES);
    other.proposal.statement.subject.name = one->name;
    keeper_sign_again(&other);
    keeper_respond(&site, &other, ASV_STEP_APPROVE, &people.deputy, (uint8_t)(51 + 2 * i));
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
}

/* As many as may be, for as many: request, reply, and the line have room for that. */
static void the_longest_row_leaves_for_the_most_recipients(void **state)
{
    (void)state; /* K-266, K-268 */
    for (unsigned i = 1; i < ASV_PLAN_RECIPIENTS_MAX; i++) {
        recipient(i);
    }
    decision.plan.recipient_count = ASV_PLAN_RECIPIENTS_MAX;
    for (unsigned i = 0; i < CLIPS; i++) {
        decision.clips[i].form = ASV_PLAN_SEALED;
    }
    hand_over();
    given(ask_for(0, CLIPS), 0, CLIPS);
    assert_int_equal(lines(line_of(0, CLIPS)), 1);
    assert_int_equal(lines("HAND_OVER/"), 1);
    keeper_site_restart(&site);
    given(ask_for(0, CLIPS), 0, CLIPS);
    assert_int_equal(lines(line_of(0, CLIPS)), 2);
}

static void a_key_leaves_alone(void **state)
{
    (void)state; /* K-266 */
    refused(ask_for(CLIPS - 2, 2), ASV_E_DENIED);
    decision.number = number_of(CLIPS - 1);
    decision.more_count = 1;
    decision.more[0] = number_of(0);
    refused(keeper_decide(&site, &decision), ASV_E_DENIED);
    assert_int_equal(lines("HAND_OVER/"), 0);
    assert_non_null(ask_for(CLIPS - 1, 1).file_key);
}

static void block(unsigned clip)
{
    keeper_propose_clip(&site, &other, ASV_ACTION_BLOCK, &people.wearer, 40, &site.agency.camera,
                        &clips[clip]);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
}

static void told_of(struct asv_keeper_reply reply, unsigned number, const char *what)
{
    char text[64];
    snprintf(text, sizeof text, "the plan's clip %u: %s", number, what);
    if (strncmp(reply.detail, text, strlen(text)) != 0) {
        fail_msg("%s, not %s", reply.detail, text);
    }
}

static void blocked(struct asv_keeper_reply reply, unsigned number)
{
    refused(reply, ASV_E_DENIED);
    told_of(reply, number, "the clip is blocked");
}

static void not_in_the_plan(struct asv_keeper_reply reply)
{
    refused(reply, ASV_E_NOT_FOUND);
    told_of(reply, CLIPS, "the plan has fewer clips");
}

static void one_that_may_not_leave_keeps_them_all(void **state)
{
    (void)state; /* K-267 */
    block(2);
    blocked(ask_for(0, 4), number_of(2));
    blocked(ask_for(2, 2), number_of(2)); /* the first of them is told as the others are */
    (void)ask_for(0, 4);
    decision.more[1] = CLIPS;
    not_in_the_plan(keeper_decide(&site, &decision));
    (void)ask_for(0, 4);
    decision.number = CLIPS;
    not_in_the_plan(keeper_decide(&site, &decision));
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(keeper_both(&site, &other, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 42,
                                 &site.agency.camera, &clips[1])
                         .status,
                     ASV_OK);
    refused(ask_for(0, 2), ASV_E_STATE);
    assert_int_equal(lines("HAND_OVER/"), 0);
    given(ask_for(0, 1), 0, 1); /* K-217 */
    given(ask_for(3, 1), 3, 1);
}

static struct asv_keeper_reply sign(void)
{
    struct asv_keeper_request request = {
        .type = ASV_KEEPER_SIGN,
        .sign = ASV_KEEPER_SIGN_PACKAGE,
        .digest = {0xd1},
        .proposal = {decision.proposal.data, decision.proposal.len},
        .answer = {decision.answer.data, decision.answer.len},
        .record_count = 2,
        .records = {decision.proposer->credential.encoded, decision.answerer->credential.encoded}};
    decision.number = ASV_KEEPER_NO_CLIP;
    keeper_plan_request(&request, &decision);
    return keeper_ask(&site, ASV_KEEPER_EXPORT, &request);
}

static void not_signed(enum asv_status want)
{
    struct asv_keeper_reply reply = sign();
    refused(reply, want);
    assert_int_equal(reply.signature.len, 0);
}

/* Its header is in the builder's hands since another one's turn. Whatever is in the package: it ends there.
 */
static void what_left_early_is_not_signed_when_it_may_not_leave(void **state)
{
    (void)state; /* K-116, K-217, HO-042 */
    given(ask_for(0, 4), 0, 4);
    assert_true(sign().signature.len > 0);
    block(2);
    not_signed(ASV_E_DENIED);
    keeper_propose_clip(&site, &other, ASV_ACTION_UNBLOCK, &people.chief, 41, &site.agency.camera, &clips[2]);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    assert_true(sign().signature.len > 0);
    keeper_propose(&site, &other, ASV_ACTION_RECIPIENT_ENDS, &people.chief, 44);
    assert_int_equal(keeper_decide(&site, &other).status, ASV_OK);
    not_signed(ASV_E_UNTRUSTED);
}

static void what_was_given_with_another_and_released_is_not_signed(void **state)
{
    (void)state; /* K-116, K-217, HO-042 */
    given(ask_for(0, 4), 0, 4);
    asv_test_world_step(&site.world, 1000);
    assert_int_equal(keeper_both(&site, &other, ASV_ACTION_RELEASE, &people.reviewer, &people.chief, 42,
                                 &site.agency.camera, &clips[2])
                         .status,
                     ASV_OK);
    not_signed(ASV_E_STATE);
}

static void what_was_written_down_is_not_again(void **state)
{
    (void)state; /* K-126, K-268 */
    given(ask_for(0, 2), 0, 2);
    given(ask_for(0, 4), 0, 4);
    assert_int_equal(lines(line_of(2, 2)), 1);
    given(ask_for(0, 4), 0, 4);
    given(ask_for(1, 1), 1, 1);
    assert_int_equal(lines("HAND_OVER/"), 2);
    keeper_site_restart(&site); /* killed, wherever it was: the line stays, and what is given has its own */
    given(ask_for(0, 4), 0, 4);
    assert_int_equal(lines(line_of(0, 4)), 1);
    assert_int_equal(lines("HAND_OVER/"), 3);
}

/* The record's file takes so many bytes more. */
static void limit(rlim_t more, struct rlimit *before)
{
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(
        site.setup.disk.read(site.setup.disk.ctx, "decisions-2026", SIZE_MAX / 2, &data, &len, NULL), ASV_OK);
    free(data);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, before), 0);
    struct rlimit now = {len + more, before->rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
}

static void a_full_disk_gives_none_of_them(void **state)
{
    (void)state; /* K-268: whatever of the line is there */
    static const rlim_t room[] = {0, 1, 100, 200, 900, 1500};
    (void)signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof room / sizeof *room; i++) {
        struct rlimit before;
        unsigned whole = lines(line_of(0, 4));
        limit(room[i], &before);
        struct asv_keeper_reply reply = ask_for(0, 4);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        assert_int_not_equal(reply.status, ASV_OK);
        refused(reply, reply.status);
        keeper_site_restart(&site);
        given(ask_for(0, 4), 0, 4);
        unsigned cut = room[i] > strlen(line_of(0, 4)) + 13 ? 1 : 0; /* its beginning was written */
        assert_int_equal(lines(line_of(0, 4)), whole + 1 + cut);
        keeper_site_restart(&site);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_goes_sealed_leaves_at_once),
        TEST(the_longest_row_leaves_for_the_most_recipients),
        TEST(a_key_leaves_alone),
        TEST(one_that_may_not_leave_keeps_them_all),
        TEST(what_was_written_down_is_not_again),
        TEST(what_left_early_is_not_signed_when_it_may_not_leave),
        TEST(what_was_given_with_another_and_released_is_not_signed),
        TEST(a_full_disk_gives_none_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
