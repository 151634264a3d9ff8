/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The vault: one directory, or two that mirror each other, with every recording in custody (docs/VAULT.md).
 *
 *   staging/<camera>-<epoch>-<number>/   a clip that is being pulled; may be resumed or discarded at any time
 *   sealed/YYYY/MM/DD/<clip>/            by recording day
 *   quarantine/<clip>-<header>/          kept, sealed, not in use
 *   tombstones/YYYY/MM/DD/<clip>-<header>/  by recording day: what stays of a recording that is not kept
 *
 * A clip directory in sealed/ or quarantine/ without the file `commit` is one whose commit was interrupted;
 * nothing was promised to a camera for it. All functions block on the disk: call them from a worker thread.
 * Different clips may be used from different threads at once, one clip from one thread at a time.
 */
#ifndef ASV_SERVER_VAULT_VAULT_H
#define ASV_SERVER_VAULT_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/seal/writer.h"
#include "server/vault/commit.h"

#define ASV_VAULT_ROOTS       2
#define ASV_VAULT_CHUNK_BYTES 65552 /* an age payload chunk, tag included */
#define ASV_VAULT_FINAL_BYTES 24    /* the final chunk */
#define ASV_VAULT_PATH_BYTES  160   /* longest path of a clip below a root, NUL included */
#define ASV_VAULT_SMALL_BYTES (1u << 20)

enum asv_vault_area {
    ASV_VAULT_STAGING,
    ASV_VAULT_SEALED,
    ASV_VAULT_QUARANTINE,
    ASV_VAULT_TOMBSTONES,
};

/* The files of a clip directory, named as here in lower case. */
enum asv_part {
    ASV_PART_PAYLOAD,
    ASV_PART_SEAL,
    ASV_PART_STANZAS,
    ASV_PART_LINK,
    ASV_PART_TAIL,
    ASV_PART_CHAIN,
    ASV_PART_COMMIT,
    ASV_PART_RECEIPT,
    ASV_PART_ERASURE,
    ASV_PART_ORDER,    /* the keeper's, to erase what was not stored */
    ASV_PART_DOCKING,  /* the dock's own notes of what it pulled, so that a crash loses none of them */
    ASV_PART_RECOVERY, /* of a held one: its file key wrapped for the offline recovery key, an age stanza */
    ASV_PART_COUNT,
};

const char *asv_part_name(enum asv_part part);

struct asv_vault_config {
    const char *roots[ASV_VAULT_ROOTS]; /* absolute paths */
    size_t root_count;                  /* 1 or 2 */
    bool allow_cached_readback;         /* false in production: a file system without O_DIRECT is refused */
    bool one_may_be_away;               /* not exclusive: a mirror whose disk is away is gone on without */
    bool exclusive;                     /* the dock daemon: two of them on one vault are refused; it makes the
                                         * directories when neither is there */
};

/* Files in a vault, and the umask of who writes there: whom the root directory lets in reads, and nobody else
 * writes (docs/VAULT.md). */
#define ASV_VAULT_FILE_MODE 0640
#define ASV_VAULT_UMASK     0027

struct asv_vault;

/* *out is the caller's to close. With exclusive, one of two roots may be missing: it is then away, and the
 * vault goes on in the other one. Otherwise every root must be there (ASV_E_NOT_FOUND) unless one may be
 * away, and nothing is made.
 * ASV_E_BUSY when exclusive and another process has it, ASV_E_USAGE for a
 * configuration that cannot work (same directory twice, no O_DIRECT where it is required). */
ASV_MUST_CHECK enum asv_status asv_vault_open(const struct asv_vault_config *config, struct asv_vault **out,
                                              struct asv_err *err);
void asv_vault_close(struct asv_vault *vault);

/* The root whose disk is away, so that nothing is mirrored; NULL: none is. */
const char *asv_vault_away(const struct asv_vault *vault);

/* Of the fuller root. */
ASV_MUST_CHECK enum asv_status asv_vault_free_bytes(struct asv_vault *vault, uint64_t *bytes,
                                                    struct asv_err *err);

/* ---- one clip ---- */

struct asv_clip_dir; /* open directory of one clip in every root */

/* Opens the staging directory of the clip with this identity, making it when there is none. ASV_E_BUSY while
 * another handle has it (two slots that offer the same clip). */
