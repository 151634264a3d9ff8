/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What must not be used (LAW R3, R4), of what is held: the database has its rules by what people said here,
 * and the keeper gives out by what it was told. Who tells one of them alone is found. */
#include <string.h>

#include "server/cli/night.h"

static uint8_t blocks_of(const struct asv_keeper_kept *kept)
{
    return kept != NULL ? kept->blocks : 0;
}

/* K-209 */
static enum asv_status compare(struct asv_night *night, const struct asv_db_retained *clip,
                               const struct asv_db_blocks *said, struct asv_err *err)
{
    uint8_t before = blocks_of(asv_night_find_kept(night, clip->identity.header));
    struct asv_keeper_kept row = {0};
    if ((said->taken & ~before) == 0 && (before & ~said->said) == 0) {
        return ASV_OK;
    }
    /* Somebody may have blocked it, or lifted that, since the list was asked for. */
    enum asv_status status = asv_night_ask_clip(night, clip, &row, err);
    unsigned lost = said->taken & ~(unsigned)(before | row.blocks);
    unsigned more = (unsigned)(before & row.blocks) & ~(unsigned)said->said;
    if (status == ASV_OK && (lost | more) != 0) {
        night->counts.disagreements++;
        asv_night_alarm(night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, clip, "%s",
                        lost != 0
                            ? "the database has it as blocked, and the keeper, which took that, has not: it "
                              "would give it out"
                            : "the keeper has it as blocked, and nobody has said so here");
    }
    return status;
}

static enum asv_status held_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                  struct asv_err *err)
{
    uint8_t ids[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    struct asv_db_blocks said[ASV_DB_BATCH_MAX];
    size_t said_count = 0;
    for (size_t i = 0; i < count; i++) {
        memcpy(ids[i], rows[i].recording, sizeof ids[i]);
    }
    enum asv_status status =
        asv_db_blocks_held(night->db, (const uint8_t(*)[ASV_UUID_BYTES])ids, count, said, &said_count, err);
    for (size_t i = 0, k = 0; status == ASV_OK && i < count; i++) {
        static const struct asv_db_blocks none;
        bool any = k < said_count && memcmp(said[k].recording, rows[i].recording, ASV_UUID_BYTES) == 0;
        status = compare(night, &rows[i], any ? &said[k] : &none, err);
        k += any;
    }
    return status;
}

enum asv_status asv_night_blocks(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages held = {.state = ASV_DB_HELD};
    return night->keeper_answers ? asv_night_each(night, &held, held_batch, err) : ASV_OK;
}
