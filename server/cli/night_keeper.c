/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper says of keys, and what it is asked to do. It destroys by itself: nothing here makes it. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/destruction.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/calendar.h"
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
        if (night->kept_count != 0 && memcmp(row[-1].header, row->header, sizeof row->header) >= 0) {
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
        status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
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

void asv_night_ask_keeper(struct asv_night *night)
{
    struct asv_err err = {0};
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    enum asv_status status = asv_keeper_client_status(night->client, &request, &err);
    status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, &err);
    if (status == ASV_OK) {
        night->keeper = reply.state;
        status = ask_clips(night, &err);
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

enum asv_status asv_night_order_ask(struct asv_night *night, struct asv_clip_dir *dir, uint32_t *request,
                                    struct asv_err *err)
{
    uint8_t header[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t header_len = 0;
    size_t chain_len = 0;
    enum asv_status status = asv_clip_header(dir, header, &header_len, err);
    if (status == ASV_OK) {
        status = asv_clip_get(dir, ASV_PART_CHAIN, chain, sizeof chain, &chain_len, err);
    }
    return status == ASV_OK ? asv_keeper_client_order(night->client, (struct asv_bytes){chain, chain_len},
                                                      (struct asv_bytes){header, header_len}, request, err)
                            : status;
}

enum asv_status asv_night_order_take(struct asv_night *night, uint32_t request,
                                     uint8_t order[ASV_DESTRUCTION_MAX_BYTES], size_t *len,
                                     struct asv_err *err)
{
    struct asv_keeper_reply reply;
    enum asv_status status =
        asv_cli_keeper_wait(night->client, ASV_OK, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
    if (status == ASV_OK && reply.order.len > ASV_DESTRUCTION_MAX_BYTES) {
        status = asv_fail(err, ASV_E_LIMIT, "keeper: its statement is too long");
    }
    if (status == ASV_OK) {
        memcpy(order, reply.order.data, reply.order.len);
        *len = reply.order.len;
    }
    return status;
}

/* The keeper signs that a reserve key is over, or says that it is not; what no key of its can be for was
 * never there. no_row: it knows nothing of the clip any more. Where it did, its word was taken before the
 * files went, and its row is there as long as a key that could open it. */
static enum asv_retention_key reserve_key(struct asv_night *night, const struct asv_db_retained *clip,
                                          bool no_row)
{
    uint8_t order[ASV_DESTRUCTION_MAX_BYTES];
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    size_t len = 0;
    uint32_t request = 0;
    struct asv_err err = {0};
    asv_auto_dir struct asv_clip_dir *dir = NULL;
    enum asv_status status = asv_night_place(clip, false, &area, path, &err);
    if (status == ASV_OK) {
        status = asv_vault_open_clip(night->vault, area, path, &dir, &err);
    }
    bool has_order =
        status == ASV_OK && no_row &&
        asv_clip_get(dir, ASV_PART_ORDER, order, sizeof order, &len, &(struct asv_err){0}) == ASV_OK;
    if (status == ASV_OK && !has_order) {
        status = asv_night_order_ask(night, dir, &request, &err);
        if (status == ASV_OK) {
            status = asv_night_order_take(night, request, order, &len, &err);
        }
    }
    enum asv_class class = asv_status_class(status);
    return status == ASV_OK                                            ? ASV_RETENTION_KEY_GONE
           : status == ASV_E_STATE                                     ? ASV_RETENTION_KEY_LIVES
           : class == ASV_CLASS_INTEGRITY || status == ASV_E_UNTRUSTED ? ASV_RETENTION_KEY_GONE
                                                                       : ASV_RETENTION_KEY_UNKNOWN;
}

/* All keys of a local day are destroyed together: when the first day that is left lies behind it. */
static enum asv_retention_key day_key(const struct asv_night *night, uint32_t date)
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
    enum asv_retention_key key = clip->key_kind == ASV_KEY_DAY ? day_key(night, clip->key_date)
                                 : clip->key_kind == ASV_KEY_RESERVE
                                     ? reserve_key(night, clip, state == ASV_KEEPER_PLAIN)
                                     : ASV_RETENTION_KEY_GONE;
    if (state == ASV_KEEPER_GONE && key != ASV_RETENTION_KEY_GONE) {
        return asv_night_is_finished(night, clip) ? ASV_RETENTION_KEY_GONE : ASV_RETENTION_KEY_REFUSED;
    }
    return state == ASV_KEEPER_OVER && key == ASV_RETENTION_KEY_LIVES ? ASV_RETENTION_KEY_REFUSED : key;
}

/* ---- keys of their own ---- */

/* The files of a clip that KEEP shows to the keeper. */
struct evidence {
    uint8_t header[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    uint8_t dock[ASV_CHAIN_MAX_BYTES];
    size_t header_len, chain_len, stanzas_len, receipt_len, dock_len;
};

static enum asv_status read_evidence(struct asv_night *night, const struct asv_db_retained *clip,
                                     struct evidence *out, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    struct asv_receipt receipt;
    asv_auto_dir struct asv_clip_dir *dir = NULL;
    enum asv_status status = asv_night_place(clip, false, &area, path, err);
    if (status == ASV_OK) {
        status = asv_vault_open_clip(night->vault, area, path, &dir, err);
    }
    if (status == ASV_OK) {
        status = asv_clip_header(dir, out->header, &out->header_len, err);
    }
    if (status == ASV_OK) {
        status = asv_clip_get(dir, ASV_PART_CHAIN, out->chain, sizeof out->chain, &out->chain_len, err);
    }
    if (status == ASV_OK) {
        status =
            asv_clip_get(dir, ASV_PART_STANZAS, out->stanzas, sizeof out->stanzas, &out->stanzas_len, err);
    }
    if (status == ASV_OK) {
        status =
            asv_clip_get(dir, ASV_PART_RECEIPT, out->receipt, sizeof out->receipt, &out->receipt_len, err);
    }
    if (status == ASV_OK) {
        status = asv_receipt_decode(&receipt, out->receipt, out->receipt_len, err);
    }
    if (status == ASV_OK) {
        status = asv_db_chain(night->db, receipt.dock_cert, out->dock, sizeof out->dock, &out->dock_len, err);
    }
    return status;
}

enum asv_status asv_night_keep(struct asv_night *night, const struct asv_db_retained *clip,
                               enum asv_keeper_why why, const uint8_t *ahead, struct asv_night_stanza *stanza,
                               struct asv_err *err)
{
    struct asv_keeper_reply reply;
    uint32_t request = 0;
    struct evidence *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_evidence(night, clip, files, err);
    if (status == ASV_OK) {
        bool day = why == ASV_KEEPER_WHY_DAY;
        const struct asv_keeper_keep asked = {
            .why = (uint8_t)why,
            .chain = {files->chain, files->chain_len},
            .header = {files->header, files->header_len},
            .stanzas = {files->stanzas, files->stanzas_len},
            .receipt = {files->receipt, day ? files->receipt_len : 0},
            .dock = {files->dock, day ? files->dock_len : 0},
            .ahead = ahead,
        };
        status = asv_keeper_client_keep(night->client, &asked, &request, err);
        status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
    }
    if (status == ASV_OK && stanza != NULL) { /* the protocol has none that is longer */
        memcpy(stanza->data, reply.stanza.data, reply.stanza.len);
        stanza->len = reply.stanza.len;
    }
    free(files);
    return status;
}

/* Whether the keeper has done it: one that has a row has its own key, or is gone; and its day is known there.
 */
static bool is_kept(const struct asv_keeper_kept *kept, const struct asv_db_retained *clip,
                    enum asv_keeper_why why)
{
    bool day_differs = kept != NULL && kept->state != ASV_KEEPER_GONE && kept->state != ASV_KEEPER_OVER &&
                       kept->period_ms != clip->due_ms;
    return kept != NULL && kept->state != ASV_KEEPER_PLAIN && !(why == ASV_KEEPER_WHY_DAY && day_differs);
}

/* It is due, and nothing is left that could open it. */
static bool is_gone(struct asv_night *night, const struct asv_db_retained *clip)
{
    return clip->due_ms <= night->now_ms &&
           (clip->key_kind == ASV_KEY_DAY ? day_key(night, clip->key_date)
                                          : reserve_key(night, clip, true)) == ASV_RETENTION_KEY_GONE;
}

static void keep_page(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                      enum asv_keeper_why why)
{
    for (size_t i = 0; i < count; i++) {
        struct asv_err err = {0};
        const struct asv_keeper_kept *kept = asv_night_find_kept(night, rows[i].identity.header);
        bool own = kept != NULL && kept->state != ASV_KEEPER_PLAIN;
        if (is_kept(kept, &rows[i], why) || (!own && is_gone(night, &rows[i]))) {
            continue;
        }
        enum asv_status status = night->dry ? ASV_OK : asv_night_keep(night, &rows[i], why, NULL, NULL, &err);
        night->rewrapped += status == ASV_OK;
        if (status != ASV_OK) {
            night->counts.failed++;
            asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, &rows[i],
                            "the keeper gives it no key of its own: %.160s", err.text);
        }
    }
}

static enum asv_status rewrap_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                    struct asv_err *err)
{
    (void)err;
    keep_page(night, rows, count, ASV_KEEPER_WHY_DAY);
    return ASV_OK;
}

enum asv_status asv_night_rewrap(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages pages = {.state = ASV_DB_UNKNOWN};
    uint64_t before = night->rewrapped;
    enum asv_status status =
        night->keeper_answers ? asv_night_each(night, &pages, rewrap_batch, err) : ASV_OK;
    if (night->rewrapped != before) { /* what was due by its own day is over there now, and can be erased */
        asv_night_ask_kept(night);
    }
    return status;
}

/* ---- camera days with an early erasure ---- */

static enum asv_status others_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                    struct asv_err *err)
{
    (void)err;
    keep_page(night, rows, count, ASV_KEEPER_WHY_EARLY);
    return ASV_OK;
}

/* Whether the day's key may go: the day is over, and a docking since has emptied the camera, so that no clip
 * under it is still out. */
static enum asv_status day_is_in(struct asv_night *night, const struct asv_db_retained *clip, bool *in,
                                 struct asv_err *err)
{
    int64_t end = 0;
    *in = false;
    if (asv_local_day_end(clip->key_date, &end) != ASV_OK || end > night->now_ms) {
        return ASV_OK;
    }
    return asv_db_emptied_since(night->db, clip->identity.camera_cert, end, in, err);
}

/* ASV_E_NOT_FOUND from the keeper: it has no such key any more. */
static enum asv_status finish(struct asv_night *night, const struct asv_db_retained *clip, bool *done,
                              struct asv_err *err)
{
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t len = 0;
    uint32_t request = 0;
    struct asv_keeper_reply reply;
    enum asv_status status =
        asv_db_chain(night->db, clip->identity.camera_cert, chain, sizeof chain, &len, err);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_keeper_client_finish(night->client, (struct asv_bytes){chain, len}, clip->key_date, &request,
                                      err);
    status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
    *done = status == ASV_OK || reply.status == ASV_E_NOT_FOUND;
    night->finished += status == ASV_OK;
    return *done ? ASV_OK : status;
}

bool asv_night_is_finished(struct asv_night *night, const struct asv_db_retained *clip)
{
    struct asv_err err = {0};
    bool in = false;
    bool done = false;
    if (clip->key_kind != ASV_KEY_DAY || night->dry) {
        return false;
    }
    enum asv_status status = day_is_in(night, clip, &in, &err);
    if (status == ASV_OK && in) {
        status = finish(night, clip, &done, &err);
    }
    if (status != ASV_OK) {
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, clip,
                        "its camera's key of that day is not destroyed: %.160s", err.text);
    }
    return done;
}

