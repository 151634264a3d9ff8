/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Dockings: what a dock and a camera told each other, and what the camera was given. The role asv_dock.
 */
#ifndef ASV_SERVER_DB_DOCKING_H
#define ASV_SERVER_DB_DOCKING_H

#include "server/db/clip.h"
#include "server/db/db.h"

/* One session. Texts are printable ASCII, at most 64 characters; borrowed. */
struct asv_db_docking {
    uint8_t session[32]; /* Noise handshake hash: the docking's name */
    uint8_t dock_cert[32];
    uint16_t slot;
    const char *port;       /* USB port path, such as 1-2.7 */
    struct asv_bytes chain; /* the camera's, encoded and verified: it may not be in the register yet */
    uint8_t camera_cert[32];
    int64_t began_ms;

    /* The camera's clock, measured. */
    bool has_clock;
    int64_t offset_ms; /* dock's clock minus camera's */
    uint32_t uncertainty_ms;
    int64_t camera_wall_ms;
    uint64_t camera_mono_ms;
    uint8_t boot[16];
    uint8_t clock_state;
    int64_t last_sync_ms; /* ASV_TIME_UNKNOWN: never */
    uint8_t clock_source;

    /* Only what a commit record knows is known: what the camera said of itself then is not, and nothing is
     * concluded from it. For recovery and rebuilding. Of the clock offset_ms, uncertainty_ms and clock_state
     * are used, and of what follows epoch, firmware and firmware_digest. */
    bool partial;

    /* What the camera says of itself (STATUS). */
    uint8_t epoch[16];
    uint64_t last_number; /* highest recording number it ever gave in this epoch */
    uint32_t clips;
    uint32_t erasures;
    uint64_t store_bytes, free_bytes;
    uint8_t battery_percent; /* 255: unknown */
    uint16_t flags;
    const char *firmware;
    uint8_t firmware_digest[32];
    uint64_t bulletin, revocations, configuration, assignment; /* numbers in force */
    uint32_t policy_version;
    uint8_t assignment_id[16]; /* zeros: not issued */
};

struct asv_db_docking_result {
    enum asv_db_outcome outcome; /* ASV_DB_DONE or ASV_DB_ALREADY */
    bool enrolled;               /* in the register by a person, not only seen */
    bool retired;
    bool revoked;     /* by the newest list in the database */
    bool number_back; /* an earlier docking had seen a higher last_number in this epoch: suspected clone; the
                       * alarm is raised */
    uint64_t highest_before; /* highest number any earlier docking saw in this epoch; 0: none */
    int64_t emptied_ms;      /* end of the last docking before this one that left nothing on the camera */
    bool word_wanted;        /* keys wait for what it signs by a new bulletin (D-009) */
    char unit[65];           /* of the register; empty: none */
};

/* Begins a docking, and adds the camera's certificates to the register when they are not there. */
ASV_MUST_CHECK enum asv_status asv_db_docking_begin(struct asv_db *db, const struct asv_db_docking *docking,
                                                    struct asv_db_docking_result *result,
                                                    struct asv_err *err);

enum asv_db_docking_reason {
    ASV_DB_DOCKING_READY = 1, /* everything was done */
    ASV_DB_DOCKING_LATER = 2, /* something stays on the camera */
    ASV_DB_DOCKING_RETIRED = 3,
    ASV_DB_DOCKING_UNPLUGGED = 4,
    ASV_DB_DOCKING_FAILED = 5,  /* protocol, device or disk; detail says which */
    ASV_DB_DOCKING_STOPPED = 6, /* the dock stopped */
};

struct asv_db_docking_end {
    uint8_t session[32];
    int64_t ended_ms;
    enum asv_db_docking_reason reason;
    uint32_t stored, quarantined, expired; /* clips of this docking */
    uint32_t left;                         /* recordings that are still on the camera */
    uint64_t bytes;                        /* pulled */
    const char *detail;                    /* for a person; NULL: none */
    struct asv_bytes inventory;            /* that the camera signed; empty: none */
};

