/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/erase.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/clock.h"

/* The stanzas first: without them nobody opens the rest. */
static const char *const files[] = {"stanzas", "link", "seal", "payload"};
#define FILE_COUNT (sizeof files / sizeof files[0])

static void intent_path(char out[ASV_FLASH_PATH_MAX + 1], uint64_t number)
{
    snprintf(out, ASV_FLASH_PATH_MAX + 1, "erase/%" PRIu64, number);
}

static void record_path(char out[ASV_FLASH_PATH_MAX + 1], uint64_t number)
{
    snprintf(out, ASV_FLASH_PATH_MAX + 1, "erased/%" PRIu64, number);
}

static enum asv_status save_intent(struct asv_store *store, const struct asv_camera_intent *intent)
{
    const struct asv_camera_state state = {.kind = ASV_CAMERA_STATE_INTENT, .body.intent = *intent};
    char path[ASV_FLASH_PATH_MAX + 1];
    intent_path(path, intent->number);
    enum asv_status status = asv_camera_state_save(store->flash, path, &state);
    if (status == ASV_E_NO_SPACE && store->has_reserve) {
        asv_store_release_reserve(store);
        status = asv_camera_state_save(store->flash, path, &state);
    }
    return status;
}

uint64_t asv_store_erase_pending(const struct asv_store *store)
{
    return store->erasing.intent.number;
}

enum asv_status asv_store_erase_begin(struct asv_store *store, uint64_t number, uint8_t cause,
                                      const uint8_t cause_digest[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    struct asv_camera_intent intent = {.number = number, .cause = cause};
    if (clip == NULL) {
        return asv_fail_at(err, ASV_E_NOT_FOUND, "no such recording", number);
    }
    if (clip->recording || store->erasing.intent.number != 0) {
        return asv_fail_at(err, ASV_E_BUSY, "it is being recorded, or another one is being erased", number);
    }
    enum asv_status status = asv_store_clip_learn(store, clip);
    if (status != ASV_OK) {
        return asv_fail_at(err, status, "the recording's seal cannot be read", number);
    }
    memcpy(intent.header, clip->header, sizeof intent.header);
    memcpy(intent.cause_digest, cause_digest, sizeof intent.cause_digest);
    status = save_intent(store, &intent);
    if (status != ASV_OK) {
        /* Whether it reached the medium is not known: it is removed, or, should that fail too, a reboot
         * finishes what was decided rightly. */
        char path[ASV_FLASH_PATH_MAX + 1];
        intent_path(path, number);
        enum asv_status removed = asv_flash_remove(store->flash, path);
        store->fault = store->fault || removed != ASV_OK;
        return asv_fail(err, status, "the erasure cannot be written down, so it was not begun");
    }
    store->erasing.intent = intent;
    store->erasing.file = 0;
    store->erasing.offset = 0;
    store->erasing.method = ASV_ERASURE_OVERWRITE_AND_DISCARD;
    asv_store_clip_forget(store, number);
    return ASV_OK;
}

static void lower_method(struct asv_store *store, uint8_t method)
{
    if (store->erasing.method > method) {
        store->erasing.method = method;
    }
}

/* Step 2, some of it. ASV_E_AGAIN until all files are overwritten. A medium that refuses to overwrite must
 * not keep the recording: then it is unlinked only, and the record says so. */
static enum asv_status overwrite_some(struct asv_store *store)
{
    const struct asv_flash *flash = store->flash;
    uint64_t budget = ASV_STORE_ERASE_STEP_BYTES;
    while (store->erasing.file < FILE_COUNT) {
        char path[ASV_FLASH_PATH_MAX + 1];
        uint64_t size = 0;
        asv_store_clip_path(path, store->erasing.intent.number, files[store->erasing.file]);
        enum asv_status status = flash->ops->size(flash->ctx, path, &size);
        if (status == ASV_OK && store->erasing.offset < size) {
            uint64_t left = size - store->erasing.offset;
            uint64_t some = left < budget ? left : budget;
            status = flash->ops->overwrite(flash->ctx, path, store->erasing.offset, some);
            if (status == ASV_OK) {
                store->erasing.offset += some;
                budget -= some;
                if (budget == 0) {
                    return ASV_E_AGAIN;
                }
                continue;
            }
        }
        if (status == ASV_OK && flash->ops->discard(flash->ctx, path) != ASV_OK) {
            lower_method(store, ASV_ERASURE_OVERWRITE);
        } else if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            lower_method(store, ASV_ERASURE_UNLINK);
        }
        store->erasing.file++;
        store->erasing.offset = 0;
    }
    return ASV_OK;
}

