/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A disk that fails on demand: interposes the system calls that change files. Linked into a test, or built as
 * libasv_fault_disk.so and preloaded into an unmodified daemon, where ASV_FAULT_DISK="kind:after[:path]" arms
 * it.
 */
#ifndef ASV_TESTS_SIM_FAULT_DISK_H
#define ASV_TESTS_SIM_FAULT_DISK_H

#include <stdbool.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_WRITE, /* write, pwrite, fallocate, ftruncate */
    FAULT_SYNC,  /* fsync, fdatasync */
    FAULT_NAME,  /* rename, mkdir, unlink */
    FAULT_ANY,
};

/* The after-th call of this kind from now (1 is the next) whose file lies below path (NULL: any) fails with
 * e; when sticky, every later one too. */
void fault_disk_arm(enum fault_kind kind, unsigned after, int e, bool sticky, const char *path);
void fault_disk_disarm(void);

/* Whether the armed fault was met. */
bool fault_disk_struck(void);

#endif
