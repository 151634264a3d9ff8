/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The file that says who enrolled whom. Whatever is made up, nobody is in the table whom the test agency's
 * root, and people below it, have not enrolled.
 */
#include <stdlib.h>

#include "server/verify/enrolled_file.h"
#include "tests/support/agency.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_test_agency agency;
    static struct asv_enrolled table;
    static bool made;
    if (!made) {
        asv_test_agency_init(&agency, 1);
        made = true;
    }
    (void)!asv_enrolled_file_read(&table, (struct asv_bytes){data, size}, agency.root.pk, NULL);
    if (table.count > ASV_ENROLLED_MAX) {
        abort();
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct asv_enrolled_one *one = &table.ones[i];
        if (one->steps == 0 || one->steps > i + 1 || asv_enrolled_find(&table, one->digest) != one ||
            one->credential.encoded.data != one->record) {
            abort();
        }
    }
    return 0;
}
