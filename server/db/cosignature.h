/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What witnesses have cosigned of the ledger (docs/LEDGER.md 7). The role asv_cosign writes it; asv_publish,
 * asv_server and asv_admin read it. A witness is named as in signed notes: NAME+ID of its key.
 */
#ifndef ASV_SERVER_DB_COSIGNATURE_H
#define ASV_SERVER_DB_COSIGNATURE_H

#include "server/db/ledger.h"

/* A note with the cosignatures of up to 32 witnesses. */
#define ASV_DB_LEDGER_COSIGNED_BYTES (ASV_DB_LEDGER_NOTE_BYTES + 32 * 512)

/* line: a signature line, which goes behind the note of this head. at_ms by the witness's own word.
 * ASV_E_STATE: more witnesses have cosigned it already than anybody ever asked. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_cosigned(struct asv_db *db, uint16_t log, uint64_t size,
                                                      const char *witness, int64_t at_ms, const char *line,
                                                      struct asv_err *err);

/* The largest head that this witness has cosigned; 0: none. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_cosigned_last(struct asv_db *db, uint16_t log,
                                                           const char *witness, uint64_t *size,
                                                           int64_t *at_ms, struct asv_err *err);

/* Of how many entries the last signed head of a log was that ended, by the first entry of a later one; *known
 * false: none says it. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_ended_with(struct asv_db *db, uint16_t log, uint64_t *size,
                                                        bool *known, struct asv_err *err);

/* This head has met the quorum. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_met(struct asv_db *db, uint16_t log, uint64_t size,
                                                 struct asv_err *err);

/* Raises the alarm `witness`, unless the same one about subject is open. Both are cut at 1000 bytes. */
ASV_MUST_CHECK enum asv_status asv_db_witness_alarm(struct asv_db *db, const char *subject,
                                                    const char *detail, struct asv_err *err);

/* A signed head with the cosignatures of the witnesses of these names into out[cap]; names NULL: of whoever
 * they are by, 32 at most. ASV_E_NOT_FOUND: there is no such head. */
ASV_MUST_CHECK enum asv_status asv_db_ledger_note_cosigned(struct asv_db *db, uint16_t log, uint64_t size,
                                                           const char *const *names, size_t count,
                                                           uint8_t *out, size_t cap, size_t *len,
                                                           struct asv_err *err);

struct asv_db_witness_state {
    uint64_t signed_size;    /* of the last signed head; 0: none */
    uint64_t witnessed_size; /* of the last one that met the quorum; 0: none */
    int64_t met_ms;          /* when that was; ASV_TIME_UNKNOWN: never */
    int64_t behind_ms;       /* since when a signed head waits for it; ASV_TIME_UNKNOWN: none does */
};

ASV_MUST_CHECK enum asv_status asv_db_witness_state(struct asv_db *db, uint16_t log,
                                                    struct asv_db_witness_state *out, struct asv_err *err);

#endif
