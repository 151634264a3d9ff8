/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The label of a medium (docs/HANDOVER.md, HO-079), tried before the medium is written (HO-157).
 */
#ifndef ASV_SERVER_CLI_HANDOVER_LABEL_H
#define ASV_SERVER_CLI_HANDOVER_LABEL_H

#include <stdbool.h>
#include <stddef.h>

#include "server/report/ask.h"

struct asv_label_file {
    const char *path;    /* borrowed; NULL: none is wanted */
    const char *program; /* asservat-documents; borrowed */
    char *facts;
    size_t facts_len;
    int fd;
    bool is_new;
};

/* Opens the file, which keeps what it has, takes the facts out of the carrier, and prints the label once for
 * nobody. */
ASV_MUST_CHECK enum asv_status asv_label_open(struct asv_label_file *file, const char *path,
                                              const char *program, int carrier, const struct asv_label *trial,
                                              struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_label_print(struct asv_label_file *file, const struct asv_label *label,
                                               struct asv_err *err);

/* keep false: a new file goes. */
void asv_label_close(struct asv_label_file *file, bool keep);

#endif