/* Step 3. */
static enum asv_status unlink_all(struct asv_store *store)
{
    const struct asv_flash *flash = store->flash;
    uint64_t number = store->erasing.intent.number;
    char path[ASV_FLASH_PATH_MAX + 1];
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i <= FILE_COUNT && status == ASV_OK; i++) {
        asv_store_clip_path(path, number, i < FILE_COUNT ? files[i] : "link.new");
        status = flash->ops->unlink(flash->ctx, path);
        status = status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    if (status == ASV_OK) {
        asv_store_clip_path(path, number, NULL);
        status = flash->ops->rmdir(flash->ctx, path);
        status = status == ASV_E_NOT_FOUND ? ASV_OK : status;
    }
    return status == ASV_OK ? flash->ops->sync_dir(flash->ctx, "clips") : status;
}

/* Step 4. */
static enum asv_status write_record(struct asv_store *store)
{
    const struct asv_camera_intent *intent = &store->erasing.intent;
    uint8_t data[ASV_ERASURE_MAX_BYTES];
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_writer writer;
    struct asv_store_time now;
    size_t len = 0;
    asv_store_now(store, &now);
    struct asv_erasure erasure = {
        .cause = intent->cause,
        .number = intent->number,
        .wall_ms = now.state == ASV_CLOCK_LOST ? ASV_TIME_UNKNOWN : now.wall_ms,
        .mono_ms = now.mono_ms,
        .method = intent->method,
    };
    memcpy(erasure.cause_digest, intent->cause_digest, sizeof erasure.cause_digest);
    memcpy(erasure.camera_cert, store->trust->cert_digest, sizeof erasure.camera_cert);
    memcpy(erasure.epoch, store->epoch, sizeof erasure.epoch);
    memcpy(erasure.header, intent->header, sizeof erasure.header);
    memcpy(erasure.boot, store->boot, sizeof erasure.boot);
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_erasure_encode(&writer, &erasure, store->secrets->sk);
    if (status == ASV_OK) {
        status = asv_write_end(&writer, &len);
    }
    if (status == ASV_OK) {
        record_path(path, intent->number);
        status = asv_store_replace(store, path, data, len);
    }
    return status;
}

static enum asv_status finish(struct asv_store *store)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    uint64_t number = store->erasing.intent.number;
    uint64_t size = 0;
    uint8_t value[9];
    asv_store_be64(value, number);
    value[8] = store->erasing.intent.cause;
    enum asv_status status = unlink_all(store);
    record_path(path, number);
    if (status == ASV_OK && store->flash->ops->size(store->flash->ctx, path, &size) != ASV_OK) {
        status = write_record(store);
    }
    if (status == ASV_OK) {
        intent_path(path, number);
        status = asv_flash_remove(store->flash, path);
    }
    if (status == ASV_OK) {
        store->erasing = (struct asv_store_erasing){.file = 0};
        asv_store_note(store, ASV_DEVLOG_ERASED, value, sizeof value);
        asv_store_fill_reserve(store);
    }
    return status;
}

