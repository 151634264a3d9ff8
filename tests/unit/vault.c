/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/vault/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware-proto/trust/receipt.h"
#include "firmware-proto/trust/verdict.h"
#include "server/base/io.h"
#include "tests/sim/fault_disk.h"
#include "tests/unit/test.h"

#define CHUNKS 37 /* more than one read-back block, and not a multiple of one */

static const uint8_t camera[32] = {0xca, 0xfe};
static const uint8_t epoch[16] = {0xee};
static const uint8_t uuid[16] = {0x01, 0x93, 0x55, 0xaa, 0, 1, 0x70, 2, 0x80, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t header_digest[32] = {0x4d, 0x4e};
static const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES] = "the end of it, 24 bytes";

struct fixture {
    char base[256];
    char roots[2][300];
    struct asv_vault *vault;
    uint8_t *chunks;
    uint8_t leaves[CHUNKS][32];
};

static struct asv_vault_config config(const struct fixture *f, size_t roots)
{
    return (struct asv_vault_config){.roots = {f->roots[0], f->roots[1]},
                                     .root_count = roots,
                                     .allow_cached_readback = true,
                                     .exclusive = true};
}

static void reopen(struct fixture *f, size_t roots)
{
    struct asv_vault_config c = config(f, roots);
    struct asv_err err = {0};
    asv_vault_close(f->vault);
    f->vault = NULL;
    if (asv_vault_open(&c, &f->vault, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->base, sizeof f->base, "%s/vault-test.XXXXXX", ASV_BINARY_DIR);
    assert_non_null(mkdtemp(f->base));
    for (int i = 0; i < 2; i++) {
        snprintf(f->roots[i], sizeof f->roots[i], "%s/root%d", f->base, i);
    }
    f->chunks = malloc((size_t)CHUNKS * ASV_VAULT_CHUNK_BYTES);
    assert_non_null(f->chunks);
    uint32_t x = 1;
    for (size_t i = 0; i < (size_t)CHUNKS * ASV_VAULT_CHUNK_BYTES; i++) {
        x = x * 1664525 + 1013904223;
        f->chunks[i] = (uint8_t)(x >> 24);
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        asv_chunk_leaf(f->leaves[i], f->chunks + i * ASV_VAULT_CHUNK_BYTES);
    }
    reopen(f, 2);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    fault_disk_disarm();
    asv_vault_close(f->vault);
    if (asv_io_remove_tree(AT_FDCWD, f->base, NULL) != ASV_OK) {
        return -1;
    }
    free(f->chunks);
    free(f);
    return 0;
}

static const uint8_t *chunk(const struct fixture *f, size_t i)
{
    return f->chunks + i * ASV_VAULT_CHUNK_BYTES;
}

static struct asv_clip_dir *stage(struct fixture *f)
{
    struct asv_clip_dir *clip = NULL;
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 7, &clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_leaf_put(clip, 0, f->leaves[0], CHUNKS, NULL), ASV_OK);
    return clip;
}

static void put_all(struct fixture *f, struct asv_clip_dir *clip)
{
    /* back to front, as chunks may arrive in any order */
    for (size_t i = CHUNKS; i-- > 0;) {
        assert_int_equal(asv_clip_chunks_put(clip, i, chunk(f, i), 1, NULL), ASV_OK);
    }
    assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
}

static void path_in(const struct fixture *f, int root, const struct asv_clip_dir *clip, const char *part,
                    char *out, size_t size)
{
    snprintf(out, size, "%s/%s/%s", f->roots[root], asv_clip_path(clip), part);
}

static void flip_byte(const char *path, off_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(fsync(fd), 0);
    close(fd);
}

static uint64_t readback(struct asv_clip_dir *clip, uint8_t bad[(CHUNKS + 7) / 8])
{
    uint64_t count = 99;
    uint8_t root[32];
    enum asv_readback mode = 0;
    assert_int_equal(asv_clip_readback(clip, CHUNKS, NULL, bad, &count, &mode, root, NULL), ASV_OK);
    assert_true(mode == ASV_READBACK_DIRECT || mode == ASV_READBACK_CACHED);
    return count;
}

