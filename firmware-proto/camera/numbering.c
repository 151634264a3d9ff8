/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/numbering.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/erase.h"
#include "firmware-proto/seal/frames.h"
#include "firmware-proto/seal/header.h"

/* ---- the counter ---- */

static enum asv_status save_counter(struct asv_store *store, unsigned copy,
                                    const struct asv_camera_counter *counter)
{
    const struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_COUNTER, .body.counter = *counter};
    char path[ASV_FLASH_PATH_MAX + 1];
    asv_flash_copy_path(path, "state/counter", copy);
    enum asv_status status = asv_camera_state_save(store->flash, path, &state);
    if (status == ASV_E_NO_SPACE) {
        asv_store_release_reserve(store);
        status = asv_camera_state_save(store->flash, path, &state);
    }
    return status;
}

enum asv_status asv_store_count(struct asv_store *store, uint64_t number,
                                const uint8_t final[ASV_SHA256_BYTES], int64_t wall_ms,
                                uint32_t bytes_per_second)
{
    struct asv_camera_counter counter = {
        .number = number, .bytes_per_second = bytes_per_second, .wall_ms = wall_ms};
    memcpy(counter.final, final, sizeof counter.final);
    for (unsigned copy = 0; copy < ASV_FLASH_COPIES; copy++) {
        enum asv_status status = save_counter(store, copy, &counter);
        if (status != ASV_OK) {
            return status;
        }
    }
    store->counter = counter;
    return ASV_OK;
}

/* The one that stands higher: between the two writes the power may have failed. */
static void load_counter(struct asv_store *store)
{
    bool found = false;
    bool wrong = false;
    store->counter = (struct asv_camera_counter){.wall_ms = ASV_TIME_UNKNOWN};
    for (unsigned copy = 0; copy < ASV_FLASH_COPIES; copy++) {
        struct asv_camera_state state;
        char path[ASV_FLASH_PATH_MAX + 1];
        asv_flash_copy_path(path, "state/counter", copy);
        enum asv_status status = asv_camera_state_load(store->flash, path, ASV_CAMERA_STATE_COUNTER, &state);
        if (status == ASV_OK && (!found || state.body.counter.number > store->counter.number)) {
            store->counter = state.body.counter;
        }
        found = found || status == ASV_OK;
        wrong = wrong || (status != ASV_OK && status != ASV_E_NOT_FOUND);
    }
    store->counter_lost = wrong && !found;
    store->fault = store->fault || wrong;
}

/* ---- the epoch ---- */

enum asv_status asv_store_epoch_begin(const struct asv_flash *flash, const struct asv_world *world,
                                      uint8_t out[ASV_UUID_BYTES])
{
    struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_STORE};
    enum asv_status status = asv_world_random(world, state.body.store.epoch, sizeof state.body.store.epoch);
    if (status == ASV_OK) {
        status = asv_camera_state_save(flash, "state/store", &state);
    }
    if (status == ASV_OK) {
        memcpy(out, state.body.store.epoch, ASV_UUID_BYTES);
    }
    return status;
}

enum asv_status asv_store_numbering_begin(struct asv_store *store)
{
    const struct asv_camera_state marks = {.kind = ASV_CAMERA_STATE_MARKS};
    static const uint8_t none[ASV_SHA256_BYTES];
    enum asv_status status = asv_store_epoch_begin(store->flash, store->world, store->epoch);
    if (status == ASV_OK) {
        status = asv_store_count(store, 0, none, ASV_TIME_UNKNOWN, store->counter.bytes_per_second);
    }
    if (status == ASV_OK) {
        status = asv_camera_state_save(store->flash, "state/marks", &marks);
    }
    if (status == ASV_OK) {
        store->marks = marks.body.marks;
        store->counter_lost = false;
    }
    return status;
}

/* Whether this recording's header can be read; then its epoch. */
static bool epoch_of(const struct asv_store *store, uint64_t number, uint8_t out[ASV_UUID_BYTES])
{
    uint8_t data[ASV_SEAL_FRAME_HEADER_BYTES + ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_seal_header header;
    size_t len = 0;
    asv_store_clip_path(path, number, "seal");
    if (store->flash->ops->read(store->flash->ctx, path, 0, data, sizeof data, &len) != ASV_OK ||
        len < ASV_SEAL_FRAME_HEADER_BYTES || data[0] != ASV_FRAME_HEADER ||
        asv_load_be32(data + 1) > len - ASV_SEAL_FRAME_HEADER_BYTES) {
        return false;
    }
    if (asv_seal_header_read(&header, digest, data + ASV_SEAL_FRAME_HEADER_BYTES, asv_load_be32(data + 1),
                             store->secrets->pk, NULL) != ASV_OK) {
        return false;
    }
    memcpy(out, header.epoch, sizeof header.epoch);
    return true;
}

static enum asv_status find_epoch(struct asv_store *store)
{
    struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_STORE};
    uint64_t *numbers = NULL;
    size_t count = 0;
    bool found = false;
    store->fault = true;
    enum asv_status status = asv_flash_numbers(store->flash, "clips", SIZE_MAX, &numbers, &count);
    for (size_t i = 0; i < count && !found; i++) {
        found = epoch_of(store, numbers[i], store->epoch);
    }
    free(numbers);
    if (status != ASV_OK || store->read_only) {
        return status;
    }
    if (found) {
        memcpy(state.body.store.epoch, store->epoch, sizeof store->epoch);
        return asv_camera_state_save(store->flash, "state/store", &state);
    }
    return asv_store_numbering_begin(store);
}

enum asv_status asv_store_numbering_load(struct asv_store *store, struct asv_err *err)
{
    struct asv_camera_state state;
    load_counter(store);
    enum asv_status status =
        asv_camera_state_load(store->flash, "state/store", ASV_CAMERA_STATE_STORE, &state);
    if (status == ASV_OK) {
        memcpy(store->epoch, state.body.store.epoch, sizeof store->epoch);
        return ASV_OK;
    }
    status = find_epoch(store);
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "the store's epoch is lost and cannot be written anew");
}

/* ---- a counter that was lost ---- */

/* The highest number of an erased recording, of which the proof is still here. */
static enum asv_status highest_erased(const struct asv_store *store, uint64_t *out)
{
    uint64_t *numbers = NULL;
    size_t count = 0;
    enum asv_status status = asv_flash_numbers(store->flash, "erased", SIZE_MAX, &numbers, &count);
    if (status == ASV_OK) {
        uint64_t pending = asv_store_erase_pending(store);
        *out = count != 0 && numbers[count - 1] > pending ? numbers[count - 1] : pending;
        free(numbers);
    }
    return status;
}

enum asv_status asv_store_numbering_settle(struct asv_store *store, struct asv_err *err)
{
    uint8_t nothing[ASV_SHA256_BYTES];
    uint64_t erased = 0;
    if (!store->counter_lost) {
        return ASV_OK;
    }
    asv_sha256(nothing, NULL, 0);
    enum asv_status status = highest_erased(store, &erased);
    if (status == ASV_OK && erased > store->counter.number) {
        status = asv_store_count(store, erased, nothing, ASV_TIME_UNKNOWN, 0);
    }
    if (status == ASV_OK && store->counter.number == 0) {
        /* Nothing is left that would tell a number: none may be given again. */
        status = asv_store_numbering_begin(store);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the counter of recordings is lost and cannot be written anew");
    }
    store->counter_lost = false;
    asv_store_note_text(store, ASV_DEVLOG_FAULT, "the counter of recordings was lost and found again");
    return ASV_OK;
}
