/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Server and client over a real socket, both in this process, the clock in the test's hand. */
#include "server/keeper/server.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/keeper/client.h"
#include "tests/sim/keeper_site.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

static struct keeper_site site;
static struct asv_keeper_server *server;
static struct asv_keeper_client *client;
static int listener;
static char directory[64];
static char path[96];

static void start(uint8_t role)
{
    struct asv_keeper_peer peers[] = {{.id = geteuid() + 7, .role = ASV_KEEPER_DOCK},
                                      {.id = geteuid(), .role = role}};
    assert_int_equal(asv_keeper_server_new(&server, &site.keeper, listener, peers, 2), ASV_OK);
}

static int set_up(void **state)
{
    (void)state;
    keeper_site_init(&site, 44);
    asv_test_make_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/keeper.sock", directory);
    assert_int_equal(asv_keeper_listen(path, (gid_t)-1, &listener, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_new(&client, path), ASV_OK);
    start(ASV_KEEPER_DOCK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_keeper_client_free(client);
    asv_keeper_server_free(server);
    (void)close(listener);
    asv_test_remove_directory(directory);
    keeper_site_free(&site);
    return 0;
}

/* Everything that can be done without waiting. */
static void run(void)
{
    for (int i = 0; i < 64; i++) {
        assert_int_equal(asv_keeper_server_step(server, 0, -1, NULL, NULL), ASV_OK);
    }
}

static struct asv_bytes chain_of(const struct asv_test_identity *camera)
{
    return camera->chain.encoded;
}

/* Lets both sides run until a reply is there, or the connection is lost. */
static enum asv_status exchange(struct asv_keeper_reply *reply, struct asv_err *err)
{
    for (int i = 0; i < 100; i++) {
        run();
        enum asv_status status = asv_keeper_client_pump(client, err);
        if (status != ASV_OK) {
            return status;
        }
        if (asv_keeper_client_take(client, reply) == ASV_OK) {
            return ASV_OK;
        }
    }
    return ASV_E_TIMEOUT;
}

static void a_clip_is_asked_for_over_the_socket(void **state)
{
    (void)state;
    static struct keeper_clip clip;
    struct asv_test_identity *camera = &site.agency.camera;
    struct asv_keeper_reply reply = {0};
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_make_days(client, chain_of(camera), 0, 2, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_true(reply.request == number && reply.status == ASV_OK && reply.made == 2);
    assert_int_equal(asv_keeper_client_bulletin(client, chain_of(camera), false, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(asv_bulletin_decode(&bulletin, reply.bulletin.data, reply.bulletin.len, NULL), ASV_OK);
    asv_bulletin_key_at(&bulletin, 0, &key);
    for (uint32_t chunks = 0; chunks <= KEEPER_CLIP_CHUNKS; chunks++) {
        keeper_clip_make(&site, camera, &key, chunks, &clip);
        struct asv_keeper_clip ask = {.chain = chain_of(camera),
                                      .header = {clip.frame, clip.frame_len},
                                      .stanzas = {clip.stanzas, clip.stanzas_len},
                                      .chunks = chunks,
                                      .first = chunks > 0 ? clip.chunks[0] : NULL,
                                      .last = chunks > 0 ? clip.chunks[chunks - 1] : NULL};
        assert_int_equal(asv_keeper_client_opens(client, &ask, &number, NULL), ASV_OK);
        assert_int_equal(exchange(&reply, NULL), ASV_OK);
        assert_true(reply.status == ASV_OK && reply.opens);
        if (chunks > 1) {
            ask.last = clip.chunks[0];
            assert_int_equal(asv_keeper_client_opens(client, &ask, &number, NULL), ASV_OK);
            assert_int_equal(exchange(&reply, NULL), ASV_OK);
            assert_true(reply.status == ASV_OK && !reply.opens);
        }
        ask.first = NULL;
        if (chunks > 0) {
            assert_int_equal(asv_keeper_client_opens(client, &ask, &number, NULL), ASV_E_USAGE);
        }
    }
}

static void requests_in_a_row_are_answered_in_their_order(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    uint32_t numbers[ASV_KEEPER_CLIENT_OUTSTANDING];
    uint32_t more = 0;
    for (unsigned i = 0; i < ASV_KEEPER_CLIENT_OUTSTANDING; i++) {
        enum asv_status status =
            i % 2 == 0
                ? asv_keeper_client_status(client, &numbers[i], NULL)
                : asv_keeper_client_make_days(client, chain_of(&site.agency.camera), 0, 1, &numbers[i], NULL);
        assert_int_equal(status, ASV_OK);
    }
    assert_int_equal(asv_keeper_client_status(client, &more, NULL), ASV_E_BUSY);
    assert_int_equal(asv_keeper_client_wait(client, numbers[3], 0, &reply, NULL), ASV_E_STATE);
    for (unsigned i = 0; i < ASV_KEEPER_CLIENT_OUTSTANDING; i++) {
        assert_int_equal(exchange(&reply, NULL), ASV_OK);
        assert_int_equal(reply.request, numbers[i]);
        assert_int_equal(reply.status, ASV_OK);
        assert_int_equal(reply.type, i % 2 == 0 ? ASV_KEEPER_STATUS : ASV_KEEPER_MAKE_DAYS);
    }
    assert_int_equal(asv_keeper_client_take(client, &reply), ASV_E_AGAIN);
}

static void a_refused_request_leaves_the_connection_open(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_bulletin(client, chain_of(&site.agency.dock), false, &number, NULL),
                     ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.status, ASV_E_UNTRUSTED);
    assert_string_not_equal(reply.detail, "");
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.status, ASV_OK);
}

static void a_user_without_a_role_is_sent_away_with_the_reason(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    struct asv_err err = {0};
    uint32_t number = 0;
    asv_keeper_server_free(server);
    start(ASV_KEEPER_NOBODY);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, &err), ASV_E_AWAY);            /* K-040 */
    assert_non_null(strstr(err.text, "none of the keeper's peers")); /* K-047 */
    assert_int_equal(asv_keeper_server_connections(server), 0);
    assert_int_equal(asv_keeper_client_fd(client), -1);
}

static void a_role_is_the_connections_for_its_lifetime(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    uint32_t number = 0;
    asv_keeper_server_free(server);
    start(ASV_KEEPER_SERVER);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.status, ASV_OK);
    assert_int_equal(asv_keeper_client_bulletin(client, chain_of(&site.agency.camera), false, &number, NULL),
                     ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.status, ASV_E_DENIED); /* K-043 */
}

