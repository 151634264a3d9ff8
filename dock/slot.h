/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One slot: its camera, the session with it, and what there is to do. Runs on the loop's thread only.
 *
 * slot.c        states, the link's events, requests and deadlines, faults
 * slot_identify.c   clock, status, docking, device log, erasure records
 * slot_list.c   which recording is next, and which stay on the camera
 * slot_finish.c what the camera is given before it may go
 * intake.c      pulling a recording; intake_commit.c: bringing it into custody; intake_deliver.c: erasing it
 */
#ifndef ASV_DOCK_SLOT_H
#define ASV_DOCK_SLOT_H

#include <assert.h>

#include "dock/link.h"
#include "dock/site.h"
#include "dock/states.h"
#include "dock/why.h"
#include "firmware-proto/wire/dock.h"
#include "server/base/log.h"
#include "server/db/docking.h"

#define ASV_SLOT_REASON_BYTES 200
#define ASV_SLOT_CANDIDATES   32   /* recordings chosen in one round of listing */
#define ASV_SLOT_LEFT         1024 /* recordings that stay on the camera; more end the docking */
#define ASV_SLOT_UNTOLD       64   /* of these, in the vault though the database did not know */
#define ASV_SLOT_PAGES        64   /* of a listing: more recordings no camera holds */
#define ASV_SLOT_COMMITS      4    /* recordings of one slot between last chunk and receipt */

struct asv_dock;
struct asv_slot;
struct asv_intake;
struct asv_issue;

/* What to do with the answer to a request. The event views into the frame; true: the handler has taken the
 * frame and releases it. */
typedef bool asv_slot_reply(struct asv_slot *slot, const struct asv_wire_event *event,
                            struct asv_usb_frame *frame, void *ctx);

struct asv_slot_request {
    uint32_t request; /* 0: free */
    asv_slot_reply *reply;
    void *ctx;
};

/* A recording that may be pulled. */
struct asv_candidate {
    struct asv_wire_clip clip;
    struct asv_db_known known;
    bool is_known; /* the database was asked */
};

/* Why a recording stays on the camera. */
enum asv_left {
    ASV_LEFT_QUARANTINED = 1,
    ASV_LEFT_EXPIRED,
    ASV_LEFT_RECORDING,
    ASV_LEFT_UNREADABLE, /* the camera cannot give it, or lies about it */
    ASV_LEFT_REFUSED,    /* the camera does not erase it */
    ASV_LEFT_FAILED,     /* it cannot be brought into custody, and not because something is away */
    ASV_LEFT_DISK,       /* the disk gives back something else, again and again */
    ASV_LEFT_NO_ROOM,    /* on this dock; tried again when there may be */
    ASV_LEFT_STAGED,     /* pulled, waits for a service; tried again */
    ASV_LEFT_ELSEWHERE,  /* another slot has it; tried again */
    ASV_LEFT_UNTOLD,     /* in the vault, and the database is still to be told; tried again after that */
};

struct asv_slot_left {
    uint64_t number;
    enum asv_left why;
};

struct asv_slot_counts {
    uint32_t listed; /* in the last full listing */
    uint32_t pulled, stored, quarantined, expired, erased;
    uint64_t bytes;
};

struct asv_slot {
    struct asv_dock *dock;
    struct asv_log log;
    unsigned index;  /* in the dock's table */
    uint16_t number; /* as people call it */
    char port[ASV_USB_PORT_BYTES];
    enum asv_slot_state state;
    int64_t since_ms; /* wall: in this state */
    uint32_t why;     /* ASV_WHY_*, and the same in words, with figures and names */
    char reason[ASV_SLOT_REASON_BYTES];

    /* the link */
    const struct asv_link_ops *ops;
    void *link;
    bool attached, opened;
    unsigned lent; /* frames with workers */
    unsigned attempts;
    struct asv_timer retry, tick;