static void chunks_in_any_order_are_read_back_whole(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t bad[(CHUNKS + 7) / 8];
    assert_int_equal(asv_clip_reserve(clip, CHUNKS, NULL), ASV_OK);
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(readback(clip, bad), 0);
    uint64_t size = 0;
    assert_int_equal(asv_clip_size(clip, ASV_PART_PAYLOAD, &size, NULL), ASV_OK);
    assert_int_equal(size, (uint64_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + ASV_VAULT_FINAL_BYTES);
    asv_clip_close(clip);
}

static void a_flipped_bit_in_either_root_is_found_by_readback(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = stage(f);
        uint8_t bad[(CHUNKS + 7) / 8];
        char path[512];
        put_all(f, clip);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        path_in(f, root, clip, "payload", path, sizeof path);
        flip_byte(path, 20 * ASV_VAULT_CHUNK_BYTES + 5);
        assert_int_equal(readback(clip, bad), 1);
        assert_int_equal(bad[20 / 8], 1 << 20 % 8);
        flip_byte(path, (off_t)CHUNKS * ASV_VAULT_CHUNK_BYTES + 3); /* in the final chunk */
        assert_int_equal(readback(clip, bad), 2);
        assert_int_equal(asv_clip_chunks_put(clip, 20, chunk(f, 20), 1, NULL), ASV_OK);
        assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
        assert_int_equal(readback(clip, bad), 0);
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

static void holes_are_not_counted_as_bad(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t holes[(CHUNKS + 7) / 8] = {0};
    uint8_t bad[(CHUNKS + 7) / 8];
    uint64_t count = 0;
    uint8_t root[32];
    enum asv_readback mode = 0;
    for (size_t i = 0; i < CHUNKS; i++) {
        if (i != 3) {
            assert_int_equal(asv_clip_chunks_put(clip, i, chunk(f, i), 1, NULL), ASV_OK);
        }
    }
    assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
    holes[0] = 1 << 3;
    assert_int_equal(asv_clip_readback(clip, CHUNKS, holes, bad, &count, &mode, root, NULL), ASV_OK);
    assert_int_equal(count, 0);
    assert_int_equal(readback(clip, bad), 1);
    asv_clip_close(clip);
}

static void what_an_earlier_attempt_left_is_believed_only_after_a_scan(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t have[(CHUNKS + 7) / 8];
    char path[512];
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(asv_clip_chunks_put(clip, 2 * i, chunk(f, 2 * i), 1, NULL), ASV_OK);
    }
    path_in(f, 1, clip, "payload", path, sizeof path);
    flip_byte(path, 4 * ASV_VAULT_CHUNK_BYTES); /* torn in the mirror only */
    asv_clip_close(clip);
    reopen(f, 2); /* the daemon starts again */
    clip = stage(f);
    assert_int_equal(asv_clip_scan(clip, CHUNKS, have, NULL), ASV_OK);
    for (size_t i = 0; i < CHUNKS; i++) {
        bool want = i < 20 && i % 2 == 0 && i != 4;
        assert_int_equal((have[i / 8] >> i % 8) & 1, want);
    }
    asv_clip_close(clip);
}

static void what_a_killed_daemon_wrote_is_synced_by_the_next_one(void **state)
{
    struct fixture *f = *state;
    static const enum asv_part parts[] = {ASV_PART_SEAL, ASV_PART_TAIL, ASV_PART_PAYLOAD};
    for (int root = 0; root < 2; root++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char path[512];
            struct asv_clip_dir *clip = stage(f);
            assert_int_equal(asv_clip_write(clip, parts[i], 0, "s", 1, NULL), ASV_OK);
            path_in(f, root, clip, asv_part_name(parts[i]), path, sizeof path);
            asv_clip_close(clip);
            reopen(f, 2);
            clip = stage(f);
            fault_disk_arm(FAULT_SYNC, 1, EIO, false, path);
            assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
            assert_true(fault_disk_struck());
            assert_int_equal(asv_clip_replicas(clip), 1);
            fault_disk_disarm();
            assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
        }
    }
}

