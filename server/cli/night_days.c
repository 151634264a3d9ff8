/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper signs about days whose keys it has destroyed, for the ledger (docs/LEDGER.md 3). */
#include "firmware-proto/trust/day_end.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

/* *said false: the day's keys are not due. */
static enum asv_status ask_day(struct asv_night *night, uint32_t date, struct asv_day_end *out, bool *said,
                               struct asv_err *err)
{
    struct asv_keeper_reply reply = {0};
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_day_end(night->client, date, &request, err);
    status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
    *said = status == ASV_OK;
    if (status == ASV_OK) {
        status = asv_day_end_decode(out, reply.order.data, reply.order.len, err);
    } else if (reply.status == ASV_E_STATE) {
        return ASV_OK;
    }
    return status == ASV_OK && out->date != date
               ? asv_fail_at(err, ASV_E_MISMATCH, "keeper: its statement is about another day than", date)
               : status;
}

/* LG-082. What a crash left untold is asked for in the next night: nothing is remembered but what was told.
 */
static enum asv_status tell_days(struct asv_night *night, const uint32_t *days, size_t count,
                                 struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        enum asv_db_outcome outcome = ASV_DB_ALREADY;
        struct asv_day_end statement;
        bool said = false;
        status = ask_day(night, days[i], &statement, &said, err);
        if (i == 0) { /* a page is a step: between what is signed and what is told */
            asv_night_step(night);
        }
        if (status == ASV_OK && said) {
            status = asv_db_day_ended(night->db, &statement, &outcome, err);
            night->days_told += outcome == ASV_DB_DONE;
        }
    }
    return status;
}

enum asv_status asv_night_tell_days(struct asv_night *night, struct asv_err *err)
{
    uint32_t days[ASV_DB_BATCH_MAX];
    uint32_t after = 0;
    uint32_t today = 0;
    size_t count = ASV_DB_BATCH_MAX;
    if (night->dry || !night->keeper_answers || night->keeper.stop != ASV_KEEPER_RUNNING) {
        return ASV_OK; /* while it stands still it says nothing of any day (K-152) */
    }
    enum asv_status status = asv_local_date(night->now_ms, &today);
    while (status == ASV_OK && count == ASV_DB_BATCH_MAX) {
        status = asv_db_days_undestroyed(night->db, after, today, days, &count, err);
        if (status == ASV_OK && count != 0) {
            after = days[count - 1];
            status = tell_days(night, days, count, err);
        }
    }
    return status;
}
