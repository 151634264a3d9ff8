/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Checking what lies in the vault against the commit records, and repairing one root from the other. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware-proto/seal/merkle.h"
#include "firmware-proto/trust/verdict.h"
#include "server/base/io.h"
#include "server/vault/internal.h"

#define TOMBSTONE_PARTS 4

struct scrub {
    struct asv_vault *vault;
    const struct asv_scrub_ops *ops;
    struct asv_scrub_report *report;
};

/* One clip while it is being checked. */
struct subject {
    struct scrub *scrub;
    const char *path;
    int dirs[ASV_VAULT_ROOTS]; /* -1: not there */
    struct asv_commit commit;
    bool damaged;
};

/* One part in one root. */
struct held {
    bool present;
    bool whole;
    uint8_t digest[32]; /* of what is there */
    int64_t time_ms;    /* of a receipt */
};

/* What a part must be, taken from the commit record. */
struct expectation {
    bool known; /* false: only that the roots agree */
    uint64_t bytes;
    const uint8_t *digest; /* SHA-256, or the RFC 6962 root of the payload */
};

static struct expectation expect(const struct asv_commit *commit, enum asv_part part)
{
    switch (part) {
    case ASV_PART_PAYLOAD: {
        /* The record's root is what the camera signed: of a recording that came damaged, the bytes here never
         * had it. */
        bool came_whole =
            commit->integrity == ASV_INTEGRITY_VALID || commit->integrity == ASV_INTEGRITY_TRUNCATED;
        return (struct expectation){came_whole, commit->payload_bytes, commit->root};
    }
    case ASV_PART_SEAL:
        return (struct expectation){true, commit->seal_bytes, commit->seal_digest};
    case ASV_PART_TAIL:
        return (struct expectation){true, commit->tail_bytes, commit->tail_digest};
    case ASV_PART_LINK:
        return (struct expectation){true, commit->link_bytes, commit->link_digest};
    case ASV_PART_STANZAS:
        return (struct expectation){true, UINT64_MAX, commit->stanzas_digest};
    case ASV_PART_CHAIN:
        return (struct expectation){true, UINT64_MAX, commit->chain_digest};
    default:
        return (struct expectation){false, 0, NULL};
    }
}

static enum asv_status add_leaf(void *ctx, uint64_t index, const uint8_t leaf[32])
{
    (void)index;
    return asv_merkle_append(ctx, leaf);
}

/* The digest of one part in one root, as the commit record counts it. */
static enum asv_status part_digest(const struct subject *subject, enum asv_part part, int fd,
                                   uint8_t digest[32])
{
    if (part != ASV_PART_PAYLOAD) {
        uint64_t size = 0;
        return asv_part_digest(fd, part, digest, &size, NULL);
    }
    struct asv_merkle tree;
    asv_merkle_init(&tree);
    uint8_t rest[ASV_VAULT_FINAL_BYTES] = {0};
    size_t rest_len = 0;
    enum asv_status status =
        asv_payload_hash(fd, subject->commit.leaves, add_leaf, &tree, rest, &rest_len, NULL);
    asv_merkle_root(&tree, digest);
    if (memcmp(rest, subject->commit.final_chunk, sizeof rest) != 0) {
        digest[0] ^= 0xff; /* the tree does not cover the final chunk */
    }
    return status;
}

enum asv_status asv_vault_part_is_right(const struct asv_commit *commit, enum asv_part part, int fd,
                                        bool *right, struct asv_err *err)
{
    const struct subject subject = {.commit = *commit};
    const struct expectation want = expect(commit, part);
    uint8_t digest[32];
    uint64_t size = 0;
    if (!want.known) {
        *right = true;
        return ASV_OK;
    }
    enum asv_status status = asv_io_size(fd, &size, asv_part_name(part), err);
    if (status == ASV_OK) {
        status = part_digest(&subject, part, fd, digest);
    }
    if (status == ASV_OK) {
        *right = (want.bytes == UINT64_MAX || size == want.bytes) && memcmp(digest, want.digest, 32) == 0;
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, asv_part_name(part));
}

