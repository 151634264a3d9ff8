/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-test-migrate [TARGET]: brings the database of libpq's environment up to this tree's schema, or to
 * TARGET.
 */
#include <stdio.h>
#include <stdlib.h>

#include "server/base/world_os.h"
#include "server/db/migrate.h"

int main(int argc, char **argv)
{
    struct asv_err err = {0};
    struct asv_db_config config = {.conninfo = "", .connect_ms = 10000, .world = asv_world_os()};
    unsigned target = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    if (asv_db_migrate(&config, target, NULL, NULL, &err) != ASV_OK) {
        fprintf(stderr, "asv-test-migrate: %s\n", err.text);
        return 1;
    }
    return 0;
}
