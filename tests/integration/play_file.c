/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-play-file PROGRAM FILE [FROM-MS]: what asservat-media (PROGRAM) makes of FILE as the media of a
 * recording that a camera sealed: without FROM-MS its facts, one a line, with it fragmented MP4. On standard
 * output; what went wrong on standard error, with the status's name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/media/ask.h"
#include "tests/support/files.h"
#include "tests/support/in_vault.h"

#define IDLE_MS 60000

static struct asv_test_in_vault it;

/* Connected to a program of its own. */
static int start(const char *program, pid_t *pid)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        abort();
    }
    *pid = fork();
    if (*pid == 0) {
        (void)dup2(ends[1], STDIN_FILENO);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return ends[0];
}

static enum asv_status on_write(void *ctx, const uint8_t *data, size_t len, struct asv_err *err)
{
    (void)ctx;
    return fwrite(data, 1, len, stdout) == len ? ASV_OK : asv_fail(err, ASV_E_IO, "standard output");
}

static void print(const struct asv_media_facts *facts)
{
    static const char *const kinds[] = {"other", "video", "audio"};
    printf("format %s\nduration_us %llu\n", facts->format, (unsigned long long)facts->duration_us);
    for (size_t i = 0; i < facts->stream_count; i++) {
        const struct asv_media_stream *stream = &facts->streams[i];
        printf("%s %s %ux%u %u Hz %u\n", kinds[stream->kind], stream->codec, stream->width, stream->height,
               stream->rate, stream->channels);
    }
}

static enum asv_status play(int argc, char **argv, int fd, struct asv_err *err)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    struct asv_media_facts facts;
    const struct asv_media_sink sink = {.write = on_write};
    enum asv_status status = asv_exhibit_open_seal(it.vault, &it.name, &exhibit, err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, it.file_key, &playback, err);
    }
    if (status == ASV_OK && argc == 3) {
        status = asv_media_probe(fd, IDLE_MS, playback, &facts, err);
        if (status == ASV_OK) {
            print(&facts);
        }
    } else if (status == ASV_OK) {
        status = asv_media_remux(fd, IDLE_MS, playback, strtoull(argv[3], NULL, 10) * 1000, &sink, err);
    }
    asv_playback_close(playback);
    return status;
}

int main(int argc, char **argv)
{
    struct asv_err err = {0};
    uint8_t *media = NULL;
    size_t len = 0;
    pid_t pid = 0;
    int how = 0;
    if (argc != 3 && argc != 4) {
        return 2;
    }
    asv_test_read_file("/", argv[2], &media, &len);
    struct asv_test_plan plan = asv_test_plan_of(media, len);
    asv_test_in_vault_make(&it, &plan);
    int fd = start(argv[1], &pid);
    enum asv_status status = play(argc, argv, fd, &err);
    close(fd);
    if (waitpid(pid, &how, 0) != pid || fflush(stdout) != 0) {
        abort();
    }
    if (WIFSIGNALED(how)) {
        fprintf(stderr, "asservat-media: signal %d\n", WTERMSIG(how));
    }
    if (status != ASV_OK) {
        fprintf(stderr, "%s: %s\n", asv_status_name(status), err.text);
    }
    asv_test_in_vault_remove(&it);
    free(media);
    return status == ASV_OK ? 0 : 1;
}
