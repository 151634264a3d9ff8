/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A directory of the key store as a table of calls, so that a test can fail or cut each of them. Names are
 * plain file names. Nothing that is written through it is secret: it is ciphertext, or what people stated,
 * or may be known to whoever has the machine.
 */
#ifndef ASV_KEEPER_DISK_H
#define ASV_KEEPER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

struct asv_disk {
    void *ctx;

    /* Finds the directory, whatever became of it since the last time; what was written and not synced is
     * given up. No other call before it. ASV_E_DENIED: not the keeper's alone. ASV_E_BUSY: another keeper has
     * it. Any other error: it is away. */
    enum asv_status (*attach)(void *ctx, struct asv_err *err);

    /* A whole file of at most max bytes; the caller frees *out. ASV_E_NOT_FOUND, ASV_E_LIMIT, ASV_E_IO. */
    enum asv_status (*read)(void *ctx, const char *name, size_t max, uint8_t **out, size_t *len,
                            struct asv_err *err);

    /* Up to len bytes of a file from here on: fewer at its end only. ASV_E_NOT_FOUND, ASV_E_IO. */
    enum asv_status (*read_at)(void *ctx, const char *name, uint64_t offset, void *out, size_t len,
                               size_t *got, struct asv_err *err);

    /* Makes or replaces a file. Nothing of it is on the medium before sync. */
    enum asv_status (*write)(void *ctx, const char *name, const void *data, size_t len, struct asv_err *err);

    /* Adds bytes at the end of a file that is there. Nothing of it is on the medium before sync. */
    enum asv_status (*extend)(void *ctx, const char *name, const void *data, size_t len, struct asv_err *err);

    /* Adds lines at the end of a file, which it makes if need be; behind a line that a crash cut off, on one
     * of their own. On the medium when it returns. */
    enum asv_status (*append)(void *ctx, const char *name, const void *lines, size_t len,
                              struct asv_err *err);

    enum asv_status (*rename)(void *ctx, const char *from, const char *to, struct asv_err *err);

    /* A name that is not there is fine. */
    enum asv_status (*remove)(void *ctx, const char *name, struct asv_err *err);

    /* All bytes written, and then all names written, renamed and removed so far are on the medium. */
    enum asv_status (*sync)(void *ctx, struct asv_err *err);

    /* Calls each for every file; a status other than ASV_OK from it ends the walk and is returned. */
    enum asv_status (*list)(void *ctx, enum asv_status (*each)(void *each_ctx, const char *name),
                            void *each_ctx, struct asv_err *err);
};

#define ASV_DISK_UNSYNCED 128 /* a camera's days: to wait for each file alone takes several times as long */

/* The files of a directory. */
struct asv_disk_files {
    const char *path;
    bool attached;
    int dir; /* when it is */
    unsigned unsynced_count;
    int unsynced[ASV_DISK_UNSYNCED]; /* written since the last sync */
};

/* Borrows files, of which path is set. */
struct asv_disk asv_disk_posix(struct asv_disk_files *files);

/* Makes the directory if need be, and finds it. */
ASV_MUST_CHECK enum asv_status asv_disk_posix_make(struct asv_disk_files *files, struct asv_err *err);

/* Closes it. */
void asv_disk_posix_end(struct asv_disk_files *files);

#endif
