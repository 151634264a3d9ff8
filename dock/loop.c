/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "dock/loop.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64

struct asv_loop {
    int epoll;
    struct asv_watch timer_watch, signal_watch;
    void (*caught)(void *ctx, int number);
    void *caught_ctx;
    bool stopped;
    struct epoll_event batch[BATCH]; /* being handed out; a removed watch is blanked here */
    int batch_count;
    size_t timer_count;
    struct asv_timer *timers[ASV_LOOP_MAX_TIMERS]; /* binary heap by due_ms */
};

/* The loop's own two watches live inside it, so that their callbacks can find it. */
static struct asv_loop *loop_of_timer(struct asv_watch *watch)
{
    return (struct asv_loop *)((char *)watch - offsetof(struct asv_loop, timer_watch));
}

static struct asv_loop *loop_of_signal(struct asv_watch *watch)
{
    return (struct asv_loop *)((char *)watch - offsetof(struct asv_loop, signal_watch));
}

uint64_t asv_loop_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- timers ---- */

static void place(struct asv_loop *loop, size_t at, struct asv_timer *timer)
{
    loop->timers[at] = timer;
    timer->slot = at + 1;
}

static void sift(struct asv_loop *loop, size_t at)
{
    struct asv_timer *timer = loop->timers[at];
    while (at > 0 && loop->timers[(at - 1) / 2]->due_ms > timer->due_ms) {
        place(loop, at, loop->timers[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= loop->timer_count)
            break;
        if (child + 1 < loop->timer_count && loop->timers[child + 1]->due_ms < loop->timers[child]->due_ms)
            child++;
        if (loop->timers[child]->due_ms >= timer->due_ms)
            break;
        place(loop, at, loop->timers[child]);
        at = child;
    }
    place(loop, at, timer);
}

static void rearm(struct asv_loop *loop)
{
    struct itimerspec spec = {0};
    if (loop->timer_count) {
        uint64_t due = loop->timers[0]->due_ms;
        spec.it_value.tv_sec = (time_t)(due / 1000);
        spec.it_value.tv_nsec = (long)(due % 1000) * 1000000;
        if (due == 0)
            spec.it_value.tv_nsec = 1; /* all zero would disarm it */
    }
    int failed = timerfd_settime(loop->timer_watch.fd, TFD_TIMER_ABSTIME, &spec, NULL);
    assert(!failed);
    (void)failed;
}

static void timer_remove(struct asv_loop *loop, struct asv_timer *timer)
{
    size_t at = timer->slot - 1;
    assert(at < loop->timer_count && loop->timers[at] == timer);
    timer->slot = 0;
    loop->timer_count--;
    if (at < loop->timer_count) {
        loop->timers[at] = loop->timers[loop->timer_count];
        sift(loop, at);
    }
}

void asv_timer_start(struct asv_loop *loop, struct asv_timer *timer, uint64_t delay_ms)
{
    if (timer->slot)
        timer_remove(loop, timer);
    assert(loop->timer_count < ASV_LOOP_MAX_TIMERS);
    timer->due_ms = asv_loop_now_ms() + delay_ms;
    loop->timers[loop->timer_count] = timer;
    sift(loop, loop->timer_count++);
    rearm(loop);
}

void asv_timer_stop(struct asv_loop *loop, struct asv_timer *timer)
{
    if (!timer->slot)
        return;
    timer_remove(loop, timer);
    rearm(loop);
}

static void timers_ready(struct asv_watch *watch, uint32_t events)
{
    (void)events;
    struct asv_loop *loop = loop_of_timer(watch);
    uint64_t count;
    while (read(watch->fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
    /* At most as many as were set: one that restarts itself with 0 gets its next turn in the next round. */
    uint64_t now = asv_loop_now_ms();
    for (size_t i = loop->timer_count; i > 0 && loop->timer_count && loop->timers[0]->due_ms <= now; i--) {
        struct asv_timer *timer = loop->timers[0];
        timer_remove(loop, timer);
        timer->fire(timer);
    }
    rearm(loop);
}

/* ---- signals ---- */

static void signal_ready(struct asv_watch *watch, uint32_t events)
{
    (void)events;
    struct asv_loop *loop = loop_of_signal(watch);
    struct signalfd_siginfo info;
    while (read(watch->fd, &info, sizeof info) == (ssize_t)sizeof info)
        loop->caught(loop->caught_ctx, (int)info.ssi_signo);
}

enum asv_status asv_loop_signals(struct asv_loop *loop, void (*caught)(void *ctx, int number), void *ctx,
                                 struct asv_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return asv_fail_at(err, ASV_E_INTERNAL, "sigprocmask: errno", (uint64_t)errno);
    loop->caught = caught;
    loop->caught_ctx = ctx;
    loop->signal_watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    loop->signal_watch.ready = signal_ready;
    if (loop->signal_watch.fd < 0)
        return asv_fail_at(err, ASV_E_INTERNAL, "signalfd: errno", (uint64_t)errno);
    return asv_loop_watch(loop, &loop->signal_watch, EPOLLIN, err);
}

/* ---- descriptors ---- */

enum asv_status asv_loop_open(struct asv_loop **out, struct asv_err *err)
{
    struct asv_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the event loop");
    loop->signal_watch.fd = -1;
    loop->timer_watch.ready = timers_ready;
    loop->timer_watch.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum asv_status status = ASV_OK;
    if (loop->timer_watch.fd < 0 || loop->epoll < 0)
        status = asv_fail_at(err, ASV_E_INTERNAL, "epoll or timerfd: errno", (uint64_t)errno);
    if (!status)
        status = asv_loop_watch(loop, &loop->timer_watch, EPOLLIN, err);
    if (status) {
        asv_loop_close(loop);
        return status;
    }
    *out = loop;
    return ASV_OK;
}

void asv_loop_close(struct asv_loop *loop)
{
    if (!loop)
        return;
    if (loop->timer_watch.fd >= 0)
        close(loop->timer_watch.fd);
    if (loop->signal_watch.fd >= 0)
        close(loop->signal_watch.fd);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
}

enum asv_status asv_loop_watch(struct asv_loop *loop, struct asv_watch *watch, uint32_t events,
                               struct asv_err *err)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, watch->fd, &event))
        return asv_fail_at(err, ASV_E_INTERNAL, "epoll_ctl add: errno", (uint64_t)errno);
    return ASV_OK;
}

void asv_loop_rewatch(struct asv_loop *loop, struct asv_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    int failed = epoll_ctl(loop->epoll, EPOLL_CTL_MOD, watch->fd, &event);
    assert(!failed);
    (void)failed;
}

void asv_loop_unwatch(struct asv_loop *loop, struct asv_watch *watch)
{
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL); /* it may be closed already */
    for (int i = 0; i < loop->batch_count; i++)
        if (loop->batch[i].data.ptr == watch)
            loop->batch[i].data.ptr = NULL;
}

enum asv_status asv_loop_run(struct asv_loop *loop, struct asv_err *err)
{
    loop->stopped = false;
    while (!loop->stopped) {
        int n = epoll_wait(loop->epoll, loop->batch, BATCH, -1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return asv_fail_at(err, ASV_E_INTERNAL, "epoll_wait: errno", (uint64_t)errno);
        loop->batch_count = n;
        for (int i = 0; i < n; i++) {
            struct asv_watch *watch = loop->batch[i].data.ptr;
            if (watch)
                watch->ready(watch, loop->batch[i].events);
        }
        loop->batch_count = 0;
    }
    return ASV_OK;
}

void asv_loop_stop(struct asv_loop *loop)
{
    loop->stopped = true;
}
