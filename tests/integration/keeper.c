/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The program itself, on a socket in a directory of its own: made, asked, killed at any moment, started
 * again. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/seal/writer.h"
#include "server/base/calendar.h"
#include "server/base/world_os.h"
#include "server/keeper/client.h"
#include "tests/support/agency.h"
#include "tests/support/clip.h"
#include "tests/support/files.h"
#include "tests/support/keeper_program.h"
#include "tests/support/swtpm.h"
#include "tests/unit/test.h"

#define TIMEOUT_MS 60000

static const char program[] = ASV_BINARY_DIR "/bin/asservat-keeper";
static const char administration[] = ASV_BINARY_DIR "/bin/asservat";

static struct asv_test_agency agency;
static struct asv_test_world world; /* with the machine's time: the program knows no other */
static char directory[64];
static char config[96];
static char socket_path[96];
static pid_t daemon_pid;
static struct asv_keeper_client *client;

static void write_identity(const char *name, uint8_t role, const struct asv_test_identity *identity)
{
    keeper_program_identity(directory, name, role, &agency, identity, &world);
}

static void write_config(const char *peer, const char *identity)
{
    char text[1024];
    int len = snprintf(text, sizeof text,
                       "store = %s/store\n"
                       "identity = %s/%s\n"
                       "socket = %s\n"
                       "slot.1 = file:%s/slot-1\n"
                       "slot.2 = file:%s/slot-2\n"
                       "%s\n",
                       directory, directory, identity, socket_path, directory, directory, peer);
    asv_test_write_file(config, NULL, text, (size_t)len);
}

static const char *own_peer(const char *role)
{
    static char line[64];
    snprintf(line, sizeof line, "peer.%u = %s", (unsigned)geteuid(), role);
    return line;
}

static int init(void)
{
    const char *const argv[] = {program, "--config", config, "--init", NULL};
    return asv_test_run(directory, argv);
}

/* What the last asv_test_run said. */
static bool said(const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(directory, "err", &data, &len);
    bool found = memmem(data, len, text, strlen(text)) != NULL;
    free(data);
    return found;
}

/* ---- starting and ending it ---- */

static bool start(void)
{
    return keeper_program_start(config, NULL, &daemon_pid);
}

static int end(int signal)
{
    pid_t pid = daemon_pid;
    daemon_pid = 0;
    return keeper_program_end(pid, signal);
}

static int set_up(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 11);
    asv_test_world_init(&world, (uint64_t)time(NULL));
    assert_int_equal(asv_world_wall_ms(asv_world_os(), &world.wall), ASV_OK);
    asv_test_make_directory(directory, sizeof directory);
    snprintf(config, sizeof config, "%s/keeper.conf", directory);
    snprintf(socket_path, sizeof socket_path, "%s/keeper.sock", directory);
    write_identity("identity", ASV_ROLE_KEEPER, &agency.keeper);
    write_config(own_peer("dock"), "identity");
    assert_int_equal(init(), 0);
    assert_int_equal(asv_keeper_client_new(&client, socket_path), ASV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_keeper_client_free(client);
    if (daemon_pid > 0) {
        (void)end(SIGKILL);
    }
    asv_test_remove_directory(directory);
    return 0;
}

/* ---- asking ---- */

static struct asv_keeper_reply wait_for(uint32_t number)
{
    struct asv_keeper_reply reply = {0};
    struct asv_err err = {0};
    enum asv_status status = asv_keeper_client_wait(client, number, TIMEOUT_MS, &reply, &err);
    if (status != ASV_OK) {
        print_message("%s\n", err.text);
    }
    assert_int_equal(status, ASV_OK);
    return reply;
}

static struct asv_keeper_reply make_days(uint16_t count)
{
    uint32_t number = 0;
    assert_int_equal(
        asv_keeper_client_make_days(client, agency.camera.chain.encoded, 0, count, &number, NULL), ASV_OK);
    return wait_for(number);
}

static void get_bulletin(struct asv_bulletin *bulletin)
{
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_bulletin(client, agency.camera.chain.encoded, false, &number, NULL),
                     ASV_OK);
    struct asv_keeper_reply reply = wait_for(number);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_bulletin_decode(bulletin, reply.bulletin.data, reply.bulletin.len, NULL), ASV_OK);
    assert_int_equal(
        asv_bulletin_verify(bulletin, agency.root.pk, agency.camera.cert_digest, world.wall, NULL, NULL),
        ASV_OK);
}

