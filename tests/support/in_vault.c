/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/in_vault.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "tests/support/clip_dir.h"
#include "tests/support/files.h"

#define DAY 20261123

struct asv_vault *asv_test_in_vault_again(const struct asv_test_in_vault *it)
{
    char dir[600];
    struct asv_vault *vault = NULL;
    struct asv_err err = {0};
    snprintf(dir, sizeof dir, "%s/vault", it->base);
    struct asv_vault_config config = {.roots = {dir}, .root_count = 1, .allow_cached_readback = true};
    assert_int_equal(asv_vault_open(&config, &vault, &err), ASV_OK);
    return vault;
}

void asv_test_in_vault_make(struct asv_test_in_vault *out, const struct asv_test_plan *plan)
{
    struct asv_test_world world;
    char path[ASV_VAULT_PATH_BYTES];
    char dir[600];
    struct asv_err err = {0};
    asv_test_agency_init(&out->agency, 1);
    asv_test_make_directory(out->base, sizeof out->base);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&out->clip, &out->agency, &out->agency.camera, &world, plan);
    struct asv_bytes stanzas = {out->clip.stanzas.data, out->clip.stanzas.len};
    assert_int_equal(asv_seal_unwrap(out->file_key, &out->clip.header, stanzas, out->clip.key_sk[0]), ASV_OK);
    out->name = (struct asv_exhibit_name){.kind = ASV_COMMIT_STORED, .day = DAY, .latest_ms = 0};
    memcpy(out->name.clip, out->clip.header.clip, sizeof out->name.clip);
    memcpy(out->name.header, out->clip.header_digest, sizeof out->name.header);
    assert_int_equal(
        asv_vault_place_of(path, ASV_COMMIT_STORED, DAY, 0, out->name.clip, out->name.header, &err), ASV_OK);
    snprintf(dir, sizeof dir, "%s/vault", out->base);
    snprintf(out->place, sizeof out->place, "%s/%s", dir, path);
    const char *const make[] = {"mkdir", "-p", "-m", "700", out->place, NULL};
    assert_int_equal(asv_test_run(out->base, make), 0);
    asv_test_clip_write(&out->clip, &out->agency, &out->agency.camera,
                        plan->unsealed ? NULL : &out->agency.dock, NULL, 0, out->place);
    out->vault = asv_test_in_vault_again(out);
}

void asv_test_in_vault_remove(struct asv_test_in_vault *it)
{
    asv_vault_close(it->vault);
    asv_test_clip_free(&it->clip);
    asv_test_remove_directory(it->base);
}

void asv_test_in_vault_flip(const struct asv_test_in_vault *it, const char *part, size_t at)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(it->place, part, &data, &len);
    assert_true(at < len);
    data[at] ^= 1;
    asv_test_write_file(it->place, part, data, len);
    free(data);
}
