/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Taking one recording in: what is done with its bytes, from the empty staging directory to the receipt. All
 * functions block on the disk and are called from a worker, for one take by one thread at a time; the slot's
 * state machine decides when. Nothing here talks to a camera, the keeper or the database.
 *
 *   stage, seal..., file..., judge            the seal is verified while it arrives
 *   prepare, scan, chunks..., end             every chunk is compared with its signed leaf
 *   move, read_back, evidence, record         in the order of docs/VAULT.md; take_commit.c
 *
 * Everything on disk is staging, to be resumed or discarded, until the commit record lies beside the payload.
 */
#ifndef ASV_DOCK_TAKE_H
#define ASV_DOCK_TAKE_H

#include "dock/site.h"
#include "firmware-proto/seal/verdict.h"
#include "firmware-proto/seal/verifier.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/receipt.h"

#define ASV_TAKE_LEAF_BATCH 64
#define ASV_SOFTWARE        "asservat-dockd " ASV_VERSION

/* What is to become of it. */
enum asv_take_way {
    ASV_TAKE_STORE = 1,
    ASV_TAKE_QUARANTINE = 2,
    ASV_TAKE_EXPIRE = 3, /* its period is over: a tombstone, nothing is stored */
};

struct asv_take {
    const struct asv_site *site;
    struct asv_docking *docking;
    struct asv_wire_clip offer;
    struct asv_clip_dir *dir;
    enum asv_take_way way;
    char reason[ASV_COMMIT_TEXT_BYTES]; /* why quarantined, or why it would be, if its period were not over */
    uint64_t coming;                    /* bytes counted in site->quarantine_coming */
    bool suspect;                       /* of coming from a copy of the camera; set before judge */

    struct asv_seal_verifier verifier;
    uint64_t leaf_first; /* of the batch */
    size_t leaf_count;
    uint8_t leaves[ASV_TAKE_LEAF_BATCH][ASV_SHA256_BYTES];
    bool marked, dwelling, saw_marked, saw_dwelling; /* signed, and met since the last checkpoint */
    uint32_t pre_roll_ms, saw_pre_roll_ms;
    uint8_t tail_start[ASV_VAULT_FINAL_BYTES];
    uint64_t seal_bytes, tail_bytes; /* that arrived */
    struct asv_sha256 seal_hash, tail_hash;

    uint64_t chunks; /* that are signed; known after judge */
    uint8_t *have;   /* bit i % 8 of have[i / 8]: chunk i is staged and right */
    uint8_t *wrong;  /* as have: given up, what the camera sent is not what it signed; NULL: none */
    uint64_t have_count;
    bool final_wrong; /* on the disk, when it was read back; asv_take_end writes it again */
    bool resumes;
    struct asv_verdict verdict;

    struct asv_commit facts; /* becomes the commit record */
    uint8_t stanza_digests[ASV_RECEIPT_MAX_STANZAS][ASV_SHA256_BYTES];
    uint8_t stanza_count;
    unsigned repaired; /* files that one root gave back otherwise than they had arrived */
    uint8_t head[ASV_SEAL_HEADER_FRAME_MAX_BYTES]; /* the seal's HEADER frame, of what is not stored */
    size_t head_len;
    uint8_t order[ASV_DESTRUCTION_MAX_BYTES]; /* the keeper's, to erase it */
    size_t order_len;
    bool was_recorded; /* commit and receipt are beside the payload */
    uint8_t record[ASV_COMMIT_MAX_BYTES];
    size_t record_len;
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    size_t receipt_len;
    uint8_t receipt_digest[ASV_SHA256_BYTES]; /* as an erasure record names it */
};

/* Zeroes and fills in; docking is borrowed: the caller counts it. Free with asv_take_clear. */
void asv_take_init(struct asv_take *take, const struct asv_site *site, struct asv_docking *docking,
                   const struct asv_wire_clip *offer);

/* Closes the directory, which stays as it is, and frees what take holds, but not take. */
void asv_take_clear(struct asv_take *take);

/* It has come into quarantine, or will not: its bytes no longer count as coming. */
void asv_take_not_coming(struct asv_take *take);

/* ASV_E_LIMIT when what the camera announces is larger than this dock takes. */
ASV_MUST_CHECK enum asv_status asv_take_check_offer(const struct asv_site *site,
                                                    const struct asv_wire_clip *offer, struct asv_err *err);

/* Opens or makes the staging directory. ASV_E_BUSY while another slot has it. */
ASV_MUST_CHECK enum asv_status asv_take_stage(struct asv_take *take, struct asv_err *err);

