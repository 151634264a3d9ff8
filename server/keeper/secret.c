/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/secret.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware-proto/crypto/crypto.h"

/* The mapping: one page that says how long it is, the secret, one page that traps. */
struct head {
    size_t len;     /* of the secret */
    size_t mapping; /* of everything */
};

enum asv_status asv_secret_alloc(void **out, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (len > SIZE_MAX / 2) {
        return ASV_E_NO_MEMORY;
    }
    size_t pages = (len + page - 1) / page * page;
    size_t mapping = pages + 2 * page;
    uint8_t *base = mmap(NULL, mapping, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        return ASV_E_NO_MEMORY;
    }
    if (mlock(base, page + pages) != 0 || madvise(base, mapping, MADV_DONTDUMP) != 0 || /* K-070 */
        mprotect(base + page + pages, page, PROT_NONE) != 0) {
        (void)munmap(base, mapping);
        return ASV_E_NO_MEMORY;
    }
    *(struct head *)base = (struct head){.len = len, .mapping = mapping};
    *out = base + page;
    return ASV_OK;
}

void asv_secret_free(void *secret)
{
    if (secret == NULL) {
        return;
    }
    uint8_t *base = (uint8_t *)secret - sysconf(_SC_PAGESIZE);
    struct head head = *(const struct head *)base;
    asv_wipe(secret, head.len);
    (void)munmap(base, head.mapping);
}
