/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/protect_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define BLOCK_ROOM (ASV_PROTECT_BLOCK_BYTES + 4 * (size_t)ASV_AEAD_TAG_BYTES)

static const char *partial(char out[ASV_PROTECT_NAME_BYTES + 16], const struct asv_protect_target *target)
{
    snprintf(out, ASV_PROTECT_NAME_BYTES + 16, "%s.partial", target->name);
    return out;
}

static enum asv_status no_room(const char *name, uint64_t bytes, uint64_t room, struct asv_err *err)
{
    return asv_failf(err, ASV_E_NO_SPACE, "%s: %llu bytes are needed, %llu are free", name,
                     (unsigned long long)bytes, (unsigned long long)room);
}

enum asv_status asv_protect_open(struct asv_protect_file *file, struct asv_protect_target *target,
                                 uint64_t bytes, struct asv_err *err)
{
    char name[ASV_PROTECT_NAME_BYTES + 16];
    uint64_t room = 0;
    *file = (struct asv_protect_file){.target = target, .fd = -1};
    asv_sha256_init(&file->sha256);
    if (strlen(target->name) >= ASV_PROTECT_NAME_BYTES || strchr(target->name, '/') != NULL) {
        return asv_fail(err, ASV_E_USAGE, "no name for a file");
    }
    (void)unlinkat(target->dir, partial(name, target), 0); /* a killed run's, which took room */
    enum asv_status status = asv_io_free_bytes(target->dir, &room, err);
    if (status == ASV_OK && room < bytes) {
        return no_room(target->name, bytes, room, err);
    }
    if (status == ASV_OK && (file->block = malloc(BLOCK_ROOM)) == NULL) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    if (status == ASV_OK) {
        status = asv_io_open(target->dir, partial(name, target), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
                             0644, &file->fd, err);
    }
    return status;
}

enum asv_status asv_protect_write(struct asv_protect_file *file, const void *data, size_t len,
                                  struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = asv_io_pwrite(file->fd, data, len, file->at, file->target->name, &why);
    if (status != ASV_OK) { /* EFBIG is what FAT32 says */
        return errno == EFBIG
                   ? asv_failf(err, ASV_E_LIMIT,
                               "%s: the medium's file system takes no file of more than %llu bytes; "
                               "it must be exFAT or NTFS",
                               file->target->name, (unsigned long long)file->at)
                   : asv_failf(err, status, "%s", why.text);
    }
    asv_sha256_update(&file->sha256, data, len);
    file->at += len;
    return ASV_OK;
}

enum asv_status asv_protect_read(struct asv_protect_file *file, const struct asv_source *source,
                                 uint64_t *read, size_t len, size_t *got, struct asv_err *err)
{
    size_t some = 1;
    enum asv_status status = ASV_OK;
    *got = 0;
    while (status == ASV_OK && some > 0 && *got < len) {
        status = asv_source_next(source, read, file->block + *got, len - *got, &some, err);
        *got += status == ASV_OK ? some : 0;
    }
    return status;
}

/* HO-072 */
static enum asv_status make_last(struct asv_protect_file *file, const char *name, struct asv_err *err)
{
    struct asv_protect_target *target = file->target;
    enum asv_status status = asv_io_sync_data(file->fd, name, err);
    if (status == ASV_OK) {
        status = asv_io_rename(target->dir, name, target->dir, target->name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(target->dir, target->name, err);
    }
    if (status == ASV_OK) {
        target->bytes = file->at;
        asv_sha256_final(&file->sha256, target->sha256);
    }
    return status;
}

enum asv_status asv_protect_close(struct asv_protect_file *file, enum asv_status status, struct asv_err *err)
{
    char name[ASV_PROTECT_NAME_BYTES + 16];
    bool is_open = file->fd >= 0;
    if (status == ASV_OK) {
        status = make_last(file, partial(name, file->target), err);
    }
    if (is_open) {
        (void)close(file->fd);
        file->fd = -1;
    }
    if (status != ASV_OK && is_open) {
        (void)unlinkat(file->target->dir, partial(name, file->target), 0);
    }
    if (file->block != NULL) {
        asv_wipe(file->block, BLOCK_ROOM);
        free(file->block);
        file->block = NULL;
    }
    return status;
}