/* The next bytes of the seal, in order. Only a failing disk is an error: what is wrong with the seal is kept
 * for the verdict. */
ASV_MUST_CHECK enum asv_status asv_take_seal(struct asv_take *take, uint64_t offset, const uint8_t *data,
                                             size_t len, struct asv_err *err);

/* The parts of asv_take_seal, for a seal that is on the disk already: begin at its start, and check. */
void asv_take_begin_seal(struct asv_take *take);
ASV_MUST_CHECK enum asv_status asv_take_seal_again(struct asv_take *take, const uint8_t *data, size_t len,
                                                   struct asv_err *err);

/* The leaves are kept in batches: the last one too, before a chunk is compared. asv_take_judge does it. */
ASV_MUST_CHECK enum asv_status asv_take_flush_leaves(struct asv_take *take, struct asv_err *err);

/* Bytes of the stanzas, link or tail, in order. */
ASV_MUST_CHECK enum asv_status asv_take_file(struct asv_take *take, enum asv_part part, uint64_t offset,
                                             const uint8_t *data, size_t len, struct asv_err *err);

/* Seal, stanzas, link and tail are complete: who made this, when, and what is to become of it (way, reason,
 * chunks, facts). ASV_E_MISMATCH when the recording is not the one that the camera announced: it is left on
 * the camera. ASV_E_NO_SPACE: it would go to quarantine, which is full. */
ASV_MUST_CHECK enum asv_status asv_take_judge(struct asv_take *take, struct asv_err *err);

/* Its period is over by now; not when nobody knows its day. Any thread. */
bool asv_take_is_over(const struct asv_take *take);

/* The keeper says that it lives on (ASV_TAKE_EXPIRE): it is to be taken in as if its period were not over.
 * ASV_E_NO_SPACE: it would go to quarantine, which is full. */
ASV_MUST_CHECK enum asv_status asv_take_revive(struct asv_take *take, struct asv_err *err);

/* Room for the payload; ASV_E_NO_SPACE. take->resumes: an earlier attempt left something of it. */
ASV_MUST_CHECK enum asv_status asv_take_prepare(struct asv_take *take, struct asv_err *err);

/* Which chunks an earlier attempt left, and left right: a look at every byte of them. */
ASV_MUST_CHECK enum asv_status asv_take_scan(struct asv_take *take, struct asv_err *err);

/* Consecutive chunks as they arrived, of those that are not in `have`; all are written. Bit i of *right says
 * that chunk first + i is right. With `settle` set, bit i of *lost says that it came wrong with the very
 * bytes of the time before: that is what the camera holds, and it is given up. One that came otherwise may
 * have been spoilt on the way. count <= 64. */
ASV_MUST_CHECK enum asv_status asv_take_chunks(struct asv_take *take, uint64_t first, const uint8_t *data,
                                               size_t count, bool settle, uint64_t *right, uint64_t *lost,
                                               struct asv_err *err);

/* No more chunks will come: the payload gets its exact length, and the recording its verdict. */
ASV_MUST_CHECK enum asv_status asv_take_end(struct asv_take *take, struct asv_err *err);

/* ---- take_commit.c ---- */

/* fdatasync, rename to its place in sealed/ or quarantine/, fsync of the directories. What an interrupted
 * commit left at that place is discarded. ASV_E_EXISTS: this very recording lies there, with its commit
 * record; ASV_E_MISMATCH: another one with the same UUID; ASV_E_BUSY: someone is at work there. */
ASV_MUST_CHECK enum asv_status asv_take_move(struct asv_take *take, struct asv_err *err);

/* Whether this very recording lies at its place in sealed/ or quarantine/, with its commit record. */
bool asv_take_is_in_custody(const struct asv_take *take);

/* Whether a tombstone of it lies in the vault. */
bool asv_take_is_buried(const struct asv_take *take);

/* Reads every byte back from the disk and compares. ASV_E_DIGEST: chunks differ; they are no longer in
 * `have`, and must be pulled again, or the recording be given up; or the final one does (final_wrong); or
 * another file differs in every root. One that differs in one root is replaced, and counted in `repaired`. */
ASV_MUST_CHECK enum asv_status asv_take_read_back(struct asv_take *take, struct asv_err *err);

/* Seal, tail, stanzas and link against the digests in facts, in every root, as asv_clip_confirm does it. */
ASV_MUST_CHECK enum asv_status asv_take_confirm_files(struct asv_take *take, struct asv_err *err);

