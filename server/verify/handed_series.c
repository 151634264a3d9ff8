/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* That of the cameras' running numbers none is left out, as their link records show it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/handover/series.h"
#include "server/verify/handed_internal.h"

/* One after the other; on the heap. */
struct judged {
    struct asv_handed *it;
    size_t i; /* which series */
    const json_t *said;
    char name[sizeof ASV_SERIES_PATH + 24];
    struct asv_series of;
    struct asv_series_shown shown;
    uint8_t file[ASV_SERIES_MAX_BYTES];
};

static void name_of(char *out, size_t size, size_t i)
{
    (void)snprintf(out, size, ASV_SERIES_PATH "%03zu", i + 1);
}

bool asv_handed_is_series(const struct asv_handed *it, const char *name)
{
    char want[sizeof ASV_SERIES_PATH + 24];
    size_t count = json_array_size(json_object_get(it->facts->json, "series"));
    bool is = false;
    for (size_t i = 0; i < count && !is && strncmp(name, ASV_SERIES_PATH, sizeof ASV_SERIES_PATH - 1) == 0;
         i++) {
        name_of(want, sizeof want, i);
        is = strcmp(want, name) == 0;
    }
    return is;
}

void asv_handed_note_series(struct asv_handed *it, size_t i)
{
    struct asv_handed_recording *one = &it->recordings[i];
    const struct asv_seal_header *header = &it->report.seal.header;
    struct asv_chain chain;
    struct asv_link link;
    const struct asv_bytes *record = &it->parts.link;
    if (header->sealer != ASV_SEALER_CAMERA ||
        asv_chain_decode(&chain, it->parts.chain.data, it->parts.chain.len, NULL) != ASV_OK) {
        return;
    }
    one->by_camera = true;
    memcpy(one->pk, chain.leaf.signing_pk, sizeof one->pk);
    memcpy(one->camera, header->cert_digest, sizeof one->camera);
    memcpy(one->epoch, header->epoch, sizeof one->epoch);
    one->number = header->number;
    one->has_link = record->data != NULL &&
                    asv_link_read(&link, one->link, record->data, record->len, NULL, NULL) == ASV_OK;
}

/* ---- what is said of a camera ---- */

#define FAIL(judged, status, ...) \
    asv_handed_fail((judged)->it, ASV_HANDED_SERIES, (judged)->name, status, __VA_ARGS__)

static bool is_of(const struct asv_handed_recording *one, const struct asv_series *of)
{
    return one->by_camera && memcmp(one->camera, of->camera, sizeof of->camera) == 0 &&
           memcmp(one->epoch, of->epoch, sizeof of->epoch) == 0;
}

/* Whose it is: a camera of which something is handed over. */
static enum asv_status read_series(struct judged *judged)
{
    struct asv_handed *it = judged->it;
    struct asv_series *of = &judged->of;
    *of = (struct asv_series){.from_ms = asv_fact_ms(judged->said, "from_at"),
                              .until_ms = asv_fact_ms(judged->said, "until_at")};
    if (asv_hex_decode(of->camera, sizeof of->camera, asv_fact_text(judged->said, "camera")) != ASV_OK ||
        asv_uuid_parse(of->epoch, asv_fact_text(judged->said, "epoch")) != ASV_OK) {
        return FAIL(judged, ASV_E_MALFORMED, "facts: series[%zu]: no such camera", judged->i);
    }
    for (size_t i = 0; i < it->clip_count && of->pk == NULL; i++) {
        of->pk = is_of(&it->recordings[i], of) ? it->recordings[i].pk : NULL;
    }
    return of->pk != NULL ? ASV_OK
                          : FAIL(judged, ASV_E_MISMATCH,
                                 "facts: series[%zu].camera: nothing of it is handed over", judged->i);
}

