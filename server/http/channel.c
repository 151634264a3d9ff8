/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/channel.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "server/http/internal.h"

#define BLOCK_BYTES  4096
#define KERNEL_BYTES 65536 /* of a client that does not read: the kernel keeps no more for it */

static const char beat[] = "event: alive\ndata: {}\n\n";

struct asv_http_message {
    size_t refs; /* the channel's lock is theirs, too */
    size_t len;
    char text[];
};

/* ---- the channel ---- */

void asv_http_channel_init(struct asv_http_channel *channel)
{
    *channel = (struct asv_http_channel){.wake = -1};
    pthread_mutex_init(&channel->lock, NULL);
}

static void let_go(struct asv_http_message *message)
{
    if (message != NULL && --message->refs == 0) {
        free(message);
    }
}

void asv_http_channel_clear(struct asv_http_channel *channel)
{
    let_go(channel->newest);
    channel->newest = NULL;
}

static struct asv_http_message *message_of(const char *event)
{
    size_t len = strlen(event);
    struct asv_http_message *message = malloc(sizeof *message + len);
    if (message != NULL) {
        *message = (struct asv_http_message){.refs = 1, .len = len};
        memcpy(message->text, event, len);
    }
    return message;
}

enum asv_status asv_http_channel_say(struct asv_http_channel *channel, const char *event)
{
    struct asv_http_message *message = event != NULL ? message_of(event) : NULL;
    if (event != NULL && message == NULL) {
        return ASV_E_NO_MEMORY;
    }
    pthread_mutex_lock(&channel->lock);
    let_go(channel->newest);
    channel->newest = message;
    channel->number++;
    if (message != NULL && channel->wake >= 0) {
        (void)eventfd_write(channel->wake, 1);
    }
    pthread_mutex_unlock(&channel->lock);
    return ASV_OK;
}

void asv_http_channel_end(struct asv_http_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    channel->ended = true;
    if (channel->wake >= 0) {
        (void)eventfd_write(channel->wake, 1);
    }
    pthread_mutex_unlock(&channel->lock);
}

void asv_http_channel_answer(struct asv_http_channel *channel, struct asv_http_answer *out)
{
    pthread_mutex_lock(&channel->lock);
    channel->clients++;
    pthread_mutex_unlock(&channel->lock);
    out->code = 200;
    out->type = "text/event-stream";
    out->channel = channel;
}

/* Whose channel it is may free it from here on. */
void asv_http_channel_leave(struct asv_http_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    channel->wake = --channel->clients > 0 ? channel->wake : -1;
    pthread_mutex_unlock(&channel->lock);
}

unsigned asv_http_channel_clients(struct asv_http_channel *channel)
{
    pthread_mutex_lock(&channel->lock);
    unsigned clients = channel->clients;
    pthread_mutex_unlock(&channel->lock);
    return clients;
}

/* ---- one client's answer ---- */

static uint64_t now_of(const struct asv_http_exchange *exchange)
{
    return asv_world_mono_ms(exchange->listener->config.world);
}

/* Whether there is something that it has not been sent, or nothing more will come. */
static bool has_news(const struct asv_http_flow *flow)
{
    struct asv_http_channel *channel = flow->channel;
    pthread_mutex_lock(&channel->lock);
    bool news = channel->ended || (channel->newest != NULL && channel->number != flow->seen);
    pthread_mutex_unlock(&channel->lock);
    return news;
}

/* What is sent next; false: nothing, and *ended, if nothing will be. */
static bool next_message(struct asv_http_flow *flow, uint64_t now_ms, bool *ended)
{
    struct asv_http_channel *channel = flow->channel;
    pthread_mutex_lock(&channel->lock);
    *ended = channel->ended;
    if (channel->newest != NULL && channel->number != flow->seen) {
        flow->message = channel->newest;
        flow->message->refs++;
        flow->seen = channel->number;
        flow->text = flow->message->text;
        flow->left = flow->message->len;
    } else if (!channel->ended && now_ms >= flow->beat_ms) {
        flow->text = beat;
        flow->left = sizeof beat - 1;
    }
    pthread_mutex_unlock(&channel->lock);
    return flow->left > 0;
}