ASV_MUST_CHECK enum asv_status asv_vault_stage(struct asv_vault *vault, const uint8_t camera_cert[32],
                                               const uint8_t epoch[16], uint64_t number,
                                               struct asv_clip_dir **out, struct asv_err *err);

/* Removes what is staged of a clip that is in custody; nothing is fine. ASV_E_BUSY while another handle has
 * it. */
ASV_MUST_CHECK enum asv_status asv_vault_unstage(struct asv_vault *vault, const uint8_t camera_cert[32],
                                                 const uint8_t epoch[16], uint64_t number,
                                                 struct asv_err *err);

/* Opens a directory that asv_vault_walk named. */
ASV_MUST_CHECK enum asv_status asv_vault_open_clip(struct asv_vault *vault, enum asv_vault_area area,
                                                   const char *path, struct asv_clip_dir **out,
                                                   struct asv_err *err);

/* Closes the handle; what was written stays. NULL is fine. */
void asv_clip_close(struct asv_clip_dir *clip);

/* Removes the directory with everything in it and closes the handle, even on failure. */
ASV_MUST_CHECK enum asv_status asv_clip_discard_take(struct asv_clip_dir *clip, struct asv_err *err);

/* Lets others at the directory while this handle reads from it, and nothing else: what they change meanwhile,
 * it sees. */
void asv_clip_share(struct asv_clip_dir *clip);

/* Path below the roots, such as "sealed/2026/11/23/0193…"; valid until the clip is moved or closed. */
const char *asv_clip_path(const struct asv_clip_dir *clip);
enum asv_vault_area asv_clip_area(const struct asv_clip_dir *clip);

/* Roots that still hold every byte written through this handle. A root that failed with ASV_E_IO is left out
 * from then on; the call that met the error succeeds as long as one is left. Full disks are not left out:
 * ASV_E_NO_SPACE. */
unsigned asv_clip_replicas(const struct asv_clip_dir *clip);

/* ---- parts other than the payload ---- */

/* A whole part of at most ASV_VAULT_SMALL_BYTES, durable when this returns. */
ASV_MUST_CHECK enum asv_status asv_clip_put(struct asv_clip_dir *clip, enum asv_part part, const void *data,
                                            size_t len, struct asv_err *err);

/* Removes a part from every root, durably; one that is not there is fine. */
ASV_MUST_CHECK enum asv_status asv_clip_drop(struct asv_clip_dir *clip, enum asv_part part,
                                             struct asv_err *err);

/* From the first root that has it. ASV_E_NOT_FOUND, or ASV_E_LIMIT when it does not fit. */
ASV_MUST_CHECK enum asv_status asv_clip_get(struct asv_clip_dir *clip, enum asv_part part, void *out,
                                            size_t cap, size_t *len, struct asv_err *err);

