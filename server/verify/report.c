/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/report.h"

const char *asv_check_name(enum asv_check check)
{
    static const char *const names[ASV_CHECK_COUNT] = {
        [ASV_CHECK_SEAL] = "seal",
        [ASV_CHECK_PAYLOAD] = "payload",
        [ASV_CHECK_ORIGIN] = "origin",
        [ASV_CHECK_REVOCATIONS] = "revocations",
        [ASV_CHECK_LINK] = "link",
        [ASV_CHECK_STANZAS] = "stanzas",
        [ASV_CHECK_COMMIT] = "commit",
        [ASV_CHECK_COMMIT_SIGNATURE] = "commit_signature",
        [ASV_CHECK_RECEIPT] = "receipt",
        [ASV_CHECK_RECEIPT_SIGNATURE] = "receipt_signature",
        [ASV_CHECK_KEY] = "key",
        [ASV_CHECK_OPEN] = "open",
        [ASV_CHECK_DISCLOSURE] = "disclosure",
    };
    return names[check];
}

const char *asv_finding_name(enum asv_finding finding)
{
    static const char *const names[] = {
        [ASV_FINDING_SKIPPED] = "not_checked", [ASV_FINDING_ABSENT] = "absent", [ASV_FINDING_GOOD] = "good",
        [ASV_FINDING_OTHER] = "other",         [ASV_FINDING_BAD] = "bad",
    };
    return names[finding];
}

bool asv_report_is_valid(const struct asv_report *report)
{
    for (size_t i = 0; i < ASV_CHECK_COUNT; i++) {
        if (report->finding[i] == ASV_FINDING_BAD) {
            return false;
        }
    }
    return report->origin_checked &&
           asv_verdict_is_stored((uint8_t)report->verdict.integrity, (uint8_t)report->verdict.provenance);
}