static struct asv_keeper_status get_status(void)
{
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    struct asv_keeper_reply reply = wait_for(number);
    assert_int_equal(reply.status, ASV_OK);
    return reply.state;
}

/* Whether a clip of one chunk, sealed for this key, opens. */
static bool clip_opens(const struct asv_bulletin_key *key)
{
    static struct asv_seal_writer writer;
    static uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
    uint8_t frame[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t stanzas_data[ASV_SEAL_STANZAS_MAX_BYTES];
    uint8_t recipients[1][ASV_X25519_BYTES];
    const struct asv_test_plan plan = {.chunks = 1};
    struct asv_seal_header header;
    struct asv_writer seal;
    struct asv_writer stanzas;
    uint32_t number = 0;
    memset(&writer, 0, sizeof writer);
    asv_test_clip_header(&header, &agency, &agency.camera, &world, &plan);
    header.key_kind = key->kind;
    header.key_date = key->date;
    memcpy(recipients[0], key->pk, sizeof recipients[0]);
    asv_writer_init(&seal, frame, sizeof frame);
    asv_writer_init(&stanzas, stanzas_data, sizeof stanzas_data);
    assert_int_equal(asv_seal_writer_begin(&writer, &world.world, &header,
                                           (const uint8_t(*)[ASV_X25519_BYTES])recipients, 1,
                                           agency.camera.sk, &seal, &stanzas, NULL),
                     ASV_OK);
    asv_test_clip_plaintext(&plan, 0, chunk);
    assert_int_equal(asv_seal_writer_add_chunk(&writer, chunk, chunk), ASV_OK);
    asv_seal_writer_wipe(&writer);
    const struct asv_keeper_clip clip = {.chain = agency.camera.chain.encoded,
                                         .header = {frame, seal.len},
                                         .stanzas = {stanzas_data, stanzas.len},
                                         .chunks = 1,
                                         .first = chunk};
    assert_int_equal(asv_keeper_client_opens(client, &clip, &number, NULL), ASV_OK);
    struct asv_keeper_reply reply = wait_for(number);
    assert_int_equal(reply.status, ASV_OK);
    return reply.opens;
}

static void it_makes_keys_signs_bulletins_and_opens_clips(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key day;
    struct asv_bulletin_key reserve;
    assert_true(start());
    assert_int_equal(make_days(0).made, 60);
    assert_int_equal(make_days(0).made, 0);
    get_bulletin(&bulletin);
    assert_int_equal(bulletin.key_count, 60);
    asv_bulletin_key_at(&bulletin, 0, &day);
    reserve = bulletin.reserve;
    assert_true(clip_opens(&day));
    assert_true(clip_opens(&reserve));
    struct asv_bulletin_key wrong = day;
    wrong.pk[0] ^= 1;
    assert_false(clip_opens(&wrong));
    struct asv_keeper_status status = get_status();
    assert_int_equal(status.days, 60);
    assert_int_equal(status.reserves, 1);
    assert_int_equal(status.damaged, 0);
    assert_int_equal(status.slot_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_true(status.slots[i].reachable && !status.slots[i].effaceable &&
                    !status.slots[i].open_erasure);
        assert_int_equal(status.slots[i].kind, ASV_KEEPER_SLOT_FILE);
    }
    assert_int_equal(end(SIGTERM), 0);
    assert_true(start());
    assert_true(clip_opens(&day));
    assert_true(clip_opens(&reserve));
}

static void it_survives_kill_at_any_moment(void **state)
{
    (void)state;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key first = {0};
    uint64_t last_number = 0;
    uint16_t days = 0;
    unsigned seed = 1;
    for (int round = 0; round < 25; round++) {
        assert_true(start());
        get_bulletin(&bulletin);
        assert_true(bulletin.number > last_number); /* K-053 */
        last_number = bulletin.number;
        assert_true(bulletin.key_count >= days); /* K-002 */
        days = bulletin.key_count;
        if (days > 0) {
            struct asv_bulletin_key key;
            asv_bulletin_key_at(&bulletin, 0, &key);
            assert_true(first.date == 0 || first.date != key.date ||
                        memcmp(first.pk, key.pk, sizeof key.pk) == 0);
            first = key;
            assert_true(clip_opens(&key));
        }
        /* Some requests that nobody waits for, and the end at some moment among them. */
        uint32_t number = 0;
        for (int i = 0; i < 8; i++) {
            uint16_t count = (uint16_t)(days + i + 1 > 120 ? 120 : days + i + 1);
            enum asv_status status =
                i % 2 == 0
                    ? asv_keeper_client_make_days(client, agency.camera.chain.encoded, 0, count, &number,
                                                  NULL)
                    : asv_keeper_client_bulletin(client, agency.camera.chain.encoded, false, &number, NULL);
            assert_int_equal(status, ASV_OK);
        }
        seed = seed * 1103515245u + 12345u;
        uint64_t spins = seed % 60000;
        assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_OK);
        for (uint64_t s = 0; s < spins; s++) {
            struct asv_keeper_reply reply;
            if (asv_keeper_client_pump(client, NULL) != ASV_OK) {
                break;
            }
            while (asv_keeper_client_take(client, &reply) == ASV_OK) {
                if (reply.type == ASV_KEEPER_BULLETIN && reply.status == ASV_OK) {
                    assert_int_equal(
                        asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL),
                        ASV_OK);
                    last_number = bulletin.number;
                    days = bulletin.key_count;
                }
            }
        }
        assert_int_equal(end(SIGKILL), 128 + SIGKILL);
        struct asv_keeper_reply unread; /* what it sent before it died may still be read */
        while (asv_keeper_client_pump(client, NULL) == ASV_OK) {
            while (asv_keeper_client_take(client, &unread) == ASV_OK) {
            }
        }
    }
    assert_true(start());
    assert_int_equal(get_status().damaged, 0);
}