static void one_clip_has_one_handle_and_one_vault_one_daemon(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    struct asv_clip_dir *second = NULL;
    struct asv_vault *other = NULL;
    struct asv_vault_config c = config(f, 2);
    struct asv_err err = {0};
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 7, &second, &err), ASV_E_BUSY);
    assert_non_null(strstr(err.text, "another slot"));
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 8, &second, NULL), ASV_OK);
    asv_clip_close(second);
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_BUSY);
    c.exclusive = false; /* scrub and list may run beside the daemon */
    assert_int_equal(asv_vault_open(&c, &other, NULL), ASV_OK);
    asv_vault_close(other);
    c.roots[1] = c.roots[0];
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_USAGE);
    c.roots[1] = "relative";
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_USAGE);
    asv_clip_close(clip);
}

static void moving_keeps_the_handle_and_refuses_a_taken_name(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    uint8_t bad[(CHUNKS + 7) / 8];
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_OK);
    assert_string_equal(asv_clip_path(clip), "sealed/2026/11/23/019355aa-0001-7002-8003-040506070809");
    assert_int_equal(readback(clip, bad), 0);
    assert_int_equal(asv_clip_put(clip, ASV_PART_RECEIPT, "r", 1, NULL), ASV_OK);

    struct asv_clip_dir *clone = NULL;
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 9, &clone, NULL), ASV_OK);
    assert_int_equal(asv_clip_seal(clone, 20261123, uuid, NULL), ASV_E_EXISTS);
    assert_int_equal(asv_clip_quarantine(clone, uuid, header_digest, NULL), ASV_OK);
    assert_string_equal(asv_clip_path(clone),
                        "quarantine/019355aa-0001-7002-8003-040506070809-4d4e000000000000");
    assert_int_equal(asv_clip_seal(clone, 0, uuid, NULL), ASV_E_USAGE);
    asv_clip_close(clone);
    asv_clip_close(clip);
}

static enum asv_status count_visit(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    unsigned *count = ctx;
    (void)area;
    (void)path;
    (void)err;
    ++*count;
    return ASV_OK;
}

static unsigned count(struct fixture *f, enum asv_vault_area area)
{
    unsigned n = 0;
    assert_int_equal(asv_vault_walk(f->vault, area, count_visit, &n, NULL), ASV_OK);
    return n;
}

/* Takes a clip all the way with every step allowed to fail; the status of the first that did. */
static enum asv_status ingest(struct fixture *f)
{
    struct asv_clip_dir *clip = NULL;
    enum asv_status status = asv_vault_stage(f->vault, camera, epoch, 7, &clip, NULL);
    uint8_t bad[(CHUNKS + 7) / 8];
    uint64_t bad_count = 0;
    enum asv_readback mode = 0;
    uint8_t root[32];
    if (status != ASV_OK) {
        return status;
    }
#define STEP(call)          \
    if (status == ASV_OK) { \
        status = (call);    \
    }
    STEP(asv_clip_put(clip, ASV_PART_SEAL, "seal", 4, NULL))
    STEP(asv_clip_leaf_put(clip, 0, f->leaves[0], CHUNKS, NULL))
    STEP(asv_clip_chunks_put(clip, 0, f->chunks, CHUNKS, NULL))
    STEP(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL))
    STEP(asv_clip_sync(clip, NULL))
    STEP(asv_clip_seal(clip, 20261123, uuid, NULL))
    STEP(asv_clip_readback(clip, CHUNKS, NULL, bad, &bad_count, &mode, root, NULL))
    if (status == ASV_OK && bad_count != 0) {
        status = ASV_E_DIGEST;
    }
    STEP(asv_clip_put(clip, ASV_PART_COMMIT, "commit", 6, NULL))
#undef STEP
    asv_clip_close(clip);
    return status;
}

