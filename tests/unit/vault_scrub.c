/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is in custody stays whole: what one root lost, spoilt or missed is found there, and scrub restores it
 * from the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/verdict.h"
#include "server/base/io.h"
#include "server/cli/cli.h"
#include "tests/sim/fault_disk.h"
#include "tests/support/world.h"
#include "tests/unit/test.h"
#include "tests/unit/vault_kit.h"

struct findings {
    unsigned repaired, failed, damaged;
    uint64_t read;
    enum asv_part last;
    const uint8_t *dock_pk;
};

static enum asv_status on_read(void *ctx, uint64_t bytes)
{
    struct findings *findings = ctx;
    findings->read += bytes;
    return ASV_OK;
}

static void on_found(void *ctx, const char *path, enum asv_part part, unsigned root,
                     enum asv_scrub_finding finding)
{
    struct findings *findings = ctx;
    (void)path;
    (void)root;
    findings->repaired += finding == ASV_SCRUB_REPAIRED;
    findings->failed += finding == ASV_SCRUB_FAILED;
    findings->damaged += finding == ASV_SCRUB_DAMAGED;
    findings->last = part;
}

static void on_exposed(void *ctx, const char *path, unsigned root)
{
    (void)ctx;
    (void)root;
    fail_msg("%s lets in others", path);
}

static const uint8_t *on_dock_key(void *ctx, const uint8_t cert[32])
{
    const struct findings *findings = ctx;
    (void)cert;
    return findings->dock_pk;
}

static struct findings scrub(struct fixture *f, const uint8_t *dock_pk)
{
    struct findings findings = {.dock_pk = dock_pk};
    struct asv_scrub_report report;
    const struct asv_scrub_ops ops = {&findings, on_read, on_found, on_exposed, on_dock_key};
    assert_int_equal(asv_vault_scrub(f->vault, &ops, &report, NULL), ASV_OK);
    assert_int_equal(report.clips, 1);
    assert_int_equal(report.repaired, findings.repaired);
    assert_int_equal(report.failed, findings.failed);
    return findings;
}

/* A receipt for what c describes, as given at time_ms. */
static void put_receipt(struct asv_clip_dir *clip, const struct asv_commit *c, int64_t time_ms)
{
    static const uint8_t seed[32] = {1};
    uint8_t pk[32];
    uint8_t sk[64];
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    struct asv_writer writer;
    struct asv_receipt receipt = {
        .integrity = c->integrity,
        .provenance = ASV_PROVENANCE_TRUSTED,
        .kind = c->integrity == ASV_INTEGRITY_VALID ? ASV_RECEIPT_STORED : ASV_RECEIPT_QUARANTINED,
        .time_ms = time_ms,
        .custody = {.number = c->number,
                    .leaf_count = c->leaves,
                    .payload_bytes = (uint64_t)CHUNKS * ASV_VAULT_CHUNK_BYTES +
                                     (c->integrity == ASV_INTEGRITY_VALID ? ASV_VAULT_FINAL_BYTES : 0),
                    .seal_bytes = 8,
                    .stanza_count = 1}};
    memcpy(receipt.custody.header, c->header_digest, 32);
    memcpy(receipt.custody.root, c->root, 32);
    memcpy(receipt.custody.tail, c->tail_digest, 32);
    receipt.custody.link_bytes = c->link_bytes;
    memcpy(receipt.custody.link, c->link_digest, 32);
    asv_ed25519_from_seed(pk, sk, seed);
    asv_writer_init(&writer, data, sizeof data);
    assert_int_equal(asv_receipt_encode(&writer, &receipt, sk), ASV_OK);
    assert_int_equal(asv_clip_put(clip, ASV_PART_RECEIPT, data, writer.len, NULL), ASV_OK);
}

