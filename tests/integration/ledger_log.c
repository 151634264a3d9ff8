/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv-ledger-log write DIR SIZE...   a log that grows through these sizes, as files of tlog-tiles, with a
 * policy, proofs and the heads that it had asv-ledger-log check DIR           the same of any origin,
 * everything checked
 *
 * DIR: policy, checkpoint, tile/..., heads ("SIZE ROOT" lines), proof/INDEX.tlog-proof, consistency/OLDSIZE
 * (the lines of a proof from that head to the checkpoint). ledger_go/main.go does the same in Go.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "server/ledger/line.h"
#include "server/ledger/tree.h"
#include "tests/support/ledger.h"

#define FILE_MAX   (1 << 20)
#define PATH_BYTES 512

static const char *top;

__attribute__((noreturn)) static void die(const char *what, const char *why)
{
    fprintf(stderr, "asv-ledger-log: %s: %s\n", what, why);
    exit(1);
}

static void must(enum asv_status status, const char *what, const struct asv_err *err)
{
    if (status != ASV_OK) {
        die(what, err != NULL && err->text[0] != '\0' ? err->text : asv_status_name(status));
    }
}

static void path_of(char out[PATH_BYTES], const char *name)
{
    if (snprintf(out, PATH_BYTES, "%s/%s", top, name) >= PATH_BYTES) {
        die(name, "too long");
    }
}

static void write_file(const char *name, const void *data, size_t len)
{
    char path[PATH_BYTES];
    path_of(path, name);
    for (char *slash = strchr(path + strlen(top) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            die(path, strerror(errno));
        }
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
        die(path, strerror(errno));
    }
}

/* False when there is no such file. */
static bool read_file(const char *name, uint8_t *out, size_t cap, size_t *len)
{
    char path[PATH_BYTES];
    path_of(path, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    *len = fread(out, 1, cap, file);
    fclose(file);
    return true;
}

static struct asv_bytes load(const char *name, uint8_t out[FILE_MAX])
{
    size_t len;
    if (!read_file(name, out, FILE_MAX, &len)) {
        die(name, "is not there");
    }
    return (struct asv_bytes){out, len};
}

/* What a client of tlog-tiles does: the tile of this width, or the full one that has replaced it. */
static enum asv_status read_tile(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err)
{
    char path[ASV_TILE_PATH_BYTES];
    static uint8_t data[FILE_MAX];
    struct asv_tile full = *tile;
    size_t len = 0;
    (void)ctx;
    full.width = ASV_TILE_WIDTH;
    asv_tile_path(path, tile);
    if (!read_file(path, data, sizeof data, &len)) {
        asv_tile_path(path, &full);
        if (!read_file(path, data, sizeof data, &len)) {
            return asv_fail(err, ASV_E_NOT_FOUND, path);
        }
    }
    if (len < tile->width * (size_t)ASV_SHA256_BYTES) {
        return asv_fail(err, ASV_E_MALFORMED, path);
    }
    memcpy(out, data, tile->width * (size_t)ASV_SHA256_BYTES);
    return ASV_OK;
}

static const struct asv_tiles tiles = {read_tile, NULL};

static enum asv_status write_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                  struct asv_err *err)
{
    char path[ASV_TILE_PATH_BYTES];
    (void)err;
    asv_tile_path(path, tile);
    write_file(path, hashes, tile->width * (size_t)ASV_SHA256_BYTES);
    ++*(unsigned *)ctx;
    return ASV_OK;
}

