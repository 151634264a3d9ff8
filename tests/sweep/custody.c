/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Wherever the power fails, camera, dock and verifier say the same of what is left: a clip is cut at every
 * byte of its seal and at every payload length that can stand beside it, the camera boots and offers it, the
 * dock takes it into a vault, the camera erases for the receipt, and the verifier finds nothing wrong.
 *
 * T-053: every length and digest of the receipt is that of what the camera holds. T-054, T-055: what a
 * receipt says of payload and tail. S-092: no byte is dropped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dock/take.h"
#include "server/base/calendar.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/files.h"
#include "tests/support/fmp4.h"
#include "tests/sweep/custody_judge.h"
#include "tests/unit/test.h"

#define FILE_BLOCK 60000

static struct asv_rig rig;
static struct asv_flash_mem whole; /* one clip, ended */
static uint8_t *seal;
static size_t seal_len, payload_len;
static char directory[512];
static struct asv_dock_keys keys;
static _Atomic uint64_t coming;
static struct asv_site site;
static struct asv_camera_device device;
static bool has_clock; /* the dock measured the camera's clock */

static void must(enum asv_status status, const struct asv_err *err)
{
    if (status != ASV_OK) {
        fail_msg("%s: %s", asv_status_name(status), err == NULL ? "" : err->text);
    }
}

static size_t flash_size(const char *path)
{
    uint64_t size = 0;
    must(rig.flash.flash.ops->size(rig.flash.flash.ctx, path, &size), NULL);
    return (size_t)size;
}

static void make_site(void)
{
    const struct asv_test_agency *agency = &rig.agency;
    struct asv_vault_config config = {
        .roots = {directory}, .root_count = 1, .allow_cached_readback = true, .exclusive = true};
    struct asv_err err = {0};
    memcpy(keys.sign, agency->dock.sk, sizeof keys.sign);
    memcpy(keys.kx, agency->dock.kx_sk, sizeof keys.kx);
    memcpy(site.root_pk, agency->root.pk, sizeof site.root_pk);
    memcpy(site.agency, agency->id, sizeof site.agency);
    memcpy(site.dock_cert, agency->dock.cert_digest, sizeof site.dock_cert);
    site.chain = agency->dock.chain.encoded;
    site.dock = agency->dock.chain;
    site.keys = &keys;
    site.world = &rig.world.world;
    static const struct asv_retention_periods two_weeks = {.count = 1,
                                                           .list = {{.policy = {.version = 1, .days = 14}}}};
    site.periods = &two_weeks;
    site.limits = (struct asv_site_limits){.quarantine_bytes = UINT64_C(1) << 30,
                                           .max_chunks = 1 << 20,
                                           .max_seal_bytes = 1 << 26,
                                           .max_tail_bytes = 1 << 26};
    site.read_back = true;
    site.quarantine_coming = &coming;
    must(asv_vault_open(&config, &site.vault, &err), &err);
}

static int setup(void **state)
{
    (void)state;
    size_t stream_len = 0;
    size_t got = 0;
    uint8_t *stream = asv_fmp4_stream(3, 1000, 50000, &stream_len);
    must(asv_calendar_set_zone(ASV_CALENDAR_ZONE, NULL), NULL);
    asv_rig_init(&rig, 31);
    asv_rig_boot(&rig);
    must(asv_rig_record(&rig, stream, stream_len, 25000, 400), &rig.err);
    asv_rig_shut(&rig);
    free(stream);
    asv_flash_mem_clone(&whole, &rig.flash);
    seal_len = flash_size("clips/1/seal");
    payload_len = flash_size("clips/1/payload");
    seal = malloc(seal_len);
    assert_non_null(seal);
    must(rig.flash.flash.ops->read(rig.flash.flash.ctx, "clips/1/seal", 0, seal, seal_len, &got), NULL);
    /* A thousand takes into custody are as many syncs of a dozen files: in memory, if there is such a place.
     */
    if (access("/dev/shm", W_OK) == 0) {
        assert_int_equal(setenv("TMPDIR", "/dev/shm", 1), 0);
    }
    asv_test_make_directory(directory, sizeof directory);
    make_site();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_vault_close(site.vault);
    asv_test_remove_directory(directory);
    free(seal);
    asv_flash_mem_free(&whole);
    asv_rig_free(&rig);
    return 0;
}

