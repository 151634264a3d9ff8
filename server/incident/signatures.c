/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/signatures.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX 4  /* with the one that asks */
#define SHARE_MIN   32 /* some 2 ms: for less no thread is started */

enum asv_status asv_signatures_add(struct asv_signatures *all, const void *data, size_t len)
{
    if (len != ASV_SEAL_CHECKPOINT_BYTES) {
        return ASV_E_MALFORMED;
    }
    if (all->count == all->cap) {
        size_t cap = all->cap == 0 ? 64 : 2 * all->cap;
        void *grown = reallocarray(all->signed_frames, cap, sizeof *all->signed_frames);
        if (grown == NULL) {
            return ASV_E_NO_MEMORY;
        }
        all->signed_frames = grown;
        all->cap = cap;
    }
    memcpy(all->signed_frames[all->count++], data, len);
    return ASV_OK;
}

void asv_signatures_free(struct asv_signatures *all)
{
    free(all->signed_frames);
    *all = (struct asv_signatures){0};
}

/* ---- verify ---- */

struct share {
    const struct asv_signatures *all;
    const uint8_t *pk;
    size_t from, until;
    enum asv_status status;
    pthread_t thread;
    bool started;
};

static void *verify_share(void *arg)
{
    struct share *share = arg;
    struct asv_seal_checkpoint checkpoint;
    uint8_t digest[ASV_SHA256_BYTES];
    for (size_t i = share->from; share->status == ASV_OK && i < share->until; i++) {
        share->status = asv_seal_checkpoint_read(&checkpoint, digest, share->all->signed_frames[i],
                                                 ASV_SEAL_CHECKPOINT_BYTES, share->pk);
    }
    return NULL;
}

static size_t shares_of(size_t count)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = processors < 1 ? 1 : processors < THREADS_MAX ? (size_t)processors : THREADS_MAX;
    size_t wanted = count / SHARE_MIN;
    return wanted < 1 ? 1 : wanted < most ? wanted : most;
}

enum asv_status asv_signatures_verify(const struct asv_signatures *all,
                                      const uint8_t pk[ASV_ED25519_PK_BYTES])
{
    struct share shares[THREADS_MAX];
    size_t count = shares_of(all->count);
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < count; i++) {
        shares[i] = (struct share){.all = all,
                                   .pk = pk,
                                   .from = all->count * i / count,
                                   .until = all->count * (i + 1) / count,
                                   .status = ASV_OK};
        shares[i].started =
            i + 1 < count && pthread_create(&shares[i].thread, NULL, verify_share, &shares[i]) == 0;
    }
    for (size_t i = count; i-- > 0;) { /* the last share, and those for which there was no thread */
        if (shares[i].started) {
            (void)pthread_join(shares[i].thread, NULL);
        } else {
            (void)verify_share(&shares[i]);
        }
        status = shares[i].status != ASV_OK ? shares[i].status : status;
    }
    return status;
}
