/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Key files (docs/ADMINISTRATION.md, "Key files", has the bytes): one signing key, Ed25519 or for packages
 * P-256, and, for docks, one X25519 key; under a passphrase (Argon2id, ChaCha20-Poly1305), or in the clear
 * for daemons that start without a person. A person's own is never in the clear.
 *
 * Secrets are written into memory of the caller, who locks it and wipes it with asv_wipe.
 */
#ifndef ASV_SERVER_BASE_KEYFILE_H
#define ASV_SERVER_BASE_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/world.h"
#include "firmware-proto/crypto/crypto.h"
#include "firmware-proto/crypto/ecdsa.h"
#include "firmware-proto/crypto/password.h"

#define ASV_KEYFILE_MAX_BYTES      512
#define ASV_KEYFILE_LABEL_SIZE     65 /* 64 characters and a NUL */
#define ASV_KEYFILE_PASSPHRASE_MIN 12 /* bytes: shorter ones are refused for new files */
#define ASV_KEYFILE_PASSPHRASE_MAX 1024

/* Roles beside those of devices: a person, who signs statements (docs/STATEMENTS.md); the heads of the
 * ledger, and packages for the court, which the keeper signs (docs/KEEPER.md 8) and which certificates have
 * too (TRUST.md 3); a witness of ledgers (docs/LEDGER.md 7), whose label is its name. */
#define ASV_KEYFILE_PERSON  16
#define ASV_KEYFILE_LEDGER  17
#define ASV_KEYFILE_PACKAGE 18 /* the one role whose key is P-256 */
#define ASV_KEYFILE_WITNESS 19

struct asv_keys {
    uint8_t sign_sk[ASV_ED25519_SK_BYTES]; /* zeros for packages */
    uint8_t kx_sk[ASV_X25519_BYTES];       /* zeros without has_kx */
    uint8_t p256_sk[ASV_P256_SK_BYTES];    /* zeros but for packages */
};

/* What can be read without the passphrase. Authentic only once asv_keyfile_decode succeeded. */
struct asv_keyfile {
    uint8_t role;                       /* of TRUST.md: ROOT, CA, CAMERA, DOCK, KEEPER; or ASV_KEYFILE_* */
    char label[ASV_KEYFILE_LABEL_SIZE]; /* for people; printable ASCII */
    bool has_kx;
    bool is_protected;                        /* a passphrase is needed */
    struct asv_password_cost cost;            /* when protected; on writing {0} means the default */
    uint8_t signing_pk[ASV_ED25519_PK_BYTES]; /* zeros for packages */
    uint8_t kx_pk[ASV_X25519_BYTES];          /* zeros without has_kx */
    uint8_t p256_pk[ASV_P256_PK_BYTES];       /* zeros but for packages */
};

/* New random keys and their public halves in *file. Any failure of the world's randomness is permanent. */
ASV_MUST_CHECK enum asv_status asv_keyfile_generate(struct asv_keyfile *file, struct asv_keys *keys,
                                                    const struct asv_world *world);

/* The file's bytes into out[cap]. is_protected says whether passphrase is used. ASV_E_USAGE for a passphrase
 * shorter than ASV_KEYFILE_PASSPHRASE_MIN, a person's file without one, or keys that do not belong to the
 * public halves. */
ASV_MUST_CHECK enum asv_status asv_keyfile_encode(const struct asv_keyfile *file, const struct asv_keys *keys,
                                                  struct asv_bytes passphrase, const struct asv_world *world,
                                                  uint8_t *out, size_t cap, size_t *len, struct asv_err *err);

/* The public part of data[len]. ASV_E_MALFORMED, ASV_E_UNSUPPORTED or ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_keyfile_info(struct asv_keyfile *out, const uint8_t *data, size_t len,
                                                struct asv_err *err);

/* The whole file. passphrase is ignored when the file is not protected. ASV_E_DENIED: wrong passphrase, or
 * the protected file was changed. ASV_E_DIGEST: an unprotected file was changed. *out and *keys are untouched
 * on failure. */
ASV_MUST_CHECK enum asv_status asv_keyfile_decode(struct asv_keyfile *out, struct asv_keys *keys,
                                                  const uint8_t *data, size_t len,
                                                  struct asv_bytes passphrase, struct asv_err *err);

/* Writes dir/name (mode 0600, synced). ASV_E_EXISTS when the name is taken: keys are never overwritten. */
ASV_MUST_CHECK enum asv_status asv_keyfile_save(int dir, const char *name, const struct asv_keyfile *file,
                                                const struct asv_keys *keys, struct asv_bytes passphrase,
                                                const struct asv_world *world, struct asv_err *err);

/* The public part of dir/name. */
ASV_MUST_CHECK enum asv_status asv_keyfile_load_info(int dir, const char *name, struct asv_keyfile *out,
                                                     struct asv_err *err);

/* Reads dir/name. ASV_E_DENIED also when the file can be read by others than its owner and group, or its role
 * is not `role`. */
ASV_MUST_CHECK enum asv_status asv_keyfile_load(int dir, const char *name, uint8_t role,
                                                struct asv_bytes passphrase, struct asv_keyfile *out,
                                                struct asv_keys *keys, struct asv_err *err);

#endif
