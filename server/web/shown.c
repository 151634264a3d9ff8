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
#include "server/web/shown_facts.h"

/* clang-format off */
static const struct asv_http_problem no_opening = {
    404, "no-opening", "Not open", "Nicht geöffnet",
    "this recording is not being shown in this session, or no more: sign for it again",
    "diese Aufzeichnung wird in dieser Sitzung nicht gezeigt, oder nicht mehr: neu dafür unterschreiben", "opening"};
static const struct asv_http_problem beyond = {
    400, "beyond-end", "Beyond the end", "Hinter dem Ende",
    "the recording has no byte there",
    "so weit geht die Aufzeichnung nicht", "from"};
static const struct asv_http_problem busy = {
    429, "busy", "Busy", "Beschäftigt",
    "enough is being read of recordings at once: wait as long as Retry-After says, and read one piece after the other",
    "es wird gerade genug auf einmal gelesen: warten, so lange Retry-After sagt, und ein Stück nach dem anderen lesen", "opening"};
static const struct asv_http_problem unplayable = {
    422, "not-playable", "Not playable", "Nicht abspielbar",
    "no browser plays this recording: its media is damaged, or of a kind or codec that is not played here; as it was recorded it is there, to be handed over",
    "kein Browser spielt diese Aufzeichnung: ihr Inhalt ist beschädigt, oder von einer Art oder Codierung, die hier nicht gespielt wird; so, wie sie aufgenommen wurde, ist sie da und kann übergeben werden", NULL};
static const struct asv_http_problem media_failed = {
    502, "media-failed", "The recording could not be prepared", "Die Aufzeichnung konnte nicht aufbereitet werden",
    "the program that makes recordings playable died of this one, or did not finish: it may be damaged, or made to do harm; the recording itself is as it was",
    "das Programm, das Aufzeichnungen abspielbar macht, ist an dieser gescheitert oder nicht fertig geworden: vielleicht ist sie beschädigt oder soll Schaden anrichten; die Aufzeichnung selbst ist unverändert", NULL};
static const struct asv_http_problem no_media = {
    503, "no-media", "Cannot be prepared now", "Kann gerade nicht aufbereitet werden",
    "the program that makes recordings playable does not run (asservat-media.socket)",
    "das Programm, das Aufzeichnungen abspielbar macht, läuft nicht (asservat-media.socket)", "media"};
static const struct asv_http_problem damaged = {
    409, "damaged", "Damaged", "Beschädigt",
    "this part of the recording is not what its camera signed, and is not shown; \"asservat vault scrub\" repairs it from the mirror, if that has a right one",
    "dieser Teil der Aufzeichnung ist nicht, was die Kamera unterschrieben hat, und wird nicht gezeigt; „asservat vault scrub“ stellt ihn vom Spiegel her, wenn der einen richtigen hat", NULL};
/* clang-format on */

/* ---- signing for it ---- */

/* The keeper's key, for as long as it is not with the playback. */
static enum asv_status sign_for(struct asv_web_call *call, struct asv_case *work, struct asv_exhibit *exhibit,
                                struct asv_view **out, struct asv_err *err)
{
    uint8_t file_key[ASV_FILE_KEY_BYTES] = {0};
    struct asv_playback *playback = NULL;
    enum asv_status status = asv_deed_show(work, file_key, err);
    if (status == ASV_OK) {
        status = asv_playback_open_take(exhibit, file_key, &playback, err);
    } else {
        asv_exhibit_close(exhibit);
    }
    asv_wipe(file_key, sizeof file_key);
    return status == ASV_OK ? asv_view_open_take(playback, &call->web->media, out, err) : status;
}

/* M-009. place: the caller's to give up. */
static enum asv_status judge(struct asv_web_call *call, struct asv_case *work, struct asv_web_opening **place,
                             struct asv_err *err)
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
    return status == ASV_OK ? asv_web_openings_reserve(&call->web->openings, call->who.person, place, err)
                            : status;
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
    struct asv_web_opening *place = NULL;
    struct asv_view *view = NULL;
    uint8_t id[ASV_UUID_BYTES];
    char text[ASV_UUID_TEXT_BYTES];
    enum asv_status status = judge(call, work, &place, err);
    if (status == ASV_OK) {
        status = asv_case_exhibit_seal(work, &exhibit, err);
    }
    if (status == ASV_OK) {
        status = sign_for(call, work, exhibit, &view, err);
    }
    if (status != ASV_OK) {
        asv_web_openings_free(&call->web->openings, place);
        return status;
    }
    const int64_t left_ms = work->standing.look_expires_ms - work->now_ms;
    const struct asv_web_shown shown = {.session = call->who.id,
                                        .person = call->who.person,
                                        .clip = work->standing.clip,
                                        .request = work->standing.look_proposal,
                                        .credential = work->flow->credential->digest,
                                        .vault = work->vault,
                                        .view = view,
                                        .left_ms = (uint64_t)left_ms}; /* asv_deed_may_show */
    work->vault = NULL;
    status = asv_web_openings_add_take(&call->web->openings, call->web->world, place, &shown, id, err);
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