static struct asv_clip_dir *committed_as(struct fixture *f, uint8_t pk[32], enum asv_integrity integrity)
{
    static const uint8_t seed[32] = {1};
    uint8_t sk[64];
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    uint8_t bad[CHUNKS / 8 + 1];
    size_t len = 0;
    uint64_t size = 0;
    uint64_t bad_count = 0;
    enum asv_readback mode = 0;
    struct asv_clip_dir *clip = stage(f);
    struct asv_commit c = {.kind = ASV_COMMIT_STORED,
                           .integrity = (uint8_t)integrity,
                           .leaves = CHUNKS,
                           .replicas = 2,
                           .number = 7};
    asv_ed25519_from_seed(pk, sk, seed);
    put_all(f, clip);
    assert_int_equal(asv_clip_put(clip, ASV_PART_SEAL, "the seal", 8, NULL), ASV_OK);
    assert_int_equal(asv_clip_put(clip, ASV_PART_LINK, "the link", 8, NULL), ASV_OK);
    assert_int_equal(asv_clip_put(clip, ASV_PART_STANZAS, "stanzas", 7, NULL), ASV_OK);
    assert_int_equal(asv_clip_put(clip, ASV_PART_CHAIN, "chain", 5, NULL), ASV_OK);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clip, KIT_DAY, uuid, NULL), ASV_OK);
    assert_int_equal(asv_clip_readback(clip, CHUNKS, NULL, bad, &bad_count, &mode, c.root, NULL), ASV_OK);
    c.readback = (uint8_t)mode;
    memcpy(c.final_chunk, final_chunk, sizeof final_chunk);
    assert_int_equal(asv_clip_size(clip, ASV_PART_PAYLOAD, &c.payload_bytes, NULL), ASV_OK);
    assert_int_equal(asv_clip_digest(clip, ASV_PART_SEAL, c.seal_digest, &c.seal_bytes, NULL), ASV_OK);
    assert_int_equal(asv_clip_digest(clip, ASV_PART_LINK, c.link_digest, &size, NULL), ASV_OK);
    c.link_bytes = (uint32_t)size;
    assert_int_equal(asv_clip_digest(clip, ASV_PART_TAIL, c.tail_digest, &c.tail_bytes, NULL), ASV_OK);
    assert_int_equal(asv_clip_digest(clip, ASV_PART_STANZAS, c.stanzas_digest, &size, NULL), ASV_OK);
    assert_int_equal(asv_clip_digest(clip, ASV_PART_CHAIN, c.chain_digest, &size, NULL), ASV_OK);
    assert_int_equal(asv_commit_encode(&c, sk, bytes, sizeof bytes, &len), ASV_OK);
    assert_int_equal(asv_clip_put(clip, ASV_PART_COMMIT, bytes, len, NULL), ASV_OK);
    put_receipt(clip, &c, 1000);
    return clip;
}

/* The commit record that lies there. */
static struct asv_commit commit_of(struct asv_clip_dir *clip)
{
    uint8_t bytes[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    struct asv_commit commit;
    assert_int_equal(asv_clip_get(clip, ASV_PART_COMMIT, bytes, sizeof bytes, &len, NULL), ASV_OK);
    assert_int_equal(asv_commit_decode(&commit, bytes, len, NULL, NULL), ASV_OK);
    return commit;
}

static struct asv_clip_dir *committed(struct fixture *f, uint8_t pk[32])
{
    return committed_as(f, pk, ASV_INTEGRITY_VALID);
}

static void what_came_damaged_is_compared_between_the_roots_only(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    char path[512];
    struct asv_clip_dir *clip = committed_as(f, pk, ASV_INTEGRITY_INVALID);
    for (int root = 0; root < 2; root++) {
        path_in(f, root, clip, "payload", path, sizeof path);
        flip_byte(path, 70000); /* as the camera sent it */
    }
    struct findings findings = scrub(f, pk);
    assert_int_equal(findings.damaged, 0);
    assert_int_equal(findings.repaired, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(scrub(f, pk).repaired, 1);
    flip_byte(path, 5);
    assert_int_equal(scrub(f, pk).damaged, 1); /* the two differ, and nothing says which is right */
    asv_clip_close(clip);
}

static void scrub_repairs_each_part_of_either_root_from_the_other(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    struct asv_clip_dir *clip = committed(f, pk);
    assert_int_equal(scrub(f, pk).repaired, 0);
    static const enum asv_part parts[] = {ASV_PART_PAYLOAD, ASV_PART_SEAL,  ASV_PART_STANZAS,
                                          ASV_PART_LINK,    ASV_PART_CHAIN, ASV_PART_COMMIT};
    for (int root = 0; root < 2; root++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char path[512];
            path_in(f, root, clip, asv_part_name(parts[i]), path, sizeof path);
            flip_byte(path, 3);
            struct findings findings = scrub(f, pk);
            assert_int_equal(findings.repaired, 1);
            assert_int_equal(findings.last, parts[i]);
            assert_int_equal(unlink(path), 0);
            assert_int_equal(scrub(f, pk).repaired, 1);
            assert_int_equal(scrub(f, pk).repaired, 0);
        }
        char path[512];
        path_in(f, root, clip, "payload", path, sizeof path);
        flip_byte(path, (off_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + 1); /* the final chunk, outside the tree */
        assert_int_equal(scrub(f, pk).repaired, 1);
        assert_int_equal(truncate(path, 1000), 0);
        assert_int_equal(scrub(f, pk).repaired, 1);
        path_in(f, root, clip, "receipt", path, sizeof path);
        flip_byte(path, 200);
        assert_int_equal(scrub(f, pk).repaired, 1); /* the dock's signature says which one is right */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(scrub(f, pk).repaired, 1);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(mkfifo(path, 0600), 0); /* nobody will ever write to it */
        assert_int_equal(scrub(f, pk).repaired, 1);
        assert_int_equal(scrub(f, pk).repaired, 0);
    }
    asv_clip_close(clip);
}

static void scrub_restores_a_whole_lost_root_and_names_what_no_root_has(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    char path[512];
    struct asv_clip_dir *clip = committed(f, pk);
    char name[ASV_VAULT_PATH_BYTES];
    snprintf(name, sizeof name, "%s", asv_clip_path(clip));
    asv_clip_close(clip);
    assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->roots[0], NULL), ASV_OK);
    assert_int_equal(mkdir(f->roots[0], 0700), 0);
    reopen(f, 2); /* a new, empty disk */
    struct findings findings = scrub(f, pk);
    assert_int_equal(findings.repaired, 7);
    assert_int_equal(findings.damaged, 0);
    assert_int_equal(scrub(f, pk).repaired, 0);
    for (int root = 0; root < 2; root++) {
        snprintf(path, sizeof path, "%s/%s/payload", f->roots[root], name);
        flip_byte(path, 100);
    }
    findings = scrub(f, pk);
    assert_int_equal(findings.repaired, 0);
    assert_int_equal(findings.damaged, 1);
    assert_int_equal(findings.last, ASV_PART_PAYLOAD);
}

