/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording as it lies in the vault: what the keeper must see of it, whether every signed byte is still
 * there, and, with the file key that the keeper gives, its plaintext into a pipe.
 *
 *   asv_exhibit_open       seal and payload are verified whole: nothing wrong is opened
 *   asv_exhibit_open_seal  the seal is; each chunk when it is read (server/media)
 *   asv_exhibit_write      after the access is in the database, durably
 */
#ifndef ASV_SERVER_INCIDENT_OPEN_H
#define ASV_SERVER_INCIDENT_OPEN_H

#include "firmware-proto/seal/opener.h"
#include "firmware-proto/seal/verdict.h"
#include "firmware-proto/trust/chain.h"
#include "server/vault/vault.h"

/* Which one, as the database says; it is believed to be this one only by its header's digest. */
struct asv_exhibit_name {
    uint8_t kind; /* enum asv_commit_kind */
    uint32_t day;
    int64_t latest_ms;
    uint8_t clip[16];
    uint8_t header[ASV_SHA256_BYTES];
};

/* Where a fragment begins with a key frame: one for each checkpoint that met another. */
struct asv_key_frame {
    uint64_t offset;   /* in the plaintext */
    uint64_t media_us; /* its media time */
};

#define ASV_EXHIBIT_RECORDS 1024
#define ASV_LEAF_RUN        64

/* Leaves that stand one behind the other in the seal. They stay there: memory would rise with the recording.
 */
struct asv_leaf_run {
    uint64_t first;                   /* chunk; the last is before the next run's first */
    uint64_t at;                      /* of its leaf, in the seal */
    uint8_t digest[ASV_SHA256_BYTES]; /* over all of them */
};

struct asv_exhibit_record {
    uint16_t kind;    /* enum asv_record_kind */
    uint64_t chunk;   /* in whose time it happened */
    int64_t wall_ms;  /* by the camera's clock */
    uint64_t mono_ms; /* as in the header */
    uint32_t value;   /* PREROLL_END: ms; else the value's first byte */
};

/* What is kept of a seal for reading from it by range: heap, of asv_exhibit_open_seal only. */
struct asv_exhibit_index {
    struct asv_leaf_run *runs; /* of all chunks that are signed */
    size_t run_count;
    uint64_t leaf_count;
    struct asv_key_frame *frames; /* rising */
    size_t frame_count;
    uint64_t *checkpoints; /* chunks that each of them signs, rising */
    size_t checkpoint_count;
    struct asv_exhibit_record *records; /* the first that are signed */
    size_t record_count;
    bool more_records; /* than are kept */
};

struct asv_exhibit {
    struct asv_clip_dir *dir;
    struct asv_seal_header header;
    struct asv_seal_checkpoint checkpoint; /* the last; zeros: no chunk is signed */
    bool has_checkpoint;
    bool ended;           /* the camera closed it */
    uint64_t media_bytes; /* of the plaintext that is signed, without its padding */
    uint8_t integrity;    /* enum asv_integrity, by the seal and the lengths */
    uint64_t tail_bytes;  /* behind the payload, which nothing signs */
    struct asv_exhibit_index index;
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t chain_len;
    uint8_t frame[5 + ASV_SEAL_HEADER_MAX_BYTES]; /* HEADER, as the seal begins with it */
    size_t frame_len;
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    size_t stanzas_len;
    uint8_t first[ASV_CHUNK_CIPHER_BYTES], last[ASV_CHUNK_CIPHER_BYTES];
    bool has_run; /* leaves are those of a run */
    size_t run;
    uint8_t leaves[ASV_LEAF_RUN][ASV_SHA256_BYTES];
};

/* Reads the seal and every chunk that it signs. *out is the caller's to close. ASV_E_NOT_FOUND: the vault
 * does not have it. ASV_E_DIGEST, ASV_E_SIGNATURE, ASV_E_MALFORMED, ASV_E_MISMATCH: what lies there is not
 * what was signed, and which part of it. */
ASV_MUST_CHECK enum asv_status asv_exhibit_open(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                                struct asv_exhibit **out, struct asv_err *err);

/* The same without the chunks, so that the first picture of a long recording does not wait for its last: they
 * are compared with asv_exhibit_leaf by who reads them. */
ASV_MUST_CHECK enum asv_status asv_exhibit_open_seal(struct asv_vault *vault,
                                                     const struct asv_exhibit_name *name,
                                                     struct asv_exhibit **out, struct asv_err *err);
void asv_exhibit_close(struct asv_exhibit *exhibit); /* NULL is fine */

/* The signed leaf of a chunk that is signed, of asv_exhibit_open_seal: from the seal, if that is still the
 * one that was verified; ASV_E_DIGEST otherwise. In one thread at a time. */
ASV_MUST_CHECK enum asv_status asv_exhibit_leaf(struct asv_exhibit *exhibit, uint64_t chunk,
                                                uint8_t leaf[ASV_SHA256_BYTES], struct asv_err *err);

static inline void asv_cleanup_exhibit(struct asv_exhibit **exhibit)
{
    asv_exhibit_close(*exhibit);
}
#define asv_auto_exhibit __attribute__((cleanup(asv_cleanup_exhibit)))

/* The file key of a held recording, wrapped for the recovery key, lies beside its payload in every root, and
 * is removed with its release. A recording whose directory is gone has none. */
ASV_MUST_CHECK enum asv_status asv_exhibit_put_recovery(const struct asv_exhibit *exhibit,
                                                        struct asv_bytes stanza, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_exhibit_drop_recovery(struct asv_vault *vault,
                                                         const struct asv_exhibit_name *name,
                                                         struct asv_err *err);

/* ASV_OK for a pipe or a socket. ASV_E_USAGE for a terminal, a file and anything else where plaintext would
 * stay. */
ASV_MUST_CHECK enum asv_status asv_exhibit_check_fd(int fd, struct asv_err *err);

/* Decrypts it, chunk by chunk, into fd: fragmented MP4. Each chunk authenticates before it is written, and
 * all of them together against the signed disclosure tree. ASV_E_DIGEST: not the key of this recording,
 * before anything was written; or a chunk changed since it was verified. ASV_E_TIMEOUT: the reader took
 * nothing for so many milliseconds. ASV_E_IO: the reader went away, or a disk failed. The key is wiped from
 * everything here; the caller wipes its own. */
ASV_MUST_CHECK enum asv_status asv_exhibit_write(const struct asv_exhibit *exhibit,
                                                 const uint8_t file_key[ASV_FILE_KEY_BYTES], int fd,
                                                 int idle_ms, struct asv_err *err);

#endif
