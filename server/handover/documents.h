/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The documents of a hand-over in a process of their own: the libraries that make them end the process that
 * has no memory left, and have no business with keys.
 */
#ifndef ASV_SERVER_HANDOVER_DOCUMENTS_H
#define ASV_SERVER_HANDOVER_DOCUMENTS_H

#include "firmware-proto/base/bytes.h"
#include "server/report/report.h"

#define ASV_DOCUMENTS_MESSAGE "message" /* its name in the directory */

/* Writes each document that these facts speak of into dir, named as asv_document_name has it, mode 0600; and,
 * if release (a file of deploy/xjustiz) is not empty, the XJustiz message. Waits for it. Nothing secret may
 * be in memory. Errors as asv_facts_read, asv_document_write and asv_message_write; ASV_E_INTERNAL when the
 * process ended by itself. */
ASV_MUST_CHECK enum asv_status asv_documents_write(int dir, struct asv_bytes facts, struct asv_bytes release,
                                                   struct asv_err *err);

#endif
