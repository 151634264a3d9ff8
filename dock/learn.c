/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/learn.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>

#include "dock/dock.h"
#include "dock/usb.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define SETTLE_MS 300 /* until what is in already has been reported */

struct learner {
    struct asv_loop *loop;
    struct asv_pool *pool;
    struct asv_usb *usb;
    struct asv_timer begin;
    FILE *out;
    bool asking;
    unsigned wanted, known;
    char ports[ASV_DOCK_MAX_SLOTS][ASV_USB_PORT_BYTES];
};

static void prompt(const struct learner *learner)
{
    fprintf(learner->out, "put a camera into slot %u\n", learner->known + 1);
    fflush(learner->out);
}

static void begin_fire(struct asv_timer *timer)
{
    struct learner *learner = (void *)((char *)timer - offsetof(struct learner, begin));
    learner->asking = true;
    prompt(learner);
}

static void attached(void *ctx, struct asv_usb_camera *camera)
{
    struct learner *learner = ctx;
    const char *port = asv_usb_port(camera);
    if (!learner->asking)
        return;
    for (unsigned i = 0; i < learner->known; i++)
        if (strcmp(learner->ports[i], port) == 0) {
            fprintf(learner->out, "port %s is slot %u already; ", port, i + 1);
            prompt(learner);
            return;
        }
    snprintf(learner->ports[learner->known++], ASV_USB_PORT_BYTES, "%s", port);
    fprintf(learner->out, "slot %u is port %s\n", learner->known, port);
    if (learner->known == learner->wanted)
        asv_loop_stop(learner->loop);
    else
        prompt(learner);
}

static void nothing(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx;
    (void)camera;
}

static void received(void *ctx, struct asv_usb_camera *camera, struct asv_usb_frame *frame)
{
    (void)ctx;
    (void)camera;
    asv_usb_release(frame);
}

static void failed(void *ctx, struct asv_usb_camera *camera, const struct asv_err *why)
{
    (void)ctx;
    (void)camera;
    (void)why;
}

static void ignored(void *ctx, const char *port)
{
    (void)ctx;
    (void)port;
}

static void caught(void *ctx, int number)
{
    struct learner *learner = ctx;
    (void)number;
    asv_loop_stop(learner->loop);
}

/* The directory of the file to be written: opened before anybody goes from slot to slot for nothing. */
static enum asv_status open_dir_of(const char *path, int *dir, struct asv_err *err)
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy)
        return asv_fail(err, ASV_E_USAGE, "the path for the slots is too long");
    memcpy(copy, path, strlen(path) + 1);
    return asv_io_open_dir(AT_FDCWD, dirname(copy), false, dir, err);
}

static enum asv_status write_slots(const struct learner *learner, int dir, const char *path,
                                   struct asv_err *err)
{
    const char *slash = strrchr(path, '/');
    char text[ASV_DOCK_MAX_SLOTS * (ASV_USB_PORT_BYTES + 16) + 64];
    size_t at = (size_t)snprintf(text, sizeof text, "# written by asservat-dockd --learn\n");
    for (unsigned i = 0; i < learner->known; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "slot.%u = %s\n", i + 1, learner->ports[i]);
    return asv_io_replace_file(dir, slash ? slash + 1 : path, text, at, 0644, err);
}

static enum asv_status listen_to_bus(struct learner *learner, struct asv_err *err)
{
    const struct asv_usb_config config = {
        .vendor = ASV_USB_VENDOR,
        .product = ASV_USB_PRODUCT,
        .frame_bytes = ASV_WIRE_MAX_FRAME_BYTES,
        .budget_bytes = ASV_WIRE_IN_TRANSFER_BYTES,
        .loop = learner->loop,
        .pool = learner->pool,
        .ops = {learner, attached, nothing, received, nothing, failed, nothing, nothing, ignored},
    };
    enum asv_status status = asv_pool_start(1, 1, &learner->pool, err);
    if (!status)
        status = asv_usb_start(&config, &learner->usb, err);
    if (status)
        return status;
    learner->begin.fire = begin_fire;
    asv_timer_start(learner->loop, &learner->begin, SETTLE_MS);
    status = asv_loop_run(learner->loop, err);
    asv_timer_stop(learner->loop, &learner->begin);
    return status;
}

enum asv_status asv_dock_learn(unsigned slots, const char *path, FILE *out, struct asv_err *err)
{
    struct learner learner = {.out = out, .wanted = slots};
    asv_auto_fd int dir = -1;
    if (slots == 0 || slots > ASV_DOCK_MAX_SLOTS)
        return asv_failf(err, ASV_E_USAGE, "a dock has 1 to %d slots", ASV_DOCK_MAX_SLOTS);
    enum asv_status status = open_dir_of(path, &dir, err);
    if (!status)
        status = asv_loop_open(&learner.loop, err);
    if (!status)
        status = asv_loop_signals(learner.loop, caught, &learner, err);
    if (!status)
        status = listen_to_bus(&learner, err);
    asv_usb_stop(learner.usb);
    asv_pool_stop(learner.pool);
    asv_loop_close(learner.loop);
    if (status)
        return status;
    if (learner.known == 0)
        return asv_fail(err, ASV_E_USAGE, "no camera was put in: nothing was learned");
    status = write_slots(&learner, dir, path, err);
    if (!status)
        fprintf(out, "%u of %u slots are in %s\n", learner.known, slots, path);
    return status;
}