static void a_store_is_made_once_and_kept_by_one(void **state)
{
    (void)state;
    assert_int_equal(init(), 1);
    assert_true(said("EXISTS"));
    assert_true(start());
    const char *const argv[] = {program, "--config", config, NULL};
    assert_int_equal(asv_test_run(directory, argv), 1);
    assert_true(said("another keeper runs on it")); /* K-072 */
    assert_int_equal(init(), 1);
    assert_int_equal(get_status().days, 0);
}

static void who_is_not_in_the_table_is_refused(void **state)
{
    (void)state;
    struct asv_keeper_reply reply;
    struct asv_err err = {0};
    uint32_t number = 0;
    write_config("peer.4000000 = dock", "identity");
    assert_true(start());
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_wait(client, number, TIMEOUT_MS, &reply, &err),
                     ASV_E_AWAY); /* K-040 */
    assert_non_null(strstr(err.text, "none of the keeper's peers"));
    assert_int_equal(end(SIGTERM), 0);
    write_config(own_peer("admin"), "identity");
    assert_true(start());
    assert_int_equal(make_days(1).status, ASV_OK);
    assert_int_equal(end(SIGTERM), 0);
    write_config(own_peer("server"), "identity");
    assert_true(start());
    assert_int_equal(
        asv_keeper_client_order(client, agency.camera.chain.encoded, (struct asv_bytes){0}, &number, NULL),
        ASV_OK);
    assert_int_equal(wait_for(number).status, ASV_E_DENIED); /* K-043 */
}

static int raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Reads to the end of the connection. */
static size_t drain(int fd)
{
    uint8_t data[4096];
    size_t sum = 0;
    for (;;) {
        ssize_t got = recv(fd, data, sizeof data, 0);
        if (got <= 0) {
            return sum;
        }
        sum += (size_t)got;
    }
}

static void malformed_and_oversized_requests_end_their_connection_alone(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } wrong[] = {
        {"\xff\xff\xff\xff", 4},
        {"\x00\x00\x00\x00", 4},
        {"\x00\x00\x00\x03xyz", 7},
        {"\x00\x00\x00\x06\x02\x01\x00\x00\x00\x01", 10}, /* version 2 */
        {"\x00\x00\x00\x06\x01\x63\x00\x00\x00\x01", 10}, /* unknown type */
        {"\x00\x00\x00\x07\x01\x01\x00\x00\x00\x01z", 11},
    };
    assert_true(start());
    struct asv_keeper_status before = get_status();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int fd = raw();
        assert_int_equal(send(fd, wrong[i].bytes, wrong[i].len, MSG_NOSIGNAL), wrong[i].len);
        assert_true(drain(fd) > 0); /* K-042: a refusal, then the end */
        (void)close(fd);
    }
    int slow = raw(); /* begins a request and stays away: the others do not notice */
    assert_int_equal(send(slow, "\x00\x01", 2, MSG_NOSIGNAL), 2);
    assert_true(get_status().generation == before.generation);
    (void)close(slow);
}