static void one_disk_that_is_away_at_the_start_is_gone_on_without(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    for (int root = 0; root < 2; root++) {
        char kept[400];
        struct asv_vault *other = NULL;
        struct asv_vault_config c = config(f, 2);
        struct asv_err err = {0};
        uint64_t bytes = 0;
        snprintf(kept, sizeof kept, "%s.kept", f->roots[root]);
        asv_vault_close(f->vault);
        f->vault = NULL;
        assert_int_equal(rename(f->roots[root], kept), 0);
        reopen(f, 2);
        assert_string_equal(asv_vault_away(f->vault), f->roots[root]);
        struct asv_clip_dir *clip = committed(f, pk);
        assert_int_equal(asv_clip_replicas(clip), 1);
        asv_clip_close(clip);
        assert_int_equal(count(f, ASV_VAULT_SEALED), 1);
        assert_int_equal(asv_vault_free_bytes(f->vault, &bytes, NULL), ASV_OK);
        assert_int_equal(asv_vault_quarantine_bytes(f->vault, &bytes, NULL), ASV_OK);
        assert_int_not_equal(access(f->roots[root], F_OK), 0); /* not made below the mount point */
        c.exclusive = false;                                   /* a check of one half is none of the whole */
        assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_NOT_FOUND);
        assert_non_null(strstr(err.text, f->roots[root]));
        /* It is mounted again: what it missed is restored. */
        assert_int_equal(rename(kept, f->roots[root]), 0);
        reopen(f, 2);
        assert_null(asv_vault_away(f->vault));
        assert_int_equal(scrub(f, pk).repaired, 7);
        assert_int_equal(scrub(f, pk).repaired, 0);
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, KIT_SEALED, &clip, NULL), ASV_OK);
        assert_int_equal(asv_clip_replicas(clip), 2);
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

static void of_two_receipts_the_later_one_counts(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = committed(f, pk);
        struct asv_commit commit = commit_of(clip);
        uint8_t data[ASV_RECEIPT_MAX_BYTES];
        size_t len = 0;
        struct asv_receipt receipt;
        fault_disk_arm(FAULT_WRITE, 1, EIO, true, f->roots[root]); /* away while the camera docks again */
        put_receipt(clip, &commit, 2000);
        assert_true(fault_disk_struck());
        fault_disk_disarm();
        char path[ASV_VAULT_PATH_BYTES];
        snprintf(path, sizeof path, "%s", asv_clip_path(clip));
        asv_clip_close(clip);
        struct findings findings = scrub(f, pk);
        assert_int_equal(findings.damaged, 0);
        assert_int_equal(findings.repaired, 1);
        assert_int_equal(scrub(f, pk).repaired, 0);
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED, path, &clip, NULL), ASV_OK);
        assert_int_equal(asv_clip_get(clip, ASV_PART_RECEIPT, data, sizeof data, &len, NULL), ASV_OK);
        assert_int_equal(asv_receipt_decode(&receipt, data, len, NULL), ASV_OK);
        assert_int_equal(receipt.time_ms, 2000);
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