/* Whether the signed part is what it should be: by a dock or the clip's camera, and of this clip. */
static bool is_right(const struct subject *subject, size_t root, enum asv_part part, struct held *held)
{
    if (part == ASV_PART_RECEIPT) {
        return asv_signed_receipt(subject->dirs[root], &subject->commit, subject->scrub->ops, &held->time_ms);
    }
    if (part == ASV_PART_ERASURE) {
        return asv_signed_erasure(subject->dirs, &subject->commit, root);
    }
    if (part == ASV_PART_ORDER) {
        return asv_signed_order(subject->dirs[root], &subject->commit);
    }
    return true;
}

/* What the root holds of the part. Only what the reader says is an error: a part that cannot be read is not
 * whole. */
static enum asv_status look_at(const struct subject *subject, size_t root, enum asv_part part,
                               const struct expectation *want, struct held *held)
{
    int fd = -1;
    uint64_t size = 0;
    *held = (struct held){0};
    if (subject->dirs[root] < 0) {
        return ASV_OK;
    }
    enum asv_status status = asv_io_open_file(subject->dirs[root], asv_part_name(part), &fd, NULL);
    held->present = status != ASV_E_NOT_FOUND;
    if (!held->present) {
        held->whole = want->known && want->bytes == 0; /* an empty tail needs no file */
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, asv_part_name(part), NULL);
    }
    if (status == ASV_OK) {
        status = part_digest(subject, part, fd, held->digest);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (status != ASV_OK) {
        return ASV_OK;
    }
    held->whole = !want->known ? is_right(subject, root, part, held)
                               : (want->bytes == UINT64_MAX || size == want->bytes) &&
                                     memcmp(held->digest, want->digest, 32) == 0;
    return subject->scrub->ops->read(subject->scrub->ops->ctx, size);
}

/* What a copy must be: what was read of the good one the first time need not be what is read of it now. */
struct copy {
    const struct subject *subject;
    enum asv_part part;
    const uint8_t *want;
};

static enum asv_status check_copy(void *ctx, int fd, struct asv_err *err)
{
    const struct copy *copy = ctx;
    uint8_t digest[32];
    enum asv_status status = part_digest(copy->subject, copy->part, fd, digest);
    if (status == ASV_OK && memcmp(digest, copy->want, sizeof digest) != 0) {
        status = asv_fail(err, ASV_E_DIGEST, "the copy is not what was copied");
    }
    return status;
}

/* Replaces a part of one root by the other's, whose digest is `want`. */
static enum asv_status repair(struct subject *subject, size_t good, size_t bad, enum asv_part part,
                              const uint8_t want[32], struct asv_err *err)
{
    struct copy copy = {subject, part, want};
    bool direct = false;
    enum asv_status status = asv_vault_reads_direct(subject->scrub->vault, bad, &direct, err);
    if (status == ASV_OK && subject->dirs[bad] < 0) {
        status = asv_io_open_dir(subject->scrub->vault->roots[bad].dir, subject->path, true,
                                 &subject->dirs[bad], err);
    }
    return status == ASV_OK ? asv_part_replace(subject->dirs[good], subject->dirs[bad], direct, part,
                                               check_copy, &copy, err)
                            : status;
}

static void found(struct subject *subject, enum asv_part part, size_t root, enum asv_scrub_finding finding)
{
    const struct asv_scrub_ops *ops = subject->scrub->ops;
    subject->damaged = subject->damaged || finding == ASV_SCRUB_DAMAGED;
    subject->scrub->report->repaired += finding == ASV_SCRUB_REPAIRED;
    subject->scrub->report->failed += finding == ASV_SCRUB_FAILED;
    ops->found(ops->ctx, subject->path, part, (unsigned)root, finding);
}

