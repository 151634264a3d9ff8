/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-dockd: start, run, stop. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dock/control.h"
#include "dock/docking.h"
#include "dock/identity.h"
#include "dock/learn.h"
#include "dock/outbox.h"
#include "dock/ports.h"
#include "dock/recovery.h"
#include "dock/revocations.h"
#include "dock/services_live.h"
#include "dock/settings.h"
#include "dock/space.h"
#include "dock/status.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/notify.h"
#include "server/base/sandbox.h"
#include "server/base/world_os.h"

#define PARK_MS       4500 /* of the 5 s in which a stop is answered */
#define PARK_CHECK_MS 20
#define NOTIFY_MS     2000 /* between two status lines for systemd */
#define SANDBOX_PATHS 24
#define FILES         4096 /* descriptors */

static const char usage[] =
    "usage: asservat-dockd [--config FILE]                                the dock: runs until SIGTERM\n"
    "       asservat-dockd --learn [--slots N] [--out FILE] [--config FILE]   which port is which slot\n"
    "       asservat-dockd --version\n";

struct options {
    const char *conf, *out;
    unsigned slots;
    bool learn;
};

struct daemon {
    struct asv_dock_conf conf;
    const char *conf_path;
    struct asv_dock dock;
    struct asv_slot slots[ASV_DOCK_MAX_SLOTS];
    _Atomic uint64_t quarantine_coming;
    struct asv_identity *identity;
    struct asv_services_live *services;
    struct asv_ports *ports;
    struct asv_status_server *status;
    struct asv_control *control;
    struct asv_revocations_watch *revocations;
    struct asv_space_watch *space;
    struct asv_watch pool_watch;
    struct asv_timer watchdog, notify, park;
    uint64_t park_until_ms;
    bool parked; /* false at the end: something did not end in time */
};

#define OWNER(pointer, member) ((struct daemon *)(void *)((char *)(pointer)-offsetof(struct daemon, member)))

/* ---- start ---- */

static enum asv_status open_vault(struct daemon *daemon, struct asv_err *err)
{
    const struct asv_dock_conf *conf = &daemon->conf;
    const struct asv_vault_config config = {
        .roots = {conf->vault, conf->vault_mirror},
        .root_count = conf->vault_mirror[0] ? 2 : 1,
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
        .world = daemon->dock.site.world,
        .log = &daemon->dock.log,
    };
    enum asv_status status = asv_services_live_open(&config, &daemon->services, err);
    if (!status)
        daemon->dock.services = asv_services_live_table(daemon->services);
    return status;
}

/* Of each socket by itself: who may see the status may give no orders for that. */
static enum asv_status let_group(const char *socket, const char *name, const char *key, struct asv_err *err)
{
    if (!name[0])
        return ASV_OK;
    const struct group *group = getgrnam(name);
    if (!group)
        return asv_failf(err, ASV_E_USAGE, "%s: there is no group \"%s\"", key, name);
    return chown(socket, (uid_t)-1, group->gr_gid) ? asv_io_fail(err, errno, socket) : ASV_OK;
}

static enum asv_status open_sockets(struct daemon *daemon, struct asv_err *err)
{
    const struct asv_dock_conf *conf = &daemon->conf;
    enum asv_status status = asv_status_open(&daemon->dock, conf->status_socket, &daemon->status, err);
    if (!status)
        status = let_group(conf->status_socket, conf->status_group, "status.group", err);
    if (!status)
        status = asv_control_open(&daemon->dock, conf->control_socket, &daemon->control, err);
    if (!status)
        status = let_group(conf->control_socket, conf->control_group, "control.group", err);
    return status;
}

/* ASV_SANDBOX_PATHS: what the simulated bus consists of, for tests and the demo. */
static size_t add_test_paths(struct asv_sandbox_path *paths, size_t count, char *text)
{
    char *rest = NULL;
    for (char *path = strtok_r(text, ":", &rest); path && count < SANDBOX_PATHS;
         path = strtok_r(NULL, ":", &rest))
        paths[count++] = (struct asv_sandbox_path){path, true};
    return count;
}

