/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/umock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum asv_status attach(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment)
{
    struct asv_umock *umock = self;
    struct asv_umock_node *node = calloc(1, sizeof *node);
    if (node == NULL) {
        return ASV_E_NO_MEMORY;
    }
    enum asv_status status = asv_umock_node_add(umock, port, node);
    if (status != ASV_OK) {
        free(node);
        return status;
    }
    attachment->backend = node;
    attachment->address = node->address;
    umock->addresses[node->address].attachment = attachment;
    asv_umock_uevent(umock, "add", node->sysfs, node->address);
    return ASV_OK;
}

static void detach(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment)
{
    struct asv_umock *umock = self;
    struct asv_umock_node *node = attachment->backend;
    (void)port;
    if (node != NULL) {
        umock->addresses[node->address].attachment = NULL;
        asv_umock_node_remove(umock, node);
    }
}

static void detached(void *self, struct asv_bus_attachment *attachment)
{
    struct asv_umock *umock = self;
    struct asv_umock_node *node = attachment->backend;
    if (node != NULL) {
        asv_umock_node_hang_up(node);
        asv_umock_uevent(umock, "remove", node->sysfs, node->address);
        attachment->backend = NULL;
        free(node);
    }
}

const struct asv_bus_backend_ops asv_umock_ops = {
    .hub = asv_umock_hub, .attach = attach, .detach = detach, .detached = detached};

enum asv_status asv_umock_open(struct asv_umock *umock, struct asv_bus *bus, const char *dir,
                               struct asv_err *err)
{
    *umock = (struct asv_umock){.bus = bus, .dead_master = -1, .dead_slave = -1};
    for (unsigned i = 0; i < ASV_UMOCK_ADDRESSES; i++) {
        umock->addresses[i].listener.fd = -1;
        umock->addresses[i].umock = umock;
    }
    if (strlen(dir) >= sizeof umock->dir) {
        return asv_fail(err, ASV_E_USAGE, "the directory's name is too long: sockets lie inside");
    }
    (void)snprintf(umock->dir, sizeof umock->dir, "%s", dir);
    bus->backend_ops = &asv_umock_ops;
    bus->backend = umock;
    if (asv_umock_tree_open(umock) != ASV_OK) {
        char why[128];
        (void)snprintf(why, sizeof why, "%s: cannot make the tree: %s", dir, strerror(errno));
        return asv_fail(err, ASV_E_IO, why);
    }
    return ASV_OK;
}

void asv_umock_close(struct asv_umock *umock)
{
    asv_umock_conns_close(umock);
    asv_umock_uevents_close(umock);
    for (unsigned i = 0; i < ASV_UMOCK_ADDRESSES; i++) {
        asv_bus_loop_remove(umock->bus->loop, &umock->addresses[i].listener);
    }
    asv_umock_tree_close(umock);
}
