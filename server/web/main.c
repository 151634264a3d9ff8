/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservatd: start, run, read certificate and key anew, stop. */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/notify.h"
#include "server/base/sandbox.h"
#include "server/base/signals.h"
#include "server/base/world_os.h"
#include "server/web/call.h"

#define SWEEP_MS    30000 /* how late an opening may end that nobody reads of any more */
#define SPARE_FILES 128   /* beside one for each connection: files that are sent, the database, the dock */

static const char usage[] =
    "usage: asservatd [--config FILE]   the web server: runs until SIGTERM; SIGHUP reads certificate and key "
    "anew\n"
    "       asservatd --routes          what it serves, one a line: method, path, name in the metrics, who\n"
    "                                may, and with which scopes a token\n"
    "       asservatd --version\n";

struct process {
    struct asv_web_settings settings;
    struct asv_log log;
    struct asv_web web;
    struct asv_http_listener *listener;
    int signals;
};

/* One descriptor for each connection, as far as the system lets us. */
static void raise_limit(const struct process *process)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)process->settings.connections * 2 + SPARE_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
        asv_log_event(&process->log, ASV_LOG_WARNING, "few-descriptors", asv_log_u64("wanted", wanted));
    }
}

/* The directory that a path lies in: what is there may be replaced, or come only later. */
static void parent_of(char out[512], const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    snprintf(out, 512, "%.*s", (int)len, slash == NULL ? "." : path);
}

/* from here on it reads what it serves, its certificate and key, and what libpq needs, and writes
 * nothing. */
static enum asv_status confine(const struct process *process, struct asv_err *err)
{
    const struct asv_web_settings *settings = &process->settings;
    const char *const files[] = {settings->ledger, settings->certificate, settings->key, settings->root};
    char parents[sizeof files / sizeof *files][512];
    struct asv_sandbox_path paths[5 + sizeof files / sizeof *files] = {
        {"/etc", false}, {"/usr", false}, {"/run/systemd/resolve", false}, {settings->vault, false}};
    struct asv_sandbox sandbox = {paths, 4, ASV_SANDBOX_UNIX | ASV_SANDBOX_INET};
    bool landlocked = false;
    if (settings->vault_mirror[0] != '\0') {
        paths[sandbox.path_count++] = (struct asv_sandbox_path){settings->vault_mirror, false};
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i][0] != '\0') {
            parent_of(parents[i], files[i]);
            paths[sandbox.path_count++] = (struct asv_sandbox_path){parents[i], false};
        }
    }
    enum asv_status status = asv_sandbox_enter(&sandbox, &landlocked, err);
    if (status == ASV_OK && !landlocked) {
        asv_log_event(&process->log, ASV_LOG_WARNING, "no-landlock",
                      asv_log_text("detail", "this kernel cannot restrict paths"));
    }
    return status;
}

static enum asv_status listen_for(struct process *process, struct asv_err *err)
{
    const struct asv_web_settings *settings = &process->settings;
    bool tls = settings->certificate[0] != '\0';
    const struct asv_http_config config = {.address = settings->listen,
                                           .certificate = tls ? settings->certificate : NULL,
                                           .key = tls ? settings->key : NULL,
                                           .world = process->web.world,
                                           .routes = asv_web_http_routes(&process->web),
                                           .ctx = &process->web,
                                           .threads = (unsigned)settings->threads,
                                           .connections = (unsigned)settings->connections,
                                           .connections_each = (unsigned)settings->connections_each,
                                           .header_ms = settings->header_ms,
                                           .idle_ms = settings->idle_ms,
                                           .request_ms = settings->request_ms};
    enum asv_status status = asv_http_open(&config, &process->listener, err);
    process->web.listener = process->listener;
    return status;
}

static enum asv_status start(struct process *process, struct asv_err *err)
{
    (void)umask(0077);
    enum asv_status status = asv_sandbox_forbid_dumps(err);
    raise_limit(process);
    if (status == ASV_OK) {
        status = asv_signals_open_reload(&process->signals, err);
    }
    if (status == ASV_OK) {
        status = listen_for(process, err);
    }
    if (status == ASV_OK) {
        status = asv_web_open(&process->web, err);
    }
    if (status == ASV_OK) {
        status = confine(process, err);
    }
    if (status == ASV_OK) {
        status = asv_web_start(&process->web, err);
    }
    return status == ASV_OK ? asv_http_start(process->listener, err) : status;
}

