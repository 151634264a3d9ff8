/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/swtpm.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static void become_swtpm(const struct asv_test_swtpm *tpm)
{
    char state[128], fd[16];
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that aborts leaves none behind */
    snprintf(state, sizeof state, "dir=%s", tpm->state);
    snprintf(fd, sizeof fd, "%d", tpm->ours);
    (void)fcntl(tpm->ours, F_SETFD, 0);
    execlp("swtpm", "swtpm", "chardev", "--tpm2", "--tpmstate", state, "--fd", fd, "--flags",
           "not-need-init,startup-clear", (char *)NULL);
    perror("swtpm");
    _exit(127);
}

void asv_test_swtpm_start(struct asv_test_swtpm *tpm, const char *state)
{
    struct termios raw;
    snprintf(tpm->state, sizeof tpm->state, "%s", state);
    must(openpty(&tpm->ours, &tpm->theirs, NULL, NULL, NULL) == 0, "openpty");
    must(tcgetattr(tpm->theirs, &raw) == 0, "tcgetattr");
    cfmakeraw(&raw);
    must(tcsetattr(tpm->theirs, TCSANOW, &raw) == 0, "tcsetattr");
    must(fcntl(tpm->ours, F_SETFD, FD_CLOEXEC) == 0 && fcntl(tpm->theirs, F_SETFD, FD_CLOEXEC) == 0, "fcntl");
    must(ttyname_r(tpm->theirs, tpm->device, sizeof tpm->device) == 0, "ttyname");
    tpm->pid = fork();
    must(tpm->pid >= 0, "fork");
    if (tpm->pid == 0) {
        become_swtpm(tpm);
    }
}

void asv_test_swtpm_stop(struct asv_test_swtpm *tpm)
{
    if (tpm->pid <= 0) {
        return;
    }
    must(kill(tpm->pid, SIGKILL) == 0 && waitpid(tpm->pid, NULL, 0) == tpm->pid, "swtpm");
    close(tpm->ours);
    close(tpm->theirs);
    tpm->pid = 0;
}
