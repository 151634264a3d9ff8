/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What the facts say of a recording, against what the camera and the dock signed. */
#include <string.h>

#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/vault/commit.h"
#include "server/verify/handed_internal.h"

struct claims {
    const json_t *clip;
    const struct asv_report *report;
    struct asv_commit commit;
};

static bool is_digest(const struct claims *of, const char *key, const uint8_t *digest)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(text, digest, ASV_SHA256_BYTES);
    return strcmp(asv_fact_text(of->clip, key), text) == 0;
}

static bool is_uuid(const struct claims *of, const char *key, const uint8_t *id)
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, id);
    return strcmp(asv_fact_text(of->clip, key), text) == 0;
}

/* What the camera left empty, the facts have in their own words. */
static bool is_text(const struct claims *of, const char *key, const char *text)
{
    const char *said = asv_fact_text(of->clip, key);
    return text[0] == '\0' || said == NULL || strcmp(said, text) == 0;
}

static bool is_number(const struct claims *of, const char *key, uint64_t number)
{
    return (uint64_t)asv_fact_integer(of->clip, key) == number;
}

/* HO-139: one that is not said was not known. */
static bool is_time(const struct claims *of, const char *key, int64_t ms)
{
    return asv_fact_text(of->clip, key) == NULL ? ms == ASV_TIME_UNKNOWN : asv_fact_ms(of->clip, key) == ms;
}

/* By the camera, which may not have known the time: then none need be said. */
static bool is_camera_time(const struct claims *of, const char *key, int64_t ms)
{
    return is_time(of, key, ms) ||
           (of->report->seal.header.clock_state == ASV_CLOCK_LOST && asv_fact_text(of->clip, key) == NULL);
}

static bool is_clock(const struct claims *of)
{
    static const char *const names[] = {"unknown", "synced", "holdover", "lost"};
    uint8_t state = of->report->seal.header.clock_state;
    bool is_known = state < sizeof names / sizeof *names && of->commit.uncertainty_ms != ASV_COMMIT_NO_CLOCK;
    return strcmp(asv_fact_text(of->clip, "clock_state"), names[is_known ? state : 0]) == 0;
}

/* Also that nothing was measured: then the uncertainty says so. */
static bool is_measured(const struct claims *of)
{
    return asv_fact_integer(of->clip, "clock_offset_ms") == of->commit.offset_ms &&
           is_number(of, "clock_uncertainty_ms", of->commit.uncertainty_ms);
}

static bool is_judged(const struct claims *of)
{
    const struct asv_verdict *verdict = &of->report->verdict;
    return strcmp(asv_fact_text(of->clip, "integrity"), asv_integrity_name((uint8_t)verdict->integrity)) ==
               0 &&
           (!of->report->origin_checked || strcmp(asv_fact_text(of->clip, "provenance"),
                                                  asv_provenance_name((uint8_t)verdict->provenance)) == 0);
}

static bool is_marked(const struct claims *of)
{
    return json_is_true(json_object_get(of->clip, "marked")) == (of->report->records[ASV_RECORD_MARKER] > 0);
}

/* HO-104. The first that differs, as the facts call it; NULL: none. */
static const char *differs(const struct claims *of)
{
    const struct asv_seal_result *seal = &of->report->seal;
    const struct asv_seal_header *header = &seal->header;
    const struct asv_commit *commit = &of->commit;
    const struct {
        const char *key;
        bool is_same;
    } all[] = {
        {"header", is_digest(of, "header", seal->header_digest)},
        {"clip", is_uuid(of, "clip", header->clip)},
        {"camera", is_digest(of, "camera", header->cert_digest)},
        {"model", is_text(of, "model", header->model)},
        {"device_serial", is_text(of, "device_serial", header->serial)},
        {"firmware", is_text(of, "firmware", header->firmware)},
        {"number", is_number(of, "number", header->number)},
        {"unit", is_text(of, "unit", header->unit)},
        {"area", is_text(of, "area", header->area)},
        {"clock_state", is_clock(of)},
        {"root", is_digest(of, "root", seal->checkpoint.root)},
        {"chunks", is_number(of, "chunks", seal->checkpoint.chunks)},
        {"payload_bytes", is_number(of, "payload_bytes", commit->payload_bytes)},
        {"tail_bytes", is_number(of, "tail_bytes", commit->tail_bytes)},
        {"seal_digest", is_digest(of, "seal_digest", of->report->seal_digest)},
        {"integrity", is_judged(of)},
        {"marked", is_marked(of)},
        {"started_at", is_camera_time(of, "started_at", commit->start_ms)},
        {"ended_at", is_camera_time(of, "ended_at", commit->end_ms)},
        {"earliest_at", is_time(of, "earliest_at", commit->earliest_ms)},
        {"latest_at", is_time(of, "latest_at", commit->latest_ms)},
        {"clock_offset_ms", is_measured(of)},
        {"docked_at", is_time(of, "docked_at", commit->docked_ms)},
        {"committed_at", is_time(of, "committed_at", commit->committed_ms)},
        {"dock_name", is_text(of, "dock_name", commit->dock_name)},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].is_same) {
            return all[i].key;
        }
    }
    return NULL;
}

enum asv_status asv_handed_check_claims(struct asv_handed *it, size_t i)
{
    char name[ASV_HANDED_PATH_BYTES];
    struct claims of = {.clip = json_array_get(it->clips, i), .report = &it->report};
    const struct asv_bytes *bytes = &it->parts.commit;
    enum asv_status status = asv_commit_decode(&of.commit, bytes->data, bytes->len, NULL, NULL);
    if (status != ASV_OK) { /* not after it was checked */
        return asv_handed_fail(it, ASV_HANDED_RECORDING, asv_handed_part_name(name, i, "commit"), status,
                               "cannot be read");
    }
    if (of.commit.link_bytes > 0 && it->parts.link.data == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, asv_handed_part_name(name, i, "link"), ASV_E_NOT_FOUND,
                               "the dock took it in with one");
    }
    struct asv_err why = {0};
    if (it->anchors.has_dock &&
        asv_chain_stands(&it->anchors.dock, of.commit.committed_ms, NULL, &why) != ASV_OK) { /* HO-117 */
        return asv_handed_fail(it, ASV_HANDED_DOCK, asv_handed_part_name(name, i, "commit"), why.status,
                               "of another time than the dock's certificates: %.200s", why.text);
    }
    const char *what = differs(&of);
    return what == NULL ? ASV_OK
                        : asv_handed_fail(it, ASV_HANDED_CLAIM, it->facts_file->name, ASV_E_MISMATCH,
                                          "facts: clips[%zu].%s: is not what was signed", i, what);
}