/* ---- what the seal's first bytes promise ---- */

struct prefix {
    size_t frame_end;     /* of the last whole frame */
    size_t signed_chunks; /* by the last whole checkpoint */
    bool ended;
    size_t next_chunks; /* that the checkpoint behind will sign: they may be in the payload already */
};

static struct prefix look(size_t cut)
{
    struct prefix prefix = {.frame_end = 0};
    size_t leaves = 0;
    for (size_t at = 0; at < seal_len;) {
        size_t len = asv_load_be32(seal + at + 1);
        size_t end = at + ASV_SEAL_FRAME_HEADER_BYTES + len;
        leaves += seal[at] == ASV_FRAME_LEAVES ? len / ASV_SHA256_BYTES : 0;
        if (end > cut) {
            prefix.next_chunks = leaves;
            if (seal[at] == ASV_FRAME_CHECKPOINT) {
                break;
            }
        } else {
            prefix.frame_end = end;
            prefix.next_chunks = leaves;
            prefix.signed_chunks = seal[at] == ASV_FRAME_CHECKPOINT ? leaves : prefix.signed_chunks;
            prefix.ended = seal[at] == ASV_FRAME_END;
        }
        at = end;
    }
    return prefix;
}

/* ---- the camera ---- */

/* Boots with the clip cut to these lengths, as it is found after the power failed. */
static void boot_cut(size_t seal_cut, size_t payload_cut, bool with_link)
{
    const struct asv_flash *flash = &rig.flash.flash;
    asv_rig_shut(&rig);
    asv_flash_mem_free(&rig.flash);
    asv_flash_mem_clone(&rig.flash, &whole);
    assert_true(asv_flash_mem_truncate(&rig.flash, "clips/1/seal", seal_cut));
    assert_true(asv_flash_mem_truncate(&rig.flash, "clips/1/payload", payload_cut));
    if (!with_link) {
        must(flash->ops->unlink(flash->ctx, "clips/1/link"), NULL);
        must(flash->ops->sync_dir(flash->ctx, "clips/1"), NULL);
    }
    asv_rig_boot(&rig);
    asv_camera_device_init(&device, rig.store);
}

static void ask(uint8_t file, uint64_t offset, uint32_t len, uint8_t *out)
{
    struct asv_wire_file_read read = {.number = 1, .file = file, .offset = offset, .length = len};
    struct asv_err err = {0};
    uint64_t at = 0;
    must(asv_camera_device_ops.file(&device, &read, out, &at, &err), &err);
}

/* ---- the dock ---- */

static void pull(struct asv_take *take, uint8_t file, enum asv_part part, uint64_t len)
{
    static uint8_t block[FILE_BLOCK];
    struct asv_err err = {0};
    for (uint64_t at = 0; at < len;) {
        uint32_t some = len - at < sizeof block ? (uint32_t)(len - at) : (uint32_t)sizeof block;
        ask(file, at, some, block);
        must(file == ASV_WIRE_FILE_SEAL ? asv_take_seal(take, at, block, some, &err)
                                        : asv_take_file(take, part, at, block, some, &err),
             &err);
        at += some;
    }
}

static void pull_chunks(struct asv_take *take)
{
    static uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
    struct asv_err err = {0};
    for (uint64_t i = 0; i < take->chunks; i++) {
        uint32_t done = 0;
        uint64_t right = 0;
        uint64_t lost = 0;
        must(asv_camera_device_ops.chunks(&device, 1, i, 1, chunk, &done, &err), &err);
        must(asv_take_chunks(take, i, chunk, 1, true, &right, &lost, &err), &err);
        assert_int_equal(right, 1);
    }
}

