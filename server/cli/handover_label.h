/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The label of a medium (docs/HANDOVER.md, HO-079), tried before the medium is written (HO-157), and under
 * its name once custody has the medium.
 */
#ifndef ASV_SERVER_CLI_HANDOVER_LABEL_H
#define ASV_SERVER_CLI_HANDOVER_LABEL_H

#include <stddef.h>

#include "server/report/ask.h"

struct asv_label_file {
    const char *path;    /* borrowed; NULL: none is wanted */
    const char *program; /* asservat-documents; borrowed */
    char *facts;
    size_t facts_len;
    int fd; /* of path with .partial behind it; -1: none */
};

/* Opens a file beside the one at path, which keeps what it has, takes the facts out of the carrier, and
 * prints the label once for nobody. */
ASV_MUST_CHECK enum asv_status asv_label_open(struct asv_label_file *file, const char *path,
                                              const char *program, int carrier, const struct asv_label *trial,
                                              struct asv_err *err);

ASV_MUST_CHECK enum asv_status asv_label_print(struct asv_label_file *file, const struct asv_label *label,
                                               struct asv_err *err);

/* It gets its name, in the place of what had it. */
ASV_MUST_CHECK enum asv_status asv_label_keep(struct asv_label_file *file, struct asv_err *err);

/* What was not kept goes. */
void asv_label_close(struct asv_label_file *file);

#endif
