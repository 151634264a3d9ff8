/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Tiles (C2SP tlog-tiles): the hashes of an RFC 6962 tree in runs of 256. Hash i of a tile of level 0 is a
 * leaf's; of a higher level, the root of a full tile of the level below. A tree's last tile of each level may
 * be partial: it has 1 to 255 hashes. Beside each tile of level 0 stands the bundle of the same entries.
 *
 * Nothing here reads or writes files: whoever has tiles gives them by struct asv_tiles, and whoever keeps
 * them takes them by struct asv_tile_sink.
 */
#ifndef ASV_LEDGER_TILE_H
#define ASV_LEDGER_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"

/* So that no consistency proof has more than the 63 hashes that tlog-witness lets one have. */
#define ASV_TREE_SIZE_MAX (UINT64_C(1) << 62)

#define ASV_TILE_HEIGHT 8
#define ASV_TILE_WIDTH  256
#define ASV_TILE_BYTES  (ASV_TILE_WIDTH * ASV_SHA256_BYTES)
#define ASV_TILE_LEVELS 8 /* that a tree of ASV_TREE_SIZE_MAX leaves has */

/* The level of an entry bundle: not a level of hashes, the format has none above 63. */
#define ASV_TILE_ENTRIES 64

struct asv_tile {
    unsigned level; /* 0 to ASV_TILE_LEVELS - 1, or ASV_TILE_ENTRIES */
    uint64_t index; /* within the level */
    unsigned width; /* hashes or entries in it: 1 to ASV_TILE_WIDTH; fewer than that: a partial tile */
};

struct asv_tiles {
    /* Writes the first tile->width hashes of a tile, of level 0 to ASV_TILE_LEVELS - 1, into
     * out[ASV_TILE_BYTES]. Who has more of them (the full tile that replaced a partial one) leaves out the
     * rest. */
    enum asv_status (*read)(void *ctx, const struct asv_tile *tile, uint8_t *out, struct asv_err *err);
    void *ctx;
};

struct asv_tile_sink {
    /* Takes the tile->width hashes of a tile. */
    enum asv_status (*write)(void *ctx, const struct asv_tile *tile, const uint8_t *hashes,
                             struct asv_err *err);
    void *ctx;
};

/* How wide tile (level, index) is in a tree of size leaves; 0 when the tree has no such tile. */
unsigned asv_tile_width(unsigned level, uint64_t index, uint64_t size);

/* Whether a tree of size leaves has all of the tile. */
static inline bool asv_tile_is_in(const struct asv_tile *tile, uint64_t size)
{
    unsigned level = tile->level == ASV_TILE_ENTRIES ? 0 : tile->level;
    return asv_tile_width(level, tile->index, size) >= tile->width;
}

/* The root of a subtree whose count leaves are hashes; count is a power of two, 1 to ASV_TILE_WIDTH. */
void asv_tile_root(uint8_t out[ASV_SHA256_BYTES], const uint8_t *hashes, unsigned count);

#define ASV_TILE_PATH_BYTES 64 /* "tile/63/" and the longest index, ".p/255", NUL included */

/* "tile/1/x001/x234/067", "tile/0/273.p/112", "tile/entries/000": below the log's prefix. */
void asv_tile_path(char out[ASV_TILE_PATH_BYTES], const struct asv_tile *tile);

/* ASV_E_MALFORMED unless path is exactly what asv_tile_path would write for a tile of a tree of at most
 * ASV_TREE_SIZE_MAX leaves: there is one path for each tile, and nothing else is a path. */
ASV_MUST_CHECK enum asv_status asv_tile_path_parse(struct asv_tile *out, struct asv_bytes path,
                                                   struct asv_err *err);

/* The tiles of a tree of new_size that one of old_size does not have, or has less wide: what a log must
 * publish before a checkpoint of new_size. Of every level only the widths of new_size; entry bundles come as
 * the tiles of level 0 do. */
struct asv_tile_growth {
    uint64_t old_size, new_size;
    unsigned level;
    uint64_t passed; /* tiles of this level */
};

/* old_size <= new_size <= ASV_TREE_SIZE_MAX. */
void asv_tile_growth_init(struct asv_tile_growth *growth, uint64_t old_size, uint64_t new_size);

/* The next tile, in ascending level and index; false behind the last. */
bool asv_tile_growth_next(struct asv_tile_growth *growth, struct asv_tile *out);

/* Entry bundles: for each entry its length in 16 bits and its bytes, one after the other. One is written with
 * asv_write_view16 for each entry. */
#define ASV_ENTRY_MAX_BYTES 65535

/* The leaf hashes of a bundle of width entries into out[width * ASV_SHA256_BYTES]. ASV_E_MALFORMED unless the
 * bundle has exactly width entries and nothing behind them; out is then unspecified. */
ASV_MUST_CHECK enum asv_status asv_bundle_hash(uint8_t *out, struct asv_bytes bundle, unsigned width,
                                               struct asv_err *err);

/* Entry number position (from 0) of a bundle of width entries, which is checked as a whole, as above. The
 * view borrows the bundle. */
ASV_MUST_CHECK enum asv_status asv_bundle_entry(struct asv_bytes *out, struct asv_bytes bundle,
                                                unsigned width, unsigned position, struct asv_err *err);

#endif
