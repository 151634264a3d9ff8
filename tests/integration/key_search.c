/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * After its destruction a key is nowhere (LAW T5, K-001): not in the store, not in the slots, not in the
 * keeper's memory, not in old copies of its files together with what is there now. The same search finds it
 * before, so that it could find it after.
 *
 * What is left to who copied slots *and* store before the destruction is tried here, too: such a copy opens
 * what it opened then. Nobody can take that back. It takes both at the same time, on file slots root on the
 * keeper's host, whom THREATS.md does not resist; a TPM gives its slot to programs on that machine alone. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "server/base/calendar.h"
#include "server/base/world_os.h"
#include "server/keeper/client.h"
#include "server/keeper/dayfile.h"
#include "tests/sim/keeper_people.h"
#include "tests/support/files.h"
#include "tests/support/keeper_program.h"
#include "tests/support/key_search.h"
#include "tests/unit/test.h"

#define TIMEOUT_MS 60000
#define DAY_MS     INT64_C(86400000)

static struct asv_test_agency agency;
static struct asv_test_world world;
static struct asv_test_person wearer, chief, reviewer;
static struct asv_keeper_client *client;
static char directory[64], config[96], socket_path[96], store[96], slot_paths[2][96], copies[96];
static const char *const slots[2] = {slot_paths[0], slot_paths[1]};
static pid_t pid;
static int64_t *ahead_ms; /* of the keeper's clocks, shared with it */

static struct keeper_clip held, unflagged;
static uint8_t day_sk[ASV_X25519_BYTES];
static uint32_t day_date;
static uint8_t serial;

/* ---- a keeper ---- */

static void connect_anew(void)
{
    asv_keeper_client_free(client);
    assert_int_equal(asv_keeper_client_new(&client, socket_path), ASV_OK);
}

