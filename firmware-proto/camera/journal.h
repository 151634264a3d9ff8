/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The device log as the camera keeps it: what the wearer and the docks did with it, each entry durable when
 * it is written, hash-chained (wire/devlog.h), signed when it is read.
 *
 * It lies in files log/NUMBER, NUMBER being that of the first entry:
 *
 *     "ASVL", version u8 = 1, first u64, running digest before it 32
 *     then for each entry: the entry as in wire/devlog.h, first 8 bytes of the running digest behind it
 *
 * Every boot begins a new file. What a dock has acknowledged is forgotten, a file at a time; when nobody
 * reads it, the oldest file is dropped at ASV_JOURNAL_MAX_ENTRIES and the loss is an entry of its own.
 */
#ifndef ASV_CAMERA_JOURNAL_H
#define ASV_CAMERA_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/camera/flash.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/trust/common.h"
#include "firmware-proto/wire/devlog.h"

#define ASV_JOURNAL_MAX_ENTRIES  4096 /* held at once: more than a year of shifts between two dockings */
#define ASV_JOURNAL_FILE_ENTRIES 256
#define ASV_JOURNAL_MAX_FILES    64 /* a boot's few entries take a file: so many boots unread */
#define ASV_JOURNAL_HEADER_BYTES (4 + 1 + 8 + ASV_SHA256_BYTES)
#define ASV_JOURNAL_CHECK_BYTES  8
#define ASV_JOURNAL_FILE_MAX \
    (ASV_JOURNAL_HEADER_BYTES + ASV_JOURNAL_FILE_ENTRIES * (ASV_DEVLOG_ENTRY_MAX + ASV_JOURNAL_CHECK_BYTES))

/* A file's bytes, decoded as far as they go. */
struct asv_journal_file {
    uint64_t first;
    uint8_t before[ASV_SHA256_BYTES];
    uint8_t after[ASV_SHA256_BYTES]; /* running digest behind the last whole entry */
    uint64_t next;                   /* number behind it */
    size_t good_bytes;               /* up to the end of the last whole entry; what follows is torn */
};

/* Reads a file's bytes; entry, which may be NULL, is called for each whole entry. ASV_E_MALFORMED or
 * ASV_E_UNSUPPORTED when not even its header can be read. Bytes behind the last whole entry are no error: a
 * power cut leaves them. */
ASV_MUST_CHECK enum asv_status asv_journal_decode(
    struct asv_journal_file *out, const void *data, size_t len,
    void (*entry)(void *arg, const struct asv_devlog_entry *entry, struct asv_bytes encoded), void *arg);

struct asv_journal_part {
    uint64_t first;
    uint64_t next;
    uint8_t before[ASV_SHA256_BYTES];
};

struct asv_journal {
    const struct asv_flash *flash;
    uint8_t boot[ASV_UUID_BYTES];
    uint64_t acknowledged; /* entries below this number are held by a dock */
    uint64_t next;         /* number of the next entry */
    uint8_t digest[ASV_SHA256_BYTES];
    uint64_t unwritten;  /* entries that the medium did not take, since the last that it took */
    uint64_t torn_bytes; /* found behind whole entries at open */
    int file;            /* this boot's, or ASV_FLASH_NO_FILE */
    size_t file_entries;
    size_t part_count;
    struct asv_journal_part
        part[ASV_JOURNAL_MAX_FILES]; /* ascending; the last is this boot's when file is open */
};

/* Reads what is there. A file that cannot be read is kept out of the log and counted as torn. */
ASV_MUST_CHECK enum asv_status asv_journal_open(struct asv_journal *journal, const struct asv_flash *flash,
                                                const uint8_t boot[ASV_UUID_BYTES], struct asv_err *err);
void asv_journal_close(struct asv_journal *journal);

/* One more entry, durable when it answers ASV_OK. What the medium does not take is counted, and told as a
 * FAULT entry as soon as one can be written. */
ASV_MUST_CHECK enum asv_status asv_journal_add(struct asv_journal *journal, uint16_t kind, int64_t wall_ms,
                                               uint64_t mono_ms, const void *value, size_t value_len);

/* Number of the oldest entry held; next when there is none. */
uint64_t asv_journal_first(const struct asv_journal *journal);

/* Entries, encoded one after the other, from number `from` (or the oldest held) on, at most count and
 * max_bytes of them: where they begin, the running digest before them, how many there are. */
struct asv_journal_run {
    uint64_t first;
    uint8_t before[ASV_SHA256_BYTES];
    uint16_t count;
    size_t len;
};
ASV_MUST_CHECK enum asv_status asv_journal_read(struct asv_journal *journal, uint64_t from, uint16_t count,
                                                uint8_t *out, size_t max_bytes, struct asv_journal_run *run);

/* A dock holds all entries below next: forgets the files that hold nothing else. */
ASV_MUST_CHECK enum asv_status asv_journal_acknowledge(struct asv_journal *journal, uint64_t next);

#endif
