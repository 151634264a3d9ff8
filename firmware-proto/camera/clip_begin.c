/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A clip's birth: header, stanzas and an empty payload, durable before the number is given. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/camera/clip_writer.h"
#include "firmware-proto/camera/locked.h"

/* UUIDv7 (RFC 9562): 48 bits of time, then randomness. */
static enum asv_status draw_uuid(const struct asv_world *world, int64_t wall_ms, uint8_t out[ASV_UUID_BYTES])
{
    uint8_t time[8];
    enum asv_status status = asv_world_random(world, out, ASV_UUID_BYTES);
    asv_store_be64(time, wall_ms < 0 ? 0 : (uint64_t)wall_ms);
    memcpy(out, time + 2, 6);
    out[6] = (uint8_t)(0x70 | (out[6] & 0x0f));
    out[8] = (uint8_t)(0x80 | (out[8] & 0x3f));
    return status;
}

static enum asv_status fill_header(const struct asv_clip_writer *writer,
                                   const struct asv_clip_writer_options *options,
                                   struct asv_seal_header *header)
{
    const struct asv_store *store = writer->store;
    const struct asv_store_trust *trust = store->trust;
    memset(header, 0, sizeof *header);
    memcpy(header->agency, trust->agency, sizeof header->agency);
    memcpy(header->model, store->secrets->identity.model, sizeof header->model);
    memcpy(header->serial, store->secrets->identity.serial, sizeof header->serial);
    memcpy(header->firmware, store->firmware.version, sizeof header->firmware);
    memcpy(header->firmware_digest, store->firmware.digest, sizeof header->firmware_digest);
    memcpy(header->chain_digest, trust->chain_digest, sizeof header->chain_digest);
    memcpy(header->cert_digest, trust->cert_digest, sizeof header->cert_digest);
    memcpy(header->epoch, store->epoch, sizeof header->epoch);
    header->number = writer->number;
    memcpy(header->boot, store->boot, sizeof header->boot);
    memcpy(header->previous, store->counter.final, sizeof header->previous);
    header->start_wall_ms = options->start.wall_ms;
    header->start_mono_ms = options->start.mono_ms;
    header->clock_state = (uint8_t)options->start.state;
    header->last_sync_wall_ms = options->start.last_sync_wall_ms;
    header->clock_source = (uint8_t)options->start.source;
    header->bulletin = trust->bulletin.number;
    header->policy = trust->bulletin.policy_version;
    header->key_kind = writer->key.kind;
    header->key_date = writer->key.date;
    snprintf(header->container, sizeof header->container, "video/mp4");
    snprintf(header->codecs, sizeof header->codecs, "%s", options->codecs);
    memcpy(header->group, options->group, sizeof header->group);
    header->stream = options->stream;
    header->stream_type = options->stream_type;
    header->segment = options->segment;
    if (trust->has_assignment) {
        memcpy(header->assignment, trust->assignment.id, sizeof header->assignment);
        memcpy(header->unit, trust->assignment.unit, sizeof header->unit);
        memcpy(header->area, trust->assignment.area, sizeof header->area);
    }
    header->sealer = ASV_SEALER_CAMERA;
    return draw_uuid(store->world, options->start.wall_ms, header->clip);
}

/* One file of the new clip, with what it begins with, durable. */
static enum asv_status create_file(const struct asv_flash *flash, const char *dir, const char *name,
                                   const void *data, size_t len, int *out)
{
    char path[ASV_FLASH_PATH_MAX + 1];
    int file = ASV_FLASH_NO_FILE;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    enum asv_status status = flash->ops->create(flash->ctx, path, &file);
    if (status != ASV_OK) {
        return status;
    }
    status = asv_flash_append(flash, file, data, len, NULL);
    if (status == ASV_OK) {
        status = flash->ops->sync(flash->ctx, file);
    }
    if (status != ASV_OK || out == NULL) {
        flash->ops->close(flash->ctx, file);
    } else {
        *out = file;
    }
    return status;
}

static void remove_unborn(const struct asv_flash *flash, const char *dir)
{
    static const char *const names[] = {"payload", "seal", "stanzas"};
    char path[ASV_FLASH_PATH_MAX + 1];
    /* What stays is removed at the next attempt or boot. */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)flash->ops->unlink(flash->ctx, path);
    }
    (void)flash->ops->rmdir(flash->ctx, dir);
}

/* Writes the directory under its provisional name. */
static enum asv_status write_unborn(struct asv_clip_writer *writer, const char *dir,
                                    const struct asv_writer *seal, const struct asv_writer *stanzas)
{
    const struct asv_flash *flash = writer->store->flash;
    remove_unborn(flash, dir);
    enum asv_status status = flash->ops->mkdir(flash->ctx, dir);
    if (status == ASV_OK) {
        status = create_file(flash, dir, "stanzas", stanzas->data, stanzas->len, NULL);
    }
    if (status == ASV_OK) {
        status = create_file(flash, dir, "seal", seal->data, seal->len, &writer->seal);
    }
    if (status == ASV_OK) {
        status = create_file(flash, dir, "payload", NULL, 0, &writer->payload);
    }
    if (status == ASV_OK) {
        status = flash->ops->sync_dir(flash->ctx, dir);
    }
    return status;
}

