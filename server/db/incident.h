/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Incidents (LAW H9) and the recordings that show them; who was shown a recording (LAW L1 to L3); what
 * recorded people asked (LAW L7). Members of asv_staff call it; asv_admin's nightly run forgets.
 */
#ifndef ASV_SERVER_DB_INCIDENT_H
#define ASV_SERVER_DB_INCIDENT_H

#include "server/db/clip.h"
#include "server/db/statement.h"

#define ASV_DB_INJURED_SIZE   4033 /* their names, one to a line */
#define ASV_DB_INCIDENT_CLIPS ASV_DB_PAGE_MAX

/* The fields of one version. Texts without line breaks, but for injured. */
struct asv_db_incident {
    uint8_t id[ASV_UUID_BYTES]; /* version 7 */
    char case_number[ASV_NAME_MAX_BYTES + 1];
    uint16_t version; /* from 1 */
    uint8_t cause;    /* enum asv_ground: danger, prosecution, legality check */
    char offence[ASV_DB_NOTE_SIZE];
    char danger[ASV_DB_NOTE_SIZE]; /* for which it was recorded (LAW R2) */
    int64_t from_ms;
    int64_t until_ms; /* ASV_TIME_UNKNOWN: at that moment */
    char place[ASV_DB_NOTE_SIZE];
    char accused[ASV_DB_NOTE_SIZE];          /* or "Unbekannt" */
    char injured[ASV_DB_INJURED_SIZE];       /* one to a line; empty: nobody */
    char prosecutor[ASV_NAME_MAX_BYTES + 1]; /* Aktenzeichen; empty: not known yet */
    bool assault;                            /* on somebody of the office, and reported */
    int64_t opened_ms, since_ms;             /* read only: of the incident, of this version */
    uint64_t clips;                          /* read only: recordings that show it */
    int64_t forgotten_ms; /* read only: when everything but id, number, opened_ms and clips was forgotten */
    uint8_t salt[ASV_SHA256_BYTES], statement[ASV_SHA256_BYTES]; /* read only, of find: who signed it */
    int64_t changed_ms; /* read only, of a hand-over: when it was changed since; ASV_TIME_UNKNOWN: not */
};

/* A new one (version 1), or the next version of one, as it was signed. ASV_E_EXISTS: the case number is
 * another incident's. ASV_E_MISMATCH: somebody else changed it meanwhile, or something else was signed.
 * ASV_E_STATE: it was forgotten. */
ASV_MUST_CHECK enum asv_status asv_db_incident_put(struct asv_db *db, const struct asv_db_incident *incident,
                                                   const struct asv_db_signed *it, const char *by,
                                                   enum asv_db_outcome *outcome, struct asv_err *err);

/* The newest version. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_incident_find(struct asv_db *db, const char *case_number,
                                                    struct asv_db_incident *out, struct asv_err *err);

/* Forgets persons, places and texts of incidents whose term is over (LAW L10); dry: only counts them. */
ASV_MUST_CHECK enum asv_status asv_db_incidents_forget(struct asv_db *db, bool dry, uint64_t *count,
                                                       struct asv_err *err);

/* Without accused and injured, the newest first; after: id of the row before, NULL: from the first. cap <=
 * ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_incident_list(struct asv_db *db, const uint8_t *after,
                                                    struct asv_db_incident *rows, size_t cap, size_t *count,
                                                    struct asv_err *err);

/* That a recording shows an incident, or does not after all. */
struct asv_db_exhibit {
    char case_number[ASV_NAME_MAX_BYTES + 1];
    uint8_t clip[ASV_UUID_BYTES];
    bool shows;
    uint8_t incident[ASV_UUID_BYTES],
        header[ASV_SHA256_BYTES]; /* by asv_db_incident_clip_next, as all below */
    uint16_t number;              /* 0: it is so already */
};

/* What is to be signed: case_number, clip and shows are the caller's. ASV_E_NOT_FOUND when incident or clip
 * is not there, or it never showed it. ASV_E_STATE: the incident was forgotten; what does not show it is held
 * for it. */
ASV_MUST_CHECK enum asv_status asv_db_incident_clip_next(struct asv_db *db, struct asv_db_exhibit *exhibit,
                                                         struct asv_err *err);

/* As it was signed; what was said before is kept. The same errors; ASV_E_MISMATCH: somebody else said so
 * meanwhile, or something else was signed. */
ASV_MUST_CHECK enum asv_status asv_db_incident_clip_put(struct asv_db *db,
                                                        const struct asv_db_exhibit *exhibit,
                                                        const struct asv_db_signed *it, const char *by,
                                                        enum asv_db_outcome *outcome, struct asv_err *err);

struct asv_db_incident_clip {
    uint8_t clip[ASV_UUID_BYTES];
    enum asv_db_state state;
    char camera_name[65];
    int64_t start_ms, due_ms;
};

/* rows[ASV_DB_INCIDENT_CLIPS]; those behind are not told. */
ASV_MUST_CHECK enum asv_status asv_db_incident_clips(struct asv_db *db, const char *case_number,
                                                     struct asv_db_incident_clip *rows, size_t *count,
                                                     struct asv_err *err);

struct asv_db_incident_removed {
    uint8_t clip[ASV_UUID_BYTES];
    int64_t at_ms;
    char by[ASV_DB_NOTE_SIZE];
    char reason[ASV_DB_NOTE_SIZE]; /* as signed; empty: what was signed cannot be read */
};