static void refuse_busy(struct asv_web_call *call)
{
    call->out->retry_s = 1;
    asv_web_refuse(call, &busy, NULL);
}

/* The path's; refused, and NULL, when it is not this session's. */
static struct asv_web_opening *take(struct asv_web_call *call)
{
    uint8_t id[ASV_UUID_BYTES];
    struct asv_web_opening *opening = NULL;
    asv_web_path_uuid(call, 0, id);
    enum asv_status status =
        asv_web_openings_take(&call->web->openings, call->web->world, call->who.id, id, &opening);
    if (status == ASV_OK) {
        return opening;
    }
    if (status == ASV_E_BUSY) {
        refuse_busy(call);
    } else {
        asv_web_refuse(call, &no_opening, NULL);
    }
    return NULL;
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

/* M-018 */
static void read_failed(struct asv_web_call *call, enum asv_status status, const struct asv_err *err)
{
    switch (status) {
    case ASV_E_BUSY:
        refuse_busy(call);
        return;
    case ASV_E_USAGE:
        asv_web_refuse(call, &beyond, NULL);
        return;
    case ASV_E_UNSUPPORTED:
        asv_web_refuse(call, &unplayable, NULL);
        break;
    case ASV_E_TIMEOUT:
        asv_web_refuse(call, &media_failed, NULL);
        break;
    case ASV_E_AWAY:
        asv_web_refuse(call, &no_media, NULL);
        break;
    case ASV_E_SIGNATURE:
    case ASV_E_DIGEST:
    case ASV_E_MISMATCH:
        asv_web_refuse(call, &damaged, NULL);
        break;
    default:
        asv_web_failed(call, status, err);
        return;
    }
    asv_log_failure(call->web->log, ASV_LOG_ERROR, "not-shown", err);
}

static void tell(struct asv_web_call *call, const struct asv_web_opening *opening)
{
    const struct asv_view_facts *facts = NULL;
    struct asv_err err = {0};
    enum asv_status status = asv_view_look(opening->view, &facts, &err);
    if (status == ASV_OK) {
        asv_web_give(call, asv_web_shown_facts(opening, facts, call->web->world));
    } else {
        read_failed(call, status, &err);
    }
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

/* M-020: whether what was read may go out, which took its time when it was remuxed. */
static bool may_give(struct asv_web_call *call, struct asv_web_opening *opening)
{
    const struct asv_view_facts *facts = NULL;
    if (asv_view_look(opening->view, &facts, NULL) == ASV_OK && facts->remuxed && !may_still(call, opening)) {
        return false;
    }
    if (asv_web_openings_is_over(&call->web->openings, opening)) {
        asv_web_refuse(call, &no_opening, NULL);
        return false;
    }
    return true;
}

/* M-008 */
static void read_piece(struct asv_web_call *call, struct asv_web_opening *opening, uint64_t from, size_t len)
{
    struct asv_err err = {0};
    size_t got = 0;
    uint8_t *piece = malloc(len);
    if (piece == NULL) {
        asv_web_refuse(call, &asv_http_failed, NULL);
        return;
    }
    enum asv_status status = asv_view_read(opening->view, from, piece, len, &got, &err);
    if (status == ASV_OK && may_give(call, opening)) {
        call->out->code = 200;
        call->out->type = "application/octet-stream";
        call->out->data = piece;
        call->out->len = got;
        call->out->owned = true;
        call->out->secret = true;
        return;
    }
    asv_wipe(piece, len);
    free(piece);
    if (status != ASV_OK) {
        read_failed(call, status, &err);
    }
}

void asv_web_opening_read(struct asv_web_call *call)
{
    struct asv_web_opening *opening = take(call);
    if (opening == NULL) {
        return;
    }
    const uint64_t from = (uint64_t)asv_web_int(call->query, "from", 0);
    const uint64_t most = (uint64_t)asv_web_int(call->query, "bytes", ASV_WEB_PIECE_BYTES);
    if (may_still(call, opening)) {
        read_piece(call, opening, from, (size_t)most);
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
