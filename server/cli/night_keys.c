/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the keeper is asked to do with keys: to give recordings keys of their own (KEEP), and to let go a key
 * of which everything has its own, or is gone (FINISH). That nothing under such a key is left without one is
 * seen to here, before it is asked: the keeper knows of no recording that it was not shown (KEEPER.md,
 * K-156). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/chain.h"
#include "firmware-proto/trust/configuration.h"
#include "firmware-proto/trust/receipt.h"
#include "server/base/calendar.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/cli/keepers.h"
#include "server/cli/night.h"
#include "server/db/camera.h"

/* ---- keys of their own ---- */

static void close_dir(struct asv_clip_dir **dir)
{
    asv_clip_close(*dir);
}
#define asv_auto_dir __attribute__((cleanup(close_dir)))

/* The files of a clip that the keeper is shown. */
struct evidence {
    uint8_t header[ASV_SEAL_HEADER_FRAME_MAX_BYTES];
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    uint8_t stanzas[ASV_SEAL_STANZAS_MAX_BYTES];
    uint8_t receipt[ASV_RECEIPT_MAX_BYTES];
    uint8_t dock[ASV_CHAIN_MAX_BYTES];
    size_t header_len, chain_len, stanzas_len, receipt_len, dock_len;
};

/* What a dock said of it. */
static enum asv_status read_receipt(struct asv_night *night, struct asv_clip_dir *dir, struct evidence *out,
                                    struct asv_err *err)
{
    struct asv_receipt receipt;
    enum asv_status status =
        asv_clip_get(dir, ASV_PART_RECEIPT, out->receipt, sizeof out->receipt, &out->receipt_len, err);
    if (status == ASV_OK) {
        status = asv_receipt_decode(&receipt, out->receipt, out->receipt_len, err);
    }
    return status == ASV_OK
               ? asv_db_chain(night->db, receipt.dock_cert, out->dock, sizeof out->dock, &out->dock_len, err)
               : status;
}

static enum asv_status read_evidence(struct asv_night *night, const struct asv_db_retained *clip,
                                     bool with_receipt, struct evidence *out, struct asv_err *err)
{
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
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
    return status == ASV_OK && with_receipt ? read_receipt(night, dir, out, err) : status;
}

/* KEEP. reply->status is the keeper's own word, ASV_OK also when none came. */
static enum asv_status ask_keep(struct asv_night *night, const struct asv_db_retained *clip,
                                enum asv_keeper_why why, const uint8_t *ahead, struct asv_keeper_reply *reply,
                                struct asv_err *err)
{
    uint32_t request = 0;
    *reply = (struct asv_keeper_reply){0};
    struct evidence *files = calloc(1, sizeof *files);
    if (files == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = read_evidence(night, clip, why == ASV_KEEPER_WHY_DAY, files, err);
    if (status == ASV_OK) {
        const struct asv_keeper_keep asked = {
            .why = (uint8_t)why,
            .chain = {files->chain, files->chain_len},
            .header = {files->header, files->header_len},
            .stanzas = {files->stanzas, files->stanzas_len},
            .receipt = {files->receipt, files->receipt_len},
            .dock = {files->dock, files->dock_len},
            .ahead = ahead,
        };
        status = asv_keeper_client_keep(night->client, &asked, &request, err);
        status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, reply, err);
    }
    free(files);
    return status;
}

enum asv_status asv_night_keep(struct asv_night *night, const struct asv_db_retained *clip,
                               enum asv_keeper_why why, const uint8_t *ahead, struct asv_night_stanza *stanza,
                               struct asv_err *err)
{
    struct asv_keeper_reply reply;
    enum asv_status status = ask_keep(night, clip, why, ahead, &reply, err);
    if (status == ASV_OK && stanza != NULL && reply.stanza.data != NULL) { /* none is longer */
        memcpy(stanza->data, reply.stanza.data, reply.stanza.len);
        stanza->len = reply.stanza.len;
    }
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
    if (clip->due_ms > night->now_ms) {
        return false;
    }
    enum asv_retention_key key = clip->key_kind == ASV_KEY_DAY ? asv_night_day_key(night, clip->key_date)
                                                               : asv_night_signed_key(night, clip, true);
    return key == ASV_RETENTION_KEY_GONE || key == ASV_RETENTION_KEY_NEVER;
}

bool asv_night_is_unknown(enum asv_status word)
{
    return asv_status_class(word) == ASV_CLASS_INTEGRITY || word == ASV_E_NOT_FOUND ||
           word == ASV_E_MALFORMED || word == ASV_E_UNSUPPORTED;
}

bool asv_night_never_opened(const struct asv_db_retained *clip, enum asv_status word)
{
    return clip->kind == ASV_COMMIT_QUARANTINED && asv_night_is_unknown(word);
}

