/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/listing.h"

const struct asv_cli_option asv_listing_options[ASV_LISTING_OPTION_COUNT] = {
    {"json", ASV_CLI_FLAG, NULL, "as JSON", false, false, 0, 0},
    ASV_CLI_DATABASE_OPTION,
};

void asv_listing_json_take(struct asv_listing *listing, json_t *row)
{
    (void)json_array_append_new(listing->array, row);
}

enum asv_status asv_listing_run(const struct asv_cli *cli, const char *const *columns, size_t count,
                                asv_listing_each each, const char *empty, struct asv_err *err)
{
    struct asv_listing listing = {
        .cli = cli,
        .table = {.column_count = count, .columns = columns},
        .array = asv_cli_flag(cli->args, "json") ? json_array() : NULL,
    };
    asv_auto_db struct asv_db *db = NULL;
    enum asv_status status = asv_cli_database(cli, &db, err);
    if (status == ASV_OK) {
        status = each(db, &listing, err);
    }
    if (status == ASV_OK && listing.array != NULL) {
        return asv_json_print_take(cli->out, listing.array, err);
    }
    if (status == ASV_OK) {
        return asv_table_print(&listing.table, cli->out, empty, err);
    }
    json_decref(listing.array);
    asv_table_free(&listing.table);
    return status;
}
