/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One recording on its way in, as the loop sees it: which step it is at, what runs on a worker for it, what
 * is asked of the camera. intake.c pulls it; intake_commit.c brings it into custody and goes on without the
 * camera when that is taken out; intake_ask.c asks keeper and database; intake_deliver.c lets the camera
 * erase it. The bytes are take.h's.
 */
#ifndef ASV_DOCK_INTAKE_H
#define ASV_DOCK_INTAKE_H

#include "dock/dock.h"
#include "dock/take.h"
#include "firmware-proto/trust/erasure.h"

#define ASV_INTAKE_REQUEST_CHUNKS 16 /* of one request: 1 MiB */
#define ASV_INTAKE_REQUESTS       6  /* for chunks, or parts of a file, outstanding at once */

enum asv_intake_step {
    /* with the camera; the slot's `pulling` */
    ASV_INTAKE_STAGE,
    ASV_INTAKE_SEAL,
    ASV_INTAKE_STANZAS,
    ASV_INTAKE_LINK,
    ASV_INTAKE_TAIL,
    ASV_INTAKE_JUDGE,
    ASV_INTAKE_PREPARE,
    ASV_INTAKE_SCAN,
    ASV_INTAKE_CHUNKS,
    ASV_INTAKE_END,
    /* without it, if need be */
    ASV_INTAKE_LIVES,  /* its period is over: whether the keeper knows better */
    ASV_INTAKE_REVIVE, /* it does: as if the period were not over */
    ASV_INTAKE_MOVE,
    ASV_INTAKE_READ_BACK,
    ASV_INTAKE_OPENS,
    ASV_INTAKE_QUARANTINE, /* after all */
    ASV_INTAKE_RECORD,
    ASV_INTAKE_CUSTODY,
    ASV_INTAKE_AGAIN,   /* in custody since an earlier docking: what was committed */
    ASV_INTAKE_CHECK,   /* still as it was: a receipt for this docking */
    ASV_INTAKE_RECEIPT, /* which the database hears of too */
    ASV_INTAKE_ORDER,   /* for what is not stored: the keeper's, to erase it */
    ASV_INTAKE_ORDERED, /* kept in the tombstone */
    ASV_INTAKE_TOLD,    /* and told to the database */
    ASV_INTAKE_DISCARD, /* a tombstone was made, or there are two of it */
    /* with it again */
    ASV_INTAKE_DELIVER, /* the camera erases */
    ASV_INTAKE_ERASED,  /* its proof is kept */
    ASV_INTAKE_PROVEN,  /* and told to the database */
};

/* The keeper's order, before the camera gets it: nothing to do without the camera. */
static inline bool asv_intake_is_ordering(enum asv_intake_step step)
{
    return step >= ASV_INTAKE_ORDER && step <= ASV_INTAKE_TOLD;
}

/* "payload"; static storage. */
const char *asv_intake_step_name(enum asv_intake_step step);

/* Chunks or bytes that were asked for. */
struct asv_intake_ask {
    bool used;
    uint64_t first;
    unsigned count;
};

struct asv_intake {
    struct asv_intake *next;
    struct asv_dock *dock;
    struct asv_slot *slot; /* NULL: the camera is gone */
    struct asv_log log;
    struct asv_take take;
    enum asv_intake_step step;
    bool busy;      /* job runs */
    bool waiting;   /* for a service, room or time: step is tried again */
    bool abandoned; /* to be dropped as soon as nothing runs */
    bool recovered; /* the recovery's, which waits for its end */
    unsigned recovery_at;
    bool unknown;              /* a worker is still reading which recording it is */
    enum asv_take_found found; /* by the recovery, or when it was revived */
    struct asv_job job;
    struct asv_timer retry;
    enum asv_status status; /* of the job */
    struct asv_err err;

    /* pulling */
    unsigned pieces;   /* frames with workers */
    uint64_t at, size; /* of the file that is pulled: asked for up to here */
    uint64_t done_bytes;
    uint8_t *todo; /* chunks to ask for in this pass; of the loop's thread alone */
    uint64_t next_chunk;
    unsigned pass, asks;
    struct asv_intake_ask asked[ASV_INTAKE_REQUESTS];
    enum asv_status piece_status;
    struct asv_err piece_err;
    unsigned rereads; /* after a disk that gave back something else */
    uint32_t wrong;   /* chunks that came wrong, each time */
    bool unsettled;   /* in this pass, came otherwise than before: spoilt on the way */
    uint64_t done_chunks;

