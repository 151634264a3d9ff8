/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The documents of a hand-over (docs/HANDOVER_DOCUMENTS.md): facts in, PDF and the XJustiz message out. No
 * database, no network, no clock. The same facts give the same bytes wherever the same versions of Cairo,
 * Pango, qpdf, libxml2 and the fonts are installed.
 *
 * Times are printed in the process's time zone, which main sets with asv_calendar_set_zone and the facts must
 * name. Memory grows with a document's pages, about 4 KiB each.
 */
#ifndef ASV_SERVER_REPORT_REPORT_H
#define ASV_SERVER_REPORT_REPORT_H

#include <stddef.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"

struct asv_facts; /* checked, and never changed; may be used by several threads one after the other */

/* Reads and checks the facts of a hand-over: the very bytes that go into the package. Each refusal names the
 * member, as "facts: clips[3].camera_name: ...". ASV_E_MALFORMED, ASV_E_UNSUPPORTED for another format,
 * ASV_E_LIMIT, ASV_E_MISMATCH for facts that contradict each other, ASV_E_USAGE when the process is in
 * another time zone, ASV_E_NO_MEMORY. *out is the caller's, for asv_facts_free. */
ASV_MUST_CHECK enum asv_status asv_facts_read(const char *text, size_t len, struct asv_facts **out,
                                              struct asv_err *err);
void asv_facts_free(struct asv_facts *facts); /* NULL is nothing */

enum asv_document {
    ASV_DOCUMENT_COVER_LETTER, /* Anschreiben */
    ASV_DOCUMENT_INDEX,        /* Inhaltsverzeichnis */
    ASV_DOCUMENT_EXHIBITS,     /* Asservatenliste */
    ASV_DOCUMENT_CUSTODY,      /* Sicherungs- und Gewahrsamsbericht */
    ASV_DOCUMENT_CHECKING,     /* Prüfanleitung */
    ASV_DOCUMENTS,
};

/* "cover_letter": how the facts call it; static storage. */
const char *asv_document_name(enum asv_document document);

/* The fonts of the documents. Opened once in a process, for one thread: Pango keeps some 20 KiB of each that
 * was closed. ASV_E_USAGE when one is not installed (HO-142), ASV_E_NO_MEMORY. */
struct asv_fonts;
ASV_MUST_CHECK enum asv_status asv_fonts_open(struct asv_fonts **out, struct asv_err *err);
void asv_fonts_close(struct asv_fonts *fonts); /* NULL is nothing */

/* Writes the document as PDF to the descriptor. ASV_E_USAGE when the colour profile is not installed,
 * ASV_E_UNSUPPORTED for a letter that the fonts do not have, ASV_E_LIMIT for too many pages, ASV_E_IO,
 * ASV_E_NO_SPACE, ASV_E_INTERNAL, ASV_E_NO_MEMORY. What was written of a document that failed is worth
 * nothing. */
ASV_MUST_CHECK enum asv_status asv_document_write(const struct asv_facts *facts, enum asv_document document,
                                                  const struct asv_fonts *fonts, int fd, struct asv_err *err);

struct asv_xjustiz; /* a release of XJustiz: its number and codes (deploy/xjustiz) */

/* As asv_facts_read; refusals begin with `file`, line and member (HD-023). */
ASV_MUST_CHECK enum asv_status asv_xjustiz_read(const char *file, struct asv_bytes text,
                                                struct asv_xjustiz **out, struct asv_err *err);
void asv_xjustiz_free(struct asv_xjustiz *release); /* NULL is nothing */

/* Writes xjustiz_nachricht.xml, nachricht.gds.uebermittlungSchriftgutobjekte.0005005, to the descriptor.
 * ASV_E_IO, ASV_E_NO_SPACE, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_message_write(const struct asv_facts *facts,
                                                 const struct asv_xjustiz *release, int fd,
                                                 struct asv_err *err);

#endif
