/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The simulated bus: hubs, their ports, the cameras and who is plugged in where.
 */
#ifndef ASV_BUS_BUS_H
#define ASV_BUS_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bus/attachment.h"
#include "tests/bus/device.h"
#include "tests/bus/loop.h"

#define ASV_BUS_PATH_BYTES  24
#define ASV_BUS_NAME_BYTES  32
#define ASV_BUS_HUBS_MAX    8
#define ASV_BUS_PORTS_MAX   96
#define ASV_BUS_CAMERAS_MAX 96

struct asv_bus;

/* Port paths are written as the kernel does: BUS-PORT.PORT...; hub "1-3" has the ports "1-3.1" and so on. */
struct asv_bus_hub {
    char path[ASV_BUS_PATH_BYTES];
    unsigned ports;
    struct asv_bus_hub *parent; /* NULL: behind the root hub */
    struct asv_bus_cap cap;
    bool plugged;
    unsigned address; /* the device number, if the backend gives it one */
};

enum asv_bus_camera_state {
    ASV_BUS_CAMERA_OFF,
    ASV_BUS_CAMERA_BOOTING,
    ASV_BUS_CAMERA_ON,
    ASV_BUS_CAMERA_STOPPING, /* its thread has not ended yet */
};

struct asv_bus_camera {
    char name[ASV_BUS_NAME_BYTES]; /* empty: this place is free */
    struct asv_bus_device device;
    struct asv_bus *bus;
    struct asv_bus_port *port; /* where it belongs, plugged in or not; may be NULL */
    enum asv_bus_camera_state state;
    struct asv_bus_worker *worker;
    struct asv_bus_source source; /* the worker's eventfd */
    bool removed;                 /* to be destroyed as soon as it is off */
};

struct asv_bus_port {
    char path[ASV_BUS_PATH_BYTES];
    struct asv_bus *bus;
    struct asv_bus_hub *hub;
    struct asv_bus_camera *camera;         /* NULL: empty */
    struct asv_bus_attachment *attachment; /* visible on the bus */
    bool wanted;                           /* to be plugged in as soon as its camera can boot */
    bool resume;                           /* was plugged in when its hub went away */
    bool pull, pull_cut;                   /* a fault pulls it after the current event */
    struct asv_err err;                    /* why the last boot failed */
    struct asv_bus_cap cap;
    struct asv_bus_faults faults;
    struct asv_bus_counters counters;
};

/* How the bus shows itself to a host. */
struct asv_bus_backend_ops {
    /* hub appears or goes; the ports behind it are all empty then. May be NULL. */
    enum asv_status (*hub)(void *self, struct asv_bus_hub *hub, bool plugged);
    enum asv_status (*attach)(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment);
    /* Called before the transfers are ended, so that the host cannot find the device any more. */
    void (*detach)(void *self, struct asv_bus_port *port, struct asv_bus_attachment *attachment);
    /* Called after. May be NULL. */
    void (*detached)(void *self, struct asv_bus_attachment *attachment);
};

struct asv_bus {
    struct asv_bus_loop *loop;
    struct asv_bus_clock clock;
    enum asv_bus_speed speed;
    const struct asv_bus_backend_ops *backend_ops;
    void *backend;
    struct asv_bus_cap cap;
    struct asv_bus_source timer;
    uint64_t timer_at;
    struct asv_bus_source changes; /* an eventfd: pulls to carry out, waiters to look at */
    bool awaited;                  /* somebody waits for a counter */
    void (*changed)(void *ctx);    /* something that a waiter may wait for; may be NULL */
    void *changed_ctx;
    struct asv_bus_hub hubs[ASV_BUS_HUBS_MAX];
    unsigned hub_count;
    struct asv_bus_port ports[ASV_BUS_PORTS_MAX];
    unsigned port_count;
    struct asv_bus_camera cameras[ASV_BUS_CAMERAS_MAX];
};

/* Borrows loop; backend is set by the caller before anything is plugged in. */
ASV_MUST_CHECK enum asv_status asv_bus_open(struct asv_bus *bus, struct asv_bus_loop *loop,
                                            bool manual_clock);

/* Unplugs everything, waits for every device and frees all. */
void asv_bus_close(struct asv_bus *bus);

/* Adds a hub with its ports; "1-3.10" turns port 10 of hub 1-3 into a hub. */
ASV_MUST_CHECK enum asv_status asv_bus_add_hub(struct asv_bus *bus, const char *path, unsigned ports,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_bus_add_camera(struct asv_bus *bus, const char *name, const char *kind,
                                                  const char *port, const char *args, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_bus_remove_camera(struct asv_bus *bus, const char *name,
                                                     struct asv_err *err);

struct asv_bus_port *asv_bus_find_port(struct asv_bus *bus, const char *path);
struct asv_bus_hub *asv_bus_find_hub(struct asv_bus *bus, const char *path);
struct asv_bus_camera *asv_bus_find_camera(struct asv_bus *bus, const char *name);

/* How a device leaves: quietly, as after the controller noticed (-ESHUTDOWN), or in a transaction (-EPROTO).
 */
#define ASV_BUS_GONE_STATUS  (-108)
#define ASV_BUS_ERROR_STATUS (-71)

/* Each does nothing when it is so already. A device that is plugged in becomes visible when it has booted. */
ASV_MUST_CHECK enum asv_status asv_bus_plug(struct asv_bus *bus, struct asv_bus_port *port,
                                            struct asv_err *err);
void asv_bus_unplug(struct asv_bus *bus, struct asv_bus_port *port, int status, bool cut);
ASV_MUST_CHECK enum asv_status asv_bus_move(struct asv_bus *bus, struct asv_bus_camera *camera,
                                            struct asv_bus_port *port, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_bus_plug_hub(struct asv_bus *bus, struct asv_bus_hub *hub,
                                                struct asv_err *err);
void asv_bus_unplug_hub(struct asv_bus *bus, struct asv_bus_hub *hub);

/* Whether plugging in has come to an end: visible, failed, or not wanted. */
bool asv_bus_port_settled(const struct asv_bus_port *port);

/* Moves a manual clock on. */
void asv_bus_tick(struct asv_bus *bus, uint64_t ns);

/* Lets everything that may move do so: after a cap or a fault changed. */
void asv_bus_pump_all(struct asv_bus *bus);

#endif