/* A field of /proc/PID/status. */
static long proc_status(const char *field)
{
    char path[64];
    char line[256];
    long value = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)daemon_pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        size_t len = strlen(field);
        if (strncmp(line, field, len) == 0 && line[len] == ':') {
            value = strtol(line + len + 1, NULL, 10);
        }
    }
    (void)fclose(file);
    return value;
}

static void it_gave_up_what_it_does_not_need(void **state)
{
    (void)state;
    char path[96];
    struct stat st;
    assert_true(start());
    (void)get_status();
    assert_int_equal(proc_status("NoNewPrivs"), 1); /* K-073 */
    assert_int_equal(proc_status("Seccomp"), 2);    /* K-073 */
    assert_int_equal(proc_status("Threads"), 1);
    char limits[4096];
    snprintf(path, sizeof path, "/proc/%d/limits", (int)daemon_pid);
    FILE *file = fopen(path, "re");
    if (file != NULL) { /* K-071 */
        size_t len = fread(limits, 1, sizeof limits - 1, file);
        limits[len] = '\0';
        assert_non_null(strstr(limits, "Max core file size        0 "));
        (void)fclose(file);
    }
    snprintf(path, sizeof path, "%s/store/index", directory);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

/* Tried on the program itself, with what it reads at each request: another directory of the same name is not
 * the one that it was given. */
static void it_reaches_nothing_that_it_was_not_given(void **state)
{
    (void)state;
    char elsewhere[64];
    char lists[128];
    char given[128];
    char line[256];
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 2) {
        print_message("this kernel has no Landlock ABI 2: paths are not restricted\n");
        skip();
    }
    asv_test_make_directory(elsewhere, sizeof elsewhere); /* the slots' directory may be written to */
    snprintf(lists, sizeof lists, "%s/lists", elsewhere);
    snprintf(given, sizeof given, "%s/given", elsewhere);
    assert_int_equal(mkdir(lists, 0700), 0);
    asv_test_write_file(lists, "newest", "no list", 7);
    snprintf(line, sizeof line, "revocations = %s/newest\n%s", lists, own_peer("dock"));
    write_config(line, "identity");
    assert_true(start());
    struct asv_keeper_reply reply = make_days(1);
    assert_int_equal(reply.status, ASV_E_AWAY); /* read, and no list (K-269) */
    assert_null(strstr(reply.detail, "Permission denied"));
    assert_int_equal(rename(lists, given), 0);
    assert_int_equal(mkdir(lists, 0700), 0);
    asv_test_write_file(lists, "newest", "no list", 7);
    reply = make_days(1); /* K-073 */
    assert_int_equal(reply.status, ASV_E_AWAY);
    assert_non_null(strstr(reply.detail, "Permission denied"));
    asv_test_remove_directory(elsewhere);
}

static void what_others_can_reach_is_not_used(void **state)
{
    (void)state;
    const char *const argv[] = {program, "--config", config, NULL};
    char path[96];
    snprintf(path, sizeof path, "%s/store", directory);
    assert_int_equal(chmod(path, 0750), 0);
    assert_int_equal(asv_test_run(directory, argv), 1);
    assert_true(said("mode 0700")); /* K-072 */
    assert_int_equal(chmod(path, 0700), 0);
    snprintf(path, sizeof path, "%s/identity/keeper.key", directory);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(asv_test_run(directory, argv), 1);
    assert_true(said("keeper.key"));
    assert_int_equal(chmod(path, 0600), 0);
    write_identity("dock", ASV_ROLE_DOCK, &agency.dock);
    write_config(own_peer("dock"), "dock");
    assert_int_equal(asv_test_run(directory, argv), 1);
    assert_true(said("UNTRUSTED"));
}

