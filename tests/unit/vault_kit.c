/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/unit/vault_kit.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "server/base/io.h"
#include "tests/sim/fault_disk.h"

const uint8_t camera[32] = {0xca, 0xfe};
const uint8_t epoch[16] = {0xee};
const uint8_t uuid[16] = {0x01, 0x93, 0x55, 0xaa, 0, 1, 0x70, 2, 0x80, 3, 4, 5, 6, 7, 8, 9};
const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES] = "the end of it, 24 bytes";

struct asv_vault_config config(const struct fixture *f, size_t roots)
{
    return (struct asv_vault_config){.roots = {f->roots[0], f->roots[1]},
                                     .root_count = roots,
                                     .allow_cached_readback = true,
                                     .exclusive = true};
}

void reopen(struct fixture *f, size_t roots)
{
    struct asv_vault_config c = config(f, roots);
    struct asv_err err = {0};
    asv_vault_close(f->vault);
    f->vault = NULL;
    if (asv_vault_open(&c, &f->vault, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
}

int kit_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    assert_int_equal(asv_crypto_init(), ASV_OK);
    snprintf(f->base, sizeof f->base, "%s/vault-test.XXXXXX", ASV_BINARY_DIR);
    assert_non_null(mkdtemp(f->base));
    for (int i = 0; i < 2; i++) {
        snprintf(f->roots[i], sizeof f->roots[i], "%s/root%d", f->base, i);
    }
    f->chunks = malloc((size_t)CHUNKS * ASV_VAULT_CHUNK_BYTES);
    assert_non_null(f->chunks);
    uint32_t x = 1;
    for (size_t i = 0; i < (size_t)CHUNKS * ASV_VAULT_CHUNK_BYTES; i++) {
        x = x * 1664525 + 1013904223;
        f->chunks[i] = (uint8_t)(x >> 24);
    }
    for (size_t i = 0; i < CHUNKS; i++) {
        asv_chunk_leaf(f->leaves[i], f->chunks + i * ASV_VAULT_CHUNK_BYTES);
    }
    reopen(f, 2);
    *state = f;
    return 0;
}

int kit_teardown(void **state)
{
    struct fixture *f = *state;
    fault_disk_disarm();
    asv_vault_close(f->vault);
    if (asv_io_remove_tree(AT_FDCWD, f->base, NULL) != ASV_OK) {
        return -1;
    }
    free(f->chunks);
    free(f);
    return 0;
}

const uint8_t *chunk(const struct fixture *f, size_t i)
{
    return f->chunks + i * ASV_VAULT_CHUNK_BYTES;
}

struct asv_clip_dir *stage(struct fixture *f)
{
    struct asv_clip_dir *clip = NULL;
    assert_int_equal(asv_vault_stage(f->vault, camera, epoch, 7, &clip, NULL), ASV_OK);
    assert_int_equal(asv_clip_leaf_put(clip, 0, f->leaves[0], CHUNKS, NULL), ASV_OK);
    return clip;
}

void put_all(struct fixture *f, struct asv_clip_dir *clip)
{
    /* back to front, as chunks may arrive in any order */
    for (size_t i = CHUNKS; i-- > 0;) {
        assert_int_equal(asv_clip_chunks_put(clip, i, chunk(f, i), 1, NULL), ASV_OK);
    }
    assert_int_equal(asv_clip_payload_end(clip, CHUNKS, final_chunk, NULL), ASV_OK);
}

void path_in(const struct fixture *f, int root, const struct asv_clip_dir *clip, const char *part, char *out,
             size_t size)
{
    snprintf(out, size, "%s/%s/%s", f->roots[root], asv_clip_path(clip), part);
}

void flip_byte(const char *path, off_t at)
{
    uint8_t byte = 0;
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    assert_int_equal(fsync(fd), 0);
    close(fd);
}

uint64_t readback(struct asv_clip_dir *clip, uint8_t bad[CHUNKS / 8 + 1])
{
    uint64_t count = 99;
    uint8_t root[32];
    enum asv_readback mode = 0;
    assert_int_equal(asv_clip_readback(clip, CHUNKS, NULL, bad, &count, &mode, root, NULL), ASV_OK);
    assert_true(mode == ASV_READBACK_DIRECT || mode == ASV_READBACK_CACHED);
    return count;
}

static enum asv_status count_visit(void *ctx, enum asv_vault_area area, const char *path, struct asv_err *err)
{
    unsigned *count = ctx;
    (void)area;
    (void)path;
    (void)err;
    ++*count;
    return ASV_OK;
}

unsigned count(struct fixture *f, enum asv_vault_area area)
{
    unsigned n = 0;
    assert_int_equal(asv_vault_walk(f->vault, area, count_visit, &n, NULL), ASV_OK);
    return n;
}