/* Bytes at an offset of a part that arrives in pieces (seal, tail); not durable before asv_clip_sync. */
ASV_MUST_CHECK enum asv_status asv_clip_write(struct asv_clip_dir *clip, enum asv_part part, uint64_t offset,
                                              const void *data, size_t len, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_clip_read(struct asv_clip_dir *clip, enum asv_part part, uint64_t offset,
                                             void *out, size_t len, struct asv_err *err);

/* The HEADER frame that the seal begins with, as the keeper wants to see it. ASV_E_DIGEST when it begins with
 * something else. */
ASV_MUST_CHECK enum asv_status asv_clip_header(struct asv_clip_dir *clip,
                                               uint8_t out[ASV_SEAL_HEADER_FRAME_MAX_BYTES], size_t *len,
                                               struct asv_err *err);

/* 0 when the part is not there. */
ASV_MUST_CHECK enum asv_status asv_clip_size(struct asv_clip_dir *clip, enum asv_part part, uint64_t *size,
                                             struct asv_err *err);

/* Cuts a part to size bytes (a leftover of an earlier attempt). */
ASV_MUST_CHECK enum asv_status asv_clip_truncate(struct asv_clip_dir *clip, enum asv_part part, uint64_t size,
                                                 struct asv_err *err);

/* SHA-256 and length of a part; of an absent one, of no bytes. */
ASV_MUST_CHECK enum asv_status asv_clip_digest(struct asv_clip_dir *clip, enum asv_part part,
                                               uint8_t digest[32], uint64_t *size, struct asv_err *err);

/* ---- the payload ---- */

/* The signed leaf of chunk index, from the verified seal. Scratch beside the handle, gone when it is closed.
 */
ASV_MUST_CHECK enum asv_status asv_clip_leaf_put(struct asv_clip_dir *clip, uint64_t index,
                                                 const uint8_t *leaves, size_t count, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_clip_leaf(struct asv_clip_dir *clip, uint64_t index, uint8_t leaf[32],
                                             struct asv_err *err);

/* RFC 6962 leaf hash of a chunk: SHA-256(0x00, chunk). */
void asv_chunk_leaf(uint8_t leaf[32], const uint8_t chunk[ASV_VAULT_CHUNK_BYTES]);

/* Reserves the room for the whole payload, so that a full disk is met before the first chunk. */
ASV_MUST_CHECK enum asv_status asv_clip_reserve(struct asv_clip_dir *clip, uint64_t chunks,
                                                struct asv_err *err);

/* count consecutive chunks that the caller has checked against their leaves. */
ASV_MUST_CHECK enum asv_status asv_clip_chunks_put(struct asv_clip_dir *clip, uint64_t first,
                                                   const uint8_t *chunks, size_t count, struct asv_err *err);

/* Which of the first `chunks` chunks are there and match their leaves, in every root: bit i % 8 of have[i /
 * 8]. For resuming: what an earlier attempt left is believed only after this. */
ASV_MUST_CHECK enum asv_status asv_clip_scan(struct asv_clip_dir *clip, uint64_t chunks, uint8_t *have,
                                             struct asv_err *err);

/* Gives the payload its exact length: chunks full chunks, then the final chunk, or nothing when final is NULL
 * (a clip cut by a power failure ends without one). */
ASV_MUST_CHECK enum asv_status asv_clip_payload_end(struct asv_clip_dir *clip, uint64_t chunks,
                                                    const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES],
                                                    struct asv_err *err);

/* Whom the vault's first directory that is there belongs to; untouched when none is. */
void asv_vault_owner(const struct asv_vault *vault, uid_t *user, gid_t *group);

/* False: one of the vault's roots is away or could not be looked into, so what is missing here may be there.
 */
bool asv_clip_sees_all(const struct asv_clip_dir *clip);

/* What the payload must end with when it is read back, of a clip that was opened in its place. */
void asv_clip_expect_final(struct asv_clip_dir *clip, const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES]);

/* A part other than the payload, read back from every root, around the page cache: it must be what arrived. A
 * root that gives back something else gets the part from one that does not, and is counted in *repaired.
 * ASV_E_DIGEST: no root has it. */
ASV_MUST_CHECK enum asv_status asv_clip_confirm(struct asv_clip_dir *clip, enum asv_part part,
                                                const uint8_t digest[32], unsigned *repaired,
                                                struct asv_err *err);

/* fdatasync of every part, whoever wrote it, then of the directory. After an ASV_E_IO from here the
 * pages may be gone: scan and write again. */
ASV_MUST_CHECK enum asv_status asv_clip_sync(struct asv_clip_dir *clip, struct asv_err *err);

/* Reads the payload back from every root, around the page cache, and compares each chunk with its leaf. bad
 * (chunks / 8 + 1 bytes) gets a bit for each chunk that differs, *bad_count their number; bit `chunks` is the
 * final one, which asv_clip_payload_end writes again. Chunks of `holes` (same form; may be NULL) are not
 * expected. *mode says how it was read. *root is the RFC 6962 root of what the disk gave. */
ASV_MUST_CHECK enum asv_status asv_clip_readback(struct asv_clip_dir *clip, uint64_t chunks,
                                                 const uint8_t *holes, uint8_t *bad, uint64_t *bad_count,
                                                 enum asv_readback *mode, uint8_t root[32],
                                                 struct asv_err *err);

/* ---- moving ---- */

/* From staging (or sealed) to sealed/YYYY/MM/DD/<clip> (day as yyyymmdd), parents made, all directories
 * fsynced. A move that failed in one root can be repeated. ASV_E_EXISTS when that name is taken in any root,
 * left out or not: another recording claims the same UUID, or this one lies there already. */
