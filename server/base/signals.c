/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/base/io.h"

static enum asv_status open_for(bool reload, int *fd, struct asv_err *err)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (reload) {
        (void)sigaddset(&set, SIGHUP);
    }
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return asv_io_fail(err, errno, "signals");
    }
    *fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd >= 0 ? ASV_OK : asv_io_fail(err, errno, "signals");
}

enum asv_status asv_signals_open(int *fd, struct asv_err *err)
{
    return open_for(false, fd, err);
}

enum asv_status asv_signals_open_reload(int *fd, struct asv_err *err)
{
    return open_for(true, fd, err);
}

int asv_signals_next(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}
