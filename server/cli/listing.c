/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/listing.h"

void asv_listing_init(struct asv_listing *listing, const struct asv_cli *cli, const char *const *columns,
                      size_t count)
{
    *listing = (struct asv_listing){
        .cli = cli,
        .table = {.column_count = count, .columns = columns},
        .array = asv_cli_flag(cli->args, "json") ? json_array() : NULL,
    };
}

void asv_listing_json_take(struct asv_listing *listing, json_t *row)
{
    (void)json_array_append_new(listing->array, row);
}

enum asv_status asv_listing_end(struct asv_listing *listing, enum asv_status status, const char *empty,
                                struct asv_err *err)
{
    if (status == ASV_OK && listing->array != NULL) {
        return asv_json_print_take(listing->cli->out, listing->array, err);
    }
    if (status == ASV_OK) {
        return asv_table_print(&listing->table, listing->cli->out, empty, err);
    }
    json_decref(listing->array);
    asv_table_free(&listing->table);
    return status;
}
