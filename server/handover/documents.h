/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The documents of a hand-over, as files, made by a program of their own (server/report/ask.h): the libraries
 * for them end the program that has no memory left, and have no business with keys.
 */
#ifndef ASV_SERVER_HANDOVER_DOCUMENTS_H
#define ASV_SERVER_HANDOVER_DOCUMENTS_H

#include "firmware-proto/base/bytes.h"
#include "server/report/ask.h"

#define ASV_DOCUMENTS_MESSAGE "message" /* its name in the directory */

/* Has the program write each document that these facts speak of into dir, named as asv_document_name has it,
 * mode 0600; and, if release (a file of deploy/xjustiz) is not empty, the XJustiz message. Waits for it.
 * Errors as asv_documents_ask. */
ASV_MUST_CHECK enum asv_status asv_documents_write(const char *program, int dir, struct asv_bytes facts,
                                                   struct asv_bytes release, struct asv_err *err);

#endif
