/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Private to handover_*.c of `handover run`: one hand-over that is being made (docs/HANDOVER.md 2).
 */
#ifndef ASV_SERVER_CLI_HANDOVER_JOB_H
#define ASV_SERVER_CLI_HANDOVER_JOB_H

#include "firmware-proto/crypto/x509.h"
#include "server/base/post.h"
#include "server/cli/cli.h"
#include "server/db/handover.h"
#include "server/flow/keeper.h"
#include "server/handover/compose.h"
#include "server/statement/credential.h"

#define ASV_HANDOVER_PEM_BYTES     32768
#define ASV_HANDOVER_RELEASE_BYTES 65536

/* What all hand-overs of a run share. */
struct asv_handover_house {
    const struct asv_cli *cli;
    struct asv_db *db;
    struct asv_vault *vault;
    struct asv_keeper_client *keeper;
    struct asv_poster *poster; /* NULL: no time-stamping authority is configured */
    int signals;               /* SIGTERM ends it between two pieces */
    bool ended;                /* it came */
    int dir;                   /* where hand-overs are made */
    const char *root_path;
    struct asv_cert root;
    uint8_t root_data[ASV_CERT_MAX_BYTES];
    uint8_t pem[ASV_HANDOVER_PEM_BYTES]; /* certificate of the package key */
    size_t pem_len;
    struct asv_x509_said package;
    struct asv_handover_certified {
        uint8_t data[ASV_CHAIN_MAX_BYTES];
        size_t len;
    } package_chain;                             /* PK-061 */
    struct asv_handover_certified ledger_chain;  /* LG-148 */
    uint8_t release[ASV_HANDOVER_RELEASE_BYTES]; /* of XJustiz */
    size_t release_len;
    const char *version;
    size_t revocations_len; /* 0: there are none */
    uint8_t revocations[ASV_REVOCATIONS_MAX_BYTES];
};

/* The age header of a recording that goes sealed, which came with another's and was not taken yet. */
struct asv_handover_wrapped {
    uint16_t clip;
    size_t len; /* 0: none */
    uint8_t header[ASV_KEEPER_STANZAS_MAX];
};

/* One; on the heap. */
struct asv_handover_making {
    struct asv_handover_house *house;
    struct asv_db_handover_job job;
    struct asv_plan plan;
    struct asv_card card;
    struct asv_statement proposal, approval;
    struct asv_credential proposer, approver;
    struct asv_exhibit_name names[ASV_PLAN_CLIPS_MAX];
    uint64_t sizes[ASV_PLAN_CLIPS_MAX]; /* of their payloads */
    struct asv_build_parts parts;
    struct asv_db_incident incident;
    struct asv_db_handover_clip row;
    struct asv_compose *compose;
    struct asv_handover_wrapped wrapped[ASV_KEEPER_MORE_MAX];
    char path[1024];
    int dir;
    uint16_t done;    /* recordings, as the database was told last */
    uint64_t told_ms; /* mono: when that was */
    bool cancelled;
};

/* ---- handover_known.c: what is known, for the facts ---- */

/* Reads incident and decisions: making->compose. */
ASV_MUST_CHECK enum asv_status asv_handover_begin_facts(struct asv_handover_making *making,
                                                        struct asv_err *err);

/* The calls of struct asv_build_ops. */
ASV_MUST_CHECK enum asv_status asv_handover_tell_clip(void *making, const struct asv_build_clip *clip,
                                                      struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_handover_tell_facts(void *making, const struct asv_build_said *said,
                                                       char **text, size_t *len, struct asv_err *err);

/* ---- handover_extras.c: proofs and certificates beside the recordings ---- */

ASV_MUST_CHECK enum asv_status asv_handover_write_extras(void *making, const struct asv_build_part *part,
                                                         const char *path, struct asv_err *err);

/* Whether that part of the package shows this event of the ledger: what came after the extract is not told.
 */
bool asv_handover_shows(const struct asv_handover_making *making, const struct asv_build_part *part,
                        const struct asv_db_handover_custody *row);

/* The heads that its proofs lead to. */
ASV_MUST_CHECK enum asv_status asv_handover_tell_logs(struct asv_handover_making *making,
                                                      const struct asv_build_part *part, struct asv_err *err);

/* Its recordings, as the database takes them. */
struct asv_db_handover_clips asv_handover_clips(const struct asv_build_part *part);

/* ---- handover_series.c: that none of a camera's recordings is left out ---- */

/* Below links/ of the directory that goes into the package. */
ASV_MUST_CHECK enum asv_status asv_handover_write_series(struct asv_handover_making *making,
                                                         const struct asv_build_part *part, int dir,
                                                         struct asv_err *err);
/* What was written there. */
ASV_MUST_CHECK enum asv_status asv_handover_tell_series(struct asv_handover_making *making,
                                                        const struct asv_build_part *part,
                                                        struct asv_err *err);

/* ---- handover_keeper.c ---- */

ASV_MUST_CHECK enum asv_status asv_handover_ask_keys(void *making, const uint16_t *clips, unsigned count,
                                                     struct asv_recording *recording, struct asv_err *err);

/* By the keeper's package key, with time stamps if there is who makes them; borrows making. */
struct asv_package_signer asv_handover_signer(struct asv_handover_making *making, int64_t now_ms);

/* ---- handover_make.c ---- */

/* Whether the program was told to end, now or before. */
bool asv_handover_is_to_end(struct asv_handover_house *house);

/* Makes what is not there yet, and writes down what it was. */
ASV_MUST_CHECK enum asv_status asv_handover_make(struct asv_handover_making *making, struct asv_err *err);

#endif