enum asv_status asv_store_erase_step(struct asv_store *store, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (store->erasing.intent.number == 0) {
        return ASV_OK;
    }
    if (store->erasing.intent.method == 0) {
        status = overwrite_some(store);
        if (status == ASV_OK) {
            struct asv_camera_intent intent = store->erasing.intent;
            intent.method = store->erasing.method;
            status = save_intent(store, &intent);
            if (status == ASV_OK) {
                store->erasing.intent = intent;
            }
        }
    }
    if (status == ASV_OK) {
        status = finish(store);
    }
    if (status != ASV_OK && status != ASV_E_AGAIN) {
        store->fault = true;
        return asv_fail(err, status, "the erasure was begun and is not finished: it is tried again");
    }
    return status;
}

/* ---- lists ---- */

enum asv_status asv_store_erase_count(const struct asv_store *store, uint32_t *count)
{
    uint64_t *numbers = NULL;
    size_t found = 0;
    enum asv_status status = asv_flash_numbers(store->flash, "erased", UINT32_MAX, &numbers, &found);
    if (status == ASV_OK) {
        *count = (uint32_t)found;
        free(numbers);
    }
    return status;
}

enum asv_status asv_store_erase_at(const struct asv_store *store, uint32_t index, uint64_t *number)
{
    uint64_t *numbers = NULL;
    size_t count = 0;
    enum asv_status status = asv_flash_numbers(store->flash, "erased", UINT32_MAX, &numbers, &count);
    if (status == ASV_OK && index >= count) {
        status = ASV_E_NOT_FOUND;
    } else if (status == ASV_OK) {
        *number = numbers[index];
    }
    free(numbers);
    return status;
}

enum asv_status asv_store_erase_record(const struct asv_store *store, uint64_t number, uint8_t *out,
                                       size_t cap, size_t *len)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    record_path(path, number);
    return asv_flash_load(store->flash, path, out, cap, len);
}

enum asv_status asv_store_erase_acknowledge(struct asv_store *store, uint64_t number,
                                            const uint8_t digest[ASV_SHA256_BYTES])
{
    uint8_t data[ASV_ERASURE_MAX_BYTES];
    uint8_t held[ASV_SHA256_BYTES];
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_object object;
    size_t len = 0;
    enum asv_status status = asv_store_erase_record(store, number, data, sizeof data, &len);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_object_split(&object, data, len);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_object_digest(held, &object);
    if (memcmp(held, digest, sizeof held) != 0) {
        return ASV_E_MISMATCH;
    }
    record_path(path, number);
    return asv_flash_remove(store->flash, path);
}

/* ---- at boot ---- */

static enum asv_status resume_one(struct asv_store *store, uint64_t number, struct asv_err *err)
{
    struct asv_camera_state state;
    char path[ASV_FLASH_PATH_MAX + 1];
    intent_path(path, number);
    enum asv_status status = asv_camera_state_load(store->flash, path, ASV_CAMERA_STATE_INTENT, &state);
    if (status != ASV_OK || state.body.intent.number != number) {
        store->fault = true; /* the medium lost it: the recording stays as it is */
        return ASV_OK;
    }
    store->erasing.intent = state.body.intent;
    store->erasing.file = 0;
    store->erasing.offset = 0;
    store->erasing.method = ASV_ERASURE_OVERWRITE_AND_DISCARD;
    do {
        status = asv_store_erase_step(store, err);
    } while (status == ASV_E_AGAIN);
    return status;
}

enum asv_status asv_store_erase_resume(struct asv_store *store, struct asv_err *err)
{
    uint64_t *numbers = NULL;
    size_t count = 0;
    if (store->read_only || store->trust == NULL) {
        return ASV_OK;
    }
    enum asv_status status = asv_flash_numbers(store->flash, "erase", UINT32_MAX, &numbers, &count);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the decided erasures cannot be listed");
    }
    /* One that the medium refuses ends it: the camera records all the same, and every later step tries again.
     */
    for (size_t i = 0; i < count && resume_one(store, numbers[i], err) == ASV_OK; i++) {
    }
    free(numbers);
    return ASV_OK;
}
