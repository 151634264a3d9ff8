/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/pool.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue {
    struct asv_job *head, **tail;
};

struct lane {
    struct queue waiting;
    unsigned running, limit;
    bool grouped;
};

struct asv_pool {
    pthread_mutex_t lock;
    pthread_cond_t work;
    pthread_t threads[ASV_POOL_MAX_THREADS];
    unsigned thread_count, lane_count;
    unsigned group_running, group_limit;
    unsigned turn; /* the lane that is asked first next time */
    bool stopping;
    int fd;
    size_t pending; /* of the reaping thread only */
    struct queue finished;
    struct lane lanes[ASV_POOL_MAX_LANES];
};

static void queue_init(struct queue *queue)
{
    queue->head = NULL;
    queue->tail = &queue->head;
}

static void queue_put(struct queue *queue, struct asv_job *job)
{
    job->next = NULL;
    *queue->tail = job;
    queue->tail = &job->next;
}

static struct asv_job *queue_get(struct queue *queue)
{
    struct asv_job *job = queue->head;
    if (job) {
        queue->head = job->next;
        if (!queue->head)
            queue->tail = &queue->head;
        job->next = NULL;
    }
    return job;
}

static bool may_run(const struct asv_pool *pool, const struct lane *lane)
{
    return lane->waiting.head && !(lane->limit && lane->running >= lane->limit) &&
           !(lane->grouped && pool->group_running >= pool->group_limit);
}

/* The next job in turn and its lane, or NULL when no lane may run one. */
static struct asv_job *take(struct asv_pool *pool, struct lane **from)
{
    for (unsigned i = 0; i < pool->lane_count; i++) {
        unsigned at = (pool->turn + i) % pool->lane_count;
        struct lane *lane = &pool->lanes[at];
        if (!may_run(pool, lane))
            continue;
        pool->turn = (at + 1) % pool->lane_count;
        lane->running++;
        pool->group_running += lane->grouped;
        *from = lane;
        return queue_get(&lane->waiting);
    }
    return NULL;
}

static void announce(const struct asv_pool *pool)
{
    uint64_t one = 1;
    ssize_t n;
    do
        n = write(pool->fd, &one, sizeof one);
    while (n < 0 && errno == EINTR);
    /* EAGAIN means that the counter is full: then the fd is readable already. */
}

static void *work(void *arg)
{
    struct asv_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        struct lane *lane = NULL;
        struct asv_job *job = take(pool, &lane);
        if (!job) {
            if (pool->stopping)
                break;
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        job->run(job);
        pthread_mutex_lock(&pool->lock);
        lane->running--;
        pool->group_running -= lane->grouped;
        if (lane->limit || lane->grouped)
            pthread_cond_signal(&pool->work); /* a thread may have passed this lane, or its group, over */
        bool was_empty = !pool->finished.head;
        queue_put(&pool->finished, job);
        if (was_empty)
            announce(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static enum asv_status start_threads(struct asv_pool *pool, unsigned threads, struct asv_err *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = 0;
    while (!failed && pool->thread_count < threads) {
        failed = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
        if (!failed)
            pool->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? asv_fail_at(err, ASV_E_INTERNAL, "cannot start a worker thread: errno", (uint64_t)failed)
                  : ASV_OK;
}

enum asv_status asv_pool_start(unsigned threads, unsigned lanes, struct asv_pool **out, struct asv_err *err)
{
    if (threads == 0 || threads > ASV_POOL_MAX_THREADS)
        return asv_fail_at(err, ASV_E_USAGE, "number of worker threads out of range", threads);
    if (lanes == 0 || lanes > ASV_POOL_MAX_LANES)
        return asv_fail_at(err, ASV_E_USAGE, "number of lanes out of range", lanes);
    struct asv_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the worker pool");
    pool->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pool->fd < 0) {
        free(pool);
        return asv_fail_at(err, ASV_E_INTERNAL, "eventfd: errno", (uint64_t)errno);
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    queue_init(&pool->finished);
    pool->lane_count = lanes;
    for (unsigned i = 0; i < lanes; i++)
        queue_init(&pool->lanes[i].waiting);
    enum asv_status status = start_threads(pool, threads, err);
    if (status) {
        asv_pool_stop(pool);
        return status;
    }
    *out = pool;
    return ASV_OK;
}

void asv_pool_limit(struct asv_pool *pool, unsigned lane, unsigned limit)
{
    assert(lane < pool->lane_count);
    pthread_mutex_lock(&pool->lock);
    pool->lanes[lane].limit = limit;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

void asv_pool_group(struct asv_pool *pool, unsigned first, unsigned count, unsigned limit)
{
    assert(first + count <= pool->lane_count && limit > 0);
    pthread_mutex_lock(&pool->lock);
    pool->group_limit = limit;
    for (unsigned i = first; i < first + count; i++)
        pool->lanes[i].grouped = true;
    pthread_mutex_unlock(&pool->lock);
}

void asv_pool_submit(struct asv_pool *pool, unsigned lane, struct asv_job *job)
{
    assert(lane < pool->lane_count);
    pool->pending++;
    pthread_mutex_lock(&pool->lock);
    queue_put(&pool->lanes[lane].waiting, job);
    pthread_cond_signal(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

int asv_pool_fd(const struct asv_pool *pool)
{
    return pool->fd;
}

void asv_pool_reap(struct asv_pool *pool)
{
    uint64_t count;
    while (read(pool->fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
    pthread_mutex_lock(&pool->lock);
    struct asv_job *job = pool->finished.head;
    queue_init(&pool->finished);
    pthread_mutex_unlock(&pool->lock);
    while (job) {
        struct asv_job *next = job->next; /* done() may free the job or submit it again */
        pool->pending--;
        job->done(job);
        job = next;
    }
}

size_t asv_pool_pending(const struct asv_pool *pool)
{
    return pool->pending;
}

void asv_pool_stop(struct asv_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    asv_pool_reap(pool);
    assert(!pool->finished.head);
    close(pool->fd);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
