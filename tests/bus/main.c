/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-bus: hosts simulated cameras behind hub ports. README.md says how to use it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bus/control.h"
#include "tests/bus/ctl.h"
#include "tests/bus/redir.h"
#include "tests/bus/umock.h"

#define PRELOAD      "libumockdev-preload.so.0"
#define COMMANDS_MAX 256

struct options {
    char dir[ASV_UMOCK_DIR_BYTES];
    bool own_dir; /* made here, removed at the end */
    bool manual_clock;
    bool redir; /* the backend: usbredir instead of umockdev */
    enum asv_bus_speed speed;
    uint64_t usbfs_memory;
    const char *hubs[ASV_BUS_HUBS_MAX];
    unsigned hub_count;
    const char *commands[COMMANDS_MAX];
    unsigned command_count;
    char **client;
};

struct program {
    struct options options;
    struct asv_bus_loop loop;
    struct asv_bus bus;
    struct asv_umock umock;
    struct asv_redir redir;
    struct asv_bus_control control;
    struct asv_bus_source signals;
    pid_t client;
    int exit_status;
};

static const char usage_text[] =
    "usage: asservat-bus [options] [-- CLIENT ARGS...]\n"
    "       asservat-bus ctl [-s SOCKET] COMMAND...\n"
    "  --dir DIR            where the testbed lies (an empty directory; made if missing)\n"
    "  --backend umockdev|redir\n"
    "  --hub PATH=PORTS     hubs, parents first (1-1=10 1-2=10 1-3=10 1-3.10=10)\n"
    "  --speed full|high|super\n"
    "  --clock real|manual  manual: the bus's time moves with the command tick only\n"
    "  --usbfs-memory BYTES transfers beyond this in all fail with ENOMEM, as usbfs_memory_mb does\n"
    "  -c COMMAND           carried out before the client starts; may stand many times\n"
    "Without a client it runs until quit or SIGTERM.\n";

static bool parse_speed(const char *text, enum asv_bus_speed *out)
{
    static const char *const names[] = {
        [ASV_BUS_SPEED_FULL] = "full", [ASV_BUS_SPEED_HIGH] = "high", [ASV_BUS_SPEED_SUPER] = "super"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (enum asv_bus_speed)i;
            return true;
        }
    }
    return false;
}

static bool parse_option(struct options *o, int option)
{
    switch (option) {
    case 'd':
        (void)snprintf(o->dir, sizeof o->dir, "%s", optarg);
        return strlen(optarg) < sizeof o->dir;
    case 'h':
        if (o->hub_count == ASV_BUS_HUBS_MAX) {
            return false;
        }
        o->hubs[o->hub_count++] = optarg;
        return true;
    case 's':
        return parse_speed(optarg, &o->speed);
    case 'k':
        o->manual_clock = strcmp(optarg, "manual") == 0;
        return o->manual_clock || strcmp(optarg, "real") == 0;
    case 'b':
        o->redir = strcmp(optarg, "redir") == 0;
        return o->redir || strcmp(optarg, "umockdev") == 0;
    case 'm':
        return asv_bus_number(optarg, &o->usbfs_memory) == ASV_OK;
    case 'c':
        if (o->command_count == COMMANDS_MAX) {
            return false;
        }
        o->commands[o->command_count++] = optarg;
        return true;
    default:
        return false;
    }
}

static bool parse_options(struct options *o, int argc, char **argv)
{
    static const struct option longs[] = {{"dir", required_argument, NULL, 'd'},
                                          {"hub", required_argument, NULL, 'h'},
                                          {"speed", required_argument, NULL, 's'},
                                          {"clock", required_argument, NULL, 'k'},
                                          {"backend", required_argument, NULL, 'b'},
                                          {"usbfs-memory", required_argument, NULL, 'm'},
                                          {NULL, 0, NULL, 0}};
    static const char *const default_hubs[] = {"1-1=10", "1-2=10", "1-3=10", "1-3.10=10"};
    int option;
    o->speed = ASV_BUS_SPEED_HIGH;
    while ((option = getopt_long(argc, argv, "+c:", longs, NULL)) != -1) {
        if (!parse_option(o, option)) {
            return false;
        }
    }
    if (o->hub_count == 0) {
        memcpy(o->hubs, default_hubs, sizeof default_hubs);
        o->hub_count = sizeof default_hubs / sizeof default_hubs[0];
    }
    o->client = optind < argc ? argv + optind : NULL;
    return true;
}

static void signals_ready(struct asv_bus_source *source, uint32_t events)
{
    struct program *p = (struct program *)(void *)((char *)source - offsetof(struct program, signals));
    struct signalfd_siginfo info;
    (void)events;
    if (read(source->fd, &info, sizeof info) != (ssize_t)sizeof info) {
        return;
    }
    if (info.ssi_signo != SIGCHLD) {
        if (p->client > 0) {
            (void)kill(p->client, (int)info.ssi_signo); /* its end ends us */
        } else {
            asv_bus_loop_stop(&p->loop);
        }
        return;
    }
    int status;
    if (p->client > 0 && waitpid(p->client, &status, WNOHANG) == p->client) {
        p->client = 0;
        p->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        asv_bus_loop_stop(&p->loop);
    }
}

static bool watch_signals(struct program *p)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) {
        return false;
    }
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd >= 0 && asv_bus_loop_add(&p->loop, &p->signals, fd, EPOLLIN, signals_ready) == ASV_OK;
}

