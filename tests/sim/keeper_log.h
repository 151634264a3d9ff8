/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A ledger that asks a keeper to sign its heads, and others that begin as it does and are forked from it.
 */
#ifndef ASV_TESTS_SIM_KEEPER_LOG_H
#define ASV_TESTS_SIM_KEEPER_LOG_H

#include "server/keeper/protocol.h"
#include "server/ledger/checkpoint.h"

#define KEEPER_LOG_MAX 65535

struct keeper_log {
    const char *origin;
    uint8_t branch; /* which one it is ... */
    uint64_t fork;  /* ... from this leaf on */
};

/* The head of its first size leaves; at most KEEPER_LOG_MAX. */
void keeper_log_head(const struct keeper_log *log, uint64_t size, struct asv_tree_head *out);

/* A request for the head of new_size, which is said to have grown from old_size; data is borrowed. */
void keeper_log_request(const struct keeper_log *log, uint64_t old_size, uint64_t new_size,
                        struct asv_proof *data, struct asv_keeper_request *out);

#endif
