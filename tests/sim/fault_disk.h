/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A disk that fails on demand, or a machine that dies at a chosen call: interposes the system calls that
 * change files. Linked into a test, or preloaded into an unmodified program as libasv_fault_disk.so, where
 * ASV_FAULT_DISK arms it:
 *
 *   kind:after[:path[:path]]  kind is enospc, eio-write, eio-sync, eio-name, kill (SIGKILL before the call)
 *   /a/file                   a struct fault_disk_board, shared with whoever arms it meanwhile
 */
#ifndef ASV_TESTS_SIM_FAULT_DISK_H
#define ASV_TESTS_SIM_FAULT_DISK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_WRITE, /* write, pwrite, fallocate, ftruncate */
    FAULT_SYNC,  /* fsync, fdatasync */
    FAULT_NAME,  /* rename, mkdir, unlink */
    FAULT_ANY,
};

/* Text is written first, then sequence is raised; an empty text disarms. */
struct fault_disk_board {
    _Atomic uint32_t sequence;
    _Atomic uint32_t strikes; /* by the fault of this sequence; of a kill, too */
    char text[1016];          /* as in ASV_FAULT_DISK, with a NUL */
};

/* The after-th call of this kind from now (1 is the next) whose file lies below path (NULL: any) fails with
 * e; when sticky, every later one too. */
void fault_disk_arm(enum fault_kind kind, unsigned after, int e, bool sticky, const char *path);
void fault_disk_disarm(void);

/* Whether the armed fault was met. */
bool fault_disk_struck(void);

#endif
