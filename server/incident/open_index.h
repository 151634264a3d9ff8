/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is kept of a seal while it is verified: for open.c alone.
 */
#ifndef ASV_SERVER_INCIDENT_OPEN_INDEX_H
#define ASV_SERVER_INCIDENT_OPEN_INDEX_H

#include "server/incident/open.h"

struct asv_exhibit_keeping {
    struct asv_exhibit_index *index;
    struct asv_sha256 run; /* the last one's leaves */
    uint64_t run_end;      /* behind them, in the seal */
    size_t run_cap, frame_cap, checkpoint_cap, record_cap;
    size_t records; /* with those that no checkpoint has signed yet */
};

/* As the verifier meets them. at: in the seal. ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_exhibit_keep_leaf(struct asv_exhibit_keeping *keeping, uint64_t number,
                                                     uint64_t at, const uint8_t leaf[ASV_SHA256_BYTES],
                                                     struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_exhibit_keep_record(struct asv_exhibit_keeping *keeping,
                                                       const struct asv_seal_record *record,
                                                       struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_exhibit_keep_checkpoint(struct asv_exhibit_keeping *keeping,
                                                           const struct asv_seal_checkpoint *checkpoint,
                                                           struct asv_err *err);
/* Behind the last leaf. */
void asv_exhibit_keep_end(struct asv_exhibit_keeping *keeping);

void asv_exhibit_index_free(struct asv_exhibit_index *index);

#endif