ASV_MUST_CHECK enum asv_status asv_clip_seal(struct asv_clip_dir *clip, uint32_t day, const uint8_t uuid[16],
                                             struct asv_err *err);

/* A move that a crash ended between two roots: brings what a root that lacks the clip still has in staging to
 * its place beside the others. A root where that fails stays left out. ASV_E_BUSY while another handle has
 * it. */
ASV_MUST_CHECK enum asv_status asv_clip_rejoin(struct asv_clip_dir *clip, const uint8_t camera_cert[32],
                                               const uint8_t epoch[16], uint64_t number, struct asv_err *err);

/* What roots that were left out still have in staging of a clip that the others hold: removed, where that can
 * be done. */
void asv_clip_shed(const struct asv_clip_dir *clip);

/* To quarantine/<clip>-<first 8 bytes of header_digest>. */
ASV_MUST_CHECK enum asv_status asv_clip_quarantine(struct asv_clip_dir *clip, const uint8_t uuid[16],
                                                   const uint8_t header_digest[32], struct asv_err *err);

/* What is not kept: every part but the commit record, the link record and the camera's chain is removed, and
 * the rest moved to tombstones/YYYY/MM/DD/<clip>-<first 8 bytes of header_digest>. ASV_E_EXISTS when this
 * recording has its tombstone. */
ASV_MUST_CHECK enum asv_status asv_clip_bury(struct asv_clip_dir *clip, uint32_t day, const uint8_t uuid[16],
                                             const uint8_t header_digest[32], struct asv_err *err);

/* ---- erasing: what the retention job does when a key is destroyed ----
 * Nothing here is durable before asv_vault_flush: many clips are synced at once. Each may be repeated. */

/* The keeper's order, verified, beside what is to be erased, in every root. One that is full loses the
 * payload for it. */
ASV_MUST_CHECK enum asv_status asv_clip_note_order(struct asv_clip_dir *clip, struct asv_bytes order,
                                                   struct asv_err *err);

/* Removes every part but commit, link, chain, order and erasure, in every root. */
ASV_MUST_CHECK enum asv_status asv_clip_empty(struct asv_clip_dir *clip, struct asv_err *err);

/* Whether nothing that asv_clip_empty removes is left, in any root, and none is away. */
bool asv_clip_is_empty(const struct asv_clip_dir *clip);

/* The same as asv_clip_empty, then moves what is left to `to`, its place in tombstones; a root that has a
 * tombstone there, or no commit record here, keeps nothing here. Closes the handle, even on failure.
 * ASV_E_AWAY when a root could not be looked into: it is to be done again when its disk is back. */
ASV_MUST_CHECK enum asv_status asv_clip_erase_take(struct asv_clip_dir *clip, const char *to,
                                                   struct asv_err *err);

/* Everything that was changed in any root is on its disk when this returns. */
ASV_MUST_CHECK enum asv_status asv_vault_flush(const struct asv_vault *vault, struct asv_err *err);

/* Removes the directory of the day in which a clip of this path lay, where it is empty. */
void asv_vault_forget_day(const struct asv_vault *vault, const char *path);

/* When anything of the clip was last written, in any root. */
ASV_MUST_CHECK enum asv_status asv_clip_written_ms(const struct asv_clip_dir *clip, int64_t *ms,
                                                   struct asv_err *err);

/* The area for what a commit record of this kind speaks of. */
enum asv_vault_area asv_vault_area_of(enum asv_commit_kind kind);

/* The day under which a recording lies: its own; or, while people have yet to decide that one (day 0), the
 * last that it can be of. ASV_E_INVALID outside the calendar. */
ASV_MUST_CHECK enum asv_status asv_vault_day(uint32_t day, int64_t latest_ms, uint32_t *out,
                                             struct asv_err *err);

/* Path below the roots of a clip that asv_clip_seal, _quarantine or _bury put into this area. day: as they
 * were given it; not used for quarantine. ASV_E_USAGE for a day that is none, and for staging. */
ASV_MUST_CHECK enum asv_status asv_vault_place(char out[ASV_VAULT_PATH_BYTES], enum asv_vault_area area,
                                               uint32_t day, const uint8_t uuid[16],
                                               const uint8_t header_digest[32], struct asv_err *err);