static enum asv_status enter_sandbox(struct daemon *daemon, struct asv_err *err)
{
    static const char *const readable[] = {"/sys", "/run/udev", "/proc", "/etc", "/usr", "/lib", "/lib64"};
    const struct asv_dock_conf *conf = &daemon->conf;
    char status_dir[ASV_SETTINGS_PATH], control_dir[ASV_SETTINGS_PATH], revocations_dir[ASV_SETTINGS_PATH];
    const char *test_paths = getenv("ASV_SANDBOX_PATHS");
    asv_auto_free char *test_copy = strdup(test_paths ? test_paths : "");
    struct asv_sandbox_path paths[SANDBOX_PATHS];
    size_t count = 0;
    bool landlocked = false;
    if (!test_copy)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the sandbox");
    memcpy(status_dir, conf->status_socket, sizeof status_dir);
    memcpy(control_dir, conf->control_socket, sizeof control_dir);
    memcpy(revocations_dir, conf->revocations, sizeof revocations_dir);
    paths[count++] = (struct asv_sandbox_path){conf->vault, true};
    if (conf->vault_mirror[0])
        paths[count++] = (struct asv_sandbox_path){conf->vault_mirror, true};
    paths[count++] = (struct asv_sandbox_path){dirname(status_dir), true}; /* to take the sockets away */
    paths[count++] = (struct asv_sandbox_path){dirname(control_dir), true};
    if (!test_paths) /* the simulated bus has device nodes of its own */
        paths[count++] = (struct asv_sandbox_path){"/dev/bus/usb", true};
    /* A new list is another file under the same name. */
    paths[count++] = (struct asv_sandbox_path){dirname(revocations_dir), false};
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
        paths[count++] = (struct asv_sandbox_path){readable[i], false};
    count = add_test_paths(paths, count, test_copy);
    const struct asv_sandbox sandbox = {paths, count,
                                        ASV_SANDBOX_UNIX | ASV_SANDBOX_INET | ASV_SANDBOX_NETLINK};
    enum asv_status status = asv_sandbox_enter(&sandbox, &landlocked, err);
    if (!status && !landlocked)
        asv_log_event(&daemon->dock.log, ASV_LOG_WARNING, "paths-not-restricted",
                      asv_log_text("detail", "this kernel has no Landlock ABI 2"));
    return status;
}

static void pool_ready(struct asv_watch *watch, uint32_t events)
{
    (void)events;
    asv_pool_reap(OWNER(watch, pool_watch)->dock.pool);
}

/* Recordings go on into custody on one disk; people must know that there is one copy only. */
static void report_vault(struct asv_dock *dock)
{
    const char *away = asv_vault_away(dock->site.vault);
    char detail[512];
    if (!away)
        return;
    snprintf(
        detail, sizeof detail,
        "%.300s is not there: is its disk mounted? What comes now has one copy; mount it, start the dock "
        "daemon again, and run asservat vault scrub",
        away);
    asv_log_event(&dock->log, ASV_LOG_ERROR, "vault-away", asv_log_text("detail", detail));
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_STORAGE, .dock_cert = dock->site.dock_cert, .slot = -1, .detail = detail};
    asv_outbox_alarm(dock->outbox, &alarm);
}

static enum asv_status start_dock(struct daemon *daemon, struct asv_err *err)
{
    struct asv_dock *dock = &daemon->dock;
    unsigned threads = (unsigned)daemon->conf.threads;
    enum asv_status status = asv_pool_start(threads, ASV_LANES, &dock->pool, err);
    if (status)
        return status;
    asv_dock_shape_pool(dock->pool, threads);
    daemon->pool_watch = (struct asv_watch){asv_pool_fd(dock->pool), pool_ready};
    status = asv_loop_watch(dock->loop, &daemon->pool_watch, EPOLLIN, err);
    if (status)
        return status;
    asv_dock_init(dock);
    status = asv_outbox_new(dock, &dock->outbox);
    if (!status)
        report_vault(dock);
    asv_dock_watch(dock);
    if (!status)
        status = asv_recovery_start(dock);
    if (!status)
        status = asv_revocations_watch(dock, &daemon->revocations);
    if (!status)
        status = asv_space_watch(dock, &daemon->space);
    if (status)
        return asv_fail(err, status, "no memory to start with");
    return asv_ports_start(dock, daemon->conf.usb_bytes, &daemon->ports, err);
}

static void make_slots(struct daemon *daemon)
{
    struct asv_dock *dock = &daemon->dock;
    dock->slots = daemon->slots;
    dock->slot_count = daemon->conf.slot_count;
    for (unsigned i = 0; i < dock->slot_count; i++)
        asv_slot_init(&daemon->slots[i], dock, i, daemon->conf.slots[i].number, daemon->conf.slots[i].port);
}

