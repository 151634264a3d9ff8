/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define BACKLOG 64

/* "HOST:PORT" or "[HOST]:PORT", cut in two. */
static bool split(const char *text, char host[ASV_HTTP_ADDRESS_BYTES], char port[8])
{
    const char *colon = strrchr(text, ':');
    size_t len = colon != NULL ? (size_t)(colon - text) : 0;
    bool bracket = len > 2 && text[0] == '[' && text[len - 1] == ']';
    if (len == 0 || strlen(colon + 1) == 0 || strlen(colon + 1) >= 6 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) || len >= ASV_HTTP_ADDRESS_BYTES ||
        (!bracket && memchr(text, ':', len) != NULL)) {
        return false;
    }
    snprintf(host, ASV_HTTP_ADDRESS_BYTES, "%.*s", (int)(bracket ? len - 2 : len), text + (bracket ? 1 : 0));
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

/* *fd is the caller's, also after a failure. */
static enum asv_status bind_to(const struct addrinfo *found, const char *address, int *fd,
                               struct asv_err *err)
{
    const int on = 1;
    *fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0 || setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return asv_io_fail(err, errno, address);
    }
    if (bind(*fd, found->ai_addr, found->ai_addrlen) == 0 && listen(*fd, BACKLOG) == 0) {
        return ASV_OK;
    }
    return errno == EADDRINUSE ? asv_failf(err, ASV_E_BUSY, "%s: another program listens there", address)
                               : asv_io_fail(err, errno, address);
}

enum asv_status asv_http_listen(const char *address, int *fd, struct asv_err *err)
{
    char host[ASV_HTTP_ADDRESS_BYTES];
    char port[8];
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (!split(address, host, port) || getaddrinfo(host, port, &hints, &found) != 0) {
        return asv_failf(err, ASV_E_USAGE, "\"%.80s\" is no address to listen at; give one as 127.0.0.1:8470",
                         address);
    }
    enum asv_status status = bind_to(found, address, fd, err);
    freeaddrinfo(found);
    return status;
}

void asv_http_address_of(int fd, char out[ASV_HTTP_ADDRESS_BYTES])
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    char host[48] = "?";
    char port[8] = "?";
    if (getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
        (void)getnameinfo((const struct sockaddr *)&address, len, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    }
    snprintf(out, ASV_HTTP_ADDRESS_BYTES, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}