static enum asv_status load_links(struct judged *judged, struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    const struct asv_handed_file *file = asv_handed_find(judged->it, judged->name);
    if (file == NULL) {
        return asv_handed_fail(judged->it, ASV_HANDED_MISSING, judged->name, ASV_E_NOT_FOUND,
                               "facts: series[%zu]", judged->i);
    }
    enum asv_status status =
        asv_handed_load(judged->it, file, judged->file, sizeof judged->file, &view, &why);
    if (status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status == ASV_OK) {
        status = asv_series_judge(&judged->shown, &judged->of, view, &why);
    }
    return status == ASV_OK ? ASV_OK : FAIL(judged, status, "%.250s", why.text);
}

/* What is said of a number is what its record says. */
static enum asv_status check_number(const struct judged *judged, const json_t *said)
{
    size_t i = 0;
    uint64_t number = (uint64_t)asv_fact_integer(said, "number");
    bool has = asv_series_has(&judged->shown, number, &i);
    if (json_is_true(json_object_get(said, "linked")) != has) {
        return FAIL(judged, ASV_E_MISMATCH, "facts: series[%zu]: number %" PRIu64 ": its record is %s",
                    judged->i, number, has ? "there" : "not there");
    }
    bool timed = has && judged->shown.links.recordings[i].timed;
    bool says = asv_fact_text(said, "started_at") != NULL && asv_fact_text(said, "ended_at") != NULL;
    if (timed != says ||
        (timed && (asv_fact_ms(said, "started_at") != judged->shown.links.recordings[i].start_ms ||
                   asv_fact_ms(said, "ended_at") != judged->shown.links.recordings[i].end_ms))) {
        return FAIL(judged, ASV_E_MISMATCH,
                    "facts: series[%zu]: number %" PRIu64 ": was made at another time", judged->i, number);
    }
    return ASV_OK;
}

/* HO-126: no more than is shown, and of every number. */
static enum asv_status check_said(const struct judged *judged)
{
    size_t i = 0, linked = 0;
    const json_t *number = NULL;
    const json_t *numbers = json_object_get(judged->said, "numbers");
    bool gapless = judged->shown.gapless;
    enum asv_status status = ASV_OK;
    json_array_foreach(numbers, i, number)
    {
        bool has = json_is_true(json_object_get(number, "linked"));
        linked += has;
        gapless = gapless && has && !json_is_true(json_object_get(number, "twice"));
        status = status == ASV_OK ? check_number(judged, number) : status;
    }
    if (status == ASV_OK && linked != judged->shown.links.count) {
        status = FAIL(judged, ASV_E_MISMATCH,
                      "facts: series[%zu]: a number whose record is there is not said", judged->i);
    }
    if (status == ASV_OK && json_is_true(json_object_get(judged->said, "gapless")) && !gapless) {
        status =
            FAIL(judged, ASV_E_NOT_FOUND, "facts: series[%zu].gapless: a number is not shown", judged->i);
    }
    const char *time = asv_series_word(ASV_CLAIM_LACK_NOTHING);
    if (status == ASV_OK && strcmp(asv_fact_text(judged->said, "time"), time) == 0 &&
        (judged->shown.time != ASV_CLAIM_LACK_NOTHING || !gapless)) {
        status = FAIL(judged, ASV_E_NOT_FOUND,
                      "facts: series[%zu].time: that nothing else falls into it is not shown (%s)", judged->i,
                      asv_series_word(judged->shown.time));
    }
    return status;
}

/* The time is that of the incident, and of what is handed over. */
static enum asv_status check_time(const struct judged *judged)
{
    const json_t *incident = json_object_get(judged->it->facts->json, "incident");
    const char *until = asv_fact_text(incident, "until_at") != NULL ? "until_at" : "from_at";
    const struct asv_series *of = &judged->of;
    bool covers =
        of->from_ms <= asv_fact_ms(incident, "from_at") && of->until_ms >= asv_fact_ms(incident, until);
    size_t i = 0;
    const json_t *number = NULL;
    json_array_foreach(json_object_get(judged->said, "numbers"), i, number)
    {
        bool counts = json_object_get(number, "clip") != NULL && asv_fact_text(number, "started_at") != NULL;
        covers = covers && (!counts || (of->from_ms <= asv_fact_ms(number, "started_at") &&
                                        of->until_ms >= asv_fact_ms(number, "ended_at")));
    }
    return covers ? ASV_OK
                  : FAIL(judged, ASV_E_MISMATCH,
                         "facts: series[%zu]: leaves out a part of the incident's time", judged->i);
}