static void a_lost_connection_voids_what_was_asked_and_the_next_question_connects_again(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_E_AWAY);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    run();
    asv_keeper_server_free(server); /* killed */
    start(ASV_KEEPER_DOCK);
    assert_int_equal(exchange(&reply, NULL), ASV_E_AWAY);
    assert_int_equal(asv_keeper_client_events(client), 0);
    assert_int_equal(asv_keeper_client_wait(client, number, 0, &reply, NULL), ASV_E_AWAY);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.request, number);
    asv_keeper_server_free(server); /* while nothing is asked nobody notices */
    start(ASV_KEEPER_DOCK);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(exchange(&reply, NULL), ASV_OK);
    assert_int_equal(reply.request, number);
}

static void waiting_has_an_end(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_wait(client, number, 1, &reply, NULL), ASV_E_TIMEOUT);
    assert_int_equal(asv_keeper_client_fd(client), -1);
    struct asv_keeper_client *nobody = NULL;
    assert_int_equal(asv_keeper_client_new(&nobody, "/nonexistent/keeper.sock"), ASV_OK);
    assert_int_equal(asv_keeper_client_status(nobody, &number, NULL), ASV_E_AWAY);
    asv_keeper_client_free(nobody);
    char long_path[300];
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(asv_keeper_client_new(&nobody, long_path), ASV_E_LIMIT);
}

/* ---- peers that do not behave ---- */

static int raw(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void say(int fd, const void *data, size_t len)
{
    assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), len);
    run();
}

