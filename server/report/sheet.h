/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Text on pages: paragraphs, pairs and tables that run from page to page without losing a letter. Lengths are
 * points. A document is built twice, first to count its pages; a builder says the same both times.
 */
#ifndef ASV_SERVER_REPORT_SHEET_H
#define ASV_SERVER_REPORT_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/status.h"
#include "server/report/report.h"

enum asv_style {
    ASV_STYLE_BODY,
    ASV_STYLE_BOLD,
    ASV_STYLE_SMALL,
    ASV_STYLE_SMALL_BOLD,
    ASV_STYLE_FINE, /* grey; what every page says again */
    ASV_STYLE_CODE, /* digests, commands */
    ASV_STYLE_TITLE,
    ASV_STYLE_HEADING,
    ASV_STYLE_SUBHEADING,
    ASV_STYLES,
};

#define ASV_COLUMNS_MAX 8

struct asv_cell {
    const char *text; /* UTF-8; NULL is nothing */
    enum asv_style style;
};

struct asv_column {
    const char *title;
    double share; /* of the width; a table's shares need not sum to anything */
};

struct asv_sheet;

struct asv_sheet_job {
    const char *title;   /* the document's, on every page and in its properties */
    const char *subject; /* beside it: whose case */
    const char *author;
    const char *footer;
    const char *page, *of; /* "Seite 1 von 3": what is in front of the numbers */
    const char *made_at;   /* "2026-11-23T14:05:20Z" */
    bool landscape;
    bool letter; /* the first page has no running title */
    void (*build)(struct asv_sheet *sheet, const void *context);
    const void *context;
};

/* The document as PDF, in heap memory that is the caller's. */
ASV_MUST_CHECK enum asv_status asv_sheet_run(const struct asv_sheet_job *job, const struct asv_fonts *fonts,
                                             unsigned char **pdf, size_t *len, struct asv_err *err);

/* For builders. Failures are remembered and end the run. */
void asv_sheet_text(struct asv_sheet *sheet, enum asv_style style, const char *text);
void asv_sheet_heading(struct asv_sheet *sheet, enum asv_style style, const char *text); /* and a bookmark */
void asv_sheet_item(struct asv_sheet *sheet, const char *mark, const char *text);
void asv_sheet_pair(struct asv_sheet *sheet, const char *label, const char *value, enum asv_style style);
void asv_sheet_space(struct asv_sheet *sheet, double height);
void asv_sheet_need(struct asv_sheet *sheet, double height); /* on this page, or a new one begins */
void asv_sheet_table(struct asv_sheet *sheet, const struct asv_column *columns, size_t count);
void asv_sheet_row(struct asv_sheet *sheet, const struct asv_cell *cells); /* one for each column */
void asv_sheet_table_end(struct asv_sheet *sheet);

/* Text at a place of the page, for a letter's address and its details; returns its height. */
double asv_sheet_place(struct asv_sheet *sheet, enum asv_style style, double x, double y, double width,
                       const char *text);
void asv_sheet_go(struct asv_sheet *sheet, double y);
double asv_sheet_at(const struct asv_sheet *sheet);
void asv_sheet_rule(struct asv_sheet *sheet, double x, double y, double width);

#endif
