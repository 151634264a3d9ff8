/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <string.h>

#include "server/base/fail.h"
#include "server/handover/compose_internal.h"

enum asv_status asv_compose_add_series(struct asv_compose *compose, const struct asv_compose_series *series,
                                       struct asv_err *err)
{
    json_t *one = asv_facts_put_object(compose, compose->series);
    asv_facts_put_digest(compose, one, "camera", series->of->camera);
    asv_facts_put_text(compose, one, "camera_name", series->camera_name);
    asv_facts_put_uuid(compose, one, "epoch", series->of->epoch);
    asv_facts_put_time(compose, one, "from_at", series->of->from_ms);
    asv_facts_put_time(compose, one, "until_at", series->of->until_ms);
    asv_facts_put(compose, one, "gapless", json_boolean(series->shown->gapless));
    asv_facts_put_text(compose, one, "time", asv_series_word(series->shown->time));
    asv_facts_put(compose, one, "numbers", json_array());
    return asv_compose_outcome(compose, err);
}

/* What nobody can show is not said: a number without a record, or one that the camera gave to several. */
static void put_lack(struct asv_compose *it, json_t *series)
{
    const char *time = json_string_value(json_object_get(series, "time"));
    asv_facts_put(it, series, "gapless", json_false());
    if (time != NULL && strcmp(time, asv_series_word(ASV_CLAIM_LACK_NOTHING)) == 0) {
        asv_facts_put_text(it, series, "time", asv_series_word(ASV_CLAIM_LACK_NUMBER));
    }
}

enum asv_status asv_compose_add_number(struct asv_compose *compose, const struct asv_compose_number *number,
                                       const struct asv_series_shown *shown, struct asv_err *err)
{
    size_t count = json_array_size(compose->series);
    size_t i = 0;
    json_t *series = count > 0 ? json_array_get(compose->series, count - 1) : NULL;
    bool linked = asv_series_has(shown, number->number, &i);
    if (series == NULL) {
        return asv_fail(err, ASV_E_STATE, "a number of no series");
    }
    json_t *one = asv_facts_put_object(compose, json_object_get(series, "numbers"));
    asv_facts_put_number(compose, one, "number", (int64_t)number->number);
    asv_facts_put_text(compose, one, "fate", number->fate);
    asv_facts_put(compose, one, "linked", json_boolean(linked));
    asv_facts_put(compose, one, "twice", json_boolean(number->twice));
    if (number->clip > 0) {
        asv_facts_put_number(compose, one, "clip", number->clip);
    }
    if (linked && shown->links.recordings[i].timed) {
        asv_facts_put_time(compose, one, "started_at", shown->links.recordings[i].start_ms);
        asv_facts_put_time(compose, one, "ended_at", shown->links.recordings[i].end_ms);
    }
    if (!linked || number->twice) {
        put_lack(compose, series);
    }
    return asv_compose_outcome(compose, err);
}
