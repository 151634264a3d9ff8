/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A TPM 2.0 in software (swtpm) behind a device node, which is a terminal's: programs speak to it as to
 * /dev/tpmrm0. Anything that fails aborts the test.
 */
#ifndef ASV_TESTS_SUPPORT_SWTPM_H
#define ASV_TESTS_SUPPORT_SWTPM_H

#include <sys/types.h>

struct asv_test_swtpm {
    char state[96];   /* directory */
    char device[64];  /* "/dev/pts/7" */
    int ours, theirs; /* the terminal's two ends, open as long as the device is to be there */
    pid_t pid;
};

/* state: an empty directory for a new TPM, or that of one that was stopped. */
void asv_test_swtpm_start(struct asv_test_swtpm *tpm, const char *state);

/* As when the power goes; the device goes, too. */
void asv_test_swtpm_stop(struct asv_test_swtpm *tpm);

#endif
