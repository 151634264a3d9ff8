/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The link record: which clip number of which camera covered which time, to be shown alone when a series is
 * proven complete or a recording absent. SEAL.md, section 9.
 *
 * link file = signed part, then salt 16 and the header's digest. The signed part shows no header digest, so
 * the last ASV_LINK_OPENING_BYTES are cut off when the link is shown to someone who may not know the clip.
 */
#ifndef ASV_SEAL_LINK_H
#define ASV_SEAL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/header.h"
#include "firmware-proto/seal/verifier.h"

#define ASV_LINK_SALT_BYTES    16
#define ASV_LINK_OPENING_BYTES (ASV_LINK_SALT_BYTES + ASV_DIGEST_FIELD_BYTES)
#define ASV_LINK_MAX_BYTES     1024 /* the whole file */

enum asv_link_ending {
    ASV_LINK_ENDED = 1,
    ASV_LINK_RECOVERED = 2, /* written at the boot after a power loss; end is the last checkpoint's time */
};

struct asv_link {
    uint8_t cert_digest[ASV_SHA256_BYTES];
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t number;
    int64_t start_wall_ms;
    uint64_t start_mono_ms;
    int64_t end_wall_ms;
    uint64_t end_mono_ms;
    uint8_t boot[ASV_UUID_BYTES];
    uint8_t clock_state;              /* enum asv_clock_state, at the start */
    uint8_t ending;                   /* enum asv_link_ending */
    uint8_t salted[ASV_SHA256_BYTES]; /* SHA-256(salt, header digest) */
    bool opened;                      /* salt and header_digest are there and match salted */
    uint8_t salt[ASV_LINK_SALT_BYTES];
    uint8_t header_digest[ASV_SHA256_BYTES];
};

/* Writes the whole file from link's fields, salt and header digest included; computes salted. ASV_E_USAGE for
 * a value that asv_link_read refuses; ASV_E_LIMIT; the writer is then where it was. */
ASV_MUST_CHECK enum asv_status asv_link_write(struct asv_writer *out, const struct asv_link *link,
                                              const uint8_t sk[ASV_ED25519_SK_BYTES]);

/* Reads either form and checks the signature when pk is not NULL. digest (may be NULL): of the signed body.
 * ASV_E_DIGEST when salt and header digest do not match what is signed. */
ASV_MUST_CHECK enum asv_status asv_link_read(struct asv_link *out, uint8_t digest[ASV_SHA256_BYTES],
                                             const void *data, size_t len,
                                             const uint8_t pk[ASV_ED25519_PK_BYTES], struct asv_err *err);

/* A clip's link but for its salt: all of its facts stand in the seal. checkpoint: the last one, or NULL; end:
 * NULL when there is none. */
void asv_link_of(struct asv_link *out, const struct asv_seal_header *header,
                 const uint8_t header_digest[ASV_SHA256_BYTES], const struct asv_seal_checkpoint *checkpoint,
                 const struct asv_seal_end *end);

/* ASV_E_MISMATCH unless the opened link is of the clip with this seal and says of it what the seal says. Of a
 * seal that is wrong somewhere the header alone is compared. */
ASV_MUST_CHECK enum asv_status asv_link_check(const struct asv_link *link,
                                              const struct asv_seal_result *seal);

#endif