/* S-120: header and stanzas are durable, and only now the clip is visible. From here on the number is given.
 */
static enum asv_status give_birth(struct asv_clip_writer *writer, const char *dir, bool *born)
{
    const struct asv_flash *flash = writer->store->flash;
    char path[ASV_FLASH_PATH_MAX + 1];
    asv_store_clip_path(path, writer->number, NULL);
    enum asv_status status = flash->ops->rename(flash->ctx, dir, path);
    *born = status == ASV_OK;
    return status == ASV_OK ? flash->ops->sync_dir(flash->ctx, "clips") : status;
}

static enum asv_status seal_begin(struct asv_clip_writer *writer,
                                  const struct asv_clip_writer_options *options, struct asv_writer *seal,
                                  struct asv_writer *stanzas, struct asv_err *err)
{
    struct asv_seal_header header;
    enum asv_status status = fill_header(writer, options, &header);
    if (status != ASV_OK) {
        return asv_fail(err, status, "no randomness for a recording");
    }
    return asv_seal_writer_begin(&writer->memory->seal, writer->store->world, &header,
                                 (const uint8_t(*)[ASV_X25519_BYTES]) & writer->key.pk, 1,
                                 writer->store->secrets->sk, seal, stanzas, err);
}

/* S-121: the counter must stand at the newest clip, or two would get one number. */
static enum asv_status check_counter(struct asv_store *store, struct asv_err *err)
{
    if (store->clip_count == 0 || store->clips[store->clip_count - 1].number <= store->counter.number) {
        return ASV_OK;
    }
    const uint64_t newest = store->clips[store->clip_count - 1].number;
    enum asv_status status = asv_store_clip_recover(store, newest, err);
    const struct asv_store_clip *clip = asv_store_clip_find(store, newest);
    if (status != ASV_OK && clip != NULL && clip->damaged) {
        return asv_store_clip_unchain(store, newest, err); /* a bad block must not end all recording */
    }
    return status;
}

enum asv_status asv_clip_writer_begin(struct asv_clip_writer *writer, struct asv_store *store,
                                      const struct asv_clip_writer_options *options, struct asv_err *err)
{
    uint8_t stanza_data[ASV_SEAL_STANZAS_MAX_BYTES];
    struct asv_writer seal;
    struct asv_writer stanzas;
    enum asv_store_reserve_reason why = ASV_STORE_RESERVE_NOT;
    char dir[ASV_FLASH_PATH_MAX + 1];
    bool born = false;

    *writer = (struct asv_clip_writer){
        .store = store, .payload = ASV_FLASH_NO_FILE, .seal = ASV_FLASH_NO_FILE, .start = options->start};
    writer->mono_ms = options->start.mono_ms;
    enum asv_status status = asv_store_choose_key(store, &options->start, &writer->key, &why);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "no key to record to: install a bulletin, or dock the camera");
        goto out;
    }
    status = check_counter(store, err);
    if (status == ASV_OK && store->clip_count == ASV_STORE_CLIPS_MAX) {
        status = asv_fail(err, ASV_E_NO_SPACE, "too many recordings are held: dock the camera");
    }
    if (status != ASV_OK) {
        goto out;
    }
    writer->number = store->counter.number + 1;
    writer->memory = asv_camera_locked_alloc(sizeof *writer->memory);
    if (writer->memory == NULL) {
        status = asv_fail(err, ASV_E_NO_MEMORY, "no memory for a recording");
        goto out;
    }
    asv_writer_init(&seal, writer->memory->frames, sizeof writer->memory->frames);
    asv_writer_init(&stanzas, stanza_data, sizeof stanza_data);
    status = seal_begin(writer, options, &seal, &stanzas, err);
    if (status != ASV_OK) {
        goto out;
    }
    snprintf(dir, sizeof dir, "clips/%" PRIu64 ".tmp", writer->number);
    status = write_unborn(writer, dir, &seal, &stanzas);
    if (status == ASV_OK) {
        status = give_birth(writer, dir, &born);
    }
    if (status != ASV_OK && !born) {
        remove_unborn(store->flash, dir);
    }
    writer->seal_bytes = seal.len;
    writer->seal_durable = seal.len;
    if (born) {
        struct asv_store_clip *clip = NULL;
        enum asv_status added = asv_store_clip_add(store, writer->number, &clip);
        if (added == ASV_OK) {
            clip->recording = true;
            clip->start_wall_ms = options->start.wall_ms;
            clip->reserve = writer->key.kind == ASV_KEY_RESERVE;
        }
        status = status == ASV_OK ? added : status;
    }
    if (status != ASV_OK) {
        status = asv_fail(err, status, "a recording cannot be begun on the camera's flash");
    }
out:
    if (status != ASV_OK && born) {
        asv_clip_writer_abandon(writer);
    } else if (status != ASV_OK) {
        asv_clip_writer_reset(writer);
    }
    return status;
}
