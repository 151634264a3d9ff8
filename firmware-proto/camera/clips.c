/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The clips that are held: found at boot, listed, marked, ended after a power cut. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clips.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/facts.h"
#include "firmware-proto/seal/link.h"

void asv_store_clip_path(char out[ASV_FLASH_PATH_MAX + 1], uint64_t number, const char *name)
{
    snprintf(out, ASV_FLASH_PATH_MAX + 1, "clips/%" PRIu64 "%s%s", number, name == NULL ? "" : "/",
             name == NULL ? "" : name);
}

struct asv_store_clip *asv_store_clip_next(struct asv_store *store, uint64_t after)
{
    size_t low = 0;
    size_t high = store->clip_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (store->clips[middle].number > after) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < store->clip_count ? &store->clips[low] : NULL;
}

struct asv_store_clip *asv_store_clip_find(struct asv_store *store, uint64_t number)
{
    struct asv_store_clip *clip = number == 0 ? NULL : asv_store_clip_next(store, number - 1);
    return clip != NULL && clip->number == number ? clip : NULL;
}

enum asv_status asv_store_clip_add(struct asv_store *store, uint64_t number, struct asv_store_clip **out)
{
    if (store->clip_count == ASV_STORE_CLIPS_MAX) {
        return ASV_E_LIMIT;
    }
    if (store->clip_count == store->clip_cap) {
        size_t cap = store->clip_cap == 0 ? 16 : store->clip_cap * 2;
        struct asv_store_clip *clips = realloc(store->clips, cap * sizeof *clips);
        if (clips == NULL) {
            return ASV_E_NO_MEMORY;
        }
        store->clips = clips;
        store->clip_cap = cap;
    }
    size_t at = store->clip_count++;
    while (at > 0 && store->clips[at - 1].number > number) {
        store->clips[at] = store->clips[at - 1];
        at--;
    }
    store->clips[at] = (struct asv_store_clip){.number = number};
    *out = &store->clips[at];
    return ASV_OK;
}

void asv_store_clip_forget(struct asv_store *store, uint64_t number)
{
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    if (clip != NULL) {
        size_t at = (size_t)(clip - store->clips);
        store->clip_count--;
        memmove(clip, clip + 1, (store->clip_count - at) * sizeof *clip);
    }
}

/* ---- what a clip is ---- */

static void size_or_zero(const struct asv_store *store, uint64_t number, const char *name, uint64_t *out)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    asv_store_clip_path(path, number, name);
    if (store->flash->ops->size(store->flash->ctx, path, out) != ASV_OK) {
        *out = 0;
    }
}

void asv_store_clip_sizes(const struct asv_store *store, struct asv_store_clip *clip)
{
    uint64_t stanzas = 0;
    uint64_t link = 0;
    size_or_zero(store, clip->number, "payload", &clip->payload_bytes);
    size_or_zero(store, clip->number, "seal", &clip->seal_bytes);
    size_or_zero(store, clip->number, "stanzas", &stanzas);
    size_or_zero(store, clip->number, "link", &link);
    clip->stanzas_bytes = stanzas > UINT32_MAX ? UINT32_MAX : (uint32_t)stanzas;
    clip->link_bytes = link > UINT32_MAX ? UINT32_MAX : (uint32_t)link;
}

static bool has_mark(const struct asv_store *store, uint64_t number)
{
    for (size_t i = 0; i < store->marks.count; i++) {
        if (store->marks.number[i] == number) {
            return true;
        }
    }
    return false;
}

static void learn(const struct asv_store *store, struct asv_store_clip *clip,
                  const struct asv_store_facts *facts)
{
    clip->known = true;
    clip->damaged = !facts->has_header;
    if (clip->damaged) {
        memset(clip->clip, 0, sizeof clip->clip);
        memset(clip->header, 0, sizeof clip->header);
    } else {
        memcpy(clip->clip, facts->header.clip, sizeof clip->clip);
        memcpy(clip->header, facts->header_digest, sizeof clip->header);
        clip->start_wall_ms = facts->header.start_wall_ms;
        clip->reserve = facts->header.key_kind == ASV_KEY_RESERVE;
    }
    clip->chunks = facts->checkpoint.chunks;
    clip->ended = facts->ended;
    clip->marked = facts->marked || has_mark(store, clip->number);
}

enum asv_status asv_store_clip_learn(struct asv_store *store, struct asv_store_clip *clip)
{
    struct asv_store_facts facts;
    if (clip->known || clip->recording) {
        return ASV_OK;
    }
    enum asv_status status = asv_store_facts_read(store, clip->number, false, &facts);
    if (status == ASV_E_NOT_FOUND || status == ASV_E_IO) {
        /* One that cannot be read must not keep the others from being listed and fetched. */
        store->fault = store->fault || status == ASV_E_IO;
        facts = (struct asv_store_facts){.sound = false};
    } else if (status != ASV_OK) {
        return status;
    }
    learn(store, clip, &facts);
    clip->known = status != ASV_E_IO; /* the medium may be better next time */
    return ASV_OK;
}

