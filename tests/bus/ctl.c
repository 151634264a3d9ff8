/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/ctl.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int asv_bus_ctl_open(const char *path)
{
    struct stat st;
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof sa.sun_path || stat(path, &st) < 0) {
        return -1;
    }
    if (S_ISCHR(st.st_mode)) {
        return open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    (void)snprintf(sa.sun_path, sizeof sa.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&sa, sizeof sa) < 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n <= 0) {
            return false;
        }
        data += n;
        len -= (size_t)n;
    }
    return true;
}

/* Copies one line to standard output and says whether it began with "ok"; -1 at the end of the stream. */
static int copy_line(int fd)
{
    char begin[2] = {0};
    size_t at = 0;
    for (;;) {
        char c;
        if (read(fd, &c, 1) != 1) {
            return -1;
        }
        if (at < sizeof begin) {
            begin[at] = c;
        }
        at++;
        (void)putchar(c);
        if (c == '\n') {
            return begin[0] == 'o' && begin[1] == 'k';
        }
    }
}

int asv_bus_ctl(int argc, char **argv)
{
    const char *path = getenv("ASV_BUS_CONTROL");
    int result = 0;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        path = argv[2];
        first = 3;
    }
    int fd = path != NULL ? asv_bus_ctl_open(path) : -1;
    if (fd < 0) {
        (void)fprintf(stderr, "asservat-bus ctl: no bus at %s\n",
                      path != NULL ? path : "(no ASV_BUS_CONTROL)");
        return 2;
    }
    for (int i = first; i < argc && result != 2; i++) {
        char line[1024];
        int n = snprintf(line, sizeof line, "%s\n", argv[i]);
        if ((size_t)n >= sizeof line || !write_all(fd, line, (size_t)n)) {
            result = 2;
            break;
        }
        int ok = copy_line(fd);
        result = ok < 0 ? 2 : ok == 0 ? 1 : result;
    }
    close(fd);
    return result;
}
