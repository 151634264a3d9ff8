/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct asv_bus_worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct asv_bus_device device;
    int wake_fd;
    bool manual_clock;

    /* under lock */
    uint64_t manual_now;
    struct asv_bus_frames out;
    struct asv_bus_frames in;
    struct asv_bus_worker_look look;
    struct asv_err err;
    bool stop, cut;
    bool reset;     /* the device must hear of a reset first */
    bool ask;       /* in() may have something */
    bool refused;   /* the first frame of out was refused once; in() comes before it is offered again */
    uint64_t wake;  /* when in() wants to be asked again */
    unsigned epoch; /* counts resets, so that a frame made before one is not sent after it */
};

static void notify(const struct asv_bus_worker *worker)
{
    uint64_t one = 1;
    (void)!write(worker->wake_fd, &one, sizeof one);
}

static uint64_t now_locked(const struct asv_bus_worker *worker)
{
    const struct asv_bus_clock clock = {.manual = worker->manual_clock, .now = worker->manual_now};
    return asv_bus_clock_now(&clock);
}

/* Waits for work; with a real clock no longer than until the device wants to be asked. */
static void wait_locked(struct asv_bus_worker *worker)
{
    if (worker->manual_clock || worker->wake == ASV_BUS_NEVER) {
        (void)pthread_cond_wait(&worker->work, &worker->lock);
        return;
    }
    struct timespec until = {.tv_sec = (time_t)(worker->wake / 1000000000u),
                             .tv_nsec = (long)(worker->wake % 1000000000u)};
    (void)pthread_cond_timedwait(&worker->work, &worker->lock, &until);
}

static void do_reset(struct asv_bus_worker *worker, uint64_t now)
{
    worker->reset = false;
    worker->ask = true;
    pthread_mutex_unlock(&worker->lock);
    worker->device.ops->reset(worker->device.self, now);
    pthread_mutex_lock(&worker->lock);
}

static void do_out(struct asv_bus_worker *worker, uint64_t now)
{
    struct asv_bus_frame *frame = asv_bus_frames_take(&worker->out);
    unsigned epoch = worker->epoch;
    pthread_mutex_unlock(&worker->lock);
    enum asv_status status = worker->device.ops->out(worker->device.self, now, frame->data, frame->len);
    pthread_mutex_lock(&worker->lock);
    worker->ask = true;
    if (status == ASV_E_AGAIN && epoch == worker->epoch) {
        asv_bus_frames_put_first(&worker->out, frame);
        worker->refused = true;
        return;
    }
    free(frame);
    if (status != ASV_OK && epoch == worker->epoch) {
        worker->look.halt_out = true;
    }
    notify(worker); /* room in the queue */
}

static void do_in(struct asv_bus_worker *worker, uint64_t now)
{
    struct asv_bus_frame *frame = asv_bus_frame_new(worker->device.ops->frame_max);
    unsigned epoch = worker->epoch;
    uint64_t wake = ASV_BUS_NEVER;
    size_t len = 0;
    pthread_mutex_unlock(&worker->lock);
    enum asv_status status = ASV_E_NO_MEMORY;
    if (frame != NULL) {
        status = worker->device.ops->in(worker->device.self, now, frame->data, &len, &wake);
        frame->len = len;
    }
    pthread_mutex_lock(&worker->lock);
    worker->refused = false;
    if (epoch != worker->epoch) {
        free(frame); /* made before a reset */
    } else if (status == ASV_OK) {
        asv_bus_frames_put(&worker->in, frame);
        notify(worker);
    } else {
        free(frame);
        worker->ask = false;
        worker->wake = wake;
        if (status != ASV_E_AGAIN) {
            worker->look.halt_in = true;
            notify(worker);
        }
    }
}

static void serve_locked(struct asv_bus_worker *worker)
{
    while (!worker->stop) {
        uint64_t now = now_locked(worker);
        if (worker->wake <= now) {
            worker->wake = ASV_BUS_NEVER;
            worker->ask = true;
        }
        if (worker->reset) {
            do_reset(worker, now);
        } else if (worker->out.count > 0 && !worker->refused) {
            do_out(worker, now);
        } else if (worker->ask && worker->in.count < ASV_BUS_QUEUE_IN) {
            do_in(worker, now);
        } else {
            wait_locked(worker);
        }
    }
}

