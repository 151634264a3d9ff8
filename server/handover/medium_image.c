/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The image of a DVD: UDF, which takes a file of any length, with ISO 9660 beside it, by genisoimage. The
 * file is found again in the image by ISO 9660's root directory, and compared there. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/child.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/handover/medium_internal.h"

#define SECTOR         2048
#define DESCRIPTOR_AT  (16 * (uint64_t)SECTOR) /* the primary volume descriptor */
#define ROOT_AT        156                     /* in it, the root directory's record */
#define RECORD_MIN     34
#define FLAG_DIRECTORY 2
#define PATH_BYTES     4096
#define DVD_LARGEST    UINT64_C(8547991552) /* DVD+R of two layers */
#define VOLUME         "BEWEISMITTEL"

struct image {
    int dir;
    const char *path; /* of dir */
    char partial[ASV_PROTECT_NAME_BYTES + 16];
    char files[ASV_PROTECT_NAME_BYTES + 16]; /* a directory: what goes into it */
};

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* As ISO 9660 names what lies beside the carrier. */
static bool is_note(const uint8_t *name, size_t len)
{
    static const char *const notes[] = {"SHA256SUMS.;1", "EMPFANG.TXT;1", "TEILE.TXT;1"};
    bool found = false;
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        found = found || (strlen(notes[i]) == len && memcmp(name, notes[i], len) == 0);
    }
    return found;
}

/* The one file of the root directory's first sector that is no note: where it begins. */
static enum asv_status find_file(int fd, uint64_t *offset, struct asv_err *err)
{
    uint8_t sector[SECTOR];
    enum asv_status status = asv_io_pread(fd, sector, sizeof sector, DESCRIPTOR_AT, "image", err);
    if (status == ASV_OK && memcmp(sector, "\1CD001", 6) != 0) {
        status = asv_fail(err, ASV_E_MALFORMED, "image: is none of ISO 9660");
    }
    if (status == ASV_OK) {
        status = asv_io_pread(fd, sector, sizeof sector, load32(sector + ROOT_AT + 2) * (uint64_t)SECTOR,
                              "image", err);
    }
    for (size_t at = 0; status == ASV_OK && at + RECORD_MIN <= sizeof sector && sector[at] >= RECORD_MIN;
         at += sector[at]) {
        const uint8_t *record = sector + at;
        size_t name_len = record[32];
        bool passed = at + 33 + name_len <= sizeof sector && is_note(record + 33, name_len);
        if ((record[25] & FLAG_DIRECTORY) == 0 && !passed) {
            *offset = load32(record + 2) * (uint64_t)SECTOR;
            return ASV_OK;
        }
    }
    return status == ASV_OK ? asv_fail(err, ASV_E_MALFORMED, "image: the file is not in it") : status;
}

static enum asv_status make_files(const struct image *image, const struct asv_medium_content *content,
                                  struct asv_medium_written *out, struct asv_err *err)
{
    asv_auto_fd int files = -1;
    enum asv_status status = asv_io_remove_tree(image->dir, image->files, err);
    if (status == ASV_OK) {
        status = asv_io_open_dir(image->dir, image->files, true, &files, err);
    }
    if (status == ASV_OK) {
        status = asv_medium_put(files, content, out, err);
    }
    if (status == ASV_OK) {
        status = asv_medium_put_notes(files, content, out, err);
    }
    return status;
}

/* HO-089: as the medium that it becomes it opens for whoever has it, but not for everybody in the house. */
static enum asv_status make_empty(const struct image *image, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    (void)unlinkat(image->dir, image->partial, 0);
    return asv_io_open(image->dir, image->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0640, &fd, err);
}

static enum asv_status run(const struct image *image, struct asv_err *err)
{
    char to[PATH_BYTES], from[PATH_BYTES];
    const char *const argv[] = {"genisoimage",
                                "-quiet",
                                "-udf",
                                "-allow-limited-size",
                                "-iso-level",
                                "3",
                                "-J",
                                "-joliet-long",
                                "-r",
                                "-V",
                                VOLUME,
                                "-o",
                                to,
                                from,
                                NULL};
    struct asv_child child;
    if (snprintf(to, sizeof to, "%s/%s", image->path, image->partial) >= (int)sizeof to ||
        snprintf(from, sizeof from, "%s/%s", image->path, image->files) >= (int)sizeof from) {
        return asv_fail(err, ASV_E_USAGE, "the image's path is too long");
    }
    enum asv_status status = make_empty(image, err);
    if (status == ASV_OK) {
        status = asv_child_start(argv, -1, false, &child, err);
    }
    return status == ASV_OK ? asv_child_wait(&child, err) : status;
}

