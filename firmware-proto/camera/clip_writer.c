/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/clip_writer.h"

#include <string.h>

#include "firmware-proto/camera/locked.h"

static void close_file(const struct asv_flash *flash, int *file)
{
    if (*file != ASV_FLASH_NO_FILE) {
        flash->ops->close(flash->ctx, *file);
        *file = ASV_FLASH_NO_FILE;
    }
}

void asv_clip_writer_reset(struct asv_clip_writer *writer)
{
    if (writer->store != NULL) {
        close_file(writer->store->flash, &writer->payload);
        close_file(writer->store->flash, &writer->seal);
    }
    asv_camera_locked_free(writer->memory, sizeof *writer->memory);
    memset(writer, 0, sizeof *writer);
}

struct asv_moment asv_clip_writer_moment(struct asv_clip_writer *writer, uint64_t mono_ms)
{
    if (mono_ms > writer->mono_ms) {
        writer->mono_ms = mono_ms;
    }
    uint64_t since = writer->mono_ms - writer->start.mono_ms;
    return (struct asv_moment){.wall_ms = writer->start.wall_ms + (int64_t)since, .mono_ms = writer->mono_ms};
}

static enum asv_status fail(struct asv_clip_writer *writer, enum asv_status status)
{
    writer->failed = true;
    return status;
}

/* Appends all of it. Where the medium is full, the reserve is given up for it: the clip is to be ended then.
 */
static enum asv_status append(struct asv_clip_writer *writer, int file, const uint8_t *data, size_t len)
{
    struct asv_store *store = writer->store;
    size_t written = 0;
    enum asv_status status = asv_flash_append(store->flash, file, data, len, &written);
    if (status == ASV_E_NO_SPACE) {
        writer->full = true;
        asv_store_release_reserve(store);
        status = asv_flash_append(store->flash, file, data + written, len - written, NULL);
    }
    return status == ASV_OK ? ASV_OK : fail(writer, status);
}

static enum asv_status sync_payload(struct asv_clip_writer *writer)
{
    enum asv_status status = writer->store->flash->ops->sync(writer->store->flash->ctx, writer->payload);
    return status == ASV_OK ? ASV_OK : fail(writer, status);
}

/* A signature that may be lost must not be read as if it were safe: what the next clip names, and what this
 * one's link says, is built on it. Where it cannot be cut off, recovering the clip settles what is there. */
static enum asv_status sync_seal(struct asv_clip_writer *writer)
{
    const struct asv_flash *flash = writer->store->flash;
    char path[ASV_FLASH_PATH_MAX + 1];
    enum asv_status status = flash->ops->sync(flash->ctx, writer->seal);
    if (status == ASV_OK) {
        writer->seal_durable = writer->seal_bytes;
        return ASV_OK;
    }
    asv_store_clip_path(path, writer->number, "seal");
    (void)flash->ops->cut(flash->ctx, path, writer->seal_durable); /* S-122 */
    return fail(writer, status);
}

static enum asv_status write_chunk(struct asv_clip_writer *writer)
{
    struct asv_clip_writer_memory *memory = writer->memory;
    enum asv_status status = asv_seal_writer_add_chunk(&memory->seal, memory->cipher, memory->plain);
    if (status != ASV_OK) {
        return fail(writer, status);
    }
    writer->plain_len = 0;
    if (writer->key_pending) {
        writer->key_offset = writer->key_pending_offset;
        writer->key_us = writer->key_pending_us;
        writer->key_pending = false;
    }
    return append(writer, writer->payload, memory->cipher, sizeof memory->cipher);
}

