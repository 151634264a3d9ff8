/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/events: that a list has changed, to whoever may read it, as long as the session counts. One thread
 * and one connection to the database hear it for all; what it was nobody is told, but asks. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/db/news.h"
#include "server/web/call.h"

#define STREAMS_MAX 8     /* of one session: a browser has one, and others one for each page */
#define PACE_MS     1000  /* between two events of a stream, and between two looks at all sessions */
#define STANDING_MS 60000 /* how late it may be noticed that a session is over by itself */
#define EVERY       ((1u << ASV_WEB_LISTS) - 1)

/* Each is the path of a route that lists it: whoever may call that is told. */
static const char *const lists[ASV_WEB_LISTS] = {
    "clips", "incidents", "requests",  "subject-requests", "retention/nights", "retention/runs", "balances",
    "keys",  "policies",  "handovers", "recipients",       "ledger",           "users",          "cameras",
    "docks", "alarms"};

static const char away[] = "event: away\ndata: {}\n\n";
static const char ended[] = "event: ended\ndata: {}\n\n";

/* Whose stream it is: all of one session have the same. */
struct asv_web_ear {
    struct asv_web_ear *next;
    uint8_t session[ASV_SHA256_BYTES];
    uint32_t roles, lists;
    bool ended;
    struct asv_http_channel channel;
};

/* ---- what is said ---- */

/* */
static uint32_t lists_of(uint32_t roles)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < ASV_WEB_LISTS; i++) {
        char pattern[64];
        snprintf(pattern, sizeof pattern, "/api/v1/%s", lists[i]);
        for (size_t at = 0; at < asv_web_route_count; at++) {
            const struct asv_web_route *route = &asv_web_routes[at];
            bool may = (route->access & (roles | ASV_WEB_ANYONE)) != 0;
            out |= may && strcmp(route->pattern, pattern) == 0 ? 1u << i : 0;
        }
    }
    return out;
}

/* Of each list how often it was heard of, since when it is counted: other figures, or another process, and
 * something may have changed. From malloc; NULL without memory. With the lock. */
static char *event_of(const struct asv_web_news *news, uint32_t which)
{
    json_t *counts = json_object();
    char *event = NULL;
    for (unsigned i = 0; i < ASV_WEB_LISTS; i++) {
        if ((which & 1u << i) != 0) {
            (void)json_object_set_new(counts, lists[i], json_integer((json_int_t)news->counts[i]));
        }
    }
    json_t *said = json_pack("{s:s, s:o}", "since", news->since, "lists", counts);
    char *text = said != NULL ? json_dumps(said, JSON_COMPACT) : NULL;
    json_decref(said);
    if (text != NULL && asprintf(&event, "event: news\ndata: %s\n\n", text) < 0) {
        event = NULL;
    }
    free(text);
    return event;
}

/* Without memory whoever listens is told at the next occasion. With the lock. */
static void say(struct asv_web_ear *ear, const char *event)
{
    if (event != NULL) {
        (void)!asv_http_channel_say(&ear->channel, event);
    }
}

/* To all who are told of one of these lists; most are told of the same ones. With the lock. */
static void say_to_all(struct asv_web_news *news, uint32_t changed)
{
    uint32_t of = 0;
    char *event = NULL;
    for (struct asv_web_ear *ear = news->ears; ear != NULL; ear = ear->next) {
        if ((ear->lists & changed) == 0 || ear->ended) {
            continue;
        }
        if (news->state == ASV_WEB_NEWS_AWAY) {
            say(ear, away);
        } else {
            if (event == NULL || of != ear->lists) {
                free(event);
                event = event_of(news, ear->lists);
                of = ear->lists;
            }
            say(ear, event);
        }
    }
    free(event);
}

/* With the lock: event is what is said last, or NULL. */
static void end(struct asv_web_ear *ear, const char *event)
{
    say(ear, event);
    asv_http_channel_end(&ear->channel);
    ear->ended = true;
}

static void become(struct asv_web_news *news, enum asv_web_news_state state)
{
    pthread_mutex_lock(&news->lock);
    bool told = news->state == state;
    if (!told && news->state == ASV_WEB_NEWS_AWAY) {
        news->heard = EVERY; /* and that it answers again */
    }
    news->state = state;
    if (!told && state == ASV_WEB_NEWS_AWAY) {
        say_to_all(news, EVERY);
    }
    pthread_mutex_unlock(&news->lock);
}

/* ---- what is heard ---- */

/* Whoever may connect to the database can say anything: what is no list is none. */
static void hear_one(void *ctx, const char *said)
{
    struct asv_web_news *news = ctx;
    while (*said != '\0') {
        size_t len = strcspn(said, " ");
        for (unsigned i = 0; i < ASV_WEB_LISTS; i++) {
            news->heard |= strlen(lists[i]) == len && strncmp(lists[i], said, len) == 0 ? 1u << i : 0;
        }
        news->doubtful = news->doubtful || (len == 8 && strncmp(said, "sessions", len) == 0);
        said += len + (said[len] == ' ' ? 1 : 0);
    }
}

