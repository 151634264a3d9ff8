/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/store.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clips.h"
#include "firmware-proto/camera/clock.h"
#include "firmware-proto/camera/erase.h"
#include "firmware-proto/camera/locked.h"
#include "firmware-proto/camera/numbering.h"
#include "firmware-proto/camera/trust.h"

static const char *const directories[] = {"state", "trust", "log", "clips", "erase", "erased"};
#define DIRECTORY_COUNT (sizeof directories / sizeof directories[0])

/* ---- a new camera ---- */

static enum asv_status save_identity(const struct asv_flash *flash,
                                     const struct asv_camera_identity *identity)
{
    struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_IDENTITY, .body.identity = *identity};
    enum asv_status status = asv_camera_state_save(flash, "state/identity.copy", &state);
    if (status == ASV_OK) { /* last: with it, the camera is there */
        status = asv_camera_state_save(flash, "state/identity", &state);
    }
    asv_wipe(&state, sizeof state);
    return status;
}

enum asv_status asv_store_init(const struct asv_flash *flash, const struct asv_world *world,
                               const struct asv_camera_identity *identity, struct asv_err *err)
{
    uint8_t epoch[ASV_UUID_BYTES];
    uint64_t size = 0;
    enum asv_status status = flash->ops->size(flash->ctx, "state/identity", &size);
    if (status == ASV_OK) {
        return asv_fail(err, ASV_E_EXISTS,
                        "this directory holds a camera already; it is never made anew over it");
    }
    if (status != ASV_E_NOT_FOUND) {
        return asv_fail(err, status, "the camera's flash cannot be read");
    }
    status = ASV_OK;
    for (size_t i = 0; i < DIRECTORY_COUNT && status == ASV_OK; i++) {
        status = asv_flash_ensure_dir(flash, directories[i]);
    }
    if (status == ASV_OK) {
        status = flash->ops->sync_dir(flash->ctx, ".");
    }
    if (status == ASV_OK) {
        status = asv_store_epoch_begin(flash, world, epoch);
    }
    if (status == ASV_OK) {
        status = save_identity(flash, identity);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the camera cannot be written to its flash");
}

/* ---- opening ---- */

enum asv_status asv_store_identity_load(const struct asv_flash *flash, struct asv_camera_state *out,
                                        bool *spoilt)
{
    enum asv_status status = asv_camera_state_load(flash, "state/identity", ASV_CAMERA_STATE_IDENTITY, out);
    *spoilt = status != ASV_OK && status != ASV_E_NOT_FOUND;
    /* One that is not there was never made, or the first copy of an init that was cut off. */
    return *spoilt ? asv_camera_state_load(flash, "state/identity.copy", ASV_CAMERA_STATE_IDENTITY, out)
                   : status;
}

static enum asv_status load_identity(struct asv_store *store, struct asv_err *err)
{
    struct asv_camera_state state;
    bool spoilt = false;
    enum asv_status status = asv_store_identity_load(store->flash, &state, &spoilt);
    store->fault = spoilt;
    if (status != ASV_OK) {
        return asv_fail(err, status,
                        status == ASV_E_NOT_FOUND
                            ? "no camera here: make one with asservat-camera init"
                            : "the camera's identity cannot be read: it must be enrolled anew");
    }
    store->secrets = asv_camera_locked_alloc(sizeof *store->secrets);
    if (store->secrets == NULL) {
        asv_wipe(&state, sizeof state);
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the camera's keys");
    }
    store->secrets->identity = state.body.identity;
    if (spoilt && !store->read_only && save_identity(store->flash, &state.body.identity) != ASV_OK) {
        store->fault = true;
    }
    asv_ed25519_from_seed(store->secrets->pk, store->secrets->sk, state.body.identity.signing_seed);
    asv_wipe(&state, sizeof state);
    return ASV_OK;
}

/* What is not there has not been written yet; what cannot be read is a fault, and begins anew. */
static void load_optional(struct asv_store *store)
{
    struct asv_camera_state state;
    enum asv_status status =
        asv_camera_state_load(store->flash, "state/clock", ASV_CAMERA_STATE_CLOCK, &state);
    store->clock = (struct asv_camera_clock_state){
        .offset_ms = ASV_TIME_UNKNOWN, .docked_wall_ms = ASV_TIME_UNKNOWN, .sync_wall_ms = ASV_TIME_UNKNOWN};
    if (status == ASV_OK) {
        store->clock = state.body.clock;
    }
    store->fault = store->fault || (status != ASV_OK && status != ASV_E_NOT_FOUND);

    status = asv_camera_state_load(store->flash, "state/marks", ASV_CAMERA_STATE_MARKS, &state);
    if (status == ASV_OK) {
        store->marks = state.body.marks;
    }
    store->fault = store->fault || (status != ASV_OK && status != ASV_E_NOT_FOUND);
}

/* Directories that the medium lost are made again, and names that a process gave which has died since are
 * made durable before anything is built on them. */
static void settle_directories(struct asv_store *store)
{
    const struct asv_flash *flash = store->flash;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < DIRECTORY_COUNT; i++) {
        status = asv_flash_ensure_dir(flash, directories[i]);
        if (status == ASV_OK) {
            status = flash->ops->sync_dir(flash->ctx, directories[i]);
        }
        store->fault = store->fault || status != ASV_OK;
    }
    status = flash->ops->sync_dir(flash->ctx, ".");
    store->fault = store->fault || status != ASV_OK;
}

