/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Threads that do what somebody has to be waited for.
 */
#ifndef ASV_SERVER_HTTP_POOL_H
#define ASV_SERVER_HTTP_POOL_H

#include <stdbool.h>

#include "firmware-proto/base/status.h"

#define ASV_HTTP_THREADS_MAX 16

/* The first member of what is to be done. */
struct asv_http_job {
    struct asv_http_job *next;
    /* Runs in a thread; with `ending` it only says that it was not done. The job is no longer the pool's. */
    void (*run)(struct asv_http_job *job, bool ending);
};

struct asv_http_pool;

/* They take over the caller's signal mask and sandbox. *out is the caller's to stop. */
ASV_MUST_CHECK enum asv_status asv_http_pool_start(unsigned threads, struct asv_http_pool **out,
                                                   struct asv_err *err);

void asv_http_pool_add(struct asv_http_pool *pool, struct asv_http_job *job);

/* What runs is done to its end, what waits is run with `ending`; then the threads are gone. NULL is fine. */
void asv_http_pool_stop(struct asv_http_pool *pool);

#endif
