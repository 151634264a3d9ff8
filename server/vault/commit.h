/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The commit record: everything the dock knows about one clip at the instant it took it into custody, signed
 * by the dock and kept beside the payload. The custody tables can be rebuilt from these records alone
 * (docs/VAULT.md, "The commit record", has the bytes).
 */
#ifndef ASV_SERVER_VAULT_COMMIT_H
#define ASV_SERVER_VAULT_COMMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/extensions.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"

#define ASV_COMMIT_FORMAT     1
#define ASV_COMMIT_MAX_BYTES  4096
#define ASV_COMMIT_TEXT_BYTES 65         /* 64 characters and a NUL */
#define ASV_COMMIT_NO_CLOCK   UINT32_MAX /* the camera's clock was not measured, and the offset is 0 */

/* What became of the clip. */
enum asv_commit_kind {
    ASV_COMMIT_STORED = 1,
    ASV_COMMIT_QUARANTINED = 2,
    ASV_COMMIT_EXPIRED_ON_ARRIVAL = 3, /* nothing was stored; the record is the tombstone */
};

/* How the bytes were read back before the receipt. */
enum asv_readback {
    ASV_READBACK_DIRECT = 1, /* from the device, around the page cache */
    ASV_READBACK_CACHED = 2, /* the file system cannot do that */
    ASV_READBACK_NONE = 3,   /* switched off; for measurements only */
};

struct asv_commit {
    /* who and where */
    uint8_t agency[32];
    uint8_t dock_cert[32]; /* certificate digest of the signer */
    char dock_name[ASV_COMMIT_TEXT_BYTES];
    uint16_t slot;
    char port[ASV_COMMIT_TEXT_BYTES]; /* USB port path, such as 1-2.7 */
    uint8_t session[32];              /* Noise handshake hash of the session that brought the last chunk */

    /* the camera */
    uint8_t camera_cert[32];
    uint8_t chain_digest[32];
    char model[ASV_COMMIT_TEXT_BYTES];
    char serial[ASV_COMMIT_TEXT_BYTES];
    char firmware[ASV_COMMIT_TEXT_BYTES];
    uint8_t firmware_digest[32];

    /* the clip */
    uint8_t epoch[16];
    uint64_t number;
    uint8_t clip[16]; /* UUIDv7 */
    uint8_t header_digest[32];
    uint8_t group[16];
    uint16_t stream;
    uint8_t stream_type;
    uint32_t segment;
    uint8_t assignment[16]; /* zeros: none */
    char unit[ASV_COMMIT_TEXT_BYTES];
    char area[ASV_COMMIT_TEXT_BYTES];
    uint8_t sealer;     /* 1 camera, 2 dock */
    uint8_t end_reason; /* of SEAL.md; 0: no end record */
    bool marked;
    bool dwelling;
    uint32_t pre_roll_ms;

    /* the key it was sealed to */
    uint8_t key_kind; /* of SEAL.md: day or reserve */
    uint8_t key_id[16];
    uint32_t key_date; /* yyyymmdd; 0 for the reserve key */
    uint64_t bulletin;
    uint32_t policy;

    /* time */
    uint8_t clock_state;             /* of SEAL.md */
    int64_t start_ms, end_ms;        /* as the camera says, UTC */
    int64_t earliest_ms, latest_ms;  /* dock-corrected interval that contains the whole recording */
    int64_t offset_ms;               /* dock's clock minus camera's, at docking */
    uint32_t uncertainty_ms;         /* +- of it, or ASV_COMMIT_NO_CLOCK */
    uint32_t day;                    /* recording day, local yyyymmdd; 0: not decided */
    int64_t due_ms;                  /* 0: not decided */
    int64_t docked_ms, committed_ms; /* by the dock's clock */

    /* bytes */
    uint8_t root[32]; /* RFC 6962, with leaves and payload_bytes: the payload's digest */
    uint64_t leaves;
    uint64_t payload_bytes;
    uint8_t final_chunk[24]; /* last bytes of the payload, outside the tree; zeros when it has none */
    uint64_t media_bytes;    /* 0: unknown (no end record) */
    uint64_t seal_bytes;
    uint8_t seal_digest[32];
    uint64_t tail_bytes;
    uint8_t tail_digest[32];
    uint32_t link_bytes;
    uint8_t link_digest[32];
    uint8_t stanzas_digest[32];

