/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "server/base/io.h"

#define WHAT        "the package's journal"
#define MAGIC       "asservat-package-journal-1\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define HEAD_BYTES  (MAGIC_BYTES + ASV_PLAN_BYTES)

void asv_journal_close(struct asv_journal *journal)
{
    if (journal->fd >= 0) {
        (void)close(journal->fd);
        journal->fd = -1;
    }
}

/* ---- records ---- */

static void link_record(uint8_t chain[ASV_SHA256_BYTES], const uint8_t *body, size_t len)
{
    struct asv_sha256 state;
    asv_sha256_init(&state);
    asv_sha256_update(&state, chain, ASV_SHA256_BYTES);
    asv_sha256_update(&state, body, len);
    asv_sha256_final(&state, chain);
}

enum asv_status asv_journal_add(struct asv_journal *journal, const struct asv_zip_entry *entry)
{
    struct asv_writer writer;
    uint8_t *at = journal->pending + journal->pending_len;
    if (sizeof journal->pending - journal->pending_len < ASV_JOURNAL_RECORD_MAX_BYTES) {
        return ASV_E_NO_SPACE;
    }
    asv_writer_init(&writer, at, ASV_JOURNAL_RECORD_MAX_BYTES);
    asv_write_view8(&writer, entry->name, entry->name_len);
    asv_write_u64(&writer, entry->offset);
    asv_write_u64(&writer, entry->size);
    asv_write_u32(&writer, entry->crc32);
    asv_write_bytes(&writer, entry->sha256, sizeof entry->sha256);
    link_record(journal->chain, at, writer.len);
    asv_write_bytes(&writer, journal->chain, sizeof journal->chain);
    journal->pending_len += writer.len;
    journal->count++;
    return ASV_OK;
}

enum asv_status asv_journal_flush(struct asv_journal *journal, struct asv_err *err)
{
    if (journal->pending_len == 0) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_io_pwrite(journal->fd, journal->pending, journal->pending_len, journal->end, WHAT, err);
    if (status == ASV_OK) {
        status = asv_io_sync_data(journal->fd, WHAT, err);
    }
    if (status == ASV_OK) {
        journal->end += journal->pending_len;
        journal->pending_len = 0;
    }
    return status;
}

/* PK-055: the first record is bound to the plan, so that none of another plan's journal follows this head. */
void asv_journal_rewind(const struct asv_journal *journal, struct asv_journal_cursor *cursor)
{
    *cursor = (struct asv_journal_cursor){.at = HEAD_BYTES};
    memcpy(cursor->chain, journal->plan, sizeof cursor->chain);
}

