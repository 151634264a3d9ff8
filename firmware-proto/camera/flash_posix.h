/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The flash on a file system, under one directory descriptor.
 */
#ifndef ASV_CAMERA_FLASH_POSIX_H
#define ASV_CAMERA_FLASH_POSIX_H

#include <stdatomic.h>
#include <stdbool.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/flash.h"

struct asv_flash_posix {
    struct asv_flash flash; /* what to hand on; valid while this is open and not moved */
    int dir_fd;
    atomic_bool cut; /* set, from any thread: the power is gone; everything fails from now on */
    bool discards;   /* the file system passes freed blocks on to the device (mount option "discard") */
};

enum asv_flash_lock {
    ASV_FLASH_READ,  /* no lock: someone else may be writing; whatever writes answers ASV_E_DENIED */
    ASV_FLASH_WRITE, /* the only writer, or ASV_E_BUSY */
};

/* ASV_E_NOT_FOUND when dir is no directory, ASV_E_DENIED when it is to be written to and cannot be. err says
 * what to do. */
ASV_MUST_CHECK enum asv_status asv_flash_posix_open(struct asv_flash_posix *out, const char *dir,
                                                    enum asv_flash_lock lock, struct asv_err *err);

/* Also gives back the lock. Fine to call twice. */
void asv_flash_posix_close(struct asv_flash_posix *posix);

#endif
