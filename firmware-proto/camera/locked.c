/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/locked.h"

#include <sys/mman.h>

#include "firmware-proto/crypto/crypto.h"

void *asv_camera_locked_alloc(size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    /* A limit on locked memory must not keep a camera from recording. */
    (void)mlock(memory, len);
    (void)madvise(memory, len, MADV_DONTDUMP);
    return memory;
}

void asv_camera_locked_free(void *memory, size_t len)
{
    if (memory != NULL) {
        asv_wipe(memory, len);
        munmap(memory, len);
    }
}