/* ASV_E_MALFORMED for anything but a whole record behind the one with this chain. */
static enum asv_status decode(struct asv_reader *reader, struct asv_journal_cursor *cursor,
                              struct asv_zip_entry *out)
{
    struct asv_zip_entry entry = {.name_len = 0};
    struct asv_bytes name;
    uint8_t chain[ASV_SHA256_BYTES];
    uint8_t said[ASV_SHA256_BYTES];
    if (asv_read_view8(reader, &name, ASV_PACKAGE_NAME_BYTES) != ASV_OK ||
        asv_read_u64(reader, &entry.offset) != ASV_OK || asv_read_u64(reader, &entry.size) != ASV_OK ||
        asv_read_u32(reader, &entry.crc32) != ASV_OK ||
        asv_read_copy(reader, entry.sha256, sizeof entry.sha256) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    memcpy(chain, cursor->chain, sizeof chain);
    link_record(chain, reader->data, reader->at);
    if (asv_read_copy(reader, said, sizeof said) != ASV_OK || memcmp(said, chain, sizeof chain) != 0 ||
        asv_zip_set_name(&entry, name) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    memcpy(cursor->chain, chain, sizeof chain);
    cursor->at += reader->at;
    *out = entry;
    return ASV_OK;
}

enum asv_status asv_journal_next(const struct asv_journal *journal, struct asv_journal_cursor *cursor,
                                 struct asv_zip_entry *out, struct asv_err *err)
{
    uint8_t data[ASV_JOURNAL_RECORD_MAX_BYTES];
    struct asv_reader reader;
    uint64_t left = journal->end - cursor->at;
    size_t len = left < sizeof data ? (size_t)left : sizeof data;
    if (left == 0) {
        return ASV_E_NOT_FOUND;
    }
    enum asv_status status = asv_io_pread(journal->fd, data, len, cursor->at, WHAT, err);
    if (status == ASV_OK) {
        asv_reader_init(&reader, data, len);
        status = decode(&reader, cursor, out);
        if (status != ASV_OK) {
            status = asv_fail_at(err, status, WHAT " has no record at byte", cursor->at);
        }
    }
    return status;
}

/* ---- opening ---- */

enum asv_status asv_journal_cut(struct asv_journal *journal, const struct asv_journal_cursor *cursor,
                                uint64_t count, struct asv_err *err)
{
    if (ftruncate(journal->fd, (off_t)cursor->at) != 0) {
        return asv_io_fail(err, errno, WHAT);
    }
    bool shorter = cursor->at < journal->end;
    journal->end = cursor->at;
    journal->count = count;
    journal->pending_len = 0;
    memcpy(journal->chain, cursor->chain, sizeof journal->chain);
    return shorter ? asv_io_sync_data(journal->fd, WHAT, err) : ASV_OK;
}

/* Whether it begins as one for this plan. */
static bool is_for(struct asv_journal *journal, const uint8_t head[HEAD_BYTES])
{
    uint8_t have[HEAD_BYTES];
    uint64_t size = 0;
    if (asv_io_size(journal->fd, &size, WHAT, NULL) != ASV_OK || size < sizeof have ||
        asv_io_pread(journal->fd, have, sizeof have, 0, WHAT, NULL) != ASV_OK) {
        return false;
    }
    journal->end = size;
    return memcmp(have, head, sizeof have) == 0;
}

/* PK-055: on the medium before the package's bytes are touched. */
static enum asv_status begin(struct asv_journal *journal, const uint8_t head[HEAD_BYTES], struct asv_err *err)
{
    if (ftruncate(journal->fd, 0) != 0) {
        return asv_io_fail(err, errno, WHAT);
    }
    journal->end = HEAD_BYTES;
    enum asv_status status = asv_io_pwrite(journal->fd, head, HEAD_BYTES, 0, WHAT, err);
    return status == ASV_OK ? asv_io_sync_data(journal->fd, WHAT, err) : status;
}

/* Counts the whole records, and cuts off what is behind them. */
static enum asv_status recover(struct asv_journal *journal, struct asv_err *err)
{
    struct asv_journal_cursor cursor;
    struct asv_zip_entry entry;
    uint64_t count = 0;
    asv_journal_rewind(journal, &cursor);
    enum asv_status status = asv_journal_next(journal, &cursor, &entry, NULL);
    for (; status == ASV_OK; count++) {
        status = asv_journal_next(journal, &cursor, &entry, NULL);
    }
    return status == ASV_E_NOT_FOUND || status == ASV_E_MALFORMED
               ? asv_journal_cut(journal, &cursor, count, err)
               : asv_fail(err, status, WHAT " cannot be read");
}

enum asv_status asv_journal_open(int dir, const char *name, const uint8_t plan[ASV_PLAN_BYTES],
                                 struct asv_journal *out, struct asv_err *err)
{
    uint8_t head[HEAD_BYTES];
    *out = (struct asv_journal){.fd = -1};
    memcpy(out->plan, plan, sizeof out->plan);
    memcpy(head, MAGIC, MAGIC_BYTES);
    memcpy(head + MAGIC_BYTES, plan, ASV_PLAN_BYTES);
    enum asv_status status = asv_io_open(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &out->fd, err);
    if (status == ASV_OK && flock(out->fd, LOCK_EX | LOCK_NB) != 0) {
        status = errno == EWOULDBLOCK
                     ? asv_fail(err, ASV_E_BUSY, "the package is being made by another process")
                     : asv_io_fail(err, errno, WHAT);
    }
    if (status == ASV_OK && !is_for(out, head)) {
        status = begin(out, head, err);
    }
    if (status == ASV_OK) {
        status = recover(out, err);
    }
    if (status != ASV_OK) {
        asv_journal_close(out);
    }
    return status;
}
