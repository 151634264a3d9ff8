/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/ahead.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware-proto/crypto/crypto.h"
#include "server/base/fail.h"

struct slot {
    size_t len; /* 0 with ASV_OK: the end */
    size_t taken;
    enum asv_status status;
    struct asv_err err;
};

struct asv_ahead {
    struct asv_source source;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t filled, emptied; /* slots, so far */
    bool stop;                /* nobody takes any more */
    struct slot slots[ASV_AHEAD_SLOTS];
    uint8_t *bytes; /* mapped */
};

/* Fills a slot as far as the source gives without an end or an error. */
static void fill(struct asv_ahead *ahead, struct slot *slot, uint8_t *to)
{
    size_t got = 1;
    slot->len = slot->taken = 0;
    slot->status = ASV_OK;
    while (slot->len < ASV_AHEAD_SLOT_BYTES && got > 0 && slot->status == ASV_OK) {
        slot->status = ahead->source.read(ahead->source.ctx, to + slot->len, ASV_AHEAD_SLOT_BYTES - slot->len,
                                          &got, &slot->err);
        slot->len += slot->status == ASV_OK ? got : 0;
    }
}

static void *run(void *ctx)
{
    struct asv_ahead *ahead = ctx;
    bool more = true;
    pthread_mutex_lock(&ahead->lock);
    while (more && !ahead->stop) {
        if (ahead->filled - ahead->emptied == ASV_AHEAD_SLOTS) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
            continue;
        }
        size_t number = (size_t)(ahead->filled % ASV_AHEAD_SLOTS);
        struct slot *slot = &ahead->slots[number];
        pthread_mutex_unlock(&ahead->lock);
        fill(ahead, slot, ahead->bytes + number * ASV_AHEAD_SLOT_BYTES);
        more = slot->status == ASV_OK && slot->len > 0;
        pthread_mutex_lock(&ahead->lock);
        ahead->filled++;
        pthread_cond_signal(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

static enum asv_status take(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_ahead *ahead = ctx;
    pthread_mutex_lock(&ahead->lock);
    while (ahead->filled == ahead->emptied) {
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    }
    size_t number = (size_t)(ahead->emptied % ASV_AHEAD_SLOTS);
    struct slot *slot = &ahead->slots[number];
    pthread_mutex_unlock(&ahead->lock);
    size_t left = slot->len - slot->taken;
    *got = left < cap ? left : cap;
    memcpy(out, ahead->bytes + number * ASV_AHEAD_SLOT_BYTES + slot->taken, *got);
    slot->taken += *got;
    if (*got == left && slot->status != ASV_OK) {
        return *got > 0 ? ASV_OK : asv_failf(err, slot->status, "%s", slot->err.text);
    }
    if (*got == left && slot->len > 0) { /* the end's slot stays, to be asked again */
        pthread_mutex_lock(&ahead->lock);
        ahead->emptied++;
        pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
    }
    return ASV_OK;
}

enum asv_status asv_ahead_open(struct asv_ahead **ahead, const struct asv_source *source,
                               struct asv_source *out, struct asv_err *err)
{
    struct asv_ahead *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    made->source = *source;
    made->bytes = mmap(NULL, ASV_AHEAD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (made->bytes == MAP_FAILED) {
        free(made);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(made->bytes, ASV_AHEAD_BYTES); /* as far as the limits allow */
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->changed, NULL);
    if (pthread_create(&made->thread, NULL, run, made) != 0) {
        (void)munmap(made->bytes, ASV_AHEAD_BYTES);
        free(made);
        return asv_fail(err, ASV_E_NO_MEMORY, "a thread cannot be started");
    }
    *ahead = made;
    *out = (struct asv_source){made, source->size, take};
    return ASV_OK;
}

/* HO-034 */
void asv_ahead_close(struct asv_ahead *ahead)
{
    if (ahead == NULL) {
        return;
    }
    pthread_mutex_lock(&ahead->lock);
    ahead->stop = true;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    (void)pthread_join(ahead->thread, NULL);
    asv_wipe(ahead->bytes, ASV_AHEAD_BYTES);
    (void)munmap(ahead->bytes, ASV_AHEAD_BYTES);
    (void)pthread_cond_destroy(&ahead->changed);
    (void)pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}
