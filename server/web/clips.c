/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * /api/v1/clips: recordings as metadata, their custody, and who was shown them. */
#include <stddef.h>
#include <string.h>

#include "server/web/reading.h"

/* clang-format off */
static const struct asv_http_problem one_day = {
    400, "one-day", "One day at a time", "Ein Tag auf einmal",
    "recordings of a camera are listed for one day at a time, as a camera is one person's for a shift",
    "Aufzeichnungen einer Kamera werden für einen Tag auf einmal aufgelistet, denn eine Kamera trägt für eine Schicht eine Person", "camera"};
/* clang-format on */

static const char *const states[] = {"sealed", "quarantined",        "pending", "held", "released", "erasing",
                                     "erased", "expired_on_arrival", NULL};
static const char *const integrities[] = {"VALID", "TRUNCATED", "UNSIGNED_TAIL", "GAP", "INVALID", NULL};
static const char *const provenances[] = {"TRUSTED", "SEALED_BY_DOCK", "UNKNOWN_KEY", "REVOKED", NULL};

static const struct asv_web_field list_fields[] = {
    ASV_WEB_LIST_FIELDS,
    {"state", ASV_WEB_WORD, false, 0, 0, states, NULL},
    {"unit", ASV_WEB_TEXT, false, 0, 64, NULL, NULL},
    {"area", ASV_WEB_TEXT, false, 0, 64, NULL, NULL},
    {"camera", ASV_WEB_HASH, false, 0, 0, NULL, NULL},
    {"from", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"until", ASV_WEB_DATE, false, 0, 0, NULL, NULL},
    {"integrity", ASV_WEB_WORD, false, 0, 0, integrities, NULL},
    {"provenance", ASV_WEB_WORD, false, 0, 0, provenances, NULL},
};
const struct asv_web_fields asv_web_clips_query = ASV_WEB_FIELDS(list_fields);

/* a camera is named by the database, where one day was asked for */
void asv_web_clips(struct asv_web_call *call)
{
    const char *from = NULL, *until = NULL;
    const char *camera = asv_web_text(call->query, "camera");
    if (!asv_web_days(call, &from, &until)) {
        return;
    }
    if (camera != NULL && (from == NULL || strcmp(from, until) != 0)) {
        asv_web_refuse(call, &one_day, NULL);
        return;
    }
    const char *const values[] = {asv_web_text(call->query, "state"),
                                  asv_web_text(call->query, "unit"),
                                  asv_web_text(call->query, "area"),
                                  camera,
                                  from,
                                  until,
                                  asv_web_text(call->query, "integrity"),
                                  asv_web_text(call->query, "provenance")};
    asv_web_list(call, ASV_DB_READ_CLIPS, "clips", values, sizeof values / sizeof *values);
}

void asv_web_clip(struct asv_web_call *call)
{
    char clip[ASV_WEB_VALUE_BYTES];
    asv_web_path_text(call, 0, clip);
    asv_web_show(call, ASV_DB_READ_CLIP, clip);
}

static void list_of_clip(struct asv_web_call *call, enum asv_db_reading reading, const char *name)
{
    char clip[ASV_WEB_VALUE_BYTES];
    const char *const values[] = {clip};
    asv_web_path_text(call, 0, clip);
    asv_web_list(call, reading, name, values, 1);
}

void asv_web_clip_custody(struct asv_web_call *call)
{
    list_of_clip(call, ASV_DB_READ_CUSTODY, "events");
}

/* */
void asv_web_clip_accesses(struct asv_web_call *call)
{
    list_of_clip(call, ASV_DB_READ_ACCESSES, "accesses");
}

/* */
void asv_web_own_accesses(struct asv_web_call *call)
{
    asv_web_list(call, ASV_DB_READ_OWN_ACCESSES, "accesses", NULL, 0);
}