static bool start_client(struct program *p)
{
    p->client = fork();
    if (p->client != 0) {
        return p->client > 0;
    }
    const char *preload = p->options.redir ? NULL : PRELOAD;
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (setenv("ASV_BUS_DIR", p->options.dir, 1) == 0 && setenv("ASV_BUS_CONTROL", p->control.path, 1) == 0 &&
        (preload == NULL ||
         (setenv("UMOCKDEV_DIR", p->options.dir, 1) == 0 && setenv("LD_PRELOAD", preload, 1) == 0))) {
        (void)execvp(p->options.client[0], p->options.client);
    }
    (void)fprintf(stderr, "asservat-bus: %s: %s\n", p->options.client[0], strerror(errno));
    _exit(127);
}

static bool make_dir(struct options *o)
{
    if (o->dir[0] == '\0') {
        /* In memory if possible: every plug makes and removes a dozen files. */
        const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
        (void)snprintf(o->dir, sizeof o->dir, "%s/asservat-bus.XXXXXX", top);
        o->own_dir = mkdtemp(o->dir) != NULL;
        return o->own_dir;
    }
    o->own_dir = mkdir(o->dir, 0755) == 0;
    return o->own_dir || errno == EEXIST;
}

static bool add_hubs(struct program *p, struct asv_err *err)
{
    for (unsigned i = 0; i < p->options.hub_count; i++) {
        char path[ASV_BUS_PATH_BYTES];
        const char *equals = strchr(p->options.hubs[i], '=');
        uint64_t ports;
        if (equals == NULL || (size_t)(equals - p->options.hubs[i]) >= sizeof path ||
            asv_bus_number(equals + 1, &ports) != ASV_OK || ports > 15) {
            (void)!asv_fail(err, ASV_E_USAGE, "a hub is PATH=PORTS");
            return false;
        }
        (void)snprintf(path, sizeof path, "%.*s", (int)(equals - p->options.hubs[i]), p->options.hubs[i]);
        if (asv_bus_add_hub(&p->bus, path, (unsigned)ports, err) != ASV_OK) {
            return false;
        }
    }
    return true;
}

static bool run_commands(struct program *p, struct asv_err *err)
{
    for (unsigned i = 0; i < p->options.command_count; i++) {
        char reply[ASV_ERR_TEXT_BYTES];
        if (asv_bus_control_run(&p->control, p->options.commands[i], reply, sizeof reply) != ASV_OK) {
            (void)fprintf(stderr, "asservat-bus: %s\n", p->options.commands[i]);
            (void)!asv_fail(err, ASV_E_USAGE, reply);
            return false;
        }
    }
    return true;
}

/* Everything from the hubs on; what was opened is closed by the caller. */
static bool serve(struct program *p, struct asv_err *err)
{
    if (!add_hubs(p, err) || (p->options.redir && asv_redir_listen(&p->redir, err) != ASV_OK) ||
        !run_commands(p, err)) {
        return false;
    }
    if (p->options.client != NULL && !start_client(p)) {
        (void)!asv_fail(err, ASV_E_INTERNAL, "fork");
        return false;
    }
    if (p->options.client == NULL) {
        (void)printf("ready %s\n", p->options.dir);
        (void)fflush(stdout);
    }
    asv_bus_loop_run(&p->loop);
    return true;
}

static enum asv_status open_backend(struct program *p, struct asv_err *err)
{
    if (p->options.redir) {
        return asv_redir_open(&p->redir, &p->bus, p->options.dir, err);
    }
    enum asv_status status = asv_umock_open(&p->umock, &p->bus, p->options.dir, err);
    p->umock.memory_max = p->options.usbfs_memory;
    return status;
}

static bool run(struct program *p, struct asv_err *err)
{
    char path[ASV_UMOCK_DIR_BYTES + 16];
    bool ok = false;
    (void)snprintf(path, sizeof path, "%s/control", p->options.dir);
    if (open_backend(p, err) == ASV_OK) {
        if (asv_bus_control_open(&p->control, &p->bus, path, err) == ASV_OK) {
            ok = serve(p, err);
        }
        asv_bus_control_close(&p->control);
    }
    asv_bus_close(&p->bus);
    if (p->options.redir) {
        asv_redir_close(&p->redir);
    } else {
        asv_umock_close(&p->umock);
    }
    if (p->options.own_dir) {
        (void)rmdir(p->options.dir);
    }
    return ok;
}

int main(int argc, char **argv)
{
    static struct program program; /* large */
    struct program *p = &program;
    struct asv_err err = {0};
    if (argc > 1 && strcmp(argv[1], "ctl") == 0) {
        return asv_bus_ctl(argc - 1, argv + 1);
    }
    if (!parse_options(&p->options, argc, argv)) {
        (void)fputs(usage_text, stderr);
        return 2;
    }
    if (asv_bus_loop_open(&p->loop) != ASV_OK || !watch_signals(p) ||
        asv_bus_open(&p->bus, &p->loop, p->options.manual_clock) != ASV_OK || !make_dir(&p->options)) {
        (void)fprintf(stderr, "asservat-bus: cannot start: %s\n", strerror(errno));
        return 2;
    }
    p->bus.speed = p->options.speed;
    if (!run(p, &err)) {
        (void)fprintf(stderr, "asservat-bus: %s\n", err.text);
        p->exit_status = 2;
    }
    asv_bus_loop_remove(&p->loop, &p->signals);
    asv_bus_loop_close(&p->loop);
    return p->exit_status;
}
