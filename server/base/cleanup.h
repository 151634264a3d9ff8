/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Cleanup attributes: `asv_auto_fd int fd = -1;` is closed when it leaves its scope, unless it was stolen.
 */
#ifndef ASV_SERVER_BASE_CLEANUP_H
#define ASV_SERVER_BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ASV_CLEANUP(function) __attribute__((cleanup(function)))

static inline void asv_cleanup_fd(const int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
}

/* For a pointer of any type to memory from malloc. */
static inline void asv_cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void asv_cleanup_file(FILE **file)
{
    if (*file != NULL) {
        (void)fclose(*file);
    }
}

#define asv_auto_fd   ASV_CLEANUP(asv_cleanup_fd)
#define asv_auto_free ASV_CLEANUP(asv_cleanup_free)
#define asv_auto_file ASV_CLEANUP(asv_cleanup_file)

/* Takes the value out of its variable, so that the cleanup finds nothing: `return asv_steal_fd(&fd);` */
static inline int asv_steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

static inline void *asv_steal_pointer_(void *pointer)
{
    void **slot = pointer;
    void *stolen = *slot;
    *slot = NULL;
    return stolen;
}

#define asv_steal(pointer) ((__typeof__(*(pointer)))asv_steal_pointer_(pointer))

#endif