/* */
static void reload(struct process *process)
{
    struct asv_err err = {0};
    if (asv_http_reload(process->listener, &err) != ASV_OK) {
        asv_log_failure(&process->log, ASV_LOG_ERROR, "not-reloaded", &err);
        asv_notify_status("CERTIFICATE AND KEY WERE NOT RELOADED: look into the journal");
    } else {
        asv_log_event(&process->log, ASV_LOG_NOTICE, "reloaded",
                      asv_log_text("certificate", process->settings.certificate));
        asv_notify_status("serving");
    }
}

/* Whether it is to stop. */
static bool heed(struct process *process)
{
    bool end = false;
    for (int number; (number = asv_signals_next(process->signals)) != 0;) {
        if (number == SIGHUP) {
            reload(process);
        } else {
            end = true;
        }
    }
    return end;
}

static uint64_t step_ms(void)
{
    uint64_t watchdog_ms = asv_notify_watchdog_ms();
    return watchdog_ms != 0 && watchdog_ms < SWEEP_MS ? watchdog_ms : SWEEP_MS;
}

/* whoever is being answered gets his answer, within the deadline. */
static enum asv_status stop(struct process *process, struct asv_err *err)
{
    const uint64_t until_ms = asv_world_mono_ms(process->web.world) + process->settings.stop_ms;
    enum asv_status status = ASV_OK;
    bool readable = false;
    asv_notify_stopping();
    asv_http_stop(process->listener);
    for (uint64_t now_ms; status == ASV_OK && asv_http_left(process->listener) > 0 &&
                          (now_ms = asv_world_mono_ms(process->web.world)) < until_ms;) {
        status = asv_http_step(process->listener, until_ms - now_ms, -1, &readable, err);
        asv_notify_alive();
    }
    asv_log_event(&process->log, ASV_LOG_NOTICE, "stopped",
                  asv_log_u64("unanswered", asv_http_left(process->listener)));
    return status;
}

static enum asv_status run(struct process *process, struct asv_err *err)
{
    char address[ASV_HTTP_ADDRESS_BYTES];
    bool readable = false;
    bool end = false;
    enum asv_status status = start(process, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_http_address(process->listener, address);
    asv_log_event(&process->log, ASV_LOG_NOTICE, "started", asv_log_text("listen", address),
                  asv_log_text("tls", process->settings.certificate[0] != '\0' ? "yes" : "no"));
    asv_notify_ready("serving");
    while (status == ASV_OK && !end) {
        status = asv_http_step(process->listener, step_ms(), process->signals, &readable, err);
        end = readable && heed(process);
        asv_web_openings_sweep(&process->web.openings, process->web.world);
        asv_notify_alive();
    }
    return status == ASV_OK ? stop(process, err) : status;
}

/* Passwords, codes and tokens are read and written as JSON. */
static void wipe_and_free(void *data)
{
    asv_wipe(data, malloc_usable_size(data));
    free(data);
}

static int serve(const char *config)
{
    static struct process process; /* as long as threads may run */
    struct asv_err err = {0};
    process.signals = -1;
    process.web =
        (struct asv_web){.settings = &process.settings, .world = asv_world_os(), .log = &process.log};
    process.log = asv_log_stderr(process.web.world);
    json_set_alloc_funcs(malloc, wipe_and_free);
    enum asv_status status = asv_web_settings_read(&process.settings, config, &err);
    if (status == ASV_OK) {
        status = asv_calendar_set_zone(ASV_CALENDAR_ZONE, &err);
    }
    if (status == ASV_OK && asv_crypto_init() != ASV_OK) {
        status = asv_fail(&err, ASV_E_INTERNAL, "the cryptographic library does not start");
    }
    if (status == ASV_OK) {
        status = run(&process, &err);
    }
    asv_http_close(process.listener);
    asv_web_close(&process.web);
    asv_cleanup_fd(&process.signals);
    if (status != ASV_OK) {
        err.status = status;
        asv_log_failure(&process.log, ASV_LOG_ERROR, "failed", &err);
    }
    return status == ASV_OK ? 0 : status == ASV_E_USAGE ? 2 : 1;
}

static int show_routes(void)
{
    char line[ASV_WEB_ROUTE_LINE_BYTES];
    for (size_t i = 0; i < asv_web_route_count; i++) {
        asv_web_route_line(line, &asv_web_routes[i]);
        (void)puts(line);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"routes", no_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    const char *config = ASV_WEB_CONF;
    bool routes = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            config = optarg;
            break;
        case 'r':
            routes = true;
            break;
        case 'v':
            (void)puts("asservatd " ASV_VERSION);
            return 0;
        default:
            (void)fputs(usage, c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (optind != argc) {
        (void)fputs(usage, stderr);
        return 2;
    }
    return routes ? show_routes() : serve(config);
}