    /* verdict */
    uint8_t integrity;                  /* of SEAL.md */
    uint8_t provenance;                 /* of SEAL.md */
    uint8_t kind;                       /* enum asv_commit_kind */
    char reason[ASV_COMMIT_TEXT_BYTES]; /* why quarantined; empty when stored */
    uint8_t readback;                   /* enum asv_readback */
    uint8_t replicas;                   /* directories that hold it */
    char software[ASV_COMMIT_TEXT_BYTES];

    uint16_t extensions_len;                      /* 0: none; version 1 defines none */
    uint8_t extensions[ASV_EXTENSIONS_MAX_BYTES]; /* encoded, see firmware-proto/base/extensions.h */
};

/* The fields in their order on disk. One list serves the writer, the reader and whoever compares two records,
 * so that they cannot drift apart. */
#define ASV_COMMIT_FIELDS(RAW, TEXT, U8, U16, U32, U64, I64, FLAG) \
    RAW(agency)                                                    \
    RAW(dock_cert)                                                 \
    TEXT(dock_name)                                                \
    U16(slot)                                                      \
    TEXT(port)                                                     \
    RAW(session)                                                   \
    RAW(camera_cert)                                               \
    RAW(chain_digest)                                              \
    TEXT(model)                                                    \
    TEXT(serial)                                                   \
    TEXT(firmware)                                                 \
    RAW(firmware_digest)                                           \
    RAW(epoch)                                                     \
    U64(number)                                                    \
    RAW(clip)                                                      \
    RAW(header_digest)                                             \
    RAW(group)                                                     \
    U16(stream)                                                    \
    U8(stream_type)                                                \
    U32(segment)                                                   \
    RAW(assignment)                                                \
    TEXT(unit)                                                     \
    TEXT(area)                                                     \
    U8(sealer)                                                     \
    U8(end_reason)                                                 \
    FLAG(marked)                                                   \
    FLAG(dwelling)                                                 \
    U32(pre_roll_ms)                                               \
    U8(key_kind)                                                   \
    RAW(key_id)                                                    \
    U32(key_date)                                                  \
    U64(bulletin)                                                  \
    U32(policy)                                                    \
    U8(clock_state)                                                \
    I64(start_ms)                                                  \
    I64(end_ms)                                                    \
    I64(earliest_ms)                                               \
    I64(latest_ms)                                                 \
    I64(offset_ms)                                                 \
    U32(uncertainty_ms)                                            \
    U32(day)                                                       \
    I64(due_ms)                                                    \
    I64(docked_ms)                                                 \
    I64(committed_ms)                                              \
    RAW(root)                                                      \
    U64(leaves)                                                    \
    U64(payload_bytes)                                             \
    RAW(final_chunk)                                               \
    U64(media_bytes)                                               \
    U64(seal_bytes)                                                \
    RAW(seal_digest)                                               \
    U64(tail_bytes)                                                \
    RAW(tail_digest)                                               \
    U32(link_bytes)                                                \
    RAW(link_digest)                                               \
    RAW(stanzas_digest)                                            \
    U8(integrity)                                                  \
    U8(provenance)                                                 \
    U8(kind)                                                       \
    TEXT(reason)                                                   \
    U8(readback)                                                   \
    U8(replicas)                                                   \
    TEXT(software)

/* Encodes and signs. ASV_E_LIMIT when cap is too small (ASV_COMMIT_MAX_BYTES always suffices) or a text is
 * not printable ASCII; out is then unspecified. */
ASV_MUST_CHECK enum asv_status asv_commit_encode(const struct asv_commit *commit,
                                                 const uint8_t dock_sk[ASV_ED25519_SK_BYTES], uint8_t *out,
                                                 size_t cap, size_t *len);

/* Decodes without checking the signature; *commit is untouched on failure. *body_len (may be NULL) is the
 * length of what is signed. ASV_E_UNSUPPORTED for another format or suite or an unknown critical extension.
 */
ASV_MUST_CHECK enum asv_status asv_commit_decode(struct asv_commit *commit, const uint8_t *data, size_t len,
                                                 size_t *body_len, struct asv_err *err);

/* Decodes and checks the dock's signature. */
ASV_MUST_CHECK enum asv_status asv_commit_verify(struct asv_commit *commit, const uint8_t *data, size_t len,
                                                 const uint8_t dock_pk[ASV_ED25519_PK_BYTES],
                                                 struct asv_err *err);

#endif
