/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a witness remembers of a log: whatever the file has become, what is taken was begun or cosigned.
 */
#include <stdlib.h>
#include <string.h>

#include "server/witness/state.h"
#include "tests/support/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_witness_state state;
    const char *origin = asv_test_note_key(ASV_TEST_LOG)->name;
    if (asv_witness_state_parse(&state, (struct asv_bytes){data, size}, origin,
                                asv_test_note_key(ASV_TEST_DPO), NULL) != ASV_OK) {
        return 0;
    }
    if (state.len == 0) {
        const struct asv_tree_head empty = asv_tree_head_empty();
        if (state.head.size != 0 || memcmp(state.head.root, empty.root, sizeof empty.root) != 0 ||
            size != strlen("begun \n") + strlen(origin)) {
            abort();
        }
    } else if (state.len != size || memcmp(state.data, data, size) != 0 || state.head.size != 513) {
        abort(); /* only the corpus has a right cosignature */
    }
    return 0;
}
