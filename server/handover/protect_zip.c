/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One stored file in a ZIP, encrypted as AE-2 has it (winzip.com, AES_info): its CRC-32, which would tell of
 * the plaintext, is 0. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/crypto/winzip.h"
#include "server/base/fail.h"
#include "server/handover/protect_file.h"
#include "server/package/zip.h"

#define NEEDS          51 /* AES */
#define MADE_BY        (3 << 8 | 51)
#define ATTRIBUTES     (UINT32_C(0100644) << 16)
#define FLAG_ENCRYPTED 0x0001
#define METHOD_AES     99
#define DATE           (1 << 5 | 1) /* 1980-01-01 */
#define EXTRA_ZIP64    0x0001
#define EXTRA_AES      0x9901
#define AE_2           2
#define AES_256        3
#define STORED         0
#define OVERHEAD       (ASV_WINZIP_SALT_BYTES + ASV_WINZIP_VERIFIER_BYTES + ASV_WINZIP_MAC_BYTES)
#define HEAD_ROOM      (ASV_ZIP_CENTRAL_BYTES + ASV_PROTECT_NAME_BYTES + 64)

struct entry {
    const char *name;
    uint64_t size;
};

struct pen {
    uint8_t out[HEAD_ROOM + ASV_ZIP_TAIL_MAX_BYTES];
    size_t len;
};

static void put(struct pen *pen, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        pen->out[pen->len++] = (uint8_t)(value >> (8 * i));
    }
}

static bool is_large(const struct entry *entry)
{
    return entry->size + OVERHEAD >= ASV_ZIP_U32;
}

/* From the version on to the name's length. */
static void put_common(struct pen *pen, const struct entry *entry)
{
    bool large = is_large(entry);
    put(pen, NEEDS, 2);
    put(pen, FLAG_ENCRYPTED, 2);
    put(pen, METHOD_AES, 2);
    put(pen, 0, 2);
    put(pen, DATE, 2);
    put(pen, 0, 4); /* CRC-32 */
    put(pen, large ? ASV_ZIP_U32 : entry->size + OVERHEAD, 4);
    put(pen, large ? ASV_ZIP_U32 : entry->size, 4);
    put(pen, strlen(entry->name), 2);
    put(pen, (large ? 20 : 0) + 11, 2);
}

static void put_name_and_extra(struct pen *pen, const struct entry *entry)
{
    size_t len = strlen(entry->name);
    memcpy(pen->out + pen->len, entry->name, len);
    pen->len += len;
    if (is_large(entry)) {
        put(pen, EXTRA_ZIP64, 2);
        put(pen, 16, 2);
        put(pen, entry->size, 8);
        put(pen, entry->size + OVERHEAD, 8);
    }
    put(pen, EXTRA_AES, 2);
    put(pen, 7, 2);
    put(pen, AE_2, 2);
    put(pen, 'A' | 'E' << 8, 2);
    put(pen, AES_256, 1);
    put(pen, STORED, 2);
}

static void put_local(struct pen *pen, const struct entry *entry)
{
    put(pen, ASV_ZIP_LOCAL_MAGIC, 4);
    put_common(pen, entry);
    put_name_and_extra(pen, entry);
}

/* The directory of one file, at the beginning of the ZIP, and the end. */
static void put_directory(struct pen *pen, const struct entry *entry, uint64_t at)
{
    struct asv_zip_end end = {.count = 1, .offset = at};
    put(pen, ASV_ZIP_CENTRAL_MAGIC, 4);
    put(pen, MADE_BY, 2);
    put_common(pen, entry);
    put(pen, 0, 2); /* comment */
    put(pen, 0, 2); /* disk */
    put(pen, 0, 2); /* internal attributes */
    put(pen, ATTRIBUTES, 4);
    put(pen, 0, 4); /* offset */
    put_name_and_extra(pen, entry);
    end.size = pen->len;
    pen->len += asv_zip_tail(pen->out + pen->len, &end);
}

static uint64_t all_bytes(const struct entry *entry)
{
    struct pen pen = {.len = 0};
    put_local(&pen, entry);
    uint64_t directory = pen.len + OVERHEAD + entry->size;
    pen.len = 0;
    put_directory(&pen, entry, directory);
    return directory + pen.len;
}

uint64_t asv_protect_zip_bytes(const char *entry, uint64_t size)
{
    const struct entry it = {entry, size};
    return all_bytes(&it);
}

static enum asv_status write_encrypted(struct asv_protect_file *file, struct asv_winzip *zip,
                                       const struct asv_source *source, struct asv_err *err)
{
    uint64_t read = 0;
    size_t got = 1;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && got > 0) {
        status = asv_protect_read(file, source, &read, ASV_PROTECT_BLOCK_BYTES, &got, err);
        if (status == ASV_OK && asv_winzip_encrypt(zip, file->block, got) != ASV_OK) {
            status = asv_fail(err, ASV_E_INTERNAL, "AES failed");
        }
        if (status == ASV_OK) {
            status = asv_protect_write(file, file->block, got, err);
        }
    }
    return status;
}

/* HO-070 */
static enum asv_status write_entry(struct asv_protect_file *file, const struct entry *entry,
                                   const struct asv_source *source, const char *passphrase,
                                   const struct asv_world *world, struct asv_err *err)
{
    struct asv_winzip *zip = NULL;
    struct pen pen = {.len = 0};
    uint8_t salt[ASV_WINZIP_SALT_BYTES + ASV_WINZIP_VERIFIER_BYTES];
    uint8_t mac[ASV_WINZIP_MAC_BYTES];
    put_local(&pen, entry);
    enum asv_status status = asv_world_random(world, salt, ASV_WINZIP_SALT_BYTES);
    if (status == ASV_OK) {
        status = asv_winzip_begin(&zip, passphrase, salt, salt + ASV_WINZIP_SALT_BYTES);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "no key for the ZIP");
    }
    status = asv_protect_write(file, pen.out, pen.len, err);
    if (status == ASV_OK) {
        status = asv_protect_write(file, salt, sizeof salt, err);
    }
    if (status == ASV_OK) {
        status = write_encrypted(file, zip, source, err);
    }
    if (status == ASV_OK && asv_winzip_mac(zip, mac) != ASV_OK) {
        status = asv_fail(err, ASV_E_INTERNAL, "HMAC failed");
    }
    if (status == ASV_OK) {
        status = asv_protect_write(file, mac, sizeof mac, err);
    }
    asv_winzip_free(zip);
    return status;
}

enum asv_status asv_protect_zip(struct asv_protect_target *target, const char *entry,
                                const struct asv_source *source, const char *passphrase,
                                const struct asv_world *world, struct asv_err *err)
{
    const struct entry it = {entry, source->size};
    struct asv_protect_file file;
    struct pen pen = {.len = 0};
    if (strlen(entry) >= ASV_PROTECT_NAME_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "no name for a file");
    }
    enum asv_status status = asv_protect_open(&file, target, all_bytes(&it), err);
    if (status == ASV_OK) {
        status = write_entry(&file, &it, source, passphrase, world, err);
    }
    if (status == ASV_OK) {
        put_directory(&pen, &it, file.at);
        status = asv_protect_write(&file, pen.out, pen.len, err);
    }
    return asv_protect_close(&file, status, err);
}
