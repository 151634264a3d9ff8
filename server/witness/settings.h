/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * witness.conf: where a witness listens, what it remembers, and the logs that it knows.
 */
#ifndef ASV_SERVER_WITNESS_SETTINGS_H
#define ASV_SERVER_WITNESS_SETTINGS_H

#include "server/ledger/note.h"
#include "server/witness/witness.h"

struct asv_witness_settings {
    char state[512]; /* directory */
    char key[512];   /* file; empty: witness.key in the state directory */
    char listen[64];
    size_t log_count;
    struct asv_note_key logs[ASV_WITNESS_LOGS_MAX];
};

/* A file that is not there is as good as an empty one. ASV_E_USAGE with the line. */
ASV_MUST_CHECK enum asv_status asv_witness_settings_read(struct asv_witness_settings *out, const char *path,
                                                         struct asv_err *err);

#endif
