/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware-proto/base/utf8.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/base/cleanup.h"

#define FIRST_SLOTS 1024
#define SLOTS_MAX   (4 * ASV_PACKAGE_FILES_MAX) /* files and their directories */
#define IS_FILE     0
#define IS_DIR      1

/* PK-004: ASCII, and the Latin letters of U+00C0 to U+00FF, whose two cases are the same everywhere and which
 * are one code point each: nothing that two systems could take for one name, or a terminal for an order. */
static bool is_good_letter(uint32_t c)
{
    bool latin = c >= 0xc0 && c <= 0xff && c != 0xd7 && c != 0xf7;
    return latin || (c >= 0x20 && c < 0x7f && strchr("\\:*?\"<>|%", (int)c) == NULL);
}

/* PK-054: what stands for a device on Windows, whatever follows its first dot. */
static bool is_device(const uint8_t *at, size_t len)
{
    static const char *const devices[] = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"};
    const uint8_t *dot = memchr(at, '.', len);
    const char *name = (const char *)at;
    size_t base = dot != NULL ? (size_t)(dot - at) : len;
    while (base > 0 && at[base - 1] == ' ') {
        base--;
    }
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        if (base == strlen(devices[i]) && strncasecmp(name, devices[i], base) == 0) {
            return true;
        }
    }
    return base == 4 && at[3] >= '0' && at[3] <= '9' &&
           (strncasecmp(name, "COM", 3) == 0 || strncasecmp(name, "LPT", 3) == 0);
}

static bool is_good_component(const uint8_t *at, size_t len)
{
    return len > 0 && at[len - 1] != '.' && at[len - 1] != ' ' && /* "." and ".." end in one */
           !is_device(at, len);
}

bool asv_package_name_is_good(struct asv_bytes name)
{
    size_t begin = 0;
    if (name.len == 0 || name.len > ASV_PACKAGE_NAME_BYTES) {
        return false;
    }
    for (size_t at = 0; at < name.len;) {
        uint32_t c = 0;
        if (!asv_utf8_next(name, &at, &c) || !is_good_letter(c)) {
            return false;
        }
        if (c == '/') {
            if (!is_good_component(name.data + begin, at - 1 - begin)) {
                return false;
            }
            begin = at;
        }
    }
    return is_good_component(name.data + begin, name.len - begin);
}

void asv_names_free(struct asv_names *names)
{
    free(names->slot);
    *names = (struct asv_names){.slot = NULL};
}

/* As the systems compare that do not look at case: good names have no other letters. */
static void fold(uint8_t *out, struct asv_bytes name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.data[i];
        bool latin = i > 0 && name.data[i - 1] == 0xc3 && byte >= 0x80 && byte <= 0x9e;
        out[i] = (byte >= 'A' && byte <= 'Z') || latin ? (uint8_t)(byte + 0x20) : byte;
        if (i > 0 && name.data[i - 1] == 0xc3 && byte == 0x9f) { /* ß, which Unicode folds to two */
            out[i - 1] = out[i] = 's';
        }
    }
}

/* Whoever looks for two names with one digest finds a package that is refused. */
static uint64_t digest_of(const uint8_t *folded, size_t len, uint8_t kind)
{
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, &kind, 1);
    asv_sha256_update(&state, folded, len);
    asv_sha256_final(&state, digest);
    uint64_t value = asv_load_be64(digest);
    return value != 0 ? value : 1;
}

/* Where it is, or the empty slot for it. */
static uint64_t *find(const struct asv_names *names, uint64_t digest)
{
    size_t at = (size_t)digest & (names->cap - 1);
    while (names->slot[at] != 0 && names->slot[at] != digest) {
        at = (at + 1) & (names->cap - 1);
    }
    return &names->slot[at];
}

static enum asv_status grow(struct asv_names *names)
{
    struct asv_names wider = {.cap = names->cap == 0 ? FIRST_SLOTS : 2 * names->cap, .count = names->count};
    wider.slot = calloc(wider.cap, sizeof *wider.slot);
    if (wider.slot == NULL) {
        return ASV_E_NO_MEMORY;
    }
    for (size_t i = 0; i < names->cap; i++) {
        if (names->slot[i] != 0) {
            *find(&wider, names->slot[i]) = names->slot[i];
        }
    }
    free(names->slot);
    *names = wider;
    return ASV_OK;
}

/* At most half full, so that find ends soon. */
static enum asv_status put(struct asv_names *names, uint64_t digest)
{
    enum asv_status status = ASV_OK;
    if (names->count >= SLOTS_MAX) {
        return ASV_E_LIMIT;
    }
    if (2 * (names->count + 1) > names->cap) {
        status = grow(names);
    }
    if (status == ASV_OK) {
        uint64_t *slot = find(names, digest);
        names->count += *slot == 0;
        *slot = digest;
    }
    return status;
}

static bool has(const struct asv_names *names, uint64_t digest)
{
    return names->cap > 0 && *find(names, digest) != 0;
}

enum asv_status asv_names_add(struct asv_names *names, struct asv_bytes name)
{
    uint8_t folded[ASV_PACKAGE_NAME_BYTES];
    enum asv_status status = ASV_OK;
    if (name.len > sizeof folded) {
        return ASV_E_LIMIT;
    }
    fold(folded, name);
    uint64_t file = digest_of(folded, name.len, IS_FILE);
    if (has(names, file) || has(names, digest_of(folded, name.len, IS_DIR))) {
        return ASV_E_EXISTS;
    }
    for (size_t i = 0; i < name.len && status == ASV_OK; i++) {
        if (folded[i] == '/') {
            status = has(names, digest_of(folded, i, IS_FILE)) ? ASV_E_EXISTS
                                                               : put(names, digest_of(folded, i, IS_DIR));
        }
    }
    return status == ASV_OK ? put(names, file) : status;
}
