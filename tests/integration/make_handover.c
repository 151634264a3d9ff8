/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* asv-make-handover DIRECTORY: a carrier as tests have it, and what whoever checks it has from elsewhere. */
#include <stdio.h>

#include "tests/support/handover_package.h"

int main(int argc, char **argv)
{
    static struct asv_test_handover it;
    if (argc != 2) {
        fputs("usage: asv-make-handover DIRECTORY\n", stderr);
        return 2;
    }
    asv_test_handover_make(&it);
    asv_test_handover_list(&it);
    asv_test_handover_write(&it, argv[1], "uebergabe.zip");
    asv_test_handover_anchors(&it, argv[1]);
    asv_test_handover_free(&it);
    return 0;
}
