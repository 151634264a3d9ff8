/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

#include "server/base/io.h"

enum asv_status asv_signals_open(int *fd, struct asv_err *err)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
        return asv_io_fail(err, errno, "signals");
    }
    *fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *fd >= 0 ? ASV_OK : asv_io_fail(err, errno, "signals");
}