/* The one reply that is there, or just the end. */
static bool hear(int fd, struct asv_keeper_reply *reply)
{
    uint8_t data[2048];
    ssize_t got = recv(fd, data, sizeof data, MSG_DONTWAIT);
    if (got <= 0) {
        return false;
    }
    assert_int_equal(asv_keeper_reply_read(reply, data + 4, (size_t)got - 4), ASV_OK);
    return true;
}

static bool is_closed(int fd)
{
    uint8_t byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

static void a_length_beyond_the_limit_ends_the_connection_at_once(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    const uint8_t length[] = {0x00, 0x02, 0x40, 0x01}; /* one more than allowed */
    int fd = raw();
    say(fd, length, sizeof length);
    assert_true(hear(fd, &reply));
    assert_true(reply.request == 0 && reply.status == ASV_E_LIMIT); /* K-042, K-047 */
    assert_true(is_closed(fd));
    assert_int_equal(asv_keeper_server_connections(server), 0);
    (void)close(fd);
}

static void garbage_is_refused_and_ends_the_connection(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    const uint8_t garbage[] = {0, 0, 0, 9, 1, 1, 0, 0, 0, 5, 'x', 'y', 'z'}; /* STATUS with fields */
    int fd = raw();
    say(fd, garbage, sizeof garbage);
    assert_true(hear(fd, &reply));
    assert_int_equal(reply.status, ASV_E_MALFORMED);
    assert_true(is_closed(fd));
    (void)close(fd);
    const uint8_t nothing[] = {0, 0, 0, 0};
    fd = raw();
    say(fd, nothing, sizeof nothing);
    assert_true(hear(fd, &reply));
    assert_true(is_closed(fd));
    (void)close(fd);
}

static void bytes_may_come_one_by_one_within_the_deadline(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    const uint8_t status[] = {0, 0, 0, 6, 1, ASV_KEEPER_STATUS, 0, 0, 0, 5};
    int fd = raw();
    for (size_t i = 0; i < sizeof status; i++) {
        say(fd, status + i, 1);
        asv_test_world_step(&site.world, 100);
    }
    assert_true(hear(fd, &reply));
    assert_int_equal(reply.status, ASV_OK);
    say(fd, status, 4);
    asv_test_world_step(&site.world, ASV_KEEPER_FRAME_MS - 1);
    say(fd, status + 4, 1);
    assert_int_equal(asv_keeper_server_connections(server), 1);
    asv_test_world_step(&site.world, 1); /* a byte now and then does not move the deadline */
    run();
    assert_true(is_closed(fd)); /* K-046 */
    (void)close(fd);
}

static void who_asks_nothing_is_sent_away_in_the_end(void **state)
{
    (void)state;
    int fd = raw();
    run();
    asv_test_world_step(&site.world, ASV_KEEPER_IDLE_MS - 1);
    run();
    assert_int_equal(asv_keeper_server_connections(server), 1);
    asv_test_world_step(&site.world, 1);
    run();
    assert_int_equal(asv_keeper_server_connections(server), 0); /* K-046 */
    (void)close(fd);
}

static void who_does_not_take_his_replies_is_cut_off(void **state)
{
    (void)state;
    const uint8_t status[] = {0, 0, 0, 6, 1, ASV_KEEPER_STATUS, 0, 0, 0, 5};
    int fd = raw();
    int small = 4096;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    size_t sent = 0;
    for (int i = 0; i < 20000; i++) {
        ssize_t some = send(fd, status, sizeof status, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (some < 0) {
            break;
        }
        sent += (size_t)some;
        assert_int_equal(asv_keeper_server_step(server, 0, -1, NULL, NULL), ASV_OK);
    }
    assert_true(sent > 0);
    assert_int_equal(asv_keeper_server_connections(server), 1);
    asv_test_world_step(&site.world, ASV_KEEPER_FRAME_MS);
    run();
    assert_int_equal(asv_keeper_server_connections(server), 0); /* K-046 */
    (void)close(fd);
}

static void one_user_cannot_have_all_connections(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {0};
    int fds[ASV_KEEPER_PER_USER + 1];
    for (unsigned i = 0; i <= ASV_KEEPER_PER_USER; i++) {
        fds[i] = raw();
        run();
    }
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PER_USER); /* K-046 */
    assert_true(hear(fds[ASV_KEEPER_PER_USER], &reply));
    assert_true(reply.request == 0 && reply.status == ASV_E_BUSY); /* K-047 */
    (void)close(fds[0]);
    run();
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PER_USER - 1);
    for (unsigned i = 1; i <= ASV_KEEPER_PER_USER; i++) {
        (void)close(fds[i]);
    }
}