static void a_wrong_configuration_says_what_to_do(void **state)
{
    (void)state;
    const char *const argv[] = {program, "--config", config, NULL};
    static const struct {
        const char *line;
        const char *says;
    } wrong[] = {
        {"", "peer.USER"},
        {"peer.no-such-user-here = dock", "no user"},
        {"peer.5 = king", "dock, admin, server"},
        {"peer.5 = dock\npeer.5 = admin", "has a role already"},
        {"peer.5 = dock\nslot.3 = /plain/path", "file:/path"},
        {"peer.5 = dock\ndays_ahead = 129", "days_ahead"},
        {"peer.5 = dock\nslot.3 = file:/a\nslot.4 = file:/b\nslot.5 = file:/c", "slot.1 to slot.4"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        write_config(wrong[i].line, "identity");
        assert_int_equal(asv_test_run(directory, argv), 2);
        assert_true(said(wrong[i].says));
    }
    const char *const help[] = {program, "--help", NULL};
    assert_int_equal(asv_test_run(directory, help), 0);
    const char *const unknown[] = {program, "--frobnicate", NULL};
    assert_int_equal(asv_test_run(directory, unknown), 2);
}

/* LAW T8: what the file says after the store was made would act on days that are under way, and over. */
static void a_period_that_was_edited_is_refused(void **state)
{
    (void)state;
    const char *const argv[] = {program, "--config", config, NULL};
    static const char *const edited[] = {"retention_days = 7", "retention_days = 30", "policy_version = 2"};
    char line[128];
    for (size_t i = 0; i < sizeof edited / sizeof edited[0]; i++) {
        snprintf(line, sizeof line, "%s\n%s", own_peer("dock"), edited[i]);
        write_config(line, "identity");
        assert_int_equal(asv_test_run(directory, argv), 2); /* K-132 */
        assert_true(said("retention_days = 14 and policy_version = 1"));
    }
    write_config(own_peer("dock"), "identity");
    assert_true(start());
    assert_int_equal(get_status().policy_days, 14);
}

static int administrator(const char *option)
{
    const char *const argv[] = {administration, "keys", "status", "--keeper", socket_path, option, NULL};
    return asv_test_run(directory, argv);
}

static bool printed(const char *text)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(directory, "out", &data, &len);
    bool found = memmem(data, len, text, strlen(text)) != NULL;
    free(data);
    return found;
}

static void its_state_can_be_read(void **state)
{
    (void)state;
    assert_int_equal(administrator(NULL), 1); /* it does not run */
    write_config(own_peer("server"), "identity");
    assert_true(start());
    assert_int_equal(administrator(NULL), 0);
    assert_true(printed("up to date") && printed("slot-1") && !printed("STOPPED") && !printed("OPEN"));
    assert_int_equal(administrator("--json"), 0);
    assert_true(printed("\"destruction\": \"running\"") && printed("\"effaceable\": false") &&
                printed("\"id\": \"")); /* for --forget-slot */
}

static void the_key_may_come_from_elsewhere(void **state)
{
    (void)state;
    char line[512];
    char from[128];
    char to[128];
    snprintf(from, sizeof from, "%s/identity/keeper.key", directory);
    snprintf(to, sizeof to, "%s/credential", directory);
    assert_int_equal(rename(from, to), 0);
    assert_false(start());
    assert_int_equal(end(SIGKILL), 1);
    snprintf(line, sizeof line, "%s\nkey = %s", own_peer("dock"), to);
    write_config(line, "identity");
    assert_true(start());
    assert_int_equal(make_days(1).status, ASV_OK);
    assert_int_equal(end(SIGTERM), 0);
    snprintf(from, sizeof from, "%s/identity/package.key", directory);
    snprintf(to, sizeof to, "%s/credential-2", directory);
    assert_int_equal(rename(from, to), 0);
    assert_false(start());
    assert_int_equal(end(SIGKILL), 1);
    size_t len = strlen(line);
    snprintf(line + len, sizeof line - len, "\npackage_key = %s", to);
    write_config(line, "identity");
    assert_true(start());
    assert_int_equal(end(SIGTERM), 0);
    snprintf(from, sizeof from, "%s/identity/ledger.key", directory); /* the key of another role */
    assert_int_equal(unlink(from), 0);
    assert_int_equal(link(to, from), 0);
    assert_false(start());
    assert_int_equal(end(SIGKILL), 1);
}

