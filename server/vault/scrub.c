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

#define COPY_BLOCK_BYTES (256u * 1024)

struct scrub {
    struct asv_vault *vault;
    const uint8_t *dock_pk;
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

static enum asv_status sha256_fd(int fd, uint8_t digest[32])
{
    uint8_t block[64 * 1024];
    struct asv_sha256 hash;
    uint64_t offset = 0;
    asv_sha256_init(&hash);
    for (;;) {
        ssize_t got = pread(fd, block, sizeof block, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return ASV_E_IO;
        }
        if (got == 0) {
            break;
        }
        asv_sha256_update(&hash, block, (size_t)got);
        offset += (uint64_t)got;
    }
    asv_sha256_final(&hash, digest);
    return ASV_OK;
}

/* The digest of one part in one root, as the commit record counts it. */
static enum asv_status part_digest(const struct subject *subject, enum asv_part part, int fd,
                                   uint8_t digest[32])
{
    if (part != ASV_PART_PAYLOAD) {
        return sha256_fd(fd, digest);
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

/* Whether the root holds the part whole; *digest is what it holds (only then). */
static enum asv_status part_is_whole(const struct subject *subject, size_t root, enum asv_part part,
                                     const struct expectation *want, bool *whole, uint8_t digest[32])
{
    int fd = -1;
    uint64_t size = 0;
    *whole = false;
    if (subject->dirs[root] < 0) {
        return ASV_OK;
    }
    enum asv_status status =
        asv_io_open(subject->dirs[root], asv_part_name(part), O_RDONLY | O_NOFOLLOW, 0, &fd, NULL);
    if (status == ASV_E_NOT_FOUND) {
        asv_sha256(digest, "", 0);
        *whole = want->known && want->bytes == 0; /* an empty tail needs no file */
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_io_size(fd, &size, asv_part_name(part), NULL);
    }
    if (status == ASV_OK) {
        status = part_digest(subject, part, fd, digest);
        close(fd);
    }
    if (status == ASV_OK) {
        *whole = !want->known || ((want->bytes == UINT64_MAX || size == want->bytes) &&
                                  memcmp(digest, want->digest, 32) == 0);
        return subject->scrub->ops->read(subject->scrub->ops->ctx, size);
    }
    return ASV_OK; /* unreadable: not whole */
}

static enum asv_status copy_bytes(int from, int to, const char *what, struct asv_err *err)
{
    uint8_t *block = malloc(COPY_BLOCK_BYTES);
    if (block == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "scrub: no memory");
    }
    enum asv_status status = ASV_OK;
    uint64_t offset = 0;
    while (status == ASV_OK) {
        ssize_t got = pread(from, block, COPY_BLOCK_BYTES, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = asv_io_fail(err, errno, what);
        } else if (got == 0) {
            break;
        } else {
            status = asv_io_pwrite(to, block, (size_t)got, offset, what, err);
            offset += (uint64_t)got;
        }
    }
    free(block);
    return status;
}

/* Replaces a part of one root by the other's, as asv_io_replace_file would. */
static enum asv_status repair(struct subject *subject, size_t good, size_t bad, enum asv_part part,
                              struct asv_err *err)
{
    const char *name = asv_part_name(part);
    int from = -1;
    int to = -1;
    if (subject->dirs[bad] < 0) {
        enum asv_status made = asv_io_open_dir(subject->scrub->vault->roots[bad].dir, subject->path, true,
                                               &subject->dirs[bad], err);
        if (made != ASV_OK) {
            return made;
        }
    }
    enum asv_status status = asv_io_open(subject->dirs[good], name, O_RDONLY | O_NOFOLLOW, 0, &from, err);
    if (status != ASV_OK) {
        return status;
    }
    status =
        asv_io_open(subject->dirs[bad], ".repair", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600, &to, err);
    if (status == ASV_OK) {
        status = copy_bytes(from, to, name, err);
        if (status == ASV_OK) {
            status = asv_io_sync_data(to, name, err);
        }
        close(to);
    }
    if (status == ASV_OK) {
        status = asv_io_rename(subject->dirs[bad], ".repair", subject->dirs[bad], name, err);
    }
    if (status == ASV_OK) {
        status = asv_io_sync_dir(subject->dirs[bad], name, err);
    }
    close(from);
    return status;
}

static void found(struct subject *subject, enum asv_part part, size_t root, enum asv_scrub_finding finding)
{
    const struct asv_scrub_ops *ops = subject->scrub->ops;
    if (finding == ASV_SCRUB_DAMAGED) {
        subject->damaged = true;
    } else {
        subject->scrub->report->repaired++;
    }
    ops->found(ops->ctx, subject->path, part, (unsigned)root, finding);
}

static bool present(const struct subject *subject, size_t root, enum asv_part part)
{
    return subject->dirs[root] >= 0 && faccessat(subject->dirs[root], asv_part_name(part), F_OK, 0) == 0;
}

static enum asv_status scrub_part(struct subject *subject, enum asv_part part, struct asv_err *err)
{
    const size_t roots = subject->scrub->vault->root_count;
    const struct expectation want = expect(&subject->commit, part);
    bool whole[ASV_VAULT_ROOTS] = {false};
    uint8_t digest[ASV_VAULT_ROOTS][32];
    bool any = false;
    size_t good = 0;

    for (size_t i = 0; i < roots; i++) {
        enum asv_status status = part_is_whole(subject, i, part, &want, &whole[i], digest[i]);
        if (status != ASV_OK) {
            return status;
        }
        any = any || present(subject, i, part);
        if (whole[i] && !whole[good]) {
            good = i;
        }
    }
    if (!want.known && !any) {
        return ASV_OK; /* an erasure record that has not come yet */
    }
    if (!whole[good]) {
        found(subject, part, good, ASV_SCRUB_DAMAGED);
        return ASV_OK;
    }
    if (!want.known && roots == 2 && whole[0] && whole[1] && memcmp(digest[0], digest[1], 32) != 0) {
        found(subject, part, 1, ASV_SCRUB_DAMAGED); /* two that differ, and nothing says which is right */
        return ASV_OK;
    }
    for (size_t i = 0; i < roots; i++) {
        if (!whole[i] && present(subject, good, part)) {
            enum asv_status status = repair(subject, good, i, part, err);
            if (status != ASV_OK) {
                return status;
            }
            found(subject, part, i, ASV_SCRUB_REPAIRED);
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
    const uint8_t *pk = subject->scrub->dock_pk;
    return (pk != NULL ? asv_commit_verify(commit, bytes, *len, pk, NULL)
                       : asv_commit_decode(commit, bytes, *len, NULL, NULL)) == ASV_OK;
}

/* Finds the commit record to go by and puts it into the roots that lack it. *committed is false when no root
 * has one: an interrupted commit, which is the dock's business. */
static enum asv_status settle_commit(struct subject *subject, bool *committed, struct asv_err *err)
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
        any = any || present(subject, i, ASV_PART_COMMIT);
        if (good[i] && chosen == ASV_VAULT_ROOTS) {
            chosen = i;
        }
    }
    *committed = chosen != ASV_VAULT_ROOTS;
    if (!*committed) {
        if (any) {
            found(subject, ASV_PART_COMMIT, 0, ASV_SCRUB_DAMAGED);
        }
        return ASV_OK;
    }
    subject->commit = commits[chosen];
    for (size_t i = 0; i < roots; i++) {
        if (good[i] && lens[i] == lens[chosen] && memcmp(bytes[i], bytes[chosen], lens[i]) == 0) {
            continue;
        }
        if (good[i]) {
            found(subject, ASV_PART_COMMIT, i, ASV_SCRUB_DAMAGED); /* two valid records that differ */
            continue;
        }
        enum asv_status status = repair(subject, chosen, i, ASV_PART_COMMIT, err);
        if (status != ASV_OK) {
            return status;
        }
        found(subject, ASV_PART_COMMIT, i, ASV_SCRUB_REPAIRED);
    }
    return ASV_OK;
}

static enum asv_status scrub_clip(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    static const enum asv_part parts[] = {ASV_PART_PAYLOAD, ASV_PART_SEAL,   ASV_PART_STANZAS,
                                          ASV_PART_LINK,    ASV_PART_TAIL,   ASV_PART_CHAIN,
                                          ASV_PART_RECEIPT, ASV_PART_ERASURE};
    struct subject subject = {.scrub = ctx, .path = path, .dirs = {-1, -1}};
    (void)area;
    enum asv_status status = ASV_OK;
    bool committed = false;

    for (size_t i = 0; i < subject.scrub->vault->root_count; i++) {
        /* a directory that is missing in one root is what the repair is for */
        if (asv_io_open_dir(subject.scrub->vault->roots[i].dir, path, false, &subject.dirs[i], NULL) !=
            ASV_OK) {
            subject.dirs[i] = -1;
        }
    }
    status = settle_commit(&subject, &committed, err);
    if (committed) {
        for (size_t i = 0; status == ASV_OK && i < sizeof parts / sizeof *parts; i++) {
            status = scrub_part(&subject, parts[i], err);
        }
        subject.scrub->report->clips++;
        subject.scrub->report->bytes += subject.commit.payload_bytes;
    }
    subject.scrub->report->damaged += subject.damaged;
    for (size_t i = 0; i < ASV_VAULT_ROOTS; i++) {
        if (subject.dirs[i] >= 0) {
            close(subject.dirs[i]);
        }
    }
    return status;
}

enum asv_status asv_vault_scrub(struct asv_vault *vault, const uint8_t *dock_pk,
                                const struct asv_scrub_ops *ops, struct asv_scrub_report *report,
                                struct asv_err *err)
{
    struct scrub scrub = {vault, dock_pk, ops, report};
    *report = (struct asv_scrub_report){0};
    enum asv_status status = asv_vault_walk(vault, ASV_VAULT_SEALED, scrub_clip, &scrub, err);
    if (status == ASV_OK) {
        status = asv_vault_walk(vault, ASV_VAULT_QUARANTINE, scrub_clip, &scrub, err);
    }
    return status;
}