/* What a power cut may have interrupted, in the order in which it matters. */
static enum asv_status recover(struct asv_store *store, struct asv_err *err)
{
    bool cut = false;
    enum asv_status status = asv_store_erase_resume(store, err);
    if (status == ASV_OK) {
        status = asv_store_clips_load(store, &cut, err);
    }
    if (status == ASV_OK && !store->read_only && store->trust != NULL) {
        status = asv_store_numbering_settle(store, err);
    }
    if (status != ASV_OK || store->read_only) {
        return status;
    }
    asv_store_note_text(store, ASV_DEVLOG_BOOT, store->firmware.version);
    if (cut) {
        asv_store_note(store, ASV_DEVLOG_POWER_LOST, NULL, 0);
    }
    if (store->journal.torn_bytes != 0) {
        asv_store_note_text(store, ASV_DEVLOG_FAULT,
                            "device log: bytes that are no whole entry were found at boot");
    }
    if (store->fault) {
        asv_store_note_text(store, ASV_DEVLOG_FAULT,
                            "a state file or recording could not be read or ended at boot");
    }
    asv_store_fill_reserve(store);
    return ASV_OK;
}

enum asv_status asv_store_open(struct asv_store **out, const struct asv_flash *flash,
                               const struct asv_world *world, const struct asv_store_options *options,
                               struct asv_err *err)
{
    struct asv_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory for the store");
    }
    uint64_t reserve = 0;
    enum asv_status status = ASV_OK;
    store->flash = flash;
    store->world = world;
    store->firmware = options->firmware;
    store->read_only = options->read_only;
    store->journal.file = ASV_FLASH_NO_FILE;
    if (options->boot != NULL) {
        memcpy(store->boot, options->boot, sizeof store->boot);
    } else {
        status = asv_world_random(world, store->boot, sizeof store->boot);
    }
    if (status == ASV_OK) {
        status = load_identity(store, err);
    }
    if (status == ASV_OK) {
        if (!store->read_only) {
            settle_directories(store);
        }
        status = asv_store_numbering_load(store, err);
    }
    if (status == ASV_OK) {
        load_optional(store);
        store->has_reserve =
            flash->ops->size(flash->ctx, "state/reserve", &reserve) == ASV_OK && reserve != 0;
        status = asv_store_trust_load(store, err);
    }
    if (status == ASV_OK) {
        status = asv_journal_open(&store->journal, flash, store->boot, err);
    }
    if (status == ASV_OK) {
        status = recover(store, err);
    }
    if (status != ASV_OK) {
        asv_store_close(store);
        return status;
    }
    *out = store;
    return ASV_OK;
}

void asv_store_close(struct asv_store *store)
{
    if (store == NULL) {
        return;
    }
    asv_journal_close(&store->journal);
    asv_store_trust_unload(store);
    asv_camera_locked_free(store->secrets, sizeof *store->secrets);
    free(store->clips);
    free(store);
}