static void a_slot_can_be_added_when_one_was_lost(void **state)
{
    (void)state;
    char lost[96];
    char added[96];
    snprintf(lost, sizeof lost, "%s/slot-2", directory);
    snprintf(added, sizeof added, "file:%s/slot-3", directory);
    assert_int_equal(unlink(lost), 0);
    assert_true(start()); /* one is enough to go on with */
    assert_false(get_status().slots[1].reachable);
    assert_int_equal(end(SIGTERM), 0);
    const char *const argv[] = {program, "--config", config, "--add-slot", added, NULL};
    assert_int_equal(asv_test_run(directory, argv), 2); /* it is in nobody's configuration */
    char line[256];
    snprintf(line, sizeof line, "%s\nslot.3 = %s", own_peer("dock"), added);
    write_config(line, "identity");
    assert_int_equal(asv_test_run(directory, argv), 0);
    assert_true(start());
    struct asv_keeper_status status = get_status();
    assert_int_equal(status.slot_count, 3);
    assert_true(status.slots[2].reachable && status.slots[2].confirmed_epoch == status.epoch);
}

/* Sandboxed as ever: the program reaches the TPM's device, and its master is there alone in the end. */
static void a_tpm_can_be_a_slot(void **state)
{
    (void)state;
    struct asv_test_swtpm tpm;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key day;
    char state_dir[96], slot[96], line[256], path[96];
    snprintf(state_dir, sizeof state_dir, "%s/tpm", directory);
    assert_int_equal(mkdir(state_dir, 0700), 0);
    asv_test_swtpm_start(&tpm, state_dir);
    snprintf(slot, sizeof slot, "tpm:%s:0x01500100", tpm.device);
    snprintf(line, sizeof line, "%s\nslot.3 = %s", own_peer("dock"), slot);
    write_config(line, "identity");
    const char *const argv[] = {program, "--config", config, "--add-slot", slot, NULL};
    assert_int_equal(asv_test_run(directory, argv), 0);
    assert_int_equal(asv_test_run(directory, argv), 1); /* never twice */
    assert_true(said("NV index 0x01500100"));

    assert_true(start());
    struct asv_keeper_status status = get_status();
    assert_int_equal(status.slots[2].kind, ASV_KEEPER_SLOT_TPM);
    assert_true(status.slots[2].reachable && status.slots[2].confirmed_epoch == status.epoch);
    assert_false(status.slots[2].effaceable); /* K-076: swtpm says what it is */
    assert_int_equal(make_days(2).status, ASV_OK);
    get_bulletin(&bulletin);
    asv_bulletin_key_at(&bulletin, 0, &day);
    (void)end(SIGKILL);
    for (int i = 1; i <= 2; i++) {
        snprintf(path, sizeof path, "%s/slot-%d", directory, i);
        assert_int_equal(unlink(path), 0);
    }
    assert_true(start());
    assert_true(clip_opens(&day));
    assert_int_equal(end(SIGTERM), 0);

    snprintf(path, sizeof path, "%s/store/tpm-auth", directory);
    assert_int_equal(unlink(path), 0);
    assert_false(start()); /* K-077 */
    assert_int_equal(end(SIGKILL), 1);
    asv_test_swtpm_stop(&tpm);
}

static void path_in(char out[96], const char *name)
{
    snprintf(out, 96, "%s/%s", directory, name);
}

