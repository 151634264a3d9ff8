/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The order of a run, and what its parts share. */
#include "server/cli/night.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/uuid.h"

void asv_night_note(struct asv_night *night, enum asv_night_kind kind, const char *subject,
                    const char *format, ...)
{
    char text[ASV_ERR_TEXT_BYTES];
    va_list args;
    if (night->noted[kind]++ >= ASV_NIGHT_NOTES) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *said = text; /* a message may begin with what it is about */
    size_t len = strlen(subject);
    if (len != 0 && strncmp(text, subject, len) == 0 && strncmp(text + len, ": ", 2) == 0) {
        said += len + 2;
    }
    if (night->notes[kind] == NULL) {
        night->notes[kind] = json_array();
    }
    /* A text from elsewhere need not be UTF-8: better without the note's text than without the note. */
    json_t *why = json_string(said);
    (void)json_array_append_new(night->notes[kind],
                                json_pack("{s:s, s:o}", "what", subject, "why",
                                          why != NULL ? why : json_string("(not to be shown)")));
}

void asv_night_alarm(struct asv_night *night, enum asv_night_kind kind, enum asv_db_alarm_kind alarm,
                     const struct asv_db_retained *clip, const char *format, ...)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    char text[ASV_ERR_TEXT_BYTES];
    char detail[ASV_ERR_TEXT_BYTES + 64];
    enum asv_db_outcome outcome;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    asv_uuid_format(uuid, clip->clip);
    asv_night_note(night, kind, uuid, "%s", text);
    if (night->dry || night->noted[kind] > ASV_NIGHT_NOTES) {
        return;
    }
    (void)snprintf(detail, sizeof detail, "clip %s: %s", uuid, text);
    const struct asv_db_alarm raised = {.kind = alarm,
                                        .slot = -1,
                                        .camera_cert = clip->identity.camera_cert,
                                        .recording = &clip->identity,
                                        .detail = detail};
    struct asv_err why = {0};
    if (asv_db_alarm_raise(night->db, &raised, &outcome, &why) != ASV_OK) {
        asv_night_note(night, ASV_NIGHT_UNDONE, "alarm", "%s", why.text);
    }
}

enum asv_status asv_night_undone(struct asv_night *night, const char *part, enum asv_status status,
                                 const struct asv_err *why, struct asv_err *err)
{
    bool gone = status == ASV_E_AWAY || status == ASV_E_TIMEOUT;
    asv_night_note(night, ASV_NIGHT_UNDONE, part, "%s",
                   why->text[0] != '\0' ? why->text : asv_status_name(status));
    night->away = night->away || gone;
    return strncmp(why->text, "database", 8) == 0 && gone ? asv_failf(err, status, "%s", why->text) : ASV_OK;
}

void asv_night_step(struct asv_night *night)
{
    if (++night->steps == night->stop_at) {
        (void)kill(getpid(), SIGKILL);
    }
}

enum asv_status asv_night_place(const struct asv_db_retained *clip, bool tombstone, enum asv_vault_area *area,
                                char path[ASV_VAULT_PATH_BYTES], struct asv_err *err)
{
    enum asv_commit_kind kind = tombstone ? ASV_COMMIT_EXPIRED_ON_ARRIVAL : (enum asv_commit_kind)clip->kind;
    *area = asv_vault_area_of(kind);
    return asv_vault_place_of(path, kind, clip->day, clip->latest_ms, clip->clip, clip->identity.header, err);
}

static enum asv_status read_page(struct asv_night *night, const struct asv_night_pages *pages,
                                 const uint8_t *after, struct asv_db_retained *rows, size_t *count,
                                 struct asv_err *err)
{
    if (pages->state != ASV_DB_UNKNOWN) {
        return asv_db_retention_page(night->db, pages->state, pages->due ? night->now_ms : ASV_TIME_UNKNOWN,
                                     after, rows, count, err);
    }
    if (pages->claims) {
        return asv_db_erasure_claims(night->db, after, rows, count, err);
    }
    if (pages->ahead != NULL) {
        return asv_db_ahead_clip_page(night->db, pages->ahead, after, rows, count, err);
    }
    if (pages->early_days) {
        return asv_db_early_day_page(night->db, night->now_ms, after, rows, count, err);
    }
    const struct asv_db_retained *day = pages->camera_day;
    return day != NULL ? asv_db_camera_day_page(night->db, day->identity.camera_cert, day->key_date, after,
                                                rows, count, err)
                       : asv_db_rewrap_page(night->db, after, rows, count, err);
}

enum asv_status asv_night_each(struct asv_night *night, const struct asv_night_pages *pages,
                               asv_night_batch batch, struct asv_err *err)
{
    uint8_t after[ASV_UUID_BYTES];
    bool first = true;
    size_t count = ASV_DB_BATCH_MAX;
    enum asv_status status = ASV_OK;
    struct asv_db_retained *rows = calloc(ASV_DB_BATCH_MAX, sizeof *rows);
    if (rows == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && count == ASV_DB_BATCH_MAX) {
        status = read_page(night, pages, first ? NULL : after, rows, &count, err);
        if (status == ASV_OK && count != 0) {
            memcpy(after, rows[count - 1].recording, sizeof after);
            first = false;
            status = batch(night, rows, count, err);
        }
    }
    free(rows);
    return status;
}

typedef enum asv_status (*part_run)(struct asv_night *night, struct asv_err *err);

/* A part that fails is noted, and the others go on without it; but nothing goes on without the database. */
static enum asv_status do_part(struct asv_night *night, const char *name, part_run run, struct asv_err *err)
{
    struct asv_err why = {0};
    enum asv_status status = run(night, &why);
    if (status != ASV_OK) {
        status = asv_night_undone(night, name, status, &why, err);
    }
    asv_night_step(night);
    return status;
}

static enum asv_status ask_keeper(struct asv_night *night, struct asv_err *err)
{
    (void)err;
    asv_night_ask_keeper(night);
    return ASV_OK;
}

enum asv_status asv_night_run(struct asv_night *night, struct asv_err *err)
{
    static const struct {
        const char *name;
        part_run run;
    } parts[] = {
        {"decisions", asv_night_deliver},
        {"the keeper", ask_keeper},
        {"what followed from decisions", asv_night_conclude},
        {"what people were shown", asv_night_shown},
        {"what was handed over", asv_night_handed},
        {"early erasures", asv_night_adopt},
        {"holds before docking", asv_night_keep_ahead},
        {"what lapses", asv_night_lapse},
        {"keys of other days", asv_night_rewrap},
        {"days of early erasures", asv_night_finish_days},
        {"keys of holds before docking", asv_night_finish_aheads},
        {"destroyed days", asv_night_tell_days},
        {"what is due", asv_night_begin},
        {"erasures", asv_night_complete},
        {"held and pending clips", asv_night_kept},
        {"blocks of held clips", asv_night_blocks},
        {"copies for the recovery key", asv_night_recovery},
        {"what the keeper keeps", asv_night_compare},
        {"the vault", asv_night_sweep},
        {"recordings of no day", asv_night_dayless},
        {"the balance", asv_night_balance},
        {"cameras that are out", asv_night_undocked},
    };
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < sizeof parts / sizeof *parts; i++) {
        status = do_part(night, parts[i].name, parts[i].run, err);
    }
    return status;
}