/* What the keeper must see to say whether the recording opens; read from the disk. */
struct asv_take_evidence {
    uint8_t header[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    size_t header_len;
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    size_t stanzas_len;
    uint64_t chunks;
    uint8_t first[ASV_VAULT_CHUNK_BYTES];
    uint8_t last[ASV_VAULT_CHUNK_BYTES];
};
/* with_chunks false: none are read, and `chunks` is 0. */
ASV_MUST_CHECK enum asv_status asv_take_evidence(struct asv_take *take, bool with_chunks,
                                                 struct asv_take_evidence *out, struct asv_err *err);

/* It goes to quarantine after all, for this reason; moves it there when it lies in sealed/. */
ASV_MUST_CHECK enum asv_status asv_take_quarantine(struct asv_take *take, const char *reason,
                                                   struct asv_err *err);

/* Signs commit record and receipt and makes them durable beside the payload. For ASV_TAKE_EXPIRE the record
 * alone: with the link record it becomes the tombstone, and the rest of what was staged is removed; head
 * keeps what the keeper must see to order the camera to erase it. */
ASV_MUST_CHECK enum asv_status asv_take_record(struct asv_take *take, struct asv_err *err);

/* A receipt for this session for a recording that has been in custody since an earlier one: from the receipt
 * beside the payload at its place in the vault, which the commit record `facts` tells, when the payload still
 * is what was committed. Fills in receipt and receipt_digest. */
ASV_MUST_CHECK enum asv_status asv_take_receipt_again(struct asv_take *take, const struct asv_commit *facts,
                                                      struct asv_err *err);

/* A receipt from the vault: what this dock signed must verify (ASV_E_DIGEST); what another dock of the agency
 * did, before this one had the vault, must decode. Views into data. */
ASV_MUST_CHECK enum asv_status asv_take_read_receipt(const struct asv_site *site, struct asv_receipt *out,
                                                     const uint8_t *data, size_t len, struct asv_err *err);

/* Whether every byte of a recording in custody still is as its commit record (take->facts) says, read around
 * the page cache in every root: before a camera is let erase what was committed at an earlier docking.
 * ASV_E_DIGEST: it is not. */
ASV_MUST_CHECK enum asv_status asv_take_check(struct asv_take *take, struct asv_err *err);

/* Verifies the keeper's order (take->order), that it is for this recording, and keeps it in the tombstone. */
ASV_MUST_CHECK enum asv_status asv_take_ordered(struct asv_take *take, struct asv_err *err);

/* The camera's verified erasure record, beside the payload, or in the tombstone. */
ASV_MUST_CHECK enum asv_status asv_take_erased(struct asv_take *take, const uint8_t *record, size_t len,
                                               struct asv_err *err);

/* The same for a proof that comes in a later docking, of a recording that was taken into custody as facts
 * says. */
ASV_MUST_CHECK enum asv_status asv_take_keep_erasure(const struct asv_site *site,
                                                     const struct asv_commit *facts, const uint8_t *record,
                                                     size_t len, struct asv_err *err);

/* ---- take_recover.c: after a crash, without the camera ---- */

/* Writes what is known before the first chunk beside it, signed, so that a crash costs none of it. Called by
 * asv_take_judge. */
ASV_MUST_CHECK enum asv_status asv_take_put_notes(struct asv_take *take, struct asv_err *err);

enum asv_take_found {
    ASV_TAKE_FOUND_NOTHING = 0,  /* nothing that could be gone on with: the camera has it all, and nothing was
                                  * promised */
    ASV_TAKE_FOUND_PARTS = 1,    /* some of it is there; the same holds */
    ASV_TAKE_FOUND_WHOLE = 2,    /* every chunk is right: go on with asv_take_move */
    ASV_TAKE_FOUND_EXPIRED = 3,  /* its period ended meanwhile; complete as far as a tombstone needs */
    ASV_TAKE_FOUND_RECORDED = 4, /* commit record and receipt (but for a tombstone) are there: record, facts
                                  * and receipt are filled in; the database may or may not know */
};

/* Opens the clip directory at path and looks at what is there. docking is an empty one of the caller's,
 * filled in from the notes. take and docking are as after asv_take_end with FOUND_WHOLE. ASV_E_BUSY: a slot
 * has it.
 */
ASV_MUST_CHECK enum asv_status asv_take_reopen(struct asv_take *take, const struct asv_site *site,
                                               struct asv_docking *docking, enum asv_vault_area area,
                                               const char *path, enum asv_take_found *found,
                                               struct asv_err *err);

#endif