/* The names below the roots after a failed attempt; the next one must go on from any of them. */
static void sweep(struct fixture *f, enum fault_kind kind, int e, bool sticky, size_t roots)
{
    unsigned failures = 0;
    for (unsigned n = 1;; n++) {
        assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->roots[0], NULL), ASV_OK);
        assert_int_equal(asv_io_remove_tree(AT_FDCWD, f->roots[1], NULL), ASV_OK);
        reopen(f, roots);
        fault_disk_arm(kind, n, e, sticky, f->base);
        enum asv_status status = ingest(f);
        bool struck = fault_disk_struck();
        fault_disk_disarm();
        if (!struck) {
            assert_int_equal(status, ASV_OK);
            break;
        }
        failures += status != ASV_OK;
        char path[512];
        snprintf(path, sizeof path, "%s/sealed/2026/11/23/019355aa-0001-7002-8003-040506070809/commit",
                 f->roots[0]);
        if (roots == 1 && status != ASV_OK && kind != FAULT_SYNC) {
            assert_int_not_equal(access(path, F_OK), 0); /* never committed and reported as failed */
        }
        /* the daemon tries again, possibly after a restart, and gets through */
        if (n % 2 == 0) {
            reopen(f, roots);
        }
        if (status != ASV_OK && count(f, ASV_VAULT_SEALED) == 0) {
            assert_int_equal(ingest(f), ASV_OK);
        }
        assert_int_equal(count(f, ASV_VAULT_SEALED), 1);
    }
    assert_true(failures > 0);
}

static void a_single_disk_that_fails_at_any_call_never_loses_or_half_commits(void **state)
{
    struct fixture *f = *state;
    sweep(f, FAULT_WRITE, ENOSPC, true, 1);
    sweep(f, FAULT_WRITE, EIO, false, 1);
    sweep(f, FAULT_SYNC, EIO, false, 1);
    sweep(f, FAULT_NAME, EIO, false, 1);
}

static void a_full_disk_is_refused_on_mirrors_too(void **state)
{
    struct fixture *f = *state;
    struct asv_clip_dir *clip = stage(f);
    struct asv_err err = {0};
    fault_disk_arm(FAULT_WRITE, 1, ENOSPC, true, f->roots[1]);
    assert_int_equal(asv_clip_reserve(clip, CHUNKS, &err), ASV_E_NO_SPACE);
    assert_int_equal(asv_clip_chunks_put(clip, 0, chunk(f, 0), 1, &err), ASV_E_NO_SPACE);
    assert_int_equal(asv_clip_replicas(clip), 2);
    asv_clip_close(clip);
}

static void one_failed_disk_of_two_is_survived_and_counted(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        struct asv_clip_dir *clip = stage(f);
        uint8_t bad[(CHUNKS + 7) / 8];
        fault_disk_arm(FAULT_WRITE, 3, EIO, true, f->roots[root]);
        put_all(f, clip);
        assert_true(fault_disk_struck());
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        assert_int_equal(readback(clip, bad), 0);
        fault_disk_disarm();
        fault_disk_arm(FAULT_ANY, 1, EIO, true, f->base); /* now the other one too */
        assert_int_equal(asv_clip_put(clip, ASV_PART_COMMIT, "c", 1, NULL), ASV_E_IO);
        fault_disk_disarm();
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
        assert_int_equal(count(f, ASV_VAULT_STAGING), 0);
    }
}

/* ---- scrub ---- */

struct findings {
    unsigned repaired, failed, damaged;
    enum asv_part last;
    const uint8_t *dock_pk;
};

static enum asv_status on_read(void *ctx, uint64_t bytes)
{
    (void)ctx;
    (void)bytes;
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
    const struct asv_scrub_ops ops = {&findings, on_read, on_found, on_dock_key};
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
    uint8_t bad[(CHUNKS + 7) / 8];
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
    assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_OK);
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