static void fill_docking(struct asv_docking *docking)
{
    const struct asv_test_identity *camera = &rig.agency.camera;
    memset(docking, 0, sizeof *docking);
    memset(docking->session, 9, sizeof docking->session);
    docking->slot = 1;
    snprintf(docking->port, sizeof docking->port, "1-1");
    must(asv_world_wall_ms(&rig.world.world, &docking->began_ms), NULL);
    memcpy(docking->chain, camera->chain.encoded.data, camera->chain.encoded.len);
    docking->chain_len = camera->chain.encoded.len;
    must(asv_chain_decode(&docking->camera, docking->chain, docking->chain_len, NULL), NULL);
    memcpy(docking->camera_cert, camera->cert_digest, sizeof docking->camera_cert);
    memcpy(docking->status.epoch, rig.store->epoch, sizeof docking->status.epoch);
    docking->emptied_ms = ASV_TIME_UNKNOWN;
    docking->has_fix = has_clock;
    docking->fix.dock_wall_ms = docking->began_ms;
}

/* Everything from the offer to the receipt. */
static void take_in(struct asv_take *take, struct asv_docking *docking)
{
    struct asv_wire_clip offer;
    struct asv_err err = {0};
    fill_docking(docking);
    must(asv_camera_device_ops.clip_next(&device, 0, &offer, &err), &err);
    asv_take_init(take, &site, docking, &offer);
    must(asv_take_check_offer(&site, &offer, &err), &err);
    must(asv_take_stage(take, &err), &err);
    pull(take, ASV_WIRE_FILE_SEAL, ASV_PART_SEAL, offer.seal_bytes);
    pull(take, ASV_WIRE_FILE_STANZAS, ASV_PART_STANZAS, offer.stanzas_bytes);
    pull(take, ASV_WIRE_FILE_LINK, ASV_PART_LINK, offer.link_bytes);
    pull(take, ASV_WIRE_FILE_TAIL, ASV_PART_TAIL, offer.tail_bytes);
    must(asv_take_judge(take, &err), &err);
    assert_int_equal(take->way, has_clock ? ASV_TAKE_EXPIRE : ASV_TAKE_STORE);
    if (take->way == ASV_TAKE_EXPIRE) {
        must(asv_take_revive(take, &err), &err);
    }
    must(asv_take_prepare(take, &err), &err);
    pull_chunks(take);
    must(asv_take_end(take, &err), &err);
    if (take->way != ASV_TAKE_STORE) {
        fail_msg("not stored: %s", take->reason);
    }
    must(asv_take_move(take, &err), &err);
    must(asv_take_read_back(take, &err), &err);
    must(asv_take_record(take, &err), &err);
}

/* ---- both, and the verifier ---- */

static void one_cut(size_t seal_cut, size_t payload_cut, bool with_link)
{
    static struct asv_take take;
    static struct asv_docking docking;
    struct prefix prefix = look(seal_cut);
    struct asv_rig_receipt receipt;
    struct asv_custody held;
    struct asv_err err = {0};
    uint8_t erasure[ASV_ERASURE_MAX_BYTES];
    uint8_t integrity = 0;
    char path[1024];
    size_t len = 0;

    boot_cut(seal_cut, payload_cut, with_link);
    take_in(&take, &docking);
    assert_int_equal(take.facts.integrity, prefix.ended ? ASV_INTEGRITY_VALID : ASV_INTEGRITY_TRUNCATED);
    assert_int_equal(take.facts.leaves, prefix.signed_chunks);
    assert_int_equal(take.facts.payload_bytes + take.facts.tail_bytes, payload_cut);

    snprintf(path, sizeof path, "%s/%s", directory, asv_clip_path(take.dir));
    if (!asv_custody_judge(path, &rig.agency, &integrity)) {
        fail_msg("seal cut at %zu, payload at %zu: the verifier finds something wrong", seal_cut,
                 payload_cut);
    }
    assert_int_equal(integrity, take.facts.integrity);

    memcpy(receipt.data, take.receipt, take.receipt_len);
    must(asv_receipt_decode(&receipt.receipt, receipt.data, take.receipt_len, &err), &err);
    must(asv_store_custody(rig.store, 1, &held, &err), &err);
    if (asv_custody_compare(&receipt.receipt.custody, &held, &err) != ASV_OK) {
        fail_msg("seal cut at %zu, payload at %zu: %s", seal_cut, payload_cut, err.text);
    }
    assert_true(!has_clock ||
                (receipt.receipt.due_ms > 0 && receipt.receipt.due_ms < receipt.receipt.time_ms));
    must(asv_rig_give_receipt(&rig, &receipt, erasure, &len), &rig.err);
    assert_null(asv_store_clip_find(rig.store, 1));

    must(asv_clip_discard_take(take.dir, &err), &err);
    take.dir = NULL;
    asv_take_clear(&take);
}

