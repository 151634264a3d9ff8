/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bus as umockdev's preload library shows it to an unmodified libusb program: a directory with sysfs
 * files and device nodes, uevents, and system calls on the nodes that arrive over sockets.
 */
#ifndef ASV_BUS_UMOCK_H
#define ASV_BUS_UMOCK_H

#include <stdint.h>

#include "tests/bus/bus.h"

/* Sockets lie inside, whose paths have at most 107 bytes. */
#define ASV_UMOCK_DIR_BYTES  64
#define ASV_UMOCK_PATH_BYTES 320
#define ASV_UMOCK_ADDRESSES  128

/* A device while it is plugged in. The node in /dev is the slave of a pseudo-terminal, because the preload
 * does not emulate poll(): output stopped is "nothing to reap", output running is POLLOUT, master closed is
 * POLLERR. */
struct asv_umock_node {
    char sysfs[ASV_UMOCK_PATH_BYTES]; /* below the directory, with a leading slash */
    char name[ASV_BUS_PATH_BYTES];
    unsigned address;
    int master, slave;
    bool stopped;
    unsigned reapable; /* transfers that have ended and were not fetched yet */
};

/* Sockets of one device number. They stay when the device goes, because a client that cannot connect after it
 * opened a node is ended by the preload; it learns from the answers that the device is gone. */
struct asv_umock_address {
    struct asv_bus_source listener;
    struct asv_umock *umock;
    struct asv_bus_attachment *attachment;
};

struct asv_umock_conn;
struct asv_umock_listener; /* who hears uevents */

struct asv_umock {
    struct asv_bus *bus;
    char dir[ASV_UMOCK_DIR_BYTES];
    struct asv_umock_address addresses[ASV_UMOCK_ADDRESSES];
    unsigned last_address;
    int dead_master, dead_slave; /* what the nodes of unplugged devices lead to */
    struct asv_umock_conn *conns;
    struct asv_umock_listener *listeners;
    uint64_t sequence;
    uint64_t memory_max, memory_used; /* usbfs_memory_mb; 0: no limit */
};

extern const struct asv_bus_backend_ops asv_umock_ops;

/* Makes the tree in dir, which exists and is empty, and becomes the bus's backend. */
ASV_MUST_CHECK enum asv_status asv_umock_open(struct asv_umock *umock, struct asv_bus *bus, const char *dir,
                                              struct asv_err *err);

/* Ends all connections and removes the tree; the bus is closed already. */
void asv_umock_close(struct asv_umock *umock);

/* umock_tree.c: sysfs and /dev */
ASV_MUST_CHECK enum asv_status asv_umock_tree_open(struct asv_umock *umock);
void asv_umock_tree_close(struct asv_umock *umock);
ASV_MUST_CHECK enum asv_status asv_umock_hub(void *self, struct asv_bus_hub *hub, bool plugged);
ASV_MUST_CHECK enum asv_status asv_umock_node_add(struct asv_umock *umock, const struct asv_bus_port *port,
                                                  struct asv_umock_node *node);
void asv_umock_node_remove(struct asv_umock *umock, struct asv_umock_node *node);
void asv_umock_node_hang_up(struct asv_umock_node *node);

/* POLLOUT on the node or not, by whether anything can be reaped. */
void asv_umock_node_poll(struct asv_umock_node *node);

/* umock_uevent.c: action is "add" or "remove". Keeps the order for each listener and never blocks. */
void asv_umock_uevent(struct asv_umock *umock, const char *action, const char *sysfs, unsigned address);
void asv_umock_uevents_close(struct asv_umock *umock);

/* umock_conn.c: one open device node of a client. */
void asv_umock_accept(struct asv_bus_source *source, uint32_t events);
void asv_umock_conns_close(struct asv_umock *umock);

#endif
