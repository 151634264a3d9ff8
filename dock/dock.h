/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The daemon's whole state, on the loop's thread: slots, recordings on their way in, and whether keeper and
 * database are there.
 */
#ifndef ASV_DOCK_DOCK_H
#define ASV_DOCK_DOCK_H

#include "dock/link.h"
#include "dock/loop.h"
#include "dock/pool.h"
#include "dock/services.h"
#include "dock/site.h"
#include "dock/slot.h"
#include "server/base/log.h"

#define ASV_DOCK_NOTES     256 /* cameras whose bulletin is remembered; others are given a new one */
#define ASV_DOCK_MAX_SLOTS 48  /* two lanes each, and some for all */

/* All in milliseconds unless said otherwise. */
struct asv_dock_settings {
    uint64_t handshake_ms;     /* from HELLO to an open session */
    uint64_t reply_ms;         /* of a camera to a request */
    uint64_t chunk_ms;         /* between two chunk frames */
    uint64_t erase_ms;         /* of a camera to a receipt: overwriting takes its time */
    uint64_t retry_ms;         /* after a fault; doubled each time */
    unsigned retries;          /* of a session that broke off */
    uint64_t rate_floor_bytes; /* a second, over rate_window_ms; 0: none */
    uint64_t rate_window_ms;
    uint64_t keep_alive_ms; /* between two STATUS while there is nothing else to do */
    uint64_t probe_ms;      /* between two attempts to reach a service that is away */
    uint64_t indicate_ms;   /* between two progress indications */
    unsigned bulletin_days; /* a new one is asked for when fewer days are left */
    unsigned tries;         /* for each chunk */
    uint32_t max_error_ms;  /* of the dock's own clock, when the kernel does not know */
    uint64_t configuration; /* number of the configuration that cameras should have; 0: none */
    uint32_t pre_roll_ms;   /* in it */
    uint32_t checkpoint_ms;
    uint64_t charge_ms;             /* of an empty camera until it is full */
    uint64_t issue_wait_ms;         /* for whoever was told to take a camera */
    char issue_area[ASV_TEXT_SIZE]; /* where cameras that are issued for a badge are used; empty: none is */
};

/* The lanes of the worker pool. */
enum {
    ASV_LANE_USB = ASV_DOCK_MAX_SLOTS, /* behind the slots' quick lanes */
    ASV_LANE_LONG,                     /* the slots' others, and all behind them: for what may take long */
    ASV_LANE_KEEPER = ASV_LANE_LONG + ASV_DOCK_MAX_SLOTS,
    ASV_LANE_DB,
    ASV_LANE_RECOVERY, /* and whatever else takes long and has no slot */
    ASV_LANE_SPACE,    /* which is looked at while the recovery walks, too */
    ASV_LANES,
};

struct asv_intake;
struct asv_outbox;
struct asv_recovery;

/* The last bulletin that a camera was seen to get from this dock. */
struct asv_bulletin_note {
    uint8_t camera_cert[ASV_SHA256_BYTES];
    uint64_t number;
    uint32_t last_date; /* yyyymmdd */
};

/* Periods that the keeper said: kept, as a worker may be reading them. */
struct asv_dock_periods {
    struct asv_dock_periods *next;
    struct asv_retention_periods periods;
};

struct asv_service_health {
    bool up;
    char why[ASV_ERR_TEXT_BYTES]; /* while it is not */
    int64_t since_ms;             /* wall */
    bool probing;
    struct asv_job probe; /* the dock finds itself from it */
    enum asv_status status;
    struct asv_err err;
};

/* Of the vault's disk with the least. */
struct asv_dock_space {
    bool known, low;
    uint64_t free_bytes;
};

struct asv_dock {
    struct asv_site site;
    struct asv_dock_settings settings;
    struct asv_log log;
    struct asv_loop *loop;
    struct asv_pool *pool;
    const struct asv_services *services;
    struct asv_revoked *revoked;
    struct asv_slot *slots;
    unsigned slot_count;
    struct asv_intake *intakes; /* every recording on its way in */
    unsigned intake_count;
    _Atomic bool stopping; /* workers look, too: what takes long ends early */
    struct asv_service_health keeper, db;
    bool told_started;                          /* the database knows that this program began */
    struct asv_db_start keeper_asked;           /* of the probe that runs */
    struct asv_db_start keeper_met;             /* the keeper's process that answered last */
    struct asv_db_start keeper_telling;         /* what a probe of the database tells it of the keeper */
    uint8_t keeper_told[16];                    /* the one that the database knows of (LG-080) */
    struct asv_retention_periods first_periods; /* the configuration's, until the keeper was heard */
    struct asv_retention_periods asked_periods; /* of the probe that runs */
    struct asv_dock_periods *heard_periods;
    struct asv_dock_space space;
    struct asv_timer probe_timer;
    struct asv_timer kick_timer;
    struct asv_outbox *outbox;
    struct asv_recovery *recovery;
    unsigned issuing;                    /* cameras, for badges */
    uint64_t stored, quarantined, bytes; /* since the start */
    struct asv_bulletin_note notes[ASV_DOCK_NOTES];
    unsigned next_note;
    uint8_t scratch[ASV_WIRE_MAX_OUT_FRAME_BYTES]; /* a frame that is being made */
    void (*changed)(struct asv_dock *dock);        /* something that the status shows; may be NULL */
};

/* The lanes of a slot: for what must be quick, and for what may take long. */
static inline unsigned asv_lane_data(const struct asv_slot *slot)
{
    return slot->index;
}
static inline unsigned asv_lane_long(const struct asv_slot *slot)
{
    return ASV_LANE_LONG + slot->index;
}

/* Limits of lanes and groups for this many threads. */
void asv_dock_shape_pool(struct asv_pool *pool, unsigned threads);

/* Fills in the parts that this header owns; site, settings, log, loop, pool, services and slots are the
 * caller's. Services count as up until a call says otherwise. */
void asv_dock_init(struct asv_dock *dock);

/* Asks keeper and database from now on whether they are there. */
void asv_dock_watch(struct asv_dock *dock);

void asv_dock_changed(struct asv_dock *dock);

/* What a call of a service gave. Whoever waits for it is woken when it comes back; while it is away it is
 * probed. */
void asv_dock_heard_keeper(struct asv_dock *dock, enum asv_status status, const struct asv_err *err);
void asv_dock_heard_db(struct asv_dock *dock, enum asv_status status, const struct asv_err *err);

/* Anything else means that the service is not there: away, locked or set up wrongly. */
bool asv_dock_is_answer(enum asv_status status);

/* Whether trying again may help: room, memory, a disk, who has it open. What does not verify never does. */
bool asv_dock_may_pass(enum asv_status status);

/* Something that slots or recordings may have waited for has changed: room, a service, a recording that
 * another slot had. They are told in the loop's next round. */
void asv_dock_kick(struct asv_dock *dock);

/* When the keys of the camera's bulletin of this number end; 0: not known, or to be replaced. */
uint32_t asv_dock_noted_bulletin(const struct asv_dock *dock, const uint8_t camera_cert[ASV_SHA256_BYTES],
                                 uint64_t number);
void asv_dock_note_bulletin(struct asv_dock *dock, const uint8_t camera_cert[ASV_SHA256_BYTES],
                            uint64_t number, uint32_t last_date);

/* Starts to park: nothing new is begun. True once nothing is left to wait for. */
void asv_dock_stop(struct asv_dock *dock);
bool asv_dock_is_idle(const struct asv_dock *dock);

/* Drops what is left of slots and recordings when the pool has stopped. */
void asv_dock_clear(struct asv_dock *dock);

#endif