    /* the session */
    uint64_t serial; /* rises with each: what was begun in an earlier one is not for this one */
    bool wired;      /* wire is initialised */
    struct asv_wire_dock wire;
    struct asv_slot_request requests[ASV_WIRE_MAX_REQUESTS];
    void (*deferred)(struct asv_slot *slot); /* asks again when there is room for a request */
    struct asv_docking *docking;             /* NULL before the camera is known */
    enum asv_status standing;
    struct asv_revoked *revoked; /* the list of this session; NULL: none known */
    bool retired;
    char unit[ASV_COMMIT_TEXT_BYTES]; /* of the register */
    bool docking_ended;

    /* the script */
    unsigned step;  /* within IDENTIFYING or FINISHING */
    unsigned tries; /* of a step that is repeated */
    bool renewing;  /* within IDENTIFYING: the bulletin comes first */
    uint64_t asked_ms;
    uint64_t log_next;
    uint8_t *object; /* malloc'd: on its way to the camera or to the database */
    size_t object_len;
    uint32_t last_date; /* of the days that the camera has keys for, yyyymmdd; 0: unknown */
    bool assign;        /* it is being issued: to this unit, for this area */
    uint8_t assignment[16];
    char assign_unit[ASV_TEXT_SIZE], assign_area[ASV_TEXT_SIZE];
    bool assign_sent, assigned; /* in this session: it may have it; it said that it has */
    struct asv_issue *issue;    /* whoever is to take it, and was not told yet; NULL: nobody */
    bool offered;               /* it is ready and lit, for whoever was told */
    struct asv_timer offer;     /* how long it waits for a badge's holder */

    /* the recordings */
    struct asv_candidate candidates[ASV_SLOT_CANDIDATES];
    unsigned candidate_count;
    uint64_t list_after;
    unsigned list_pages;
    uint32_t list_seen;
    bool listing, listed, relist;
    char room[ASV_ERR_TEXT_BYTES]; /* why there was none */
    struct asv_slot_left left[ASV_SLOT_LEFT];
    unsigned untold_count; /* met in this session; what the recovery cannot tell either is not pulled again */
    uint64_t untold[ASV_SLOT_UNTOLD];
    unsigned left_count;
    struct asv_intake *pulling;
    unsigned committing; /* recordings between last chunk and the end */
    unsigned delivering; /* of these: the camera is erasing */
    uint64_t last_talk_ms, last_indicated_ms, retried_ms;
    struct asv_slot_counts counts;
    uint64_t rate_bytes, rate_since_ms; /* of the running window */
    uint64_t rate;                      /* bytes a second, of the last one */
    uint64_t list_bytes;                /* of the running round: what is to be pulled */
    uint64_t ahead_bytes, pulled_bytes; /* of this docking, beside the one that is being pulled */
    uint64_t pulled_since_ms;           /* 0: nothing yet */
    uint64_t floor_bytes, floor_since_ms;
};

void asv_slot_init(struct asv_slot *slot, struct asv_dock *dock, unsigned index, uint16_t number,
                   const char *port);

/* ---- the link's events ---- */
void asv_slot_attached(struct asv_slot *slot, const struct asv_link_ops *ops, void *link);
void asv_slot_opened(struct asv_slot *slot);
void asv_slot_received(struct asv_slot *slot, struct asv_usb_frame *frame);
void asv_slot_failed(struct asv_slot *slot, const struct asv_err *why);
void asv_slot_closed(struct asv_slot *slot);
void asv_slot_detached(struct asv_slot *slot);

/* ---- for the slot's parts ---- */

/* A recording that was pulled is pulled again, or gone on with from staging: it counts when it is whole anew.
 */
static inline void asv_slot_uncount_pulled(struct asv_slot *slot)
{
    assert(slot->counts.pulled > 0);
    slot->counts.pulled--;
}

/* Asserts that the table of moves permits it; a move to the state it is in only sets why. reason is the same
 * in words; NULL: none. */
void asv_slot_move(struct asv_slot *slot, enum asv_slot_state to, uint32_t why, const char *reason);

