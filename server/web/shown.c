/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A recording in the browser (LAW L1, L2, L5): the reviewer signs that it is shown now and why, the keeper
 * gives its key for that, and it is read piece by piece. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"
#include "server/web/deed.h"
#include "server/web/desk.h"

#define PLAYED "video/mp4" /* fragmented, as cameras make it (SEAL.md) */

/* clang-format off */
static const struct asv_http_problem no_opening = {
    404, "no-opening", "Not open", "Nicht geöffnet",
    "this recording is not being shown in this session, or no more: sign for it again",
    "diese Aufnahme wird in dieser Sitzung nicht gezeigt, oder nicht mehr: neu dafür unterschreiben", "opening"};
static const struct asv_http_problem beyond = {
    400, "beyond-end", "Beyond the end", "Hinter dem Ende",
    "the recording has no byte there",
    "so weit geht die Aufnahme nicht", "from"};
static const struct asv_http_problem damaged = {
    409, "damaged", "Damaged", "Beschädigt",
    "this part of the recording is not what its camera signed, and is not shown; \"asservat vault scrub\" repairs it from the mirror, if that has a right one",
    "dieser Teil der Aufnahme ist nicht, was die Kamera unterschrieben hat, und wird nicht gezeigt; „asservat vault scrub“ stellt ihn vom Spiegel her, wenn der einen richtigen hat", NULL};
/* clang-format on */

/* ---- signing for it ---- */

/* The keeper's key, for as long as it is not with the playback. */
static enum asv_status sign_for(struct asv_case *work, struct asv_exhibit *exhibit, struct asv_playback **out,
                                struct asv_err *err)
{
    uint8_t file_key[ASV_FILE_KEY_BYTES] = {0};
    enum asv_status status = asv_deed_show(work, file_key, err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, file_key, out, err);
    } else {
        asv_exhibit_close(exhibit);
    }
    asv_wipe(file_key, sizeof file_key);
    return status;
}

/* M-009 */
static enum asv_status judge(struct asv_web_call *call, struct asv_case *work, struct asv_err *err)
{
    bool agreed = false;
    if (call->who.kind == ASV_DB_SESSION_TOKEN) { /* M-008 */
        return asv_fail(err, ASV_E_DENIED, "a recording is shown in a browser, and to no program");
    }
    enum asv_status status = asv_deed_may_show(work, &agreed, err);
    if (status == ASV_OK && !agreed) {
        status = asv_fail(err, ASV_E_STATE,
                          "nobody has agreed yet that the person is shown it, or the time for it is over");
    }
    if (status == ASV_OK) {
        status = asv_deed_judge_show(work, err);
    }
    return status == ASV_OK ? asv_web_openings_room(&call->web->openings, call->who.person, err) : status;
}

/* Whoever signed out meanwhile has ended what there was then, and not this one. */
static enum asv_status check_session(struct asv_web_call *call, const uint8_t id[ASV_UUID_BYTES],
                                     struct asv_err *err)
{
    uint8_t caller[ASV_UUID_BYTES];
    enum asv_status status = asv_db_caller(call->db, caller, err);
    if (status == ASV_OK && !asv_equal(caller, call->who.person, ASV_UUID_BYTES)) {
        status = asv_fail(err, ASV_E_DENIED, "the session is over");
    }
    if (status != ASV_OK) {
        (void)asv_web_openings_end(&call->web->openings, NULL, NULL, id);
    }
    return status;
}

