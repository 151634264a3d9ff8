/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Key files (docs/KEEPER.md 5): the X25519 private keys of cameras for one local day, or one camera's
 * reserve key, encrypted under a key of its own that stands in the index and is used for this one file.
 */
#ifndef ASV_KEEPER_DAYFILE_H
#define ASV_KEEPER_DAYFILE_H

#include "server/keeper/index.h"

#define ASV_DAYFILE_FORMAT       1
#define ASV_DAYFILE_HEADER_BYTES 61
#define ASV_DAYFILE_KEYS_MAX     1024 /* a new key is a new file: what one camera costs has a bound */
#define ASV_DAYFILE_KEY_BYTES    (ASV_SHA256_BYTES + ASV_X25519_BYTES)
#define ASV_DAYFILE_MAX \
    (ASV_DAYFILE_HEADER_BYTES + 4 + ASV_DAYFILE_KEYS_MAX * ASV_DAYFILE_KEY_BYTES + ASV_AEAD_TAG_BYTES)

struct asv_dayfile_key {
    uint8_t camera[ASV_SHA256_BYTES]; /* its certificate's digest */
    uint8_t sk[ASV_X25519_BYTES];
};

/* Secret. keys: cameras ascend; asv_secret_alloc. */
struct asv_dayfile {
    uint32_t count, cap;
    struct asv_dayfile_key *keys;
};

/* Wipes and empties. */
void asv_dayfile_free(struct asv_dayfile *file);

#define asv_auto_dayfile ASV_CLEANUP(asv_dayfile_free)

/* That camera's key, or NULL. */
const struct asv_dayfile_key *asv_dayfile_find(const struct asv_dayfile *file,
                                               const uint8_t camera[ASV_SHA256_BYTES]);

/* Inserts at its place. ASV_E_EXISTS, ASV_E_LIMIT, ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_dayfile_add(struct asv_dayfile *file, const struct asv_dayfile_key *key);

/* ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_dayfile_drop(struct asv_dayfile *file,
                                                const uint8_t camera[ASV_SHA256_BYTES]);

/* The whole file from malloc. entry says id, kind, date, generation and kek, which must be fresh; its digest
 * is set. */
ASV_MUST_CHECK enum asv_status asv_dayfile_seal(const struct asv_dayfile *file,
                                                const uint8_t store[ASV_STORE_ID_BYTES],
                                                struct asv_entry *entry, uint8_t **out, size_t *len,
                                                struct asv_err *err);

/* ASV_E_DIGEST when data is not the file that entry names. The caller frees *out. */
ASV_MUST_CHECK enum asv_status asv_dayfile_open(struct asv_dayfile *out,
                                                const uint8_t store[ASV_STORE_ID_BYTES],
                                                const struct asv_entry *entry, const void *data, size_t len,
                                                struct asv_err *err);

/* The plaintext on its own: for asv_dayfile_open and for tests. ASV_E_MALFORMED, ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_dayfile_decode(struct asv_dayfile *out, const void *plain, size_t len);

/* The generation that a key file's header claims, without any key. ASV_E_MALFORMED. */
ASV_MUST_CHECK enum asv_status asv_dayfile_generation(const void *data, size_t len, uint64_t *generation);

#endif