/* What was taken out, in its order; rows[ASV_DB_INCIDENT_CLIPS]; those behind are not told. */
ASV_MUST_CHECK enum asv_status asv_db_incident_removed(struct asv_db *db, const char *case_number,
                                                       struct asv_db_incident_removed *rows, size_t *count,
                                                       struct asv_err *err);

/* A picture of a recording, that who is shown it points out for the incident. */
struct asv_db_still {
    uint8_t clip[ASV_UUID_BYTES];
    int64_t at_ms;          /* media time, of the stream's own line */
    uint16_t width, height; /* pixels */
    uint8_t picture[ASV_SHA256_BYTES];
    uint8_t incident[ASV_UUID_BYTES], header[ASV_SHA256_BYTES]; /* by asv_db_still_next, as all below */
    char case_number[ASV_NAME_MAX_BYTES + 1];
    bool there; /* it is written down already */
};

/* What is to be signed: clip, at_ms and picture are the caller's. ASV_E_NOT_FOUND: the caller was not shown
 * the recording. ASV_E_STATE: it is not held any more. */
ASV_MUST_CHECK enum asv_status asv_db_still_next(struct asv_db *db, struct asv_db_still *still,
                                                 struct asv_err *err);

/* As it was signed. The same errors; ASV_E_STATE, too: the incident has as many as it may. ASV_E_MISMATCH:
 * something else was signed. */
ASV_MUST_CHECK enum asv_status asv_db_still_put(struct asv_db *db, const struct asv_db_still *still,
                                                const struct asv_db_signed *it, const char *by,
                                                enum asv_db_outcome *outcome, struct asv_err *err);

struct asv_db_still_row {
    struct asv_db_still still; /* clip, at_ms, width, height, picture */
    int64_t since_ms;
    char by[ASV_DB_NOTE_SIZE];
};

/* In their order; rows[ASV_DB_INCIDENT_CLIPS]: no incident has more. */
ASV_MUST_CHECK enum asv_status asv_db_still_list(struct asv_db *db, const char *case_number,
                                                 struct asv_db_still_row *rows, size_t *count,
                                                 struct asv_err *err);

/* ---- who was shown what ---- */

struct asv_db_access {
    uint8_t id[ASV_UUID_BYTES];      /* version 7 */
    uint8_t shown[ASV_SHA256_BYTES]; /* the stored SHOW with which the person has it shown */
    char reason[ASV_DB_NOTE_SIZE];   /* as it says */
};

/* Row of the access log and custody event, in one transaction: durable when this returns ASV_OK. When that
 * was and when it is forgotten say the database's clock and the policy in force. ASV_E_NOT_FOUND: nobody
 * approved it, or signed for it. ASV_E_STATE: the recording is not held. */
ASV_MUST_CHECK enum asv_status asv_db_access_put(struct asv_db *db, const struct asv_db_access *access,
                                                 enum asv_db_outcome *outcome, struct asv_err *err);

struct asv_db_access_row {
    uint8_t id[ASV_UUID_BYTES];
    int64_t at_ms;
    char name[ASV_NAME_MAX_BYTES + 1]; /* of who was shown it; empty: not for who asks */
    char case_number[ASV_NAME_MAX_BYTES + 1];
    char reason[ASV_DB_NOTE_SIZE];
    int64_t forget_ms;
};

#define ASV_DB_ACCESSES 32 /* rows of one page */

/* rows[ASV_DB_ACCESSES]: who was shown this recording, behind the row with the id `after` (NULL: from the
 * first on), as far as it is not forgotten. For the data-protection officer's account; for that of who wore
 * the camera without names (LAW L8). ASV_E_DENIED for any other. */
ASV_MUST_CHECK enum asv_status asv_db_access_page(struct asv_db *db, const uint8_t clip[ASV_UUID_BYTES],
                                                  const uint8_t *after, struct asv_db_access_row *rows,
                                                  size_t *count, struct asv_err *err);

/* Forgets what the access log and the requests of recorded people have kept for their term (LAW L3). */
ASV_MUST_CHECK enum asv_status asv_db_access_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err);

/* Forgets who wore cameras whose recordings are gone (LAW L6). */
ASV_MUST_CHECK enum asv_status asv_db_issues_forget(struct asv_db *db, uint64_t *rows, struct asv_err *err);

/* ---- what recorded people ask ---- */

struct asv_db_subject_request {
    uint8_t id[ASV_UUID_BYTES]; /* version 7 */
    char reason[ASV_DB_NOTE_SIZE];
    const uint8_t *camera;     /* certificate; NULL: any */
    const char *area;          /* NULL: any */
    int64_t from_ms, until_ms; /* at most 7 days */
};

struct asv_db_subject_answer {
    uint8_t clip[ASV_UUID_BYTES];
    char camera_name[65]; /* empty: what was asked is about several days */
    char area[65];
    int64_t start_ms, end_ms; /* as the camera said */
    uint32_t day;
    enum asv_db_state state;
    int64_t due_ms;    /* when it will be erased; ASV_TIME_UNKNOWN: not known, or it is kept or gone */
    int64_t erased_ms; /* when it was erased, or was not even taken; ASV_TIME_UNKNOWN: it was not */
};

/* rows[ASV_DB_PAGE_MAX]: the first recordings that are of that time, place and camera, erased ones included.
 * That it was asked is kept as it was signed, once for an id. */
ASV_MUST_CHECK enum asv_status asv_db_subject_request(struct asv_db *db,
                                                      const struct asv_db_subject_request *request,
                                                      const struct asv_db_signed *it, const char *by,
                                                      struct asv_db_subject_answer *rows, size_t *count,
                                                      struct asv_err *err);

#endif
