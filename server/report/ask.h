/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Asks asservat-documents, which alone has the libraries that make documents (HD-018,
 * docs/HANDOVER_DOCUMENTS.md 1).
 * Question and answer are one file and one stream: what it is asked, with the facts, is its standard input, a
 * file that it maps; what it made comes on its standard output, each file behind its length. It has
 * nothing else, and whoever asks distrusts its lengths.
 */
#ifndef ASV_SERVER_REPORT_ASK_H
#define ASV_SERVER_REPORT_ASK_H

#include "firmware-proto/base/bytes.h"
#include "server/report/label.h"

#define ASV_DOCUMENTS_PROGRAM  "/usr/bin/asservat-documents"
#define ASV_DOCUMENTS_FILES    (ASV_DOCUMENTS + 1) /* of an answer: the documents and the message */
#define ASV_DOCUMENTS_FILE_MAX (UINT64_C(1) << 30)

/* All borrowed. */
struct asv_documents_question {
    struct asv_bytes facts;
    struct asv_bytes release;      /* of XJustiz; empty: no message */
    const struct asv_label *label; /* not NULL: it is made, and nothing else */
};

/* How many files the answer has: the label; or the documents, as enum asv_document, and the message. */
size_t asv_documents_count(const struct asv_documents_question *question);

/* Runs the program in the time zone of this one, and writes what it makes to fds[asv_documents_count], empty
 * files, each from its beginning. Errors as asv_facts_read, asv_document_write and asv_message_write;
 * ASV_E_AWAY when the program ended by itself, ASV_E_INTERNAL when it says what no such program says. What
 * the files then have is worth nothing. */
ASV_MUST_CHECK enum asv_status asv_documents_ask(const char *program,
                                                 const struct asv_documents_question *question,
                                                 const int *fds, struct asv_err *err);

/* ---- for the program itself ---- */

/* A question as it came; views into it. */
struct asv_documents_asked {
    struct asv_documents_question question; /* its label, if it has one, is the one below */
    struct asv_label label;
    char name[256], file[256], file_sha256[65], carrier_sha256[65];
};

/* ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_documents_asked_read(struct asv_documents_asked *out,
                                                        struct asv_bytes text, struct asv_err *err);

#define ASV_DOCUMENTS_HEAD_BYTES 260

/* The beginning of an answer: how it went, and why. Returns its bytes. */
size_t asv_documents_head_write(uint8_t out[ASV_DOCUMENTS_HEAD_BYTES], enum asv_status status,
                                const char *text);

#endif