static void keep_one(struct asv_night *night, const struct asv_db_retained *clip, enum asv_keeper_why why)
{
    struct asv_err err = {0};
    struct asv_keeper_reply reply = {0};
    enum asv_status status = night->dry ? ASV_OK : ask_keep(night, clip, why, NULL, &reply, &err);
    bool is_due = clip->due_ms != ASV_TIME_UNKNOWN && clip->due_ms <= night->now_ms;
    if (status == ASV_OK) {
        night->rewrapped++;
    } else if (asv_night_never_opened(clip, reply.status) || (reply.status == ASV_E_NOT_FOUND && is_due)) {
        return; /* there is nothing to keep */
    } else if (reply.status == ASV_E_NOT_FOUND) {
        night->lost++;
        asv_night_alarm(night, ASV_NIGHT_LOST, ASV_DB_ALARM_KEEPER, clip,
                        "its period runs, and nothing opens it: its key is gone, and it has none of its own");
    } else {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, clip,
                        "the keeper gives it no key of its own: %.160s", err.text);
    }
}

static void keep_page(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                      enum asv_keeper_why why)
{
    for (size_t i = 0; i < count; i++) {
        const struct asv_keeper_kept *kept = asv_night_find_kept(night, rows[i].identity.header);
        bool own = kept != NULL && kept->state != ASV_KEEPER_PLAIN;
        if (!is_kept(kept, &rows[i], why) && (own || !is_gone(night, &rows[i]))) {
            keep_one(night, &rows[i], why);
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

/* What the keeper gave a key is in its list; what was due by its own day is over there now, and can be
 * erased.
 */
static enum asv_status each_and_list(struct asv_night *night, const struct asv_night_pages *pages,
                                     asv_night_batch batch, struct asv_err *err)
{
    uint64_t before = night->rewrapped;
    enum asv_status status = night->keeper_answers ? asv_night_each(night, pages, batch, err) : ASV_OK;
    if (night->rewrapped != before) {
        asv_night_ask_kept(night);
    }
    return status;
}

enum asv_status asv_night_rewrap(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages pages = {.state = ASV_DB_UNKNOWN};
    return each_and_list(night, &pages, rewrap_batch, err);
}

/* ---- camera days with an early erasure ---- */

static enum asv_status others_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                    struct asv_err *err)
{
    (void)err;
    keep_page(night, rows, count, ASV_KEEPER_WHY_EARLY);
    return ASV_OK;
}

/* K-156: whether each living clip under that key has one of its own, or opens with nothing. */
static enum asv_status check_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                   struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        const struct asv_keeper_kept *kept = asv_night_find_kept(night, rows[i].identity.header);
        struct asv_keeper_reply reply;
        struct asv_err why = {0};
        char clip[ASV_UUID_TEXT_BYTES];
        if (kept != NULL && kept->state != ASV_KEEPER_PLAIN) {
            continue;
        }
        enum asv_status status = ask_keep(night, &rows[i], ASV_KEEPER_WHY_EARLY, NULL, &reply, &why);
        bool nothing = reply.status == ASV_E_NOT_FOUND || asv_night_never_opened(&rows[i], reply.status);
        night->rewrapped += status == ASV_OK;
        if (status != ASV_OK && !nothing) {
            asv_uuid_format(clip, rows[i].clip);
            return asv_failf(err, ASV_E_BUSY, "clip %s has no key of its own: %.100s", clip, why.text);
        }
    }
    return ASV_OK;
}

static enum asv_status ask_finish(struct asv_night *night, const struct asv_keeper_emptied *emptied,
                                  const void *about, uint32_t *request, struct asv_err *err)
{
    const struct asv_db_retained *clip = about;
    return asv_keeper_client_finish(night->client, clip->key_date, emptied, request, err);
}

/* K-255: what lies in the vault and is in no row, as after the database was put back, or was taken by a dock
 * that is none of ours any more. */
static enum asv_status is_whole(struct asv_night *night, const struct asv_db_retained *clip, bool *whole,
                                struct asv_err *err)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    int64_t start_ms = 0;
    int64_t end_ms = 0;
    uint64_t missing = 0;
    if (asv_local_day_start(clip->key_date, &start_ms) != ASV_OK ||
        asv_local_day_end(clip->key_date, &end_ms) != ASV_OK) {
        return asv_fail(err, ASV_E_LIMIT, "no calendar for its key's day");
    }
    enum asv_status status =
        asv_db_numbers_missing(night->db, clip->identity.camera_cert, start_ms, end_ms, &missing, err);
    *whole = status == ASV_OK && missing == 0;
    if (missing != 0) {
        asv_uuid_format(uuid, clip->clip);
        asv_night_note(night, ASV_NIGHT_OPEN, uuid,
                       "numbers that its camera gave on that day, or about then, are of no recording here "
                       "(%llu): the day's key stays until it is due",
                       (unsigned long long)missing);
    }
    return status;
}

/* K-259: whether the key is gone already, as after a run that was cut off. ASV_E_STATE: whatever the camera
 * signs; ASV_E_REVOKED: nothing that it signs. */
