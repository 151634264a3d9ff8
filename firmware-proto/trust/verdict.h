/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The two axes of what is said about a recording. SEAL.md says how they are found; receipts, quarantine and
 * the custody tables carry them.
 */
#ifndef ASV_TRUST_VERDICT_H
#define ASV_TRUST_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum asv_integrity {
    ASV_INTEGRITY_VALID = 1,     /* ended, and everything verifies */
    ASV_INTEGRITY_TRUNCATED = 2, /* no end record; everything up to the last checkpoint verifies */
    ASV_INTEGRITY_UNSIGNED_TAIL =
        3,                     /* ended, but there are more bytes than it signs, or another final chunk */
    ASV_INTEGRITY_GAP = 4,     /* chunks that the camera cannot give */
    ASV_INTEGRITY_INVALID = 5, /* wrong chunks, or a broken seal */
};

enum asv_provenance {
    ASV_PROVENANCE_TRUSTED = 1,        /* sealed by a camera of this agency */
    ASV_PROVENANCE_SEALED_BY_DOCK = 2, /* an import, sealed by a dock of this agency */
    ASV_PROVENANCE_UNKNOWN_KEY = 3,
    ASV_PROVENANCE_REVOKED = 4,
};

/* Static storage; "?" for a value that is none. */
const char *asv_integrity_name(uint8_t integrity);
const char *asv_provenance_name(uint8_t provenance);

/* True for the verdicts with which a recording is stored, so that the camera may erase it: VALID or
 * TRUNCATED, with TRUSTED or SEALED_BY_DOCK. Everything else is quarantined. */
bool asv_verdict_is_stored(uint8_t integrity, uint8_t provenance);

#endif
