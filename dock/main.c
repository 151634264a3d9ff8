/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-dockd: start, the cameras' way to their slots, and stop. */
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dock/docking.h"
#include "dock/outbox.h"
#include "dock/recovery.h"
#include "dock/services_live.h"
#include "dock/settings.h"
#include "dock/status.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/keyfile.h"
#include "server/base/notify.h"
#include "server/base/sandbox.h"
#include "server/base/world_os.h"

#define PARK_MS       4500 /* of the 5 s in which a stop is answered */
#define PARK_CHECK_MS 20
#define SANDBOX_PATHS 24

static const char usage[] = "usage: asservat-dockd [--config FILE]   the dock: runs until SIGTERM\n"
                            "       asservat-dockd --version\n";

struct daemon;

/* A slot's camera, when there is one. */
struct place {
    struct daemon *daemon;
    struct asv_usb_camera *camera;
};

struct daemon {
    struct asv_dock_conf conf;
    struct asv_dock dock;
    const struct asv_world *world;
    struct asv_slot slots[ASV_DOCK_MAX_SLOTS];
    struct place places[ASV_DOCK_MAX_SLOTS];
    struct asv_dock_keys *keys; /* a locked page of its own */
    _Atomic uint64_t quarantine_coming;
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    struct asv_services_live *services;
    struct asv_usb *usb;
    struct asv_status_server *status;
    struct asv_watch pool_watch;
    struct asv_timer watchdog, park;
    uint64_t park_until_ms;
    bool parked; /* false at the end: something did not end in time */
};

#define OWNER(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* ---- cameras and slots ---- */

static void link_open(void *link, bool reset)
{
    asv_usb_open(((struct place *)link)->camera, reset);
}

static void link_close(void *link)
{
    asv_usb_close(((struct place *)link)->camera);
}

static enum asv_status link_send(void *link, const void *frame, size_t len, struct asv_err *err)
{
    return asv_usb_send(((struct place *)link)->camera, frame, len, err);
}

static void link_want(void *link, unsigned frames)
{
    asv_usb_want(((struct place *)link)->camera, frames);
}

static unsigned link_share(void *link)
{
    return asv_usb_share(((struct place *)link)->daemon->usb);
}

static const struct asv_link_ops usb_link = {
    .open = link_open,
    .close = link_close,
    .send = link_send,
    .want = link_want,
    .share = link_share,
    .release = asv_usb_release,
};

/* The slot of a camera that has one, from its user pointer. */
static struct asv_slot *slot_of(struct asv_usb_camera *camera)
{
    struct place *place = asv_usb_user(camera);
    return place == NULL ? NULL : &place->daemon->slots[place - place->daemon->places];
}

static void usb_attached(void *ctx, struct asv_usb_camera *camera)
{
    struct daemon *daemon = ctx;
    for (unsigned i = 0; i < daemon->dock.slot_count; i++) {
        if (strcmp(daemon->slots[i].port, asv_usb_port(camera)) == 0) {
            daemon->places[i] = (struct place){daemon, camera};
            asv_usb_set_user(camera, &daemon->places[i]);
            asv_slot_attached(&daemon->slots[i], &usb_link, &daemon->places[i]);
            return;
        }
    }
    asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "camera-at-unknown-port",
                  asv_log_text("port", asv_usb_port(camera)),
                  asv_log_text("detail", "no slot has this port; add it to the configuration"));
}

static void usb_opened(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx;
    asv_slot_opened(slot_of(camera));
}

static void usb_received(void *ctx, struct asv_usb_camera *camera, struct asv_usb_frame *frame)
{
    (void)ctx;
    asv_slot_received(slot_of(camera), frame);
}

static void usb_sent(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx; /* slots never have more to send than fits */
    (void)camera;
}

static void usb_failed(void *ctx, struct asv_usb_camera *camera, const struct asv_err *why)
{
    (void)ctx;
    asv_slot_failed(slot_of(camera), why);
}

static void usb_closed(void *ctx, struct asv_usb_camera *camera)
{
    (void)ctx;
    asv_slot_closed(slot_of(camera));
}

static void usb_detached(void *ctx, struct asv_usb_camera *camera)
{
    struct asv_slot *slot = slot_of(camera);
    (void)ctx;
    if (slot != NULL) {
        asv_slot_detached(slot);
    }
}

static void usb_ignored(void *ctx, const char *port)
{
    const struct daemon *daemon = ctx;
    asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "too-many-cameras", asv_log_text("port", port));
}

/* ---- start ---- */