/* what was said while nobody listened is not known, so it may have been anything. */
static bool listen_to(struct asv_web_news *news)
{
    struct asv_err err = {0};
    if (asv_db_news_socket(news->db) < 0) {
        if (asv_db_wait_ms(news->db) > 0 || asv_db_news_listen(news->db, &err) != ASV_OK) {
            return false;
        }
        news->heard = EVERY;
        news->doubtful = true;
    }
    return asv_db_news_take(news->db, hear_one, news, &err) == ASV_OK;
}

/* ---- whose sessions count ---- */

/* Their digests, in their order, from malloc; NULL: none, or no memory. */
static uint8_t *digests_of(struct asv_web_news *news, struct asv_web_ear **first, size_t *count)
{
    pthread_mutex_lock(&news->lock);
    size_t at = 0;
    uint8_t *out = news->count > 0 ? calloc(news->count, ASV_SHA256_BYTES) : NULL;
    for (struct asv_web_ear *ear = news->ears; out != NULL && ear != NULL; ear = ear->next) {
        memcpy(out + ASV_SHA256_BYTES * at++, ear->session, ASV_SHA256_BYTES);
    }
    *first = news->ears;
    *count = at;
    pthread_mutex_unlock(&news->lock);
    return out;
}

/* who has other roles by now comes again, as somebody who has these. Others have come before the first
 * meanwhile, and none has gone. */
static void judge(struct asv_web_news *news, struct asv_web_ear *first, const uint32_t *roles)
{
    pthread_mutex_lock(&news->lock);
    size_t at = 0;
    for (struct asv_web_ear *ear = first; ear != NULL; ear = ear->next, at++) {
        if (!ear->ended && roles[at] != ear->roles) {
            end(ear, roles[at] == 0 ? ended : NULL);
        }
    }
    pthread_mutex_unlock(&news->lock);
}

/* False: the database does not answer. */
static bool look_at_sessions(struct asv_web_news *news, uint64_t now_ms)
{
    struct asv_err err = {0};
    struct asv_web_ear *first = NULL;
    size_t count = 0;
    uint8_t *digests = digests_of(news, &first, &count);
    uint32_t *roles = calloc(count + 1, sizeof *roles);
    bool known = count == 0 ||
                 (roles != NULL && asv_db_session_standing(news->db, digests, count, roles, &err) == ASV_OK);
    if (known && count > 0) {
        judge(news, first, roles);
    }
    if (known) {
        news->doubtful = false;
        news->looked_ms = now_ms;
    }
    if (digests != NULL) {
        asv_wipe(digests, count * ASV_SHA256_BYTES);
    }
    free(digests);
    free(roles);
    return known;
}

/* ---- the thread ---- */

/* Nobody listens there any more. */
static void sweep(struct asv_web_news *news)
{
    pthread_mutex_lock(&news->lock);
    for (struct asv_web_ear **at = &news->ears; *at != NULL;) {
        struct asv_web_ear *ear = *at;
        if (asv_http_channel_clients(&ear->channel) > 0) {
            at = &ear->next;
            continue;
        }
        *at = ear->next;
        news->count--;
        asv_http_channel_clear(&ear->channel);
        asv_wipe(ear, sizeof *ear);
        free(ear);
    }
    pthread_mutex_unlock(&news->lock);
}

/* at most one event in a second of each stream. */
static void tell(struct asv_web_news *news, uint64_t now_ms)
{
    pthread_mutex_lock(&news->lock);
    for (unsigned i = 0; i < ASV_WEB_LISTS; i++) {
        news->counts[i] += (news->heard & 1u << i) != 0 ? 1 : 0;
    }
    say_to_all(news, news->heard);
    pthread_mutex_unlock(&news->lock);
    news->heard = 0;
    news->told_ms = now_ms;
}

static bool is_due(uint64_t now_ms, uint64_t last_ms, uint64_t pause_ms)
{
    return last_ms == 0 || now_ms >= last_ms + pause_ms;
}

/* Returns for how long. */
static uint64_t be_away(struct asv_web_news *news)
{
    const uint64_t wait_ms = (uint64_t)asv_db_wait_ms(news->db) + 1;
    become(news, ASV_WEB_NEWS_AWAY);
    return wait_ms > PACE_MS ? wait_ms : PACE_MS;
}

/* Sessions first: what is new is told to none whose session is over. Returns for how long there is nothing to
 * do, unless something is heard (*hears). */
static uint64_t step(struct asv_web_news *news, uint64_t now_ms, bool *hears)
{
    *hears = false;
    if (!listen_to(news)) {
        return be_away(news);
    }
    pthread_mutex_lock(&news->lock);
    news->doubtful = news->doubtful || news->come;
    news->come = false;
    pthread_mutex_unlock(&news->lock);
    if (is_due(now_ms, news->looked_ms, news->doubtful ? PACE_MS : STANDING_MS)) {
        sweep(news);
        if (!look_at_sessions(news, now_ms) ||
            asv_db_news_socket(news->db) < 0) { /* or it has connected anew */
            return be_away(news);
        }
    }
    become(news, ASV_WEB_NEWS_LIVE);
    if (news->heard != 0 && is_due(now_ms, news->told_ms, PACE_MS)) {
        tell(news, now_ms);
    }
    *hears = news->heard == 0 && !news->doubtful;
    return *hears ? news->looked_ms + STANDING_MS - now_ms : PACE_MS;
}

