/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* That of the cameras' running numbers none is left out (docs/HANDOVER.md 2). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/cli/handover_job.h"
#include "server/db/camera.h"

#define PAGE       64
#define NAME_BYTES 32

/* All cameras of a hand-over, one after the other; on the heap. */
struct all {
    struct asv_handover_making *making;
    struct asv_db_handover_series series[ASV_PLAN_CLIPS_MAX];
    size_t count;
    struct asv_chain chain; /* of the camera; views chain_data */
    struct asv_series of;
    uint16_t place[ASV_PLAN_CLIPS_MAX]; /* a recording's place in the plan: its number in the package, or 0 */
    uint64_t next;                      /* number that is to be told next */
    struct asv_db_handover_link rows[PAGE];
    struct asv_series_shown shown;
    uint8_t chain_data[ASV_CHAIN_MAX_BYTES];
    uint8_t file[ASV_SERIES_MAX_BYTES];
};

static const char *name_of(char out[NAME_BYTES], size_t i)
{
    (void)snprintf(out, NAME_BYTES, "%03zu", i + 1);
    return out;
}

static enum asv_status begin(struct all *it, struct asv_handover_making *making,
                             const struct asv_build_part *part, struct asv_err *err)
{
    const struct asv_db_handover_clips of = asv_handover_clips(part);
    it->making = making;
    for (uint16_t i = 0; i < part->count; i++) {
        it->place[part->clips[part->first + i]] = (uint16_t)(i + 1);
    }
    return asv_db_handover_series(making->house->db, making->job.id, &of, it->series, ASV_PLAN_CLIPS_MAX,
                                  &it->count, err);
}

/* ---- the records ---- */

typedef enum asv_status (*each_link)(struct all *it, const struct asv_db_handover_link *link, void *to,
                                     struct asv_err *err);

static enum asv_status walk(struct all *it, size_t i, each_link each, void *to, struct asv_err *err)
{
    const struct asv_handover_making *making = it->making;
    uint64_t after = 0;
    size_t count = PAGE;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == PAGE) {
        status = asv_db_handover_links(making->house->db, making->job.id, &it->series[i], after, it->rows,
                                       PAGE, &count, err);
        for (size_t row = 0; status == ASV_OK && row < count; row++) {
            status = each(it, &it->rows[row], to, err);
            after = it->rows[row].number;
        }
    }
    return status;
}

static enum asv_status put_link(struct all *it, const struct asv_db_handover_link *link, void *to,
                                struct asv_err *err)
{
    struct asv_writer *writer = to;
    (void)it;
    if (link->link_len > 0) {
        asv_series_put(writer, (struct asv_bytes){link->link, link->link_len});
    }
    return writer->overrun ? asv_fail(err, ASV_E_LIMIT, "more recordings of a camera than are shown")
                           : ASV_OK;
}

static enum asv_status write_all(struct all *it, int dir, struct asv_err *err)
{
    char name[NAME_BYTES];
    struct asv_writer writer;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < it->count; i++) {
        asv_writer_init(&writer, it->file, sizeof it->file);
        status = walk(it, i, put_link, &writer, err);
        if (status == ASV_OK) {
            status = asv_io_replace_file(dir, name_of(name, i), it->file, writer.len, 0600, err);
        }
    }
    return status;
}

enum asv_status asv_handover_write_series(struct asv_handover_making *making,
                                          const struct asv_build_part *part, int dir, struct asv_err *err)
{
    asv_auto_fd int links = -1;
    asv_auto_free struct all *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = begin(it, making, part, err);
    if (status == ASV_OK && it->count > 0) {
        status = asv_io_open_dir(dir, ASV_SERIES_PATH, true, &links, err);
    }
    return status == ASV_OK ? write_all(it, links, err) : status;
}

/* ---- what they show ---- */

static enum asv_status find_camera(struct all *it, const struct asv_db_handover_series *series,
                                   struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status =
        asv_db_chain(it->making->house->db, series->camera, it->chain_data, sizeof it->chain_data, &len, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&it->chain, it->chain_data, len, err);
    }
    it->of = (struct asv_series){
        .from_ms = series->from_ms, .until_ms = series->until_ms, .pk = it->chain.leaf.signing_pk};
    memcpy(it->of.camera, series->camera, sizeof it->of.camera);
    memcpy(it->of.epoch, series->epoch, sizeof it->of.epoch);
    return status;
}

static enum asv_status tell_number(struct all *it, const struct asv_compose_number *number,
                                   struct asv_err *err)
{
    it->next = number->number + 1;
    return asv_compose_add_number(it->making->compose, number, &it->shown, err);
}

/* Those of which nothing came here, too. What came behind what was written down is not told. */
static enum asv_status tell_row(struct all *it, const struct asv_db_handover_link *link, void *to,
                                struct asv_err *err)
{
    const uint64_t *last = to;
    uint16_t clip = link->clip > 0 ? it->place[link->clip - 1] : 0;
    enum asv_status status = ASV_OK;
    if (link->number > *last && clip == 0) {
        return ASV_OK;
    }
    while (status == ASV_OK && it->next < link->number) {
        const struct asv_compose_number gap = {.number = it->next, .fate = "unknown"};
        status = tell_number(it, &gap, err);
    }
    const struct asv_compose_number number = {.number = link->number,
                                              .fate = link->clip > 0 && clip == 0 ? "other_part" : link->fate,
                                              .twice = link->twice,
                                              .clip = clip};
    return status == ASV_OK ? tell_number(it, &number, err) : status;
}

static enum asv_status tell_one(struct all *it, size_t i, int dir, struct asv_err *err)
{
    char name[NAME_BYTES];
    size_t len = 0;
    const struct asv_db_handover_series *series = &it->series[i];
    uint64_t last = series->last;
    const struct asv_claim_shown *links = &it->shown.links;
    enum asv_status status = find_camera(it, series, err);
    if (status == ASV_OK) {
        status = asv_io_read_file(dir, name_of(name, i), it->file, sizeof it->file, &len, err);
    }
    if (status == ASV_OK) {
        status = asv_series_judge(&it->shown, &it->of, (struct asv_bytes){it->file, len}, err);
    }
    const struct asv_compose_series said = {
        .of = &it->of, .camera_name = series->camera_name, .shown = &it->shown};
    if (status == ASV_OK) {
        status = asv_compose_add_series(it->making->compose, &said, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    it->next = series->first;
    if (links->count > 0) {
        last = links->recordings[links->count - 1].number;
        it->next = links->recordings[0].number < it->next ? links->recordings[0].number : it->next;
    }
    return walk(it, i, tell_row, &last, err);
}

/* HO-041: what the first run showed counts; what became of each is told as it is now. */
enum asv_status asv_handover_tell_series(struct asv_handover_making *making,
                                         const struct asv_build_part *part, struct asv_err *err)
{
    char extras[ASV_BUILD_NAME_BYTES], path[64];
    asv_auto_fd int dir = -1;
    asv_auto_free struct all *it = calloc(1, sizeof *it);
    if (it == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = begin(it, making, part, err);
    if (status == ASV_OK && it->count > 0) {
        (void)snprintf(path, sizeof path, ASV_BUILD_WORK "/%s/" ASV_SERIES_PATH,
                       asv_build_extras(extras, part));
        status = asv_io_open(making->dir, path, O_RDONLY | O_DIRECTORY, 0, &dir, err);
    }
    for (size_t i = 0; status == ASV_OK && i < it->count; i++) {
        status = tell_one(it, i, dir, err);
    }
    return status;
}
