/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper says of keys. It destroys by itself: nothing here makes it. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/destruction.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"
#include "server/db/camera.h"

/* ---- what it keeps ---- */

static enum asv_status add_page(struct asv_night *night, const struct asv_keeper_reply *reply,
                                struct asv_err *err)
{
    size_t count = night->kept_count + reply->kept_count;
    struct asv_keeper_kept *grown = realloc(night->kept, (count + 1) * sizeof *grown);
    if (grown == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    night->kept = grown;
    for (uint16_t i = 0; i < reply->kept_count; i++) {
        struct asv_keeper_kept *row = &grown[night->kept_count];
        asv_keeper_kept_read(row, reply, i);
        if (night->kept_count != 0 &&
            memcmp(row[-1].header, row->header, sizeof row->header) >= 0) { /* K-254 */
            return asv_fail(err, ASV_E_MALFORMED, "keeper: its rows are not in order");
        }
        night->kept_count++;
    }
    return ASV_OK;
}

static enum asv_status ask_clips(struct asv_night *night, struct asv_err *err)
{
    uint16_t got = ASV_KEEPER_PAGE;
    enum asv_status status = ASV_OK;
    night->kept_count = 0;
    free(night->seen);
    night->seen = NULL;
    while (status == ASV_OK && got == ASV_KEEPER_PAGE) {
        const uint8_t *after = night->kept_count != 0 ? night->kept[night->kept_count - 1].header : NULL;
        struct asv_keeper_reply reply;
        uint32_t request = 0;
        status = asv_keeper_client_clips(night->client, after, &request, err);
        status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
        if (status == ASV_OK) {
            status = add_page(night, &reply, err);
            got = reply.kept_count;
        }
    }
    night->seen = status == ASV_OK ? calloc(night->kept_count / 8 + 1, 1) : NULL;
    return status == ASV_OK && night->seen == NULL ? asv_fail(err, ASV_E_NO_MEMORY, "no memory") : status;
}

/* What stands in STATUS and must reach a person. */
static void judge_keeper(struct asv_night *night)
{
    const struct asv_keeper_status *state = &night->keeper;
    if (state->stop != ASV_KEEPER_RUNNING) {
        asv_night_note(night, ASV_NIGHT_LATE, "keeper",
                       "destruction stands still: two people must confirm its clock; %u keys are overdue",
                       (unsigned)state->overdue);
    } else if (state->overdue != 0) {
        asv_night_note(night, ASV_NIGHT_LATE, "keeper", "%u keys are due and not destroyed; its log says why",
                       (unsigned)state->overdue);
    }
    if (state->aheads_left != 0) { /* K-232 */
        asv_night_note(
            night, ASV_NIGHT_UNDONE, "keeper",
            "holds before docking have no copy of %u keys: its log says which, see asservat keys status",
            (unsigned)state->aheads_left);
    }
    for (unsigned i = 0; i < state->directory_count; i++) {
        if (!state->in_step[i]) {
            asv_night_note(night, ASV_NIGHT_OPEN, i == 0 ? "store" : "replica",
                           "this directory of the key store is out of step; see asservat keys status");
        }
    }
    for (unsigned i = 0; i < state->slot_count; i++) {
        if (state->slots[i].open_erasure) {
            night->slot_open = true;
            asv_night_note(night, ASV_NIGHT_OPEN, state->slots[i].label,
                           "this master slot has not confirmed that it forgot; see asservat keys status");
        }
    }
}

/* Who is without a ledger and docks learns of the keeper's start here. A database that is away is said by
 * others.
 */
static void tell_start(struct asv_night *night)
{
    struct asv_err err = {0};
    if (night->db != NULL && !night->dry) {
        (void)!asv_cli_keeper_seen(night->db, &night->keeper, &err);
    }
}

void asv_night_ask_keeper(struct asv_night *night)
{
    struct asv_err err = {0};
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_status(night->client, &request, &err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, &err);
    if (status == ASV_OK) {
        night->keeper = reply.state;
        status = ask_clips(night, &err);
        tell_start(night);
    }
    night->keeper_answers = status == ASV_OK;
    if (night->keeper_answers) {
        judge_keeper(night);
    } else {
        night->away = true;
        asv_night_note(night, ASV_NIGHT_UNDONE, "keeper", "%s",
                       err.text[0] != '\0' ? err.text : "it does not answer");
    }
}

void asv_night_ask_kept(struct asv_night *night)
{
    struct asv_err err = {0};
    if (night->keeper_answers && ask_clips(night, &err) != ASV_OK) {
        night->keeper_answers = false;
        night->away = true;
        asv_night_note(night, ASV_NIGHT_UNDONE, "keeper", "%s", err.text);
    }
}

enum asv_status asv_night_ask_clip(struct asv_night *night, const struct asv_db_retained *clip,
                                   struct asv_keeper_kept *out, struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_clip(night->client, clip->identity.header, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    *out = (struct asv_keeper_kept){.state = ASV_KEEPER_PLAIN};
    if (status == ASV_OK && reply.kept_count > 0) {
        asv_keeper_kept_read(out, &reply, 0);
    }
    return status;
}

const struct asv_keeper_kept *asv_night_find_kept(const struct asv_night *night, const uint8_t header[32])
{
    size_t low = 0;
    size_t high = night->keeper_answers ? night->kept_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(night->kept[middle].header, header, 32);
        if (order == 0) {
            return &night->kept[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

bool asv_night_keeper_let_go(const struct asv_night *night, const uint8_t header[ASV_SHA256_BYTES])
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, header);
    return night->keeper_answers &&
           (kept == NULL || (kept->state != ASV_KEEPER_HELD && kept->state != ASV_KEEPER_PENDING));
}

/* ---- a clip's key ---- */

static void close_dir(struct asv_clip_dir **dir)
{
    asv_clip_close(*dir);
}
#define asv_auto_dir __attribute__((cleanup(close_dir)))

/* No statement came. K-186: of what a dock stored as trusted, that says only that its files are damaged, and
 * nothing of its key. */
static enum asv_retention_key without_statement(struct asv_night *night, const struct asv_db_retained *clip,
                                                enum asv_status status, enum asv_status word,
                                                const struct asv_err *why)
{
    enum asv_class class = asv_status_class(status);
    if (word == ASV_E_STATE) {
        return ASV_RETENTION_KEY_LIVES;
    }
    if (asv_night_never_opened(clip, word)) {
        return ASV_RETENTION_KEY_NEVER;
    }
    if (class != ASV_CLASS_RETRY && class != ASV_CLASS_INTERNAL) {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, clip,
                        "nobody can say whether its key is gone: %.120s; asservat vault scrub", why->text);
    }
    return ASV_RETENTION_KEY_UNKNOWN;
}

/* Where the keeper had a row, its word was taken before the files went, and its row is there as long as a key
 * that could open it. */
enum asv_retention_key asv_night_signed_key(struct asv_night *night, const struct asv_db_retained *clip,
                                            bool no_row)
{
    uint8_t data[ASV_DESTRUCTION_MAX_BYTES];
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    size_t len = 0;
    uint32_t request = 0;
    enum asv_status word = ASV_OK;
    struct asv_destruction order;
    struct asv_err err = {0};
    asv_auto_dir struct asv_clip_dir *dir = NULL;
    enum asv_status status = asv_night_place(clip, false, &area, path, &err);
    if (status == ASV_OK) {
        status = asv_vault_open_clip(night->vault, area, path, &dir, &err);
    }
    if (status == ASV_OK && no_row && asv_night_order_there(night, clip, dir, data, &len, &order)) {
        return ASV_RETENTION_KEY_GONE;
    }
    if (status == ASV_OK) {
        status = asv_night_order_ask(night, dir, &request, &err);
    }
    if (status == ASV_OK) {
        status = asv_night_order_take(night, request, data, &len, &word, &err);
    }
    if (status == ASV_OK) {
        status = asv_night_order_read(night, clip, (struct asv_bytes){data, len}, &order, &err);
    }
    return status == ASV_OK ? ASV_RETENTION_KEY_GONE : without_statement(night, clip, status, word, &err);
}

/* All keys of a local day are destroyed together: when the first day that is left lies behind it. */
enum asv_retention_key asv_night_day_key(const struct asv_night *night, uint32_t date)
{
    bool gone = night->keeper.first_date == 0 || night->keeper.first_date > date;
    return gone ? ASV_RETENTION_KEY_GONE : ASV_RETENTION_KEY_LIVES;
}

enum asv_retention_key asv_night_key(struct asv_night *night, const struct asv_db_retained *clip)
{
    if (!night->keeper_answers) {
        return ASV_RETENTION_KEY_UNKNOWN;
    }
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, clip->identity.header);
    uint8_t state = kept != NULL ? kept->state : ASV_KEEPER_PLAIN;
    if (kept != NULL) { /* whoever asks says where the database has it, and compares */
        size_t row = (size_t)(kept - night->kept);
        night->seen[row / 8] |= (uint8_t)(1u << row % 8);
    }
    if (state == ASV_KEEPER_RUNS || state == ASV_KEEPER_PENDING || state == ASV_KEEPER_HELD) {
        return state == ASV_KEEPER_RUNS      ? ASV_RETENTION_KEY_LIVES
               : state == ASV_KEEPER_PENDING ? ASV_RETENTION_KEY_PENDING
                                             : ASV_RETENTION_KEY_HELD;
    }
    if (state == ASV_KEEPER_OVER && clip->key_kind == ASV_KEY_RESERVE) {
        return ASV_RETENTION_KEY_REFUSED; /* its row is there as long as that key may be */
    }
    enum asv_retention_key key = clip->key_kind == ASV_KEY_DAY ? asv_night_day_key(night, clip->key_date)
                                 : clip->key_kind == ASV_KEY_RESERVE
                                     ? asv_night_signed_key(night, clip, state == ASV_KEEPER_PLAIN)
                                     : ASV_RETENTION_KEY_NEVER; /* whose header could not be read */
    if (state == ASV_KEEPER_GONE && key != ASV_RETENTION_KEY_GONE) {
        return asv_night_is_finished(night, clip) ? ASV_RETENTION_KEY_GONE : ASV_RETENTION_KEY_REFUSED;
    }
    return state == ASV_KEEPER_OVER && key == ASV_RETENTION_KEY_LIVES ? ASV_RETENTION_KEY_REFUSED : key;
}

/* ---- what it keeps, and the database does not know ---- */

enum asv_status asv_night_compare(struct asv_night *night, struct asv_err *err)
{
    (void)err;
    for (size_t i = 0; night->keeper_answers && i < night->kept_count; i++) { /* all of its rows, or none */
        const struct asv_keeper_kept *row = &night->kept[i];
        bool kept = row->state == ASV_KEEPER_PENDING || row->state == ASV_KEEPER_HELD;
        char header[65];
        char detail[200];
        if (!kept || (night->seen[i / 8] & 1u << i % 8) != 0) {
            continue;
        }
        asv_hex_encode(header, row->header, sizeof row->header);
        night->counts.disagreements++;
        asv_night_note(night, ASV_NIGHT_DISAGREES, header,
                       "the keeper keeps it as %s, and the database does not",
                       row->state == ASV_KEEPER_HELD ? "held" : "pending");
        (void)snprintf(detail, sizeof detail,
                       "the keeper keeps the clip with header %s, and the database does not", header);
        const struct asv_db_alarm alarm = {
            .kind = ASV_DB_ALARM_KEEPER, .slot = -1, .subject = header, .detail = detail};
        enum asv_db_outcome outcome;
        if (!night->dry) {
            (void)!asv_db_alarm_raise(night->db, &alarm, &outcome, NULL);
        }
    }
    return ASV_OK;
}
