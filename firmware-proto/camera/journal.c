/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/state.h"

#define MAGIC   UINT32_C(0x4153564c) /* "ASVL" */
#define VERSION 1

#define LOG_STATE_PATH "state/log"

static void file_path(char out[ASV_FLASH_PATH_MAX + 1], uint64_t first)
{
    snprintf(out, ASV_FLASH_PATH_MAX + 1, "log/%" PRIu64, first);
}

enum asv_status asv_journal_decode(struct asv_journal_file *out, const void *data, size_t len,
                                   void (*entry)(void *arg, const struct asv_devlog_entry *entry,
                                                 struct asv_bytes encoded),
                                   void *arg)
{
    struct asv_journal_file file = {.first = 0};
    struct asv_reader reader;
    uint32_t magic = 0;
    uint8_t version = 0;
    asv_reader_init(&reader, data, len);
    if (asv_read_u32(&reader, &magic) != ASV_OK || magic != MAGIC ||
        asv_read_u8(&reader, &version) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    if (version != VERSION) {
        return ASV_E_UNSUPPORTED;
    }
    if (asv_read_u64(&reader, &file.first) != ASV_OK || file.first == 0 ||
        asv_read_copy(&reader, file.before, sizeof file.before) != ASV_OK) {
        return ASV_E_MALFORMED;
    }
    memcpy(file.after, file.before, sizeof file.after);
    file.next = file.first;
    file.good_bytes = reader.at;
    for (;;) {
        struct asv_devlog_entry one;
        struct asv_bytes encoded = {.data = reader.data + reader.at, .len = 0};
        uint8_t digest[ASV_SHA256_BYTES];
        uint8_t check[ASV_JOURNAL_CHECK_BYTES];
        if (asv_devlog_entry_decode(&reader, &one) != ASV_OK || one.number != file.next) {
            break;
        }
        encoded.len = reader.at - file.good_bytes;
        memcpy(digest, file.after, sizeof digest);
        asv_devlog_digest(digest, encoded.data, encoded.len);
        if (asv_read_copy(&reader, check, sizeof check) != ASV_OK ||
            memcmp(check, digest, sizeof check) != 0) {
            break;
        }
        if (entry != NULL) {
            entry(arg, &one, encoded);
        }
        memcpy(file.after, digest, sizeof digest);
        file.next++;
        file.good_bytes = reader.at;
    }
    *out = file;
    return ASV_OK;
}

/* A file's bytes; freed by the caller. */
static enum asv_status load_file(const struct asv_journal *journal, const char *path, uint8_t **data,
                                 size_t *len)
{
    uint8_t *bytes = malloc(ASV_JOURNAL_FILE_MAX);
    if (bytes == NULL) {
        return ASV_E_NO_MEMORY;
    }
    enum asv_status status = asv_flash_load(journal->flash, path, bytes, ASV_JOURNAL_FILE_MAX, len);
    if (status != ASV_OK) {
        free(bytes);
        return status;
    }
    *data = bytes;
    return ASV_OK;
}

/* ---- opening ---- */

/* The newest files there are, ascending. */
struct found {
    size_t count;
    uint64_t first[ASV_JOURNAL_MAX_FILES];
};

static enum asv_status note_file(void *arg, const char *name)
{
    struct found *found = arg;
    char *end = NULL;
    unsigned long long first = strtoull(name, &end, 10);
    if (name[0] < '1' || name[0] > '9' || *end != '\0') {
        return ASV_OK; /* no file of ours */
    }
    if (found->count == ASV_JOURNAL_MAX_FILES) {
        if (first < found->first[0]) {
            return ASV_OK;
        }
        found->count--;
        memmove(&found->first[0], &found->first[1], found->count * sizeof found->first[0]);
    }
    size_t at = found->count++;
    while (at > 0 && found->first[at - 1] > first) {
        found->first[at] = found->first[at - 1];
        at--;
    }
    found->first[at] = first;
    return ASV_OK;
}

/* Appends a part that is whole. */
static void add_part(struct asv_journal *journal, const struct asv_journal_file *file)
{
    if (journal->part_count != 0 && journal->part[journal->part_count - 1].next > file->first) {
        /* The entry before was not durable for sure when its number was given again: the later one counts. */
        journal->part[journal->part_count - 1].next = file->first;
    }
    struct asv_journal_part *part = &journal->part[journal->part_count++];
    part->first = file->first;
    part->next = file->next;
    memcpy(part->before, file->before, sizeof part->before);
    journal->next = file->next;
    memcpy(journal->digest, file->after, sizeof journal->digest);
}

static enum asv_status open_file(struct asv_journal *journal, uint64_t first)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    uint8_t *data = NULL;
    size_t len = 0;
    struct asv_journal_file file = {.first = 0};
    file_path(path, first);
    enum asv_status status = load_file(journal, path, &data, &len);
    if (status == ASV_E_NO_MEMORY) {
        return status;
    }
    bool loaded = status == ASV_OK;
    if (loaded) {
        status = asv_journal_decode(&file, data, len, NULL, NULL);
    }
    free(data);
    if (loaded && (len < ASV_JOURNAL_HEADER_BYTES || (status == ASV_OK && file.next == file.first))) {
        /* Begun, and the power went before an entry was durable. */
        journal->torn_bytes += len;
        status = asv_flash_remove(journal->flash, path);
        return status == ASV_E_DENIED ? ASV_OK : status; /* who only looks leaves it */
    }
    if (status != ASV_OK || file.first != first) {
        /* The medium lost it. It is left as it is, and its numbers are not given again. */
        journal->torn_bytes += len == 0 ? 1 : len;
        if (journal->next < first + ASV_JOURNAL_FILE_ENTRIES) {
            journal->next = first + ASV_JOURNAL_FILE_ENTRIES;
        }
        return ASV_OK;
    }
    journal->torn_bytes += len - file.good_bytes;
    add_part(journal, &file);
    return ASV_OK;
}