/* The same for what a commit record of this kind speaks of. */
ASV_MUST_CHECK enum asv_status asv_vault_place_of(char out[ASV_VAULT_PATH_BYTES], enum asv_commit_kind kind,
                                                  uint32_t day, int64_t latest_ms, const uint8_t uuid[16],
                                                  const uint8_t header_digest[32], struct asv_err *err);

/* ---- the whole vault ---- */

/* Whether any root has a clip's directory at this path, with its commit record. */
bool asv_vault_has(const struct asv_vault *vault, const char *path);

/* Whether any root has this part of the clip at this path. */
bool asv_vault_has_part(const struct asv_vault *vault, const char *path, enum asv_part part);

/* Opens a part of the clip at this path in one root (0, 1) for reading, beside a running dock daemon: nothing
 * is locked, so the clip may go meanwhile. ASV_E_NOT_FOUND: this root does not have it. */
ASV_MUST_CHECK enum asv_status asv_vault_part(const struct asv_vault *vault, size_t root, const char *path,
                                              enum asv_part part, int *fd, struct asv_err *err);

/* Whether what is behind fd is the part that this commit record speaks of. Of a part that it does not speak
 * of everything is; so is the payload of a recording that came damaged. */
ASV_MUST_CHECK enum asv_status asv_vault_part_is_right(const struct asv_commit *commit, enum asv_part part,
                                                       int fd, bool *right, struct asv_err *err);

/* Called for each clip directory found in any root, each path once and in the order of their bytes. Returning
 * anything but ASV_OK ends the walk; a root that does not give its names fails it at its end. */
typedef enum asv_status (*asv_vault_visit)(void *ctx, enum asv_vault_area area, const char *path,
                                           struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_vault_walk(struct asv_vault *vault, enum asv_vault_area area,
                                              asv_vault_visit visit, void *ctx, struct asv_err *err);

/* Bytes under quarantine/, for the quota. */
ASV_MUST_CHECK enum asv_status asv_vault_quarantine_bytes(struct asv_vault *vault, uint64_t *bytes,
                                                          struct asv_err *err);

struct asv_scrub_report {
    uint64_t clips, bytes;
    uint64_t tombstones;
    uint64_t repaired; /* files restored from the mirror */
    uint64_t failed;   /* files that should have been, but could not be written there */
    uint64_t damaged;  /* clips with a file that no root holds whole: an alarm */
    uint64_t exposed;  /* directories of roots and clips that let in others than they should */
};

/* What scrub says of one file, for the log: root 0 or 1. */
enum asv_scrub_finding {
    ASV_SCRUB_REPAIRED, /* it differed and was replaced by the mirror's */
    ASV_SCRUB_FAILED,   /* it differs and could not be replaced: the disk does not take it */
    ASV_SCRUB_DAMAGED,  /* it differs and no root has a whole one */
};

struct asv_scrub_ops {
    void *ctx;
    /* Called after each bytes read; sleeps as long as the chosen rate wants; not ASV_OK ends the scrub. */
    enum asv_status (*read)(void *ctx, uint64_t bytes);
    void (*found)(void *ctx, const char *path, enum asv_part part, unsigned root,
                  enum asv_scrub_finding finding);
    /* Owner or mode of this directory, or of a file in it, let in others than the vault's root does, or not
     * all of those; path is "." for the root itself. */
    void (*exposed)(void *ctx, const char *path, unsigned root);
    /* The signing key of the dock with this certificate; NULL: not known, and what it signed must then only
     * decode. */
    const uint8_t *(*dock_key)(void *ctx, const uint8_t cert[32]);
};

/* Checks every committed clip in every root against its commit record, and repairs what one root has lost
 * from the other: what is right replaces what is not, never the other way round, and only after it was read
 * back. Commit records and receipts are right when the dock signed them, a proof of erasure when the camera
 * did; of two right receipts the later one counts, since a camera that docks again is given another. */
ASV_MUST_CHECK enum asv_status asv_vault_scrub(struct asv_vault *vault, const struct asv_scrub_ops *ops,
                                               struct asv_scrub_report *report, struct asv_err *err);

#endif
