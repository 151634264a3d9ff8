/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-keeper DIR: how fast the keeper takes hand-overs, each two people's word that it has not heard
 * before, which it remembers first (K-234), and how fast it wraps their held clips' keys for a recipient,
 * written down first (K-084), as the job asks for them, against the bare cryptography of it and appending and
 * syncing as many bytes in the same run; how fast it signs heads of the ledger, with an index of a small
 * agency and of a large one, against signing as many and writing and syncing as many bytes; and how long the
 * destruction of a day of many cameras takes, against writing, syncing and unlinking the same files. The
 * store and its slots are real files in DIR.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/seal/age.h"
#include "server/base/calendar.h"
#include "server/keeper/head.h"
#include "tests/sim/keeper_log.h"
#include "tests/sim/keeper_people.h"

#define CAMERAS     10000
#define DAYS        60  /* made ahead: what the index has besides */
#define HAND_OVERS  304 /* of each kind; the keeper remembers 1,024 */
#define WAITING     8   /* of them at a time, for the job */
#define FEW         3   /* recordings of one */
#define JOURNAL_MAX (16 * HAND_OVERS * (size_t)ASV_JOURNAL_LINE_BYTES)
#define TODAY       20260105u
#define HEADS       200 /* of one measurement, each of 100 entries more */
#define ENTRIES     100
#define KEPT        20000 /* clips of a large agency that have keys of their own */

static struct keeper_site site;
static struct keeper_people people;
static struct keeper_decision decision;
static struct keeper_clip clips[KEEPER_PLAN_CLIPS];
static struct asv_disk_files files;
static char slot_paths[KEEPER_DISK_SLOTS][512];

static void must(enum asv_status status, const char *what)
{
    if (status != ASV_OK) {
        fprintf(stderr, "bench-keeper: %s: %s\n", what, asv_status_name(status));
        exit(1);
    }
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The site's store, on files instead of memory. */
static void move_to_files(const char *dir)
{
    static char path[512];
    struct asv_err err = {0};
    snprintf(path, sizeof path, "%s/store", dir);
    files.path = path;
    must(asv_disk_posix_make(&files, &err), err.text);
    site.setup.disk = asv_disk_posix(&files);
    for (unsigned i = 0; i < KEEPER_DISK_SLOTS; i++) {
        snprintf(slot_paths[i], sizeof slot_paths[i], "%s/slot-%u", dir, i + 1);
        must(asv_slot_file_create(slot_paths[i], &err), err.text);
        site.slots[i] = asv_slot_file(slot_paths[i]);
    }
    must(asv_store_create(&site.setup, &err), err.text);
    keeper_site_restart(&site);
}

static size_t index_bytes(void)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct asv_disk *disk = &site.setup.disk;
    must(disk->read(disk->ctx, "index", ASV_INDEX_FILE_MAX, &data, &len, NULL), "index");
    free(data);
    return len;
}

/* ---- hand-overs ---- */

/* So many of them, each another two people's word: what is said again is not written down (K-126). */
static struct keeper_decision *hand_overs;

/* The keeper's record of decisions: its length, and how many lines it has. */
static size_t journal(unsigned *lines)
{
    struct asv_disk *disk = &site.setup.disk;
    uint8_t *data = NULL;
    size_t len = 0;
    *lines = 0;
    must(disk->read(disk->ctx, ASV_JOURNAL_PREFIX "2026", JOURNAL_MAX, &data, &len, NULL),
         "record of decisions");
    for (size_t i = 0; i < len; i++) {
        *lines += data[i] == '\n' ? 1 : 0;
    }
    free(data);
    return len;
}

/* Of each request two signatures verified and one line, and as many wraps as it asks for; wraps in a second.
 */
