/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asservat-keeper as a program, for tests; anything that fails aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_KEEPER_PROGRAM_H
#define ASV_TESTS_SUPPORT_KEEPER_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/support/agency.h"
#include "tests/support/world.h"

/* directory/name as `asservat init` leaves an identity: root.cert, chain, keeper.key, ledger.key,
 * package.key. */
void keeper_program_identity(const char *directory, const char *name, uint8_t role,
                             const struct asv_test_agency *agency, const struct asv_test_identity *identity,
                             const struct asv_test_world *world);

/* Starts it and waits until it says that it is ready, or ends: false, with what it said. environment: names
 * and values, ended by NULL; NULL for none. *pid is set in any case. */
bool keeper_program_start(const char *config, const char *const environment[][2], pid_t *pid);

/* Its exit status, or 128 and the signal that ended it. */
int keeper_program_end(pid_t pid, int signal);

#endif
