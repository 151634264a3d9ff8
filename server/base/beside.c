/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/beside.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/fail.h"

struct slot {
    bool is_made;
    enum asv_status status;
    struct asv_err err;
};

struct asv_beside {
    struct asv_beside_work work;
    pthread_t threads[ASV_BESIDE_THREADS];
    unsigned thread_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t begun, taken; /* pieces, so far; that which was taken last stays the taker's */
    bool is_held, stop;
    struct slot slots[ASV_BESIDE_SLOTS];
    uint8_t *bytes; /* mapped */
};

static void *bytes_of(const struct asv_beside *beside, uint64_t i)
{
    return beside->thread_count == 0 ? beside->work.spare
                                     : beside->bytes + (i % ASV_BESIDE_SLOTS) * beside->work.slot_bytes;
}

static size_t all_bytes(const struct asv_beside *beside)
{
    return ASV_BESIDE_SLOTS * beside->work.slot_bytes;
}

/* Not under the lock: the slot is this thread's. */
static void make(struct asv_beside *beside, uint64_t i, void *to)
{
    struct slot *slot = &beside->slots[i % ASV_BESIDE_SLOTS];
    slot->err = (struct asv_err){ASV_OK, ""};
    slot->status = beside->work.make(beside->work.ctx, i, to, &slot->err);
}

/* Pieces that were given back. */
static uint64_t given_back(const struct asv_beside *beside)
{
    return beside->taken - (beside->is_held ? 1 : 0);
}

static void *run(void *ctx)
{
    struct asv_beside *beside = ctx;
    pthread_mutex_lock(&beside->lock);
    while (!beside->stop && beside->begun < beside->work.count) {
        if (beside->begun - given_back(beside) == ASV_BESIDE_SLOTS) {
            pthread_cond_wait(&beside->changed, &beside->lock);
            continue;
        }
        uint64_t i = beside->begun++;
        pthread_mutex_unlock(&beside->lock);
        make(beside, i, beside->bytes + (i % ASV_BESIDE_SLOTS) * beside->work.slot_bytes);
        pthread_mutex_lock(&beside->lock);
        beside->slots[i % ASV_BESIDE_SLOTS].is_made = true;
        pthread_cond_broadcast(&beside->changed);
    }
    pthread_mutex_unlock(&beside->lock);
    return NULL;
}

/* As many as can be had. */
static void start(struct asv_beside *beside)
{
    unsigned wanted = beside->work.threads < ASV_BESIDE_THREADS ? beside->work.threads : ASV_BESIDE_THREADS;
    if (beside->work.count <= ASV_BESIDE_FEW) {
        return;
    }
    beside->bytes = mmap(NULL, all_bytes(beside), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (beside->bytes == MAP_FAILED) {
        beside->bytes = NULL;
        return;
    }
    (void)mlock(beside->bytes, all_bytes(beside)); /* as far as the limits allow */
    while (beside->thread_count < wanted &&
           pthread_create(&beside->threads[beside->thread_count], NULL, run, beside) == 0) {
        beside->thread_count++;
    }
}

enum asv_status asv_beside_open(struct asv_beside **beside, const struct asv_beside_work *work,
                                struct asv_err *err)
{
    struct asv_beside *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    made->work = *work;
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->changed, NULL);
    start(made);
    *beside = made;
    return ASV_OK;
}

enum asv_status asv_beside_next(struct asv_beside *beside, void **slot, struct asv_err *err)
{
    assert(beside->taken < beside->work.count);
    pthread_mutex_lock(&beside->lock);
    if (beside->is_held) { /* the one before is given back */
        beside->slots[(beside->taken - 1) % ASV_BESIDE_SLOTS].is_made = false;
        beside->is_held = false;
        pthread_cond_broadcast(&beside->changed);
    }
    uint64_t i = beside->taken;
    struct slot *next = &beside->slots[i % ASV_BESIDE_SLOTS];
    while (beside->thread_count > 0 && !next->is_made) {
        pthread_cond_wait(&beside->changed, &beside->lock);
    }
    beside->taken++;
    beside->is_held = true;
    pthread_mutex_unlock(&beside->lock);
    if (beside->thread_count == 0) {
        make(beside, i, beside->work.spare);
    }
    *slot = bytes_of(beside, i);
    return next->status == ASV_OK ? ASV_OK : asv_failf(err, next->status, "%s", next->err.text);
}

void asv_beside_close(struct asv_beside *beside)
{
    if (beside == NULL) {
        return;
    }
    pthread_mutex_lock(&beside->lock);
    beside->stop = true;
    pthread_cond_broadcast(&beside->changed);
    pthread_mutex_unlock(&beside->lock);
    for (unsigned i = 0; i < beside->thread_count; i++) {
        (void)pthread_join(beside->threads[i], NULL);
    }
    if (beside->bytes != NULL) {
        asv_wipe(beside->bytes, all_bytes(beside));
        (void)munmap(beside->bytes, all_bytes(beside));
    }
    (void)pthread_cond_destroy(&beside->changed);
    (void)pthread_mutex_destroy(&beside->lock);
    free(beside);
}