static void a_name_that_is_taken_in_the_other_root_is_taken(void **state)
{
    struct fixture *f = *state;
    for (int root = 0; root < 2; root++) {
        /* One disk was away while the clip went into custody on the other one. */
        char stale[ASV_VAULT_PATH_BYTES];
        struct asv_clip_dir *clip = stage(f);
        snprintf(stale, sizeof stale, "%s", asv_clip_path(clip));
        put_all(f, clip);
        assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
        fault_disk_arm(FAULT_NAME, 1, EIO, true, f->roots[root]);
        assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_OK);
        fault_disk_disarm();
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_put(clip, ASV_PART_COMMIT, "commit", 6, NULL), ASV_OK);
        asv_clip_close(clip);
        /* It is back, with what it had: that is not to become a second, uncommitted copy. */
        reopen(f, 2);
        struct asv_clip_dir *again = NULL;
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_STAGING, stale, &clip, NULL), ASV_OK);
        assert_int_equal(asv_clip_replicas(clip), 1);
        assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_E_EXISTS);
        assert_string_equal(asv_clip_path(clip), stale);
        asv_clip_close(clip);
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED,
                                             "sealed/2026/11/23/019355aa-0001-7002-8003-040506070809", &again,
                                             NULL),
                         ASV_OK);
        assert_int_equal(asv_clip_discard_take(again, NULL), ASV_OK);
        assert_int_equal(asv_clip_discard_take(stage(f), NULL), ASV_OK);
    }
}

static void a_move_that_got_half_way_is_gone_on_with(void **state)
{
    struct fixture *f = *state;
    uint8_t bad[(CHUNKS + 7) / 8];
    struct asv_clip_dir *clip = stage(f);
    put_all(f, clip);
    assert_int_equal(asv_clip_sync(clip, NULL), ASV_OK);
    fault_disk_arm(FAULT_NAME, 1, ENOSPC, true, f->roots[1]); /* no room for the day's directory */
    assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_E_NO_SPACE);
    fault_disk_disarm();
    assert_int_equal(asv_clip_seal(clip, 20261123, uuid, NULL), ASV_OK);
    assert_int_equal(asv_clip_replicas(clip), 2);
    assert_int_equal(readback(clip, bad), 0);
    assert_int_equal(count(f, ASV_VAULT_STAGING), 0);
    asv_clip_close(clip);
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
        assert_int_equal(asv_vault_open_clip(f->vault, ASV_VAULT_SEALED,
                                             "sealed/2026/11/23/019355aa-0001-7002-8003-040506070809", &clip,
                                             NULL),
                         ASV_OK);
        assert_int_equal(asv_clip_replicas(clip), 2);
        assert_int_equal(asv_clip_discard_take(clip, NULL), ASV_OK);
    }
}

static void who_only_reads_makes_no_vault(void **state)
{
    struct fixture *f = *state;
    struct asv_vault *other = NULL;
    struct asv_err err = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/elsewhere", f->base);
    struct asv_vault_config c = {.roots = {path}, .root_count = 1, .allow_cached_readback = true};
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_NOT_FOUND);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(asv_vault_open(&c, &other, &err), ASV_E_NOT_FOUND);
    assert_non_null(strstr(err.text, "no vault"));
    assert_int_equal(rmdir(path), 0); /* nothing was made in it */
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

int main(void)
{
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chunks_in_any_order_are_read_back_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(a_flipped_bit_in_either_root_is_found_by_readback, setup, teardown),
        cmocka_unit_test_setup_teardown(holes_are_not_counted_as_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(what_an_earlier_attempt_left_is_believed_only_after_a_scan, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_a_killed_daemon_wrote_is_synced_by_the_next_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_clip_has_one_handle_and_one_vault_one_daemon, setup, teardown),
        cmocka_unit_test_setup_teardown(moving_keeps_the_handle_and_refuses_a_taken_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_single_disk_that_fails_at_any_call_never_loses_or_half_commits,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_is_refused_on_mirrors_too, setup, teardown),
        cmocka_unit_test_setup_teardown(one_failed_disk_of_two_is_survived_and_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(what_came_damaged_is_compared_between_the_roots_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(scrub_repairs_each_part_of_either_root_from_the_other, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(scrub_restores_a_whole_lost_root_and_names_what_no_root_has, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(one_disk_that_is_away_at_the_start_is_gone_on_without, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(who_only_reads_makes_no_vault, setup, teardown),
        cmocka_unit_test_setup_teardown(of_two_receipts_the_later_one_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_a_disk_does_not_take_is_said_and_keeps_nothing_else_from_being_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_commit_record_in_one_root_alone_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_that_is_taken_in_the_other_root_is_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(a_move_that_got_half_way_is_gone_on_with, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