enum asv_status asv_store_need_trust(const struct asv_store *store, struct asv_err *err)
{
    if (store->trust != NULL) {
        return ASV_OK;
    }
    return asv_fail(err, ASV_E_STATE,
                    store->trust_broken
                        ? "the camera's certificate or root cannot be used: run asservat-camera install again"
                        : "the camera is not installed: run asservat-camera install first");
}

enum asv_status asv_store_format(struct asv_store *store, struct asv_err *err)
{
    uint32_t erasures = 0;
    enum asv_status status = asv_store_erase_count(store, &erasures);
    if (status == ASV_OK && (store->clip_count != 0 || erasures != 0)) {
        return asv_fail(err, ASV_E_STATE,
                        "recordings or proofs of erasure are still on the camera: dock it first");
    }
    if (status == ASV_OK) {
        status = asv_store_numbering_begin(store);
    }
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the store cannot be formatted");
}

/* ---- device log ---- */

void asv_store_note(struct asv_store *store, uint16_t kind, const void *value, size_t value_len)
{
    struct asv_store_time now;
    asv_store_now(store, &now);
    enum asv_status status =
        asv_journal_add(&store->journal, kind, now.wall_ms, now.mono_ms, value, value_len);
    if (status == ASV_E_NO_SPACE) {
        asv_store_release_reserve(store);
        status = asv_journal_add(&store->journal, kind, now.wall_ms, now.mono_ms, value, value_len);
    }
    store->fault = store->fault || status != ASV_OK;
}

void asv_store_note_clip(struct asv_store *store, uint16_t kind, uint64_t number)
{
    uint8_t value[8];
    asv_store_be64(value, number);
    asv_store_note(store, kind, value, sizeof value);
}

void asv_store_note_text(struct asv_store *store, uint16_t kind, const char *text)
{
    size_t len = strlen(text);
    asv_store_note(store, kind, text, len < ASV_DEVLOG_VALUE_MAX ? len : ASV_DEVLOG_VALUE_MAX);
}

/* ---- room ---- */

enum asv_status asv_store_space(struct asv_store *store, struct asv_store_space *out)
{
    uint64_t free_bytes = 0;
    uint64_t total = 0;
    enum asv_status status = store->flash->ops->space(store->flash->ctx, &free_bytes, &total);
    if (status != ASV_OK) {
        return status;
    }
    uint64_t kept = store->has_reserve ? 0 : ASV_STORE_RESERVE_BYTES;
    uint64_t rate =
        store->counter.bytes_per_second == 0 ? ASV_STORE_NOMINAL_RATE : store->counter.bytes_per_second;
    out->total_bytes = total;
    out->free_bytes = free_bytes > kept ? free_bytes - kept : 0;
    out->minutes_left = out->free_bytes / rate / 60;
    out->low = out->free_bytes < ASV_STORE_LOW_BYTES;
    out->full = out->free_bytes < ASV_STORE_START_BYTES;
    return ASV_OK;
}

enum asv_status asv_store_replace(struct asv_store *store, const char *path, const void *data, size_t len)
{
    enum asv_status status = asv_flash_replace(store->flash, path, data, len);
    if (status == ASV_E_NO_SPACE && store->has_reserve) {
        asv_store_release_reserve(store);
        status = asv_flash_replace(store->flash, path, data, len);
    }
    return status;
}

void asv_store_release_reserve(struct asv_store *store)
{
    if (store->has_reserve && asv_flash_remove(store->flash, "state/reserve") == ASV_OK) {
        store->has_reserve = false;
    }
}

void asv_store_fill_reserve(struct asv_store *store)
{
    static const uint8_t zeros[ASV_STORE_RESERVE_BYTES];
    uint64_t free_bytes = 0;
    uint64_t total = 0;
    if (store->has_reserve || store->read_only ||
        store->flash->ops->space(store->flash->ctx, &free_bytes, &total) != ASV_OK ||
        free_bytes < 2 * ASV_STORE_RESERVE_BYTES) {
        return;
    }
    /* Without it the camera works on; it is tried again at the next occasion. */
    store->has_reserve = asv_flash_replace(store->flash, "state/reserve", zeros, sizeof zeros) == ASV_OK;
}