static void a_flood_of_one_does_not_starve_another(void **state)
{
    (void)state;
    uint8_t flood[4000];
    struct asv_keeper_reply reply = {0};
    uint32_t number = 0;
    for (size_t i = 0; i < sizeof flood; i += 10) {
        memcpy(flood + i, (const uint8_t[]){0, 0, 0, 6, 1, ASV_KEEPER_STATUS, 0, 0, 0, 5}, 10);
    }
    int fd = raw();
    assert_int_equal(send(fd, flood, sizeof flood, MSG_NOSIGNAL), sizeof flood);
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_OK);
    for (int i = 0; i < 6; i++) { /* accept both, then a turn for each */
        assert_int_equal(asv_keeper_server_step(server, 0, -1, NULL, NULL), ASV_OK);
    }
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_take(client, &reply), ASV_OK);
    (void)close(fd);
}

/* ---- the socket ---- */

static void a_socket_is_for_owner_and_group_and_taken_over_from_the_dead(void **state)
{
    (void)state;
    struct stat st;
    int second = -1;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660); /* K-040 */
    assert_int_equal(asv_keeper_listen(path, (gid_t)-1, &second, NULL), ASV_E_BUSY);
    assert_int_equal(close(listener), 0);
    assert_int_equal(asv_keeper_listen(path, (gid_t)-1, &listener, NULL), ASV_OK);
}

static void the_loop_wakes_for_a_signal(void **state)
{
    (void)state;
    int ends[2];
    bool woken = true;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(asv_keeper_server_step(server, 0, ends[0], &woken, NULL), ASV_OK);
    assert_false(woken);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(asv_keeper_server_step(server, 60000, ends[0], &woken, NULL), ASV_OK);
    assert_true(woken);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

/* ---- people ---- */

static void start_with(const struct asv_keeper_peer *peers, size_t count)
{
    asv_keeper_server_free(server);
    assert_int_equal(asv_keeper_server_new(&server, &site.keeper, listener, peers, count), ASV_OK);
}

/* What the keeper says to a new connection that asks for this. */
static enum asv_status told(uint8_t type)
{
    struct asv_keeper_reply reply = {.status = ASV_E_INTERNAL};
    struct asv_keeper_request request = {.type = type, .request = 7, .number = ASV_KEEPER_NO_CLIP};
    struct asv_writer writer;
    uint8_t data[512];
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_keeper_request_write(&writer, &request), ASV_OK);
    int fd = raw();
    say(fd, data, writer.len);
    assert_true(hear(fd, &reply));
    (void)close(fd);
    run();
    return reply.status;
}

static void who_is_in_a_group_is_one_of_the_people(void **state)
{
    (void)state; /* K-175: by the caller's own group, whoever runs this */
    const struct asv_keeper_peer group[] = {{.is_group = true, .id = getegid(), .role = ASV_KEEPER_PEOPLE}};
    const struct asv_keeper_peer others[] = {
        {.is_group = true, .id = getegid() + 7, .role = ASV_KEEPER_PEOPLE},
        {.is_group = false, .id = geteuid() + 7, .role = ASV_KEEPER_PEOPLE},
        {.is_group = true, .id = geteuid() + 9, .role = ASV_KEEPER_PEOPLE}};
    static const uint8_t denied[] = {ASV_KEEPER_MAKE_DAYS, ASV_KEEPER_BULLETIN, ASV_KEEPER_OPENS,
                                     ASV_KEEPER_ORDER,     ASV_KEEPER_KEEP,     ASV_KEEPER_FINISH,
                                     ASV_KEEPER_CLIPS,     ASV_KEEPER_DAY_END};
    start_with(group, 1);
    assert_int_equal(told(ASV_KEEPER_STATUS), ASV_OK);
    assert_int_equal(told(ASV_KEEPER_CLIP), ASV_OK);
    assert_int_equal(told(ASV_KEEPER_DECIDE), ASV_E_MALFORMED); /* it was looked at */
    for (size_t i = 0; i < sizeof denied; i++) {
        assert_int_equal(told(denied[i]), ASV_E_DENIED); /* K-174 */
    }
    start_with(others, 3);
    assert_int_equal(told(ASV_KEEPER_STATUS), ASV_E_DENIED);
}

