/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What many clients are told of as it changes (text/event-stream): a channel has one newest message, which a
 * client gets when it comes and whenever there is another one. One that reads slowly misses what was newer
 * for a moment only, so nothing queues up, whatever clients do.
 *
 * An answer with a channel goes on until the client leaves, the channel ends or the server stops. A client
 * that is idle is no work: its connection is suspended, and looked at every ASV_HTTP_BEAT_MS, when it is sent
 * an event that says nothing but that the server lives.
 */
#ifndef ASV_SERVER_HTTP_CHANNEL_H
#define ASV_SERVER_HTTP_CHANNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_HTTP_BEAT_MS 15000 /* proxies close what is silent for a minute */

struct asv_http_answer;
struct asv_http_message;

/* The caller's, and there as long as it has clients. */
struct asv_http_channel {
    pthread_mutex_t lock; /* of what follows */
    struct asv_http_message *newest;
    uint64_t number;  /* of the newest: they are counted from 1 */
    unsigned clients; /* answers that are it, also those that are not yet sent */
    bool ended;       /* nothing is said any more */
    int wake;         /* the listener's eventfd(2), while there are any */
};

void asv_http_channel_init(struct asv_http_channel *channel);
void asv_http_channel_clear(struct asv_http_channel *channel); /* also one that is all zeros */

/* From any thread. The event is whole: "event: …\ndata: …\n\n", and is copied. NULL: there is none, so that
 * who comes waits for the next one. Without memory ASV_E_NO_MEMORY, and the newest stays what it was. */
ASV_MUST_CHECK enum asv_status asv_http_channel_say(struct asv_http_channel *channel, const char *event);

/* From any thread: whoever listens is sent what was said last, and then the answer ends. */
void asv_http_channel_end(struct asv_http_channel *channel);

/* By a handler: what the channel says from here on is its answer. */
void asv_http_channel_answer(struct asv_http_channel *channel, struct asv_http_answer *out);

/* From any thread. */
unsigned asv_http_channel_clients(struct asv_http_channel *channel);

#endif
