/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The listener and its threads in one process, for the sanitizers. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/world_os.h"
#include "server/http/channel.h"
#include "server/http/listener.h"
#include "tests/unit/test.h"

#define CLIENTS  8
#define REQUESTS 40

struct site {
    struct asv_http_listener *listener;
    unsigned short port;
    int held[2]; /* a pipe: a job of /held goes on when something can be read */
    _Atomic unsigned begun, done, clients;
    struct asv_http_channel channel;
};

/* ---- what it serves ---- */

static void say(struct asv_http_answer *out, const char *text)
{
    out->data = (uint8_t *)strdup(text);
    out->owned = true;
    out->len = strlen(text);
    out->type = "text/plain";
    out->code = 200;
}

static void quick(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    (void)ctx;
    (void)request;
    say(out, "quick");
}

/* What came, from a thread. */
static void slow(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct site *site = ctx;
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)request->body.len, (const char *)request->body.data);
    say(out, text);
    atomic_fetch_add(&site->done, 1);
}

static void held(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct site *site = ctx;
    char byte;
    (void)request;
    atomic_fetch_add(&site->begun, 1);
    if (read(site->held[0], &byte, 1) == 1) {
        say(out, "held");
    }
    atomic_fetch_add(&site->done, 1);
}

static void follow(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    struct site *site = ctx;
    (void)request;
    asv_http_channel_answer(&site->channel, out);
}

/* a handler that forgets to answer. */
static void nothing(void *ctx, const struct asv_http_request *request, struct asv_http_answer *out)
{
    (void)ctx;
    (void)request;
    (void)out;
}

static const struct asv_http_route routes[] = {
    {"GET", "/quick", "quick", 0, false, quick},    {"POST", "/slow", "slow", 32, true, slow},
    {"GET", "/held", "held", 0, true, held},        {"GET", "/nothing", "nothing", 0, false, nothing},
    {"GET", "/follow", "follow", 0, false, follow},
};

static void set_up(struct site *site, unsigned threads)
{
    struct asv_err err = {0};
    char address[ASV_HTTP_ADDRESS_BYTES];
    const struct asv_http_config config = {.address = "127.0.0.1:0",
                                           .world = asv_world_os(),
                                           .routes = {routes, sizeof routes / sizeof *routes},
                                           .ctx = site,
                                           .threads = threads,
                                           .connections = 2 * CLIENTS,
                                           .header_ms = 60000,
                                           .idle_ms = 60000,
                                           .request_ms = 60000};
    memset(site, 0, sizeof *site);
    assert_int_equal(pipe(site->held), 0);
    asv_http_channel_init(&site->channel);
    assert_int_equal(asv_http_open(&config, &site->listener, &err), ASV_OK);
    assert_int_equal(asv_http_start(site->listener, &err), ASV_OK);
    asv_http_address(site->listener, address);
    site->port = (unsigned short)strtoul(strrchr(address, ':') + 1, NULL, 10);
}

static void tear_down(struct site *site)
{
    asv_http_close(site->listener);
    asv_http_channel_clear(&site->channel);
    close(site->held[0]);
    close(site->held[1]);
}

static void step(struct site *site)
{
    struct asv_err err = {0};
    bool readable = false;
    assert_int_equal(asv_http_step(site->listener, 20, -1, &readable, &err), ASV_OK);
}

/* ---- who asks ---- */

static int reach(const struct site *site)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(site->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 ? fd : -1;
}

/* Whether an answer comes that ends with want. */
static bool hears(int fd, const char *want)
{
    char got[4096];
    size_t len = 0;
    for (;;) {
        ssize_t more = recv(fd, got + len, sizeof got - 1 - len, 0);
        if (more <= 0) {
            return false;
        }
        len += (size_t)more;
        got[len] = '\0';
        const char *body = strstr(got, "\r\n\r\n");
        if (body != NULL && strcmp(body + 4, want) == 0) {
            return true;
        }
    }
}

static bool ask(int fd, const char *request, const char *want)
{
    return send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request) && hears(fd, want);
}