/* Ends the session. A fault is tried again a few times; a refused camera is not spoken to until it is plugged
 * in anew. Both may be called in every state that has a session, and do nothing in others. */
void asv_slot_fault(struct asv_slot *slot, enum asv_why why, const char *reason);
void asv_slot_refuse(struct asv_slot *slot, enum asv_why why, const char *reason);

void asv_slot_park(struct asv_slot *slot);

/* A new session with a camera that is READY or at ATTENTION; nothing in other states. */
void asv_slot_again(struct asv_slot *slot);

/* Frees what a slot holds; nothing runs any more. */
void asv_slot_clear(struct asv_slot *slot);

/* Tells the database that this docking is over. */
void asv_slot_end_docking(struct asv_slot *slot, enum asv_db_docking_reason reason);

bool asv_slot_is_open(const struct asv_slot *slot);

/* Sends a request; reply is called with its answer, or never when the session ends. ASV_E_BUSY: too many are
 * outstanding. Any other failure has ended the session. */
enum asv_status asv_slot_ask(struct asv_slot *slot, const struct asv_wire_message *message,
                             uint64_t deadline_ms, asv_slot_reply *reply, void *ctx);

/* As asv_slot_ask without a context; when there is no room, `again` is called as soon as there is. */
void asv_slot_ask_soon(struct asv_slot *slot, const struct asv_wire_message *message, uint64_t deadline_ms,
                       asv_slot_reply *reply, void (*again)(struct asv_slot *slot));

/* Chunks came or a worker is done: nobody is late. */
void asv_slot_extend(struct asv_slot *slot);

/* Does what is next: the one place that decides. Fine to call at any time. */
void asv_slot_progress(struct asv_slot *slot);

/* Recordings that stay on the camera. A number that is in the list already gets the new reason. */
void asv_slot_leave(struct asv_slot *slot, uint64_t number, enum asv_left why);
bool asv_slot_is_left(const struct asv_slot *slot, uint64_t number);
unsigned asv_slot_left_for(const struct asv_slot *slot, enum asv_left why);
/* It lies in the vault, and the recovery tells the database. */
void asv_slot_leave_untold(struct asv_slot *slot, uint64_t number);
bool asv_slot_is_untold(const struct asv_slot *slot, uint64_t number); /* was, in this session */
/* Something may have changed for those that are tried again: they may be listed anew. */
void asv_slot_retry_left(struct asv_slot *slot);

/* Marked ones first, then oldest. */
bool asv_candidate_is_before(const struct asv_wire_clip *a, const struct asv_wire_clip *b);
/* Keeps the first ASV_SLOT_CANDIDATES of all in this order. */
void asv_candidates_add(struct asv_candidate *list, unsigned *count, const struct asv_wire_clip *clip);

void asv_slot_indicate(struct asv_slot *slot, uint8_t indication, uint16_t permille);

/* How far the docking is with all that it pulls, in percent, and in how many minutes it is through: neither
 * says of how many recordings (LAW L6). minutes 0: it cannot be said. false: there was nothing to pull. */
bool asv_slot_share(const struct asv_slot *slot, unsigned *percent, unsigned *minutes);

/* An alarm about this slot's camera, into the database when it is there. */
void asv_slot_alarm(struct asv_slot *slot, enum asv_db_alarm_kind kind, const char *detail);

/* The camera's reserve key was used: its period runs from now on, and until the camera has another one, no
 * bulletin is good enough. */
void asv_slot_note_reserve(struct asv_slot *slot);

/* What the database knows of the camera: told at the beginning of the docking, or when it is back. */
void asv_slot_known(struct asv_slot *slot, const struct asv_db_docking_result *result);

/* ---- the script ---- */
void asv_slot_identify(struct asv_slot *slot); /* begins IDENTIFYING */
void asv_slot_renew(struct asv_slot *slot);    /* ends IDENTIFYING; a new reserve key first, if need be */
void asv_slot_list(struct asv_slot *slot);     /* begins a round of listing */
void asv_slot_finish(struct asv_slot *slot);   /* begins FINISHING */

#endif
