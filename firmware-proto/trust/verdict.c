/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/verdict.h"

const char *asv_integrity_name(uint8_t integrity)
{
    switch (integrity) {
    case ASV_INTEGRITY_VALID:
        return "VALID";
    case ASV_INTEGRITY_TRUNCATED:
        return "TRUNCATED";
    case ASV_INTEGRITY_UNSIGNED_TAIL:
        return "UNSIGNED_TAIL";
    case ASV_INTEGRITY_GAP:
        return "GAP";
    case ASV_INTEGRITY_INVALID:
        return "INVALID";
    default:
        return "?";
    }
}

const char *asv_provenance_name(uint8_t provenance)
{
    switch (provenance) {
    case ASV_PROVENANCE_TRUSTED:
        return "TRUSTED";
    case ASV_PROVENANCE_SEALED_BY_DOCK:
        return "SEALED_BY_DOCK";
    case ASV_PROVENANCE_UNKNOWN_KEY:
        return "UNKNOWN_KEY";
    case ASV_PROVENANCE_REVOKED:
        return "REVOKED";
    default:
        return "?";
    }
}

/* S-094 */
bool asv_verdict_is_stored(uint8_t integrity, uint8_t provenance)
{
    return (integrity == ASV_INTEGRITY_VALID || integrity == ASV_INTEGRITY_TRUNCATED) &&
           (provenance == ASV_PROVENANCE_TRUSTED || provenance == ASV_PROVENANCE_SEALED_BY_DOCK);
}
