/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* An excerpt: that it is a part of the recording, the one that was decided on, and that the facts say which.
 */
#include <string.h>

#include "server/base/fail.h"
#include "server/handover/excerpt.h"
#include "server/verify/handed_internal.h"

#define DAY_MS 86400000 /* as far as facts count */

/* What the excerpt's reader asks for; all of it is there, or the medium gave way. */
static enum asv_status read_input(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    size_t got = 0;
    enum asv_status status = asv_input_read(ctx, offset, out, len, &got, err);
    return status == ASV_OK && got < len ? asv_fail(err, ASV_E_IO, "a file became shorter while it was read")
                                         : status;
}

static enum asv_status fail(struct asv_handed *it, size_t i, enum asv_handed_kind kind, const char *part,
                            enum asv_status status, const char *why)
{
    char name[ASV_HANDED_PATH_BYTES];
    return asv_handed_fail(it, kind, asv_handed_part_name(name, i, part), status, "%.250s", why);
}

static enum asv_status open_part(struct asv_handed *it, size_t i, const char *part, struct asv_input *out,
                                 struct asv_err *err)
{
    char name[ASV_HANDED_PATH_BYTES];
    return asv_handed_input(it, asv_handed_find(it, asv_handed_part_name(name, i, part)), out, err);
}

static int64_t within(uint64_t us, bool up, int64_t length_ms)
{
    uint64_t ms = us / 1000 + (up && us % 1000 > 0 ? 1 : 0);
    return ms < (uint64_t)length_ms ? (int64_t)ms : length_ms;
}

/* Behind what is shown there are bytes of the recording. Of one that was cut they may be a fragment that has
 * no end, and nothing that could be shown. */
static bool has_behind(const struct asv_excerpt_facts *shows, const struct asv_seal_result *seal)
{
    return seal->ended && shows->end < shows->media_bytes;
}

/* What was left out lies outside of what is shown: all that was before it, and something behind, if there is
 * anything. How long that is, only who has the rest can see. */
static bool is_left_out(const json_t *parts, int64_t from_ms, int64_t until_ms, bool behind)
{
    size_t i = 0;
    const json_t *part = NULL;
    bool before = from_ms > 0;
    json_array_foreach(parts, i, part)
    {
        int64_t part_from = asv_fact_integer(part, "from_ms"),
                part_until = asv_fact_integer(part, "until_ms");
        if (part_from < until_ms && part_until > from_ms) {
            return false;
        }
        before = before && (part_from != 0 || part_until != from_ms);
        behind = behind && part_from != until_ms;
    }
    return !before && !behind;
}

/* HO-107: what is shown is said in whole milliseconds, and no more than the recording's length as it is said.
 * What differs; NULL: nothing. */
static const char *excerpt_differs(const json_t *clip, const struct asv_excerpt_facts *shows,
                                   const struct asv_seal_result *seal)
{
    const json_t *said = json_object_get(clip, "excerpt");
    int64_t length = asv_fact_integer(clip, "duration_ms");
    int64_t from = within(shows->shown_from_us, false, length);
    int64_t until = within(shows->shown_until_us, true, length);
    if (length < DAY_MS && (uint64_t)length < shows->shown_until_us / 1000) {
        return "duration_ms"; /* it would end before what it shows */
    }
    if (asv_fact_integer(said, "from_ms") != from) {
        return "excerpt.from_ms";
    }
    if (asv_fact_integer(said, "until_ms") != until) {
        return "excerpt.until_ms";
    }
    if ((uint64_t)asv_fact_integer(said, "edge_bytes") != shows->edge_bytes) {
        return "excerpt.edge_bytes";
    }
    return is_left_out(json_object_get(said, "left_out"), from, until, has_behind(shows, seal))
               ? NULL
               : "excerpt.left_out";
}

/* Of what there is of the range. Where it begins and ends lies with the fragments: that there is none
 * between, so that less could have been shown, nobody can see who has not got them. */
static bool shows_all(const struct asv_excerpt_facts *shows, const struct asv_seal_result *seal,
                      const struct asv_plan_clip *plan)
{
    uint64_t from_us = plan->from_ms * UINT64_C(1000), until_us = plan->until_ms * UINT64_C(1000);
    return shows->shown_from_us <= from_us &&
           (shows->shown_until_us >= until_us || !has_behind(shows, seal)) &&
           shows->shown_from_us < until_us && shows->shown_until_us > from_us;
}

enum asv_status asv_handed_check_excerpt(struct asv_handed *it, size_t i, struct asv_err *err)
{
    struct asv_input mp4 = {.fd = -1}, proof = {.fd = -1};
    struct asv_excerpt_facts shows = {.chunks = 0};
    struct asv_err why = {0};
    const struct asv_plan_clip *plan = &it->recordings[i].plan;
    enum asv_status status = open_part(it, i, "excerpt.mp4", &mp4, err);
    if (status == ASV_OK) {
        status = open_part(it, i, "excerpt.proof", &proof, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_package_input of_mp4 = {&mp4, mp4.size, read_input};
    const struct asv_package_input of_proof = {&proof, proof.size, read_input};
    status = asv_excerpt_check(&shows, &it->report.seal, &of_mp4, &of_proof, &why);
    if (status == ASV_E_IO || status == ASV_E_NO_MEMORY) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status != ASV_OK) {
        bool of_film = strncmp(why.text, "excerpt.mp4", sizeof "excerpt.mp4" - 1) == 0;
        return fail(it, i, ASV_HANDED_EXCERPT, of_film ? "excerpt.mp4" : "excerpt.proof", status, why.text);
    }
    if (!shows_all(&shows, &it->report.seal, plan)) {
        return fail(it, i, ASV_HANDED_EXCERPT_FACTS, "excerpt.mp4", ASV_E_MISMATCH,
                    "it does not show all that was decided on");
    }
    const char *differs = excerpt_differs(json_array_get(it->clips, i), &shows, &it->report.seal);
    return differs == NULL
               ? ASV_OK
               : asv_handed_fail(it, ASV_HANDED_EXCERPT_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                                 "facts: clips[%zu].%s: is not what the excerpt shows", i, differs);
}
