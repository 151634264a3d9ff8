/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The paths of tiles. */
#include <assert.h>

#include "server/ledger/line.h"
#include "server/ledger/tile.h"

#define GROUP      1000 /* an index is written in groups of three digits */
#define GROUPS_MAX 6    /* 2^54, the largest index, has 17 digits */

static const char entries[] = "entries";

void asv_tile_path(char out[ASV_TILE_PATH_BYTES], const struct asv_tile *tile)
{
    struct asv_writer writer;
    uint64_t divisor = 1;
    assert(tile->level < ASV_TILE_LEVELS || tile->level == ASV_TILE_ENTRIES);
    assert(tile->width >= 1 && tile->width <= ASV_TILE_WIDTH);
    asv_writer_init(&writer, out, ASV_TILE_PATH_BYTES);
    asv_line_put_text(&writer, "tile/");
    if (tile->level == ASV_TILE_ENTRIES) {
        asv_line_put_text(&writer, entries);
    } else {
        asv_line_put_decimal(&writer, tile->level, 1);
    }
    while (tile->index / divisor >= GROUP) {
        divisor *= GROUP;
    }
    for (; divisor > 0; divisor /= GROUP) {
        asv_line_put_text(&writer, divisor > 1 ? "/x" : "/");
        asv_line_put_decimal(&writer, tile->index / divisor % GROUP, 3);
    }
    if (tile->width < ASV_TILE_WIDTH) {
        asv_line_put_text(&writer, ".p/");
        asv_line_put_decimal(&writer, tile->width, 1);
    }
    asv_write_u8(&writer, 0);
    assert(!writer.overrun);
}

/* least to most digits; fewer, or a number that could be written shorter unless it has exactly least, are
 * refused. */
static bool take_decimal(struct asv_reader *reader, unsigned least, unsigned most, unsigned *out)
{
    unsigned digits = 0;
    unsigned value = 0;
    size_t from = reader->at;
    uint8_t digit;
    while (digits < most && asv_reader_left(reader) > 0 && reader->data[reader->at] >= '0' &&
           reader->data[reader->at] <= '9' && asv_read_u8(reader, &digit) == ASV_OK) {
        value = value * 10 + (digit - '0');
        digits++;
    }
    *out = value;
    return digits >= least && (digits == least || reader->data[from] != '0');
}

static bool take_index(struct asv_reader *reader, uint64_t *out)
{
    uint64_t index = 0;
    unsigned groups = 0;
    unsigned value;
    bool last;
    do {
        last = !asv_line_take_text(reader, "/x");
        if ((last && !asv_line_take_text(reader, "/")) || ++groups > GROUPS_MAX ||
            !take_decimal(reader, 3, 3, &value) || (groups == 1 && !last && value == 0)) {
            return false;
        }
        index = index * GROUP + value;
    } while (!last);
    *out = index;
    return true;
}

static bool take_path(struct asv_reader *reader, struct asv_tile *out)
{
    struct asv_tile tile = {.width = ASV_TILE_WIDTH};
    if (!asv_line_take_text(reader, "tile/")) {
        return false;
    }
    if (asv_line_take_text(reader, entries)) {
        tile.level = ASV_TILE_ENTRIES;
    } else if (!take_decimal(reader, 1, 2, &tile.level) || tile.level >= ASV_TILE_LEVELS) {
        return false;
    }
    if (!take_index(reader, &tile.index)) {
        return false;
    }
    if (asv_line_take_text(reader, ".p/") &&
        (!take_decimal(reader, 1, 3, &tile.width) || tile.width == 0 || tile.width >= ASV_TILE_WIDTH)) {
        return false;
    }
    /* The last hash of it must belong to a tree that may be. */
    unsigned height = ASV_TILE_HEIGHT * (tile.level == ASV_TILE_ENTRIES ? 0 : tile.level);
    if (asv_read_end(reader) != ASV_OK || tile.index > (ASV_TREE_SIZE_MAX >> height) / ASV_TILE_WIDTH ||
        tile.index * ASV_TILE_WIDTH + tile.width > ASV_TREE_SIZE_MAX >> height) {
        return false;
    }
    *out = tile;
    return true;
}

/* LG-021: what take_path takes, asv_tile_path writes. */
enum asv_status asv_tile_path_parse(struct asv_tile *out, struct asv_bytes path, struct asv_err *err)
{
    struct asv_reader reader;
    asv_reader_init(&reader, path.data, path.len);
    return take_path(&reader, out) ? ASV_OK : asv_fail(err, ASV_E_MALFORMED, "no path of a tile");
}