static void start(void)
{
    char path[96];
    char text[1024];
    snprintf(config, sizeof config, "%s/keeper.conf", directory);
    snprintf(socket_path, sizeof socket_path, "%s/keeper.sock", directory);
    snprintf(store, sizeof store, "%s/store", directory);
    snprintf(copies, sizeof copies, "%s/copies", directory);
    snprintf(path, sizeof path, "%s/clock", directory);
    for (int i = 0; i < 2; i++) {
        snprintf(slot_paths[i], sizeof slot_paths[i], "%s/slot-%d", directory, i + 1);
    }
    int len = snprintf(text, sizeof text,
                       "store = %s\nidentity = %s/identity\nsocket = %s\nslot.1 = file:%s\n"
                       "slot.2 = file:%s\npeer.%u = admin\n",
                       store, directory, socket_path, slots[0], slots[1], (unsigned)geteuid());
    asv_test_write_file(config, NULL, text, (size_t)len);
    asv_test_write_file(path, NULL, (const char[8]){0}, 8);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ahead_ms = mmap(NULL, sizeof *ahead_ms, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(ahead_ms != MAP_FAILED);
    (void)close(fd);
    keeper_program_identity(directory, "identity", ASV_ROLE_KEEPER, &agency, &agency.keeper, &world);
    static const char program[] = ASV_BINARY_DIR "/bin/asservat-keeper";
    const char *const init[] = {program, "--config", config, "--init", NULL};
    assert_int_equal(asv_test_run(directory, init), 0);
    const char *const environment[][2] = {{"LD_PRELOAD", ASV_BINARY_DIR "/lib/libasv_fake_clock.so"},
                                          {"ASV_TEST_CLOCK", path},
                                          {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                                          {NULL, NULL}};
    assert_true(keeper_program_start(config, environment, &pid));
    connect_anew();
}

static int set_up(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 1); /* whose people statements.h makes */
    asv_test_world_init(&world, (uint64_t)getpid());
    assert_int_equal(asv_world_wall_ms(asv_world_os(), &world.wall), ASV_OK);
    asv_test_make_directory(directory, sizeof directory);
    keeper_person_init(&wearer, 101, ASV_ROLE_WEARER, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    keeper_person_init(&chief, 102, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    keeper_person_init(&reviewer, 103, ASV_ROLE_REVIEWER, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    start();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_keeper_client_free(client);
    (void)keeper_program_end(pid, SIGKILL);
    asv_test_remove_directory(directory);
    return 0;
}

static struct asv_keeper_reply wait_for(uint32_t number)
{
    struct asv_keeper_reply reply = {0};
    struct asv_err err = {0};
    enum asv_status status = asv_keeper_client_wait(client, number, TIMEOUT_MS, &reply, &err);
    if (status != ASV_OK || reply.status != ASV_OK) {
        print_message("%s%s\n", err.text, reply.detail);
    }
    assert_int_equal(status, ASV_OK);
    assert_int_equal(reply.status, ASV_OK);
    return reply;
}

static struct asv_keeper_status get_status(void)
{
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    return wait_for(number).state;
}

static struct asv_keeper_clip brought(const struct keeper_clip *clip)
{
    return (struct asv_keeper_clip){.chain = agency.camera.chain.encoded,
                                    .header = {clip->frame, clip->frame_len},
                                    .stanzas = {clip->stanzas, clip->stanzas_len},
                                    .chunks = clip->chunk_count,
                                    .first = clip->chunks[0],
                                    .last = clip->chunks[clip->chunk_count - 1]};
}

static bool opens(const struct keeper_clip *clip)
{
    uint32_t number = 0;
    const struct asv_keeper_clip request = brought(clip);
    assert_int_equal(asv_keeper_client_opens(client, &request, &number, NULL), ASV_OK);
    return wait_for(number).opens;
}

/* Keys of two days, and two recordings of the first. */
static void record(void)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    uint32_t number = 0;
    struct asv_bytes chain = agency.camera.chain.encoded;
    assert_int_equal(asv_keeper_client_make_days(client, chain, 0, 2, &number, NULL), ASV_OK);
    (void)wait_for(number);
    assert_int_equal(asv_keeper_client_bulletin(client, chain, false, &number, NULL), ASV_OK);
    struct asv_keeper_reply reply = wait_for(number);
    assert_int_equal(asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL), ASV_OK);
    assert_true(bulletin.key_count > 0);
    asv_bulletin_key_at(&bulletin, 0, &key);
    day_date = key.date;
    keeper_clip_seal(&agency, &world, &agency.camera, &key, 2, &held);
    keeper_clip_seal(&agency, &world, &agency.camera, &key, 2, &unflagged);
}

/* ---- people ---- */

static void state_it(struct asv_test_stated *out, uint16_t action, uint8_t step,
                     const struct asv_test_person *person, const void *subject,
                     const struct asv_statement *proposal)
{
    struct asv_statement statement;
    int64_t now = 0;
    assert_int_equal(asv_world_wall_ms(asv_world_os(), &now), ASV_OK);
    asv_test_statement(&statement, action, step, person, ++serial);
    int64_t life = statement.expires_ms - statement.issued_ms;
    statement.issued_ms = now + *ahead_ms;
    statement.expires_ms = statement.issued_ms + life;
    if (proposal != NULL) {
        asv_test_answer(&statement, proposal);
        statement.action = action; /* of a SHOW: of what it makes use of */
    } else {
        memcpy(statement.subject.id, subject, ASV_SHA256_BYTES);
    }
    asv_test_state(out, &statement, person, NULL);
}

/* Asked by this client, not sent yet. */
static uint32_t ask_to_decide(struct asv_keeper_client *by, const struct asv_test_stated *proposal,
                              const struct asv_test_stated *answer, const struct asv_test_person *one,
                              const struct asv_test_person *two, const struct keeper_clip *clip)
{
    uint32_t number = 0;
    struct asv_keeper_decision decision = {.proposal = {proposal->data, proposal->len}, .record_count = 1};
    decision.records[0] = one->credential.encoded;
    if (answer != NULL) {
        decision.answer = (struct asv_bytes){answer->data, answer->len};
        decision.records[decision.record_count++] = two->credential.encoded;
    }
    if (clip != NULL) {
        decision.clip = brought(clip);
    }
    assert_int_equal(asv_keeper_client_decide(by, &decision, &number, NULL), ASV_OK);
    return number;
}

static void found(const struct asv_test_person *person)
{
    static struct asv_test_stated stated;
    struct asv_test_person root = {.credential = {.algorithm = ASV_ALG_ED25519}};
    memcpy(root.sk, agency.root.sk, sizeof root.sk);
    state_it(&stated, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, person->digest, NULL);
    (void)wait_for(ask_to_decide(client, &stated, NULL, person, NULL, NULL));
}

static void both(uint16_t action, const struct keeper_clip *clip)
{
    static struct asv_test_stated proposal, approval;
    uint8_t digest[ASV_SHA256_BYTES];
    keeper_clip_digest(digest, clip, &agency.camera);
    state_it(&proposal, action, ASV_STEP_PROPOSE, &wearer, digest, NULL);
    state_it(&approval, action, ASV_STEP_APPROVE, &chief, digest, &proposal.statement);
    (void)wait_for(ask_to_decide(client, &proposal, &approval, &wearer, &chief,
                                 action == ASV_ACTION_HOLD ? clip : NULL));
}

/* The program that asks for the clip's file key is gone when the keeper answers. */
static void open_for_nobody(const struct keeper_clip *clip)
{
    static struct asv_test_stated proposal, approval, show;
    struct asv_keeper_client *gone = NULL;
    uint8_t digest[ASV_SHA256_BYTES];
    uint32_t number = 0;
    keeper_clip_digest(digest, clip, &agency.camera);
    state_it(&proposal, ASV_ACTION_OPEN, ASV_STEP_PROPOSE, &reviewer, digest, NULL);
    state_it(&approval, ASV_ACTION_OPEN, ASV_STEP_APPROVE, &chief, digest, &proposal.statement);
    state_it(&show, ASV_ACTION_SHOW, ASV_STEP_SOLE, &reviewer, digest, &proposal.statement);
    const struct asv_keeper_decision decision = {
        .proposal = {show.data, show.len},
        .open = {proposal.data, proposal.len},
        .agreed = {approval.data, approval.len},
        .record_count = 2,
        .records = {reviewer.credential.encoded, chief.credential.encoded}};
    assert_int_equal(asv_keeper_client_new(&gone, socket_path), ASV_OK);
    assert_int_equal(kill(pid, SIGSTOP), 0); /* so that it looks when there is nobody any more */
    assert_int_equal(asv_keeper_client_decide(gone, &decision, &number, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_pump(gone, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_events(gone), POLLIN); /* all of it is sent */
    asv_keeper_client_free(gone);
    assert_int_equal(kill(pid, SIGCONT), 0);
}

/* How many decisions with this name the keeper wrote down. */
static unsigned decided(const char *action)
{
    char name[32];
    char what[32];
    uint8_t *data = NULL;
    size_t len = 0;
    unsigned count = 0;
    struct tm date;
    time_t now = (time_t)((world.wall + *ahead_ms) / 1000);
    assert_non_null(localtime_r(&now, &date));
    assert_true(strftime(name, sizeof name, "decisions-%Y", &date) > 0);
    snprintf(what, sizeof what, " %s ", action);
    asv_test_read_file(store, name, &data, &len);
    for (size_t i = 0; i + strlen(what) <= len; i++) {
        count += memcmp(data + i, what, strlen(what)) == 0 ? 1 : 0;
    }
    free(data);
    return count;
}

/* ---- the attacker ---- */

static void copy(const char *what, const char *to)
{
    const char *const argv[] = {"cp", "-a", what, to, NULL};
    assert_int_equal(asv_test_run(directory, argv), 0);
}

/* The day's private key, as who has store and slots gets it; the unflagged clip's file key with that. */
static bool take_day(const char *of, const char *const with[2], uint8_t sk[ASV_X25519_BYTES])
{
    struct asv_index *index = key_search_open(of, with, 2, NULL);
    const struct asv_entry *entry = index == NULL ? NULL : asv_index_day(index, day_date, NULL);
    struct asv_dayfile file = {0};
    uint8_t *data = NULL;
    size_t len = 0;
    char name[ASV_ENTRY_NAME_BYTES];
    bool taken = false;
    if (entry != NULL) {
        asv_entry_name(name, entry);
        asv_test_read_file(of, name, &data, &len);
        assert_int_equal(asv_dayfile_open(&file, index->store, entry, data, len, NULL), ASV_OK);
        memcpy(sk, file.keys[0].sk, ASV_X25519_BYTES);
        asv_dayfile_free(&file);
        free(data);
        taken = true;
    }
    asv_index_free(index);
    return taken;
}

static bool decrypts(const struct keeper_clip *clip, const uint8_t sk[ASV_X25519_BYTES])
{
    static struct asv_seal_opener opener;
    static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_seal_header header;
    uint8_t digest[ASV_SHA256_BYTES];
    assert_int_equal(asv_seal_header_read(&header, digest, clip->frame + ASV_SEAL_FRAME_HEADER_BYTES,
                                          clip->frame_len - ASV_SEAL_FRAME_HEADER_BYTES, agency.camera.pk,
                                          NULL),
                     ASV_OK);
    return asv_seal_unwrap(file_key, &header, (struct asv_bytes){clip->stanzas, clip->stanzas_len}, sk) ==
               ASV_OK &&
           asv_seal_opener_init(&opener, &header, file_key) == ASV_OK &&
           asv_seal_opener_decrypt(&opener, plain, clip->chunks[0], 0) == ASV_OK;
}

static void learn(struct key_search *search)
{
    struct asv_seal_header header;
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    key_search_add_store(search, store, slots, 2);
    assert_int_equal(asv_seal_header_read(&header, digest, unflagged.frame + ASV_SEAL_FRAME_HEADER_BYTES,
                                          unflagged.frame_len - ASV_SEAL_FRAME_HEADER_BYTES, agency.camera.pk,
                                          NULL),
                     ASV_OK);
    assert_int_equal(asv_seal_unwrap(file_key, &header,
                                     (struct asv_bytes){unflagged.stanzas, unflagged.stanzas_len}, day_sk),
                     ASV_OK);
    key_search_add(search, "unflagged clip", file_key, sizeof file_key);
}

static bool is_of_another_day(const char *name)
{
    char day[16];
    snprintf(day, sizeof day, "day-%u", day_date);
    return (strncmp(name, "KEK of ", 7) == 0 || strncmp(name, "key of ", 7) == 0) &&
           strncmp(name + 7, day, strlen(day)) != 0;
}

/* Keys that live on (the second day's, the reserve key) do not count. */
static size_t dead_ones_found(struct key_search *search)
{
    size_t count = 0;
    for (size_t i = 0; i < search->count; i++) {
        if (search->keys[i].found && !is_of_another_day(search->keys[i].name)) {
            print_message("found: %s\n", search->keys[i].name);
            count++;
        }
    }
    key_search_forget(search);
    return count;
}

static void search_everything(struct key_search *search, size_t *memory)
{
    for (int i = 0; i < 2; i++) {
        (void)key_search_path(search, slots[i], NULL);
    }
    (void)key_search_path(search, store, NULL);
    bool searched = key_search_process(search, pid, memory);
    if (!searched) {
        print_message("this machine does not let this user read the keeper's memory: root may, with "
                      "CAP_SYS_PTRACE\n");
    }
    assert_true(searched); /* what was not searched proves nothing */
}

static void mixed(const char *new_store, const char *const old_slots[2], const char *old_store)
{
    uint8_t sk[ASV_X25519_BYTES];
    assert_false(take_day(store, slots, sk));
    assert_null(key_search_open(new_store, old_slots, 2, NULL)); /* new index, old masters */
    assert_true(take_day(old_store, old_slots, sk));             /* both from then: what they opened then */
    assert_true(decrypts(&unflagged, sk));
}

static void a_destroyed_key_is_nowhere(void **state)
{
    (void)state; /* LAW T1, T5; K-001 */
    struct key_search *search = key_search_new();
    char old_store[128], old_slots[2][128], later[128];
    const char *const old[2] = {old_slots[0], old_slots[1]};
    size_t memory = 0;
    found(&wearer);
    found(&chief);
    found(&reviewer);
    record();
    both(ASV_ACTION_HOLD, &held);
    assert_true(opens(&held) && opens(&unflagged));
    assert_true(take_day(store, slots, day_sk) && decrypts(&unflagged, day_sk));
    learn(search);

    /* Before: it is found. */
    assert_int_equal(mkdir(copies, 0700), 0);
    copy(store, copies);
    copy(slots[0], copies);
    copy(slots[1], copies);
    snprintf(old_store, sizeof old_store, "%s/store", copies);
    snprintf(later, sizeof later, "%s/later", directory);
    for (int i = 0; i < 2; i++) {
        snprintf(old_slots[i], sizeof old_slots[i], "%s/slot-%d", copies, i + 1);
    }
    search_everything(search, &memory);
    assert_true(key_search_found(search, "master"));
    assert_true(key_search_found(search, "kept clip")); /* in memory, and nowhere else as it is */
    assert_true(dead_ones_found(search) >= 3);          /* the day's KEK, too */

    /* Fifteen days later; two people release the one that was held. */
    *ahead_ms += 15 * DAY_MS;
    connect_anew();
    time_t deadline = time(NULL) + TIMEOUT_MS / 1000;
    while (get_status().first_date <= day_date && time(NULL) < deadline) { /* its next look at the clock */
    }
    assert_false(opens(&unflagged));
    assert_true(opens(&held));
    assert_null(key_search_open(old_store, slots, 2, NULL)); /* old index, new masters: noise */
    assert_int_equal(mkdir(later, 0700), 0);
    copy(store, later);
    open_for_nobody(&held);
    for (time_t until = time(NULL) + TIMEOUT_MS / 1000; decided("SHOW") == 0 && time(NULL) < until;) {
        (void)get_status();
    }
    assert_int_equal(decided("SHOW"), 1);
    both(ASV_ACTION_RELEASE, &held);
    assert_false(opens(&held));
    snprintf(later, sizeof later, "%s/later/store", directory);
    assert_null(key_search_open(later, slots, 2, NULL)); /* each destruction has a master of its own */

    /* After: it is nowhere. */
    search_everything(search, &memory);
    assert_int_equal(dead_ones_found(search), 0); /* K-049: nor where a reply waited that nobody took */
    mixed(store, old, old_store);
    print_message("%zu keys, %zu MiB\n", search->count, (size_t)(search->searched >> 20));
    free(search);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_destroyed_key_is_nowhere, set_up, tear_down),
    };
    struct asv_err err = {0};
    if (asv_crypto_init() != ASV_OK || asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err) != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