static double bare_rewraps(unsigned requests, unsigned wraps, size_t line_bytes)
{
    static uint8_t line[ASV_JOURNAL_LINE_BYTES];
    struct asv_disk *disk = &site.setup.disk;
    uint8_t file_key[ASV_FILE_KEY_BYTES] = {1};
    uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];
    uint8_t ephemeral[ASV_X25519_BYTES] = {2};
    uint8_t message[64] = {3};
    uint8_t signature[ASV_ED25519_SIG_BYTES];
    asv_ed25519_sign(signature, message, sizeof message, site.agency.dock.sk);
    line[line_bytes - 1] = '\n';
    double begin = now();
    for (unsigned i = 0; i < requests; i++) {
        must(asv_ed25519_verify(signature, message, sizeof message, site.agency.dock.pk), "signature");
        must(asv_ed25519_verify(signature, message, sizeof message, site.agency.dock.pk), "signature");
        for (unsigned wrap = 0; wrap < wraps; wrap++) {
            ephemeral[0] = (uint8_t)(i + wrap);
            must(asv_age_wrap(stanza, file_key, site.agency.dock.kx_pk, ephemeral), "wrap");
        }
        must(disk->append(disk->ctx, "bench-lines", line, line_bytes, NULL), "line");
    }
    double took = now() - begin;
    must(disk->remove(disk->ctx, "bench-lines", NULL), "remove");
    return requests * wraps / took;
}

static void prepare_hand_overs(void)
{
    struct asv_bulletin bulletin;
    struct asv_bulletin_key key;
    must(keeper_make_days(&site, &site.agency.camera, 0, 1).status, "days");
    keeper_bulletin(&site, &site.agency.camera, &bulletin);
    asv_bulletin_key_at(&bulletin, 0, &key);
    for (unsigned i = 0; i < KEEPER_PLAN_CLIPS; i++) {
        keeper_clip_make(&site, &site.agency.camera, &key, 1, &clips[i]);
        must(keeper_both(&site, &decision, ASV_ACTION_HOLD, &people.wearer, &people.deputy,
                         (uint8_t)(20 + 2 * i), &site.agency.camera, &clips[i])
                 .status,
             "hold");
    }
    must(keeper_both(&site, &decision, ASV_ACTION_RECIPIENT, &people.exporter, &people.deputy, 3, NULL, NULL)
             .status,
         "recipient");
    hand_overs = calloc(HAND_OVERS, sizeof *hand_overs);
    must(hand_overs == NULL ? ASV_E_NO_MEMORY : ASV_OK, "memory");
}

static void propose(struct keeper_decision *one, uint8_t form, unsigned count)
{
    static uint32_t nonce;
    keeper_propose_clip(&site, one, ASV_ACTION_HAND_OVER, &people.exporter, 5, &site.agency.camera,
                        &clips[0]);
    one->plan.clip_count = (uint16_t)count;
    for (unsigned c = 0; c < count; c++) {
        one->clips[c] = (struct asv_plan_clip){.form = form};
        keeper_clip_digest(one->clips[c].header, &clips[c], &site.agency.camera);
    }
    asv_store_be32(one->proposal.statement.nonce, nonce++);
    keeper_plan_again(one);
    keeper_respond(&site, one, ASV_STEP_APPROVE, &people.deputy, 6);
}

static void ask_for(struct keeper_decision *hand_over, uint16_t number, unsigned count)
{
    struct asv_keeper_request request;
    hand_over->number = number;
    hand_over->more_count = (uint8_t)(count - 1);
    for (unsigned i = 0; i + 1 < count; i++) {
        hand_over->more[i] = (uint16_t)(number + 1 + i);
    }
    keeper_decision_request(&request, hand_over);
    struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_EXPORT, &request);
    must(reply.status, reply.detail);
}

/* What is measured: the time, and that of the processor, which a busy machine does not change. */
struct meter {
    double took;
    clock_t busy;
};

static void start(struct meter *meter)
{
    meter->took -= now();
    meter->busy -= clock();
}

static void stop(struct meter *meter)
{
    meter->took += now();
    meter->busy += clock();
}

static void tell(const char *what, unsigned count, const struct meter *meter)
{
    printf("  %s: %.0f/s, %.2f ms of the processor each", what, count / meter->took,
           (double)meter->busy * 1e3 / CLOCKS_PER_SEC / count);
}

/* As the job asks for the recordings of some hand-overs (K-266): what goes sealed at once, what goes in clear
 * one by one. */
static void ask_for_all(struct keeper_decision *some, unsigned many, unsigned count, unsigned at_once)
{
    for (unsigned i = 0; i < many; i++) {
        for (unsigned number = 0; number < count; number += at_once) {
            ask_for(&some[i], (uint16_t)number, at_once);
        }
    }
}

/* Hand-overs of count recordings each, which go in this form: as many are taken before they are asked for as
 * wait for the job, which is few (the keeper has drawn their lines then, K-237). */
