/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/series.h"

#include <inttypes.h>
#include <string.h>

#include "server/base/fail.h"

void asv_series_put(struct asv_writer *writer, struct asv_bytes link)
{
    asv_write_u16(writer, (uint16_t)link.len);
    asv_write_bytes(writer, link.data, link.len);
}

enum asv_status asv_series_next(struct asv_reader *reader, struct asv_bytes *link, bool *there,
                                struct asv_err *err)
{
    uint16_t len = 0;
    *there = asv_reader_left(reader) > 0;
    if (!*there) {
        return ASV_OK;
    }
    return asv_read_u16(reader, &len) == ASV_OK && len <= ASV_SERIES_LINK_MAX &&
                   asv_read_view(reader, link, len) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_MALFORMED, "no link record is as long as that");
}

/* What opens it would name a recording that is somebody else's. */
static enum asv_status take(struct asv_claim_shown *shown, const struct asv_claim *claim, const uint8_t *pk,
                            struct asv_bytes data, struct asv_err *err)
{
    struct asv_link link;
    uint8_t digest[ASV_SHA256_BYTES];
    enum asv_status status = asv_link_read(&link, digest, data.data, data.len, pk, err);
    if (status != ASV_OK) {
        return status;
    }
    if (link.opened) {
        return asv_failf(err, ASV_E_MISMATCH, "number %" PRIu64 " is shown with what opens it", link.number);
    }
    if (shown->count > 0 && link.number <= shown->recordings[shown->count - 1].number) {
        return asv_failf(err, ASV_E_MALFORMED, "number %" PRIu64 " does not rise", link.number);
    }
    status = asv_claim_add(shown, claim, &link, digest);
    return status == ASV_OK
               ? ASV_OK
               : asv_failf(err, status, "number %" PRIu64 " is of another camera or series, or too many",
                           link.number);
}

/* The claim is judged as asservat-verify judges those of the ledger (LG-077, LG-078); without their entries,
 * which would tell more of recordings that are not handed over. */
enum asv_status asv_series_judge(struct asv_series_shown *out, const struct asv_series *series,
                                 struct asv_bytes file, struct asv_err *err)
{
    struct asv_claim claim = {
        .kind = ASV_CLAIM_TIME, .from = (uint64_t)series->from_ms, .until = (uint64_t)series->until_ms};
    struct asv_reader reader;
    struct asv_bytes link = {0};
    bool there = true;
    uint64_t within = 0;
    enum asv_status status = ASV_OK;
    memcpy(claim.camera, series->camera, sizeof claim.camera);
    memcpy(claim.epoch, series->epoch, sizeof claim.epoch);
    out->links.count = 0;
    asv_reader_init(&reader, file.data, file.len);
    while (status == ASV_OK && there) {
        status = asv_series_next(&reader, &link, &there, err);
        if (status == ASV_OK && there) {
            status = take(&out->links, &claim, series->pk, link, err);
        }
    }
    if (status != ASV_OK) {
        return status;
    }
    out->time = asv_claim_judge(&out->links, &claim, &within, NULL) == ASV_OK ? ASV_CLAIM_LACK_NOTHING
                                                                              : out->links.lack;
    if (out->time == ASV_CLAIM_LACK_NOTHING && out->links.recordings[0].start_ms > series->from_ms) {
        out->time = ASV_CLAIM_LACK_BEFORE; /* HO-133: number 1 is the first since it was set up anew */
    }
    claim.kind = ASV_CLAIM_NUMBERS;
    claim.from = out->links.count > 0 ? out->links.recordings[0].number : 1;
    claim.until = out->links.count > 0 ? out->links.recordings[out->links.count - 1].number : 1;
    out->gapless = asv_claim_judge(&out->links, &claim, &within, NULL) == ASV_OK;
    return ASV_OK;
}

bool asv_series_has(const struct asv_series_shown *shown, uint64_t number, size_t *index)
{
    size_t low = 0, high = shown->links.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (shown->links.recordings[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *index = low;
    return low < shown->links.count && shown->links.recordings[low].number == number;
}

const char *asv_series_word(enum asv_claim_lack lack)
{
    static const char *const words[] = {[ASV_CLAIM_LACK_NOTHING] = "shown",
                                        [ASV_CLAIM_LACK_BEFORE] = "before",
                                        [ASV_CLAIM_LACK_BEHIND] = "behind",
                                        [ASV_CLAIM_LACK_CLOCK] = "clock",
                                        [ASV_CLAIM_LACK_NUMBER] = "number"};
    return words[lack];
}
