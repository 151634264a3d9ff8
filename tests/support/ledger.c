/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/ledger/cosignature.h"

static void must(bool condition)
{
    if (!condition) {
        abort();
    }
}

size_t asv_test_entry(uint64_t i, char out[32])
{
    return (size_t)snprintf(out, 32, "entry %llu", (unsigned long long)i);
}

const uint8_t *asv_test_leaf(uint64_t i)
{
    static uint8_t leaves[ASV_TEST_LOG_MAX][ASV_SHA256_BYTES];
    static uint64_t made;
    must(i < ASV_TEST_LOG_MAX);
    for (; made <= i; made++) {
        char data[1 + 32] = {0x00};
        size_t len = asv_test_entry(made, data + 1);
        asv_sha256(leaves[made], data, 1 + len);
    }
    return leaves[i];
}

static uint64_t split(uint64_t n)
{
    uint64_t k = 1;
    while (k * 2 < n) {
        k *= 2;
    }
    return k;
}

void asv_test_root(uint8_t out[ASV_SHA256_BYTES], uint64_t from, uint64_t to)
{
    uint8_t node[1 + 2 * ASV_SHA256_BYTES] = {0x01};
    if (from == to) {
        asv_sha256(out, "", 0);
        return;
    }
    if (to - from == 1) {
        memcpy(out, asv_test_leaf(from), ASV_SHA256_BYTES);
        return;
    }
    uint64_t k = split(to - from);
    asv_test_root(node + 1, from, from + k);
    asv_test_root(node + 1 + ASV_SHA256_BYTES, from + k, to);
    asv_sha256(out, node, sizeof node);
}

static void path(struct asv_proof *out, uint64_t m, uint64_t from, uint64_t to)
{
    if (to - from <= 1) {
        return;
    }
    uint64_t k = split(to - from);
    if (m < k) {
        path(out, m, from, from + k);
        asv_test_root(out->hash[out->count++], from + k, to);
    } else {
        path(out, m - k, from + k, to);
        asv_test_root(out->hash[out->count++], from, from + k);
    }
}

void asv_test_path(struct asv_proof *out, uint64_t index, uint64_t size)
{
    out->count = 0;
    path(out, index, 0, size);
}

static void subproof(struct asv_proof *out, uint64_t m, uint64_t from, uint64_t to, bool known)
{
    if (m == to - from) {
        if (!known) {
            asv_test_root(out->hash[out->count++], from, to);
        }
        return;
    }
    uint64_t k = split(to - from);
    if (m <= k) {
        subproof(out, m, from, from + k, known);
        asv_test_root(out->hash[out->count++], from + k, to);
    } else {
        subproof(out, m - k, from + k, to, false);
        asv_test_root(out->hash[out->count++], from, from + k);
    }
}

void asv_test_consistency(struct asv_proof *out, uint64_t old_size, uint64_t new_size)
{
    out->count = 0;
    if (old_size > 0) {
        subproof(out, old_size, 0, new_size, true);
    }
}

static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    struct asv_test_tiles *tiles = ctx;
    uint64_t leaves = UINT64_C(1) << (8 * tile->level); /* below each hash */
    if (++tiles->reads == tiles->fail_at) {
        return asv_fail(err, ASV_E_AWAY, "test: no such tile today");
    }
    must(tile->width >= 1 && tile->width <= 256);
    for (uint64_t i = 0; i < tile->width; i++) {
        uint64_t from = (tile->index * 256 + i) * leaves;
        must(from + leaves <= tiles->size);
        asv_test_root(out + i * ASV_SHA256_BYTES, from, from + leaves);
    }
    return ASV_OK;
}

struct asv_tiles asv_test_tiles(struct asv_test_tiles *tiles)
{
    return (struct asv_tiles){read_tile, tiles};
}

static const struct signer {
    const char *name;
    enum asv_note_type type;
} signers[ASV_TEST_SIGNERS] = {{"duisburg.example/asservat", ASV_NOTE_ED25519},
                               {"dpo.duisburg.example/witness", ASV_NOTE_COSIGNATURE},
                               {"essen.example/witness", ASV_NOTE_COSIGNATURE},
                               {"stranger.example/log", ASV_NOTE_ED25519}};
static struct asv_note_key keys[ASV_TEST_SIGNERS];
static uint8_t secrets[ASV_TEST_SIGNERS][ASV_ED25519_SK_BYTES];

static void make_keys(void)
{
    must(asv_crypto_init() == ASV_OK);
    for (unsigned i = 0; i < ASV_TEST_SIGNERS && keys[i].id == 0; i++) {
        uint8_t seed[ASV_ED25519_SEED_BYTES];
        uint8_t pk[ASV_ED25519_PK_BYTES];
        memset(seed, (int)(0x40 + i), sizeof seed);
        asv_ed25519_from_seed(pk, secrets[i], seed);
        must(asv_note_key_make(&keys[i], signers[i].name, signers[i].type, pk, NULL) == ASV_OK);
    }
}

const struct asv_note_key *asv_test_note_key(enum asv_test_signer who)
{
    make_keys();
    return &keys[who];
}

const uint8_t *asv_test_note_secret(enum asv_test_signer who)
{
    make_keys();
    return secrets[who];
}

struct asv_bytes asv_test_policy(const char *quorum)
{
    static char text[4096];
    char vkeys[3][ASV_VKEY_BYTES];
    for (unsigned i = 0; i < 3; i++) {
        asv_vkey_format(vkeys[i], asv_test_note_key((enum asv_test_signer)i));
    }
    int len = snprintf(text, sizeof text,
                       "# Whom this house believes.\nlog %s\n\nwitness dpo %s https://dpo.example/\n"
                       "witness essen %s\ngroup both all dpo essen\nquorum %s\n",
                       vkeys[0], vkeys[1], vkeys[2], quorum);
    must(len > 0 && (size_t)len < sizeof text);
    return (struct asv_bytes){(const uint8_t *)text, (size_t)len};
}

size_t asv_test_checkpoint(uint8_t *out, size_t cap, uint64_t size, unsigned witnesses)
{
    uint8_t text[ASV_CHECKPOINT_MAX_BYTES];
    struct asv_tree_head head = {.size = size};
    struct asv_writer writer;
    const struct asv_note_key *log = asv_test_note_key(ASV_TEST_LOG);
    asv_test_root(head.root, 0, size);
    asv_writer_init(&writer, text, sizeof text);
    must(asv_checkpoint_write(&writer, log->name, &head, NULL) == ASV_OK);
    const struct asv_bytes body = {text, writer.len};
    asv_writer_init(&writer, out, cap);
    asv_note_sign(&writer, log, asv_test_note_secret(ASV_TEST_LOG), body);
    for (unsigned i = ASV_TEST_DPO; i <= ASV_TEST_CITY; i++) {
        if ((witnesses >> (i - ASV_TEST_DPO) & 1) != 0) {
            must(asv_cosignature_write(&writer, &keys[i], secrets[i], ASV_TEST_TIME_S + i, body, NULL) ==
                 ASV_OK);
        }
    }
    must(!writer.overrun);
    return writer.len;
}