static enum asv_status load_keys(struct daemon *daemon, int dir, struct asv_err *err)
{
    struct asv_keyfile file;
    struct asv_keys keys;
    long page = sysconf(_SC_PAGESIZE);
    void *memory = mmap(NULL, (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the dock's keys");
    }
    daemon->keys = memory;
    if (mlock(memory, (size_t)page) != 0) {
        asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "memory-not-locked",
                      asv_log_text("detail", "raise LimitMEMLOCK"));
    }
    enum asv_status status =
        asv_keyfile_load(dir, "dock.key", ASV_ROLE_DOCK, (struct asv_bytes){0}, &file, &keys, err);
    if (status == ASV_OK) {
        memcpy(daemon->keys->sign, keys.sign_sk, sizeof daemon->keys->sign);
        memcpy(daemon->keys->kx, keys.kx_sk, sizeof daemon->keys->kx);
        daemon->dock.site.keys = daemon->keys;
        if (memcmp(file.signing_pk, daemon->dock.site.dock.leaf.signing_pk, sizeof file.signing_pk) != 0 ||
            memcmp(file.kx_pk, daemon->dock.site.dock.leaf.kx_pk, sizeof file.kx_pk) != 0) {
            status = asv_fail(err, ASV_E_MISMATCH, "dock.key is not the key of the certificate in chain");
        }
    }
    asv_wipe(&keys, sizeof keys);
    return status;
}

/* Who this dock is: root.cert, chain and dock.key belong together, or it does not start. */
static enum asv_status load_identity(struct daemon *daemon, struct asv_err *err)
{
    struct asv_site *site = &daemon->dock.site;
    uint8_t data[ASV_CERT_MAX_BYTES];
    struct asv_cert root;
    asv_auto_fd int dir = -1;
    size_t len = 0;
    int64_t now = 0;

    enum asv_status status = asv_io_open_dir(AT_FDCWD, daemon->conf.identity, false, &dir, err);
    if (status == ASV_OK) {
        status = asv_io_read_file(dir, "root.cert", data, sizeof data, &len, err);
    }
    if (status == ASV_OK) {
        status = asv_cert_decode(&root, data, len, err);
    }
    if (status == ASV_OK) {
        memcpy(site->root_pk, root.signing_pk, sizeof site->root_pk);
        asv_key_digest(site->agency, site->root_pk);
        status = asv_io_read_file(dir, "chain", daemon->chain, sizeof daemon->chain, &len, err);
    }
    if (status == ASV_OK) {
        site->chain = (struct asv_bytes){daemon->chain, len};
        status = asv_chain_decode(&site->dock, daemon->chain, len, err);
    }
    if (status == ASV_OK) {
        status = asv_world_wall_ms(daemon->world, &now);
    }
    if (status == ASV_OK) {
        asv_cert_digest(site->dock_cert, &site->dock.leaf);
        status = asv_chain_verify(&site->dock, site->root_pk, ASV_ROLE_DOCK, now, NULL, err);
    }
    return status == ASV_OK ? load_keys(daemon, dir, err) : status;
}

static enum asv_status open_vault(struct daemon *daemon, struct asv_err *err)
{
    const struct asv_dock_conf *conf = &daemon->conf;
    const struct asv_vault_config config = {
        .roots = {conf->vault, conf->vault_mirror},
        .root_count = conf->vault_mirror[0] != '\0' ? 2 : 1,
        .allow_cached_readback = conf->readback != 0,
        .exclusive = true,
    };
    return asv_vault_open(&config, &daemon->dock.site.vault, err);
}

static enum asv_status open_services(struct daemon *daemon, struct asv_err *err)
{
    const struct asv_services_live_config config = {
        .keeper_socket = daemon->conf.keeper_socket,
        .conninfo = daemon->conf.database,
        .world = daemon->world,
        .log = &daemon->dock.log,
    };
    enum asv_status status = asv_services_live_open(&config, &daemon->services, err);
    if (status == ASV_OK) {
        daemon->dock.services = asv_services_live_table(daemon->services);
    }
    return status;
}

/* ASV_SANDBOX_PATHS: what the simulated bus consists of, for tests and the demo. */
static size_t add_test_paths(struct asv_sandbox_path *paths, size_t count, char *text)
{
    char *rest = NULL;
    for (char *path = strtok_r(text, ":", &rest); path != NULL && count < SANDBOX_PATHS;
         path = strtok_r(NULL, ":", &rest)) {
        paths[count++] = (struct asv_sandbox_path){path, true};
    }
    return count;
}

static enum asv_status enter_sandbox(struct daemon *daemon, struct asv_err *err)
{
    static const char *const readable[] = {"/sys", "/run/udev", "/proc", "/etc", "/usr", "/lib", "/lib64"};
    char status_dir[ASV_SETTINGS_PATH];
    const char *test_paths = getenv("ASV_SANDBOX_PATHS");
    asv_auto_free char *test_copy = strdup(test_paths == NULL ? "" : test_paths);
    struct asv_sandbox_path paths[SANDBOX_PATHS];
    size_t count = 0;
    bool landlocked = false;

