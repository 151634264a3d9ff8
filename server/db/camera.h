/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The register: the agency, its certificates and revocations, cameras, docks, units and operating areas. The
 * role asv_admin writes it; the lookups are for asv_dock too.
 */
#ifndef ASV_SERVER_DB_CAMERA_H
#define ASV_SERVER_DB_CAMERA_H

#include "server/db/clip.h"
#include "server/db/db.h"

/* ---- the agency ---- */

/* The one agency of this database. ASV_E_MISMATCH when there is another. root: its self-signed certificate.
 */
ASV_MUST_CHECK enum asv_status asv_db_agency_put(struct asv_db *db, const char *name, struct asv_bytes root,
                                                 enum asv_db_outcome *outcome, struct asv_err *err);

/* Units and operating areas: code is printable ASCII as it stands in signed objects, title is UTF-8 for
 * people. A new title replaces the old one; NULL keeps it, and of a new unit or area it is the code. */
ASV_MUST_CHECK enum asv_status asv_db_unit_put(struct asv_db *db, const char *code, const char *title,
                                               struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_area_put(struct asv_db *db, const char *code, const char *title,
                                               struct asv_err *err);

/* ---- cameras and docks ---- */

struct asv_db_enrolment {
    struct asv_bytes chain;   /* the new certificate and its CA's, encoded and verified */
    struct asv_bytes request; /* the device's signed enrolment request; len 0: none */
    const char *unit;         /* cameras: code of the unit; NULL: none */
    const char *site;         /* docks: where it stands; NULL: none */
    const char *by;           /* who did it, for the record */
};

ASV_MUST_CHECK enum asv_status asv_db_camera_enrol(struct asv_db *db,
                                                   const struct asv_db_enrolment *enrolment,
                                                   enum asv_db_outcome *outcome, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_dock_enrol(struct asv_db *db, const struct asv_db_enrolment *enrolment,
                                                 enum asv_db_outcome *outcome, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_camera_retire(struct asv_db *db, const uint8_t camera_cert[32],
                                                    const char *reason, const char *by,
                                                    enum asv_db_outcome *outcome, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_camera_move(struct asv_db *db, const uint8_t camera_cert[32],
                                                  const char *unit, const char *by, struct asv_err *err);

struct asv_db_device {
    uint8_t cert[32];
    uint8_t serial[16]; /* of the certificate: what a revocation list names */
    char name[65], model[65], device_serial[65];
    char unit[65]; /* docks: the site */
    int64_t not_after_ms;
    int64_t enrolled_ms; /* ASV_TIME_UNKNOWN: seen at a dock, but enrolled by nobody here */
    int64_t retired_ms;  /* ASV_TIME_UNKNOWN: in use */
    bool revoked;
    int64_t last_docked_ms; /* ASV_TIME_UNKNOWN: never. Docks: last docking there */
    uint64_t clips;         /* cameras: in custody and not erased; docks: committed there */
};

/* By certificate digest. ASV_E_NOT_FOUND. For asv_dock too. */
ASV_MUST_CHECK enum asv_status asv_db_camera_find(struct asv_db *db, const uint8_t camera_cert[32],
                                                  struct asv_db_device *out, struct asv_err *err);

/* In the order of name and digest; after: the row before, NULL: from the first. */
ASV_MUST_CHECK enum asv_status asv_db_camera_list(struct asv_db *db, const struct asv_db_device *after,
                                                  struct asv_db_device *out, size_t cap, size_t *count,
                                                  struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_dock_list(struct asv_db *db, const struct asv_db_device *after,
                                                struct asv_db_device *out, size_t cap, size_t *count,
                                                struct asv_err *err);

/* The encoded chain of a camera or dock. ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_chain(struct asv_db *db, const uint8_t cert[32], uint8_t *out,
                                            size_t cap, size_t *len, struct asv_err *err);

/* ---- revocations ---- */

/* A signed, verified list. ASV_E_EXPIRED when a higher number is there, ASV_E_MISMATCH when the same number
 * is there with other content. */
ASV_MUST_CHECK enum asv_status asv_db_revocations_publish(struct asv_db *db, struct asv_bytes list,
                                                          enum asv_db_outcome *outcome, struct asv_err *err);

/* The newest list into out[cap]; *len is 0 when there is none. For asv_dock too. */
ASV_MUST_CHECK enum asv_status asv_db_revocations_newest(struct asv_db *db, uint8_t *out, size_t cap,
                                                         size_t *len, struct asv_err *err);

/* ---- alarms ---- */

struct asv_db_alarm_row {
    uint8_t id[16];
    char kind[33];
    int64_t raised_ms;
    char dock_name[65];
    int slot; /* -1: none */
    char camera_name[65];
    bool has_clip;
    uint8_t clip[16];
    char detail[1025];
};

/* Open alarms, oldest first. */
ASV_MUST_CHECK enum asv_status asv_db_alarm_list(struct asv_db *db, const uint8_t *after,
                                                 struct asv_db_alarm_row *out, size_t cap, size_t *count,
                                                 struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_alarm_acknowledge(struct asv_db *db, const uint8_t alarm[16],
                                                        const char *by, const char *note,
                                                        enum asv_db_outcome *outcome, struct asv_err *err);

#endif
