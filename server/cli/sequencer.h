/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The ledger's sequencer (docs/LEDGER.md 4): gives what waits its index, in batches, and has the keeper sign
 * the heads. Two of them at once do no harm: the database lets one append at a time.
 */
#ifndef ASV_SERVER_CLI_SEQUENCER_H
#define ASV_SERVER_CLI_SEQUENCER_H

#include "server/db/ledger.h"
#include "server/keeper/client.h"
#include "server/ledger/checkpoint.h"
#include "server/ledger/tree.h"

/* Tiles that one batch can change: of each level one that it fills and the one behind it. */
#define ASV_SEQUENCER_TILES (2 * ASV_TILE_LEVELS)

struct asv_sequencer_tile {
    struct asv_tile tile;
    uint8_t hashes[ASV_TILE_BYTES];
};

/* About 3 MiB, on the heap; all zero but for the first two, which are borrowed. */
struct asv_sequencer {
    struct asv_db *db;
    struct asv_keeper_client *keeper;
    bool loaded;                  /* log and tree are the database's, as far as is known */
    struct asv_db_ledger_log log; /* number 0: two people have not begun one yet */
    uint64_t kept_size;           /* of the last head that the keeper knows that it signed */
    struct asv_tree tree;
    struct asv_tree next; /* the tree with the batch */
    struct asv_db_ledger_event events[ASV_DB_LEDGER_BATCH];
    uint8_t entries[ASV_DB_LEDGER_BATCH][1024];
    struct asv_sequencer_tile tiles[ASV_SEQUENCER_TILES];
    size_t tile_count;
};

/* Appends one batch of what waits; *count says how many, 0: nothing waits, or another sequencer was quicker.
 * Nothing is half done when it fails. ASV_E_DIGEST: the tiles in the database do not make its head.
 * ASV_E_MISMATCH: the keeper signed a head that this database does not lead to, or remembers less than it has
 * signed: database or keeper comes from an earlier time (LG-054). ASV_E_NOT_FOUND with log.number 0: two
 * people have not begun a ledger yet; with another one, and ASV_E_EXISTS: somebody changed the database. Of
 * class RETRY: database or keeper is away. */
ASV_MUST_CHECK enum asv_status asv_sequencer_append(struct asv_sequencer *sequencer, size_t *count,
                                                    struct asv_err *err);

/* Has the keeper sign the head, if it is larger than the last signed one, and stores that. Not done, and not
 * loaded any more, when another sequencer was quicker. */
ASV_MUST_CHECK enum asv_status asv_sequencer_sign(struct asv_sequencer *sequencer, struct asv_err *err);

/* The last head that the keeper signed for this origin; NULL: for the ledger that goes on. Size 0: none yet.
 * note[ASV_DB_LEDGER_NOTE_BYTES + 1]; *out views it. ASV_E_NOT_FOUND: it knows no such ledger. */
ASV_MUST_CHECK enum asv_status asv_sequencer_last_signed(struct asv_keeper_client *keeper, const char *origin,
                                                         char *note, struct asv_checkpoint *out,
                                                         struct asv_err *err);

/* Whether there is, or was, a log of this origin in the database. */
ASV_MUST_CHECK enum asv_status asv_sequencer_knows(struct asv_db *db, const char *origin, bool *known,
                                                   struct asv_err *err);

/* Tiles of a log, as asv_tiles reads them; ctx of *out is view. */
struct asv_db_tiles {
    struct asv_db *db;
    uint16_t log;
};
struct asv_tiles asv_db_tiles(struct asv_db_tiles *view);

#endif