static void a_line_of_ones_own_counts_before_ones_group(void **state)
{
    (void)state; /* K-175 */
    const struct asv_keeper_peer peers[] = {{.is_group = true, .id = getegid(), .role = ASV_KEEPER_PEOPLE},
                                            {.id = geteuid(), .role = ASV_KEEPER_LEDGER}};
    start_with(peers, 2);
    assert_int_equal(told(ASV_KEEPER_DECIDE), ASV_E_DENIED);
    assert_int_equal(told(ASV_KEEPER_STATUS), ASV_OK);
}

static void one_person_has_two_connections_and_not_for_long(void **state)
{
    (void)state; /* K-176 */
    const struct asv_keeper_peer group[] = {{.is_group = true, .id = getegid(), .role = ASV_KEEPER_PEOPLE}};
    struct asv_keeper_reply reply = {0};
    int fds[ASV_KEEPER_PER_PERSON + 1];
    start_with(group, 1);
    for (unsigned i = 0; i <= ASV_KEEPER_PER_PERSON; i++) {
        fds[i] = raw();
        run();
    }
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PER_PERSON);
    assert_true(hear(fds[ASV_KEEPER_PER_PERSON], &reply));
    assert_true(reply.request == 0 && reply.status == ASV_E_BUSY); /* K-047 */
    asv_test_world_step(&site.world, ASV_KEEPER_PEOPLE_IDLE_MS - 1);
    run();
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PER_PERSON);
    asv_test_world_step(&site.world, 1);
    run();
    assert_int_equal(asv_keeper_server_connections(server), 0);
    for (unsigned i = 0; i <= ASV_KEEPER_PER_PERSON; i++) {
        (void)close(fds[i]);
    }
}

#define STAFF_GID 61000 /* nobody's, in any sane system */
#define ONE_GID   61001
#define FIRST_UID 61100

/* As that user connects, who has this group among others or not. By root alone. */
static int raw_as(uid_t uid, bool in_group)
{
    gid_t mine[64];
    gid_t theirs[100];
    int count = getgroups(64, mine);
    assert_true(count >= 0);
    for (gid_t i = 0; i < 100; i++) {
        theirs[i] = ONE_GID + 1 + i;
    }
    theirs[99] = in_group ? STAFF_GID : ONE_GID;
    assert_int_equal(setgroups(100, theirs), 0);
    assert_int_equal(setegid(ONE_GID), 0);
    assert_int_equal(seteuid(uid), 0);
    int fd = raw();
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
    assert_int_equal(setgroups((size_t)count, mine), 0);
    return fd;
}

