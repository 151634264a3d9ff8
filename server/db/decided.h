/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What stands as decided about recordings: approvals, and what became of blocks. The database verifies no
 * proof and no ruling; the nightly run reads each, and what is none counts no more. For asv_admin.
 */
#ifndef ASV_SERVER_DB_DECIDED_H
#define ASV_SERVER_DB_DECIDED_H

#include "firmware-proto/trust/ruling.h"
#include "server/db/request.h"
#include "server/db/statement.h"

/* A statement, what was stored of it, and the keeper's ruling that it took it. */
struct asv_db_decided {
    struct asv_db_statement row;
    uint16_t action;
    uint8_t step;
    struct asv_db_range about; /* camera: the certificate, or the digest of a clip's header, without range */
    uint32_t day;              /* of DAY */
    uint8_t incident[ASV_UUID_BYTES];
    uint8_t ground;
    uint8_t proposal[ASV_SHA256_BYTES]; /* zeros: one person decides it */
    size_t ruling_len;                  /* 0: there is none */
    uint8_t ruling[ASV_RULING_MAX_BYTES];
};

/* Approvals from which something follows, and the statements by which blocks of clips that are there stay, or
 * were lifted; pages follow the digest of the last row (after NULL: from the first). cap <= ASV_DB_PAGE_MAX.
 */
ASV_MUST_CHECK enum asv_status asv_db_approvals(struct asv_db *db, const uint8_t *after,
                                                struct asv_db_decided *out, size_t cap, size_t *count,
                                                struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_block_decisions(struct asv_db *db, const uint8_t *after,
                                                      struct asv_db_decided *out, size_t cap, size_t *count,
                                                      struct asv_err *err);

/* What stands as an approval is none, and why: with an alarm. undo: what follows from it is undone, as far as
 * it can be; ASV_DB_ALREADY: it is not. */
ASV_MUST_CHECK enum asv_status asv_db_approval_void(struct asv_db *db, const uint8_t answer[ASV_SHA256_BYTES],
                                                    const char *why, bool undo, enum asv_db_outcome *outcome,
                                                    struct asv_err *err);

#endif
