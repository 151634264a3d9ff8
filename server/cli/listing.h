/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A list as a command prints it: a table, or with --json an array.
 */
#ifndef ASV_SERVER_CLI_LISTING_H
#define ASV_SERVER_CLI_LISTING_H

#include "server/cli/cli.h"
#include "server/cli/text.h"

struct asv_listing {
    const struct asv_cli *cli;
    struct asv_table table;
    json_t *array; /* NULL: it is a table */
};

/* columns[count] are the headings, borrowed. */
void asv_listing_init(struct asv_listing *listing, const struct asv_cli *cli, const char *const *columns,
                      size_t count);

/* Adds to the array, and gives the reference up. */
void asv_listing_json_take(struct asv_listing *listing, json_t *row);

/* Prints what was listed when status is ASV_OK, and frees it. empty is what is said instead of a table
 * without rows. */
ASV_MUST_CHECK enum asv_status asv_listing_end(struct asv_listing *listing, enum asv_status status,
                                               const char *empty, struct asv_err *err);

#endif
