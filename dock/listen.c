/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/listen.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

static enum asv_status remove_stale(const struct sockaddr_un *address, struct asv_err *err)
{
    asv_auto_fd int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return asv_io_fail(err, errno, address->sun_path);
    int failed = connect(probe, (const struct sockaddr *)address, sizeof *address);
    int e = errno;
    if (!failed || e == EAGAIN)
        return asv_failf(err, ASV_E_EXISTS, "%s: somebody listens there already", address->sun_path);
    if (e == ECONNREFUSED && unlink(address->sun_path) && errno != ENOENT)
        return asv_io_fail(err, errno, address->sun_path);
    return ASV_OK;
}

enum asv_status asv_listen_at(const char *path, int backlog, int *fd, struct asv_err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return asv_failf(err, ASV_E_USAGE, "%s: too long for a socket's path", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    enum asv_status status = remove_stale(&address, err);
    if (status)
        return status;
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0)
        return asv_io_fail(err, errno, path);
    if (bind(made, (const struct sockaddr *)&address, sizeof address)) {
        status = asv_io_fail(err, errno, path);
        close(made);
        return status;
    }
    if (chmod(path, 0660) || listen(made, backlog)) {
        status = asv_io_fail(err, errno, path);
        (void)unlink(path);
        close(made);
        return status;
    }
    *fd = made;
    return ASV_OK;
}
