/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/medium.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/io.h"
#include "server/handover/medium_internal.h"

#define FAT_MAGIC    0x4d44
#define TMPFS_MAGIC  0x01021994
#define FUSE_MAGIC   0x65735546 /* a program of its own reads for it, through a cache of its own */
#define READ_BYTES   ((size_t)1 << 20)
#define DIRECT_ALIGN 4096

/* HO-074: by what the kernel says, as a subvolume has a device number of its own, too. */
static bool is_mounted(const struct statx *here)
{
    return (here->stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0 &&
           (here->stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

/* Who writes at the same time takes away what this run writes. Of a directory NFS says EBADF. */
enum asv_status asv_medium_lock(int dir, const char *path, struct asv_err *err)
{
    if (flock(dir, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS ||
        errno == EBADF) {
        return ASV_OK;
    }
    return errno == EWOULDBLOCK
               ? asv_failf(err, ASV_E_BUSY, "%.200s: another run writes there: wait until it ends", path)
               : asv_io_fail(err, errno, path);
}

enum asv_status asv_medium_open(const char *path, struct asv_medium *out, struct asv_err *err)
{
    struct stat stat;
    struct statx here;
    struct statfs fs;
    *out = (struct asv_medium){.dir = -1};
    enum asv_status status = asv_io_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0, &out->dir, err);
    if (status != ASV_OK) {
        return status;
    }
    if (fstat(out->dir, &stat) != 0 || statx(out->dir, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &here) != 0 ||
        fstatfs(out->dir, &fs) != 0) {
        return asv_io_fail(err, errno, path);
    }
    if (!is_mounted(&here)) {
        return asv_failf(err, ASV_E_USAGE, "%.200s: nothing is mounted there", path);
    }
    out->device = stat.st_dev;
    out->is_fat = fs.f_type == FAT_MAGIC;
    out->is_memory = fs.f_type == TMPFS_MAGIC || fs.f_type == FUSE_MAGIC;
    return asv_medium_lock(out->dir, path, err);
}

void asv_medium_close(struct asv_medium *medium)
{
    if (medium->dir >= 0) {
        (void)close(medium->dir);
        medium->dir = -1;
    }
}

/* ---- the carrier's own digest, on its way ---- */

static enum asv_status read_counted(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_medium_counted *counted = ctx;
    enum asv_status status = counted->source->read(counted->source->ctx, out, cap, got, err);
    if (status == ASV_OK) {
        asv_sha256_update(&counted->sha256, out, *got);
    }
    return status;
}

static uint64_t protected_bytes(const struct asv_medium_content *content)
{
    uint64_t size = content->carrier->size;
    return content->protection == ASV_PLAN_ZIP   ? asv_protect_zip_bytes(content->name, size)
           : content->protection == ASV_PLAN_AGE ? asv_protect_age_bytes(content->recipient_count, size)
                                                 : size;
}

/* The ZIP around a ZIP has another name, so that one is not taken for the other. */
enum asv_status asv_medium_name(const struct asv_medium_content *content, char out[ASV_PROTECT_NAME_BYTES],
                                struct asv_err *err)
{
    const char *suffix = content->protection == ASV_PLAN_ZIP   ? ".aes.zip"
                         : content->protection == ASV_PLAN_AGE ? ".age"
                                                               : "";
    size_t len = strlen(content->name);
    if (content->protection == ASV_PLAN_ZIP && len > 4 && strcmp(content->name + len - 4, ".zip") == 0) {
        len -= 4;
    }
    if (snprintf(out, ASV_PROTECT_NAME_BYTES, "%.*s%s", (int)len, content->name, suffix) >=
        ASV_PROTECT_NAME_BYTES) {
        return asv_fail(err, ASV_E_USAGE, "a carrier's name is too long");
    }
    return ASV_OK;
}

enum asv_status asv_medium_put(int dir, const struct asv_medium_content *content,
                               struct asv_medium_written *out, struct asv_err *err)
{
    struct asv_medium_counted counted = {content->carrier, {{0}}};
    struct asv_source source = {&counted, content->carrier->size, read_counted};
    struct asv_protect_target target = {.dir = dir, .name = out->name};
    enum asv_status status;
    asv_sha256_init(&counted.sha256);
    if (content->protection == ASV_PLAN_ZIP) {
        status = asv_protect_zip(&target, content->name, &source, content->passphrase, content->world, err);
    } else if (content->protection == ASV_PLAN_AGE) {
        status = asv_protect_age(&target, &source, content->recipients, content->recipient_count,
                                 content->world, err);
    } else {
        status = asv_protect_none(&target, &source, err);
    }
    out->bytes = target.bytes;
    memcpy(out->file, target.sha256, sizeof out->file);
    asv_sha256_final(&counted.sha256, out->carrier);
    return status == ASV_OK && !asv_equal(out->carrier, content->sha256, sizeof out->carrier)
               ? asv_fail(err, ASV_E_DIGEST, "the carrier is not the one that was made (HO-080)")
               : status;
}

/* ---- reading back ---- */

/* Past the page cache where the file system lets it; else it is dropped first, as far as the kernel does. */
static enum asv_status open_medium(int dir, const char *name, uint64_t offset, bool *direct, int *fd,
                                   struct asv_err *err)
{
    enum asv_status status = asv_io_open_file(dir, name, fd, err);
    if (status != ASV_OK) {
        return status;
    }
    (void)posix_fadvise(*fd, 0, 0, POSIX_FADV_DONTNEED);
    int flags = fcntl(*fd, F_GETFL);
    *direct = offset % DIRECT_ALIGN == 0 && flags >= 0 && fcntl(*fd, F_SETFL, flags | O_DIRECT) == 0;
    return ASV_OK;
}

/* A file system may say only now that it does not read past the cache. */
static bool is_cached_only(int fd, bool *direct)
{
    if (!*direct || errno != EINVAL) {
        return false;
    }
    *direct = false;
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT) == 0;
}

static enum asv_status digest_of(int fd, uint64_t offset, uint64_t bytes, uint8_t *buffer, bool *direct,
                                 uint8_t out[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_sha256 sha256;
    asv_sha256_init(&sha256);
    for (uint64_t done = 0; done < bytes;) {
        ssize_t got = pread(fd, buffer, READ_BYTES, (off_t)(offset + done));
        if (got < 0 && (errno == EINTR || is_cached_only(fd, direct))) {
            continue;
        }
        if (got < 0) {
            return asv_io_fail(err, errno, "reading back");
        }
        if (got == 0) {
            return asv_fail_at(err, ASV_E_DIGEST, "the medium: what was written ends early, at byte", done);
        }
        size_t some = (uint64_t)got < bytes - done ? (size_t)got : (size_t)(bytes - done);
        asv_sha256_update(&sha256, buffer, some);
        done += some;
    }
    asv_sha256_final(&sha256, out);
    return ASV_OK;
}

/* HO-075 */
enum asv_status asv_medium_compare(int dir, const char *name, uint64_t offset, uint64_t bytes,
                                   const uint8_t sha256[ASV_SHA256_BYTES], bool *from_medium,
                                   struct asv_err *err)
{
    uint8_t got[ASV_SHA256_BYTES];
    void *buffer = NULL;
    int fd = -1;
    if (posix_memalign(&buffer, DIRECT_ALIGN, READ_BYTES) != 0) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = open_medium(dir, name, offset, from_medium, &fd, err);
    if (status == ASV_OK) {
        status = digest_of(fd, offset, bytes, buffer, from_medium, got, err);
        (void)close(fd);
    }
    free(buffer);
    if (status == ASV_OK && !asv_equal(got, sha256, sizeof got)) {
        status = asv_failf(err, ASV_E_DIGEST,
                           "%.120s: what is read back is not what was written: the medium is bad", name);
    }
    return status;
}

/* ---- a mounted medium ---- */

enum asv_status asv_medium_put_notes(int dir, const struct asv_medium_content *content,
                                     const struct asv_medium_written *written, struct asv_err *err)
{
    char sums[ASV_MEDIUM_SUMS_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < content->note_count; i++) {
        const struct asv_medium_note *note = &content->notes[i];
        status = asv_io_replace_file(dir, note->name, note->text.data, note->text.len, 0644, err);
    }
    asv_hex_encode(hex, written->file, sizeof written->file);
    int len = snprintf(sums, sizeof sums, "%s  %s\n", hex, written->name);
    return status == ASV_OK ? asv_io_replace_file(dir, ASV_MEDIUM_SUMS, sums, (size_t)len, 0644, err)
                            : status;
}

static enum asv_status put_file(const struct asv_medium *medium, const struct asv_medium_content *content,
                                struct asv_medium_written *out, struct asv_err *err)
{
    (void)unlinkat(medium->dir, out->name, 0); /* HO-089: a killed run's would take the room of this one */
    enum asv_status status = asv_medium_put(medium->dir, content, out, err);
    return status == ASV_OK
               ? asv_medium_compare(medium->dir, out->name, 0, out->bytes, out->file, &out->from_medium, err)
               : status;
}

/* HO-155: a file has its name when it is whole. One that is protected is written anew: what it opens with
 * died with the run, or what it has in it cannot be told. */
static bool is_whole(const struct asv_medium *medium, const struct asv_medium_content *content,
                     struct asv_medium_written *out)
{
    struct stat st;
    struct asv_err ignored = {0};
    if (content->protection != ASV_PLAN_OPEN ||
        fstatat(medium->dir, out->name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        (uint64_t)st.st_size != content->carrier->size) {
        return false;
    }
    out->bytes = content->carrier->size;
    memcpy(out->file, content->sha256, sizeof out->file);
    memcpy(out->carrier, content->sha256, sizeof out->carrier);
    return asv_medium_compare(medium->dir, out->name, 0, out->bytes, out->file, &out->from_medium,
                              &ignored) == ASV_OK;
}

static enum asv_status write_mounted(const struct asv_medium *medium,
                                     const struct asv_medium_content *content, bool goes_on,
                                     struct asv_medium_written *out, struct asv_err *err)
{
    enum asv_status status =
        goes_on && is_whole(medium, content, out) ? ASV_OK : put_file(medium, content, out, err);
    out->from_medium = out->from_medium && !medium->is_memory;
    return status == ASV_OK ? asv_medium_put_notes(medium->dir, content, out, err) : status;
}

/* HO-076 */
static enum asv_status check_fat(const struct asv_medium *medium, const struct asv_medium_content *content,
                                 struct asv_err *err)
{
    uint64_t bytes = protected_bytes(content);
    return medium->is_fat && bytes > ASV_MEDIUM_FAT_BYTES
               ? asv_failf(err, ASV_E_LIMIT,
                           "the medium is FAT32, which takes no file of more than 4 GiB, and this one has "
                           "%llu bytes: format it with exFAT or NTFS, or have later ones made in parts "
                           "(handover.medium)",
                           (unsigned long long)bytes)
               : ASV_OK;
}

enum asv_status asv_medium_say_bad(const struct asv_medium *medium, enum asv_status status,
                                   struct asv_err *err)
{
    struct asv_err why = *err;
    return status != ASV_E_IO || medium->image[0] != '\0'
               ? status
               : asv_failf(err, status,
                           "%.100s: the medium is bad, or was taken out. It is not finished: put it in again "
                           "and say the same, or take another one",
                           why.text);
}

/* HO-176 */
static enum asv_status say_known(const struct asv_medium_content *content, enum asv_status status,
                                 struct asv_err *err)
{
    struct asv_err why = *err;
    return asv_failf(err, status,
                     "%.100s: custody has this medium, and it is not finished: say the same again, or write "
                     "another one, which needs another name than \"%.60s\"",
                     why.text, content->label);
}

enum asv_status asv_medium_write(const struct asv_medium *medium, const struct asv_medium_content *content,
                                 struct asv_medium_written *out, struct asv_err *err)
{
    struct asv_medium_left left;
    *out = (struct asv_medium_written){.bytes = 0};
    enum asv_status status = asv_medium_name(content, out->name, err);
    if (status == ASV_OK) {
        status = check_fat(medium, content, err);
    }
    if (status == ASV_OK) {
        status = asv_medium_left(medium, content, &left, err);
    }
    if (status == ASV_OK && !content->is_known) {
        status = asv_medium_mark(medium, content, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = medium->image[0] != '\0' ? asv_medium_image_write(medium, content, out, err)
                                      : write_mounted(medium, content, left.label[0] != '\0', out, err);
    if (status != ASV_OK && content->is_known) {
        return say_known(content, status, err);
    }
    if (status != ASV_OK) {
        asv_medium_take_back(medium, out->name);
    }
    return asv_medium_say_bad(medium, status, err);
}

enum asv_status asv_medium_finish(const struct asv_medium *medium, struct asv_err *err)
{
    enum asv_status status = medium->image[0] != '\0' ? asv_medium_image_finish(medium, err) : ASV_OK;
    return status == ASV_OK ? asv_medium_unmark(medium, err) : status;
}

enum asv_status asv_medium_remove(int dir, const char *name, struct asv_err *err)
{
    return unlinkat(dir, name, 0) == 0 || errno == ENOENT ? ASV_OK : asv_io_fail(err, errno, name);
}

/* The carrier first: of what goes it is what counts. */
static enum asv_status take_back_mounted(const struct asv_medium *medium, const char *name,
                                         struct asv_err *err)
{
    const char *const names[] = {name, ASV_MEDIUM_SUMS, ASV_MEDIUM_RECEIPT, ASV_MEDIUM_PARTS};
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        enum asv_status one = asv_medium_remove(medium->dir, names[i], err);
        status = status == ASV_OK ? one : status;
    }
    return status == ASV_OK ? asv_io_sync_dir(medium->dir, name, err) : status;
}

/* The mark last: what cannot be removed stays marked. */
void asv_medium_take_back(const struct asv_medium *medium, const char *name)
{
    struct asv_err ignored = {0};
    enum asv_status status = medium->image[0] != '\0' ? asv_medium_image_take_back(medium, &ignored)
                                                      : take_back_mounted(medium, name, &ignored);
    if (status == ASV_OK) {
        status = asv_medium_unmark(medium, &ignored);
    }
    (void)status; /* nothing more can be done about it */
}
