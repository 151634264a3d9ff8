/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the vault's own files share.
 */
#ifndef ASV_SERVER_VAULT_INTERNAL_H
#define ASV_SERVER_VAULT_INTERNAL_H

#include "server/vault/vault.h"

struct asv_vault {
    struct {
        int dir;
        int lock;   /* -1 unless exclusive */
        char *name; /* for messages; owned */
        enum {
            ASV_VAULT_UNTRIED, /* who only reads cannot find out, and need not */
            ASV_VAULT_CACHED,
            ASV_VAULT_DIRECT,
        } reads; /* whether the file system reads around the page cache */
    } roots[ASV_VAULT_ROOTS];
    size_t root_count;
    bool allow_cached_readback;
};

/* Whether what was written to this root can be read back around the page cache; tries it when nobody did,
 * which takes the right to write there. ASV_E_USAGE where it cannot and must. */
ASV_MUST_CHECK enum asv_status asv_vault_reads_direct(struct asv_vault *vault, size_t root, bool *direct,
                                                      struct asv_err *err);

/* Whether nobody is let in but whom the vault's root lets in, and who shall be (access.c): at the root
 * itself; at a clip's directory there and every part in it. */
bool asv_vault_root_is_closed(const struct asv_vault *vault, size_t root);
bool asv_vault_clip_is_closed(const struct asv_vault *vault, size_t root, int clip);

struct asv_clip_dir {
    struct asv_vault *vault;
    enum asv_vault_area area;
    char path[ASV_VAULT_PATH_BYTES];
    char staged[ASV_VAULT_PATH_BYTES]; /* where it was opened, when that was in staging; else empty */
    struct {
        int dir;
        int parts[ASV_PART_COUNT]; /* opened for writing in pieces, else -1 */
        bool failed;
    } roots[ASV_VAULT_ROOTS];
    bool unseen; /* a root is away, or gave an error when it was opened: it may hold more of this clip */
    int leaves;  /* unnamed scratch file, -1 until the first leaf */
    bool has_final;
    uint8_t final_chunk[ASV_VAULT_FINAL_BYTES]; /* as asv_clip_payload_end was given it */
};

/* After an operation on one root failed with status: ASV_OK when the clip can go on without this root, which
 * is then left out, else status. */
enum asv_status asv_clip_tolerate(struct asv_clip_dir *clip, size_t root, enum asv_status status);

/* Opens a clip's directory in one root and locks it; ASV_E_BUSY while another handle has it. */
ASV_MUST_CHECK enum asv_status asv_clip_lock(int root, const char *path, bool make, int *out,
                                             struct asv_err *err);

/* staging/<camera>-<epoch>-<number> */
void asv_clip_staging_path(char path[ASV_VAULT_PATH_BYTES], const uint8_t camera_cert[32],
                           const uint8_t epoch[16], uint64_t number);

/* Removes everything of a recording but what a tombstone holds from its directory in one root. Not synced. */
ASV_MUST_CHECK enum asv_status asv_clip_strip(int dir, struct asv_err *err);

/* The part's file in one root, opened for reading and writing (made when missing) and kept open. */
ASV_MUST_CHECK enum asv_status asv_clip_part_fd(struct asv_clip_dir *clip, size_t root, enum asv_part part,
                                                int *fd, struct asv_err *err);

/* Reads a payload of chunks full chunks from fd in large blocks, and gives each chunk's leaf hash in order;
 * what follows the last chunk goes into rest, at most ASV_VAULT_FINAL_BYTES of it. */
typedef enum asv_status (*asv_leaf_visit)(void *ctx, uint64_t index, const uint8_t leaf[32]);
ASV_MUST_CHECK enum asv_status asv_payload_hash(int fd, uint64_t chunks, asv_leaf_visit visit, void *ctx,
                                                uint8_t rest[ASV_VAULT_FINAL_BYTES], size_t *rest_len,
                                                struct asv_err *err);

/* Opens a part so that reads come from the device where that is possible. */
ASV_MUST_CHECK enum asv_status asv_clip_open_readback(struct asv_clip_dir *clip, size_t root,
                                                      enum asv_part part, int *fd, enum asv_readback *mode,
                                                      struct asv_err *err);

/* SHA-256 and length of what is behind fd; reads as O_DIRECT wants it. */
ASV_MUST_CHECK enum asv_status asv_part_digest(int fd, enum asv_part part, uint8_t digest[32], uint64_t *size,
                                               struct asv_err *err);

/* Opens a file to be read around the page cache, where the file system can do that (direct). */
ASV_MUST_CHECK enum asv_status asv_part_open_readback(int dir, const char *name, bool direct, int *fd,
                                                      struct asv_err *err);

/* Replaces a part, as asv_io_replace_file would, by that of another root, after `check` has read the copy
 * back from the disk; direct: of the root that gets it. */
typedef enum asv_status (*asv_part_check)(void *ctx, int fd, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_part_replace(int from_dir, int to_dir, bool direct, enum asv_part part,
                                                asv_part_check check, void *ctx, struct asv_err *err);

/* ---- what else is signed beside the commit record (signed.c) ---- */

/* Whether the receipt in this clip directory is for this clip, and signed by the dock it names if ops know
 * that one's key; *time_ms: when it was given. */
bool asv_signed_receipt(int dir, const struct asv_commit *commit, const struct asv_scrub_ops *ops,
                        int64_t *time_ms);

/* Whether the order in this clip directory is for this clip, and signed by the keeper whose chain it brings.
 */
bool asv_signed_order(int dir, const struct asv_commit *commit);

/* Whether the proof of erasure in dirs[at] is of this clip and signed by its camera, whose chain lies in one
 * of the directories (-1: not there). */
bool asv_signed_erasure(const int dirs[ASV_VAULT_ROOTS], const struct asv_commit *commit, size_t at);

/* Room for the absolute minimum of a path below a root: ASV_E_LIMIT never happens for paths the vault itself
 * made. */
#define ASV_VAULT_AREAS 4
extern const char *const asv_vault_area_names[ASV_VAULT_AREAS];

#endif