static void hand_over(const char *what, uint8_t form, unsigned count)
{
    unsigned at_once = form == ASV_PLAN_SEALED ? count : 1;
    unsigned lines = 0;
    unsigned before = 0;
    struct meter taking = {0};
    struct meter giving = {0};
    for (unsigned i = 0; i < HAND_OVERS; i++) {
        propose(&hand_overs[i], form, count);
    }
    printf("hand-overs of %u recordings %s (index of %zu KiB)\n", count, what, index_bytes() >> 10);
    size_t was = journal(&before);
    for (unsigned first = 0; first < HAND_OVERS; first += WAITING) {
        start(&taking);
        for (unsigned i = 0; i < WAITING; i++) {
            ask_for(&hand_overs[first + i], ASV_KEEPER_NO_CLIP, 1);
        }
        stop(&taking);
        start(&giving);
        ask_for_all(&hand_overs[first], WAITING, count, at_once);
        stop(&giving);
    }
    unsigned requests = HAND_OVERS * count / at_once;
    size_t line_bytes = (journal(&lines) - was) / (requests + HAND_OVERS);
    if (lines - before != requests + HAND_OVERS) {
        fprintf(stderr, "bench-keeper: of %u lines %u were written down\n", requests + HAND_OVERS,
                lines - before);
        exit(1);
    }
    struct meter both = {taking.took + giving.took, taking.busy + giving.busy};
    double bare = bare_rewraps(requests, at_once, line_bytes);
    tell("re-wraps, written down first", HAND_OVERS * count, &giving);
    printf("; bare signatures, wraps and synced lines (%zu bytes): %.0f/s; ratio %.2f\n", line_bytes, bare,
           HAND_OVERS * count / giving.took / bare);
    tell("hand-overs taken, and remembered", HAND_OVERS, &taking);
    printf("\n");
    tell("recordings, with their share of that", HAND_OVERS * count, &both);
    printf("\n");
}

static void rewraps(void)
{
    prepare_hand_overs();
    hand_over("that go sealed", ASV_PLAN_SEALED, KEEPER_PLAN_CLIPS);
    hand_over("that go sealed", ASV_PLAN_SEALED, FEW);
    hand_over("that go in clear", ASV_PLAN_WHOLE, FEW);
    free(hand_overs);
}

/* ---- heads of the ledger ---- */

static const struct keeper_log ledger = {.origin = "asservat.example/ledger", .fork = UINT64_MAX};
static uint64_t signed_size;

static double bare_heads(void)
{
    struct asv_disk *disk = &site.setup.disk;
    uint8_t signature[ASV_ED25519_SIG_BYTES];
    uint8_t data[ASV_HEAD_FILE_BYTES] = {0};
    double begin = now();
    for (unsigned i = 0; i < HEADS; i++) {
        must(disk->write(disk->ctx, "bench-new", data, sizeof data, NULL), "head");
        must(disk->sync(disk->ctx, NULL), "sync");
        must(disk->rename(disk->ctx, "bench-new", "bench-head", NULL), "rename");
        must(disk->sync(disk->ctx, NULL), "sync");
        asv_ed25519_sign(signature, data, 100, site.ledger_sk);
    }
    double took = now() - begin;
    must(disk->remove(disk->ctx, "bench-head", NULL), "remove");
    return HEADS / took;
}

static void heads(const char *what)
{
    static struct asv_proof proofs[HEADS];
    static struct asv_keeper_request requests[HEADS];
    for (unsigned i = 0; i < HEADS; i++) {
        keeper_log_request(&ledger, signed_size + i * ENTRIES, signed_size + (i + 1) * ENTRIES, &proofs[i],
                           &requests[i]);
    }
    clock_t busy = clock(); /* of the processor: what a busy machine does not change */
    double begin = now();
    for (unsigned i = 0; i < HEADS; i++) {
        struct asv_keeper_reply reply = keeper_ask(&site, ASV_KEEPER_LEDGER, &requests[i]);
        must(reply.status, reply.detail);
    }
    busy = clock() - busy;
    double rate = HEADS / (now() - begin);
    signed_size += HEADS * ENTRIES;
    double bare = bare_heads();
    printf("signed heads, %s (index of %zu KiB): %.0f/s, %.2f ms of the processor each; bare writes and "
           "signatures: %.0f/s; ratio %.2f\n",
           what, index_bytes() >> 10, rate, (double)busy * 1e3 / CLOCKS_PER_SEC / HEADS, bare, rate / bare);
}