/* ---- what is handed over ---- */

/* HO-127: each is in the series of its camera, and its record there is the one that lies beside it. */
static enum asv_status check_recording(const struct judged *judged, size_t i)
{
    const struct asv_handed_recording *one = &judged->it->recordings[i];
    const json_t *numbers = json_object_get(judged->said, "numbers");
    uint64_t first = (uint64_t)asv_fact_integer(json_array_get(numbers, 0), "number");
    const json_t *said = one->number >= first ? json_array_get(numbers, (size_t)(one->number - first)) : NULL;
    size_t link = 0;
    if (said == NULL || asv_fact_integer(said, "clip") != (json_int_t)i + 1) {
        return FAIL(judged, ASV_E_MISMATCH, "facts: series[%zu]: recording %03zu is not in it", judged->i,
                    i + 1);
    }
    if (one->has_link && asv_series_has(&judged->shown, one->number, &link) &&
        memcmp(judged->shown.links.recordings[link].link, one->link, sizeof one->link) != 0) {
        return FAIL(judged, ASV_E_MISMATCH, "number %" PRIu64 ": another record than that of recording %03zu",
                    one->number, i + 1);
    }
    return ASV_OK;
}

static enum asv_status check_recordings(const struct judged *judged)
{
    enum asv_status status = ASV_OK;
    struct asv_handed *it = judged->it;
    for (size_t i = 0; i < it->clip_count && status == ASV_OK; i++) {
        if (!is_of(&it->recordings[i], &judged->of)) {
            continue;
        }
        if (it->recordings[i].in_series) {
            return FAIL(judged, ASV_E_MISMATCH, "facts: series[%zu]: is there twice", judged->i);
        }
        it->recordings[i].in_series = true;
        status = check_recording(judged, i);
    }
    return status;
}

static enum asv_status check_one(struct judged *judged, struct asv_err *err)
{
    name_of(judged->name, sizeof judged->name, judged->i);
    enum asv_status status = read_series(judged);
    if (status == ASV_OK) {
        status = load_links(judged, err);
    }
    if (status == ASV_OK) {
        status = check_said(judged);
    }
    if (status == ASV_OK) {
        status = check_time(judged);
    }
    judged->it->left[ASV_HANDED_LEFT_SERIES] |=
        strcmp(asv_fact_text(judged->said, "time"), asv_series_word(ASV_CLAIM_LACK_NOTHING)) != 0;
    return status == ASV_OK ? check_recordings(judged) : status;
}

enum asv_status asv_handed_check_series(struct asv_handed *it, struct asv_err *err)
{
    const json_t *all = json_object_get(it->facts->json, "series");
    enum asv_status status = ASV_OK;
    struct judged *judged = calloc(1, sizeof *judged);
    if (judged == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    judged->it = it;
    for (judged->i = 0; judged->i < json_array_size(all) && status == ASV_OK; judged->i++) {
        judged->said = json_array_get(all, judged->i);
        status = check_one(judged, err);
    }
    free(judged);
    for (size_t i = 0; i < it->clip_count && status == ASV_OK; i++) {
        if (it->recordings[i].by_camera && !it->recordings[i].in_series) {
            status =
                asv_handed_fail(it, ASV_HANDED_SERIES, it->facts_file->name, ASV_E_NOT_FOUND,
                                "facts: series: nothing is said of the camera of recording %03zu", i + 1);
        }
        it->left[ASV_HANDED_LEFT_SERIES] |= !it->recordings[i].by_camera;
    }
    return status;
}
