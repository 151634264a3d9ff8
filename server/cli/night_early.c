/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Early erasures that the database tells of. That two people decided is the keeper's to say: whoever can
 * write a state here would otherwise end what it still has. */
#include <string.h>

#include "server/base/uuid.h"
#include "server/cli/night.h"

/* What the keeper says of such a one. */
enum claim {
    CLAIM_FALSE,
    CLAIM_TRUE,
    CLAIM_OPEN, /* K-203: nobody can say now */
};

/* K-188. The keeper forgets what is gone when nothing could open it any more, which may be before the clip is
 * due here: then it signs that. */
static enum claim judge(struct asv_night *night, const struct asv_db_retained *clip)
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, clip->identity.header);
    uint8_t state = kept != NULL ? kept->state : ASV_KEEPER_PLAIN;
    bool is_due = clip->due_ms != ASV_TIME_UNKNOWN && clip->due_ms <= night->now_ms;
    bool forgotten = state == ASV_KEEPER_PLAIN || (state == ASV_KEEPER_OVER && is_due);
    if (state == ASV_KEEPER_GONE || !forgotten) {
        return state == ASV_KEEPER_GONE ? CLAIM_TRUE : CLAIM_FALSE;
    }
    if (asv_night_is_buried(night, clip)) {
        return CLAIM_TRUE;
    }
    enum asv_retention_key key = asv_night_signed_key(night, clip, true);
    return key == ASV_RETENTION_KEY_GONE      ? CLAIM_TRUE
           : key == ASV_RETENTION_KEY_UNKNOWN ? CLAIM_OPEN
                                              : CLAIM_FALSE;
}

static void say_open(struct asv_night *night, const struct asv_db_retained *clip)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(uuid, clip->clip);
    asv_night_note(night, ASV_NIGHT_UNDONE, uuid,
                   "the database has it as erased early, and nobody can say now whether the keeper has");
}

static void say_false(struct asv_night *night, const struct asv_db_retained *clip)
{
    night->counts.disagreements++;
    asv_night_alarm(night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, clip,
                    "the database has it as erased early, and the keeper has not erased it: it stays");
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
        enum claim claim = judge(night, &rows[i]);
        if (claim == CLAIM_TRUE) {
            memcpy(taken[taken_count++], rows[i].recording, ASV_UUID_BYTES);
        } else if (claim == CLAIM_FALSE) {
            memcpy(false_ones[false_count++], rows[i].recording, ASV_UUID_BYTES);
            say_false(night, &rows[i]);
        } else {
            say_open(night, &rows[i]);
        }
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
