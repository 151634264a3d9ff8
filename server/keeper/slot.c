/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/slot.h"

#include <string.h>

#include "firmware-proto/base/bytes.h"

static const char magic[8] = "ASVSLOT1";

#define BODY_BYTES (sizeof magic + ASV_STORE_ID_BYTES + ASV_SLOT_ID_BYTES + 8 + ASV_MASTER_KEY_BYTES)
_Static_assert(BODY_BYTES + ASV_SHA256_BYTES == ASV_SLOT_CELL_BYTES, "a cell is its fields and their digest");

/* K-020 */
void asv_slot_cell_encode(uint8_t out[ASV_SLOT_CELL_BYTES], const struct asv_slot_cell *cell)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_SLOT_CELL_BYTES);
    asv_write_bytes(&writer, magic, sizeof magic);
    asv_write_bytes(&writer, cell->store, sizeof cell->store);
    asv_write_bytes(&writer, cell->slot, sizeof cell->slot);
    asv_write_u64(&writer, cell->epoch);
    asv_write_bytes(&writer, cell->master, sizeof cell->master);
    asv_sha256(out + BODY_BYTES, out, BODY_BYTES);
}

enum asv_status asv_slot_cell_decode(struct asv_slot_cell *out, const uint8_t in[ASV_SLOT_CELL_BYTES])
{
    static const uint8_t erased[ASV_SLOT_CELL_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_slot_cell cell;
    struct asv_reader reader;
    enum asv_status status = ASV_E_MALFORMED;

    if (asv_equal(in, erased, sizeof erased)) { /* K-021 */
        return ASV_E_NOT_FOUND;
    }
    asv_sha256(digest, in, BODY_BYTES);
    asv_reader_init(&reader, in + sizeof magic, BODY_BYTES - sizeof magic);
    if (memcmp(in, magic, sizeof magic) == 0 && asv_equal(digest, in + BODY_BYTES, sizeof digest) &&
        asv_read_copy(&reader, cell.store, sizeof cell.store) == ASV_OK &&
        asv_read_copy(&reader, cell.slot, sizeof cell.slot) == ASV_OK &&
        asv_read_u64(&reader, &cell.epoch) == ASV_OK &&
        asv_read_copy(&reader, cell.master, sizeof cell.master) == ASV_OK) {
        *out = cell;
        status = ASV_OK;
    }
    asv_wipe(&cell, sizeof cell);
    return status;
}

enum asv_status asv_slot_put(const struct asv_slot *slot, unsigned index, const struct asv_slot_cell *cell,
                             struct asv_err *err)
{
    uint8_t data[ASV_SLOT_CELL_BYTES] = {0};
    uint8_t back[ASV_SLOT_CELL_BYTES];
    if (cell != NULL) {
        asv_slot_cell_encode(data, cell);
    }
    enum asv_status status = slot->write(slot->ctx, index, data, err);
    if (status == ASV_OK) {
        status = slot->read(slot->ctx, index, back, err); /* K-022 */
        if (status == ASV_OK && !asv_equal(back, data, sizeof data)) {
            status = asv_fail(err, ASV_E_IO, "master slot: does not give back what was written");
        }
    }
    asv_wipe(data, sizeof data);
    asv_wipe(back, sizeof back);
    return status;
}
