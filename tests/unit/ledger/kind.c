/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The kinds that programs know are those that the database writes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/ledger/kind.h"
#include "tests/unit/test.h"

static void programs_and_database_have_the_same_kinds(void **state)
{
    FILE *sql = fopen(ASV_SOURCE_DIR "/sql/0015_ledger.sql", "r");
    char line[256];
    unsigned known = 0;
    unsigned found = 0;
    (void)state;
    assert_non_null(sql);
    while (fgets(line, sizeof line, sql) != NULL) {
        char *name = strncmp(line, "    (", 5) == 0 ? strstr(line, ", '") : NULL;
        unsigned long kind = name != NULL ? strtoul(line + 5, NULL, 10) : 0;
        if (kind != 0) {
            const char *said = asv_ledger_kind_name((uint16_t)kind);
            name += 3;
            name[strcspn(name, "'")] = '\0';
            if (said == NULL || strcmp(said, name) != 0) {
                fail_msg("kind %lu is %s in the database and %s here", kind, name,
                         said == NULL ? "nothing" : said);
            }
            found++;
        }
    }
    assert_int_equal(fclose(sql), 0);
    for (unsigned kind = 0; kind <= UINT16_MAX; kind++) {
        known += asv_ledger_kind_name((uint16_t)kind) != NULL;
    }
    assert_int_equal(known, found);
    assert_true(found > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(programs_and_database_have_the_same_kinds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
