/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/zip_read.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/beside.h"

#define FLAG_ENCRYPTED  0x0001
#define FLAG_DESCRIPTOR 0x0008
#define METHOD_AES      99
#define TYPE_MASK       0170000u
#define TYPE_FILE       0100000u
#define IS_UNIX         3
#define DOS_DIRECTORY   0x10u
#define COMMENT_MAX     65535
#define ID_ZIP64        1

static const struct asv_bytes itself = {NULL, 0};

/* Of a file: it is read, and its CRC-32 taken, while the piece before is digested. */
struct asv_zip_piece {
    size_t len;
    uint8_t data[ASV_ZIP_READ_BYTES];
};

/* ---- reading ---- */

/* A medium that cannot be read is no fault of the package's, but of its place. */
static enum asv_status get(const struct asv_zip_reader *reader, uint64_t offset, void *out, size_t len,
                           struct asv_fault *fault, struct asv_err *err)
{
    enum asv_status status = reader->input.read(reader->input.ctx, offset, out, len, err);
    if (status != ASV_OK) {
        fault->kind = ASV_FAULT_UNREADABLE;
        fault->offset = offset;
        fault->file[0] = '\0';
    }
    return status;
}

void asv_zip_reader_close(struct asv_zip_reader *reader)
{
    asv_names_free(&reader->names);
    free(reader->buffer);
    reader->buffer = NULL;
}

/* ---- the end ---- */

/* No end where it should be: is it further in front? */
static enum asv_status find_end(const struct asv_zip_reader *reader, struct asv_fault *fault,
                                struct asv_err *err)
{
    uint64_t size = reader->input.size;
    uint64_t from = size > COMMENT_MAX + ASV_ZIP_END_BYTES ? size - COMMENT_MAX - ASV_ZIP_END_BYTES : 0;
    size_t len = (size_t)(size - from);
    enum asv_status status = get(reader, from, reader->buffer->data, len, fault, err);
    if (status != ASV_OK) {
        return status;
    }
    for (size_t i = len; i >= ASV_ZIP_END_BYTES; i--) {
        const uint8_t *at = reader->buffer->data + i - ASV_ZIP_END_BYTES;
        if (asv_zip_load32(at) == ASV_ZIP_END_MAGIC) {
            bool comment = asv_zip_load16(at + 20) == len - i;
            return asv_fault_at(fault, comment ? ASV_FAULT_COMMENT : ASV_FAULT_TRAILING, itself, from + i,
                                err);
        }
    }
    return asv_fault_at(fault, ASV_FAULT_NO_END, itself, size, err);
}

/* What the end says, from ZIP64's part where there is one. */
static enum asv_status read_end(struct asv_zip_reader *reader, size_t *tail, struct asv_fault *fault,
                                struct asv_err *err)
{
    uint8_t end[ASV_ZIP_TAIL_MAX_BYTES];
    uint64_t size = reader->input.size;
    size_t len = size < sizeof end ? (size_t)size : sizeof end;
    enum asv_status status = get(reader, size - len, end, len, fault, err);
    if (status != ASV_OK) {
        return status;
    }
    const uint8_t *at = end + len - (len < ASV_ZIP_END_BYTES ? len : ASV_ZIP_END_BYTES);
    if (len < ASV_ZIP_END_BYTES || asv_zip_load32(at) != ASV_ZIP_END_MAGIC || asv_zip_load16(at + 20) != 0) {
        return find_end(reader, fault, err);
    }
    reader->end =
        (struct asv_zip_end){asv_zip_load16(at + 10), asv_zip_load32(at + 16), asv_zip_load32(at + 12)};
    *tail = ASV_ZIP_END_BYTES;
    bool large = reader->end.count == ASV_ZIP_U16 || reader->end.offset == ASV_ZIP_U32 ||
                 reader->end.size == ASV_ZIP_U32;
    if (large && len == sizeof end) {
        reader->end = (struct asv_zip_end){asv_zip_load64(end + 32), asv_zip_load64(end + 48),
                                           asv_zip_load64(end + 40)};
        *tail = sizeof end;
    }
    return ASV_OK;
}

