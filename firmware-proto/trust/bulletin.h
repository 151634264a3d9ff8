/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Bulletins (TRUST.md 6): the public camera-day keys of one camera and its reserve key. Signed by the keeper
 * under ASV_PURPOSE_BULLETIN.
 */
#ifndef ASV_TRUST_BULLETIN_H
#define ASV_TRUST_BULLETIN_H

#include "firmware-proto/trust/chain.h"

#define ASV_BULLETIN_MAX_KEYS  128
#define ASV_BULLETIN_KEY_BYTES (ASV_KEY_ID_BYTES + ASV_KEY_FIELD_BYTES + 4 + 8 + 8)
#define ASV_BULLETIN_MAX_BYTES 12288

/* How long a local day may be: 24 h, and what time changes make of it. */
#define ASV_DAY_MIN_MS INT64_C(72000000)  /* 20 h */
#define ASV_DAY_MAX_MS INT64_C(100800000) /* 28 h */

enum asv_key_kind {
    ASV_KEY_DAY = 1,
    ASV_KEY_RESERVE = 2,
};

struct asv_bulletin_key {
    uint8_t kind; /* enum asv_key_kind */
    uint8_t id[ASV_KEY_ID_BYTES];
    uint8_t pk[ASV_X25519_BYTES];
    uint32_t date;    /* local, yyyymmdd; 0 for the reserve key */
    int64_t start_ms; /* wall; the key's day is [start, end); both 0 for the reserve key */
    int64_t end_ms;
};

struct asv_bulletin {
    uint8_t agency[ASV_SHA256_BYTES];
    uint8_t camera_cert[ASV_SHA256_BYTES]; /* asv_cert_digest */
    uint64_t number;                       /* from 1; only rises */
    uint8_t previous[ASV_SHA256_BYTES];    /* asv_object_digest of the bulletin before; zeros for number 1 */
    int64_t issued_ms;
    uint32_t policy_version;
    uint16_t key_count;              /* day keys, <= ASV_BULLETIN_MAX_KEYS; 0: the reserve key alone */
    struct asv_bytes keys;           /* view of key_count encoded keys; ignored by encode */
    struct asv_bulletin_key reserve; /* encode: only pk is read */
    struct asv_chain keeper;         /* encode: only keeper.encoded is read */
    struct asv_bytes extensions;     /* view; encode: len 0 for none */
    struct asv_object object;        /* views; set by decode, ignored by encode */
};

/* Appends the bulletin with these keys (key_count of them; kind and id are filled in, not read), signed by
 * the keeper. ASV_E_USAGE when days are not ascending and gapless or break a limit. */
ASV_MUST_CHECK enum asv_status asv_bulletin_encode(struct asv_writer *writer,
                                                   const struct asv_bulletin *bulletin,
                                                   const struct asv_bulletin_key *keys,
                                                   const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads exactly data[len]; no signature is checked. out views into data. Days that overlap, leave a gap or do
 * not ascend are ASV_E_MALFORMED, an id that is not its key's ASV_E_MISMATCH; the rest as asv_cert_decode. */
ASV_MUST_CHECK enum asv_status asv_bulletin_decode(struct asv_bulletin *out, const void *data, size_t len,
                                                   struct asv_err *err);

/* ASV_E_UNTRUSTED for another agency's; as asv_chain_verify for the keeper's chain; ASV_E_MISMATCH when
 * camera_cert (NULL: any) is not the camera named; ASV_E_SIGNATURE. Use asv_number_check before replacing
 * one, and compare previous with what is held. */
ASV_MUST_CHECK enum asv_status asv_bulletin_verify(const struct asv_bulletin *bulletin,
                                                   const uint8_t root_pk[ASV_ED25519_PK_BYTES],
                                                   const uint8_t *camera_cert, int64_t now_ms,
                                                   const struct asv_revocations *revocations,
                                                   struct asv_err *err);

/* Day key i < key_count of a decoded bulletin. */
void asv_bulletin_key_at(const struct asv_bulletin *bulletin, uint16_t i, struct asv_bulletin_key *out);

/* The key to record with at wall_ms: that day's, or the reserve key when the time is ASV_TIME_UNKNOWN, lies
 * before not_before_ms (the last authenticated docking; ASV_TIME_UNKNOWN: none), or in no day of the
 * bulletin. Never fails: a camera always has a key. */
void asv_bulletin_choose(const struct asv_bulletin *bulletin, int64_t wall_ms, int64_t not_before_ms,
                         struct asv_bulletin_key *out);

/* The key with this id, day or reserve. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_bulletin_find(const struct asv_bulletin *bulletin,
                                                 const uint8_t id[ASV_KEY_ID_BYTES],
                                                 struct asv_bulletin_key *out);

#endif
