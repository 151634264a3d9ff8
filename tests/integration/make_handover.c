/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* asv-make-handover DIRECTORY [CHUNKS]: a carrier as tests have it, its first recording of so many chunks,
 * and what whoever checks it has from elsewhere. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/handover_package.h"

int main(int argc, char **argv)
{
    static struct asv_test_handover it;
    if (argc != 2 && argc != 3) {
        fputs("usage: asv-make-handover DIRECTORY [CHUNKS]\n", stderr);
        return 2;
    }
    asv_test_handover_make_of(&it, argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 2);
    asv_test_handover_list(&it);
    asv_test_handover_write(&it, argv[1], "uebergabe.zip");
    asv_test_handover_anchors(&it, argv[1]);
    asv_test_handover_free(&it);
    return 0;
}