/* At the end false. timeout_ms -1: until somebody has come. */
static bool wait_for(struct asv_web_news *news, int fd, int timeout_ms)
{
    eventfd_t woken = 0;
    struct pollfd polled[] = {{.fd = news->wake, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    (void)poll(polled, 2, timeout_ms);
    (void)eventfd_read(news->wake, &woken);
    pthread_mutex_lock(&news->lock);
    bool ending = news->ending;
    pthread_mutex_unlock(&news->lock);
    return !ending;
}

static void *follow(void *ctx)
{
    struct asv_web *web = ctx;
    struct asv_web_news *news = &web->news;
    bool hears = false;
    uint64_t pause_ms = 0;
    if (!wait_for(news, -1, -1)) { /* until the first one comes, the database is left alone */
        return NULL;
    }
    do {
        pause_ms = step(news, asv_world_mono_ms(web->world), &hears);
    } while (wait_for(news, hears ? asv_db_news_socket(news->db) : -1, (int)pause_ms));
    return NULL;
}

enum asv_status asv_web_news_open(struct asv_web *web, const struct asv_db_config *config,
                                  struct asv_err *err)
{
    struct asv_web_news *news = &web->news;
    uint8_t since[sizeof news->since / 2];
    pthread_mutex_init(&news->lock, NULL);
    if (asv_world_random(web->world, since, sizeof since) != ASV_OK) {
        return asv_fail(err, ASV_E_INTERNAL, "no randomness");
    }
    asv_hex_encode(news->since, since, sizeof since);
    news->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return news->wake >= 0 ? asv_db_open(config, &news->db, err) : asv_io_fail(err, errno, "eventfd");
}

enum asv_status asv_web_news_start(struct asv_web *web, struct asv_err *err)
{
    int failed = pthread_create(&web->news.thread, NULL, follow, web);
    web->news.started = failed == 0;
    return failed == 0 ? ASV_OK : asv_io_fail(err, failed, "threads");
}

void asv_web_news_close(struct asv_web_news *news)
{
    if (news->started) {
        pthread_mutex_lock(&news->lock);
        news->ending = true;
        (void)eventfd_write(news->wake, 1);
        pthread_mutex_unlock(&news->lock);
        pthread_join(news->thread, NULL);
        sweep(news);
    }
    if (news->wake > 0) {
        (void)close(news->wake);
    }
    asv_db_close(news->db);
}

/* ---- who listens ---- */

/* As things stand. With the lock. */
static void greet(struct asv_web_news *news, struct asv_web_ear *ear)
{
    if (news->state == ASV_WEB_NEWS_LIVE) {
        char *event = event_of(news, ear->lists);
        say(ear, event);
        free(event);
    } else if (news->state == ASV_WEB_NEWS_AWAY) {
        say(ear, away);
    }
}

/* With the lock: NULL without memory, or when there are too many. */
static struct asv_web_ear *ear_of(struct asv_web_call *call)
{
    struct asv_web_news *news = &call->web->news;
    for (struct asv_web_ear *ear = news->ears; ear != NULL; ear = ear->next) {
        if (!ear->ended && memcmp(ear->session, call->session, sizeof ear->session) == 0) {
            if (ear->roles == call->who.roles) {
                return ear;
            }
            end(ear, NULL);
        }
    }
    struct asv_web_ear *ear = news->count < call->web->settings->connections ? calloc(1, sizeof *ear) : NULL;
    if (ear == NULL) {
        return NULL;
    }
    memcpy(ear->session, call->session, sizeof ear->session);
    ear->roles = call->who.roles;
    ear->lists = lists_of(ear->roles);
    asv_http_channel_init(&ear->channel);
    ear->next = news->ears;
    news->ears = ear;
    news->count++;
    news->come = true;
    greet(news, ear);
    return ear;
}

void asv_web_events(struct asv_web_call *call)
{
    struct asv_web_news *news = &call->web->news;
    pthread_mutex_lock(&news->lock);
    struct asv_web_ear *ear = ear_of(call);
    bool full = ear != NULL && asv_http_channel_clients(&ear->channel) >= STREAMS_MAX;
    if (full) {
        greet(news, ear); /* who has left is noticed when something is sent */
    }
    if (full || ear == NULL) { /* */
        asv_web_refuse(call, &asv_web_too_often, NULL);
        call->out->retry_s = PACE_MS / 1000;
    } else {
        asv_http_channel_answer(&ear->channel, call->out);
    }
    pthread_mutex_unlock(&news->lock);
    (void)eventfd_write(news->wake, 1);
}