/* The first end counts; a later one is ASV_DB_ALREADY. */
ASV_MUST_CHECK enum asv_status asv_db_docking_end(struct asv_db *db, const struct asv_db_docking_end *end,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* ---- the device log ---- */

struct asv_db_log_position {
    uint64_t next;     /* entry to ask for; 1: none is stored */
    uint8_t after[32]; /* running digest behind entry next - 1; zeros: none is stored */
};

/* Where the stored log of this camera ends. When STATUS says that the camera's own ends before that, its log
 * was begun anew: ask from entry 1. */
ASV_MUST_CHECK enum asv_status asv_db_log_position(struct asv_db *db, const uint8_t camera_cert[32],
                                                   struct asv_db_log_position *position, struct asv_err *err);

/* Appends a signed, verified block of this session's camera (wire/devlog.h). Whether it continues what is
 * stored is checked by number and digest: a gap, a break or a restart within an epoch is stored too, with an
 * alarm. */
ASV_MUST_CHECK enum asv_status asv_db_log_append(struct asv_db *db, const uint8_t session[32],
                                                 struct asv_bytes block, enum asv_db_outcome *outcome,
                                                 struct asv_err *err);

/* ---- what a camera is given ---- */

/* A keeper's bulletin, an assignment or a configuration was installed on the camera of this session (it
 * answered with its number). The objects are signed and verified. */
ASV_MUST_CHECK enum asv_status asv_db_bulletin_issued(struct asv_db *db, const uint8_t session[32],
                                                      struct asv_bytes bulletin, enum asv_db_outcome *outcome,
                                                      struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_assignment_issued(struct asv_db *db, const uint8_t session[32],
                                                        struct asv_bytes assignment,
                                                        enum asv_db_outcome *outcome, struct asv_err *err);
ASV_MUST_CHECK enum asv_status asv_db_configuration_issued(struct asv_db *db, const uint8_t session[32],
                                                           struct asv_bytes configuration,
                                                           enum asv_db_outcome *outcome, struct asv_err *err);

enum asv_db_issue {
    ASV_DB_ISSUE_DONE = 0,
    ASV_DB_ISSUE_UNKNOWN, /* nobody has this badge */
    ASV_DB_ISSUE_BARRED,  /* no wearer, or not now */
    ASV_DB_ISSUE_HAS,     /* a camera that was not put back */
};

struct asv_db_issue_result {
    enum asv_db_issue outcome;
    char unit[ASV_COMMIT_TEXT_BYTES]; /* of that person; empty: none, or several */
};

/* Writes down who will wear the camera that is about to be issued under this assignment, by the pseudonym of
 * the badge. Said again it is the same. */
ASV_MUST_CHECK enum asv_status asv_db_issue_begin(struct asv_db *db, const uint8_t badge[32],
                                                  const uint8_t assignment[16],
                                                  struct asv_db_issue_result *result, struct asv_err *err);
/* No camera took it. */
ASV_MUST_CHECK enum asv_status asv_db_issue_undo(struct asv_db *db, const uint8_t assignment[16],
                                                 struct asv_err *err);

enum asv_db_numbered { ASV_DB_ASSIGNMENT = 1, ASV_DB_CONFIGURATION = 2 };

/* Reserves the next number of an object for one camera, above every one used and above floor. Each call takes
 * another: numbers rise, they need not be without gaps. */
ASV_MUST_CHECK enum asv_status asv_db_number_next(struct asv_db *db, const uint8_t camera_cert[32],
                                                  enum asv_db_numbered what, uint64_t floor, uint64_t *number,
                                                  struct asv_err *err);

/* ---- alarms ---- */

enum asv_db_alarm_kind {
    ASV_DB_ALARM_CLONE = 1,        /* a number went back, or two headers have one number */
    ASV_DB_ALARM_UUID_CONFLICT,    /* one UUID, two recordings */
    ASV_DB_ALARM_CUSTODY_CONFLICT, /* a clip in custody was offered again with other bytes */
    ASV_DB_ALARM_QUARANTINED,      /* a clip went to quarantine */
    ASV_DB_ALARM_ERASURE,          /* a camera erased what no known receipt or statement let it erase */
    ASV_DB_ALARM_DEVICE_LOG,       /* the device log has a gap or does not continue */
    ASV_DB_ALARM_FOREIGN_CAMERA,   /* unknown or another agency's */
    ASV_DB_ALARM_REVOKED_CAMERA,
    ASV_DB_ALARM_HOSTILE_CAMERA, /* lies, floods or stalls */
    ASV_DB_ALARM_DAMAGED_CLIP,   /* the vault does not hold what was committed */
    ASV_DB_ALARM_MISSING_CLIP,   /* a row without files */
    ASV_DB_ALARM_STORAGE,        /* a disk failed or is nearly full */
    ASV_DB_ALARM_CLOCK,          /* a camera's clock is lost or far off */
    ASV_DB_ALARM_INTERVAL,       /* a recording's day is not certain: people decide */
    ASV_DB_ALARM_INTERNAL,
    ASV_DB_ALARM_RETENTION, /* due and not erased */
    ASV_DB_ALARM_BALANCE,   /* a recording day does not add up */
    ASV_DB_ALARM_KEEPER,    /* database and keeper disagree about what is kept */
    ASV_DB_ALARM_ORPHAN,    /* files without a row */
    ASV_DB_ALARM_UNHEARD,   /* signed, and not with the keeper in time */
    ASV_DB_ALARM_FORGED,    /* what stands as signed, and nobody signed */
    ASV_DB_ALARM_UNWORN,    /* nobody wore a camera, somebody wrote down */
    ASV_DB_ALARM_UNLOGGED,  /* shown, and not in the access log */
    ASV_DB_ALARM_UNTOLD,    /* handed over, and not here */
    ASV_DB_ALARM_LEDGER,    /* the ledger does not go on before people looked */
};

/* Every part but kind and detail may be left out: NULL, or slot -1. */
struct asv_db_alarm {
    enum asv_db_alarm_kind kind;
    const uint8_t *dock_cert; /* 32 bytes */
    int slot;
    const uint8_t *camera_cert; /* 32 bytes; need not be in the register */
    const struct asv_db_identity *recording;
    const char *subject; /* what it is about where none of these says it: a path, a day; NULL: they do */
    const char *detail;  /* for a person: what happened, what to do; cut at 1000 bytes */
};

/* While an alarm of the same kind about the same things is open, whatever its detail, no second one is
 * raised: ASV_DB_ALREADY. */
ASV_MUST_CHECK enum asv_status asv_db_alarm_raise(struct asv_db *db, const struct asv_db_alarm *alarm,
                                                  enum asv_db_outcome *outcome, struct asv_err *err);

/* ---- slots ---- */

/* Slot number of this dock is this port from now on. */
ASV_MUST_CHECK enum asv_status asv_db_slot_learned(struct asv_db *db, const uint8_t dock_cert[32],
                                                   uint16_t slot, const char *port, struct asv_err *err);

#endif
