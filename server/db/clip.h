/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Recordings and clips in the database. A recording is what a camera says it has, named by camera, epoch,
 * number and header digest; a clip is a recording in custody, with the facts of its commit record.
 */
#ifndef ASV_SERVER_DB_CLIP_H
#define ASV_SERVER_DB_CLIP_H

#include "server/db/db.h"
#include "server/vault/commit.h"

#define ASV_DB_OFFERS_MAX 512 /* recordings announced in one call */
#define ASV_DB_PAGE_MAX   500 /* rows of one page */

/* A recording's identity. */
struct asv_db_identity {
    uint8_t camera_cert[32];
    uint8_t epoch[16];
    uint64_t number;
    uint8_t header[32]; /* digest of the signed seal header */
};

/* The rows of asv.lifecycle_state (docs/DATABASE.md). */
enum asv_db_state {
    ASV_DB_UNKNOWN = 0, /* never heard of */
    ASV_DB_ANNOUNCED,
    ASV_DB_TRANSFERRING,
    ASV_DB_SEALED,
    ASV_DB_QUARANTINED,
    ASV_DB_EXPIRED_ON_ARRIVAL,
    ASV_DB_PENDING,
    ASV_DB_HELD,
    ASV_DB_RELEASED,
    ASV_DB_ERASING,
    ASV_DB_ERASED,
};

/* "sealed"; static storage. */
const char *asv_db_state_name(enum asv_db_state state);

/* One recording as a camera offers it. Nothing of it is signed. */
struct asv_db_offer {
    struct asv_db_identity identity;
    uint8_t clip[16];
    bool marked;
    uint64_t chunks;
    uint64_t seal_bytes;
    uint64_t tail_bytes;
    int64_t start_ms; /* as the camera's clock said */
};

/* What the database knows of a recording. */
struct asv_db_known {
    enum asv_db_state state;
    uint8_t kind;          /* enum asv_commit_kind of its commit; 0: none yet */
    bool uuid_taken;       /* another recording in custody has this UUID: quarantine this one */
    bool number_taken;     /* another header is known under this camera, epoch and number: suspected clone */
    bool number_back;      /* announced now, although an earlier docking had already seen a higher number and
                            * not this one: suspected clone */
    bool erased_on_camera; /* the camera has proven its erasure */
    int64_t due_ms;        /* ASV_TIME_UNKNOWN: none */
    int64_t committed_ms;  /* ASV_TIME_UNKNOWN: not yet */
};

/* Records, in one transaction, that the camera of this docking (asv_db_docking_begin) offers these
 * recordings, and says of each what is known: known[count]. Raises the alarm for a suspected clone.
 * count <= ASV_DB_OFFERS_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_clip_announce(struct asv_db *db, const uint8_t session[32],
                                                    const struct asv_db_offer *offers, size_t count,
                                                    struct asv_db_known *known, struct asv_err *err);

/* What is known, without recording anything. clip NULL: uuid_taken stays false. */
ASV_MUST_CHECK enum asv_status asv_db_clip_lookup(struct asv_db *db, const struct asv_db_identity *identity,
                                                  const uint8_t *clip, struct asv_db_known *known,
                                                  struct asv_err *err);

/* What the vault must hold of a recording in custody; asv_vault_place_of says where. */
struct asv_db_in_custody {
    uint8_t recording[16]; /* the row's id, which orders them */
    struct asv_db_identity identity;
    uint8_t clip[16];
    uint8_t kind;      /* enum asv_commit_kind */
    uint32_t day;      /* 0: not decided */
    int64_t latest_ms; /* moment that the recording can have ended at */
};

/* rows[cap] behind the recording `after` (NULL: from the first), without those that are being erased or are;
 * *count < cap: these were the last. cap <= ASV_DB_PAGE_MAX. */
ASV_MUST_CHECK enum asv_status asv_db_custody_list(struct asv_db *db, const uint8_t *after,
                                                   struct asv_db_in_custody *rows, size_t cap, size_t *count,
                                                   struct asv_err *err);

/* How many recordings the vault must hold, and of how many of them the period is over. The role asv_admin. */
ASV_MUST_CHECK enum asv_status asv_db_custody_due(struct asv_db *db, uint64_t *held, uint64_t *due,
                                                  struct asv_err *err);

/* The first chunk is being pulled. ASV_E_NOT_FOUND unless it was announced; a later state stays. */
ASV_MUST_CHECK enum asv_status asv_db_clip_transferring(struct asv_db *db,
                                                        const struct asv_db_identity *identity,
                                                        const uint8_t session[32], struct asv_err *err);

struct asv_db_commit {
    const struct asv_commit *facts; /* what record says */
    struct asv_bytes record;        /* the signed commit record */
    struct asv_bytes link;          /* the camera's signed link record; len 0: none */
    struct asv_bytes receipt;       /* the signed receipt; len 0: none (expired on arrival) */
};

enum asv_db_outcome {
    ASV_DB_DONE = 1,      /* it was not there and now is */
    ASV_DB_ALREADY = 2,   /* the same was there: nothing changed but, if new, the receipt was added */
    ASV_DB_CONFLICT = 3,  /* this identity is in custody with other bytes or another verdict; nothing changed
                           * but an alarm */
    ASV_DB_UUID_TAKEN = 4 /* another recording in custody has this UUID; nothing changed but an alarm.
                           * Quarantine the clip and commit that. */
};