static void what_a_disk_does_not_take_is_said_and_keeps_nothing_else_from_being_checked(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    char path[512];
    struct asv_clip_dir *clip = committed(f, pk);
    path_in(f, 1, clip, "payload", path, sizeof path);
    flip_byte(path, 3);
    path_in(f, 1, clip, "seal", path, sizeof path);
    assert_int_equal(unlink(path), 0);
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, true, f->roots[1]);
    struct findings findings = scrub(f, pk);
    assert_int_equal(findings.failed, 2);
    assert_int_equal(findings.repaired + findings.damaged, 0);
    fault_disk_disarm();
    assert_int_equal(scrub(f, pk).repaired, 2);
    assert_int_equal(scrub(f, pk).repaired, 0);
    asv_clip_close(clip);
}

static void a_commit_record_in_one_root_alone_is_found(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = committed(f, pk);
        char path[512];
        uint64_t size = 0;
        path_in(f, root, clip, "commit", path, sizeof path); /* this disk was away as it was written */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(commit_of(clip).number, 7);
        assert_int_equal(asv_clip_size(clip, ASV_PART_COMMIT, &size, NULL), ASV_OK);
        assert_true(size > 0);
        assert_int_equal(mkdir(path, 0700), 0); /* and what is no file is not taken for one */
        uint8_t bytes[ASV_COMMIT_MAX_BYTES];
        size_t len = 0;
        if (root == 0) {
            assert_int_equal(asv_clip_get(clip, ASV_PART_COMMIT, bytes, sizeof bytes, &len, NULL),
                             ASV_E_MALFORMED);
        }
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

/* ---- the command ---- */

static struct asv_test_world paced;
static uint64_t longest_ms;

static void sleep_paced(uint64_t ms)
{
    longest_ms = ms > longest_ms ? ms : longest_ms;
    asv_test_world_step(&paced, ms);
}

/* How long `asservat vault scrub` sleeps, in a world where nothing else takes time. */
static uint64_t slept_ms(const struct fixture *f, const char *rate, const char *value)
{
    char conf[300];
    snprintf(conf, sizeof conf, "%s/asservat.conf", f->base);
    FILE *file = fopen(conf, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "agency = %s/none\nvault.cached = yes\n", f->base) > 0);
    assert_int_equal(fclose(file), 0);
    const char *const words[] = {"asservat", "vault",     "scrub",    "--no-database", "--config", conf,
                                 "--vault",  f->roots[0], "--mirror", f->roots[1],     rate,       value};
    asv_test_world_init(&paced, 1);
    uint64_t began = paced.mono;
    longest_ms = 0;
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    const struct asv_cli cli = {
        .out = nowhere, .err = nowhere, .world = &paced.world, .sleep_ms = sleep_paced};
    assert_int_equal(asv_cli_main(&cli, value != NULL ? 12 : 11, words), 0);
    assert_int_equal(fclose(nowhere), 0);
    return paced.mono - began;
}

static void the_command_reads_at_the_rate_that_it_is_given(void **state)
{
    struct fixture *f = *state;
    uint8_t pk[32];
    asv_clip_close(committed(f, pk));
    uint64_t read = scrub(f, pk).read;
    uint64_t payload = (uint64_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + ASV_VAULT_FINAL_BYTES;
    assert_true(read > 2 * payload); /* of both roots, and the small parts */
    assert_int_equal(slept_ms(f, "--rate", "1M"), read * 1000 >> 20);
    assert_in_range(longest_ms, 1, (payload * 1000 >> 20) + 1); /* on the way, not at the end */
    assert_int_equal(slept_ms(f, "--rate", "64K"), read * 1000 >> 16);
    assert_int_equal(slept_ms(f, "--full-speed", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(what_came_damaged_is_compared_between_the_roots_only),
        KIT_TEST(scrub_repairs_each_part_of_either_root_from_the_other),
        KIT_TEST(scrub_restores_a_whole_lost_root_and_names_what_no_root_has),
        KIT_TEST(one_disk_that_is_away_at_the_start_is_gone_on_without),
        KIT_TEST(of_two_receipts_the_later_one_counts),
        KIT_TEST(what_a_disk_does_not_take_is_said_and_keeps_nothing_else_from_being_checked),
        KIT_TEST(a_commit_record_in_one_root_alone_is_found),
        KIT_TEST(the_command_reads_at_the_rate_that_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