static void people_leave_room_for_the_machines(void **state)
{
    (void)state; /* K-175, K-176: by one of many groups, of many people */
    const struct asv_keeper_peer peers[] = {{.id = geteuid(), .role = ASV_KEEPER_DOCK},
                                            {.is_group = true, .id = STAFF_GID, .role = ASV_KEEPER_PEOPLE}};
    struct asv_keeper_reply reply = {0};
    int fds[ASV_KEEPER_PEOPLE_MAX];
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(chmod(directory, 0711), 0);
    assert_int_equal(chmod(path, 0666), 0); /* the socket's own group is not what this is about */
    start_with(peers, 2);
    int stranger = raw_as(FIRST_UID, false);
    run();
    assert_true(hear(stranger, &reply));
    assert_true(reply.request == 0 && reply.status == ASV_E_DENIED); /* K-040 */
    (void)close(stranger);
    for (unsigned i = 0; i < ASV_KEEPER_PEOPLE_MAX; i++) {
        fds[i] = raw_as(FIRST_UID + i / ASV_KEEPER_PER_PERSON, true);
        run();
    }
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PEOPLE_MAX);
    int one_more = raw_as(FIRST_UID + ASV_KEEPER_PEOPLE_MAX, true);
    run();
    assert_true(hear(one_more, &reply));
    assert_true(reply.request == 0 && reply.status == ASV_E_BUSY);
    (void)close(one_more);
    int docks[ASV_KEEPER_PER_USER];
    for (unsigned i = 0; i < ASV_KEEPER_PER_USER; i++) { /* the dock has all of its own */
        docks[i] = raw();
        run();
    }
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PEOPLE_MAX + ASV_KEEPER_PER_USER);
    (void)close(fds[0]);
    run();
    one_more = raw_as(FIRST_UID + ASV_KEEPER_PEOPLE_MAX, true);
    run();
    assert_int_equal(asv_keeper_server_connections(server), ASV_KEEPER_PEOPLE_MAX + ASV_KEEPER_PER_USER);
    assert_false(hear(one_more, &reply));
    (void)close(one_more);
    for (unsigned i = 1; i < ASV_KEEPER_PEOPLE_MAX; i++) {
        (void)close(fds[i]);
    }
    for (unsigned i = 0; i < ASV_KEEPER_PER_USER; i++) {
        (void)close(docks[i]);
    }
}

/* ---- a keeper that lies to its client ---- */

static void a_reply_to_something_else_ends_the_connection(void **state)
{
    (void)state;
    struct asv_keeper_reply reply = {.type = ASV_KEEPER_OPENS, .request = 1, .opens = true};
    uint8_t data[64];
    struct asv_writer writer;
    uint32_t number = 0;
    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_keeper_reply_write(&writer, &reply), ASV_OK);
    assert_int_equal(send(fd, data, writer.len, MSG_NOSIGNAL), writer.len);
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_OK);
    assert_int_equal(asv_keeper_client_take(client, &reply), ASV_E_AGAIN);
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_E_AWAY);
    (void)close(fd);

    assert_int_equal(asv_keeper_client_status(client, &number, NULL), ASV_OK);
    fd = accept(listener, NULL, NULL);
    assert_int_equal(send(fd, "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
    assert_int_equal(asv_keeper_client_pump(client, NULL), ASV_E_AWAY);
    (void)close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_clip_is_asked_for_over_the_socket),
        TEST(requests_in_a_row_are_answered_in_their_order),
        TEST(a_refused_request_leaves_the_connection_open),
        TEST(a_user_without_a_role_is_sent_away_with_the_reason),
        TEST(a_role_is_the_connections_for_its_lifetime),
        TEST(a_lost_connection_voids_what_was_asked_and_the_next_question_connects_again),
        TEST(waiting_has_an_end),
        TEST(a_length_beyond_the_limit_ends_the_connection_at_once),
        TEST(garbage_is_refused_and_ends_the_connection),
        TEST(bytes_may_come_one_by_one_within_the_deadline),
        TEST(who_asks_nothing_is_sent_away_in_the_end),
        TEST(who_does_not_take_his_replies_is_cut_off),
        TEST(one_user_cannot_have_all_connections),
        TEST(a_flood_of_one_does_not_starve_another),
        TEST(a_socket_is_for_owner_and_group_and_taken_over_from_the_dead),
        TEST(the_loop_wakes_for_a_signal),
        TEST(who_is_in_a_group_is_one_of_the_people),
        TEST(a_line_of_ones_own_counts_before_ones_group),
        TEST(one_person_has_two_connections_and_not_for_long),
        TEST(people_leave_room_for_the_machines),
        TEST(a_reply_to_something_else_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