enum asv_status asv_journal_open(struct asv_journal *journal, const struct asv_flash *flash,
                                 const uint8_t boot[ASV_UUID_BYTES], struct asv_err *err)
{
    struct found found = {.count = 0};
    struct asv_camera_state state;
    memset(journal, 0, sizeof *journal);
    journal->flash = flash;
    journal->file = ASV_FLASH_NO_FILE;
    journal->next = 1;
    memcpy(journal->boot, boot, sizeof journal->boot);

    enum asv_status status = asv_camera_state_load(flash, LOG_STATE_PATH, ASV_CAMERA_STATE_LOG, &state);
    journal->acknowledged = status == ASV_OK ? state.body.log.acknowledged : 1;
    status = flash->ops->list(flash->ctx, "log", note_file, &found);
    if (status == ASV_OK && found.count != 0) {
        /* Who wrote it may have died before the last entry was durable: the next one is chained to it. */
        char path[ASV_FLASH_PATH_MAX + 1];
        file_path(path, found.first[found.count - 1]);
        journal->torn_bytes += flash->ops->settle(flash->ctx, path) == ASV_OK ? 0 : 1;
    }
    for (size_t i = 0; status == ASV_OK && i < found.count; i++) {
        status = open_file(journal, found.first[i]);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the device log cannot be read");
    }
    if (journal->next < journal->acknowledged) {
        /* The medium lost entries that a dock has: their numbers are not given again, or what comes now would
         * be taken for them. */
        journal->next = journal->acknowledged;
        journal->torn_bytes++;
    }
    return ASV_OK;
}

void asv_journal_close(struct asv_journal *journal)
{
    if (journal->file != ASV_FLASH_NO_FILE) {
        journal->flash->ops->close(journal->flash->ctx, journal->file);
        journal->file = ASV_FLASH_NO_FILE;
    }
}

/* ---- forgetting ---- */

uint64_t asv_journal_first(const struct asv_journal *journal)
{
    return journal->part_count == 0 ? journal->next : journal->part[0].first;
}

static enum asv_status drop_first(struct asv_journal *journal)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    file_path(path, journal->part[0].first);
    enum asv_status status = asv_flash_remove(journal->flash, path);
    if (status == ASV_OK) {
        journal->part_count--;
        memmove(&journal->part[0], &journal->part[1], journal->part_count * sizeof journal->part[0]);
    }
    return status;
}