enum asv_status asv_night_finish_ahead(struct asv_night *night, const uint8_t proposal[ASV_SHA256_BYTES],
                                       const struct asv_db_retained *clip, struct asv_err *err)
{
    struct asv_keeper_reply reply = {0};
    uint32_t request = 0;
    struct evidence *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_evidence(night, clip, files, err);
    if (status == ASV_OK) {
        status = asv_keeper_client_finish_ahead(
            night->client, proposal, (struct asv_bytes){files->receipt, files->receipt_len},
            (struct asv_bytes){files->dock, files->dock_len}, &request, err);
        status = asv_cli_keeper_wait(night->client, status, request, ASV_CLI_KEEPER_TIMEOUT_MS, &reply, err);
    }
    free(files);
    night->finished += status == ASV_OK;
    return status != ASV_OK && reply.status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

static enum asv_status early_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                   struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        const struct asv_night_pages others = {.camera_day = &rows[i]};
        if (rows[i].early && rows[i].key_kind == ASV_KEY_DAY &&
            day_key(night, rows[i].key_date) != ASV_RETENTION_KEY_GONE) {
            status = asv_night_each(night, &others, others_batch, err);
        }
    }
    return status;
}

enum asv_status asv_night_finish_days(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages erasing = {.state = ASV_DB_ERASING};
    return night->keeper_answers ? asv_night_each(night, &erasing, early_batch, err) : ASV_OK;
}

/* ---- what it keeps, and the database does not know ---- */

enum asv_status asv_night_compare(struct asv_night *night, struct asv_err *err)
{
    (void)err;
    for (size_t i = 0; i < night->kept_count; i++) {
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
