/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings on whose day people have to decide: what no clock tells, no machine makes up (LAW T1). */
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/uuid.h"
#include "server/cli/night.h"

#define DECIDE_DAYS 3 /* full days after the one of the commit, as for a request */

static enum asv_status note(struct asv_night *night, const struct asv_db_dayless *row)
{
    char clip[ASV_UUID_TEXT_BYTES];
    char until[ASV_TEXT_BYTES];
    uint32_t day = 0;
    int64_t end = 0;
    enum asv_status status = asv_local_date(row->committed_ms, &day);
    if (status == ASV_OK) {
        status = asv_due_ms(day, DECIDE_DAYS, &end);
    }
    if (status != ASV_OK) {
        return status;
    }
    bool over = end <= night->now_ms;
    night->dayless++;
    night->dayless_over += over;
    asv_uuid_format(clip, row->clip);
    asv_night_note(night, ASV_NIGHT_DAYLESS, clip, "of %s: %s until %s%s", row->camera_name,
                   row->asked ? "a second person answers" : "two people say on which day it was recorded,",
                   asv_text_time(until, end), over ? ", which is past; it dies with its key" : "");
    return ASV_OK;
}

enum asv_status asv_night_dayless(struct asv_night *night, struct asv_err *err)
{
    struct asv_db_dayless rows[ASV_DB_DAYLESS];
    uint8_t after[ASV_UUID_BYTES];
    bool first = true;
    size_t count = ASV_DB_DAYLESS;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_DAYLESS) {
        status = asv_db_dayless_page(night->db, first ? NULL : after, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = note(night, &rows[i]);
            memcpy(after, rows[i].recording, sizeof after);
            first = false;
        }
    }
    return status;
}