static enum asv_status read_conf(struct daemon *daemon, const char *path, struct asv_err *err)
{
    struct asv_dock_conf *conf = &daemon->conf;
    enum asv_status status = asv_dock_conf_read(conf, path, err);
    if (!status && asv_log_level_parse(&daemon->dock.log.level, conf->log_level))
        status =
            asv_failf(err, ASV_E_USAGE, "%s: log.level: give error, warning, notice, info or debug", path);
    if (!status)
        status = asv_calendar_set_zone(ASV_CALENDAR_ZONE, err);
    return status;
}

/* ---- while it runs ---- */

static void feed_watchdog(struct asv_timer *timer)
{
    asv_notify_alive();
    asv_timer_start(OWNER(timer, watchdog)->dock.loop, timer, asv_notify_watchdog_ms());
}

static void notify_fire(struct asv_timer *timer)
{
    struct daemon *daemon = OWNER(timer, notify);
    const struct asv_dock *dock = &daemon->dock;
    unsigned with = 0, ready = 0;
    char text[160];
    for (unsigned i = 0; i < dock->slot_count; i++) {
        with += dock->slots[i].state != ASV_SLOT_EMPTY;
        ready += dock->slots[i].state == ASV_SLOT_READY;
    }
    snprintf(text, sizeof text, "%u cameras, %u ready; %llu recordings stored%s%s", with, ready,
             (unsigned long long)dock->stored, dock->db.up ? "" : "; the database is away",
             dock->keeper.up ? "" : "; the keeper is away");
    asv_notify_status(text);
    if (!dock->stopping)
        asv_timer_start(dock->loop, timer, NOTIFY_MS);
}

static void check_parked(struct asv_timer *timer)
{
    struct daemon *daemon = OWNER(timer, park);
    bool idle = asv_dock_is_idle(&daemon->dock);
    daemon->parked = asv_ports_shut(daemon->ports) && idle;
    if (daemon->parked || asv_loop_now_ms() >= daemon->park_until_ms)
        asv_loop_stop(daemon->dock.loop);
    else
        asv_timer_start(daemon->dock.loop, timer, PARK_CHECK_MS);
}

static void reload(struct daemon *daemon)
{
    struct asv_err err = {0};
    if (asv_dock_revoke_file(&daemon->dock, daemon->conf.revocations, &err))
        asv_log_failure(&daemon->dock.log, ASV_LOG_ERROR, "revocations-refused", &err);
}

static void caught(void *ctx, int number)
{
    struct daemon *daemon = ctx;
    if (daemon->dock.stopping)
        return;
    if (number == SIGHUP) {
        reload(daemon);
        return;
    }
    asv_log_event(&daemon->dock.log, ASV_LOG_NOTICE, "stopping", asv_log_i64("signal", number));
    asv_notify_stopping();
    daemon->park_until_ms = asv_loop_now_ms() + PARK_MS;
    asv_dock_stop(&daemon->dock);
    asv_timer_start(daemon->dock.loop, &daemon->park, 0);
}

static enum asv_status start(struct daemon *daemon, struct asv_err *err)
{
    struct asv_dock *dock = &daemon->dock;
    if (daemon->conf.slot_count == 0)
        return asv_failf(err, ASV_E_USAGE, "%s: give a line slot.N = PORT for each slot, or run --learn",
                         daemon->conf_path);
    dock->site.quarantine_coming = &daemon->quarantine_coming;
    asv_dock_conf_apply(&daemon->conf, dock);
    enum asv_status status =
        asv_identity_load(daemon->conf.identity, &dock->site, &dock->log, &daemon->identity, err);
    if (!status)
        status = asv_dock_revoke_file(dock, daemon->conf.revocations, err);
    if (!status)
        status = open_vault(daemon, err);
    if (!status)
        status = asv_loop_open(&dock->loop, err);
    if (!status)
        status = asv_loop_signals(dock->loop, caught, daemon, err);
    if (!status)
        status = open_services(daemon, err);
    if (!status) {
        make_slots(daemon);
        status = open_sockets(daemon, err);
    }
    if (!status)
        status = enter_sandbox(daemon, err);
    return status ? status : start_dock(daemon, err);
}