/* The custody transaction: when this returns ASV_OK with ASV_DB_DONE or ASV_DB_ALREADY, the clip's row,
 * event, state and receipt are durable, and the receipt may be given. The docking named by facts->session
 * must have been begun. Which facts make the same clip: identity, UUID, kind, verdict and every length and
 * digest; who brought it and when may differ. Alarms are raised for quarantine, conflict and clone. */
ASV_MUST_CHECK enum asv_status asv_db_clip_commit(struct asv_db *db, const struct asv_db_commit *commit,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* The commit record of a recording in custody, into out[cap] (ASV_COMMIT_MAX_BYTES). ASV_E_NOT_FOUND. */
ASV_MUST_CHECK enum asv_status asv_db_clip_record(struct asv_db *db, const struct asv_db_identity *identity,
                                                  uint8_t *out, size_t cap, size_t *len, struct asv_err *err);

/* A receipt for a clip in custody that a later session is given. */
ASV_MUST_CHECK enum asv_status asv_db_receipt(struct asv_db *db, struct asv_bytes receipt,
                                              enum asv_db_outcome *outcome, struct asv_err *err);

/* The camera's signed proof of erasure, which the caller has verified; session: the docking that brought it.
 * ASV_DB_CONFLICT: another proof of the same erasure was there; both are kept, with an alarm. An alarm is
 * raised too when it names a receipt or statement that the database does not know. */
ASV_MUST_CHECK enum asv_status asv_db_erasure(struct asv_db *db, const uint8_t session[32],
                                              struct asv_bytes record, enum asv_db_outcome *outcome,
                                              struct asv_err *err);

/* The keeper's signed destruction statement, which the caller has verified. */
ASV_MUST_CHECK enum asv_status asv_db_destruction(struct asv_db *db, struct asv_bytes statement,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* ---- reading: the roles asv_admin and asv_server ---- */

/* A clip as the list shows it. */
struct asv_db_clip_row {
    struct asv_db_identity identity;
    uint8_t clip[16];
    enum asv_db_state state;
    uint8_t kind, integrity, provenance;
    bool marked;
    char camera_name[65], unit[65], area[65];
    char reason[65];
    uint32_t day;             /* 0: not decided */
    int64_t start_ms, end_ms; /* as the camera said */
    int64_t earliest_ms, latest_ms;
    int64_t due_ms;
    int64_t committed_ms;
    int64_t erased_on_camera_ms; /* ASV_TIME_UNKNOWN: no proof yet */
    uint64_t payload_bytes;
    uint64_t tail_bytes;
};

/* Pages through clips in the order of their commit; zero-initialised: all of them, from the first. There is
 * no filter by member of staff, nor will there be. */
struct asv_db_clip_filter {
    uint32_t day; /* recording day; 0: any */
    bool has_camera;
    uint8_t camera_cert[32];
    uint8_t kind;     /* enum asv_commit_kind; 0: any */
    bool unasked;     /* those that the wearer marked and that nobody asked to keep */
    int64_t after_ms; /* page: committed_ms and header of the row before; 0 and zeros: the first */
    uint8_t after_header[32];
    uint32_t limit; /* 0 or above ASV_DB_PAGE_MAX: ASV_DB_PAGE_MAX */
};

/* rows[limit]; *count < limit: that was the last page. */
ASV_MUST_CHECK enum asv_status asv_db_clip_list(struct asv_db *db, const struct asv_db_clip_filter *filter,
                                                struct asv_db_clip_row *rows, size_t *count,
                                                struct asv_err *err);

/* The commit record of the clips with this UUID (two, when one is a quarantined double): record number index,
 * oldest first. ASV_E_NOT_FOUND behind the last. */
ASV_MUST_CHECK enum asv_status asv_db_clip_show(struct asv_db *db, const uint8_t clip[16], uint32_t index,
                                                struct asv_db_clip_row *row, uint8_t *record, size_t cap,
                                                size_t *len, struct asv_err *err);

/* What people know a recording by. ASV_E_NOT_FOUND: none in custody has this seal header. */
struct asv_db_clip_face {
    uint8_t clip[16];
    char camera_name[65], unit[65];
    int64_t start_ms; /* as the camera said */
};
ASV_MUST_CHECK enum asv_status asv_db_clip_of_header(struct asv_db *db, const uint8_t header[32],
                                                     struct asv_db_clip_face *out, struct asv_err *err);

/* One line of a clip's custody: who, what, when, where. */
struct asv_db_event {
    uint8_t id[16];
    char kind[33];        /* "committed", "receipt", "erased_on_camera", … */
    int64_t at_ms;        /* by the actor's clock */
    int64_t recorded_ms;  /* by the database's */
    char actor_kind[17];  /* camera, dock, keeper, person, system */
    uint8_t actor[32];    /* certificate digest; zeros: none */
    char actor_name[129]; /* a person has up to 128 bytes */
    char place[129];      /* dock, slot and port; empty: none */
    char detail[1025];
    bool is_signed;
    uint8_t object_digest[32];
    uint8_t signature[64]; /* zeros: a person's statement, which carries its own proof */
};

/* Events of a recording in order; events[cap], cap <= ASV_DB_PAGE_MAX; after: id of the event before, NULL:
 * from the first. */
ASV_MUST_CHECK enum asv_status asv_db_clip_events(struct asv_db *db, const struct asv_db_identity *identity,
                                                  const uint8_t *after, struct asv_db_event *events,
                                                  size_t cap, size_t *count, struct asv_err *err);

#endif
