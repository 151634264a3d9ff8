/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/peers.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define NETWORK_BYTES 8 /* of an IPv6 address: a /64 is what one site gets at least */

void asv_http_peers_init(struct asv_http_peers *peers, size_t limit, size_t limit_each)
{
    *peers = (struct asv_http_peers){.limit = limit, .limit_each = limit_each};
    peers->end.next = peers->end.previous = &peers->end;
}

void asv_http_peer_address(uint8_t out[ASV_HTTP_ADDRESS_KEY], const void *address)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    sa_family_t family = AF_UNSPEC;
    memset(out, 0, ASV_HTTP_ADDRESS_KEY);
    if (address != NULL) {
        memcpy(&family, (const char *)address + offsetof(struct sockaddr, sa_family), sizeof family);
    }
    if (family == AF_INET) {
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + sizeof mapped, (const char *)address + offsetof(struct sockaddr_in, sin_addr), 4);
    } else if (family == AF_INET6) {
        memcpy(out, (const char *)address + offsetof(struct sockaddr_in6, sin6_addr), ASV_HTTP_ADDRESS_KEY);
        if (memcmp(out, mapped, sizeof mapped) != 0) {
            memset(out + NETWORK_BYTES, 0, ASV_HTTP_ADDRESS_KEY - NETWORK_BYTES);
        }
    }
}

void asv_http_peers_add(struct asv_http_peers *peers, struct asv_http_peer *peer, uint64_t now_ms,
                        uint64_t wait_ms)
{
    peer->state = ASV_HTTP_WAITING;
    peer->cut = false;
    peer->since_ms = now_ms;
    peer->until_ms = now_ms + wait_ms;
    peer->previous = peers->end.previous;
    peer->next = &peers->end;
    peer->previous->next = peer->next->previous = peer;
    peers->count++;
}

void asv_http_peers_cut(struct asv_http_peers *peers, struct asv_http_peer *peer)
{
    peers->count -= peer->cut ? 0 : 1;
    peer->cut = true;
}

void asv_http_peers_remove(struct asv_http_peers *peers, struct asv_http_peer *peer)
{
    asv_http_peers_cut(peers, peer);
    peer->previous->next = peer->next;
    peer->next->previous = peer->previous;
}

void asv_http_peer_move(struct asv_http_peer *peer, enum asv_http_state state, uint64_t now_ms)
{
    peer->state = state;
    peer->since_ms = now_ms;
}

static int rank(const struct asv_http_peer *peer)
{
    return peer->state == ASV_HTTP_WAITING ? 0 : peer->state == ASV_HTTP_LISTENING ? 1 : 2;
}

/* Whether a gives way before b. A-086: who listens is served, and comes back when there is room. */
static bool before(const struct asv_http_peer *a, const struct asv_http_peer *b)
{
    return rank(a) != rank(b) ? rank(a) < rank(b) : a->since_ms < b->since_ms;
}

static bool is_of(const struct asv_http_peer *peer, const uint8_t *address)
{
    return address == NULL || memcmp(peer->address, address, ASV_HTTP_ADDRESS_KEY) == 0;
}

static size_t count_of(const struct asv_http_peers *peers, const uint8_t *address)
{
    size_t count = 0;
    for (const struct asv_http_peer *peer = peers->end.next; peer != &peers->end; peer = peer->next) {
        count += !peer->cut && is_of(peer, address) ? 1 : 0;
    }
    return count;
}

/* The newest one is the last to go, of any state. */
static struct asv_http_peer *who_gives_way(const struct asv_http_peers *peers, struct asv_http_peer *newest,
                                           const uint8_t *address)
{
    struct asv_http_peer *goes = newest;
    for (struct asv_http_peer *peer = peers->end.next; peer != &peers->end; peer = peer->next) {
        bool may = peer != newest && !peer->cut && peer->state != ASV_HTTP_WORKING && is_of(peer, address);
        if (may && (goes == newest || before(peer, goes))) {
            goes = peer;
        }
    }
    return goes;
}

struct asv_http_peer *asv_http_peers_excess(const struct asv_http_peers *peers, struct asv_http_peer *newest)
{
    if (newest->cut) {
        return NULL;
    }
    if (peers->limit_each > 0 && count_of(peers, newest->address) > peers->limit_each) {
        return who_gives_way(peers, newest, newest->address);
    }
    return peers->count > peers->limit ? who_gives_way(peers, newest, NULL) : NULL;
}

static struct asv_http_peer *behind(const struct asv_http_peers *peers, const struct asv_http_peer *after)
{
    return after != NULL ? after->next : peers->end.next;
}

struct asv_http_peer *asv_http_peers_over(const struct asv_http_peers *peers,
                                          const struct asv_http_peer *after, uint64_t now_ms)
{
    struct asv_http_peer *peer = behind(peers, after);
    while (peer != &peers->end && (peer->cut || now_ms < peer->until_ms)) {
        peer = peer->next;
    }
    return peer != &peers->end ? peer : NULL;
}

struct asv_http_peer *asv_http_peers_waiting(const struct asv_http_peers *peers,
                                             const struct asv_http_peer *after)
{
    struct asv_http_peer *peer = behind(peers, after);
    while (peer != &peers->end && (peer->cut || peer->state != ASV_HTTP_WAITING)) {
        peer = peer->next;
    }
    return peer != &peers->end ? peer : NULL;
}
