/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the verifier is told to believe: the agency's root, its revocation list, the dock's chain. They must
 * come to the reader by another way than the clip.
 */
#ifndef ASV_SERVER_VERIFY_ANCHORS_H
#define ASV_SERVER_VERIFY_ANCHORS_H

#include <stdbool.h>

#include "firmware-proto/trust/chain.h"

struct asv_anchors {
    bool has_root;
    uint8_t root_pk[ASV_ED25519_PK_BYTES];
    bool has_revocations;
    struct asv_revocations revocations;
    bool has_dock; /* the dock's chain was given, and verifies under root_pk */
    struct asv_chain dock;
    size_t revocations_len; /* of revocations_data */
    uint8_t revocations_data[ASV_REVOCATIONS_MAX_BYTES];
    uint8_t dock_data[ASV_CHAIN_MAX_BYTES];
};

/* Where the root is looked for without --trust. */
#define ASV_ANCHORS_DEFAULT_ROOT "/etc/asservat/root.cert"

/* root: a root certificate, a file with its public key (32 bytes, or 64 hexadecimal digits), or those digits
 * themselves; NULL: the default, if it is there. revocations and dock (a chain) may be NULL; they need a
 * root. Must not be copied afterwards. ASV_E_USAGE and others for what cannot be read or does not verify. */
ASV_MUST_CHECK enum asv_status asv_anchors_load(struct asv_anchors *anchors, const char *root,
                                                const char *revocations, const char *dock,
                                                struct asv_err *err);

/* The bytes of a list into out[ASV_REVOCATIONS_MAX_BYTES], before anything is known of whose it is. */
ASV_MUST_CHECK enum asv_status asv_anchors_read_list(const char *path, uint8_t *out, size_t *len,
                                                     struct asv_err *err);

/* The list, of an agency whose root is known; the bytes are copied. As above. */
ASV_MUST_CHECK enum asv_status asv_anchors_revoke(struct asv_anchors *anchors, struct asv_bytes list,
                                                  struct asv_err *err);

/* The chain of a dock of the agency. As above. */
ASV_MUST_CHECK enum asv_status asv_anchors_dock(struct asv_anchors *anchors, struct asv_bytes chain,
                                                struct asv_err *err);

#endif