/* A disk that does not take the copy keeps none of the other clips from being looked at. */
static void mend(struct subject *subject, size_t good, size_t bad, enum asv_part part, const uint8_t want[32])
{
    bool done = repair(subject, good, bad, part, want, NULL) == ASV_OK;
    found(subject, part, bad, done ? ASV_SCRUB_REPAIRED : ASV_SCRUB_FAILED);
}

/* Two right ones that differ: false when nothing says which counts. */
static bool settle(struct held held[ASV_VAULT_ROOTS], enum asv_part part, const struct expectation *want)
{
    if (want->known || !held[0].whole || !held[1].whole || memcmp(held[0].digest, held[1].digest, 32) == 0) {
        return true;
    }
    if (part != ASV_PART_RECEIPT || held[0].time_ms == held[1].time_ms) {
        return false;
    }
    held[held[0].time_ms < held[1].time_ms ? 0 : 1].whole = false; /* that root was away meanwhile */
    return true;
}

static enum asv_status scrub_part(struct subject *subject, enum asv_part part)
{
    const size_t roots = subject->scrub->vault->root_count;
    const struct expectation want = expect(&subject->commit, part);
    struct held held[ASV_VAULT_ROOTS] = {0};
    bool any = false;

    for (size_t i = 0; i < roots; i++) {
        enum asv_status status = look_at(subject, i, part, &want, &held[i]);
        if (status != ASV_OK) {
            return status;
        }
        any = any || held[i].present;
    }
    if (!want.known && !any) {
        return ASV_OK; /* an order or erasure record that has not come yet */
    }
    if (!settle(held, part, &want)) {
        found(subject, part, 1, ASV_SCRUB_DAMAGED);
        return ASV_OK;
    }
    size_t good = held[0].whole ? 0 : 1;
    if (!held[good].whole) {
        found(subject, part, 0, ASV_SCRUB_DAMAGED);
        return ASV_OK;
    }
    for (size_t i = 0; i < roots; i++) {
        if (!held[i].whole && held[good].present) {
            mend(subject, good, i, part, held[good].digest);
        }
    }
    return ASV_OK;
}

/* Reads one root's commit record; false when there is none that can be believed. */
static bool read_commit(const struct subject *subject, size_t root, struct asv_commit *commit, uint8_t *bytes,
                        size_t *len)
{
    if (subject->dirs[root] < 0 ||
        asv_io_read_file(subject->dirs[root], "commit", bytes, ASV_COMMIT_MAX_BYTES, len, NULL) != ASV_OK) {
        return false;
    }
    const struct asv_scrub_ops *ops = subject->scrub->ops;
    if (asv_commit_decode(commit, bytes, *len, NULL, NULL) != ASV_OK) {
        return false;
    }
    const uint8_t *pk = ops->dock_key != NULL ? ops->dock_key(ops->ctx, commit->dock_cert) : NULL;
    return pk == NULL || asv_commit_verify(commit, bytes, *len, pk, NULL) == ASV_OK;
}

/* Finds the commit record to go by and puts it into the roots that lack it. False when no root has one: an
 * interrupted commit, which is the dock's business. */
