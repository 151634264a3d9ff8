/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Writes a package's ZIP, one file behind the other, in memory that does not grow with it but for eight bytes
 * for each name. NAME is there when it is whole: until then it is NAME.partial, with NAME.journal beside it,
 * and a writer that begins with the same plan again finds what is finished.
 */
#ifndef ASV_SERVER_PACKAGE_ZIP_WRITE_H
#define ASV_SERVER_PACKAGE_ZIP_WRITE_H

#include <stdbool.h>

#include "server/package/crc32.h"
#include "server/package/journal.h"
#include "server/package/source.h"

#define ASV_ZIP_FILE_BYTES   200        /* of NAME, NUL included */
#define ASV_ZIP_BUFFER_BYTES 65536      /* of the directory, written at once */
#define ASV_ZIP_SYNC_BYTES   (16 << 20) /* no more than this is done again after a crash, and one file */

struct asv_zip_writer {
    int dir; /* borrowed */
    int fd;
    char name[ASV_ZIP_FILE_BYTES];
    uint64_t at;       /* end of the last finished file */
    uint64_t unsynced; /* bytes behind the last that the journal names */
    struct asv_journal journal;
    struct asv_journal_cursor kept; /* the next finished file of an earlier run */
    uint64_t kept_count;            /* such files left */
    struct asv_names names;
    struct asv_crc32 crc;
    uint8_t *buffer; /* heap */
};

/* ASV_E_EXISTS when dir/name is there already: it is whole. ASV_E_BUSY when another process makes it. */
ASV_MUST_CHECK enum asv_status asv_zip_begin(struct asv_zip_writer *writer, int dir, const char *name,
                                             const uint8_t plan[ASV_PLAN_BYTES], struct asv_err *err);

/* Leaves what is finished for the next asv_zip_begin; nothing is fine. */
void asv_zip_close(struct asv_zip_writer *writer);

/* The next file, when an earlier run finished one of this name: *out says what it was, and source is not
 * needed. ASV_E_NOT_FOUND: asv_zip_add it. ASV_E_STATE when another name was next. */
ASV_MUST_CHECK enum asv_status asv_zip_keep(struct asv_zip_writer *writer, struct asv_bytes name,
                                            struct asv_zip_entry *out, struct asv_err *err);

/* Writes one file, or keeps it as above if it has source's size. ASV_E_USAGE for a name that is not good,
 * ASV_E_EXISTS for one that is there, ASV_E_LIMIT for more than ASV_PACKAGE_FILES_MAX or a package beyond
 * ASV_ZIP_SIZE_MAX, ASV_E_MISMATCH for a source that gives other than its size, its own errors, and those of
 * asv_io. After an error the writer can only be closed. */
ASV_MUST_CHECK enum asv_status asv_zip_add(struct asv_zip_writer *writer, struct asv_bytes name,
                                           const struct asv_source *source, struct asv_zip_entry *out,
                                           struct asv_err *err);

/* What was added so far is what the next run finds. asv_zip_add alone does so now and then. */
ASV_MUST_CHECK enum asv_status asv_zip_settle(struct asv_zip_writer *writer, struct asv_err *err);

/* What was added so far, in order. ASV_E_NOT_FOUND behind the last one. */
ASV_MUST_CHECK enum asv_status asv_zip_first(struct asv_zip_writer *writer, struct asv_journal_cursor *cursor,
                                             struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_zip_next(const struct asv_zip_writer *writer,
                                            struct asv_journal_cursor *cursor, struct asv_zip_entry *out,
                                            struct asv_err *err);

/* The directory, on the medium, name included. The writer is then closed. */
ASV_MUST_CHECK enum asv_status asv_zip_finish(struct asv_zip_writer *writer, struct asv_err *err);

#endif