static enum asv_status run(struct daemon *daemon, struct asv_err *err)
{
    struct asv_dock *dock = &daemon->dock;
    daemon->watchdog.fire = feed_watchdog;
    daemon->notify.fire = notify_fire;
    daemon->park.fire = check_parked;
    if (asv_notify_watchdog_ms() != 0)
        asv_timer_start(dock->loop, &daemon->watchdog, 0);
    asv_timer_start(dock->loop, &daemon->notify, NOTIFY_MS);
    asv_notify_ready("waiting for cameras");
    asv_log_event(&dock->log, ASV_LOG_NOTICE, "started", asv_log_text("version", ASV_VERSION),
                  asv_log_u64("slots", dock->slot_count), asv_log_u64("threads", daemon->conf.threads),
                  asv_log_u64("usb_bytes", asv_ports_budget(daemon->ports)),
                  asv_log_text("dock", dock->site.dock.leaf.name));
    return asv_loop_run(dock->loop, err);
}

/* What did not end in time (a database that does not answer) is left as a crash would leave it, which the
 * next start can deal with: staging is compared again, and a commit is taken up again. */
static void stop(struct daemon *daemon)
{
    struct asv_dock *dock = &daemon->dock;
    asv_status_close(daemon->status);
    asv_control_close(daemon->control);
    if (dock->pool && dock->stopping && !daemon->parked) {
        asv_log_event(&dock->log, ASV_LOG_WARNING, "stopped-unfinished",
                      asv_log_u64("jobs", asv_pool_pending(dock->pool)));
        _exit(EXIT_SUCCESS);
    }
    if (dock->stopping)
        asv_log_event(&dock->log, ASV_LOG_NOTICE, "stopped", asv_log_u64("stored", dock->stored));
    dock->stopping = true; /* also when it never ran: nothing new is begun by what ends here */
    asv_ports_stop(daemon->ports);
    asv_pool_stop(dock->pool);
    asv_revocations_unwatch(daemon->revocations);
    asv_space_unwatch(daemon->space);
    asv_dock_clear(dock);
    asv_services_live_close(daemon->services);
    asv_vault_close(dock->site.vault);
    asv_loop_close(dock->loop);
    asv_identity_free(daemon->identity);
}

static enum asv_status learn(const struct daemon *daemon, const struct options *options, struct asv_err *err)
{
    unsigned slots = options->slots ? options->slots : ASV_DOCK_MAX_SLOTS;
    return asv_dock_learn(slots, options->out ? options->out : daemon->conf.slots_file, stdout, err);
}

static bool parse(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"learn", no_argument, NULL, 'l'},
                                          {"slots", required_argument, NULL, 'n'},
                                          {"out", required_argument, NULL, 'o'},
                                          {"version", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    *out = (struct options){.conf = "/etc/asservat/dock.conf"};
    int option;
    char *end = NULL;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'c':
            out->conf = optarg;
            break;
        case 'l':
            out->learn = true;
            break;
        case 'n':
            out->slots = (unsigned)strtoul(optarg, &end, 10);
            if (*end || out->slots == 0)
                return false;
            break;
        case 'o':
            out->out = optarg;
            break;
        case 'v':
            puts("asservat-dockd " ASV_VERSION);
            exit(EXIT_SUCCESS);
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        default:
            return false;
        }
    }
    return optind == argc;
}

/* Twenty slots with five recordings each, on two disks, need more descriptors than the usual 1,024. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FILES) {
        limit.rlim_cur = limit.rlim_max < FILES ? limit.rlim_max : FILES;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* with fewer, some recordings wait */
    }
}

int main(int argc, char **argv)
{
    static struct daemon daemon; /* large, and the only one */
    struct options options;
    struct asv_err err = {0};
    if (!parse(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    if (!options.learn) { /* what that writes, the daemon's user reads */
        (void)umask(ASV_VAULT_UMASK);
    }
    raise_file_limit();
    daemon.conf_path = options.conf;
    daemon.dock.site.world = asv_world_os();
    daemon.dock.log = asv_log_stderr(daemon.dock.site.world);
    enum asv_status status = asv_crypto_init();
    if (!status)
        status = read_conf(&daemon, options.conf, &err);
    if (!status && options.learn)
        status = learn(&daemon, &options, &err);
    else if (!status)
        status = start(&daemon, &err);
    if (!status && !options.learn)
        status = run(&daemon, &err);
    if (status)
        asv_log_event(&daemon.dock.log, ASV_LOG_ERROR, "not-running", asv_log_status("status", status),
                      asv_log_text("detail", err.text));
    if (!options.learn)
        stop(&daemon);
    return !status ? EXIT_SUCCESS : status == ASV_E_USAGE ? 2 : EXIT_FAILURE;
}
