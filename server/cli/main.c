/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "server/base/world_os.h"
#include "server/cli/cli.h"

int main(int argc, char **argv)
{
    /* Keys pass through this process: no core dump, and what is on the stack now and later is not swapped out
     * if the limits allow it (the memory that a passphrase's key takes is a scratch area and stays outside).
     */
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)mlockall(MCL_CURRENT);
    (void)signal(SIGPIPE, SIG_IGN); /* `asservat clip list | head` ends with a failed write */

    const struct asv_cli cli = {
        .out = stdout, .err = stderr, .world = asv_world_os(), .sleep_ms = asv_world_os_sleep_ms};
    int result = asv_cli_main(&cli, argc, (const char *const *)argv);
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) && result == 0) {
        fputs("asservat: cannot write the output\n", stderr);
        result = 1;
    }
    return result;
}
