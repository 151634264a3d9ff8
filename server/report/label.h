/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A label to print for a medium and its envelope (docs/HANDOVER.md 4): whose case, which part, what lies on
 * it.
 */
#ifndef ASV_SERVER_REPORT_LABEL_H
#define ASV_SERVER_REPORT_LABEL_H

#include <stdint.h>

#include "server/report/report.h"

enum asv_label_lock { ASV_LABEL_OPEN, ASV_LABEL_ZIP, ASV_LABEL_AGE };

struct asv_label {
    unsigned part, parts; /* from 1 */
    int64_t written_ms;
    const char *name;        /* as custody has the medium */
    const char *file;        /* the name of what lies on the medium */
    const char *file_sha256; /* hexadecimal digits */
    const char *carrier_sha256;
    enum asv_label_lock lock;
};

/* Twice on a page, as PDF. Nothing about persons is on it, nor the passphrase. As asv_document_write. */
ASV_MUST_CHECK enum asv_status asv_label_write(const struct asv_facts *facts, const struct asv_label *label,
                                               const struct asv_fonts *fonts, int fd, struct asv_err *err);

#endif
