/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/sweep/custody_judge.h"

#include <stdio.h>
#include <string.h>

#include "server/verify/check.h"

bool asv_custody_judge(const char *directory, const struct asv_test_agency *agency, uint8_t *integrity)
{
    static struct asv_small_parts parts;
    static struct asv_report report;
    static struct asv_anchors anchors;
    struct asv_inputs inputs;
    struct asv_err err = {0};

    memset(&anchors, 0, sizeof anchors);
    anchors.has_root = anchors.has_dock = true;
    memcpy(anchors.root_pk, agency->root.pk, sizeof anchors.root_pk);
    anchors.dock = agency->dock.chain;
    enum asv_status status = asv_inputs_open(&inputs, directory, &err);
    if (status == ASV_OK) {
        status = asv_check_clip(&report, &inputs, &anchors, &parts, &err);
        asv_inputs_close(&inputs);
    }
    if (status != ASV_OK) {
        fprintf(stderr, "%s: %s\n", directory, err.text);
        return false;
    }
    *integrity = (uint8_t)report.verdict.integrity;
    for (size_t i = 0; i < ASV_CHECK_COUNT; i++) {
        if (report.finding[i] == ASV_FINDING_BAD) {
            fprintf(stderr, "%s: %s: %s\n", directory, asv_check_name((enum asv_check)i), report.err[i].text);
        }
    }
    return asv_report_is_valid(&report) && report.finding[ASV_CHECK_COMMIT_SIGNATURE] == ASV_FINDING_GOOD &&
           report.finding[ASV_CHECK_RECEIPT_SIGNATURE] == ASV_FINDING_GOOD;
}
