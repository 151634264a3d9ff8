/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper's socket: one event loop, a bounded number of connections, a deadline for each.
 */
#ifndef ASV_KEEPER_SERVER_H
#define ASV_KEEPER_SERVER_H

#include <sys/types.h>

#include "server/keeper/keeper.h"

#define ASV_KEEPER_CONNECTIONS    32 /* at a time: 5.3 MB of buffers */
#define ASV_KEEPER_PER_USER       8  /* so that one user cannot have them all */
#define ASV_KEEPER_PEOPLE_MAX     16 /* of people altogether: the others' work goes on beside theirs */
#define ASV_KEEPER_PER_PERSON     2
#define ASV_KEEPER_PEERS          64     /* lines of the configuration: users, and groups of them */
#define ASV_KEEPER_FRAME_MS       5000   /* from a request's first byte to its last, and for a reply */
#define ASV_KEEPER_IDLE_MS        600000 /* between requests */
#define ASV_KEEPER_PEOPLE_IDLE_MS 60000  /* the same, of people */

struct asv_keeper_peer {
    bool is_group;
    uint32_t id;  /* of the user, or of the group */
    uint8_t role; /* enum asv_keeper_role; of a group PEOPLE */
};

/* Who is at the other end of a connection, as the kernel says. */
struct asv_keeper_caller {
    uid_t uid;
    enum asv_keeper_role role; /* ASV_KEEPER_NOBODY: none of the peers */
};

/* K-040, K-175: by the user; by none of these, by a group that the user is in. */
ASV_MUST_CHECK enum asv_status asv_keeper_caller_of(int fd, const struct asv_keeper_peer *peers,
                                                    size_t peer_count, struct asv_keeper_caller *out);

struct asv_keeper_server;

/* Makes the socket, mode 0660, replacing one that a keeper left behind. ASV_E_BUSY when someone listens
 * there. *fd is the caller's. */
ASV_MUST_CHECK enum asv_status asv_keeper_listen(const char *path, gid_t group, int *fd, struct asv_err *err);

/* Borrows keeper and listener; copies peers. The caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_keeper_server_new(struct asv_keeper_server **out,
                                                     struct asv_keeper *keeper, int listener,
                                                     const struct asv_keeper_peer *peers, size_t peer_count);
void asv_keeper_server_free(struct asv_keeper_server *server); /* closes all connections */

/* Waits at most wait_ms for something to do, and does it. *woken (may be NULL) says whether wake_fd, which is
 * watched too (-1: none), is readable. */
ASV_MUST_CHECK enum asv_status asv_keeper_server_step(struct asv_keeper_server *server, uint64_t wait_ms,
                                                      int wake_fd, bool *woken, struct asv_err *err);

/* Connections right now. */
size_t asv_keeper_server_connections(const struct asv_keeper_server *server);

#endif