enum asv_status asv_store_clip_mark(struct asv_store *store, uint64_t number)
{
    struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_MARKS};
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    if (clip == NULL) {
        return ASV_E_NOT_FOUND;
    }
    asv_store_note_clip(store, ASV_DEVLOG_MARKER, number);
    if (has_mark(store, number)) {
        return ASV_OK;
    }
    state.body.marks = store->marks;
    if (state.body.marks.count == ASV_CAMERA_MARKS_MAX) {
        state.body.marks.count--;
        memmove(&state.body.marks.number[0], &state.body.marks.number[1],
                state.body.marks.count * sizeof state.body.marks.number[0]);
    }
    state.body.marks.number[state.body.marks.count++] = number;
    enum asv_status status = asv_camera_state_save(store->flash, "state/marks", &state);
    if (status == ASV_OK) {
        store->marks = state.body.marks;
        clip->marked = true;
    }
    return status;
}

/* ---- ending what a power cut left ---- */

static int64_t end_of(const struct asv_store_facts *facts)
{
    if (facts->ended) {
        return facts->end.wall_ms;
    }
    return facts->has_checkpoint ? facts->checkpoint.wall_ms : facts->header.start_wall_ms;
}

/* S-122: the link of a clip whose recorder is gone; the clip itself stays as it is. */
static enum asv_status write_link(struct asv_store *store, const struct asv_store_facts *facts,
                                  struct asv_err *err)
{
    uint8_t data[ASV_LINK_MAX_BYTES];
    struct asv_writer writer;
    size_t len = 0;
    char path[ASV_FLASH_PATH_MAX + 1];
    const struct asv_seal_header *header = &facts->header;
    struct asv_link link;
    asv_link_of(&link, header, facts->header_digest, facts->has_checkpoint ? &facts->checkpoint : NULL,
                facts->ended ? &facts->end : NULL);
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_world_random(store->world, link.salt, sizeof link.salt);
    if (status == ASV_OK) {
        status = asv_link_write(&writer, &link, store->secrets->sk);
    }
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "a link record cannot be made");
    }
    asv_store_clip_path(path, header->number, "link");
    status = asv_store_replace(store, path, data, len);
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "a link record cannot be written");
}

/* S-121: the newest clip's last digest is what the next one's header names. S-124: a clip without any header
 * (the medium lost it) has none: the next names SHA-256 of nothing, which no signed frame has. */
static enum asv_status count_clip(struct asv_store *store, uint64_t number,
                                  const struct asv_store_facts *facts)
{
    uint8_t final[ASV_SHA256_BYTES];
    if (number <= store->counter.number) {
        return ASV_OK;
    }
    asv_sha256(final, NULL, 0);
    if (facts->has_header) {
        memcpy(final, facts->final_digest, sizeof final);
    }
    return asv_store_count(store, number, final, facts->has_header ? end_of(facts) : ASV_TIME_UNKNOWN,
                           store->counter.bytes_per_second);
}

/* S-124: the number was given, so the device log tells what is there. Before it is counted, or a power cut
 * would keep it from being told. */
static void note_lost(struct asv_store *store, const struct asv_store_clip *clip)
{
    uint8_t value[16];
    asv_store_be64(value, clip->number);
    asv_store_be64(value + 8, clip->payload_bytes);
    asv_store_note(store, ASV_DEVLOG_LOST, value, sizeof value);
}

/* Whoever recorded it may have died, or its sync failed: nothing is built on frames that may still be lost.
 */
static enum asv_status settle_seal(const struct asv_store *store, uint64_t number)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    asv_store_clip_path(path, number, "seal");
    enum asv_status status = store->flash->ops->settle(store->flash->ctx, path);
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

enum asv_status asv_store_clip_recover(struct asv_store *store, uint64_t number, struct asv_err *err)
{
    struct asv_store_facts facts = {.sound = false};
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    if (clip == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "there is no such recording");
    }
    clip->recording = false;
    enum asv_status status = settle_seal(store, number);
    if (status != ASV_OK) {
        return asv_fail(err, status, "a recording's seal cannot be made durable");
    }
    asv_store_clip_sizes(store, clip);
    status = asv_store_facts_read(store, number, clip->link_bytes == 0, &facts);
    if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
        clip->damaged = status == ASV_E_IO; /* until it can be read */
        return asv_fail(err, status, "a recording's seal cannot be read");
    }
    learn(store, clip, &facts);
    /* Whether the number was given must be settled before anything builds on it: its directory may have been
     * renamed without that being durable. */
    status = store->flash->ops->sync_dir(store->flash->ctx, "clips");
    if (status != ASV_OK) {
        return asv_fail(err, status, "a recording's directory cannot be synced");
    }
    if (clip->link_bytes == 0 && facts.has_header) {
        status = write_link(store, &facts, err);
        asv_store_clip_sizes(store, clip);
    }
    if (status == ASV_OK && !facts.has_header && number > store->counter.number) {
        note_lost(store, clip);
    }
    if (status == ASV_OK) {
        status = count_clip(store, number, &facts);
    }
    return status;
}