/* PK-040: whether it is the only end that such a directory can have, and that directory lies before it. */
static enum asv_status check_end(struct asv_zip_reader *reader, size_t tail, struct asv_fault *fault,
                                 struct asv_err *err)
{
    uint8_t have[ASV_ZIP_TAIL_MAX_BYTES];
    uint8_t want[ASV_ZIP_TAIL_MAX_BYTES];
    const struct asv_zip_end *end = &reader->end;
    uint64_t at = reader->input.size - tail;
    enum asv_status status = get(reader, at, have, tail, fault, err);
    if (status != ASV_OK) {
        return status;
    }
    if (end->count == 0 || end->count > ASV_PACKAGE_FILES_MAX) {
        return asv_fault_at(fault, ASV_FAULT_COUNT, itself, at, err);
    }
    if (end->offset > ASV_ZIP_SIZE_MAX || end->size > ASV_ZIP_SIZE_MAX || end->offset + end->size != at ||
        asv_zip_tail(want, end) != tail || memcmp(want, have, tail) != 0) {
        return asv_fault_at(fault, ASV_FAULT_END, itself, at, err);
    }
    reader->record_at = end->offset;
    return ASV_OK;
}

enum asv_status asv_zip_open(struct asv_zip_reader *reader, const struct asv_package_input *input,
                             struct asv_fault *fault, struct asv_err *err)
{
    size_t tail = 0;
    *reader = (struct asv_zip_reader){.input = *input};
    asv_crc32_init(&reader->crc);
    reader->buffer = malloc(sizeof *reader->buffer);
    if (reader->buffer == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_end(reader, &tail, fault, err);
    return status == ASV_OK ? check_end(reader, tail, fault, err) : status;
}

/* ---- a record of the directory ---- */

struct record {
    uint8_t data[ASV_ZIP_HEADER_MAX_BYTES];
    size_t name_len, extra_len;
};

static struct asv_bytes name_of(const struct record *record)
{
    return (struct asv_bytes){record->data + ASV_ZIP_CENTRAL_BYTES, record->name_len};
}

/* Reads one, which lies before the end. */
static enum asv_status read_record(const struct asv_zip_reader *reader, struct record *record,
                                   struct asv_fault *fault, struct asv_err *err)
{
    uint64_t at = reader->record_at;
    uint64_t left = reader->end.offset + reader->end.size - at;
    if (left < ASV_ZIP_CENTRAL_BYTES) {
        return asv_fault_at(fault, ASV_FAULT_DIRECTORY, itself, at, err);
    }
    enum asv_status status = get(reader, at, record->data, ASV_ZIP_CENTRAL_BYTES, fault, err);
    if (status != ASV_OK) {
        return status;
    }
    record->name_len = asv_zip_load16(record->data + 28);
    record->extra_len = asv_zip_load16(record->data + 30);
    if (asv_zip_load32(record->data) != ASV_ZIP_CENTRAL_MAGIC ||
        record->name_len + record->extra_len > left - ASV_ZIP_CENTRAL_BYTES) {
        return asv_fault_at(fault, ASV_FAULT_DIRECTORY, itself, at, err);
    }
    if (record->name_len > ASV_PACKAGE_NAME_BYTES) {
        return asv_fault_at(fault, ASV_FAULT_NAME, itself, at, err);
    }
    if (record->extra_len > ASV_ZIP_EXTRA_MAX_BYTES) {
        return asv_fault_at(fault, ASV_FAULT_EXTRA, itself, at, err);
    }
    return get(reader, at + ASV_ZIP_CENTRAL_BYTES, record->data + ASV_ZIP_CENTRAL_BYTES,
               record->name_len + record->extra_len, fault, err);
}

/* What a record says that no package's does, by name; ASV_FAULT_HEADER: something else. */
static enum asv_fault_kind name_fault(const struct record *record)
{
    const uint8_t *at = record->data;
    uint16_t flags = asv_zip_load16(at + 8);
    uint16_t method = asv_zip_load16(at + 10);
    uint32_t attributes = asv_zip_load32(at + 38);
    if ((flags & FLAG_ENCRYPTED) != 0 || method == METHOD_AES) {
        return ASV_FAULT_ENCRYPTED;
    }
    if ((flags & FLAG_DESCRIPTOR) != 0) {
        return ASV_FAULT_DESCRIPTOR;
    }
    if (method != 0) {
        return ASV_FAULT_COMPRESSED;
    }
    if (at[5] == IS_UNIX ? ((attributes >> 16) & TYPE_MASK) != TYPE_FILE
                         : (attributes & DOS_DIRECTORY) != 0) {
        return ASV_FAULT_NOT_A_FILE;
    }
    if (asv_zip_load16(at + 32) != 0) {
        return ASV_FAULT_COMMENT;
    }
    return record->extra_len != 0 ? ASV_FAULT_EXTRA : ASV_FAULT_HEADER;
}

/* ZIP64's numbers, those of them that are there, in their order. */
static void read_numbers(const struct record *record, struct asv_zip_entry *entry)
{
    const uint8_t *extra = record->data + ASV_ZIP_CENTRAL_BYTES + record->name_len;
    const uint8_t *at = extra + 4;
    const uint8_t *end = extra + record->extra_len;
    entry->crc32 = asv_zip_load32(record->data + 16);
    entry->size = asv_zip_load32(record->data + 24);
    entry->offset = asv_zip_load32(record->data + 42);
    if (record->extra_len < 4 || asv_zip_load16(extra) != ID_ZIP64) {
        return;
    }
    if (entry->size == ASV_ZIP_U32 && end - at >= 16) {
        entry->size = asv_zip_load64(at);
        at += 16; /* twice */
    }
    if (entry->offset == ASV_ZIP_U32 && end - at >= 8) {
        entry->offset = asv_zip_load64(at);
    }
}

/* PK-040 */
static enum asv_status check_record(struct asv_zip_reader *reader, const struct record *record,
                                    struct asv_zip_entry *entry, struct asv_fault *fault, struct asv_err *err)
{
    uint8_t want[ASV_ZIP_HEADER_MAX_BYTES];
    struct asv_bytes name = name_of(record);
    size_t len = ASV_ZIP_CENTRAL_BYTES + record->name_len + record->extra_len;
    uint64_t at = reader->record_at;
    if (asv_zip_set_name(entry, name) != ASV_OK) {
        return asv_fault_at(fault, ASV_FAULT_NAME, name, at, err);
    }
    read_numbers(record, entry);
    if (asv_zip_central(want, entry) != len || memcmp(want, record->data, len) != 0) {
        return asv_fault_at(fault, name_fault(record), name, at, err);
    }
    enum asv_status status = asv_names_add(&reader->names, name);
    if (status == ASV_E_EXISTS) {
        return asv_fault_at(fault, ASV_FAULT_DUPLICATE, name, at, err);
    }
    if (status != ASV_OK) {
        return status == ASV_E_LIMIT ? asv_fault_at(fault, ASV_FAULT_COUNT, name, at, err)
                                     : asv_fail(err, status, "no memory");
    }
    if (entry->offset != reader->at) {
        return asv_fault_at(fault, entry->offset < reader->at ? ASV_FAULT_OVERLAP : ASV_FAULT_GAP, name,
                            entry->offset < reader->at ? entry->offset : reader->at, err);
    }
    if (entry->size > ASV_ZIP_SIZE_MAX || asv_zip_end_offset(entry) > reader->end.offset) {
        return asv_fault_at(fault, ASV_FAULT_OVERLAP, name, reader->end.offset, err);
    }
    reader->record_at += len;
    return ASV_OK;
}

/* ---- a file ---- */

static enum asv_status check_local(struct asv_zip_reader *reader, const struct asv_zip_entry *entry,
                                   struct asv_fault *fault, struct asv_err *err)
{
    uint8_t have[ASV_ZIP_HEADER_MAX_BYTES];
    uint8_t want[ASV_ZIP_HEADER_MAX_BYTES];
    size_t len = asv_zip_local(want, entry);
    enum asv_status status = get(reader, entry->offset, have, len, fault, err);
    if (status == ASV_OK && memcmp(have, want, len) != 0) {
        size_t at = 0;
        while (have[at] == want[at]) {
            at++;
        }
        status = asv_fault_at(fault, ASV_FAULT_LOCAL, asv_zip_name(entry), entry->offset + at, err);
    }
    return status;
}

struct pieces {
    const struct asv_zip_reader *reader;
    const struct asv_zip_entry *entry;
    uint32_t crc;
};

static enum asv_status read_piece(void *ctx, uint64_t i, void *slot, struct asv_err *err)
{
    struct pieces *of = ctx;
    struct asv_zip_piece *piece = slot;
    const struct asv_package_input *input = &of->reader->input;
    const struct asv_zip_watch *watch = of->reader->watch;
    uint64_t done = i * ASV_ZIP_READ_BYTES;
    uint64_t left = of->entry->size - done;
    piece->len = left < ASV_ZIP_READ_BYTES ? (size_t)left : ASV_ZIP_READ_BYTES;
    enum asv_status status =
        input->read(input->ctx, asv_zip_data_offset(of->entry) + done, piece->data, piece->len, err);
    if (status == ASV_OK) {
        of->crc = asv_crc32(&of->reader->crc, of->crc, piece->data, piece->len);
        if (watch != NULL) {
            watch->bytes(watch->ctx, piece->data, piece->len);
        }
    }
    return status;
}

static enum asv_status digest(const struct asv_beside_work *work, struct asv_sha256 *state,
                              const struct asv_zip_entry *entry, struct asv_fault *fault, struct asv_err *err)
{
    struct asv_beside *beside = NULL;
    void *slot = NULL;
    enum asv_status status = asv_beside_open(&beside, work, err);
    if (status != ASV_OK) {
        return status;
    }
    for (uint64_t i = 0; i < work->count && status == ASV_OK; i++) {
        status = asv_beside_next(beside, &slot, err);
        const struct asv_zip_piece *piece = slot;
        if (status == ASV_OK) {
            asv_sha256_update(state, piece->data, piece->len);
        } else {
            fault->kind = ASV_FAULT_UNREADABLE;
            fault->offset = asv_zip_data_offset(entry) + i * ASV_ZIP_READ_BYTES;
            fault->file[0] = '\0';
        }
    }
    asv_beside_close(beside);
    return status;
}

static enum asv_status check_bytes(struct asv_zip_reader *reader, struct asv_zip_entry *entry,
                                   struct asv_fault *fault, struct asv_err *err)
{
    struct asv_sha256 state;
    struct pieces of = {.reader = reader, .entry = entry};
    const struct asv_beside_work work = {.ctx = &of,
                                         .count = entry->size / ASV_ZIP_READ_BYTES +
                                                  (entry->size % ASV_ZIP_READ_BYTES > 0 ? 1 : 0),
                                         .slot_bytes = sizeof(struct asv_zip_piece),
                                         .spare = reader->buffer,
                                         .threads = 1, /* in their order, for the CRC-32 */
                                         .make = read_piece};
    const struct asv_zip_watch *watch = reader->watch;
    asv_sha256_init(&state);
    if (watch != NULL) {
        watch->begin(watch->ctx, asv_zip_data_offset(entry));
    }
    enum asv_status status = work.count > 0 ? digest(&work, &state, entry, fault, err) : ASV_OK;
    if (status != ASV_OK) {
        return status;
    }
    asv_sha256_final(&state, entry->sha256);
    if (watch != NULL) {
        watch->end(watch->ctx);
    }
    return of.crc == entry->crc32
               ? ASV_OK
               : asv_fault_at(fault, ASV_FAULT_CRC, asv_zip_name(entry), asv_zip_data_offset(entry), err);
}

enum asv_status asv_zip_read(struct asv_zip_reader *reader, struct asv_zip_entry *out,
                             struct asv_fault *fault, struct asv_err *err)
{
    struct record record = {.name_len = 0};
    struct asv_zip_entry entry = {.name_len = 0};
    if (reader->count == reader->end.count) { /* PK-040: every byte was somebody's */
        uint64_t end = reader->end.offset + reader->end.size;
        return reader->record_at != end
                   ? asv_fault_at(fault, ASV_FAULT_DIRECTORY, itself, reader->record_at, err)
               : reader->at != reader->end.offset
                   ? asv_fault_at(fault, ASV_FAULT_GAP, itself, reader->at, err)
                   : ASV_E_NOT_FOUND;
    }
    enum asv_status status = read_record(reader, &record, fault, err);
    if (status == ASV_OK) {
        status = check_record(reader, &record, &entry, fault, err);
    }
    if (status == ASV_OK) {
        status = check_local(reader, &entry, fault, err);
    }
    if (status == ASV_OK) {
        status = check_bytes(reader, &entry, fault, err);
    }
    if (status == ASV_OK) {
        reader->at = asv_zip_end_offset(&entry);
        reader->count++;
        *out = entry;
    }
    return status;
}
