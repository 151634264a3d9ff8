/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * After its destruction a key is nowhere (LAW T5, K-001): not in the store, its replica and its slots, not in
 * the keeper's memory, not in old copies of any of these with what is there now, nor in what is there now
 * with old ones; and what it sealed does not decrypt by any of it. With slots in files, and in TPMs. The same
 * search finds each of the keys before, in each of these places, so that it could find it after.
 *
 * What is left to who copied slots *and* store before the destruction is tried here, too: such a copy opens
 * what it opened then. Nobody can take that back. It takes both at the same time, on file slots root on the
 * keeper's host, whom THREATS.md does not resist; a TPM gives its slot to programs on that machine alone, and
 * gives out what it holds now. */
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
#include "tests/integration/wait_at_wipe.h"
#include "tests/sim/keeper_people.h"
#include "tests/support/files.h"
#include "tests/support/keeper_program.h"
#include "tests/support/key_search.h"
#include "tests/support/swtpm.h"
#include "tests/unit/test.h"

#define TIMEOUT_MS 60000
#define TPM_INDEX  0x01500100u
#define DAY_MS     INT64_C(86400000)

static struct asv_test_agency agency;
static struct asv_test_identity second; /* camera */
static struct asv_test_world world;
static struct asv_test_person wearer, chief, reviewer, admin;
static struct asv_keeper_client *client;
static char directory[64], config[96], socket_path[96], store[96], replica[96], copies[96], slots[2][96];
static pid_t pid;
static int64_t *ahead_ms; /* of the keeper's clocks, shared with it */
static volatile struct wait_at_wipe *door;

static bool in_tpms;
static struct asv_test_swtpm swtpm[2];
static char slot_texts[2][208]; /* as they are configured */

static struct keeper_clip held, unflagged;
static uint32_t day_date;
static int64_t ahead_from, ahead_until;
static uint8_t recovery[256]; /* the stanza for the recovery key, as it lay beside what was held */
static size_t recovery_len;
static uint8_t serial;

/* ---- a keeper ---- */

static void connect_anew(void)
{
    asv_keeper_client_free(client);
    assert_int_equal(asv_keeper_client_new(&client, socket_path), ASV_OK);
}

static void *share(const char *name, const void *first, size_t len)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    asv_test_write_file(path, NULL, first, len);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *shared = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(shared != MAP_FAILED);
    (void)close(fd);
    return shared;
}

static void make_slots(void)
{
    for (int i = 0; i < 2; i++) {
        char state[96];
        snprintf(slots[i], sizeof slots[i], "%s/slot-%d", directory, i + 1);
        snprintf(slot_texts[i], sizeof slot_texts[i], "file:%s", slots[i]);
        if (in_tpms) {
            snprintf(state, sizeof state, "%s/tpm-%d", directory, i + 1);
            assert_int_equal(mkdir(state, 0700), 0);
            asv_test_swtpm_start(&swtpm[i], state);
            snprintf(slot_texts[i], sizeof slot_texts[i], "tpm:%s:0x%08x", swtpm[i].device, TPM_INDEX);
        }
    }
}

static void start(void)
{
    char clock[96], wipe[96];
    snprintf(clock, sizeof clock, "%s/clock", directory);
    snprintf(wipe, sizeof wipe, "%s/wipe", directory);
    const char *const environment[][2] = {
        {"LD_PRELOAD", ASV_BINARY_DIR "/lib/libasv_fake_clock.so " ASV_WAIT_AT_WIPE},
        {"ASV_TEST_CLOCK", clock},
        {"ASV_TEST_WIPE", wipe},
        {NULL, NULL}};
    assert_true(keeper_program_start(config, environment, &pid));
    connect_anew();
}

static void end(void)
{
    asv_keeper_client_free(client);
    client = NULL;
    pid_t ended = pid;
    pid = 0;
    assert_int_equal(keeper_program_end(ended, SIGTERM), 0);
}