static bool settle_commit(struct subject *subject)
{
    struct asv_commit commits[ASV_VAULT_ROOTS];
    uint8_t bytes[ASV_VAULT_ROOTS][ASV_COMMIT_MAX_BYTES];
    size_t lens[ASV_VAULT_ROOTS] = {0};
    bool good[ASV_VAULT_ROOTS] = {false};
    const size_t roots = subject->scrub->vault->root_count;
    size_t chosen = ASV_VAULT_ROOTS;
    bool any = false;

    for (size_t i = 0; i < roots; i++) {
        good[i] = read_commit(subject, i, &commits[i], bytes[i], &lens[i]);
        any = any || (subject->dirs[i] >= 0 && faccessat(subject->dirs[i], "commit", F_OK, 0) == 0);
        if (good[i] && chosen == ASV_VAULT_ROOTS) {
            chosen = i;
        }
    }
    if (chosen == ASV_VAULT_ROOTS) {
        if (any) {
            found(subject, ASV_PART_COMMIT, 0, ASV_SCRUB_DAMAGED);
        }
        return false;
    }
    subject->commit = commits[chosen];
    uint8_t digest[32];
    asv_sha256(digest, bytes[chosen], lens[chosen]);
    for (size_t i = 0; i < roots; i++) {
        if (good[i] && lens[i] == lens[chosen] && memcmp(bytes[i], bytes[chosen], lens[i]) == 0) {
            continue;
        }
        if (good[i]) {
            found(subject, ASV_PART_COMMIT, i, ASV_SCRUB_DAMAGED); /* two valid records that differ */
            continue;
        }
        mend(subject, chosen, i, ASV_PART_COMMIT, digest);
    }
    return true;
}

static void look_at_access(const struct subject *subject)
{
    const struct scrub *scrub = subject->scrub;
    for (size_t i = 0; i < scrub->vault->root_count; i++) {
        if (subject->dirs[i] >= 0 && !asv_vault_clip_is_closed(scrub->vault, i, subject->dirs[i])) {
            scrub->report->exposed++;
            scrub->ops->exposed(scrub->ops->ctx, subject->path, (unsigned)i);
        }
    }
}

static enum asv_status scrub_clip(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    static const enum asv_part parts[] = {
        ASV_PART_LINK, ASV_PART_CHAIN,   ASV_PART_ORDER, ASV_PART_ERASURE, /* of a tombstone */
        ASV_PART_SEAL, ASV_PART_STANZAS, ASV_PART_TAIL,  ASV_PART_RECEIPT, ASV_PART_PAYLOAD};
    struct subject subject = {.scrub = ctx, .path = path, .dirs = {-1, -1}};
    (void)err;
    enum asv_status status = ASV_OK;

    for (size_t i = 0; i < subject.scrub->vault->root_count; i++) {
        /* a directory that is missing in one root is what the repair is for */
        if (asv_io_open_dir(subject.scrub->vault->roots[i].dir, path, false, &subject.dirs[i], NULL) !=
            ASV_OK) {
            subject.dirs[i] = -1;
        }
    }
    if (settle_commit(&subject)) {
        bool tombstone = area == ASV_VAULT_TOMBSTONES;
        size_t count = tombstone ? TOMBSTONE_PARTS : sizeof parts / sizeof *parts;
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = scrub_part(&subject, parts[i]);
        }
        subject.scrub->report->tombstones += tombstone;
        subject.scrub->report->clips += !tombstone;
        subject.scrub->report->bytes += tombstone ? 0 : subject.commit.payload_bytes;
    }
    look_at_access(&subject);
    subject.scrub->report->damaged += subject.damaged;
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (subject.dirs[i] >= 0) {
            close(subject.dirs[i]);
        }
    }
    return status;
}

enum asv_status asv_vault_scrub(struct asv_vault *vault, const struct asv_scrub_ops *ops,
                                struct asv_scrub_report *report, struct asv_err *err)
{
    struct scrub scrub = {vault, ops, report};
    *report = (struct asv_scrub_report){0};
    static const enum asv_vault_area areas[] = {ASV_VAULT_SEALED, ASV_VAULT_QUARANTINE, ASV_VAULT_TOMBSTONES};
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < vault->root_count; i++) {
        if (!asv_vault_root_is_closed(vault, i)) {
            report->exposed++;
            ops->exposed(ops->ctx, ".", (unsigned)i);
        }
    }
    for (size_t i = 0; status == ASV_OK && i < sizeof areas / sizeof *areas; i++) {
        status = asv_vault_walk(vault, areas[i], scrub_clip, &scrub, err);
    }
    return status;
}
