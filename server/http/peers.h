/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who is connected, until when, and who gives way when connections are short. Pure: it decides, the listener
 * does.
 *
 * Whoever connects may be anybody. A connection that waits costs nothing but its place, so places are taken
 * from those that wait: idle clients cannot shut others out.
 */
#ifndef ASV_SERVER_HTTP_PEERS_H
#define ASV_SERVER_HTTP_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASV_HTTP_ADDRESS_KEY 16

enum asv_http_state {
    ASV_HTTP_WAITING,   /* for a request's header, or for its end */
    ASV_HTTP_RECEIVING, /* the body */
    ASV_HTTP_WORKING,   /* a thread works at the answer: such a one never gives way */
    ASV_HTTP_SENDING,
    ASV_HTTP_LISTENING, /* to a channel */
};

struct asv_http_peer {
    struct asv_http_peer *next, *previous;
    void *owner;
    void *request; /* that it has begun, if it has not ended */
    int fd;
    enum asv_http_state state;
    bool cut;          /* it is going: it has no place any more */
    uint64_t since_ms; /* in its state */
    uint64_t until_ms; /* then it is cut, whatever it does */
    uint8_t address[ASV_HTTP_ADDRESS_KEY];
};

struct asv_http_peers {
    struct asv_http_peer end; /* of the ring */
    size_t limit;             /* in all */
    size_t limit_each;        /* of one address; 0: none */
    size_t count;             /* that are not cut */
};

void asv_http_peers_init(struct asv_http_peers *peers, size_t limit, size_t limit_each);

/* The address whose connections count together: of IPv6 the first half, which is one network's. address is a
 * struct sockaddr; anything else is one address. */
void asv_http_peer_address(uint8_t out[ASV_HTTP_ADDRESS_KEY], const void *address);

void asv_http_peers_add(struct asv_http_peers *peers, struct asv_http_peer *peer, uint64_t now_ms,
                        uint64_t wait_ms);
void asv_http_peers_remove(struct asv_http_peers *peers, struct asv_http_peer *peer);

/* It is to go: the caller shuts its socket down, and removes it later. */
void asv_http_peers_cut(struct asv_http_peers *peers, struct asv_http_peer *peer);

/* Who must go so that the new one may stay: of its address when there are too many of that, else of all; who
 * has waited longest for a header; if nobody does, who has been listening longest; if nobody does, who has
 * been receiving or sending longest; if nobody does, the new one itself. NULL: nobody (any more). */
struct asv_http_peer *asv_http_peers_excess(const struct asv_http_peers *peers, struct asv_http_peer *newest);

/* The next one behind `after` (NULL: the first) whose time is over, and that is not cut. */
struct asv_http_peer *asv_http_peers_over(const struct asv_http_peers *peers,
                                          const struct asv_http_peer *after, uint64_t now_ms);

/* The next one that waits for a header, and is not cut. */
struct asv_http_peer *asv_http_peers_waiting(const struct asv_http_peers *peers,
                                             const struct asv_http_peer *after);

void asv_http_peer_move(struct asv_http_peer *peer, enum asv_http_state state, uint64_t now_ms);

#endif