static void make_keeper(void)
{
    char text[1024];
    snprintf(config, sizeof config, "%s/keeper.conf", directory);
    snprintf(socket_path, sizeof socket_path, "%s/keeper.sock", directory);
    snprintf(store, sizeof store, "%s/store", directory);
    snprintf(replica, sizeof replica, "%s/replica", directory);
    snprintf(copies, sizeof copies, "%s/copies", directory);
    make_slots();
    int len =
        snprintf(text, sizeof text,
                 "store = %s\nreplica = %s\nidentity = %s/identity\nsocket = %s\nslot.1 = %s\n"
                 "slot.2 = %s\npeer.%u = admin\n",
                 store, replica, directory, socket_path, slot_texts[0], slot_texts[1], (unsigned)geteuid());
    asv_test_write_file(config, NULL, text, (size_t)len);
    ahead_ms = share("clock", &(const int64_t){0}, sizeof *ahead_ms);
    door = share("wipe", &(const struct wait_at_wipe){0}, sizeof *door);
    keeper_program_identity(directory, "identity", ASV_ROLE_KEEPER, &agency, &agency.keeper, &world);
    static const char program[] = ASV_BINARY_DIR "/bin/asservat-keeper";
    const char *const init[] = {program, "--config", config, "--init", NULL};
    assert_int_equal(asv_test_run(directory, init), 0);
    start();
}

