/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a test and wait_at_wipe.c share: a file of this. */
#ifndef ASV_TESTS_INTEGRATION_WAIT_AT_WIPE_H
#define ASV_TESTS_INTEGRATION_WAIT_AT_WIPE_H

#include <stdint.h>

#define WAIT_AT_WIPE_MASK 0xa5u /* over each byte of the key */

enum { WAIT_AT_WIPE_IDLE, WAIT_AT_WIPE_ARMED, WAIT_AT_WIPE_WAITS };

struct wait_at_wipe {
    uint32_t state;
    uint32_t len; /* of the key, set before it is armed */
    uint8_t masked[32];
};

#endif