static void grow_large(void)
{
    struct asv_store_change change;
    struct asv_kept kept = {.state = ASV_KEEPER_RUNS, .camera = {1}, .key_date = TODAY};
    struct asv_index_camera *camera = NULL;
    must(asv_store_begin(site.keeper.store, &change, NULL), "change");
    must(asv_due_ms(TODAY, 30, &kept.due_ms), "calendar");
    kept.period_ms = kept.forget_ms = kept.due_ms;
    for (uint32_t i = 0; i < KEPT; i++) {
        asv_store_be32(kept.header, i + 1);
        must(asv_index_add(change.next, ASV_INDEX_KEPT, &kept), "kept clip");
    }
    for (uint32_t i = 0; i < CAMERAS; i++) {
        uint8_t cert[ASV_SHA256_BYTES] = {0};
        asv_store_be32(cert, i + 1);
        must(asv_index_camera(change.next, cert, &camera), "camera");
    }
    must(asv_store_commit(&change, false, NULL), "commit");
}

/* ---- a day ---- */

static void make_days(void)
{
    struct asv_store_change change;
    uint32_t date = TODAY;
    must(asv_store_begin(site.keeper.store, &change, NULL), "change");
    for (unsigned day = 0; day < DAYS; day++) {
        for (unsigned first = 0; first < CAMERAS; first += ASV_DAYFILE_KEYS_MAX) {
            struct asv_dayfile file = {0};
            struct asv_entry entry = {.kind = ASV_ENTRY_DAY, .date = date};
            must(asv_due_ms(date, 14, &entry.due_ms), "calendar");
            for (unsigned i = first; i < CAMERAS && i < first + ASV_DAYFILE_KEYS_MAX; i++) {
                struct asv_dayfile_key one = {.camera = {(uint8_t)(i >> 8), (uint8_t)i}, .sk = {1}};
                must(asv_dayfile_add(&file, &one), "key");
            }
            must(asv_store_put(&change, &entry, &file, NULL), "key file");
            asv_dayfile_free(&file);
        }
        must(asv_date_add(date, 1, &date), "calendar");
    }
    must(asv_store_commit(&change, false, NULL), "commit");
}

/* As many bytes as the index and the slots' cells have, written and synced, and as many files unlinked. */
static double bare_destruction(void)
{
    static uint8_t bytes[200000];
    struct asv_disk *disk = &site.setup.disk;
    unsigned count = (CAMERAS + ASV_DAYFILE_KEYS_MAX - 1) / ASV_DAYFILE_KEYS_MAX;
    char name[32];
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "bench-%u", i);
        must(disk->write(disk->ctx, name, bytes, 65000, NULL), name);
    }
    must(disk->sync(disk->ctx, NULL), "sync");
    double begin = now();
    must(disk->write(disk->ctx, "bench-index", bytes, sizeof bytes, NULL), "index");
    must(disk->sync(disk->ctx, NULL), "sync");
    must(disk->sync(disk->ctx, NULL), "sync");
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof name, "bench-%u", i);
        must(disk->remove(disk->ctx, name, NULL), name);
    }
    return now() - begin;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: bench-keeper DIR: an empty directory\n", stderr);
        return 2;
    }
    keeper_site_init(&site, 1);
    move_to_files(argv[1]);
    keeper_people_init(&people, &site);
    rewraps();
    must(keeper_begin_ledger(&site, &people, &decision, ledger.origin, 30).status, "ledger");
    heads("a small agency");
    make_days();
    grow_large();
    heads("a large one");
    uint32_t count = 0;
    int64_t due = 0;
    must(asv_due_ms(TODAY, 14, &due), "calendar");
    double peer = bare_destruction();
    double begin = now();
    must(asv_store_destroy_due(site.keeper.store, due, &count, NULL), "destroy");
    double took = now() - begin;
    printf("a day of %d cameras destroyed (%u key files) in %.3f s; bare files: %.3f s; ratio %.1f\n",
           CAMERAS, count, took, peer, took / peer);
    keeper_site_free(&site);
    return 0;
}