static void message_is_sent(struct asv_http_flow *flow)
{
    pthread_mutex_lock(&flow->channel->lock);
    let_go(flow->message);
    pthread_mutex_unlock(&flow->channel->lock);
    flow->message = NULL;
}

/* libmicrohttpd asks when the client has taken what it was given before. Returning 0 without
 * suspending would be asked again at once. */
static ssize_t give(void *ctx, uint64_t position, char *out, size_t max)
{
    struct asv_http_exchange *exchange = ctx;
    struct asv_http_listener *listener = exchange->listener;
    struct asv_http_flow *flow = &exchange->flow;
    uint64_t now_ms = now_of(exchange);
    (void)position;
    if (exchange->peer->cut || (flow->left == 0 && listener->stopping)) { /* */
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (flow->left == 0) {
        bool ended = false;
        message_is_sent(flow);
        if (!next_message(flow, now_ms, &ended)) {
            if (ended) {
                return MHD_CONTENT_READER_END_OF_STREAM;
            }
            flow->idle = true;
            exchange->peer->until_ms = UINT64_MAX;
            MHD_suspend_connection(exchange->connection);
            return 0;
        }
        flow->beat_ms = now_ms + ASV_HTTP_BEAT_MS;
        exchange->peer->until_ms = now_ms + listener->config.request_ms;
    }
    size_t len = flow->left < max ? flow->left : max;
    memcpy(out, flow->text, len);
    flow->text += len;
    flow->left -= len;
    return (ssize_t)len;
}

struct MHD_Response *asv_http_flow_begin(struct asv_http_exchange *exchange)
{
    const int kept = KERNEL_BYTES;
    struct asv_http_listener *listener = exchange->listener;
    struct asv_http_flow *flow = &exchange->flow;
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, give, exchange, NULL);
    if (response == NULL) {
        return NULL;
    }
    (void)setsockopt(exchange->peer->fd, SOL_SOCKET, SO_SNDBUF, &kept, sizeof kept);
    flow->channel = exchange->answer.channel;
    exchange->answer.channel = NULL;
    flow->beat_ms = now_of(exchange) + ASV_HTTP_BEAT_MS;
    flow->next = listener->flows;
    flow->link = &listener->flows;
    if (flow->next != NULL) {
        flow->next->flow.link = &flow->next;
    }
    listener->flows = exchange;
    atomic_fetch_add(&listener->counts->streams, 1);
    pthread_mutex_lock(&flow->channel->lock);
    flow->channel->wake = listener->wake;
    pthread_mutex_unlock(&flow->channel->lock);
    return response;
}

void asv_http_flow_end(struct asv_http_exchange *exchange)
{
    struct asv_http_flow *flow = &exchange->flow;
    if (flow->channel == NULL) {
        return;
    }
    *flow->link = flow->next;
    if (flow->next != NULL) {
        flow->next->flow.link = flow->link;
    }
    message_is_sent(flow);
    asv_http_channel_leave(flow->channel);
    atomic_fetch_sub(&exchange->listener->counts->streams, 1);
    flow->channel = NULL;
}

void asv_http_flows_wake(struct asv_http_listener *listener, uint64_t now_ms)
{
    for (struct asv_http_exchange *exchange = listener->flows; exchange != NULL;
         exchange = exchange->flow.next) {
        struct asv_http_flow *flow = &exchange->flow;
        if (flow->idle &&
            (exchange->peer->cut || listener->stopping || now_ms >= flow->beat_ms || has_news(flow))) {
            flow->idle = false;
            exchange->peer->until_ms = now_ms + listener->config.request_ms;
            MHD_resume_connection(exchange->connection);
        }
    }
}
