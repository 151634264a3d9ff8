/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One test clip in a vault of its own, as the dock left it. Anything that fails here aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_IN_VAULT_H
#define ASV_TESTS_SUPPORT_IN_VAULT_H

#include "server/incident/open.h"
#include "tests/support/clip.h"

struct asv_test_in_vault {
    struct asv_test_agency agency;
    struct asv_test_clip clip;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    char base[512];  /* the directory of everything */
    char place[800]; /* the clip's */
    struct asv_vault *vault;
    struct asv_exhibit_name name;
};

void asv_test_in_vault_make(struct asv_test_in_vault *out, const struct asv_test_plan *plan);
void asv_test_in_vault_remove(struct asv_test_in_vault *it);

/* The same vault once more, for another program; the caller closes it. */
struct asv_vault *asv_test_in_vault_again(const struct asv_test_in_vault *it);

/* Changes a bit of byte at of a part, "payload"; once more is as it was. */
void asv_test_in_vault_flip(const struct asv_test_in_vault *it, const char *part, size_t at);

#endif