    if (test_copy == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "sandbox: no memory");
    }
    memcpy(status_dir, daemon->conf.status_socket, sizeof status_dir);
    paths[count++] = (struct asv_sandbox_path){daemon->conf.vault, true};
    if (daemon->conf.vault_mirror[0] != '\0') {
        paths[count++] = (struct asv_sandbox_path){daemon->conf.vault_mirror, true};
    }
    paths[count++] = (struct asv_sandbox_path){dirname(status_dir), true};
    if (test_paths == NULL) { /* the simulated bus has its own device nodes */
        paths[count++] = (struct asv_sandbox_path){"/dev/bus/usb", true};
    }
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
        paths[count++] = (struct asv_sandbox_path){readable[i], false};
    }
    count = add_test_paths(paths, count, test_copy);
    const struct asv_sandbox sandbox = {paths, count,
                                        ASV_SANDBOX_UNIX | ASV_SANDBOX_INET | ASV_SANDBOX_NETLINK};
    enum asv_status status = asv_sandbox_enter(&sandbox, &landlocked, err);
    if (status == ASV_OK && !landlocked) {
        asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "paths-not-restricted",
                      asv_log_text("detail", "this kernel has no Landlock ABI 2"));
    }
    return status;
}

static void pool_ready(struct asv_watch *watch, uint32_t events)
{
    struct daemon *daemon = OWNER(watch, struct daemon, pool_watch);
    (void)events;
    asv_pool_reap(daemon->dock.pool);
}

static enum asv_status start_dock(struct daemon *daemon, struct asv_err *err)
{
    struct asv_dock *dock = &daemon->dock;
    enum asv_status status = asv_pool_start((unsigned)daemon->conf.threads, ASV_LANES, &dock->pool, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_dock_shape_pool(dock->pool, (unsigned)daemon->conf.threads);
    daemon->pool_watch = (struct asv_watch){asv_pool_fd(dock->pool), pool_ready};
    status = asv_loop_watch(dock->loop, &daemon->pool_watch, EPOLLIN, err);
    if (status != ASV_OK) {
        return status;
    }
    dock->slots = daemon->slots;
    dock->slot_count = daemon->conf.slot_count;
    asv_dock_init(dock);
    for (unsigned i = 0; i < dock->slot_count; i++) {
        asv_slot_init(&daemon->slots[i], dock, i, daemon->conf.slots[i].number, daemon->conf.slots[i].port);
    }
    status = asv_outbox_new(dock, &dock->outbox);
    return status == ASV_OK ? asv_recovery_start(dock) : status;
}

static enum asv_status start_usb(struct daemon *daemon, struct asv_err *err)
{
    const struct asv_usb_config config = {
        .vendor = ASV_USB_VENDOR,
        .product = ASV_USB_PRODUCT,
        .frame_bytes = ASV_WIRE_MAX_FRAME_BYTES,
        .budget_bytes = daemon->conf.usb_bytes,
        .send_timeout_ms = (unsigned)daemon->dock.settings.reply_ms,
        .loop = daemon->dock.loop,
        .pool = daemon->dock.pool,
        .lane = ASV_LANE_USB,
        .ops = {daemon, usb_attached, usb_opened, usb_received, usb_sent, usb_failed, usb_closed,
                usb_detached, usb_ignored},
    };
    return asv_usb_start(&config, &daemon->usb, err);
}

/* ---- while it runs ---- */

static void feed_watchdog(struct asv_timer *timer)
{
    struct daemon *daemon = OWNER(timer, struct daemon, watchdog);
    asv_notify_alive();
    asv_timer_start(daemon->dock.loop, timer, asv_notify_watchdog_ms());
}

static void check_parked(struct asv_timer *timer)
{
    struct daemon *daemon = OWNER(timer, struct daemon, park);
    bool idle = asv_dock_is_idle(&daemon->dock);
    daemon->parked = asv_usb_shut(daemon->usb) && idle;
    if (daemon->parked || asv_loop_now_ms() >= daemon->park_until_ms) {
        asv_loop_stop(daemon->dock.loop);
        return;
    }
    asv_timer_start(daemon->dock.loop, timer, PARK_CHECK_MS);
}

static void caught(void *ctx, int number)
{
    struct daemon *daemon = ctx;
    if (number == SIGHUP || daemon->dock.stopping) {
        return;
    }
    asv_log_event(&daemon->dock.log, ASV_LOG_NOTICE, "stopping", asv_log_i64("signal", number));
    asv_notify_stopping();
    daemon->park_until_ms = asv_loop_now_ms() + PARK_MS;
    asv_dock_stop(&daemon->dock);
    asv_timer_start(daemon->dock.loop, &daemon->park, 0);
}

static enum asv_status start(struct daemon *daemon, const char *conf_path, struct asv_err *err)
{
    struct asv_dock *dock = &daemon->dock;
    enum asv_status status = asv_dock_conf_read(&daemon->conf, conf_path, err);
    if (status == ASV_OK) {
        status = asv_log_level_parse(&dock->log.level, daemon->conf.log_level);
        if (status != ASV_OK) {
            return asv_failf(err, status, "%s: log.level: give error, warning, notice, info or debug",
                             conf_path);
        }
        status = asv_calendar_set_zone(daemon->conf.zone, err);
    }
    if (status == ASV_OK && asv_crypto_init() != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "the cryptographic library does not start");
    }
    if (status == ASV_OK) {
        dock->site.world = daemon->world;
        dock->site.quarantine_coming = &daemon->quarantine_coming;
        asv_dock_conf_apply(&daemon->conf, dock);
        status = load_identity(daemon, err);
    }
    if (status == ASV_OK) {
        status = open_vault(daemon, err);
    }
    if (status == ASV_OK) {
        status = asv_loop_open(&dock->loop, err);
    }
    if (status == ASV_OK) {
        status = asv_loop_signals(dock->loop, caught, daemon, err);
    }
    if (status == ASV_OK) {
        status = open_services(daemon, err);
    }
    if (status == ASV_OK) {
        status = asv_status_open(dock, daemon->conf.status_socket, &daemon->status, err);
    }
    if (status == ASV_OK) {
        status = enter_sandbox(daemon, err);
    }
    if (status == ASV_OK) {
        status = start_dock(daemon, err);
    }
    return status == ASV_OK ? start_usb(daemon, err) : status;
}

