/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the database lists, as a command prints it: a table, or with --json an array.
 */
#ifndef ASV_SERVER_CLI_LISTING_H
#define ASV_SERVER_CLI_LISTING_H

#include "server/cli/database.h"
#include "server/cli/text.h"

struct asv_listing {
    const struct asv_cli *cli;
    struct asv_table table;
    json_t *array; /* NULL: it is a table */
};

/* Adds to the array, and gives the reference up. */
void asv_listing_json_take(struct asv_listing *listing, json_t *row);

/* Adds every row to the table or to the array. */
typedef enum asv_status (*asv_listing_each)(struct asv_db *db, struct asv_listing *listing,
                                            struct asv_err *err);

/* The whole of a command that lists: columns[count] are the headings of the table, empty is what is said when
 * it has no row. */
ASV_MUST_CHECK enum asv_status asv_listing_run(const struct asv_cli *cli, const char *const *columns,
                                               size_t count, asv_listing_each each, const char *empty,
                                               struct asv_err *err);

/* Its options: --json, --database. */
#define ASV_LISTING_OPTION_COUNT 2
extern const struct asv_cli_option asv_listing_options[ASV_LISTING_OPTION_COUNT];

#endif
