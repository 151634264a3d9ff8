/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper signs about days whose keys it has destroyed, for the ledger (docs/LEDGER.md 3). */
#include "firmware-proto/trust/day_end.h"
#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"

/* LG-082. What a crash left untold is asked for in the next night: nothing is remembered but what was told.
 */
static enum asv_status tell_days(struct asv_night *night, const uint32_t *days, size_t count,
                                 struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        enum asv_db_outcome outcome = ASV_DB_ALREADY;
        struct asv_day_end statement;
        struct asv_err why = {0};
        status =
            asv_cli_keeper_day_end(night->client, night->agency, days[i], night->now_ms, &statement, &why);
        bool said = status == ASV_OK;
        status = said || status == ASV_E_STATE ? ASV_OK : asv_failf(err, status, "%s", why.text);
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
    if (night->agency == NULL) { /* what nobody can verify is not told (T-110) */
        return asv_failf(err, ASV_E_NOT_FOUND, "%s", night->no_agency.text);
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
