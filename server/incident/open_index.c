/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/open_index.h"

#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"

/* Room for one more in a heap array of elements of this size; NULL: no memory, and the array is as it was. */
static void *make_room(void *array, size_t *cap, size_t count, size_t size, struct asv_err *err)
{
    size_t more = *cap == 0 ? 256 : 2 * *cap;
    void *grown = count < *cap ? array : reallocarray(array, more, size);
    if (grown == NULL) {
        (void)!asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    } else if (count >= *cap) {
        *cap = more;
    }
    return grown;
}

void asv_exhibit_keep_end(struct asv_exhibit_keeping *keeping)
{
    struct asv_exhibit_index *to = keeping->index;
    if (to->run_count > 0) {
        asv_sha256_final(&keeping->run, to->runs[to->run_count - 1].digest);
    }
}

/* A leaf that begins a run. */
static enum asv_status begin_run(struct asv_exhibit_keeping *keeping, uint64_t number, uint64_t at,
                                 struct asv_err *err)
{
    struct asv_exhibit_index *to = keeping->index;
    struct asv_leaf_run *runs = make_room(to->runs, &keeping->run_cap, to->run_count, sizeof *runs, err);
    if (runs == NULL) {
        return ASV_E_NO_MEMORY;
    }
    to->runs = runs;
    asv_exhibit_keep_end(keeping);
    runs[to->run_count++] = (struct asv_leaf_run){.first = number, .at = at};
    asv_sha256_init(&keeping->run);
    return ASV_OK;
}

enum asv_status asv_exhibit_keep_leaf(struct asv_exhibit_keeping *keeping, uint64_t number, uint64_t at,
                                      const uint8_t leaf[ASV_SHA256_BYTES], struct asv_err *err)
{
    struct asv_exhibit_index *to = keeping->index;
    enum asv_status status = ASV_OK;
    if (to->run_count == 0 || at != keeping->run_end ||
        number - to->runs[to->run_count - 1].first == ASV_LEAF_RUN) {
        status = begin_run(keeping, number, at, err);
    }
    if (status == ASV_OK) {
        asv_sha256_update(&keeping->run, leaf, ASV_SHA256_BYTES);
        keeping->run_end = at + ASV_SHA256_BYTES;
        to->leaf_count = number + 1;
    }
    return status;
}

/* What of a record's value is told: PREROLL_END's figure, and of others the first byte. */
static uint32_t value_of(const struct asv_seal_record *record)
{
    return record->kind == ASV_RECORD_PREROLL_END && record->value_len == 4 ? asv_load_be32(record->value)
           : record->value_len > 0                                          ? record->value[0]
                                                                            : 0;
}

enum asv_status asv_exhibit_keep_record(struct asv_exhibit_keeping *keeping,
                                        const struct asv_seal_record *record, struct asv_err *err)
{
    struct asv_exhibit_index *to = keeping->index;
    if (keeping->records == ASV_EXHIBIT_RECORDS) {
        to->more_records = true;
        return ASV_OK;
    }
    struct asv_exhibit_record *records =
        make_room(to->records, &keeping->record_cap, keeping->records, sizeof *records, err);
    if (records == NULL) {
        return ASV_E_NO_MEMORY;
    }
    to->records = records;
    records[keeping->records++] = (struct asv_exhibit_record){.kind = record->kind,
                                                              .chunk = record->chunk,
                                                              .wall_ms = record->wall_ms,
                                                              .mono_ms = record->mono_ms,
                                                              .value = value_of(record)};
    return ASV_OK;
}

/* A checkpoint names the last key frame so far; before the first one there is none (S-067). */
static enum asv_status keep_frame(struct asv_exhibit_keeping *keeping,
                                  const struct asv_seal_checkpoint *checkpoint, struct asv_err *err)
{
    struct asv_exhibit_index *to = keeping->index;
    uint64_t last = to->frame_count > 0 ? to->frames[to->frame_count - 1].offset : 0;
    if (checkpoint->key_frame_offset <= last) {
        return ASV_OK;
    }
    struct asv_key_frame *frames =
        make_room(to->frames, &keeping->frame_cap, to->frame_count, sizeof *frames, err);
    if (frames == NULL) {
        return ASV_E_NO_MEMORY;
    }
    to->frames = frames;
    frames[to->frame_count++] =
        (struct asv_key_frame){checkpoint->key_frame_offset, checkpoint->key_frame_us};
    return ASV_OK;
}

enum asv_status asv_exhibit_keep_checkpoint(struct asv_exhibit_keeping *keeping,
                                            const struct asv_seal_checkpoint *checkpoint, struct asv_err *err)
{
    struct asv_exhibit_index *to = keeping->index;
    uint64_t *checkpoints =
        make_room(to->checkpoints, &keeping->checkpoint_cap, to->checkpoint_count, sizeof *checkpoints, err);
    if (checkpoints == NULL) {
        return ASV_E_NO_MEMORY;
    }
    to->checkpoints = checkpoints;
    if (to->checkpoint_count == 0 || checkpoint->chunks > checkpoints[to->checkpoint_count - 1]) {
        checkpoints[to->checkpoint_count++] = checkpoint->chunks;
    }
    to->record_count = keeping->records;
    return keep_frame(keeping, checkpoint, err);
}

void asv_exhibit_index_free(struct asv_exhibit_index *index)
{
    free(index->runs);
    free(index->frames);
    free(index->checkpoints);
    free(index->records);
    *index = (struct asv_exhibit_index){0};
}