static int set_up(void **state)
{
    in_tpms = *state != NULL;
    serial = 0;
    asv_test_agency_init(&agency, 1); /* whose people statements.h makes */
    asv_test_agency_issue(&agency, &second, ASV_ROLE_CAMERA, 2);
    asv_test_world_init(&world, (uint64_t)getpid());
    assert_int_equal(asv_world_wall_ms(asv_world_os(), &world.wall), ASV_OK);
    asv_test_make_directory(directory, sizeof directory);
    keeper_person_init(&wearer, 101, ASV_ROLE_WEARER, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    keeper_person_init(&chief, 102, ASV_ROLE_SUPERVISOR, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    keeper_person_init(&reviewer, 103, ASV_ROLE_REVIEWER, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    keeper_person_init(&admin, 104, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519, ASV_TEST_NOT_AFTER_MS);
    make_keeper();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_keeper_client_free(client);
    client = NULL;
    if (pid > 0) {
        (void)keeper_program_end(pid, SIGKILL);
    }
    for (int i = 0; i < 2; i++) {
        asv_test_swtpm_stop(&swtpm[i]);
    }
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

static uint32_t ask_whether_it_opens(const struct keeper_clip *clip)
{
    uint32_t number = 0;
    const struct asv_keeper_clip request = brought(clip);
    assert_int_equal(asv_keeper_client_opens(client, &request, &number, NULL), ASV_OK);
    return number;
}

static bool opens(const struct keeper_clip *clip)
{
    return wait_for(ask_whether_it_opens(clip)).opens;
}

/* Keys of two days for two cameras, and two recordings of the first one on the first day. */
static void record(void)
{
    const struct asv_test_identity *const cameras[] = {&second, &agency.camera};
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    int64_t begins = 0;
    for (int i = 0; i < 2; i++) {
        uint32_t number = 0;
        struct asv_bytes chain = cameras[i]->chain.encoded;
        assert_int_equal(asv_keeper_client_make_days(client, chain, 0, 2, &number, NULL), ASV_OK);
        (void)wait_for(number);
        assert_int_equal(asv_keeper_client_bulletin(client, chain, false, &number, NULL), ASV_OK);
        struct asv_keeper_reply reply = wait_for(number);
        assert_int_equal(asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL),
                         ASV_OK);
        assert_true(bulletin.key_count > 0);
        asv_bulletin_key_at(&bulletin, 0, &key);
        day_date = key.date;
        begins = key.start_ms;
    }
    keeper_clip_seal(&agency, &world, &agency.camera, &key, 2, &held);
    keeper_clip_seal(&agency, &world, &agency.camera, &key, 2, &unflagged);
    ahead_from = begins;
    ahead_until = begins + 60000;
}

/* ---- people ---- */

/* About whatever it is, if it is no answer: id, range and store count. */
static void state_it(struct asv_test_stated *out, uint16_t action, uint8_t step,
                     const struct asv_test_person *person, const struct asv_subject *about,
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
        memcpy(statement.subject.id, about->id, sizeof about->id);
        memcpy(statement.subject.store, about->store, sizeof about->store);
        statement.subject.from_ms = about->from_ms;
        statement.subject.until_ms = about->until_ms;
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
    struct asv_subject about = {0};
    struct asv_test_person root = {.credential = {.algorithm = ASV_ALG_ED25519}};
    memcpy(root.sk, agency.root.sk, sizeof root.sk);
    memcpy(about.id, person->digest, sizeof about.id);
    state_it(&stated, ASV_ACTION_FOUND, ASV_STEP_SOLE, &root, &about, NULL);
    (void)wait_for(ask_to_decide(client, &stated, NULL, person, NULL, NULL));
}

static struct asv_keeper_reply two(uint16_t action, const struct asv_test_person *one,
                                   const struct asv_subject *about, const struct keeper_clip *clip)
{
    static struct asv_test_stated proposal, approval;
    state_it(&proposal, action, ASV_STEP_PROPOSE, one, about, NULL);
    state_it(&approval, action, ASV_STEP_APPROVE, &chief, about, &proposal.statement);
    return wait_for(ask_to_decide(client, &proposal, &approval, one, &chief, clip));
}

static struct asv_subject clip_subject(const struct keeper_clip *clip)
{
    struct asv_subject about = {0};
    keeper_clip_digest(about.id, clip, &agency.camera);
    return about;
}

static void both(uint16_t action, const struct keeper_clip *clip)
{
    const struct asv_subject about = clip_subject(clip);
    struct asv_keeper_reply reply = two(action, &wearer, &about, action == ASV_ACTION_HOLD ? clip : NULL);
    if (action == ASV_ACTION_HOLD) { /* K-144's like: what lies beside the payload from then on */
        assert_in_range(reply.stanza.len, 1, sizeof recovery);
        memcpy(recovery, reply.stanza.data, reply.stanza.len);
        recovery_len = reply.stanza.len;
    }
}

/* What the second camera recorded on that day, in a range that no recording here lies in. */
static void both_ahead(uint16_t action)
{
    struct asv_subject about = {.from_ms = ahead_from, .until_ms = ahead_until};
    memcpy(about.id, second.cert_digest, sizeof about.id);
    (void)two(action, &wearer, &about, NULL);
}

static void register_recovery_key(void)
{
    struct asv_subject about = {0};
    memcpy(about.store, get_status().store, sizeof about.store);
    (void)two(ASV_ACTION_RECOVERY_KEY, &admin, &about, NULL);
}

/* The program that asks for the clip's file key is gone when the keeper answers. */
static void open_for_nobody(const struct keeper_clip *clip)
{
    static struct asv_test_stated proposal, approval, show;
    struct asv_keeper_client *gone = NULL;
    uint32_t number = 0;
    const struct asv_subject about = clip_subject(clip);
    state_it(&proposal, ASV_ACTION_OPEN, ASV_STEP_PROPOSE, &reviewer, &about, NULL);
    state_it(&approval, ASV_ACTION_OPEN, ASV_STEP_APPROVE, &chief, &about, &proposal.statement);
    state_it(&show, ASV_ACTION_SHOW, ASV_STEP_SOLE, &reviewer, &about, &proposal.statement);
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

/* ---- the thief ---- */

static void copy(const char *what, const char *to)
{
    const char *const argv[] = {"cp", "-a", what, to, NULL};
    assert_int_equal(asv_test_run(directory, argv), 0);
}

/* Store and replica as they are now, below copies/NAME. */
static void copy_directories(const char *name)
{
    char to[128];
    snprintf(to, sizeof to, "%s/%s", copies, name);
    (void)mkdir(copies, 0700);
    assert_int_equal(mkdir(to, 0700), 0);
    copy(store, to);
    copy(replica, to);
}

static void add_copies(struct key_thief *thief, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s/store", copies, name);
    key_thief_add_store(thief, path);
    snprintf(path, sizeof path, "%s/%s/replica", copies, name);
    key_thief_add_store(thief, path);
}

static void add_directories(struct key_thief *thief)
{
    key_thief_add_store(thief, store);
    key_thief_add_store(thief, replica);
}

/* What the slots give out now: a TPM to whoever is on this machine and has the store's files. */
static void add_slots(struct key_thief *thief, const char *auth_in)
{
    for (int i = 0; i < 2; i++) {
        if (in_tpms) {
            struct asv_slot_tpm tpm = {.device = swtpm[i].device, .index = TPM_INDEX};
            uint8_t *auth = NULL;
            size_t len = 0;
            asv_test_read_file(auth_in, "tpm-auth", &auth, &len);
            assert_int_equal(len, sizeof tpm.auth);
            memcpy(tpm.auth, auth, len);
            free(auth);
            const struct asv_slot slot = asv_slot_tpm(&tpm);
            key_thief_add_slot(thief, &slot);
        } else {
            key_thief_add_file(thief, slots[i]);
        }
    }
}

static void cipher_of(struct key_cipher *out, const struct keeper_clip *clip)
{
    uint8_t digest[ASV_SHA256_BYTES];
    assert_int_equal(asv_seal_header_read(&out->header, digest, clip->frame + ASV_SEAL_FRAME_HEADER_BYTES,
                                          clip->frame_len - ASV_SEAL_FRAME_HEADER_BYTES, agency.camera.pk,
                                          NULL),
                     ASV_OK);
    memcpy(out->stanzas, clip->stanzas, clip->stanzas_len);
    out->stanzas_len = clip->stanzas_len;
    memcpy(out->first, clip->chunks[0], sizeof out->first);
}

/* Whether anything that the thief has opens this recording, of which he saved the ciphertext. */
static bool thief_opens(const struct key_thief *thief, const struct keeper_clip *clip)
{
    static struct key_cipher cipher;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    cipher_of(&cipher, clip);
    struct key_loot *loot = key_thief_take(thief);
    bool opens_it = key_loot_opens(loot, &cipher, file_key) != NULL;
    free(loot);
    return opens_it;
}

static bool any_index_opens(const struct key_thief *thief)
{
    struct key_loot *loot = key_thief_take(thief);
    bool any = loot->index_count > 0;
    free(loot);
    return any;
}

/* ---- what is to be found before, and not after ---- */

static const char *const kinds[] = {"master", "KEK of day-", "key of day-", "ahead ", "clip "};

/* Every key that there is, and those of the unflagged recording by name. */
static void learn(struct key_search *search, const struct key_thief *now, uint8_t day_sk[ASV_X25519_BYTES],
                  uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    static struct key_cipher cipher;
    struct key_loot *loot = key_thief_take(now);
    key_search_add_loot(search, loot);
    cipher_of(&cipher, &unflagged);
    const struct key_looted *key = key_loot_opens(loot, &cipher, file_key);
    assert_non_null(key);
    assert_int_equal(key->kind, KEY_DAY);
    memcpy(day_sk, key->bytes, ASV_X25519_BYTES);
    key_search_add(search, "unflagged's day", key->bytes, key->len);
    key_search_add(search, "unflagged's file", file_key, ASV_FILE_KEY_BYTES);
    free(loot);
}

static bool is_of_another_day(const char *name)
{
    char day[16];
    snprintf(day, sizeof day, "day-%u", day_date);
    return (strncmp(name, "KEK of ", 7) == 0 || strncmp(name, "key of ", 7) == 0) &&
           strncmp(name + 7, day, strlen(day)) != 0;
}

/* Keys that live on (the second day's, the reserve keys) do not count. */
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

static void search_files(struct key_search *search)
{
    for (int i = 0; i < 2; i++) {
        (void)key_search_path(search, in_tpms ? swtpm[i].state : slots[i]);
    }
    (void)key_search_path(search, store);
    (void)key_search_path(search, replica);
}

static void search_memory(struct key_search *search)
{
    size_t memory = 0;
    bool searched = key_search_process(search, pid, &memory);
    if (!searched) {
        print_message("this machine does not let this user read the keeper's memory: root may, with "
                      "CAP_SYS_PTRACE\n");
    }
    assert_true(searched); /* what was not searched proves nothing */
}

/* Each of the directories alone gives each kind of key to who has the slots. */
static void found_in_each_place(struct key_search *search, const struct key_thief *now)
{
    static struct key_thief one;
    for (size_t i = 0; i < now->store_count; i++) {
        one = *now;
        one.store_count = 0;
        key_thief_add_store(&one, now->stores[i]);
        (void)key_search_thief(search, &one);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            assert_true(key_search_found_all(search, kinds[k]));
        }
        assert_true(key_search_found(search, "unflagged's day"));
        key_search_forget(search);
        assert_true(thief_opens(&one, &unflagged) && thief_opens(&one, &held));
    }
}

static void wait_at_wipe_of(const uint8_t *key, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        door->masked[i] = (uint8_t)(key[i] ^ WAIT_AT_WIPE_MASK);
    }
    door->len = (uint32_t)len;
    door->state = WAIT_AT_WIPE_ARMED;
}

/* A day's key and a file key are there only while the keeper answers: it waits before it wipes the latter. */
static void found_in_memory(struct key_search *search, const uint8_t day_sk[ASV_X25519_BYTES],
                            const uint8_t file_key[ASV_FILE_KEY_BYTES])
{
    wait_at_wipe_of(file_key, ASV_FILE_KEY_BYTES);
    uint32_t number = ask_whether_it_opens(&unflagged);
    for (time_t until = time(NULL) + TIMEOUT_MS / 1000; door->state != WAIT_AT_WIPE_WAITS;) {
        assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_OK);
        assert_true(time(NULL) < until);
    }
    search_memory(search);
    assert_true(key_search_found(search, "unflagged's day") && key_search_found(search, "unflagged's file"));
    key_search_forget(search);
    door->state = WAIT_AT_WIPE_IDLE;
    assert_true(wait_for(number).opens);
    search_memory(search);
    assert_true(key_search_found(search, "master") && key_search_found_all(search, "clip ") &&
                key_search_found_all(search, "ahead ") && key_search_found_all(search, "KEK of day-"));
    assert_false(key_search_found(search, "unflagged's day")); /* K-049 */
    assert_false(key_search_found(search, "unflagged's file"));
    key_search_forget(search);
    wait_at_wipe_of(day_sk, ASV_X25519_BYTES); /* from here on it is not wiped, because it is not there */
}

/* ---- time passes, and people let go ---- */

static void pass_fifteen_days(void)
{
    *ahead_ms += 15 * DAY_MS;
    connect_anew();
    time_t deadline = time(NULL) + TIMEOUT_MS / 1000;
    while (get_status().first_date <= day_date && time(NULL) < deadline) { /* its next look at the clock */
    }
    assert_true(get_status().first_date > day_date);
    assert_false(opens(&unflagged));
    assert_true(opens(&held));
}

static void let_go(void)
{
    open_for_nobody(&held);
    for (time_t until = time(NULL) + TIMEOUT_MS / 1000; decided("SHOW") == 0 && time(NULL) < until;) {
        (void)get_status();
    }
    assert_int_equal(decided("SHOW"), 1);
    both(ASV_ACTION_RELEASE, &held);
    assert_false(opens(&held));
    both_ahead(ASV_ACTION_RELEASE_AHEAD);
}

/* ---- afterwards ---- */

/* Whatever the thief took before, with what the slots give out now, and the other way round. */
static void nothing_comes_out(struct key_search *search, const struct key_thief *before)
{
    static struct key_thief thief;
    char old_store[160];
    snprintf(old_store, sizeof old_store, "%s/before/store", copies);
    thief = (struct key_thief){0}; /* current index, current slots */
    add_directories(&thief);
    add_slots(&thief, store);
    (void)key_search_thief(search, &thief);
    assert_int_equal(dead_ones_found(search), 0);
    assert_true(any_index_opens(&thief) && !thief_opens(&thief, &unflagged) && !thief_opens(&thief, &held));

    thief = (struct key_thief){0}; /* old index, current slots: each destruction has a master of its own */
    add_copies(&thief, "before");
    add_copies(&thief, "later");
    add_slots(&thief, old_store);
    assert_false(any_index_opens(&thief));
    add_directories(&thief); /* nor with the index of now */
    (void)key_search_thief(search, &thief);
    assert_int_equal(dead_ones_found(search), 0);
    assert_true(any_index_opens(&thief) && !thief_opens(&thief, &unflagged) && !thief_opens(&thief, &held));

    thief = *before; /* current index, old slots: whoever was root here once */
    thief.store_count = 0;
    add_directories(&thief);
    assert_false(any_index_opens(&thief));
    assert_true(!thief_opens(&thief, &unflagged) && !thief_opens(&thief, &held));
}

/* THREATS.md, "who copied slots and store together, at one instant". Of TPMs it takes root on the machine. */
static void both_from_then_open_what_they_opened_then(const struct key_thief *before)
{
    static struct key_thief thief;
    thief = *before;
    thief.store_count = 0;
    add_copies(&thief, "before");
    assert_true(any_index_opens(&thief));
    assert_true(thief_opens(&thief, &unflagged) && thief_opens(&thief, &held));
}

/* THREATS.md, "thief of a disk or a backup": with the offline key, what was held then, and nothing else. */
static void a_copy_for_the_recovery_key_outlives_the_release(void)
{
    static struct key_cipher cipher;
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    asv_reader_init(&reader, recovery, recovery_len);
    assert_int_equal(asv_age_stanza_read(&reader, &stanza), ASV_OK);
    assert_int_equal(asv_age_unwrap(file_key, &stanza, agency.dock.kx_sk), ASV_OK);
    cipher_of(&cipher, &held);
    assert_true(key_cipher_decrypts(&cipher, file_key));
    cipher_of(&cipher, &unflagged);
    assert_false(key_cipher_decrypts(&cipher, file_key));
    assert_int_not_equal(asv_age_unwrap(file_key, &stanza, agency.camera.kx_sk), ASV_OK);
}

static void a_destroyed_key_is_nowhere(void **state)
{
    (void)state; /* LAW T1, T5; K-001 */
    static struct key_thief before;
    struct key_search *search = key_search_new();
    uint8_t day_sk[ASV_X25519_BYTES];
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    found(&wearer);
    found(&chief);
    found(&reviewer);
    found(&admin);
    register_recovery_key();
    record();
    both(ASV_ACTION_HOLD, &held);
    both_ahead(ASV_ACTION_HOLD_AHEAD);
    assert_true(opens(&held) && opens(&unflagged));

    end(); /* one program at a time speaks to a TPM */
    before = (struct key_thief){0};
    add_directories(&before);
    add_slots(&before, store);
    copy_directories("before");
    add_copies(&before, "before");
    learn(search, &before, day_sk, file_key);
    found_in_each_place(search, &before);
    search_files(search);
    assert_true(in_tpms || key_search_found(search, "master"));
    assert_false(key_search_found(search, "clip ") || key_search_found(search, "key of day-"));
    key_search_forget(search);
    start();
    found_in_memory(search, day_sk, file_key);

    pass_fifteen_days();
    copy_directories("later");
    let_go();

    search_memory(search);
    assert_int_equal(dead_ones_found(search), 0); /* K-049: nor where a reply waited that nobody took */
    assert_int_equal(door->state, WAIT_AT_WIPE_ARMED);
    end();
    search_files(search);
    assert_int_equal(dead_ones_found(search), 0);
    nothing_comes_out(search, &before);
    both_from_then_open_what_they_opened_then(&before);
    a_copy_for_the_recovery_key_outlives_the_release();
    print_message("%zu keys, %zu MiB\n", search->count, (size_t)(search->searched >> 20));
    free(search);
}

static void a_destroyed_key_is_nowhere_with_tpms(void **state)
{
    a_destroyed_key_is_nowhere(state); /* K-076, K-077 */
}

int main(int argc, char **argv)
{
    (void)argc;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_destroyed_key_is_nowhere, set_up, tear_down),
        cmocka_unit_test_prestate_setup_teardown(a_destroyed_key_is_nowhere_with_tpms, set_up, tear_down,
                                                 argv),
    };
    struct asv_err err = {0};
    if (asv_crypto_init() != ASV_OK || asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err) != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