enum asv_status asv_store_clip_unchain(struct asv_store *store, uint64_t number, struct asv_err *err)
{
    const struct asv_store_facts nothing = {.sound = false};
    store->fault = true;
    asv_store_note_text(store, ASV_DEVLOG_FAULT,
                        "the newest recording's seal cannot be read: the next one is not chained to it");
    enum asv_status status = count_clip(store, number, &nothing);
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "the number of the next recording cannot be written");
}

/* ---- at boot ---- */

/* A clip's file; nothing when it is not there. False when that cannot be told. */
static bool read_small(const struct asv_store *store, uint64_t number, const char *name, uint8_t *out,
                       size_t cap, size_t *len)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    asv_store_clip_path(path, number, name);
    *len = 0;
    enum asv_status status = asv_flash_load(store->flash, path, out, cap, len);
    return status == ASV_OK || status == ASV_E_NOT_FOUND;
}

/* S-124: whether nothing is there of a clip without a header: no byte of payload, and in the seal
 * nothing, zeros, or no more than the frame that would be the header. Whatever is more is kept. */
static bool holds_nothing(const struct asv_store *store, uint64_t number)
{
    uint8_t seal[ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t payload[1];
    size_t len = 0;
    size_t zeros = 0;
    if (!read_small(store, number, "payload", payload, sizeof payload, &len) || len != 0 ||
        !read_small(store, number, "seal", seal, sizeof seal, &len)) {
        return false;
    }
    while (zeros < len && seal[zeros] == 0) {
        zeros++;
    }
    if (zeros == len || len < ASV_SEAL_FRAME_HEADER_BYTES) {
        return true;
    }
    return seal[0] == ASV_FRAME_HEADER &&
           len - ASV_SEAL_FRAME_HEADER_BYTES <= (size_t)asv_load_be32(seal + 1);
}

/* S-124. What fails is tried again at the next boot. */
static void drop_lost(struct asv_store *store, uint64_t number)
{
    static const uint8_t no_cause[ASV_SHA256_BYTES];
    if (!holds_nothing(store, number)) {
        return;
    }
    enum asv_status status = asv_store_erase_begin(store, number, ASV_ERASURE_LOST, no_cause, NULL);
    while (status == ASV_OK && asv_store_erase_pending(store) == number) {
        status = asv_store_erase_step(store, NULL);
        status = status == ASV_E_AGAIN ? ASV_OK : status;
    }
    store->fault = store->fault || status != ASV_OK;
}

static enum asv_status load_clip(struct asv_store *store, uint64_t number, bool *recovered,
                                 struct asv_err *err)
{
    struct asv_store_clip *clip = NULL;
    enum asv_status status = asv_store_clip_add(store, number, &clip);
    if (status != ASV_OK) {
        return asv_fail(err, status, "too many recordings are held");
    }
    asv_store_clip_sizes(store, clip);
    bool cut = clip->link_bytes == 0;
    if ((!cut && number <= store->counter.number) || store->read_only || store->trust == NULL) {
        return ASV_OK; /* what it is, is read when it is asked for */
    }
    bool is_new = number > store->counter.number;
    status = asv_store_clip_recover(store, number, err);
    clip = asv_store_clip_find(store, number);
    *recovered = *recovered || (cut && is_new && !clip->ended);
    if (status != ASV_OK) {
        /* It stays readable as it is; a later boot tries again. */
        store->fault = true;
    } else if (clip->damaged) {
        store->fault = true;
        drop_lost(store, number);
    }
    return status == ASV_E_NO_MEMORY ? status : ASV_OK;
}

/* A clip that was being made when the power went: no number was given to it. */
static enum asv_status remove_unborn(void *arg, const char *name)
{
    struct asv_store *store = arg;
    static const char *const files[] = {"payload", "seal", "stanzas"};
    char path[ASV_FLASH_PATH_MAX + 1];
    size_t len = strlen(name);
    if (len < 5 || len > 32 || strcmp(name + len - 4, ".tmp") != 0) {
        return ASV_OK;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "clips/%s/%s", name, files[i]);
        (void)store->flash->ops->unlink(store->flash->ctx, path);
    }
    snprintf(path, sizeof path, "clips/%s", name);
    if (store->flash->ops->rmdir(store->flash->ctx, path) != ASV_OK) {
        store->fault = true; /* it is in nobody's way: the camera records all the same */
    }
    return ASV_OK;
}

enum asv_status asv_store_clips_load(struct asv_store *store, bool *recovered, struct asv_err *err)
{
    const struct asv_flash *flash = store->flash;
    uint64_t *numbers = NULL;
    size_t count = 0;
    *recovered = false;
    /* One more than fit: an erasure that is not finished is in its own list. */
    enum asv_status status = asv_flash_numbers(flash, "clips", ASV_STORE_CLIPS_MAX + 1, &numbers, &count);
    if (status == ASV_OK && !store->read_only && store->trust != NULL) {
        status = flash->ops->list(flash->ctx, "clips", remove_unborn, store);
    }
    if (status != ASV_OK) {
        free(numbers);
        return asv_fail(err, status, "the recordings cannot be listed");
    }
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        if (numbers[i] != asv_store_erase_pending(store)) {
            status = load_clip(store, numbers[i], recovered, err);
        }
    }
    free(numbers);
    return status;
}
