/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Composes the facts of a hand-over (docs/handover-facts.schema.json) of what is known: the plan, the
 * database and the recordings as they were read and verified. What is said of a recording's bytes comes from
 * the seal and the dock's commit record, not from the database.
 */
#ifndef ASV_SERVER_HANDOVER_COMPOSE_H
#define ASV_SERVER_HANDOVER_COMPOSE_H

#include "firmware-proto/trust/revocations.h"
#include "server/handover/build.h"
#include "server/handover/series.h"
#include "server/media/channel.h"
#include "server/statement/card.h"

/* Texts are borrowed for a call; NULL or empty: not known. Of a text with line ends one line is made. */
struct asv_compose_decision {
    struct asv_bytes name;
    int64_t at_ms;
    struct asv_bytes reason;
    uint8_t statement[ASV_SHA256_BYTES]; /* digest */
};

/* What does not change from one recording to the next. */
struct asv_compose_head {
    const struct asv_plan *plan;
    const char *time_zone, *version;
    const char *agency_name, *agency_office;
    const char *agency_address; /* one to four lines */
    const char *contact_name, *contact_phone, *contact_mail;
    const struct asv_card *card; /* of the first recipient */
    uint8_t cause;               /* enum asv_ground */
    const char *offence, *danger, *place, *accused, *injured /* one to a line */, *prosecutor;
    int64_t from_ms, until_ms; /* ASV_TIME_UNKNOWN: at that moment */
    uint16_t incident_version;
    const uint8_t *incident_statement;
    int64_t written_ms, changed_ms; /* ASV_TIME_UNKNOWN: not changed since */
    struct asv_compose_decision requested, approved;
};

/* What only the database knows of a recording. */
struct asv_compose_known {
    const char *camera_name;
    int64_t erased_on_camera_ms;         /* ASV_TIME_UNKNOWN: not yet */
    const struct asv_media_facts *media; /* NULL: not looked at, for this reason, in German */
    const char *media_lack;
    const char *root; /* what the camera's certificate chain says under the root; NULL: right */
};

struct asv_compose_event {
    uint8_t id[ASV_UUID_BYTES];
    const char *kind;
    int64_t at_ms, recorded_ms; /* at: ASV_TIME_UNKNOWN for none */
    const char *actor_kind;
    const uint8_t *actor; /* certificate or credential digest; NULL: none */
    const char *actor_name, *place, *detail;
    bool is_signed;
    const uint8_t *object_digest; /* NULL: none */
    bool has_leaf;                /* a place in the ledger */
    uint64_t log, leaf;
};

struct asv_compose_cosignature {
    const char *witness;
    int64_t at_ms;
};

struct asv_compose_log {
    uint64_t log, size;
    const char *origin;
    const uint8_t *root;
    int64_t signed_ms;
    const struct asv_compose_cosignature *cosignatures;
    size_t cosignature_count;
};

struct asv_compose;

/* The caller closes *out. ASV_E_NO_MEMORY, as each of these. */
ASV_MUST_CHECK enum asv_status asv_compose_new(struct asv_compose **out, const struct asv_compose_head *head,
                                               struct asv_err *err);
void asv_compose_free(struct asv_compose *compose); /* NULL is fine */

/* The next recording, without its events. The first one (number 1) begins anew, heads and certificates, too.
 */
ASV_MUST_CHECK enum asv_status asv_compose_clip(struct asv_compose *compose,
                                                const struct asv_build_clip *clip,
                                                const struct asv_compose_known *known, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_compose_add_event(struct asv_compose *compose, unsigned number,
                                                     const struct asv_compose_event *event,
                                                     struct asv_err *err);

/* A camera of which nothing is to be left out, and what its records show; the numbers follow, in order. */
struct asv_compose_series {
    const struct asv_series *of;
    const char *camera_name;
    const struct asv_series_shown *shown;
};
ASV_MUST_CHECK enum asv_status asv_compose_add_series(struct asv_compose *compose,
                                                      const struct asv_compose_series *series,
                                                      struct asv_err *err);

/* The next number of that series. */
struct asv_compose_number {
    uint64_t number;
    const char *fate; /* as in the schema */
    bool twice;
    unsigned clip; /* of one that is handed over, from 1; 0: it is not */
};
ASV_MUST_CHECK enum asv_status asv_compose_add_number(struct asv_compose *compose,
                                                      const struct asv_compose_number *number,
                                                      const struct asv_series_shown *shown,
                                                      struct asv_err *err);

/* The head of a log; one that is there already is passed over. */
ASV_MUST_CHECK enum asv_status asv_compose_add_log(struct asv_compose *compose,
                                                   const struct asv_compose_log *log, struct asv_err *err);

/* A certificate of ours; one that is there already is passed over. */
ASV_MUST_CHECK enum asv_status asv_compose_add_cert(struct asv_compose *compose, const struct asv_cert *cert,
                                                    struct asv_err *err);

/* The package key's: X.509. */
ASV_MUST_CHECK enum asv_status asv_compose_add_package(struct asv_compose *compose, const char *name,
                                                       const char *serial, const uint8_t digest[32],
                                                       int64_t not_after_ms, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_compose_set_revocations(struct asv_compose *compose,
                                                           const struct asv_revocations *list,
                                                           struct asv_err *err);

/* The facts as JSON: *text is the caller's to free. They are as asv_facts_read takes them, or its refusal
 * says what of them is not. */
ASV_MUST_CHECK enum asv_status asv_compose_write(const struct asv_compose *compose,
                                                 const struct asv_build_said *said, char **text, size_t *len,
                                                 struct asv_err *err);

#endif
