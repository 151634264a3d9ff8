/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The signed header that every seal begins with. SEAL.md, section 4, says each field's bytes.
 */
#ifndef ASV_SEAL_HEADER_H
#define ASV_SEAL_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/clock.h"
#include "firmware-proto/base/extensions.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/seal/age.h"
#include "firmware-proto/trust/bulletin.h"
#include "firmware-proto/trust/common.h"

#define ASV_SEAL_FORMAT           1
#define ASV_SEAL_HEADER_MAX_BYTES 2048 /* body and signature */
#define ASV_SEAL_STANZAS_MAX      4    /* recipients of one clip on a camera */
#define ASV_SEAL_STANZAS_MAX_BYTES                                           \
    (ASV_SEAL_STANZAS_MAX * ASV_AGE_X25519_STANZA_BYTES) /* the stanzas file \
                                                          */

enum asv_stream_type {
    ASV_STREAM_AUDIO_VIDEO = 1,
    ASV_STREAM_VIDEO = 2,
    ASV_STREAM_AUDIO = 3,
    ASV_STREAM_DATA = 4,
};

enum asv_sealer {
    ASV_SEALER_CAMERA = 1,
    ASV_SEALER_DOCK = 2, /* an import: sealed when it came in, not when it was recorded */
};

struct asv_seal_stanza_ref {
    uint8_t key_id[ASV_KEY_ID_BYTES];
    uint8_t digest[ASV_SHA256_BYTES]; /* SHA-256 over the stanza's text */
};

/* Every text is 0x20-0x7e, NUL-terminated, at most 64 characters. */
struct asv_seal_header {
    uint8_t agency[ASV_SHA256_BYTES];
    char model[ASV_TEXT_SIZE];
    char serial[ASV_TEXT_SIZE];
    char firmware[ASV_TEXT_SIZE];
    uint8_t firmware_digest[ASV_SHA256_BYTES];
    uint8_t chain_digest[ASV_SHA256_BYTES]; /* of the encoded certificate chain */
    uint8_t cert_digest[ASV_SHA256_BYTES];  /* of the sealer's own certificate */
    uint8_t epoch[ASV_UUID_BYTES];          /* new at each format of the store */
    uint64_t number;                        /* within the epoch, from 1, without gaps */
    uint8_t clip[ASV_UUID_BYTES];           /* UUIDv7 */
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t
        previous[ASV_SHA256_BYTES]; /* final digest of clip number - 1; zeros if and only if number is 1 */
    int64_t start_wall_ms;
    uint64_t start_mono_ms;
    uint8_t clock_state;       /* enum asv_clock_state */
    int64_t last_sync_wall_ms; /* 0 when never */
    uint8_t clock_source;      /* enum asv_clock_source of that sync */
    uint64_t bulletin;         /* its number */
    uint32_t policy;           /* policy version that the bulletin named */
    uint8_t key_kind;          /* enum asv_key_kind */
    uint32_t key_date;         /* the key's local day, yyyymmdd; 0 with a reserve key */
    uint8_t stanza_count;      /* 1..ASV_SEAL_STANZAS_MAX */
    struct asv_seal_stanza_ref stanzas[ASV_SEAL_STANZAS_MAX];
    uint8_t nonce[ASV_NONCE_BYTES];
    uint8_t commitment[ASV_SHA256_BYTES];
    char container[ASV_TEXT_SIZE];      /* "video/mp4" */
    char codecs[ASV_TEXT_SIZE];         /* RFC 6381, "avc1.64001f,mp4a.40.2" */
    uint8_t group[ASV_UUID_BYTES];      /* same for streams and segments of one recording */
    uint16_t stream;                    /* number in the group, from 0 */
    uint8_t stream_type;                /* enum asv_stream_type */
    uint32_t segment;                   /* number in the stream, from 0 */
    uint8_t assignment[ASV_UUID_BYTES]; /* zeros when the camera was not issued to anyone */
    char unit[ASV_TEXT_SIZE];
    char area[ASV_TEXT_SIZE];
    uint8_t sealer;                               /* enum asv_sealer */
    uint16_t extensions_len;                      /* 0 writes an empty block */
    uint8_t extensions[ASV_EXTENSIONS_MAX_BYTES]; /* encoded, see base/extensions.h */
};

/* SHA-256("asservat/v1/key-commitment", 0x00, file key). */
void asv_key_commitment(uint8_t out[ASV_SHA256_BYTES], const uint8_t file_key[ASV_FILE_KEY_BYTES]);

/* Writes body and signature (no frame around them). ASV_E_USAGE for a value that asv_seal_header_read would
 * refuse, ASV_E_LIMIT when it does not fit; the writer is then where it was. digest: of the body. */
ASV_MUST_CHECK enum asv_status asv_seal_header_write(struct asv_writer *out, uint8_t digest[ASV_SHA256_BYTES],
                                                     const struct asv_seal_header *header,
                                                     const uint8_t sk[ASV_ED25519_SK_BYTES],
                                                     struct asv_err *err);

/* Decodes a HEADER frame's body (header body and signature) and checks the signature when pk is not NULL.
 * Without pk nothing in out may be believed: it is for finding the certificate. ASV_E_UNSUPPORTED for another
 * format, suite, algorithm or an unknown critical extension; ASV_E_SIGNATURE; ASV_E_MALFORMED otherwise. */
ASV_MUST_CHECK enum asv_status asv_seal_header_read(struct asv_seal_header *out,
                                                    uint8_t digest[ASV_SHA256_BYTES], const void *data,
                                                    size_t len, const uint8_t pk[ASV_ED25519_PK_BYTES],
                                                    struct asv_err *err);

/* ASV_OK when stanzas is exactly the stanzas that the header names, in its order; ASV_E_MALFORMED when it is
 * not a run of whole stanzas, ASV_E_DIGEST otherwise. */
ASV_MUST_CHECK enum asv_status asv_seal_stanzas_check(const struct asv_seal_header *header,
                                                      struct asv_bytes stanzas);

#endif