enum asv_status asv_web_show_recording(struct asv_web_call *call, struct asv_case *work, json_t **answered,
                                       struct asv_err *err)
{
    struct asv_exhibit *exhibit = NULL;
    struct asv_playback *playback = NULL;
    uint8_t id[ASV_UUID_BYTES];
    char text[ASV_UUID_TEXT_BYTES];
    enum asv_status status = judge(call, work, err);
    if (status == ASV_OK) {
        status = asv_case_exhibit_seal(work, &exhibit, err);
    }
    if (status == ASV_OK) {
        status = sign_for(work, exhibit, &playback, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const int64_t left_ms = work->standing.look_expires_ms - work->now_ms;
    const struct asv_web_shown shown = {.session = call->who.id,
                                        .person = call->who.person,
                                        .clip = work->standing.clip,
                                        .request = work->standing.look_proposal,
                                        .credential = work->flow->credential->digest,
                                        .vault = work->vault,
                                        .playback = playback,
                                        .left_ms = (uint64_t)left_ms}; /* asv_deed_may_show */
    work->vault = NULL;
    status = asv_web_openings_add_take(&call->web->openings, call->web->world, &shown, id, err);
    if (status == ASV_OK) {
        status = check_session(call, id, err);
    }
    if (status == ASV_OK) {
        asv_uuid_format(text, id);
        *answered = json_pack("{s:s}", "opening", text);
    }
    return status;
}

/* ---- reading it ---- */

/* The path's; refused, and NULL, when it is not this session's. */
static struct asv_web_opening *take(struct asv_web_call *call)
{
    uint8_t id[ASV_UUID_BYTES];
    asv_web_path_uuid(call, 0, id);
    struct asv_web_opening *opening =
        asv_web_openings_take(&call->web->openings, call->web->world, call->who.id, id);
    if (opening == NULL) {
        asv_web_refuse(call, &no_opening, NULL);
    }
    return opening;
}

/* read: something of it was read, which keeps it open. */
static void give_back(struct asv_web_call *call, struct asv_web_opening *opening, bool read)
{
    asv_web_openings_give(&call->web->openings, call->web->world, opening, read);
}

/* What had to be so for it to be shown, once more. */
static enum asv_status judge_again(struct asv_web_desk *desk, const struct asv_web_opening *opening,
                                   struct asv_err *err)
{
    asv_auto_case struct asv_case work = {0};
    bool agreed = false;
    enum asv_status status = asv_case_open(&desk->flow, &work, err);
    if (status == ASV_OK) {
        status = asv_case_of_clip(&work, opening->clip, err);
    }
    if (status == ASV_OK) {
        status = asv_deed_may_show(&work, &agreed, err);
    }
    if (status == ASV_OK &&
        (!agreed || !asv_equal(work.standing.look_proposal, opening->request, ASV_SHA256_BYTES))) {
        status = asv_fail(err, ASV_E_STATE, "what was agreed to is over");
    }
    return status == ASV_OK ? asv_deed_judge_show(&work, err) : status;
}

/* M-010: otherwise it ends, and is refused. */
static bool may_still(struct asv_web_call *call, const struct asv_web_opening *opening)
{
    struct asv_web_desk *desk = malloc(sizeof *desk);
    struct asv_err err = {0};
    if (desk == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return false;
    }
    enum asv_status status = asv_web_desk_find(desk, call, opening->credential, NULL, &err);
    if (status == ASV_OK) {
        status = judge_again(desk, opening, &err);
    }
    asv_web_desk_close(desk);
    free(desk);
    if (status == ASV_OK) {
        return true;
    }
    if (asv_status_class(status) == ASV_CLASS_RETRY) {
        asv_web_failed(call, status, &err);
    } else {
        (void)asv_web_openings_end(&call->web->openings, NULL, NULL, opening->id);
        asv_web_refuse(call, &no_opening, NULL);
    }
    return false;
}

static json_t *frames_json(const struct asv_exhibit_index *index)
{
    json_t *frames = json_array();
    for (size_t i = 0; i < index->frame_count; i++) {
        (void)json_array_append_new(frames, json_pack("[I, I]", (json_int_t)index->frames[i].offset,
                                                      (json_int_t)index->frames[i].media_us));
    }
    return frames;
}

static void tell(struct asv_web_call *call, const struct asv_web_opening *opening)
{
    char clip[ASV_UUID_TEXT_BYTES];
    const struct asv_exhibit *exhibit = asv_playback_exhibit(opening->playback);
    asv_uuid_format(clip, opening->clip);
    asv_web_give(call, json_pack("{s:s, s:I, s:s, s:s, s:b, s:b, s:o}", "clip", clip, "bytes",
                                 (json_int_t)asv_playback_bytes(opening->playback), "container",
                                 exhibit->header.container, "codecs", exhibit->header.codecs, "playable",
                                 strcmp(exhibit->header.container, PLAYED) == 0, "truncated",
                                 asv_playback_is_truncated(opening->playback), "key_frames",
                                 frames_json(&exhibit->index)));
}

void asv_web_opening_show(struct asv_web_call *call)
{
    struct asv_web_opening *opening = take(call);
    if (opening != NULL) {
        if (may_still(call, opening)) {
            tell(call, opening);
        }
        give_back(call, opening, false);
    }
}

static void read_failed(struct asv_web_call *call, enum asv_status status, const struct asv_err *err)
{
    if (asv_status_class(status) == ASV_CLASS_INTEGRITY) {
        asv_log_failure(call->web->log, ASV_LOG_ERROR, "not-shown", err);
        asv_web_refuse(call, &damaged, NULL);
    } else {
        asv_web_failed(call, status, err);
    }
}

/* M-008 */
static void read_piece(struct asv_web_call *call, struct asv_web_opening *opening, uint64_t from, size_t len)
{
    struct asv_err err = {0};
    uint8_t *piece = malloc(len);
    if (piece == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    enum asv_status status = asv_playback_read(opening->playback, from, piece, len, &err);
    if (status != ASV_OK) {
        free(piece);
        read_failed(call, status, &err);
        return;
    }
    call->out->code = 200;
    call->out->type = "application/octet-stream";
    call->out->data = piece;
    call->out->len = len;
    call->out->owned = true;
    call->out->secret = true;
}

void asv_web_opening_read(struct asv_web_call *call)
{
    struct asv_web_opening *opening = take(call);
    if (opening == NULL) {
        return;
    }
    const uint64_t size = asv_playback_bytes(opening->playback);
    const uint64_t from = (uint64_t)asv_web_int(call->query, "from", 0);
    const uint64_t most = (uint64_t)asv_web_int(call->query, "bytes", ASV_WEB_PIECE_BYTES);
    bool may = may_still(call, opening);
    if (may && from >= size) {
        asv_web_refuse(call, &beyond, NULL);
    } else if (may) {
        read_piece(call, opening, from, (size_t)(most < size - from ? most : size - from));
    }
    give_back(call, opening, call->out->secret);
}

void asv_web_opening_end(struct asv_web_call *call)
{
    uint8_t id[ASV_UUID_BYTES];
    asv_web_path_uuid(call, 0, id);
    if (asv_web_openings_end(&call->web->openings, call->who.id, NULL, id)) {
        asv_web_done(call);
    } else {
        asv_web_refuse(call, &no_opening, NULL);
    }
}
