/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Early erasures that the database tells of. That two people decided is the keeper's to say: whoever can
 * write a state here would otherwise end what it still has. */
#include <string.h>

#include "server/cli/night.h"

/* K-188. The keeper forgets what is gone when nothing could open it any more, which may be before the clip is
 * due here: then it signs that. */
static bool is_erased_early(struct asv_night *night, const struct asv_db_retained *clip)
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, clip->identity.header);
    uint8_t state = kept != NULL ? kept->state : ASV_KEEPER_PLAIN;
    bool is_due = clip->due_ms != ASV_TIME_UNKNOWN && clip->due_ms <= night->now_ms;
    bool forgotten = state == ASV_KEEPER_PLAIN || (state == ASV_KEEPER_OVER && is_due);
    return state == ASV_KEEPER_GONE ||
           (forgotten && asv_night_signed_key(night, clip, true) == ASV_RETENTION_KEY_GONE);
}

static enum asv_status claims_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                    struct asv_err *err)
{
    uint8_t taken[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    uint8_t false_ones[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    size_t taken_count = 0;
    size_t false_count = 0;
    uint64_t done = 0;
    enum asv_status status = ASV_OK;
    asv_night_ask_kept(night); /* K-194 */
    if (!night->keeper_answers) {
        return ASV_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_erased_early(night, &rows[i])) {
            memcpy(taken[taken_count++], rows[i].recording, ASV_UUID_BYTES);
            continue;
        }
        memcpy(false_ones[false_count++], rows[i].recording, ASV_UUID_BYTES);
        night->counts.disagreements++;
        asv_night_alarm(night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, &rows[i],
                        "the database has it as erased early, and the keeper has not erased it: it stays");
    }
    if (taken_count != 0) {
        status =
            asv_db_erasure_adopt(night->db, (const uint8_t(*)[ASV_UUID_BYTES])taken, taken_count, &done, err);
    }
    return status == ASV_OK && false_count != 0
               ? asv_db_erasure_undo(night->db, (const uint8_t(*)[ASV_UUID_BYTES])false_ones, false_count,
                                     &done, err)
               : status;
}

enum asv_status asv_night_adopt(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages claims = {.claims = true};
    return night->dry || !night->keeper_answers ? ASV_OK : asv_night_each(night, &claims, claims_batch, err);
}