/* The payload's lengths that can stand beside this much of the seal: what is signed is durable (S-061), and
 * the next checkpoint's chunks, or the final one, may be there in part. */
static size_t payload_lengths(const struct prefix *prefix, size_t out[8])
{
    size_t signed_bytes = prefix->signed_chunks * ASV_CHUNK_CIPHER_BYTES;
    size_t most = prefix->next_chunks * ASV_CHUNK_CIPHER_BYTES;
    size_t count = 0;
    if (prefix->ended) {
        out[count++] = payload_len;
        return count;
    }
    if (most + ASV_FINAL_CIPHER_BYTES == payload_len) {
        most = payload_len;
    }
    static const size_t behind[] = {0,
                                    1,
                                    ASV_FINAL_CIPHER_BYTES - 1,
                                    ASV_FINAL_CIPHER_BYTES,
                                    ASV_FINAL_CIPHER_BYTES + 1,
                                    ASV_CHUNK_CIPHER_BYTES};
    for (size_t i = 0; i < sizeof behind / sizeof behind[0]; i++) {
        if (signed_bytes + behind[i] < most) {
            out[count++] = signed_bytes + behind[i];
        }
    }
    out[count++] = most;
    return count;
}

static void camera_dock_and_verifier_agree_wherever_the_power_fails(void **state)
{
    (void)state;
    size_t header_end = ASV_SEAL_FRAME_HEADER_BYTES + asv_load_be32(seal + 1);
    size_t cuts = 0;
    for (size_t cut = header_end; cut <= seal_len; cut++) { /* S-120: no clip has less */
        struct prefix prefix = look(cut);
        size_t lengths[8];
        size_t count = payload_lengths(&prefix, lengths);
        /* At a frame's border each of them, within a frame one after the other. */
        bool border = cut == prefix.frame_end;
        for (size_t i = border ? 0 : cut % count; i < count; i += border ? 1 : count) {
            one_cut(cut, lengths[i], false);
            cuts++;
        }
    }
    one_cut(seal_len, payload_len, true);
    print_message("%zu cuts\n", cuts + 1);
}

/* The final chunk is written, END is not: every byte between. */
static void a_final_chunk_without_its_end_is_a_tail(void **state)
{
    (void)state;
    size_t before_end = seal_len - ASV_SEAL_FRAME_HEADER_BYTES - ASV_SEAL_END_BYTES;
    for (size_t behind = 0; behind <= ASV_FINAL_CIPHER_BYTES; behind++) {
        one_cut(before_end, payload_len - ASV_FINAL_CIPHER_BYTES + behind, false);
    }
}

/* Held before it docked: its due date is past when it is taken in, and neither camera nor verifier takes
 * offence. */
static void what_is_due_already_is_taken_in_like_any_other(void **state)
{
    (void)state;
    size_t before_end = seal_len - ASV_SEAL_FRAME_HEADER_BYTES - ASV_SEAL_END_BYTES;
    asv_test_world_step(&rig.world, UINT64_C(20) * 86400000);
    has_clock = true;
    one_cut(seal_len, payload_len, true);
    one_cut(before_end, payload_len, false);
    has_clock = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_final_chunk_without_its_end_is_a_tail),
        cmocka_unit_test(what_is_due_already_is_taken_in_like_any_other),
        cmocka_unit_test(camera_dock_and_verifier_agree_wherever_the_power_fails),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
