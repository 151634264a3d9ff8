/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper and the database, as the dock uses them: a table of blocking calls, so that tests can take their
 * place. Each kind is called on its own lane of the worker pool, one call at a time. ASV_E_AWAY, and every
 * other status of class RETRY, means: nothing is known of the outcome, ask again later.
 */
#ifndef ASV_DOCK_SERVICES_H
#define ASV_DOCK_SERVICES_H

#include "dock/take.h"
#include "server/db/camera.h"
#include "server/db/clip.h"
#include "server/db/docking.h"
#include "server/db/ledger.h"

/* Whether a recording opens. */
enum asv_opens {
    ASV_OPENS_NO = 0,
    ASV_OPENS_YES = 1,
    ASV_OPENS_HELD = 2, /* yes, and people keep it beyond its period */
};

struct asv_services {
    /* ---- the keeper ---- */
    void *keeper;
    /* Whether it answers, how long recordings of which day live, and since when it runs. */
    enum asv_status (*keeper_ping)(void *keeper, struct asv_retention_periods *periods,
                                   struct asv_db_start *start, struct asv_err *err);
    enum asv_status (*opens)(void *keeper, struct asv_bytes chain, const struct asv_take_evidence *evidence,
                             enum asv_opens *opens, struct asv_err *err);
    /* Day keys for the camera's coming days, then its next bulletin, with a new reserve key when recordings
     * were brought under the old one. cap: ASV_BULLETIN_MAX_BYTES. */
    enum asv_status (*bulletin)(void *keeper, struct asv_bytes chain, bool reserve_used, uint8_t *out,
                                size_t cap, size_t *len, struct asv_err *err);
    /* The order to the camera to erase the clip with this HEADER frame, which no key opens any more.
     * ASV_E_STATE: one still does. cap: ASV_DESTRUCTION_MAX_BYTES. */
    enum asv_status (*order)(void *keeper, struct asv_bytes chain, struct asv_bytes header, uint8_t *out,
                             size_t cap, size_t *len, struct asv_err *err);

    /* ---- the database: as the functions of the same names in server/db ---- */
    void *db;
    void *db_recovery; /* a second connection, the recovery's, on its own lane: for lookup and custody_list
                          alone */
    enum asv_status (*db_ping)(void *db, struct asv_err *err);
    enum asv_status (*started)(void *db, struct asv_err *err); /* it is told that this program begins */
    /* ... and that the keeper did, once, by whoever met it */
    enum asv_status (*keeper_started)(void *db, const struct asv_db_start *start, struct asv_err *err);
    enum asv_status (*docking_begin)(void *db, const struct asv_db_docking *docking,
                                     struct asv_db_docking_result *result, struct asv_err *err);
    enum asv_status (*docking_end)(void *db, const struct asv_db_docking_end *end, struct asv_err *err);
    enum asv_status (*announce)(void *db, const uint8_t session[32], const struct asv_db_offer *offers,
                                size_t count, struct asv_db_known *known, struct asv_err *err);
    enum asv_status (*transferring)(void *db, const struct asv_db_identity *identity,
                                    const uint8_t session[32], struct asv_err *err);
    enum asv_status (*lookup)(void *db, const struct asv_db_identity *identity, const uint8_t *clip,
                              struct asv_db_known *known, struct asv_err *err);
    enum asv_status (*custody_list)(void *db, const uint8_t *after, struct asv_db_in_custody *rows,
                                    size_t cap, size_t *count, struct asv_err *err);
    enum asv_status (*commit)(void *db, const struct asv_db_commit *commit, enum asv_db_outcome *outcome,
                              struct asv_err *err);
    enum asv_status (*record)(void *db, const struct asv_db_identity *identity, uint8_t *out, size_t cap,
                              size_t *len, struct asv_err *err);
    enum asv_status (*receipt)(void *db, struct asv_bytes receipt, struct asv_err *err);
    enum asv_status (*ordered)(void *db, struct asv_bytes statement, struct asv_err *err);
    enum asv_status (*erasure)(void *db, const uint8_t session[32], struct asv_bytes record,
                               struct asv_err *err);
    enum asv_status (*log_position)(void *db, const uint8_t camera_cert[32], const uint8_t epoch[16],
                                    struct asv_db_log_position *position, struct asv_err *err);
    enum asv_status (*log_append)(void *db, const uint8_t session[32], struct asv_bytes block,
                                  struct asv_err *err);
    enum asv_status (*bulletin_issued)(void *db, const uint8_t session[32], struct asv_bytes bulletin,
                                       struct asv_err *err);
    enum asv_status (*assignment_issued)(void *db, const uint8_t session[32], struct asv_bytes assignment,
                                         struct asv_err *err);
    enum asv_status (*configuration_issued)(void *db, const uint8_t session[32],
                                            struct asv_bytes configuration, struct asv_err *err);
    enum asv_status (*number_next)(void *db, const uint8_t camera_cert[32], enum asv_db_numbered what,
                                   uint64_t floor, uint64_t *number, struct asv_err *err);
    enum asv_status (*issue_begin)(void *db, const uint8_t badge[32], const uint8_t assignment[16],
                                   struct asv_db_issue_result *result, struct asv_err *err);
    enum asv_status (*issue_undo)(void *db, const uint8_t assignment[16], struct asv_err *err);
    enum asv_status (*revocations)(void *db, uint8_t *out, size_t cap, size_t *len, struct asv_err *err);
    enum asv_status (*alarm)(void *db, const struct asv_db_alarm *alarm, struct asv_err *err);
    enum asv_status (*slot_learned)(void *db, const uint8_t dock_cert[32], uint16_t slot, const char *port,
                                    struct asv_err *err);
};

#endif
