/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Preloaded, a program stops when it has done everything, with its memory as it leaves it, until somebody
 * lets it go on. */
#include <signal.h>
#include <unistd.h>

__attribute__((destructor)) static void stop(void)
{
    (void)kill(getpid(), SIGSTOP);
}
