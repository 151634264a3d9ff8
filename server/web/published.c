/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The published ledger (docs/LEDGER.md 5): files as `asservat ledger publish` has written them, each as it
 * is. */
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/base/cleanup.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/tile.h"
#include "server/web/call.h"

#define HEAD_CACHE "public, max-age=10" /* a new one comes each minute */
#define TILE_CACHE "public, max-age=31536000, immutable"

/* below the directory, through no link, and only a file. */
static int open_below(const char *dir, const char *path)
{
    const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    asv_auto_fd int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return at >= 0 ? (int)syscall(SYS_openat2, at, path, &how, sizeof how) : -1;
}

static void give(struct asv_web *web, const char *path, const char *type, const char *cache,
                 struct asv_http_answer *out)
{
    struct stat st;
    asv_auto_fd int fd = web->settings->ledger[0] != '\0' ? open_below(web->settings->ledger, path) : -1;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        out->problem = &asv_http_not_found;
        return;
    }
    /* A file is never changed, but another one put in its place. */
    snprintf(out->etag, sizeof out->etag, "\"%jx-%jx-%lx-%jx\"", (uintmax_t)st.st_ino,
             (uintmax_t)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec, (uintmax_t)st.st_size);
    out->code = 200;
    out->type = type;
    out->cache = cache;
    out->file = true;
    out->len = (size_t)st.st_size;
    out->fd = asv_steal_fd(&fd);
}

/* The pattern has let through steps of a path and nothing else: what is behind the first slash is one in the
 * directory. */
void asv_web_checkpoint(struct asv_web_call *call)
{
    give(call->web, call->request->path + 1, "text/plain; charset=utf-8", HEAD_CACHE, call->out);
}

/* How many entries the head has that is published in a directory; 0: nobody can say. Whose it is, and whether
 * it was signed, whoever reads it looks at. */
static uint64_t published_size(struct asv_web *web, const char *place, size_t len)
{
    char path[PATH_MAX];
    uint8_t text[ASV_CHECKPOINT_MAX_BYTES + 1];
    struct asv_checkpoint checkpoint;
    if (snprintf(path, sizeof path, "%.*scheckpoint", (int)len, place) >= (int)sizeof path) {
        return 0;
    }
    asv_auto_fd int fd = open_below(web->settings->ledger, path);
    ssize_t got = fd >= 0 ? read(fd, text, sizeof text) : -1;
    const uint8_t *end = got > 0 ? memmem(text, (size_t)got, "\n\n", 2) : NULL;
    return end != NULL && asv_checkpoint_parse(
                              &checkpoint, (struct asv_bytes){text, (size_t)(end - text) + 1}, NULL) == ASV_OK
               ? checkpoint.head.size
               : 0;
}

/* There is one path for each tile, and nothing else is one (LG-021). LG-108: what the head does not have yet,
 * or nobody put there for it, is no tile for ever. */
void asv_web_tile(struct asv_web_call *call)
{
    static const char below[] = "tile/";
    const struct asv_http_param *params = call->request->match.params;
    const struct asv_http_param *tile = params[1].text != NULL ? &params[1] : &params[0];
    const char *from = tile->text - strlen(below);
    struct asv_tile parsed;
    if (asv_tile_path_parse(&parsed, (struct asv_bytes){(const uint8_t *)from, strlen(from)}, NULL) !=
        ASV_OK) {
        call->out->problem = &asv_http_not_found;
        return;
    }
    const char *path = call->request->path + 1;
    bool stays = asv_tile_is_in(&parsed, published_size(call->web, path, (size_t)(from - path)));
    give(call->web, path, "application/octet-stream", stays ? TILE_CACHE : HEAD_CACHE, call->out);
}
