/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-play-file PROGRAM FILE CONTAINER [FROM-MS [CHUNK]]: what a browser is given of FILE, which a camera
 * sealed as CONTAINER, with asservat-media (PROGRAM) at hand: without FROM-MS its facts, one a line, with it
 * the bytes from the key frame before that time on, behind the init. On standard output; what went wrong on
 * standard error, with the status's name. CHUNK of the payload is damaged on the disk. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/base/world_os.h"
#include "server/media/view.h"
#include "tests/support/files.h"
#include "tests/support/in_vault.h"

#define IDLE_MS     20000
#define MOST_MS     60000
#define PIECE_BYTES 300007

static struct asv_test_in_vault it;
static const char *container;

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void answer(const char *program, int fd)
{
    int how = 0;
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(fd, STDIN_FILENO);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(fd);
    must(waitpid(pid, &how, 0) == pid);
    if (WIFSIGNALED(how)) {
        fprintf(stderr, "asservat-media: signal %d\n", WTERMSIG(how));
    }
}

/* As asservat-media.socket: for each connection a program of its own. */
static pid_t serve(const char *program, struct sockaddr_un *address)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof address->sun_path, "%.90s/media", it.base);
    must(bind(listener, (const struct sockaddr *)address, sizeof *address) == 0 && listen(listener, 4) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
            answer(program, fd);
        }
        _exit(1);
    }
    close(listener);
    return pid;
}

static void print(const struct asv_view_facts *facts)
{
    printf("mime %s\nremuxed %d\nstart_ms %llu\nduration_ms %llu\nbytes %llu\ninit %llu\n", facts->mime,
           facts->remuxed, (unsigned long long)facts->start_ms, (unsigned long long)facts->duration_ms,
           (unsigned long long)facts->bytes, (unsigned long long)facts->init_bytes);
    for (size_t i = 0; i < facts->frame_count; i++) {
        printf("frame %llu %llu\n", (unsigned long long)facts->frames[i].ms,
               (unsigned long long)facts->frames[i].offset);
    }
}

static enum asv_status write_range(struct asv_view *view, uint64_t from, uint64_t until, struct asv_err *err)
{
    static uint8_t piece[PIECE_BYTES];
    enum asv_status status = ASV_OK;
    for (size_t got = 0; status == ASV_OK && from < until; from += got) {
        size_t len = until - from < sizeof piece ? (size_t)(until - from) : sizeof piece;
        status = asv_view_read(view, from, piece, len, &got, err);
        must(status != ASV_OK || (got > 0 && fwrite(piece, 1, got, stdout) == got));
    }
    return status;
}

static enum asv_status play(struct asv_view *view, const char *from_ms, struct asv_err *err)
{
    const struct asv_view_facts *facts = NULL;
    enum asv_status status = asv_view_look(view, &facts, err);
    size_t i = 0;
    if (status != ASV_OK || from_ms == NULL) {
        if (status == ASV_OK) {
            print(facts);
        }
        return status;
    }
    while (i + 1 < facts->frame_count && facts->frames[i + 1].ms <= strtoull(from_ms, NULL, 10)) {
        i++;
    }
    status = write_range(view, 0, facts->init_bytes, err);
    return status == ASV_OK ? write_range(view, facts->frames[i].offset, facts->bytes, err) : status;
}

static enum asv_status open_and_play(const char *program, const char *from_ms, struct asv_err *err)
{
    struct sockaddr_un address = {0};
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    struct asv_view *view = NULL;
    pid_t server = serve(program, &address);
    struct asv_view_asker asker = {.socket = address.sun_path,
                                   .world = asv_world_os(),
                                   .idle_ms = IDLE_MS,
                                   .most_ms = MOST_MS,
                                   .most = 1,
                                   .lock = PTHREAD_MUTEX_INITIALIZER};
    enum asv_status status = asv_exhibit_open_seal(it.vault, &it.name, &exhibit, err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, it.file_key, &playback, err);
    }
    if (status == ASV_OK) {
        status = asv_view_open_take(playback, &asker, &view, err);
    }
    if (status == ASV_OK) {
        status = play(view, from_ms, err);
    }
    asv_view_close(view);
    (void)kill(server, SIGTERM);
    must(waitpid(server, NULL, 0) == server);
    return status;
}

static void name_container(struct asv_seal_header *header)
{
    snprintf(header->container, sizeof header->container, "%s", container);
}

int main(int argc, char **argv)
{
    struct asv_err err = {0};
    uint8_t *media = NULL;
    size_t len = 0;
    if (argc < 4 || argc > 6) {
        return 2;
    }
    container = argv[3];
    asv_test_read_file("/", argv[2], &media, &len);
    struct asv_test_plan plan = asv_test_plan_of(media, len);
    plan.change = name_container;
    asv_test_in_vault_make(&it, &plan);
    if (argc == 6) {
        asv_test_in_vault_flip(&it, "payload", strtoul(argv[5], NULL, 10) * ASV_CHUNK_CIPHER_BYTES);
    }
    enum asv_status status = open_and_play(argv[1], argv[4], &err);
    must(fflush(stdout) == 0);
    if (status != ASV_OK) {
        fprintf(stderr, "%s: %s\n", asv_status_name(status), err.text);
    }
    asv_test_in_vault_remove(&it);
    free(media);
    return status == ASV_OK ? 0 : 1;
}