    /* committing */
    struct asv_take_evidence *evidence;
    enum asv_opens opens; /* as the keeper said */
    bool begin, began, asked_service;
    struct asv_db_docking_result known; /* when the docking began with this job */
    enum asv_status heard;              /* from the service */
    bool resume, undelivered, conflict, twin, anew, unkept;
    bool was_expired; /* an earlier docking found that its period is over */
    int failed_step;  /* so that a failure is told once */
    char quarantine[ASV_COMMIT_TEXT_BYTES];
    enum asv_db_outcome outcome;
    uint8_t erasure[ASV_ERASURE_MAX_BYTES];
    size_t erasure_len;
};

/* Takes the slot's first candidate. */
void asv_intake_begin(struct asv_slot *slot);

/* Whether this slot's camera's recording of this number is being handled. */
bool asv_intake_has(const struct asv_slot *slot, uint64_t number);

/* Those of this slot that wait for something. */
unsigned asv_intake_waiting(const struct asv_slot *slot);

/* The camera is gone: what is being pulled is put down, what is being committed goes on. */
void asv_intake_detach_all(struct asv_slot *slot);

/* Something came back that an intake may have waited for. */
void asv_intake_resume_all(struct asv_dock *dock);

/* Nothing runs any more: closes everything. */
void asv_intake_free_all(struct asv_dock *dock);

/* Chunks or parts of a file are outstanding: the camera should be sending. intake may be NULL. */
bool asv_intake_wants_bytes(const struct asv_intake *intake);

/* Bytes that there are of one, and bytes that are there. */
uint64_t asv_intake_bytes(const struct asv_wire_clip *offer);
void asv_intake_progress(const struct asv_intake *intake, uint64_t *done, uint64_t *total);

void asv_intake_indicate(struct asv_intake *intake, uint64_t now_ms);

/* ---- between intake.c, intake_commit.c, intake_deliver.c and recovery.c ---- */

struct asv_intake *asv_intake_new(struct asv_dock *dock, struct asv_slot *slot, struct asv_docking *docking,
                                  const struct asv_wire_clip *offer);

/* Runs `run` on a lane for this intake; `done` sees status and err. */
void asv_intake_run(struct asv_intake *intake, unsigned lane, void (*run)(struct asv_job *),
                    void (*done)(struct asv_job *));

/* The recovery, if it is one of its own, no longer waits for its end. */
void asv_intake_disown(struct asv_intake *intake);

/* Unlinks and frees it, when nothing runs for it; else as soon as that is so. */
void asv_intake_drop(struct asv_intake *intake);

/* Everything was pulled, or found: brings it into custody from `step` on. */
void asv_intake_commit(struct asv_intake *intake, enum asv_intake_step step);

/* Nothing is left to do for it: drops it. Whoever waited for the same recording, or for its room, may go on.
 */
void asv_intake_finish(struct asv_intake *intake);

/* As finish, and it stays on the camera for this reason. */
void asv_intake_leave(struct asv_intake *intake, enum asv_left why);

/* The receipt to the camera; the word that its proof is kept. */
void asv_intake_deliver(struct asv_intake *intake);
void asv_intake_acknowledge(const struct asv_intake *intake);

/* Receipts that found no room among the requests. */
void asv_intake_deliver_all(struct asv_slot *slot);

/* A recording of this slot of which the disk gave back something else; NULL: none. It is no longer counted
 * among those that were pulled and are being committed. */
struct asv_intake *asv_intake_to_pull_again(struct asv_slot *slot);

/* Goes on asking for what is being pulled, after a request that found no room. */
void asv_intake_pump(struct asv_intake *intake);

/* Pulls the chunks that are missing (again); the slot's `pulling` is this one. */
void asv_intake_pull_chunks(struct asv_intake *intake);

/* ---- intake_ask.c: jobs, and what they heard ---- */

void asv_intake_lives_run(struct asv_job *job);
void asv_intake_opens_run(struct asv_job *job);
void asv_intake_order_run(struct asv_job *job);
void asv_intake_custody_run(struct asv_job *job);
void asv_intake_again_run(struct asv_job *job);
void asv_intake_receipt_run(struct asv_job *job);
void asv_intake_told_run(struct asv_job *job);
void asv_intake_proven_run(struct asv_job *job);

/* After asv_intake_lives_run: although its period is over, it is to be taken in. */
bool asv_intake_lives(const struct asv_intake *intake);

void asv_intake_identity(const struct asv_intake *intake, struct asv_db_identity *identity);

#endif
