/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/keeper_program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/keyfile.h"
#include "tests/support/files.h"

static const char program[] = ASV_BINARY_DIR "/bin/asservat-keeper";

static void must(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

/* What the keeper signs for outsiders with. */
static void make_signing_key(int dir, const char *name, uint8_t role, const struct asv_test_world *world)
{
    struct asv_keyfile file = {.role = role, .label = "test"};
    struct asv_keys keys;
    must(asv_keyfile_generate(&file, &keys, &world->world) == ASV_OK &&
             asv_keyfile_save(dir, name, &file, &keys, (struct asv_bytes){0}, &world->world, NULL) == ASV_OK,
         name);
}

void keeper_program_identity(const char *directory, const char *name, uint8_t role,
                             const struct asv_test_agency *agency, const struct asv_test_identity *identity,
                             const struct asv_test_world *world)
{
    char path[128];
    struct asv_keyfile file = {.role = role};
    struct asv_keys keys = {0};
    snprintf(path, sizeof path, "%s/%s", directory, name);
    must(mkdir(path, 0700) == 0, path);
    asv_test_write_file(path, "root.cert", agency->root.cert.object.encoded.data,
                        agency->root.cert.object.encoded.len);
    asv_test_write_file(path, "chain", identity->chain.encoded.data, identity->chain.encoded.len);
    memcpy(keys.sign_sk, identity->sk, sizeof keys.sign_sk);
    memcpy(file.signing_pk, identity->pk, sizeof file.signing_pk);
    snprintf(file.label, sizeof file.label, "test");
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(asv_keyfile_save(dir, "keeper.key", &file, &keys, (struct asv_bytes){0}, &world->world, NULL) ==
             ASV_OK,
         "keeper.key");
    make_signing_key(dir, "ledger.key", ASV_KEYFILE_LEDGER, world);
    make_signing_key(dir, "package.key", ASV_KEYFILE_PACKAGE, world);
    (void)close(dir);
}

static void become_it(const char *config, const char *const environment[][2], const int ends[2])
{
    for (size_t i = 0; environment != NULL && environment[i][0] != NULL; i++) {
        (void)setenv(environment[i][0], environment[i][1], 1);
    }
    (void)dup2(ends[1], STDERR_FILENO);
    (void)close(ends[0]);
    (void)close(ends[1]);
    execl(program, program, "--config", config, (char *)NULL);
    _exit(127);
}

bool keeper_program_start(const char *config, const char *const environment[][2], pid_t *pid)
{
    int ends[2];
    char text[8192];
    size_t len = 0;
    must(pipe(ends) == 0, "pipe");
    fflush(NULL);
    *pid = fork();
    must(*pid >= 0, "fork");
    if (*pid == 0) {
        become_it(config, environment, ends);
    }
    (void)close(ends[1]);
    bool ready = false;
    while (!ready && len + 1 < sizeof text) {
        ssize_t got = read(ends[0], text + len, sizeof text - 1 - len);
        if (got <= 0) {
            break;
        }
        len += (size_t)got;
        text[len] = '\0';
        ready = strstr(text, "started") != NULL;
    }
    if (!ready) {
        printf("%.*s\n", (int)len, text);
    }
    (void)close(ends[0]); /* later lines are lost, and nobody minds */
    return ready;
}

int keeper_program_end(pid_t pid, int signal)
{
    int status = 0;
    must(kill(pid, signal) == 0 && waitpid(pid, &status, 0) == pid, "the keeper's end");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
