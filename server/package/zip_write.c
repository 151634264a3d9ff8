/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/zip_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"

#define START_BYTES (4u << 20) /* of one file, before the medium is asked to begin */

#define PARTIAL ".partial"
#define JOURNAL ".journal"

static const char *beside(char out[ASV_ZIP_FILE_BYTES + 16], const char *name, const char *suffix)
{
    snprintf(out, ASV_ZIP_FILE_BYTES + 16, "%s%s", name, suffix);
    return out;
}

void asv_zip_close(struct asv_zip_writer *writer)
{
    if (writer->fd >= 0) {
        (void)close(writer->fd);
        writer->fd = -1;
    }
    asv_journal_close(&writer->journal);
    asv_names_free(&writer->names);
    free(writer->buffer);
    writer->buffer = NULL;
}

/* ---- beginning ---- */

/* PK-012: reads what an earlier run finished, as far as the partial file has it, and cuts off the rest. */
static enum asv_status recover(struct asv_zip_writer *writer, struct asv_err *err)
{
    struct asv_journal *journal = &writer->journal;
    struct asv_journal_cursor cursor;
    struct asv_zip_entry entry;
    uint64_t size = 0;
    uint64_t count = 0;
    enum asv_status status = asv_io_size(writer->fd, &size, writer->name, err);
    asv_journal_rewind(journal, &cursor);
    while (status == ASV_OK && count < journal->count) {
        struct asv_journal_cursor next = cursor;
        status = asv_journal_next(journal, &next, &entry, err);
        if (status != ASV_OK || entry.offset != writer->at || asv_zip_end_offset(&entry) > size) {
            break;
        }
        writer->at = asv_zip_end_offset(&entry);
        cursor = next;
        count++;
    }
    if (status == ASV_OK) {
        status = asv_journal_cut(journal, &cursor, count, err);
    }
    if (status == ASV_OK && ftruncate(writer->fd, (off_t)writer->at) != 0) {
        status = asv_io_fail(err, errno, writer->name);
    }
    writer->kept_count = count;
    asv_journal_rewind(journal, &writer->kept);
    return status;
}