static void *client(void *ctx)
{
    struct site *site = ctx;
    unsigned number = atomic_fetch_add(&site->clients, 1);
    int fd = reach(site);
    bool good = fd >= 0;
    for (unsigned i = 0; good && i < REQUESTS; i++) {
        char body[32];
        char request[128];
        int len = snprintf(body, sizeof body, "%u/%u", number, i);
        snprintf(request, sizeof request, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s",
                 len, body);
        good = ask(fd, request, body) && ask(fd, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n", "quick");
    }
    close(fd);
    atomic_fetch_add(&site->begun, 1);
    return good ? ctx : NULL;
}

static void answers_from_threads_come_to_who_asked(void **state)
{
    (void)state;
    struct site site;
    pthread_t clients[CLIENTS];
    set_up(&site, 3);
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(pthread_create(&clients[i], NULL, client, &site), 0);
    }
    while (atomic_load(&site.begun) < CLIENTS) {
        step(&site);
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        void *good = NULL;
        pthread_join(clients[i], &good);
        assert_non_null(good);
    }
    assert_int_equal(atomic_load(&site.done), CLIENTS * REQUESTS);
    assert_int_equal(asv_http_answers(site.listener, 0, 2), CLIENTS * REQUESTS);
    assert_int_equal(asv_http_answers(site.listener, 1, 2), CLIENTS * REQUESTS);
    tear_down(&site);
}

/* what a thread works at is waited for at the end; what waits for a thread is not begun any more. */
static void an_end_waits_for_what_is_being_done(void **state)
{
    (void)state;
    struct site site;
    int fds[4];
    set_up(&site, 1);
    for (size_t i = 0; i < 4; i++) {
        const char *request = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";
        fds[i] = reach(&site);
        assert_int_equal(send(fds[i], request, strlen(request), MSG_NOSIGNAL), strlen(request));
    }
    while (atomic_load(&site.begun) == 0 || asv_http_left(site.listener) < 4) {
        step(&site);
    }
    asv_http_stop(site.listener);
    assert_int_equal(write(site.held[1], "xxxx", 4), 4); /* the thread may have begun another one */
    asv_http_close(site.listener);
    site.listener = NULL;
    assert_true(atomic_load(&site.done) >= 1 && atomic_load(&site.done) <= 4);
    for (size_t i = 0; i < 4; i++) {
        close(fds[i]);
    }
    tear_down(&site);
}

/* a request of which the last byte comes when the threads have ended. */
static void an_end_begins_nothing(void **state)
{
    (void)state;
    struct site site;
    static const char long_one[] = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char half[] = "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na";
    char got[32] = {0};
    set_up(&site, 1);
    int working = reach(&site);
    int waiting = reach(&site);
    assert_int_equal(send(working, long_one, sizeof long_one - 1, MSG_NOSIGNAL), sizeof long_one - 1);
    assert_int_equal(send(waiting, half, sizeof half - 1, MSG_NOSIGNAL), sizeof half - 1);
    while (atomic_load(&site.begun) == 0 || asv_http_left(site.listener) < 2) {
        step(&site);
    }
    asv_http_stop(site.listener);
    assert_int_equal(send(waiting, "b", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(write(site.held[1], "x", 1), 1);
    asv_http_close(site.listener);
    site.listener = NULL;
    assert_int_equal(atomic_load(&site.done), 1);
    assert_true(recv(waiting, got, sizeof got - 1, 0) > 0);
    assert_non_null(strstr(got, "HTTP/1.1 503 "));
    close(working);
    close(waiting);
    tear_down(&site);
}

/* A client that is gone when its answer is ready; and deadlines that pass meanwhile. */
static void nobody_is_left_when_an_answer_comes_too_late(void **state)
{
    (void)state;
    struct site site;
    set_up(&site, 2);
    int fd = reach(&site);
    const char *request = "GET /held HTTP/1.1\r\nHost: a\r\n\r\n";
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    while (atomic_load(&site.begun) == 0) {
        step(&site);
    }
    close(fd);
    step(&site);
    assert_int_equal(write(site.held[1], "x", 1), 1);
    while (asv_http_left(site.listener) > 0) {
        step(&site);
    }
    tear_down(&site);
}

/* Asks from a thread, as this one serves. */
struct question {
    struct site *site;
    const char *request, *want;
    _Atomic bool over;
    bool good;
};

static void *put_question(void *ctx)
{
    struct question *question = ctx;
    int fd = reach(question->site);
    question->good = fd >= 0 && ask(fd, question->request, question->want);
    close(fd);
    atomic_store(&question->over, true);
    return NULL;
}

/* */
static void a_handler_that_says_nothing_is_a_failure(void **state)
{
    (void)state;
    struct site site;
    pthread_t asker;
    char want[ASV_HTTP_PROBLEM_BYTES + 1];
    set_up(&site, 0);
    want[asv_http_problem_write(want, &asv_http_failed)] = '\0';
    struct question question = {&site, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", want, false, false};
    assert_int_equal(pthread_create(&asker, NULL, put_question, &question), 0);
    while (!atomic_load(&question.over)) {
        step(&site);
    }
    pthread_join(asker, NULL);
    assert_true(question.good);
    assert_int_equal(asv_http_answers(site.listener, 3, 5), 1);
    tear_down(&site);
}

/* Listens until it has heard the last message. */
static void *listener(void *ctx)
{
    struct site *site = ctx;
    char got[8192];
    size_t len = 0;
    int fd = reach(site);
    const char *request = "GET /follow HTTP/1.1\r\nHost: a\r\n\r\n";
    bool good = fd >= 0 && send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request);
    bool last = false;
    while (good && !last) {
        ssize_t more = recv(fd, got + len, sizeof got - 1 - len, 0);
        good = more > 0;
        len += good ? (size_t)more : 0;
        got[len] = '\0';
        last = strstr(got, "data: last\n\n") != NULL;
        memmove(got, got + (len > 512 ? len - 512 : 0), len > 512 ? 512 : len);
        len = len > 512 ? 512 : len;
    }
    close(fd);
    atomic_fetch_add(&site->done, 1);
    return good ? ctx : NULL;
}

static void *speaker(void *ctx)
{
    struct site *site = ctx;
    bool good = true;
    for (unsigned i = 0; good && atomic_load(&site->done) < CLIENTS; i++) {
        char event[64];
        snprintf(event, sizeof event, "data: %u\n\n", i);
        good = asv_http_channel_say(&site->channel, i < 2000 ? event : "data: last\n\n") == ASV_OK;
    }
    return good ? ctx : NULL;
}

/* whoever listens gets the newest message in the end, whatever was said meanwhile, and while others
 * come and go. */
static void a_channel_is_heard_from_another_thread(void **state)
{
    (void)state;
    struct site site;
    pthread_t threads[CLIENTS + 1];
    set_up(&site, 0);
    for (size_t i = 0; i <= CLIENTS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, i < CLIENTS ? listener : speaker, &site), 0);
    }
    while (atomic_load(&site.done) < CLIENTS) {
        step(&site);
    }
    for (size_t i = 0; i <= CLIENTS; i++) {
        void *good = NULL;
        pthread_join(threads[i], &good);
        assert_non_null(good);
    }
    tear_down(&site);
    assert_int_equal(asv_http_channel_clients(&site.channel), 0);
}

