/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-playback [MIB]: a recording of so many MiB (4096) in a vault: how long from its directory to the
 * first bytes at the beginning, in the middle and at the end, and how fast it is decrypted from there to its
 * end, against `age -d` of the same bytes in the same run (processor time of all threads; both read from the
 * page cache and give to /dev/null). TMPDIR says where: it takes twice the bytes, and as much memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/seal/age.h"
#include "server/media/playback.h"
#include "tests/support/files.h"
#include "tests/support/in_vault.h"

#define FIRST_BYTES 65536
#define STEP_BYTES  1048576
#define MS          1000.0

static struct asv_test_in_vault it;
static uint8_t block[STEP_BYTES];

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench-playback: %s\n", what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of this process, or of the children that it has waited for. */
static double processor(int who)
{
    struct rusage usage;
    must(getrusage(who, &usage) == 0, "getrusage");
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static struct asv_playback *open_it(void)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    must(asv_exhibit_open_seal(it.vault, &it.name, &exhibit, NULL) == ASV_OK, "seal");
    must(asv_playback_open_take(exhibit, it.file_key, &playback, NULL) == ASV_OK, "playback");
    return playback;
}

/* From the clip's directory to its first bytes at this part of it. */
static void time_first(const char *where, double part)
{
    double begin = now();
    double used = processor(RUSAGE_SELF);
    struct asv_playback *playback = open_it();
    uint64_t last = asv_playback_bytes(playback) - FIRST_BYTES;
    must(asv_playback_read(playback, (uint64_t)((double)last * part), block, FIRST_BYTES, NULL) == ASV_OK,
         "read");
    printf("first %d bytes at the %-9s %6.1f ms (%.1f of a processor)   aim 150\n", FIRST_BYTES, where,
           (now() - begin) * MS, (processor(RUSAGE_SELF) - used) * MS);
    asv_playback_close(playback);
}

static double read_all(void)
{
    struct asv_playback *playback = open_it();
    uint64_t bytes = asv_playback_bytes(playback);
    double begin = processor(RUSAGE_SELF);
    for (uint64_t at = 0; at < bytes; at += STEP_BYTES) {
        size_t len = bytes - at < STEP_BYTES ? (size_t)(bytes - at) : STEP_BYTES;
        must(asv_playback_read(playback, at, block, len, NULL) == ASV_OK, "read");
    }
    double took = processor(RUSAGE_SELF) - begin;
    asv_playback_close(playback);
    return took;
}

static void write_age(void)
{
    uint8_t head[2048];
    char identity[ASV_AGE_IDENTITY_TEXT_BYTES + 1];
    char path[700];
    struct asv_writer writer;
    asv_writer_init(&writer, head, sizeof head);
    must(asv_age_header_write(&writer, (struct asv_bytes){it.clip.stanzas.data, it.clip.stanzas.len},
                              it.file_key) == ASV_OK,
         "age header");
    asv_write_bytes(&writer, it.clip.header.nonce, ASV_NONCE_BYTES);
    snprintf(path, sizeof path, "%s/clip.age", it.base);
    FILE *file = fopen(path, "wb");
    must(file != NULL && fwrite(head, 1, writer.len, file) == writer.len &&
             fwrite(it.clip.payload.data, 1, it.clip.payload.len, file) == it.clip.payload.len &&
             fclose(file) == 0,
         "clip.age");
    asv_age_identity_encode(identity, it.clip.key_sk[0]);
    asv_test_write_file(it.base, "identity", identity, strlen(identity));
}

static double age_all(void)
{
    char identity[700];
    char clip[700];
    snprintf(identity, sizeof identity, "%s/identity", it.base);
    snprintf(clip, sizeof clip, "%s/clip.age", it.base);
    double begin = processor(RUSAGE_CHILDREN);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        (void)dup2(null, STDOUT_FILENO);
        execlp("age", "age", "-d", "-i", identity, clip, (char *)NULL);
        _exit(127);
    }
    int how = 0;
    must(waitpid(pid, &how, 0) == pid && how == 0, "age -d");
    return processor(RUSAGE_CHILDREN) - begin;
}

int main(int argc, char **argv)
{
    unsigned long mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 4096;
    must(argc <= 2 && mib >= 1 && mib <= 16384, "usage: bench-playback [MIB]");
    asv_test_in_vault_make(
        &it,
        &(struct asv_test_plan){.chunks = (uint32_t)mib * 16, .every = 32, .pad = 16, .key_frames = true});
    write_age();
    double mine = 0;
    double theirs = 0;
    time_first("beginning", 0);
    time_first("middle", 0.5);
    time_first("end", 1);
    for (int round = 0; round < 3; round++) {
        mine += read_all();
        theirs += age_all();
    }
    printf("decrypted %.0f MiB/s; age -d %.0f MiB/s; ratio %.2f   aim 5\n", 3.0 * (double)mib / mine,
           3.0 * (double)mib / theirs, theirs / mine);
    asv_test_in_vault_remove(&it);
    return 0;
}
