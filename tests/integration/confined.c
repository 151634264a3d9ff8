/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * confined CALL... -- PROGRAM ARGUMENT...   runs a program that is killed at any other system call, as
 * systemd does with a unit's SystemCallFilter. Names that this machine does not know are passed over, as
 * there. */
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int i = 1;
    if (filter == NULL) {
        return 126;
    }
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        int call = seccomp_syscall_resolve_name(argv[i]);
        if (call != __NR_SCMP_ERROR && call >= 0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) {
            fprintf(stderr, "confined: %s\n", argv[i]);
            return 126;
        }
    }
    if (i + 1 >= argc || seccomp_load(filter) != 0) {
        return 126;
    }
    execv(argv[i + 1], argv + i + 1);
    return 127;
}