/* One disk is lost, and then the other one: the keys are there, with slots in files or in a TPM. */
static void the_loss_of_one_directory_loses_nothing(void **state)
{
    (void)state;
    struct asv_test_swtpm tpm;
    struct asv_bulletin bulletin;
    struct asv_bulletin_key day;
    char state_dir[96], store[96], replica[96], lost[96], path[96], line[512];
    path_in(state_dir, "tpm");
    path_in(store, "store");
    path_in(replica, "replica");
    path_in(lost, "lost");
    assert_int_equal(mkdir(state_dir, 0700), 0);
    asv_test_swtpm_start(&tpm, state_dir);
    const char *const argv[] = {program, "--config", config, "--add-replica", NULL};
    assert_int_equal(asv_test_run(directory, argv), 2); /* none is configured */
    snprintf(line, sizeof line, "%s\nreplica = %s\nslot.3 = tpm:%s:0x01500100", own_peer("dock"), replica,
             tpm.device);
    write_config(line, "identity");
    char slot[96];
    snprintf(slot, sizeof slot, "tpm:%s:0x01500100", tpm.device);
    const char *const add[] = {program, "--config", config, "--add-slot", slot, NULL};
    assert_int_equal(asv_test_run(directory, add), 0);
    assert_true(start()); /* without the replica it goes on, and says so */
    struct asv_keeper_status status = get_status();
    assert_true(status.directory_count == 2 && status.in_step[0] && !status.in_step[1]); /* K-039 */
    assert_int_equal(end(SIGTERM), 0);
    assert_int_equal(asv_test_run(directory, argv), 0); /* K-074 */
    assert_true(start());
    status = get_status();
    assert_true(status.in_step[0] && status.in_step[1]); /* K-037 */
    assert_int_equal(make_days(2).status, ASV_OK);
    get_bulletin(&bulletin);
    asv_bulletin_key_at(&bulletin, 0, &day);
    uint64_t number = bulletin.number;
    (void)end(SIGKILL);

    assert_int_equal(rename(store, lost), 0); /* the disk of the first is gone */
    assert_true(start());
    assert_true(clip_opens(&day)); /* K-035; the TPM's authorization came from the replica, too: K-075 */
    status = get_status();
    assert_true(!status.in_step[0] && status.in_step[1] && status.slots[2].reachable);
    get_bulletin(&bulletin);
    assert_true(bulletin.number > number); /* K-053 */
    assert_int_equal(end(SIGTERM), 0);
    for (int i = 1; i <= 2; i++) { /* the slots' media, too */
        snprintf(path, sizeof path, "%s/slot-%d", directory, i);
        assert_int_equal(unlink(path), 0);
    }
    assert_false(start()); /* K-038: with a directory and slots away */
    assert_int_equal(end(SIGKILL), 1);
    assert_int_equal(asv_test_run(directory, argv), 0); /* a new disk, empty */
    assert_true(start());
    status = get_status();
    assert_true(status.in_step[0] && status.in_step[1]);
    assert_true(clip_opens(&day));
    assert_int_equal(end(SIGTERM), 0);

    assert_int_equal(rename(replica, path), 0);
    assert_int_equal(rename(lost, replica), 0); /* the first disk was found again: it is behind */
    assert_true(start());
    assert_true(clip_opens(&day));
    status = get_status();
    assert_true(status.in_step[0] && status.in_step[1]); /* K-037 */
    assert_int_equal(end(SIGTERM), 0);
    asv_test_swtpm_stop(&tpm);
}

static void a_missing_replica_stands_in_the_report(void **state)
{
    (void)state;
    char line[256];
    snprintf(line, sizeof line, "%s\nreplica = %s/replica", own_peer("admin"), directory);
    write_config(line, "identity");
    assert_true(start());
    assert_int_equal(administrator(NULL), 0);
    assert_true(printed("ONE COPY     the replica is away or behind"));
    assert_int_equal(administrator("--json"), 0);
    assert_true(printed("\"in_step\": {") && printed("\"replica\": false"));
    assert_int_equal(end(SIGTERM), 0);

    char replica[96];
    path_in(replica, "replica");
    assert_int_equal(mkdir(replica, 0755), 0); /* a place where nothing is mounted, maybe */
    assert_int_equal(chmod(replica, 0755), 0);
    assert_true(start());
    struct asv_keeper_status status = get_status();
    assert_true(status.in_step[0] && !status.in_step[1]); /* K-074 */
    assert_int_equal(end(SIGTERM), 0);
    assert_int_equal(chmod(replica, 0700), 0);
    int other = open(replica, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_false(start()); /* K-074: another keeper has it */
    assert_int_equal(end(SIGKILL), 1);
    assert_int_equal(close(other), 0);
    assert_true(start());
    status = get_status();
    assert_true(status.in_step[0] && status.in_step[1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_makes_keys_signs_bulletins_and_opens_clips),
        TEST(it_survives_kill_at_any_moment),
        TEST(a_store_is_made_once_and_kept_by_one),
        TEST(who_is_not_in_the_table_is_refused),
        TEST(malformed_and_oversized_requests_end_their_connection_alone),
        TEST(it_gave_up_what_it_does_not_need),
        TEST(it_reaches_nothing_that_it_was_not_given),
        TEST(what_others_can_reach_is_not_used),
        TEST(a_wrong_configuration_says_what_to_do),
        TEST(a_period_that_was_edited_is_refused),
        TEST(its_state_can_be_read),
        TEST(the_key_may_come_from_elsewhere),
        TEST(a_slot_can_be_added_when_one_was_lost),
        TEST(a_tpm_can_be_a_slot),
        TEST(the_loss_of_one_directory_loses_nothing),
        TEST(a_missing_replica_stands_in_the_report),
    };
    struct asv_err err = {0};
    if (asv_crypto_init() != ASV_OK || asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err) != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
