/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/media/playback.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "server/base/fail.h"

/* In pages of its own: a lock in memory is a page's. */
struct asv_playback {
    struct asv_exhibit *exhibit;
    struct asv_seal_opener opener;
    uint64_t bytes;
    pthread_mutex_t disk; /* one clip is read from one thread at a time (server/vault/vault.h) */
};

/* ---- open, close ---- */

void asv_playback_close(struct asv_playback *playback)
{
    if (playback == NULL) {
        return;
    }
    asv_exhibit_close(playback->exhibit);
    pthread_mutex_destroy(&playback->disk);
    asv_wipe(playback, sizeof *playback);
    (void)munmap(playback, sizeof *playback); /* and its lock with it */
}

static enum asv_status start(struct asv_playback *playback, const uint8_t file_key[ASV_FILE_KEY_BYTES],
                             struct asv_err *err)
{
    const struct asv_exhibit *exhibit = playback->exhibit;
    const struct asv_seal_checkpoint *last = &exhibit->checkpoint;
    if (!exhibit->has_checkpoint || exhibit->media_bytes == 0) {
        return asv_fail(err, ASV_E_NOT_FOUND,
                        "nothing of this recording is signed: there is nothing to show");
    }
    enum asv_status status = asv_seal_opener_init(&playback->opener, &exhibit->header, file_key);
    if (status == ASV_OK) {
        status = asv_seal_opener_check_final(&playback->opener, last->final_chunk, last->chunks);
    }
    playback->bytes = exhibit->media_bytes;
    asv_clip_share(exhibit->dir); /* as long as somebody watches, nights pass and disks are repaired */
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "the keeper's key is not the one of this recording");
}

enum asv_status asv_playback_open_take(struct asv_exhibit *exhibit,
                                       const uint8_t file_key[ASV_FILE_KEY_BYTES], struct asv_playback **out,
                                       struct asv_err *err)
{
    struct asv_playback *playback =
        mmap(NULL, sizeof *playback, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (playback == MAP_FAILED) {
        asv_exhibit_close(exhibit);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    playback->exhibit = exhibit;
    (void)mlock(playback, sizeof *playback); /* as far as the limits go; the unit has no swap */
    pthread_mutex_init(&playback->disk, NULL);
    enum asv_status status = start(playback, file_key, err);
    if (status != ASV_OK) {
        asv_playback_close(playback);
        return status;
    }
    *out = playback;
    return ASV_OK;
}

const struct asv_exhibit *asv_playback_exhibit(const struct asv_playback *playback)
{
    return playback->exhibit;
}

uint64_t asv_playback_bytes(const struct asv_playback *playback)
{
    return playback->bytes;
}

bool asv_playback_is_truncated(const struct asv_playback *playback)
{
    return !playback->exhibit->ended;
}

/* ---- read ---- */

static enum asv_status read_cipher(struct asv_playback *playback, uint64_t index,
                                   uint8_t chunk[ASV_CHUNK_CIPHER_BYTES], uint8_t leaf[ASV_SHA256_BYTES],
                                   struct asv_err *err)
{
    pthread_mutex_lock(&playback->disk);
    enum asv_status status = asv_exhibit_leaf(playback->exhibit, index, leaf, err);
    if (status == ASV_OK) {
        status = asv_clip_read(playback->exhibit->dir, ASV_PART_PAYLOAD, index * ASV_CHUNK_CIPHER_BYTES,
                               chunk, ASV_CHUNK_CIPHER_BYTES, err);
    }
    pthread_mutex_unlock(&playback->disk);
    return status;
}

/* M-001, M-002: into plain, which is not chunk. */
static enum asv_status open_chunk(struct asv_playback *playback, uint64_t index,
                                  uint8_t chunk[ASV_CHUNK_CIPHER_BYTES], uint8_t plain[ASV_CHUNK_PLAIN_BYTES],
                                  struct asv_err *err)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    enum asv_status status = read_cipher(playback, index, chunk, leaf, err);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_seal_check_chunk(leaf, chunk, ASV_CHUNK_CIPHER_BYTES) != ASV_OK ||
        asv_seal_opener_decrypt(&playback->opener, plain, chunk, index) != ASV_OK) {
        return asv_failf(err, ASV_E_DIGEST,
                         "piece %llu is not what the camera signed: it is not shown; \"asservat vault "
                         "scrub\" repairs it from the mirror, if that has a right one",
                         (unsigned long long)index);
    }
    return ASV_OK;
}

enum asv_status asv_playback_read(struct asv_playback *playback, uint64_t offset, uint8_t *out, size_t len,
                                  struct asv_err *err)
{
    uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES] = {0};
    enum asv_status status = ASV_OK;
    if (offset > playback->bytes || len > playback->bytes - offset) {
        return asv_failf(err, ASV_E_USAGE, "the recording has %llu bytes",
                         (unsigned long long)playback->bytes);
    }
    for (size_t done = 0; status == ASV_OK && done < len;) {
        uint64_t at = offset + done;
        size_t skip = (size_t)(at % ASV_CHUNK_PLAIN_BYTES);
        size_t some = len - done < ASV_CHUNK_PLAIN_BYTES - skip ? len - done : ASV_CHUNK_PLAIN_BYTES - skip;
        bool whole = some == ASV_CHUNK_PLAIN_BYTES;
        status = open_chunk(playback, at / ASV_CHUNK_PLAIN_BYTES, chunk, whole ? out + done : plain, err);
        if (status == ASV_OK && !whole) {
            memcpy(out + done, plain + skip, some);
        }
        done += some;
    }
    if (status != ASV_OK) {
        asv_wipe(out, len);
    }
    asv_wipe(plain, sizeof plain);
    return status;
}
