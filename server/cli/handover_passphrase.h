/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Where the passphrase of a carrier goes (docs/HANDOVER.md, HO-088), so that it ends in no pipe and no
 * journal by accident.
 */
#ifndef ASV_SERVER_CLI_HANDOVER_PASSPHRASE_H
#define ASV_SERVER_CLI_HANDOVER_PASSPHRASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "firmware-proto/base/status.h"

struct asv_passphrase_file {
    const char *path; /* borrowed */
    int fd;           /* -1: it is told on the terminal */
};

/* Before anything is written: a new file of mode 0600 at path; path NULL: out has to be a terminal, or it is
 * ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_passphrase_open(struct asv_passphrase_file *file, const char *path,
                                                   FILE *out, struct asv_err *err);

/* ASV_E_USAGE: the file lies on that device, which is the medium. */
ASV_MUST_CHECK enum asv_status asv_passphrase_check(const struct asv_passphrase_file *file, uint64_t device,
                                                    struct asv_err *err);

/* Into the file, if there is one, and onto the disk. */
ASV_MUST_CHECK enum asv_status asv_passphrase_put(struct asv_passphrase_file *file, const char *passphrase,
                                                  struct asv_err *err);

/* keep false: nothing of it stays. */
void asv_passphrase_close(struct asv_passphrase_file *file, bool keep);

#endif
