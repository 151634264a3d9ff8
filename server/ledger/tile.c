/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/tile.h"

#include <assert.h>
#include <string.h>

#include "firmware-proto/seal/merkle.h"

unsigned asv_tile_width(unsigned level, uint64_t index, uint64_t size)
{
    assert(level < ASV_TILE_LEVELS);
    uint64_t hashes = size >> (ASV_TILE_HEIGHT * level);
    if (index > hashes / ASV_TILE_WIDTH) {
        return 0;
    }
    uint64_t from = index * ASV_TILE_WIDTH;
    return hashes - from < ASV_TILE_WIDTH ? (unsigned)(hashes - from) : ASV_TILE_WIDTH;
}

void asv_tile_root(uint8_t out[ASV_SHA256_BYTES], const uint8_t *hashes, unsigned count)
{
    uint8_t row[ASV_TILE_BYTES / 2];
    assert(count >= 1 && count <= ASV_TILE_WIDTH && (count & (count - 1)) == 0);
    const uint8_t *below = hashes;
    for (unsigned left = count / 2; left > 0; left /= 2) {
        for (size_t i = 0; i < left; i++) {
            asv_merkle_node(row + i * ASV_SHA256_BYTES, below + 2 * i * ASV_SHA256_BYTES,
                            below + (2 * i + 1) * ASV_SHA256_BYTES);
        }
        below = row;
    }
    memcpy(out, below, ASV_SHA256_BYTES);
}

void asv_tile_growth_init(struct asv_tile_growth *growth, uint64_t old_size, uint64_t new_size)
{
    assert(old_size <= new_size && new_size <= ASV_TREE_SIZE_MAX);
    *growth = (struct asv_tile_growth){.old_size = old_size, .new_size = new_size};
}

bool asv_tile_growth_next(struct asv_tile_growth *growth, struct asv_tile *out)
{
    for (; growth->level < ASV_TILE_LEVELS; growth->level++, growth->passed = 0) {
        unsigned height = ASV_TILE_HEIGHT * growth->level;
        uint64_t index = (growth->old_size >> height) / ASV_TILE_WIDTH + growth->passed;
        unsigned width = asv_tile_width(growth->level, index, growth->new_size);
        if (width > asv_tile_width(growth->level, index, growth->old_size)) {
            *out = (struct asv_tile){growth->level, index, width};
            growth->passed++;
            return true;
        }
    }
    return false;
}

/* The next entry of a bundle: LG-022, as check_end. */
static enum asv_status next_entry(struct asv_reader *reader, unsigned number, struct asv_bytes *out,
                                  struct asv_err *err)
{
    return asv_read_view16(reader, out, ASV_ENTRY_MAX_BYTES) == ASV_OK
               ? ASV_OK
               : asv_fail_at(err, ASV_E_MALFORMED, "entry bundle: ends before the end of entry", number);
}

static enum asv_status check_end(const struct asv_reader *reader, unsigned width, struct asv_err *err)
{
    return asv_read_end(reader) == ASV_OK
               ? ASV_OK
               : asv_fail_at(err, ASV_E_MALFORMED, "entry bundle: has more entries than", width);
}

enum asv_status asv_bundle_hash(uint8_t *out, struct asv_bytes bundle, unsigned width, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_bytes entry;
    asv_reader_init(&reader, bundle.data, bundle.len);
    for (unsigned i = 0; i < width; i++) {
        enum asv_status status = next_entry(&reader, i, &entry, err);
        if (status != ASV_OK) {
            return status;
        }
        asv_merkle_leaf(out + (size_t)i * ASV_SHA256_BYTES, entry.data, entry.len);
    }
    return check_end(&reader, width, err);
}

enum asv_status asv_bundle_entry(struct asv_bytes *out, struct asv_bytes bundle, unsigned width,
                                 unsigned position, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_bytes entry;
    struct asv_bytes found = {0};
    assert(position < width);
    asv_reader_init(&reader, bundle.data, bundle.len);
    for (unsigned i = 0; i < width; i++) {
        enum asv_status status = next_entry(&reader, i, &entry, err);
        if (status != ASV_OK) {
            return status;
        }
        found = i == position ? entry : found;
    }
    enum asv_status status = check_end(&reader, width, err);
    if (status == ASV_OK) {
        *out = found;
    }
    return status;
}
