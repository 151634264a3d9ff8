/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Who connects to the keeper's socket, by what the kernel says of the process at the other end as it was when
 * it connected. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "server/base/cleanup.h"
#include "server/keeper/server.h"

#define GROUPS_MAX 65536 /* NGROUPS_MAX */

static enum asv_keeper_role find(const struct asv_keeper_peer *peers, size_t count, bool group, uint32_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (peers[i].is_group == group && peers[i].id == id) {
            return (enum asv_keeper_role)peers[i].role;
        }
    }
    return ASV_KEEPER_NOBODY;
}

/* All groups but the first. *out is the caller's to free; NULL with none. */
static enum asv_status read_groups(int fd, gid_t **out, size_t *count)
{
    gid_t none = 0;
    socklen_t len = 0; /* to be told how many there are */
    *out = NULL;
    *count = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, &none, &len) == 0) {
        return ASV_OK; /* there are none */
    }
    if (errno != ERANGE || len > GROUPS_MAX * sizeof(gid_t)) {
        return ASV_E_IO;
    }
    gid_t *groups = malloc(len);
    if (groups == NULL) {
        return ASV_E_NO_MEMORY;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) != 0) { /* they do not change any more */
        free(groups);
        return ASV_E_IO;
    }
    *count = len / sizeof(gid_t);
    *out = groups;
    return ASV_OK;
}

enum asv_status asv_keeper_caller_of(int fd, const struct asv_keeper_peer *peers, size_t peer_count,
                                     struct asv_keeper_caller *out)
{
    struct ucred peer = {.uid = (uid_t)-1, .gid = (gid_t)-1};
    socklen_t len = sizeof peer;
    asv_auto_free gid_t *groups = NULL;
    size_t count = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
        return ASV_E_IO;
    }
    *out = (struct asv_keeper_caller){peer.uid, find(peers, peer_count, false, peer.uid)};
    if (out->role != ASV_KEEPER_NOBODY) {
        return ASV_OK;
    }
    out->role = find(peers, peer_count, true, peer.gid);
    enum asv_status status = read_groups(fd, &groups, &count);
    for (size_t i = 0; status == ASV_OK && i < count && out->role == ASV_KEEPER_NOBODY; i++) {
        out->role = find(peers, peer_count, true, groups[i]);
    }
    return status;
}