/* The last file is kept: number and digest of the next entry follow from it. */
static enum asv_status drop_acknowledged(struct asv_journal *journal)
{
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && journal->part_count > 1 && journal->part[0].next <= journal->acknowledged) {
        status = drop_first(journal);
    }
    return status;
}

enum asv_status asv_journal_acknowledge(struct asv_journal *journal, uint64_t next)
{
    if (next > journal->next) {
        return ASV_E_USAGE;
    }
    if (next > journal->acknowledged) {
        const struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_LOG, .body.log.acknowledged = next};
        enum asv_status status = asv_camera_state_save(journal->flash, LOG_STATE_PATH, &state);
        if (status != ASV_OK) {
            return status;
        }
        journal->acknowledged = next;
    }
    return drop_acknowledged(journal);
}

/* ---- writing ---- */

static enum asv_status begin_file(struct asv_journal *journal)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    uint8_t header[ASV_JOURNAL_HEADER_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    int file = ASV_FLASH_NO_FILE;
    const struct asv_flash *flash = journal->flash;

    asv_writer_init(&writer, header, sizeof header);
    asv_write_u32(&writer, MAGIC);
    asv_write_u8(&writer, VERSION);
    asv_write_u64(&writer, journal->next);
    asv_write_bytes(&writer, journal->digest, sizeof journal->digest);
    enum asv_status status = asv_write_end(&writer, &len);
    if (status != ASV_OK) {
        return status;
    }
    file_path(path, journal->next);
    /* One that an attempt left behind holds no entry. */
    status = flash->ops->unlink(flash->ctx, path);
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        return status;
    }
    status = flash->ops->create(flash->ctx, path, &file);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_flash_append(flash, file, header, len, NULL);
    if (status == ASV_OK) {
        status = flash->ops->sync_dir(flash->ctx, "log");
    }
    if (status != ASV_OK) {
        flash->ops->close(flash->ctx, file);
        return status;
    }
    journal->file = file;
    journal->file_entries = 0;
    return ASV_OK;
}

/* Room for a file more, in number and in entries. */
static enum asv_status make_room(struct asv_journal *journal)
{
    uint64_t dropped = 0;
    while (journal->part_count > 1 &&
           (journal->part_count == ASV_JOURNAL_MAX_FILES ||
            journal->next - journal->part[0].first > ASV_JOURNAL_MAX_ENTRIES - ASV_JOURNAL_FILE_ENTRIES)) {
        uint64_t lost = journal->part[0].next - journal->part[0].first;
        bool unread = journal->part[0].next > journal->acknowledged;
        enum asv_status status = drop_first(journal);
        if (status != ASV_OK) {
            return status;
        }
        dropped += unread ? lost : 0;
    }
    journal->unwritten += dropped;
    return ASV_OK;
}

