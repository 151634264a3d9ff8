/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-handover [MIB] [sealed|whole]: a carrier of one recording of so many MiB (1024), its sealed original
 * alone or with the playable file (whole), beside `openssl dgst -sha256` of the same carrier in the same run:
 * processor time of all threads, time on the wall, memory. TMPDIR says where; it takes three times the bytes,
 * and as much memory while the recording is made. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/handover/recording.h"
#include "server/package/carrier.h"
#include "tests/support/in_vault.h"

#define CARRIER "carrier.zip"

static struct asv_test_in_vault it;
static struct asv_carrier carrier;

static void must(bool condition, const struct asv_err *err)
{
    if (!condition) {
        fprintf(stderr, "bench-handover: %s\n", err != NULL ? err->text : "failed");
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_keys(struct asv_recording *recording)
{
    static const uint8_t ephemeral[ASV_X25519_BYTES] = {9};
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    uint8_t text[1024];
    struct asv_writer writer;
    struct asv_err err = {0};
    must(asv_age_wrap(stanza, it.file_key, it.clip.key_pk[0], ephemeral) == ASV_OK, NULL);
    asv_writer_init(&writer, text, sizeof text);
    must(asv_age_header_write(&writer, (struct asv_bytes){stanza, sizeof stanza}, it.file_key) == ASV_OK,
         NULL);
    must(asv_recording_set_key(recording, it.file_key, &err) == ASV_OK, &err);
    must(asv_recording_set_header(recording, (struct asv_bytes){text, writer.len}, &err) == ASV_OK, &err);
}

static void add(struct asv_recording *recording, enum asv_recording_file file)
{
    struct asv_recording_reader *reader = NULL;
    struct asv_source source;
    struct asv_zip_entry entry;
    struct asv_err err = {0};
    char name[64];
    (void)snprintf(name, sizeof name, "data/recordings/001/%s", asv_recording_file_name(file));
    must(asv_recording_read(recording, file, &reader, &source, &err) == ASV_OK, &err);
    must(asv_carrier_add(&carrier, name, &source, &entry, &err) == ASV_OK, &err);
    asv_recording_reader_close(reader);
}

/* Everything of a build that grows with the recording. */
static void build(int dir, bool whole)
{
    static const uint8_t plan[ASV_PLAN_BYTES];
    struct asv_recording *recording = NULL;
    struct asv_err err = {0};
    must(asv_recording_open(it.vault, &it.name, &recording, &err) == ASV_OK, &err);
    give_keys(recording);
    must(asv_carrier_begin(&carrier, dir, CARRIER, plan, &err) == ASV_OK, &err);
    add(recording, ASV_RECORDING_SEALED);
    if (whole) {
        add(recording, ASV_RECORDING_PLAYABLE);
    }
    must(asv_zip_finish(&carrier.zip, &err) == ASV_OK, &err);
    asv_recording_close(recording);
}

struct cost {
    double processor, wall;
    long rss_kib;
};

static struct cost wait_for(pid_t child, double since)
{
    struct rusage usage;
    int ended = 0;
    must(child >= 0 && wait4(child, &ended, 0, &usage) == child && ended == 0, NULL);
    return (struct cost){(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                             (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                         now() - since, usage.ru_maxrss};
}

static struct cost run_build(int dir, bool whole)
{
    double since = now();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        build(dir, whole);
        _exit(0);
    }
    return wait_for(child, since);
}

static struct cost run_peer(int dir)
{
    double since = now();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)!fchdir(dir);
        (void)!freopen("/dev/null", "w", stdout);
        execlp("openssl", "openssl", "dgst", "-sha256", CARRIER, (char *)NULL);
        _exit(127);
    }
    return wait_for(child, since);
}

int main(int argc, char **argv)
{
    uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 1024;
    bool whole = argc > 2 && strcmp(argv[2], "whole") == 0;
    must(mib > 0 && mib <= 65536, NULL);
    asv_test_in_vault_make(&it,
                           &(struct asv_test_plan){.chunks = (uint32_t)(16 * mib), .every = 64, .pad = 16});
    free(it.clip.payload.data);
    it.clip.payload.data = NULL;
    int dir = open(it.base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir >= 0, NULL);
    for (int round = 0; round < 3; round++) {
        struct cost ours = run_build(dir, whole);
        struct cost peer = run_peer(dir);
        printf("%llu MiB %s: processor %.2f s (%.2f x openssl dgst), wall %.2f s (%.2f x), RSS %ld MiB\n",
               (unsigned long long)mib, whole ? "whole" : "sealed", ours.processor,
               ours.processor / peer.processor, ours.wall, ours.wall / peer.wall, ours.rss_kib / 1024);
        must(unlinkat(dir, CARRIER, 0) == 0, NULL);
    }
    close(dir);
    asv_test_in_vault_remove(&it);
    return 0;
}
