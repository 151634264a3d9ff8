/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/umock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A client that never reads its uevents loses them after so many, as with the kernel's socket buffer. */
#define QUEUE_MAX 1024

/* The preload binds one datagram socket per udev monitor to DIR/eventN. A receiver's queue may hold as few as
 * ten datagrams (net.unix.max_dgram_qlen), so each monitor has its own queue here too. */
struct asv_umock_listener {
    struct asv_umock_listener *next;
    struct asv_bus_source source;
    struct asv_umock *umock;
    char path[108];
    struct asv_bus_frames queue;
};

/* libudev's netlink header (systemd, src/libsystemd/sd-device/device-monitor.c). */
struct monitor_header {
    char prefix[8];
    uint32_t magic;
    uint32_t header_size;
    uint32_t properties_off;
    uint32_t properties_len;
    uint32_t filter_subsystem_hash;
    uint32_t filter_devtype_hash;
    uint32_t filter_tag_bloom_hi;
    uint32_t filter_tag_bloom_lo;
};

/* MurmurHash2 with seed 0, which libudev's socket filter compares. */
static uint32_t murmur2(const char *text)
{
    const uint32_t m = 0x5bd1e995;
    uint32_t len = (uint32_t)strlen(text);
    const uint8_t *p = (const uint8_t *)text;
    uint32_t h = len;
    for (; len >= 4; len -= 4, p += 4) {
        uint32_t k;
        memcpy(&k, p, 4);
        k *= m;
        k ^= k >> 24;
        k *= m;
        h = (h * m) ^ k;
    }
    if (len > 2) {
        h ^= (uint32_t)p[2] << 16;
    }
    if (len > 1) {
        h ^= (uint32_t)p[1] << 8;
    }
    if (len > 0) {
        h ^= p[0];
        h *= m;
    }
    h ^= h >> 13;
    h *= m;
    return h ^ (h >> 15);
}

static void drop_listener(struct asv_umock *umock, struct asv_umock_listener *listener)
{
    for (struct asv_umock_listener **at = &umock->listeners; *at != NULL; at = &(*at)->next) {
        if (*at == listener) {
            *at = listener->next;
            break;
        }
    }
    asv_bus_loop_remove(umock->bus->loop, &listener->source);
    asv_bus_frames_clear(&listener->queue);
    free(listener);
}

/* Sends what the monitor takes; false when it is gone. */
static bool flush(struct asv_umock_listener *listener)
{
    while (listener->queue.first != NULL) {
        struct asv_bus_frame *event = listener->queue.first;
        if (send(listener->source.fd, event->data, event->len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                return false;
            }
            asv_bus_loop_change(listener->umock->bus->loop, &listener->source, EPOLLOUT);
            return true;
        }
        free(asv_bus_frames_take(&listener->queue));
    }
    asv_bus_loop_change(listener->umock->bus->loop, &listener->source, 0);
    return true;
}

static void listener_ready(struct asv_bus_source *source, uint32_t events)
{
    struct asv_umock_listener *listener =
        (struct asv_umock_listener *)(void *)((char *)source - offsetof(struct asv_umock_listener, source));
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 || !flush(listener)) {
        drop_listener(listener->umock, listener);
    }
}

static struct asv_umock_listener *add_listener(struct asv_umock *umock, const char *path)
{
    struct asv_umock_listener *listener = calloc(1, sizeof *listener);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (listener == NULL) {
        return NULL;
    }
    (void)snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
    (void)snprintf(listener->path, sizeof listener->path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&sa, sizeof sa) < 0 ||
        asv_bus_loop_add(umock->bus->loop, &listener->source, fd, 0, listener_ready) != ASV_OK) {
        (void)unlink(path); /* left over by a client that was killed */
        if (fd >= 0) {
            close(fd);
        }
        free(listener);
        return NULL;
    }
    listener->umock = umock;
    listener->next = umock->listeners;
    umock->listeners = listener;
    return listener;
}

/* Queues the event for the monitor at path, connecting to it first if it is new. */
static void tell(struct asv_umock *umock, const char *path, const void *data, size_t len)
{
    struct asv_umock_listener *listener = umock->listeners;
    while (listener != NULL && strcmp(listener->path, path) != 0) {
        listener = listener->next;
    }
    for (unsigned tries = 0; tries < 2; tries++) {
        if (listener == NULL && (listener = add_listener(umock, path)) == NULL) {
            return;
        }
        struct asv_bus_frame *event = listener->queue.count < QUEUE_MAX ? asv_bus_frame_new(len) : NULL;
        if (event != NULL) {
            memcpy(event->data, data, len);
            event->len = len;
            asv_bus_frames_put(&listener->queue, event);
        }
        if (flush(listener)) {
            return;
        }
        /* Another monitor may have the path by now: connect anew. */
        drop_listener(umock, listener);
        listener = NULL;
    }
}

void asv_umock_uevent(struct asv_umock *umock, const char *action, const char *sysfs, unsigned address)
{
    char properties[768];
    int n =
        snprintf(properties, sizeof properties,
                 "ACTION=%s%cDEVPATH=%s%cSUBSYSTEM=usb%cSEQNUM=%llu%cDEVTYPE=usb_device%c"
                 "DEVNAME=/dev/bus/usb/001/%03u%cBUSNUM=001%cDEVNUM=%03u%cMAJOR=189%cMINOR=%u%cDRIVER=usb",
                 action, 0, sysfs + strlen("/sys"), 0, 0, (unsigned long long)++umock->sequence, 0, 0,
                 address, 0, 0, address, 0, 0, address - 1, 0);
    size_t len = (size_t)n + 1;
    struct monitor_header header = {.prefix = "libudev",
                                    .magic = htonl(0xfeedcafe),
                                    .header_size = sizeof header,
                                    .properties_off = sizeof header,
                                    .properties_len = (uint32_t)len,
                                    .filter_subsystem_hash = htonl(murmur2("usb")),
                                    .filter_devtype_hash = htonl(murmur2("usb_device"))};
    uint8_t message[sizeof header + sizeof properties];
    memcpy(message, &header, sizeof header);
    memcpy(message + sizeof header, properties, len);
    char pattern[ASV_UMOCK_DIR_BYTES + 16];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/event[0-9]*", umock->dir);
    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0) {
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        tell(umock, found.gl_pathv[i], message, sizeof header + len);
    }
    globfree(&found);
}

void asv_umock_uevents_close(struct asv_umock *umock)
{
    while (umock->listeners != NULL) {
        (void)unlink(umock->listeners->path);
        drop_listener(umock, umock->listeners);
    }
}