static enum asv_status open_files(struct asv_zip_writer *writer, const uint8_t plan[ASV_PLAN_BYTES],
                                  struct asv_err *err)
{
    char name[ASV_ZIP_FILE_BYTES + 16];
    enum asv_status status =
        asv_journal_open(writer->dir, beside(name, writer->name, JOURNAL), plan, &writer->journal, err);
    if (status == ASV_OK && faccessat(writer->dir, writer->name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
        (void)unlinkat(writer->dir, name, 0); /* of a run that ended behind the last rename */
        return asv_failf(err, ASV_E_EXISTS, "%s is there already", writer->name);
    }
    if (status == ASV_OK) {
        status = asv_io_open(writer->dir, beside(name, writer->name, PARTIAL), O_RDWR | O_CREAT | O_NOFOLLOW,
                             0600, &writer->fd, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(writer->dir, writer->name, err);
    }
    return status;
}

enum asv_status asv_zip_begin(struct asv_zip_writer *writer, int dir, const char *name,
                              const uint8_t plan[ASV_PLAN_BYTES], struct asv_err *err)
{
    *writer = (struct asv_zip_writer){.dir = dir, .fd = -1, .journal.fd = -1};
    if (name[0] == '\0' || strlen(name) >= sizeof writer->name || strchr(name, '/') != NULL) {
        return asv_fail(err, ASV_E_USAGE, "a package's name is a file's, and short");
    }
    memcpy(writer->name, name, strlen(name) + 1);
    asv_crc32_init(&writer->crc);
    writer->buffer = malloc(ASV_ZIP_BUFFER_BYTES);
    enum asv_status status =
        writer->buffer != NULL ? open_files(writer, plan, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    if (status == ASV_OK) {
        status = recover(writer, err);
    }
    if (status != ASV_OK) {
        asv_zip_close(writer);
    }
    return status;
}

/* ---- files ---- */

/* PK-013: the journal says nothing of bytes that are not on the medium. */
enum asv_status asv_zip_settle(struct asv_zip_writer *writer, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (writer->journal.pending_len > 0) {
        status = asv_io_sync_data(writer->fd, writer->name, err);
    }
    if (status == ASV_OK) {
        status = asv_journal_flush(&writer->journal, err);
    }
    writer->unsynced = 0;
    return status;
}

static enum asv_status note(struct asv_zip_writer *writer, const struct asv_zip_entry *entry,
                            struct asv_err *err)
{
    enum asv_status status = asv_journal_add(&writer->journal, entry);
    if (status == ASV_E_NO_SPACE) {
        status = asv_zip_settle(writer, err);
        if (status == ASV_OK) {
            status = asv_journal_add(&writer->journal, entry);
        }
    }
    uint64_t end = asv_zip_end_offset(entry);
    writer->unsynced += end - writer->at;
    writer->at = end;
    if (status == ASV_OK && writer->unsynced >= ASV_ZIP_SYNC_BYTES) {
        status = asv_zip_settle(writer, err);
    }
    return status;
}

static enum asv_status take_name(struct asv_zip_writer *writer, struct asv_bytes name, struct asv_err *err)
{
    int len = name.len < 200 ? (int)name.len : 200;
    enum asv_status status =
        asv_package_name_is_good(name) ? asv_names_add(&writer->names, name) : ASV_E_USAGE;
    if (status == ASV_OK && writer->journal.count - writer->kept_count >= ASV_PACKAGE_FILES_MAX) {
        status = ASV_E_LIMIT;
    }
    return status == ASV_OK ? ASV_OK
                            : asv_failf(err, status, "%.*s: %s", len, (const char *)name.data,
                                        status == ASV_E_USAGE    ? "no name for a file in a package"
                                        : status == ASV_E_EXISTS ? "is in the package already"
                                        : status == ASV_E_LIMIT  ? "too many files"
                                                                 : "no memory");
}

/* Whether the next file that an earlier run finished is of this name, and where the one behind it is.
 * ASV_E_NOT_FOUND when none is left. */
static enum asv_status find_kept(const struct asv_zip_writer *writer, struct asv_bytes name,
                                 struct asv_journal_cursor *next, struct asv_zip_entry *out,
                                 struct asv_err *err)
{
    struct asv_zip_entry entry;
    if (writer->kept_count == 0) {
        return ASV_E_NOT_FOUND;
    }
    *next = writer->kept;
    enum asv_status status = asv_journal_next(&writer->journal, next, &entry, err);
    if (status == ASV_OK && (entry.name_len != name.len || memcmp(entry.name, name.data, name.len) != 0)) {
        status = asv_failf(err, ASV_E_STATE, "the package was begun with %.200s here", entry.name);
    }
    if (status == ASV_OK) {
        *out = entry;
    }
    return status;
}

static void keep(struct asv_zip_writer *writer, const struct asv_journal_cursor *next)
{
    writer->kept = *next;
    writer->kept_count--;
}

enum asv_status asv_zip_keep(struct asv_zip_writer *writer, struct asv_bytes name, struct asv_zip_entry *out,
                             struct asv_err *err)
{
    struct asv_journal_cursor next;
    struct asv_zip_entry entry;
    enum asv_status status = find_kept(writer, name, &next, &entry, err);
    if (status == ASV_OK) {
        status = take_name(writer, name, err);
    }
    if (status == ASV_OK) {
        keep(writer, &next);
        *out = entry;
    }
    return status;
}

/* A file that is copied to its place, and digested on the way. */
struct copying {
    struct asv_zip_writer *writer;
    struct asv_zip_entry *entry;
    uint64_t at,
        started; /* in the package: the next piece; what the medium was not yet asked to begin with */
    struct asv_sha256 state;
};

static enum asv_status take_piece(void *ctx, const uint8_t *piece, size_t len, struct asv_err *err)
{
    struct copying *copying = ctx;
    struct asv_zip_writer *writer = copying->writer;
    asv_sha256_update(&copying->state, piece, len);
    copying->entry->crc32 = asv_crc32(&writer->crc, copying->entry->crc32, piece, len);
    enum asv_status status = asv_io_pwrite(writer->fd, piece, len, copying->at, writer->name, err);
    copying->at += len;
    if (status == ASV_OK && copying->at - copying->started >= START_BYTES) {
        asv_io_start_sync(writer->fd, copying->started, copying->at - copying->started);
        copying->started = copying->at;
    }
    return status;
}

/* PK-011 */
static enum asv_status copy(struct asv_zip_writer *writer, const struct asv_source *source,
                            struct asv_zip_entry *entry, struct asv_err *err)
{
    uint64_t begin = asv_zip_data_offset(entry);
    struct copying copying = {.writer = writer, .entry = entry, .at = begin, .started = begin};
    const struct asv_source_taker taker = {&copying, take_piece};
    asv_sha256_init(&copying.state);
    enum asv_status status = asv_source_pour(source, entry->name, &taker, err);
    asv_sha256_final(&copying.state, entry->sha256);
    return status;
}

static enum asv_status write_file(struct asv_zip_writer *writer, const struct asv_source *source,
                                  struct asv_zip_entry *entry, struct asv_err *err)
{
    uint8_t header[ASV_ZIP_HEADER_MAX_BYTES];
    entry->offset = writer->at;
    entry->size = source->size;
    if (source->size > ASV_ZIP_SIZE_MAX || asv_zip_end_offset(entry) > ASV_ZIP_SIZE_MAX) {
        return asv_fail(err, ASV_E_LIMIT, "the package would be too large");
    }
    enum asv_status status = copy(writer, source, entry, err);
    if (status == ASV_OK) { /* behind its bytes, as it has their CRC */
        size_t len = asv_zip_local(header, entry);
        status = asv_io_pwrite(writer->fd, header, len, entry->offset, writer->name, err);
    }
    return status == ASV_OK ? note(writer, entry, err) : status;
}

enum asv_status asv_zip_add(struct asv_zip_writer *writer, struct asv_bytes name,
                            const struct asv_source *source, struct asv_zip_entry *out, struct asv_err *err)
{
    struct asv_journal_cursor next;
    struct asv_zip_entry entry = {.name_len = 0};
    enum asv_status status = take_name(writer, name, err);
    if (status != ASV_OK) {
        return status;
    }
    status = find_kept(writer, name, &next, &entry, err);
    if (status == ASV_OK && entry.size != source->size) {
        status =
            asv_failf(err, ASV_E_STATE, "%.200s had another size when the package was begun", entry.name);
    } else if (status == ASV_OK) {
        keep(writer, &next);
    } else if (status == ASV_E_NOT_FOUND) {
        status = asv_zip_set_name(&entry, name);
        if (status == ASV_OK) {
            status = write_file(writer, source, &entry, err);
        }
    }
    if (status == ASV_OK) {
        *out = entry;
    }
    return status;
}

/* ---- the end ---- */

enum asv_status asv_zip_first(struct asv_zip_writer *writer, struct asv_journal_cursor *cursor,
                              struct asv_err *err)
{
    asv_journal_rewind(&writer->journal, cursor);
    return asv_zip_settle(writer, err);
}

enum asv_status asv_zip_next(const struct asv_zip_writer *writer, struct asv_journal_cursor *cursor,
                             struct asv_zip_entry *out, struct asv_err *err)
{
    if (writer->kept_count > 0 && cursor->at >= writer->kept.at) {
        return ASV_E_NOT_FOUND; /* finished by an earlier run, but not added yet */
    }
    return asv_journal_next(&writer->journal, cursor, out, err);
}

static enum asv_status write_out(struct asv_zip_writer *writer, size_t *len, struct asv_err *err)
{
    enum asv_status status = asv_io_pwrite(writer->fd, writer->buffer, *len, writer->at, writer->name, err);
    writer->at += *len;
    *len = 0;
    return status;
}

static enum asv_status write_directory(struct asv_zip_writer *writer, struct asv_err *err)
{
    struct asv_zip_end end = {.offset = writer->at};
    struct asv_journal_cursor cursor;
    struct asv_zip_entry entry;
    size_t len = 0;
    enum asv_status status = asv_zip_first(writer, &cursor, err);
    while (status == ASV_OK && (status = asv_zip_next(writer, &cursor, &entry, err)) == ASV_OK) {
        len += asv_zip_central(writer->buffer + len, &entry);
        end.count++;
        if (ASV_ZIP_BUFFER_BYTES - len < ASV_ZIP_HEADER_MAX_BYTES) {
            status = write_out(writer, &len, err);
        }
    }
    status = status == ASV_E_NOT_FOUND ? write_out(writer, &len, err) : status;
    if (status == ASV_OK) {
        end.size = writer->at - end.offset;
        len = asv_zip_tail(writer->buffer, &end);
        status = write_out(writer, &len, err);
    }
    return status;
}

enum asv_status asv_zip_finish(struct asv_zip_writer *writer, struct asv_err *err)
{
    char name[ASV_ZIP_FILE_BYTES + 16];
    enum asv_status status = ASV_OK;
    if (writer->kept_count > 0) {
        status = asv_fail(err, ASV_E_STATE, "the package was begun with more files");
    }
    if (status == ASV_OK) {
        status = write_directory(writer, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_data(writer->fd, writer->name, err);
    }
    if (status == ASV_OK) {
        status =
            asv_io_rename(writer->dir, beside(name, writer->name, PARTIAL), writer->dir, writer->name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(writer->dir, writer->name, err);
    }
    if (status == ASV_OK) { /* PK-010. Else the next run takes it away */
        (void)unlinkat(writer->dir, beside(name, writer->name, JOURNAL), 0);
    }
    asv_zip_close(writer);
    return status;
}