static void *worker_main(void *arg)
{
    struct asv_bus_worker *worker = arg;
    struct asv_err err = {0};
    pthread_mutex_lock(&worker->lock);
    uint64_t now = now_locked(worker);
    pthread_mutex_unlock(&worker->lock);
    enum asv_status status = worker->device.ops->attach(worker->device.self, now, &err);
    pthread_mutex_lock(&worker->lock);
    worker->look.attach_status = status;
    worker->err = err;
    if (status == ASV_OK) {
        worker->look.state = ASV_BUS_WORKER_RUNNING;
        notify(worker);
        serve_locked(worker);
        bool cut = worker->cut;
        pthread_mutex_unlock(&worker->lock);
        worker->device.ops->detach(worker->device.self, cut);
        pthread_mutex_lock(&worker->lock);
    }
    worker->look.state = ASV_BUS_WORKER_ENDED;
    notify(worker);
    pthread_mutex_unlock(&worker->lock);
    return NULL;
}

static enum asv_status init_sync(struct asv_bus_worker *worker)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0) {
        return ASV_E_INTERNAL;
    }
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    int failed = pthread_cond_init(&worker->work, &attr);
    (void)pthread_condattr_destroy(&attr);
    if (failed != 0) {
        return ASV_E_INTERNAL;
    }
    if (pthread_mutex_init(&worker->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&worker->work);
        return ASV_E_INTERNAL;
    }
    return ASV_OK;
}

static void destroy(struct asv_bus_worker *worker)
{
    asv_bus_frames_clear(&worker->in);
    asv_bus_frames_clear(&worker->out);
    (void)pthread_mutex_destroy(&worker->lock);
    (void)pthread_cond_destroy(&worker->work);
    free(worker);
}

enum asv_status asv_bus_worker_start(struct asv_bus_worker **out, const struct asv_bus_device *device,
                                     const struct asv_bus_clock *clock, int wake_fd)
{
    struct asv_bus_worker *worker = calloc(1, sizeof *worker);
    if (worker == NULL) {
        return ASV_E_NO_MEMORY;
    }
    worker->device = *device;
    worker->wake_fd = wake_fd;
    worker->manual_clock = clock->manual;
    worker->manual_now = clock->now;
    worker->wake = ASV_BUS_NEVER;
    worker->ask = true;
    enum asv_status status = init_sync(worker);
    if (status != ASV_OK) {
        free(worker);
        return status;
    }
    if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
        destroy(worker);
        return ASV_E_INTERNAL;
    }
    *out = worker;
    return ASV_OK;
}

struct asv_bus_worker_look asv_bus_worker_look(struct asv_bus_worker *worker, struct asv_err *err)
{
    pthread_mutex_lock(&worker->lock);
    struct asv_bus_worker_look look = worker->look;
    worker->look.halt_in = false;
    worker->look.halt_out = false;
    if (err != NULL) {
        *err = worker->err;
    }
    pthread_mutex_unlock(&worker->lock);
    return look;
}

bool asv_bus_worker_offer(struct asv_bus_worker *worker, struct asv_bus_frame *frame)
{
    pthread_mutex_lock(&worker->lock);
    bool room = worker->out.count < ASV_BUS_QUEUE_OUT;
    if (room) {
        asv_bus_frames_put(&worker->out, frame);
        pthread_cond_signal(&worker->work);
    }
    pthread_mutex_unlock(&worker->lock);
    return room;
}

struct asv_bus_frame *asv_bus_worker_take(struct asv_bus_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct asv_bus_frame *frame = asv_bus_frames_take(&worker->in);
    if (frame != NULL) {
        pthread_cond_signal(&worker->work);
    }
    pthread_mutex_unlock(&worker->lock);
    return frame;
}

void asv_bus_worker_reset(struct asv_bus_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    asv_bus_frames_clear(&worker->in);
    asv_bus_frames_clear(&worker->out);
    worker->refused = false;
    worker->look.halt_in = false;
    worker->look.halt_out = false;
    worker->wake = ASV_BUS_NEVER;
    worker->reset = true;
    worker->epoch++;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

void asv_bus_worker_resume(struct asv_bus_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->ask = true;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

void asv_bus_worker_tick(struct asv_bus_worker *worker, uint64_t now)
{
    pthread_mutex_lock(&worker->lock);
    worker->manual_now = now;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

void asv_bus_worker_stop(struct asv_bus_worker *worker, bool cut)
{
    pthread_mutex_lock(&worker->lock);
    bool attached = worker->look.state == ASV_BUS_WORKER_RUNNING && !worker->stop;
    pthread_mutex_unlock(&worker->lock);
    /* Before the thread is told to detach, so that the device is still attached. */
    if (cut && attached && worker->device.ops->cut != NULL) {
        worker->device.ops->cut(worker->device.self);
    }
    pthread_mutex_lock(&worker->lock);
    worker->cut |= cut;
    worker->stop = true;
    pthread_cond_signal(&worker->work);
    pthread_mutex_unlock(&worker->lock);
}

void asv_bus_worker_join(struct asv_bus_worker *worker)
{
    (void)pthread_join(worker->thread, NULL);
    destroy(worker);
}
