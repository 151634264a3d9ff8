/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A small fixed number of threads for what blocks: hashing and writing chunks, fsync, reading back, the
 * keeper, the database. Work is queued in lanes (one for each slot, one for each service); the threads serve
 * the lanes in turn, so that a slot with much to do never keeps the others waiting. A lane can be limited to
 * fewer jobs at once than there are threads: a service with one connection gets 1, so that at most one thread
 * ever waits for it.
 *
 * A job's run() is called on a worker, then its done() on the thread that calls asv_pool_reap. Everything a
 * job points to must live until done(). Nothing is cancelled: a job that was submitted is done.
 */
#ifndef ASV_DOCK_POOL_H
#define ASV_DOCK_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "firmware-proto/base/status.h"

#define ASV_POOL_MAX_THREADS 16
#define ASV_POOL_MAX_LANES   128

struct asv_job {
    void (*run)(struct asv_job *job);
    void (*done)(struct asv_job *job);
    struct asv_job *next; /* the pool's, while submitted */
};

struct asv_pool;

/* *out is the caller's to stop. threads 1..ASV_POOL_MAX_THREADS, lanes 1..ASV_POOL_MAX_LANES, else
 * ASV_E_USAGE. The threads block every signal. */
ASV_MUST_CHECK enum asv_status asv_pool_start(unsigned threads, unsigned lanes, struct asv_pool **out,
                                              struct asv_err *err);

/* At most `limit` jobs of this lane run at once; 0 (the default): as many as there are threads. */
void asv_pool_limit(struct asv_pool *pool, unsigned lane, unsigned limit);

/* The lanes first .. first + count - 1 form a group, of which at most `limit` jobs run at once: what takes
 * long must leave a thread for what does not. One group; a lane of it may have a limit of its own besides. */
void asv_pool_group(struct asv_pool *pool, unsigned first, unsigned count, unsigned limit);

/* Jobs of one lane start in the order in which they were submitted. */
void asv_pool_submit(struct asv_pool *pool, unsigned lane, struct asv_job *job);

/* Readable (an eventfd) whenever asv_pool_reap has something to do. */
int asv_pool_fd(const struct asv_pool *pool);

/* Calls done() for every job that has run. A done() may submit again. */
void asv_pool_reap(struct asv_pool *pool);

/* Jobs submitted whose done() was not called yet. */
size_t asv_pool_pending(const struct asv_pool *pool);

/* Waits until every job has run, calls their done()s and ends the threads. NULL is fine. */
void asv_pool_stop(struct asv_pool *pool);

#endif