enum asv_status asv_clip_writer_write(struct asv_clip_writer *writer, uint64_t mono_ms, const uint8_t *data,
                                      size_t len)
{
    enum asv_status status = writer->failed ? ASV_E_IO : ASV_OK;
    while (len != 0 && status == ASV_OK) {
        size_t room = sizeof writer->memory->plain - writer->plain_len;
        size_t some = len < room ? len : room;
        memcpy(writer->memory->plain + writer->plain_len, data, some);
        writer->plain_len += some;
        writer->media_bytes += some;
        data += some;
        len -= some;
        if (writer->plain_len == sizeof writer->memory->plain) {
            status = write_chunk(writer);
            uint64_t waiting = asv_seal_writer_chunks(&writer->memory->seal) - writer->chunks_signed;
            if (status == ASV_OK && waiting >= ASV_CLIP_WRITER_CHECKPOINT_CHUNKS) {
                status = asv_clip_writer_checkpoint(writer, mono_ms);
            }
        }
    }
    return status;
}

void asv_clip_writer_key_frame(struct asv_clip_writer *writer, uint64_t media_us)
{
    writer->key_pending = true;
    writer->key_pending_offset = writer->media_bytes;
    writer->key_pending_us = media_us;
}

static enum asv_status append_frames(struct asv_clip_writer *writer, const struct asv_writer *frames)
{
    writer->seal_bytes += frames->len;
    return append(writer, writer->seal, frames->data, frames->len);
}

/* As asv_clip_writer_checkpoint, also when nothing is new. */
static enum asv_status checkpoint(struct asv_clip_writer *writer, uint64_t mono_ms)
{
    struct asv_clip_writer_memory *memory = writer->memory;
    struct asv_writer frames;
    if (writer->failed) {
        return ASV_E_IO;
    }
    enum asv_status status = sync_payload(writer); /* S-061 */
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&frames, memory->frames, sizeof memory->frames);
    status = asv_seal_writer_checkpoint(&memory->seal, asv_clip_writer_moment(writer, mono_ms),
                                        writer->key_offset, writer->key_us, &frames);
    if (status != ASV_OK) {
        return fail(writer, status);
    }
    status = append_frames(writer, &frames);
    if (status == ASV_OK) {
        status = sync_seal(writer);
    }
    if (status == ASV_OK) {
        writer->chunks_signed = asv_seal_writer_chunks(&memory->seal);
        writer->records_unsigned = false;
    }
    return status;
}

enum asv_status asv_clip_writer_checkpoint(struct asv_clip_writer *writer, uint64_t mono_ms)
{
    if (!writer->records_unsigned && writer->chunks_signed == asv_seal_writer_chunks(&writer->memory->seal)) {
        return writer->failed ? ASV_E_IO : ASV_OK;
    }
    return checkpoint(writer, mono_ms);
}

enum asv_status asv_clip_writer_record(struct asv_clip_writer *writer, enum asv_record_kind kind,
                                       uint64_t mono_ms, const void *value, size_t value_len)
{
    struct asv_clip_writer_memory *memory = writer->memory;
    struct asv_writer frames;
    if (writer->failed) {
        return ASV_E_IO;
    }
    asv_writer_init(&frames, memory->frames, sizeof memory->frames);
    enum asv_status status = asv_seal_writer_add_record(
        &memory->seal, kind, asv_clip_writer_moment(writer, mono_ms), value, value_len, &frames);
    if (status != ASV_OK) {
        return status; /* nothing was written: the clip goes on */
    }
    writer->records_unsigned = true;
    status = append_frames(writer, &frames);
    return status == ASV_OK ? checkpoint(writer, mono_ms) : status;
}

/* ---- ending ---- */

static enum asv_status pad(struct asv_clip_writer *writer, uint64_t mono_ms)
{
    static const uint8_t zeros[4096];
    uint8_t box[8] = {0, 0, 0, 0, 'f', 'r', 'e', 'e'};
    uint32_t left = asv_seal_padding_bytes(writer->media_bytes);
    if (left == 0) {
        return ASV_OK;
    }
    asv_store_be32(box, left);
    enum asv_status status = asv_clip_writer_write(writer, mono_ms, box, sizeof box);
    for (left -= (uint32_t)sizeof box; left != 0 && status == ASV_OK;) {
        uint32_t some = left < sizeof zeros ? left : (uint32_t)sizeof zeros;
        status = asv_clip_writer_write(writer, mono_ms, zeros, some);
        left -= some;
    }
    return status;
}

