/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/http/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "server/base/io.h"

struct asv_http_pool {
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct asv_http_job *first, **last;
    bool ending;

    unsigned count;
    pthread_t threads[ASV_HTTP_THREADS_MAX];
};

/* The next job, or NULL at the end. */
static struct asv_http_job *take(struct asv_http_pool *pool, bool *ending)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->first == NULL && !pool->ending) {
        pthread_cond_wait(&pool->changed, &pool->lock);
    }
    struct asv_http_job *job = pool->first;
    if (job != NULL) {
        pool->first = job->next;
        pool->last = pool->first != NULL ? pool->last : &pool->first;
    }
    *ending = pool->ending;
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *work(void *ctx)
{
    struct asv_http_pool *pool = ctx;
    struct asv_http_job *job;
    bool ending = false;
    while ((job = take(pool, &ending)) != NULL) {
        job->run(job, ending);
    }
    return NULL;
}

enum asv_status asv_http_pool_start(unsigned threads, struct asv_http_pool **out, struct asv_err *err)
{
    struct asv_http_pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->last = &pool->first;
    for (; pool->count < threads && pool->count < ASV_HTTP_THREADS_MAX; pool->count++) {
        int failed = pthread_create(&pool->threads[pool->count], NULL, work, pool);
        if (failed != 0) {
            asv_http_pool_stop(pool);
            return asv_io_fail(err, failed, "threads");
        }
    }
    *out = pool;
    return ASV_OK;
}

void asv_http_pool_add(struct asv_http_pool *pool, struct asv_http_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&pool->lock);
    *pool->last = job;
    pool->last = &job->next;
    pthread_cond_signal(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void asv_http_pool_stop(struct asv_http_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++) {
        pthread_join(pool->threads[i], NULL);
    }
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