/* HO-077 */
static enum asv_status check(const struct image *image, struct asv_medium_written *out, struct asv_err *err)
{
    asv_auto_fd int fd = -1;
    uint64_t offset = 0;
    uint64_t size = 0;
    enum asv_status status = asv_io_open_file(image->dir, image->partial, &fd, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(fd, image->partial, err);
    }
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, image->partial, err);
    }
    if (status == ASV_OK && size > DVD_LARGEST) {
        status = asv_failf(err, ASV_E_LIMIT, "the image has %llu bytes and fits on no DVD",
                           (unsigned long long)size);
    }
    if (status == ASV_OK) {
        status = find_file(fd, &offset, err);
    }
    return status == ASV_OK ? asv_medium_compare(image->dir, image->partial, offset, out->bytes, out->file,
                                                 &out->from_medium, err)
                            : status;
}

static struct image image_of(const struct asv_medium *medium)
{
    struct image image = {.dir = medium->dir, .path = medium->place};
    (void)snprintf(image.partial, sizeof image.partial, "%s.partial", medium->image);
    (void)snprintf(image.files, sizeof image.files, "%s.files", medium->image);
    return image;
}

enum asv_status asv_medium_open_image(const char *path, struct asv_medium *out, struct asv_err *err)
{
    char copy[ASV_MEDIUM_PATH_BYTES];
    *out = (struct asv_medium){.dir = -1};
    if (strlen(path) >= sizeof copy) {
        return asv_fail(err, ASV_E_USAGE, "the image's path is too long");
    }
    (void)snprintf(copy, sizeof copy, "%s", path);
    (void)snprintf(out->place, sizeof out->place, "%s", dirname(copy));
    (void)snprintf(copy, sizeof copy, "%s", path);
    const char *name = basename(copy);
    if (strlen(name) + sizeof ASV_MEDIUM_MARK_IMAGE > sizeof out->image || strcmp(name, "/") == 0 ||
        strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return asv_fail(err, ASV_E_USAGE, "no name for an image");
    }
    (void)snprintf(out->image, sizeof out->image, "%s", name);
    enum asv_status status = asv_io_open(AT_FDCWD, out->place, O_RDONLY | O_DIRECTORY, 0, &out->dir, err);
    return status == ASV_OK ? asv_medium_lock(out->dir, out->place, err) : status;
}

enum asv_status asv_medium_image_write(const struct asv_medium *medium,
                                       const struct asv_medium_content *content,
                                       struct asv_medium_written *out, struct asv_err *err)
{
    const struct image image = image_of(medium);
    enum asv_status status = make_files(&image, content, out, err);
    if (status == ASV_OK) {
        status = run(&image, err);
    }
    if (status == ASV_OK) {
        status = check(&image, out, err);
    }
    return status == ASV_OK ? asv_io_remove_tree(image.dir, image.files, err) : status;
}

enum asv_status asv_medium_image_finish(const struct asv_medium *medium, struct asv_err *err)
{
    const struct image image = image_of(medium);
    enum asv_status status = asv_io_rename(image.dir, image.partial, image.dir, medium->image, err);
    return status == ASV_OK ? asv_io_sync_dir(image.dir, medium->image, err) : status;
}

enum asv_status asv_medium_image_take_back(const struct asv_medium *medium, struct asv_err *err)
{
    const struct image image = image_of(medium);
    enum asv_status status = asv_io_remove_tree(image.dir, image.files, err);
    enum asv_status other = asv_medium_remove(image.dir, image.partial, err);
    status = status == ASV_OK ? other : status;
    return status == ASV_OK ? asv_io_sync_dir(image.dir, image.partial, err) : status;
}