static enum asv_status ask_gone(struct asv_night *night, const struct asv_db_retained *clip, bool *gone,
                                struct asv_err *err)
{
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    size_t chain_len = 0;
    uint32_t request = 0;
    struct asv_keeper_reply reply = {0};
    enum asv_status status =
        asv_db_chain(night->db, clip->identity.camera_cert, chain, sizeof chain, &chain_len, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_keeper_emptied bare = {.chain = {chain, chain_len}};
    status = ask_finish(night, &bare, clip, &request, err);
    status = asv_keeper_wait(night->client, status, request, ASV_KEEPER_TIMEOUT_MS, &reply, err);
    *gone = reply.status == ASV_E_NOT_FOUND;
    bool tells = reply.status == ASV_OK || reply.status == ASV_E_STATE || reply.status == ASV_E_REVOKED;
    return tells ? status : ASV_OK; /* that it cannot now, or was shown nothing, tells nothing of it */
}

/* K-253, K-259: as the keeper says it; what it waits for is no failure. */
static enum asv_status waits(struct asv_night *night, const char *camera, enum asv_status status,
                             const struct asv_err *why)
{
    if (status == ASV_E_STATE || status == ASV_E_REVOKED) {
        asv_night_note(night, ASV_NIGHT_OPEN, camera, "its key of a day with an early erasure stays: %s",
                       why->text);
        return ASV_OK;
    }
    return status;
}

/* K-252: by what its camera signed after that day; what is in custody of it has keys of its own before. */
static enum asv_status show(struct asv_night *night, const struct asv_db_retained *clip,
                            const struct asv_night_emptied *emptied, bool *done, struct asv_err *err)
{
    bool may = false;
    const struct asv_night_pages others = {.camera_day = clip};
    enum asv_status status = asv_night_has_signed(night, emptied, &may, err);
    if (status == ASV_OK && !may) {
        asv_night_note(night, ASV_NIGHT_OPEN, emptied->camera,
                       "its key of a day with an early erasure stays: the camera has not signed since then "
                       "that nothing is left on it: put it into a dock (out and in again, if it is in one)");
    }
    if (status == ASV_OK && may) {
        status = is_whole(night, clip, &may, err);
    }
    if (status == ASV_OK && may) {
        status = asv_night_each(night, &others, check_batch, err);
    }
    if (status != ASV_OK || !may) {
        return status;
    }
    status = asv_night_show_emptied(night, emptied, err);
    *done = status == ASV_OK;
    return waits(night, emptied->camera, status, err);
}

static enum asv_status finish(struct asv_night *night, const struct asv_db_retained *clip, int64_t end_ms,
                              bool *done, struct asv_err *err)
{
    struct asv_db_device camera;
    enum asv_status status = asv_db_camera_find(night->db, clip->identity.camera_cert, &camera, err);
    if (status != ASV_OK) {
        return status;
    }
    status = ask_gone(night, clip, done, err);
    if (status == ASV_E_REVOKED) {
        return waits(night, camera.name, status, err);
    }
    if (status != ASV_OK || *done) {
        return status;
    }
    const struct asv_night_emptied emptied = {.camera_cert = clip->identity.camera_cert,
                                              .camera = camera.name,
                                              .since_ms = end_ms + ASV_PRE_ROLL_MAX_MS,
                                              .ask = ask_finish,
                                              .about = clip};
    return show(night, clip, &emptied, done, err);
}

bool asv_night_is_finished(struct asv_night *night, const struct asv_db_retained *clip)
{
    struct asv_night_finish *last = &night->finish;
    struct asv_err err = {0};
    bool done = false;
    int64_t end_ms = 0;
    if (clip->key_kind != ASV_KEY_DAY || night->dry || asv_local_day_end(clip->key_date, &end_ms) != ASV_OK ||
        end_ms > night->now_ms || end_ms > night->keeper.wall_ms) {
        return false;
    }
    if (last->date == clip->key_date &&
        memcmp(last->camera_cert, clip->identity.camera_cert, sizeof last->camera_cert) == 0) {
        return last->done;
    }
    if (finish(night, clip, end_ms, &done, &err) != ASV_OK) {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, clip,
                        "its camera's key of that day is not destroyed: %.160s", err.text);
    }
    *last = (struct asv_night_finish){.date = clip->key_date, .done = done};
    memcpy(last->camera_cert, clip->identity.camera_cert, sizeof last->camera_cert);
    return done;
}

/* Also days whose key is gone: what is left under it is lost, and must not be so in silence. */
static enum asv_status early_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                   struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        const struct asv_night_pages others = {.camera_day = &rows[i]};
        if (asv_night_day_key(night, rows[i].key_date) != ASV_RETENTION_KEY_GONE) {
            status = asv_night_each(night, &others, others_batch, err);
        }
    }
    return status;
}

enum asv_status asv_night_finish_days(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages days = {.early_days = true};
    night->finish.date = 0; /* what was asked before the others had their keys says nothing now */
    return each_and_list(night, &days, early_batch, err);
}