/* Writes one entry; the journal is unchanged unless it is durable. */
static enum asv_status add_one(struct asv_journal *journal, uint16_t kind, int64_t wall_ms, uint64_t mono_ms,
                               const void *value, size_t value_len)
{
    uint8_t data[ASV_DEVLOG_ENTRY_MAX + ASV_JOURNAL_CHECK_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    const struct asv_flash *flash = journal->flash;
    struct asv_devlog_entry entry = {.number = journal->next,
                                     .kind = kind,
                                     .wall_ms = wall_ms,
                                     .mono_ms = mono_ms,
                                     .value = {.data = value, .len = value_len}};
    memcpy(entry.boot, journal->boot, sizeof entry.boot);
    if (journal->file == ASV_FLASH_NO_FILE) {
        enum asv_status begun = begin_file(journal);
        if (begun != ASV_OK) {
            return begun;
        }
    }
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_devlog_entry_encode(&writer, &entry);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(digest, journal->digest, sizeof digest);
    asv_devlog_digest(digest, data, writer.len);
    asv_write_bytes(&writer, digest, ASV_JOURNAL_CHECK_BYTES);
    status = asv_write_end(&writer, &len);
    if (status == ASV_OK) {
        status = asv_flash_append(flash, journal->file, data, len, NULL);
    }
    if (status == ASV_OK) {
        status = flash->ops->sync(flash->ctx, journal->file);
    }
    if (status != ASV_OK) {
        /* What of it is on the medium is not known: the next entry, of the same number, begins a new file. */
        asv_journal_close(journal);
        return status;
    }
    if (journal->file_entries++ == 0) {
        struct asv_journal_part *part = &journal->part[journal->part_count++];
        part->first = journal->next;
        memcpy(part->before, journal->digest, sizeof part->before);
    }
    memcpy(journal->digest, digest, sizeof digest);
    journal->next++;
    journal->part[journal->part_count - 1].next = journal->next;
    return ASV_OK;
}

enum asv_status asv_journal_add(struct asv_journal *journal, uint16_t kind, int64_t wall_ms, uint64_t mono_ms,
                                const void *value, size_t value_len)
{
    enum asv_status status = ASV_OK;
    if (journal->file != ASV_FLASH_NO_FILE && journal->file_entries >= ASV_JOURNAL_FILE_ENTRIES) {
        asv_journal_close(journal);
    }
    if (journal->file == ASV_FLASH_NO_FILE) {
        status = make_room(journal);
    }
    if (status == ASV_OK && journal->unwritten != 0) {
        char text[64];
        int n = snprintf(text, sizeof text, "device log: %" PRIu64 " entries were lost", journal->unwritten);
        status = add_one(journal, ASV_DEVLOG_FAULT, wall_ms, mono_ms, text, (size_t)n);
        if (status == ASV_OK) {
            journal->unwritten = 0;
        }
    }
    if (status == ASV_OK) {
        status = add_one(journal, kind, wall_ms, mono_ms, value, value_len);
    }
    if (status != ASV_OK) {
        journal->unwritten++;
    }
    return status;
}

/* ---- reading ---- */

struct collect {
    uint64_t from;
    uint64_t end;   /* of the file's entries that count */
    uint16_t count; /* at most */
    uint8_t *out;
    size_t max_bytes;
    struct asv_journal_run *run;
    bool full;
};

static void collect_entry(void *arg, const struct asv_devlog_entry *entry, struct asv_bytes encoded)
{
    struct collect *collect = arg;
    struct asv_journal_run *run = collect->run;
    if (entry->number >= collect->end) {
        return;
    }
    if (entry->number < collect->from) {
        asv_devlog_digest(run->before, encoded.data, encoded.len);
        return;
    }
    if (collect->full || run->count == collect->count || encoded.len > collect->max_bytes - run->len) {
        collect->full = true;
        return;
    }
    memcpy(collect->out + run->len, encoded.data, encoded.len);
    run->len += encoded.len;
    run->count++;
}

enum asv_status asv_journal_read(struct asv_journal *journal, uint64_t from, uint16_t count, uint8_t *out,
                                 size_t max_bytes, struct asv_journal_run *run)
{
    uint64_t first = from < asv_journal_first(journal) ? asv_journal_first(journal) : from;
    first = first > journal->next ? journal->next : first;
    *run = (struct asv_journal_run){.first = first};
    memcpy(run->before, journal->digest, sizeof run->before);
    struct collect collect = {.from = first, .count = count, .out = out, .max_bytes = max_bytes, .run = run};
    bool begun = false;
    for (size_t i = 0; i < journal->part_count && !collect.full && run->count < count; i++) {
        char path[ASV_FLASH_PATH_MAX + 1];
        struct asv_journal_file file;
        uint8_t *data = NULL;
        size_t len = 0;
        if (journal->part[i].next <= first) {
            continue;
        }
        if (!begun) {
            /* The medium may have lost what was asked for first. */
            first = journal->part[i].first > first ? journal->part[i].first : first;
            run->first = first;
            collect.from = first;
            memcpy(run->before, journal->part[i].before, sizeof run->before);
            begun = true;
        } else if (journal->part[i].first != first + run->count) {
            break; /* a file between them is gone: what follows is read from there on */
        }
        file_path(path, journal->part[i].first);
        enum asv_status status = load_file(journal, path, &data, &len);
        collect.end = journal->part[i].next;
        if (status == ASV_OK) {
            status = asv_journal_decode(&file, data, len, collect_entry, &collect);
        }
        free(data);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}
