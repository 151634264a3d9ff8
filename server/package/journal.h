/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is finished of a package that is being made: a file beside it, with a record for each entry, so that
 * whoever goes on after a crash reads none of them again, and so that the directory at the package's end
 * takes no memory (docs/PACKAGE.md 2).
 *
 * A record is on the medium after the bytes that it speaks of: what is read back is finished.
 */
#ifndef ASV_SERVER_PACKAGE_JOURNAL_H
#define ASV_SERVER_PACKAGE_JOURNAL_H

#include "server/package/zip.h"

#define ASV_JOURNAL_RECORD_MAX_BYTES \
    (1 + ASV_PACKAGE_NAME_BYTES + 8 + 8 + 4 + ASV_SHA256_BYTES + ASV_SHA256_BYTES)
#define ASV_JOURNAL_PENDING_BYTES 16384
#define ASV_PLAN_BYTES            ASV_SHA256_BYTES

struct asv_journal {
    int fd; /* -1: not open */
    uint8_t plan[ASV_PLAN_BYTES];
    uint64_t end;                    /* of what is written to it */
    uint64_t count;                  /* entries in it, pending ones too */
    uint8_t chain[ASV_SHA256_BYTES]; /* of the last record */
    uint8_t pending[ASV_JOURNAL_PENDING_BYTES];
    size_t pending_len;
};

/* Where a reader stands. */
struct asv_journal_cursor {
    uint64_t at;
    uint8_t chain[ASV_SHA256_BYTES];
};

/* Opens dir/name, or makes it, for this plan: the digest of what the caller is about to put into the package.
 * A journal of another plan, or one that is none, is begun anew. What is behind the last whole record is
 * cut off. ASV_E_BUSY when another process has it. */
ASV_MUST_CHECK enum asv_status asv_journal_open(int dir, const char *name, const uint8_t plan[ASV_PLAN_BYTES],
                                                struct asv_journal *out, struct asv_err *err);
void asv_journal_close(struct asv_journal *journal);

/* Remembers an entry; asv_journal_flush makes it last. ASV_E_NO_SPACE: flush first. */
ASV_MUST_CHECK enum asv_status asv_journal_add(struct asv_journal *journal,
                                               const struct asv_zip_entry *entry);
ASV_MUST_CHECK enum asv_status asv_journal_flush(struct asv_journal *journal, struct asv_err *err);

/* The records one by one, after a flush. ASV_E_NOT_FOUND behind the last one. */
void asv_journal_rewind(const struct asv_journal *journal, struct asv_journal_cursor *cursor);
ASV_MUST_CHECK enum asv_status asv_journal_next(const struct asv_journal *journal,
                                                struct asv_journal_cursor *cursor, struct asv_zip_entry *out,
                                                struct asv_err *err);

/* Takes back what is behind the cursor, on the medium. */
ASV_MUST_CHECK enum asv_status asv_journal_cut(struct asv_journal *journal,
                                               const struct asv_journal_cursor *cursor, uint64_t count,
                                               struct asv_err *err);

#endif
