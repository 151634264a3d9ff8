/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * For each test a vault with two roots, and one recording: the chunks of its payload and what the vault is
 * told of it.
 */
#ifndef ASV_TESTS_UNIT_VAULT_KIT_H
#define ASV_TESTS_UNIT_VAULT_KIT_H

#include <sys/types.h>

#include "server/vault/vault.h"
#include "tests/unit/test.h"

#define CHUNKS     37 /* more than one read-back block, and not a multiple of one */
#define KIT_DAY    20261123
#define KIT_SEALED "sealed/2026/11/23/019355aa-0001-7002-8003-040506070809" /* of this day, and uuid */

extern const uint8_t camera[32], epoch[16], uuid[16];
extern const uint8_t final_chunk[ASV_VAULT_FINAL_BYTES];

struct fixture {
    char base[256];
    char roots[2][300];
    struct asv_vault *vault;
    uint8_t *chunks;
    uint8_t leaves[CHUNKS][32];
};

int kit_setup(void **state);
int kit_teardown(void **state);

#define KIT_TEST(test) cmocka_unit_test_setup_teardown(test, kit_setup, kit_teardown)

struct asv_vault_config config(const struct fixture *f, size_t roots);

/* Closes the vault, and opens it as the daemon does when it starts again. */
void reopen(struct fixture *f, size_t roots);

const uint8_t *chunk(const struct fixture *f, size_t i);

/* The recording's directory in staging, with the leaves of all its chunks; the caller closes it. */
struct asv_clip_dir *stage(struct fixture *f);

/* Its whole payload. */
void put_all(struct fixture *f, struct asv_clip_dir *clip);

/* How many chunks are bad in one root or another, the final one included, and which. */
uint64_t readback(struct asv_clip_dir *clip, uint8_t bad[CHUNKS / 8 + 1]);

/* Clip directories in an area. */
unsigned count(struct fixture *f, enum asv_vault_area area);

/* A part's file in one root. */
void path_in(const struct fixture *f, int root, const struct asv_clip_dir *clip, const char *part, char *out,
             size_t size);
void flip_byte(const char *path, off_t at);

#endif
