/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The offline verifier's word on a clip's directory. A file of its own: the vault's and the verifier's
 * headers have names in common.
 */
#ifndef ASV_TESTS_SWEEP_CUSTODY_JUDGE_H
#define ASV_TESTS_SWEEP_CUSTODY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/agency.h"

/* Whether everything in the directory verifies, commit record and receipt with the dock's signatures
 * included; says on stderr what does not. *integrity is the verdict. */
bool asv_custody_judge(const char *directory, const struct asv_test_agency *agency, uint8_t *integrity);

#endif
