/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The balance of every recording day, and the cameras whose recordings are in none yet. */
#include <string.h>

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/cli/night.h"

static int64_t difference(const struct asv_db_balance *row)
{
    const struct asv_retention_balance balance = {
        .day = row->day,
        .ingested = row->ingested,
        .expired = row->expired,
        .running = row->running,
        .pending = row->pending,
        .held = row->held,
        .quarantined = row->quarantined,
        .erasing = row->erasing,
        .erased = row->erased,
    };
    return asv_retention_difference(&balance);
}

json_t *asv_night_balance_json(const struct asv_db_balance *row)
{
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "day",
                     asv_json_date(row->day), "ingested", (json_int_t)row->ingested, "expired_on_arrival",
                     (json_int_t)row->expired, "running", (json_int_t)row->running, "pending",
                     (json_int_t)row->pending, "held", (json_int_t)row->held, "quarantined",
                     (json_int_t)row->quarantined, "erasing", (json_int_t)row->erasing, "erased",
                     (json_int_t)row->erased, "difference", (json_int_t)difference(row), "missing",
                     (json_int_t)row->missing, "overdue", (json_int_t)row->overdue);
}

static enum asv_status take(struct asv_night *night, const struct asv_db_balance *row, struct asv_err *err)
{
    char day[ASV_TEXT_BYTES];
    char detail[200];
    int64_t off = difference(row);
    night->days++;
    if (row->overdue != 0 && !night->dry) { /* whatever else the run says of them, or does not */
        asv_night_note(night, ASV_NIGHT_LATE, asv_text_date(day, row->day),
                       "%llu clips of this day are due for more than a day, and still there",
                       (unsigned long long)row->overdue);
    }
    enum asv_status status = night->dry ? ASV_OK : asv_db_balance_put(night->db, night->run, row, err);
    if (status != ASV_OK || (off == 0 && row->missing == 0)) {
        return status;
    }
    night->counts.uneven++;
    asv_text_date(day, row->day);
    uint64_t arrived = row->ingested + row->expired;
    if (off != 0) {
        asv_night_note(night, ASV_NIGHT_UNEVEN, day, "%lld of %llu clips are in no place, or in two",
                       (long long)(off < 0 ? -off : off), (unsigned long long)arrived);
    }
    if (row->missing != 0) { /* each night, however long ago it was noticed first */
        asv_night_note(night, ASV_NIGHT_UNEVEN, day, "%llu clips that had arrived are not there any more",
                       (unsigned long long)row->missing);
    }
    (void)snprintf(detail, sizeof detail, "recording day %s does not add up; asservat retention balance",
                   day);
    const struct asv_db_alarm alarm = {
        .kind = ASV_DB_ALARM_BALANCE, .slot = -1, .subject = day, .detail = detail};
    enum asv_db_outcome outcome;
    return night->dry ? ASV_OK : asv_db_alarm_raise(night->db, &alarm, &outcome, err);
}

enum asv_status asv_night_balance(struct asv_night *night, struct asv_err *err)
{
    struct asv_db_balance rows[ASV_DB_BALANCES];
    uint32_t after = 0;
    size_t count = ASV_DB_BALANCES;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_BALANCES) {
        status = asv_db_balance_page(night->db, after, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            status = take(night, &rows[i], err);
            after = rows[i].day;
        }
    }
    if (status == ASV_OK) {
        status = asv_db_balance_of(night->db, 0, &rows[0], err);
    }
    if (status == ASV_OK && rows[0].ingested + rows[0].expired + rows[0].missing != 0) {
        status = take(night, &rows[0], err);
    }
    return status;
}

/* ---- cameras that are out ---- */

/* The oldest that it can hold is of the day of its last docking, and has the period of that day. */
static void note_camera(struct asv_night *night, const struct asv_db_undocked *row)
{
    char docked[ASV_TEXT_BYTES];
    char due[ASV_TEXT_BYTES];
    uint32_t day = 0;
    int64_t end = 0;
    night->undocked++;
    bool known =
        night->keeper_answers && asv_local_date(row->last_docked_ms, &day) == ASV_OK &&
        asv_due_ms(day, row->days != 0 ? (unsigned)row->days : night->keeper.policy_days, &end) == ASV_OK;
    asv_night_note(night, ASV_NIGHT_UNDOCKED, row->name, "%s, not docked since %s%s%s",
                   row->remaining != 0 ? "left with recordings" : "issued",
                   asv_text_time(docked, row->last_docked_ms), known ? "; what it recorded then is due " : "",
                   known ? asv_text_time(due, end) : "");
}

enum asv_status asv_night_undocked(struct asv_night *night, struct asv_err *err)
{
    struct asv_db_undocked rows[ASV_DB_UNDOCKED];
    uint8_t after[32];
    bool first = true;
    size_t count = ASV_DB_UNDOCKED;
    uint32_t today = 0;
    int64_t since = 0;
    enum asv_status status = asv_local_date(night->now_ms, &today);
    if (status == ASV_OK) {
        status = asv_local_day_start(today, &since);
    }
    while (status == ASV_OK && count == ASV_DB_UNDOCKED) {
        status = asv_db_undocked(night->db, since, first ? NULL : after, rows, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            note_camera(night, &rows[i]);
            memcpy(after, rows[i].camera_cert, sizeof after);
            first = false;
        }
    }
    return status;
}