static enum asv_status run(struct daemon *daemon, struct asv_err *err)
{
    char text[64];
    daemon->watchdog.fire = feed_watchdog;
    daemon->park.fire = check_parked;
    if (asv_notify_watchdog_ms() != 0) {
        asv_timer_start(daemon->dock.loop, &daemon->watchdog, 0);
    }
    snprintf(text, sizeof text, "%u slots", daemon->dock.slot_count);
    asv_notify_ready(text);
    asv_log_event(&daemon->dock.log, ASV_LOG_NOTICE, "started", asv_log_text("version", ASV_VERSION),
                  asv_log_u64("slots", daemon->dock.slot_count),
                  asv_log_u64("usb-bytes", asv_usb_budget(daemon->usb)));
    return asv_loop_run(daemon->dock.loop, err);
}

/* What did not end in time (a database that does not answer) is left as a crash would leave it, which the
 * next start can deal with: staging is compared again, and a commit is taken up again. */
static void stop(struct daemon *daemon)
{
    asv_status_close(daemon->status);
    if (daemon->dock.pool != NULL && daemon->dock.stopping && !daemon->parked) {
        asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "stopped-unfinished",
                      asv_log_u64("jobs", asv_pool_pending(daemon->dock.pool)));
        _exit(EXIT_SUCCESS);
    }
    if (daemon->usb != NULL) {
        asv_usb_stop(daemon->usb);
    }
    asv_pool_stop(daemon->dock.pool);
    if (daemon->dock.slots != NULL) {
        asv_dock_clear(&daemon->dock);
    }
    asv_services_live_close(daemon->services);
    asv_vault_close(daemon->dock.site.vault);
    if (daemon->dock.loop != NULL) {
        asv_loop_close(daemon->dock.loop);
    }
    if (daemon->keys != NULL) {
        asv_wipe(daemon->keys, sizeof *daemon->keys);
    }
}

int main(int argc, char **argv)
{
    static struct daemon daemon; /* large, and the only one */
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"version", no_argument, NULL, 'v'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *conf_path = "/etc/asservat/dock.conf";
    struct asv_err err = {0};
    int option = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            conf_path = optarg;
            break;
        case 'v':
            puts("asservat-dockd " ASV_VERSION);
            return 0;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (optind != argc) {
        fputs(usage, stderr);
        return 2;
    }
    (void)umask(0077);
    daemon.world = asv_world_os();
    daemon.dock.log = asv_log_stderr(daemon.world);
    enum asv_status status = start(&daemon, conf_path, &err);
    if (status == ASV_OK) {
        status = run(&daemon, &err);
    }
    if (status != ASV_OK) {
        asv_log_event(&daemon.dock.log, ASV_LOG_ERROR, "not-running", asv_log_status("status", status),
                      asv_log_text("detail", err.text));
    }
    stop(&daemon);
    return status == ASV_OK ? 0 : status == ASV_E_USAGE ? 2 : 1;
}