/* The final chunk is durable before the END frame that promises it. */
static enum asv_status write_end(struct asv_clip_writer *writer, enum asv_end_reason reason,
                                 uint64_t media_bytes, uint64_t mono_ms)
{
    uint8_t final_chunk[ASV_FINAL_CIPHER_BYTES];
    struct asv_writer frames;
    asv_writer_init(&frames, writer->memory->frames, sizeof writer->memory->frames);
    enum asv_status status =
        asv_seal_writer_end(&writer->memory->seal, reason, media_bytes,
                            asv_clip_writer_moment(writer, mono_ms), final_chunk, &frames);
    if (status != ASV_OK) {
        return fail(writer, status);
    }
    status = append(writer, writer->payload, final_chunk, sizeof final_chunk);
    if (status == ASV_OK) {
        status = sync_payload(writer);
    }
    if (status == ASV_OK) {
        status = append_frames(writer, &frames);
    }
    return status == ASV_OK ? sync_seal(writer) : status;
}

static enum asv_status write_link(struct asv_clip_writer *writer)
{
    uint8_t data[ASV_LINK_MAX_BYTES];
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_writer link;
    size_t len = 0;
    asv_writer_init(&link, data, sizeof data);
    enum asv_status status = asv_seal_writer_link(&writer->memory->seal, writer->store->world, &link);
    if (status == ASV_OK) {
        status = asv_write_end(&link, &len);
    }
    if (status == ASV_OK) {
        asv_store_clip_path(path, writer->number, "link");
        status = asv_store_replace(writer->store, path, data, len);
    }
    return status;
}

static uint32_t rate_of(const struct asv_clip_writer *writer)
{
    uint64_t ms = writer->mono_ms - writer->start.mono_ms;
    if (ms < 5000) {
        return writer->store->counter.bytes_per_second; /* too short to tell */
    }
    uint64_t rate = writer->media_bytes / ms * 1000;
    return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

static void settle(struct asv_clip_writer *writer)
{
    struct asv_store *store = writer->store;
    uint64_t number = writer->number;
    asv_clip_writer_reset(writer);
    struct asv_store_clip *clip = asv_store_clip_find(store, number);
    if (clip != NULL) {
        clip->recording = false;
        clip->known = false;
        asv_store_clip_sizes(store, clip);
    }
    asv_store_fill_reserve(store);
}

enum asv_status asv_clip_writer_end(struct asv_clip_writer *writer, enum asv_end_reason reason,
                                    uint64_t mono_ms, struct asv_err *err)
{
    uint8_t final[ASV_SHA256_BYTES];
    uint64_t media_bytes = writer->media_bytes;
    enum asv_status status = pad(writer, mono_ms);
    if (status == ASV_OK) {
        status = checkpoint(writer, mono_ms);
    }
    if (status == ASV_OK) {
        status = write_end(writer, reason, media_bytes, mono_ms);
    }
    if (status == ASV_OK) {
        status = write_link(writer);
    }
    if (status == ASV_OK) {
        asv_seal_writer_last_digest(&writer->memory->seal, final);
        status = asv_store_count(writer->store, writer->number, final,
                                 asv_clip_writer_moment(writer, mono_ms).wall_ms, rate_of(writer));
    }
    if (status != ASV_OK) {
        asv_clip_writer_abandon(writer);
        return asv_fail(err, status,
                        "the end of the recording could not be written; what was signed before is kept");
    }
    settle(writer);
    return ASV_OK;
}

void asv_clip_writer_abandon(struct asv_clip_writer *writer)
{
    struct asv_store *store = writer->store;
    uint64_t number = writer->number;
    if (store == NULL) {
        return;
    }
    settle(writer);
    /* When this fails too, the next recording or the next boot does it. */
    if (asv_store_clip_find(store, number) != NULL && asv_store_clip_recover(store, number, NULL) != ASV_OK) {
        store->fault = true;
    }
}