/* Entries 256 * index on, as many as the tile of level 0 is wide. */
static void write_bundle(const struct asv_tile *tile)
{
    static uint8_t data[FILE_MAX];
    char path[ASV_TILE_PATH_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    for (unsigned i = 0; i < tile->width; i++) {
        char entry[32];
        asv_write_view16(&writer, entry, asv_test_entry(tile->index * ASV_TILE_WIDTH + i, entry));
    }
    asv_tile_path(path, &(struct asv_tile){ASV_TILE_ENTRIES, tile->index, tile->width});
    write_file(path, data, writer.len);
}

/* From the tree's size to another, with the tiles that asv_tile_growth names and no others. */
static void grow(struct asv_tree *tree, uint64_t size)
{
    unsigned written = 0;
    unsigned named = 0;
    const struct asv_tile_sink sink = {write_tile, &written};
    struct asv_tile_growth growth;
    struct asv_tile tile;
    struct asv_tree before = *tree;
    while (tree->size < size) {
        must(asv_tree_append(tree, asv_test_leaf(tree->size), &sink, NULL), "append", NULL);
    }
    asv_tile_growth_init(&growth, before.size, size);
    while (asv_tile_growth_next(&growth, &tile)) {
        named += tile.width == ASV_TILE_WIDTH ? 1 : 0;
        if (tile.level == 0) {
            write_bundle(&tile);
        }
    }
    if (named != written) {
        die("growth", "other tiles than those that were filled");
    }
    must(asv_tree_partials(tree, &sink, NULL), "partial tiles", NULL);
}

static void write_proofs(uint64_t size, const uint64_t *heads, size_t count)
{
    static uint8_t note[4096];
    static uint8_t data[FILE_MAX];
    char name[64];
    struct asv_err err = {0};
    struct asv_writer writer;
    struct asv_tlogproof proof = {.checkpoint = {note, asv_test_checkpoint(note, sizeof note, size, 3)}};
    write_file("checkpoint", note, proof.checkpoint.len);
    for (uint64_t index = 0; index < size; index = index * 3 + 1) {
        proof.index = index;
        must(asv_proof_make_inclusion(&proof.inclusion, index, size, &tiles, &err), "inclusion", &err);
        asv_writer_init(&writer, data, sizeof data);
        asv_tlogproof_write(&writer, &proof, (struct asv_bytes){(const uint8_t *)"an entry", 8});
        snprintf(name, sizeof name, "proof/%llu.tlog-proof", (unsigned long long)index);
        write_file(name, data, writer.len);
    }
    for (size_t i = 0; i < count; i++) {
        must(asv_proof_make_consistency(&proof.inclusion, heads[i], size, &tiles, &err), "consistency", &err);
        asv_writer_init(&writer, data, sizeof data);
        asv_proof_write_lines(&writer, &proof.inclusion);
        snprintf(name, sizeof name, "consistency/%llu", (unsigned long long)heads[i]);
        write_file(name, data, writer.len);
    }
}

static void write_log(char **sizes, size_t count)
{
    static struct asv_tree tree;
    static uint64_t numbers[64];
    static uint8_t heads[8192];
    struct asv_writer writer;
    asv_writer_init(&writer, heads, sizeof heads);
    for (size_t i = 0; i < count && i < 64; i++) {
        uint8_t root[ASV_SHA256_BYTES];
        numbers[i] = strtoull(sizes[i], NULL, 10);
        grow(&tree, numbers[i]);
        asv_tree_root(&tree, root);
        asv_line_put_decimal(&writer, tree.size, 1);
        asv_write_u8(&writer, ' ');
        asv_line_put_hash(&writer, root);
    }
    write_file("heads", heads, writer.len);
    const struct asv_bytes policy = asv_test_policy("both");
    write_file("policy", policy.data, policy.len);
    write_proofs(tree.size, numbers, count);
}

static enum asv_status compare_tile(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                                    struct asv_err *err)
{
    uint8_t stored[ASV_TILE_BYTES];
    enum asv_status status = read_tile(ctx, tile, stored, err);
    if (status == ASV_OK && memcmp(stored, hashes, tile->width * (size_t)ASV_SHA256_BYTES) != 0) {
        status = asv_fail(err, ASV_E_DIGEST, "a tile is not what its entries give");
    }
    return status;
}

/* Every entry, every tile, and the root. */
static void check_entries(const struct asv_tree_head *head)
{
    static struct asv_tree tree;
    static uint8_t data[FILE_MAX];
    static uint8_t leaves[ASV_TILE_BYTES];
    const struct asv_tile_sink sink = {compare_tile, NULL};
    uint8_t root[ASV_SHA256_BYTES];
    struct asv_err err = {0};
    while (tree.size < head->size) {
        char path[ASV_TILE_PATH_BYTES];
        struct asv_tile tile = {ASV_TILE_ENTRIES, tree.size / ASV_TILE_WIDTH, 0};
        tile.width = asv_tile_width(0, tile.index, head->size);
        asv_tile_path(path, &tile);
        must(asv_bundle_hash(leaves, load(path, data), tile.width, &err), path, &err);
        for (unsigned i = 0; i < tile.width; i++) {
            must(asv_tree_append(&tree, leaves + (size_t)i * ASV_SHA256_BYTES, &sink, &err), path, &err);
        }
    }
    must(asv_tree_partials(&tree, &sink, &err), "partial tiles", &err);
    asv_tree_root(&tree, root);
    if (memcmp(root, head->root, sizeof root) != 0) {
        die("checkpoint", "its root is not that of the entries");
    }
    must(asv_tree_load(&tree, head->size, &tiles, &err), "tiles", &err);
    asv_tree_root(&tree, root);
    if (memcmp(root, head->root, sizeof root) != 0) {
        die("checkpoint", "its root is not that of the tiles");
    }
}

static unsigned check_proofs(const struct asv_ledger_policy *policy, const struct asv_tree_head *head)
{
    static uint8_t data[FILE_MAX];
    static uint8_t leaves[ASV_TILE_BYTES];
    unsigned found = 0;
    char name[PATH_BYTES];
    path_of(name, "proof");
    DIR *directory = opendir(name);
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        struct asv_tlogproof proof;
        struct asv_ledger_verdict verdict;
        struct asv_err err = {0};
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(name, sizeof name, "proof/%s", entry->d_name);
        must(asv_tlogproof_parse(&proof, load(name, data), &err), name, &err);
        struct asv_tile tile = {0, proof.index / ASV_TILE_WIDTH, 0};
        tile.width = asv_tile_width(0, tile.index, head->size);
        must(read_tile(NULL, &tile, leaves, &err), name, &err);
        must(asv_tlogproof_verify(&proof, leaves + proof.index % ASV_TILE_WIDTH * ASV_SHA256_BYTES, policy,
                                  &verdict, &err),
             name, &err);
        found++;
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return found;
}

static unsigned check_heads(const struct asv_tree_head *head)
{
    static uint8_t text[FILE_MAX];
    static uint8_t data[FILE_MAX];
    const struct asv_bytes heads = load("heads", text);
    struct asv_reader reader;
    struct asv_bytes line;
    unsigned found = 0;
    for (asv_reader_init(&reader, heads.data, heads.len); asv_line_take(&reader, &line); found++) {
        struct asv_tree_head old_head;
        struct asv_proof proof;
        struct asv_err err = {0};
        char name[64];
        uint8_t root[ASV_SHA256_BYTES];
        const uint8_t *blank = memchr(line.data, ' ', line.len);
        if (blank == NULL ||
            !asv_line_is_decimal((struct asv_bytes){line.data, (size_t)(blank - line.data)},
                                 &old_head.size) ||
            !asv_line_is_hash((struct asv_bytes){blank + 1, line.len - (size_t)(blank - line.data) - 1},
                              old_head.root)) {
            die("heads", "a line is none");
        }
        snprintf(name, sizeof name, "consistency/%llu", (unsigned long long)old_head.size);
        const struct asv_bytes lines = load(name, data);
        struct asv_reader hashes;
        asv_reader_init(&hashes, lines.data, lines.len);
        must(asv_proof_read_lines(&hashes, &proof, &err), name, &err);
        must(asv_proof_check_consistency(&proof, &old_head, head, &err), name, &err);
        must(asv_proof_root(root, old_head.size, &tiles, &err), name, &err);
        if (memcmp(root, old_head.root, sizeof root) != 0) {
            die(name, "the tiles have another root at this size");
        }
    }
    return found;
}

static void check_log(void)
{
    static uint8_t text[FILE_MAX];
    static uint8_t note[FILE_MAX];
    static struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict;
    struct asv_err err = {0};
    must(asv_ledger_policy_parse("policy", load("policy", text), &policy, &err), "policy", &err);
    must(asv_ledger_policy_check(&policy, load("checkpoint", note), &verdict, &err), "checkpoint", &err);
    const struct asv_tree_head *head = &verdict.checkpoint.head;
    check_entries(head);
    unsigned proofs = check_proofs(&policy, head);
    unsigned heads = check_heads(head);
    if (proofs == 0 || heads == 0) {
        die(top, "no proofs or no heads");
    }
    printf("%llu entries, %u proofs, %u heads\n", (unsigned long long)head->size, proofs, heads);
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "write") == 0) {
        top = argv[2];
        write_log(argv + 3, (size_t)argc - 3);
    } else if (argc == 3 && strcmp(argv[1], "check") == 0) {
        top = argv[2];
        must(asv_crypto_init(), "crypto", NULL);
        check_log();
    } else {
        fprintf(stderr, "usage: asv-ledger-log write DIR SIZE... | check DIR\n");
        return 2;
    }
    return 0;
}