/* One that listens, and is idle, when the server ends without having been stopped. */
static void an_end_ends_who_listens(void **state)
{
    (void)state;
    struct site site;
    const char *request = "GET /follow HTTP/1.1\r\nHost: a\r\n\r\n";
    char got[1024];
    set_up(&site, 0);
    int fd = reach(&site);
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    while (asv_http_channel_clients(&site.channel) == 0) {
        step(&site);
    }
    step(&site);
    asv_http_close(site.listener);
    site.listener = NULL;
    assert_int_equal(asv_http_channel_clients(&site.channel), 0);
    assert_int_equal(asv_http_channel_say(&site.channel, "data: to nobody\n\n"), ASV_OK);
    while (recv(fd, got, sizeof got, 0) > 0) {
    }
    close(fd);
    tear_down(&site);
}

/* whoever listens to a channel that ends is told what was said last, and nobody is left; nor is
 * whoever comes later. */
static void a_channel_that_ends_ends_its_answers(void **state)
{
    (void)state;
    struct site site;
    const char *request = "GET /follow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    set_up(&site, 0);
    for (unsigned i = 0; i < 2; i++) {
        char got[2048];
        size_t len = 0;
        ssize_t more = 0;
        int fd = reach(&site);
        assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        while (i == 0 && asv_http_channel_clients(&site.channel) == 0) {
            step(&site);
        }
        if (i == 0) {
            step(&site); /* it is idle */
            assert_int_equal(asv_http_channel_say(&site.channel, "data: last\n\n"), ASV_OK);
            asv_http_channel_end(&site.channel);
        }
        do {
            step(&site);
            more = recv(fd, got + len, sizeof got - 1 - len, MSG_DONTWAIT);
            len += more > 0 ? (size_t)more : 0;
        } while (more > 0 || (more < 0 && errno == EAGAIN));
        got[len] = '\0';
        assert_non_null(strstr(got, "data: last\n\n"));
        assert_non_null(strstr(got, "\r\n0\r\n"));
        assert_int_equal(asv_http_channel_clients(&site.channel), 0);
        close(fd);
    }
    tear_down(&site);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_from_threads_come_to_who_asked),
        cmocka_unit_test(an_end_waits_for_what_is_being_done),
        cmocka_unit_test(an_end_begins_nothing),
        cmocka_unit_test(nobody_is_left_when_an_answer_comes_too_late),
        cmocka_unit_test(a_handler_that_says_nothing_is_a_failure),
        cmocka_unit_test(a_channel_is_heard_from_another_thread),
        cmocka_unit_test(an_end_ends_who_listens),
        cmocka_unit_test(a_channel_that_ends_ends_its_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
