/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a PDF for the files of a court has besides its pages: properties as XMP, the colours' profile,
 * language.
 */
#ifndef ASV_SERVER_REPORT_FINISH_H
#define ASV_SERVER_REPORT_FINISH_H

#include <stddef.h>

#include "firmware-proto/base/status.h"

struct asv_pdf {
    const unsigned char *data;
    size_t len;
    const char *title, *author, *subject;
    const char *made_at; /* "2026-11-23T14:05:20Z" */
};

/* Writes the finished PDF to the descriptor. As asv_document_write. */
ASV_MUST_CHECK enum asv_status asv_pdf_finish(const struct asv_pdf *pdf, int fd, struct asv_err *err);

#endif
