/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A program of the system that is run for its output or its effect, such as pg_dump. No shell: the arguments
 * are the program's own.
 */
#ifndef ASV_SERVER_BASE_CHILD_H
#define ASV_SERVER_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "firmware-proto/base/status.h"

struct asv_child {
    const char *name; /* borrowed: argv[0] */
    pid_t pid;        /* 0: none runs */
    int out;          /* its standard output, to be read; -1: it goes nowhere */
    int said;         /* what it says on standard error */
};

/* Runs argv[0], looked up in PATH, with default signals and standard input from `input` (-1: none). With
 * `output` *out gives what it writes. The caller ends it with asv_child_wait or asv_child_kill.
 * ASV_E_NOT_FOUND when there is no such program. */
ASV_MUST_CHECK enum asv_status asv_child_start(const char *const *argv, int input, bool output,
                                               struct asv_child *out, struct asv_err *err);

/* Waits until it is gone. ASV_E_AWAY, with the first line that it said, unless its status was 0. */
ASV_MUST_CHECK enum asv_status asv_child_wait(struct asv_child *child, struct asv_err *err);

/* Ends it, whatever it does; nothing is fine. */
void asv_child_kill(struct asv_child *child);

#endif
