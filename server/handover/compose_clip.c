/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdio.h>
#include <string.h>

#include "firmware-proto/base/clock.h"
#include "firmware-proto/trust/verdict.h"
#include "server/base/fail.h"
#include "server/handover/compose_internal.h"

#define UNKNOWN     "ohne Angabe" /* where the facts take a text and there is none */
#define MARKERS_MAX 1000
#define DAY_MS      86400000
#define TEXT_BYTES  400

/* ---- what header, records and the commit record say ---- */

static const char *known_or(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : UNKNOWN;
}

static void put_device(struct asv_compose *it, json_t *clip, const struct asv_commit *commit,
                       const struct asv_compose_known *known)
{
    asv_facts_put_uuid(it, clip, "clip", commit->clip);
    asv_facts_put_digest(it, clip, "camera", commit->camera_cert);
    asv_facts_put_text(it, clip, "camera_name", known_or(known->camera_name));
    asv_facts_put_text(it, clip, "model", known_or(commit->model));
    asv_facts_put_text(it, clip, "device_serial", known_or(commit->serial));
    asv_facts_put_text(it, clip, "firmware", known_or(commit->firmware));
    asv_facts_put_number(it, clip, "number", (int64_t)commit->number);
    asv_facts_put_text(it, clip, "unit", known_or(commit->unit));
    asv_facts_put_text(it, clip, "area", commit->area);
}

/* By the camera's clock; of an excerpt, whose times are those of the media, no less than these. */
static int64_t duration_ms(const struct asv_recording *recording)
{
    int64_t ms = recording->commit.end_ms - recording->commit.start_ms;
    if (recording->excerpt != NULL) {
        int64_t whole = (int64_t)((asv_excerpt_facts(recording->excerpt)->whole_until_us + 999) / 1000);
        ms = whole > ms ? whole : ms;
    }
    return ms < 0 ? 0 : ms > DAY_MS ? DAY_MS : ms;
}

/* LAW H2. A camera without the time says none. */
static void put_times(struct asv_compose *it, json_t *clip, const struct asv_recording *recording,
                      const struct asv_compose_known *known)
{
    const struct asv_commit *commit = &recording->commit;
    static const char *const clocks[] = {
        [ASV_CLOCK_SYNCED] = "synced", [ASV_CLOCK_HOLDOVER] = "holdover", [ASV_CLOCK_LOST] = "lost"};
    bool has_time = commit->clock_state != ASV_CLOCK_LOST;
    const char *clock =
        commit->clock_state < sizeof clocks / sizeof *clocks ? clocks[commit->clock_state] : NULL;
    asv_facts_put_time(it, clip, "started_at", has_time ? commit->start_ms : ASV_TIME_UNKNOWN);
    asv_facts_put_time(it, clip, "ended_at", has_time ? commit->end_ms : ASV_TIME_UNKNOWN);
    asv_facts_put_time(it, clip, "earliest_at", commit->earliest_ms);
    asv_facts_put_time(it, clip, "latest_at", commit->latest_ms);
    asv_facts_put_number(it, clip, "duration_ms", duration_ms(recording));
    asv_facts_put_text(it, clip, "clock_state",
                       clock != NULL && commit->uncertainty_ms != ASV_COMMIT_NO_CLOCK ? clock : "unknown");
    asv_facts_put_number(it, clip, "clock_offset_ms", commit->offset_ms);
    asv_facts_put_number(it, clip, "clock_uncertainty_ms", commit->uncertainty_ms);
    asv_facts_put_time(it, clip, "docked_at", commit->docked_ms);
    asv_facts_put_text(it, clip, "dock_name", known_or(commit->dock_name));
    asv_facts_put_time(it, clip, "committed_at", commit->committed_ms);
    asv_facts_put_time(it, clip, "erased_on_camera_at", known->erased_on_camera_ms);
}

static void put_verdict(struct asv_compose *it, json_t *clip, const struct asv_commit *commit)
{
    static const char *const integrities[] = {NULL, "VALID", "TRUNCATED", "UNSIGNED_TAIL", "GAP", "INVALID"};
    static const char *const provenances[] = {NULL, "TRUSTED", "SEALED_BY_DOCK", "UNKNOWN_KEY", "REVOKED"};
    asv_facts_put_text(it, clip, "integrity", commit->integrity < 6 ? integrities[commit->integrity] : NULL);
    asv_facts_put_text(it, clip, "provenance",
                       commit->provenance < 5 ? provenances[commit->provenance] : NULL);
    asv_facts_put(it, clip, "marked", json_boolean(commit->marked));
    asv_facts_put_number(it, clip, "payload_bytes", (int64_t)commit->payload_bytes);
    asv_facts_put_number(it, clip, "tail_bytes", (int64_t)commit->tail_bytes);
    asv_facts_put_number(it, clip, "chunks", (int64_t)commit->leaves);
    asv_facts_put_digest(it, clip, "header", commit->header_digest);
    asv_facts_put_digest(it, clip, "root", commit->root);
    asv_facts_put_digest(it, clip, "seal_digest", commit->seal_digest);
}

static void put_markers(struct asv_compose *it, json_t *clip, const struct asv_exhibit *exhibit)
{
    static const char *const kinds[] = {[ASV_RECORD_MARKER] = "marker",
                                        [ASV_RECORD_DISPLAY_ON] = "display_on",
                                        [ASV_RECORD_ANNOUNCED] = "announced",
                                        [ASV_RECORD_DWELLING] = "dwelling",
                                        [ASV_RECORD_PREROLL_END] = "pre_roll_end"};
    json_t *markers = asv_facts_put_member(it, clip, "markers", json_array());
    for (size_t i = 0; markers != NULL && i < exhibit->index.record_count; i++) {
        const struct asv_exhibit_record *record = &exhibit->index.records[i];
        const char *kind = record->kind < sizeof kinds / sizeof *kinds ? kinds[record->kind] : NULL;
        if (kind == NULL || json_array_size(markers) == MARKERS_MAX) {
            continue;
        }
        json_t *one = asv_facts_put_object(it, markers);
        asv_facts_put_text(it, one, "kind", kind);
        asv_facts_put_time(it, one, "at", record->wall_ms > 0 ? record->wall_ms : 0);
        if (record->mono_ms >= exhibit->header.start_mono_ms) {
            asv_facts_put_number(it, one, "media_ms",
                                 (int64_t)(record->mono_ms - exhibit->header.start_mono_ms));
        }
    }
}

/* ---- what was verified when it was packed ---- */

static void put_check(struct asv_compose *it, json_t *checks, const char *check, const char *result,
                      const char *text)
{
    json_t *one = asv_facts_put_object(it, checks);
    asv_facts_put_text(it, one, "check", check);
    asv_facts_put_text(it, one, "result", result);
    asv_facts_put_text(it, one, "text", text);
}

static void put_seal_check(struct asv_compose *it, json_t *checks, const struct asv_exhibit *exhibit)
{
    char text[TEXT_BYTES];
    (void)snprintf(text, sizeof text, "Kopf, %zu Kontrollpunkte%s sind von der Kamera signiert",
                   exhibit->index.checkpoint_count,
                   exhibit->ended ? " und das Ende"
                                  : " bis zum letzten; ein Ende hat die Kamera nicht signiert:");
    put_check(it, checks, "Signaturen der Kamera", "passed", text);
}

/* HO-031, HO-032: what did not verify did not come so far. */
static void put_checks(struct asv_compose *it, json_t *clip, const struct asv_build_clip *said,
                       const struct asv_compose_known *known)
{
    char text[TEXT_BYTES];
    const struct asv_exhibit *exhibit = said->recording->exhibit;
    unsigned long long chunks = exhibit->checkpoint.chunks;
    json_t *checks = asv_facts_put_member(it, clip, "checks", json_array());
    if (checks == NULL) {
        return;
    }
    put_seal_check(it, checks, exhibit);
    bool has_original = asv_plan_has_original(said->plan.form);
    (void)snprintf(text, sizeof text,
                   has_original ? "%llu von %llu Stücken wurden beim Packen gelesen und sind die signierten"
                                : "%llu von %llu Stücken wurden beim Packen geöffnet und ergeben den "
                                  "signierten Offenlegungsbaum",
                   chunks, chunks);
    put_check(it, checks, "Stücke", "passed", text);
    put_check(it, checks, "Zertifikatskette der Kamera", known->root == NULL ? "passed" : "failed",
              known->root == NULL ? "führt zum Stamm der Behörde" : known->root);
    put_check(it, checks, "Siegel, Kette und Verkettung", "passed",
              "sind, was bei der Übernahme in Verwahrung festgehalten wurde");
    if (asv_plan_is_ranged(said->plan.form)) {
        put_check(it, checks, "Auszug", "passed",
                  "besteht aus Stücken, die einzeln mit Nachweisen aus dem signierten Offenlegungsbaum "
                  "offengelegt sind");
    } else if (said->plan.form == ASV_PLAN_WHOLE) {
        put_check(it, checks, "Abspielfassung", "passed",
                  "ist das geöffnete Original: jedes Stück und der signierte Offenlegungsbaum stimmen");
    } else {
        put_check(it, checks, "Abspielfassung", "not_checked",
                  "von dieser Aufzeichnung wird keine vollständige Abspielfassung übergeben");
    }
    if (!has_original) { /* HO-083 */
        put_check(it, checks, "Verschlüsseltes Original", "not_checked",
                  "bleibt bei der abgebenden Behörde: ohne es lassen sich seine verschlüsselten Stücke nicht "
                  "mit den signierten Prüfsummen vergleichen");
    }
}

/* ---- its media ---- */

static const char *kind_of(uint8_t kind)
{
    return kind == ASV_MEDIA_VIDEO ? "video" : kind == ASV_MEDIA_AUDIO ? "audio" : "data";
}

static void put_size(struct asv_compose *it, json_t *stream, const char *key, uint32_t value)
{
    if (value > 0) {
        asv_facts_put_number(it, stream, key, value);
    }
}

static void put_stream(struct asv_compose *it, json_t *streams, const struct asv_media_stream *said)
{
    char rate[16];
    json_t *one = asv_facts_put_object(it, streams);
    asv_facts_put_text(it, one, "kind", kind_of(said->kind));
    asv_facts_put_text(it, one, "codec", known_or(said->codec));
    if (said->kind == ASV_MEDIA_VIDEO) {
        put_size(it, one, "width", said->width);
        put_size(it, one, "height", said->height);
    } else if (said->kind == ASV_MEDIA_AUDIO) {
        (void)snprintf(rate, sizeof rate, "%u", said->rate);
        asv_facts_put_text(it, one, "rate", said->rate > 0 ? rate : NULL);
        put_size(it, one, "channels", said->channels);
    }
}

/* HO-052 */
static void put_media(struct asv_compose *it, json_t *clip, const struct asv_compose_known *known)
{
    const struct asv_media_facts *media = known->media;
    if (media == NULL) {
        put_check(it, json_object_get(clip, "checks"), "Technische Angaben", "not_checked",
                  known_or(known->media_lack));
        return;
    }
    json_t *probe = asv_facts_put_member(it, clip, "probe", json_object());
    asv_facts_put_text(it, probe, "program", "asservat-media");
    asv_facts_put_text(it, probe, "format", known_or(media->format));
    if (media->duration_us > 0 && media->duration_us <= INT64_MAX) {
        asv_facts_put_number(it, probe, "duration_ms", (int64_t)(media->duration_us / 1000));
    }
    json_t *streams = asv_facts_put_member(it, probe, "streams", json_array());
    for (size_t i = 0; streams != NULL && i < media->stream_count; i++) {
        put_stream(it, streams, &media->streams[i]);
    }
}

/* ---- files ---- */

static void put_named(struct asv_compose *it, json_t *clip, const char *key,
                      const struct asv_handover_file *file)
{
    if (file->name[0] != '\0') {
        asv_facts_put_file(it, asv_facts_put_member(it, clip, key, json_object()), file);
    }
}

static void put_left_out(struct asv_compose *it, json_t *all, int64_t from_ms, int64_t until_ms)
{
    if (from_ms < until_ms) {
        json_t *one = asv_facts_put_object(it, all);
        asv_facts_put_number(it, one, "from_ms", from_ms);
        asv_facts_put_number(it, one, "until_ms", until_ms);
        asv_facts_put_text(it, one, "reason", "nicht Gegenstand der beschlossenen Übergabe");
    }
}

static int64_t within(uint64_t us, bool up, int64_t length_ms)
{
    int64_t ms = (int64_t)((us + (up ? 999 : 0)) / 1000);
    return ms < length_ms ? ms : length_ms;
}

/* What the fragments show, since the recording began: a little more than was decided, as they are not cut.
 * And how much lies beside them (HO-064). */
static void put_excerpt(struct asv_compose *it, json_t *clip, const struct asv_build_clip *said)
{
    int64_t length = duration_ms(said->recording);
    if (said->recording->excerpt == NULL) {
        return;
    }
    const struct asv_excerpt_facts *shows = asv_excerpt_facts(said->recording->excerpt);
    int64_t from = within(shows->shown_from_us, false, length);
    int64_t until = within(shows->shown_until_us, true, length);
    json_t *excerpt = asv_facts_put_member(it, clip, "excerpt", json_object());
    asv_facts_put_file(it, excerpt, &said->files[ASV_RECORDING_EXCERPT]);
    asv_facts_put_number(it, excerpt, "from_ms", from);
    asv_facts_put_number(it, excerpt, "until_ms", until);
    asv_facts_put_number(it, excerpt, "edge_bytes", (int64_t)shows->edge_bytes);
    json_t *left_out = asv_facts_put_member(it, excerpt, "left_out", json_array());
    if (left_out != NULL) {
        put_left_out(it, left_out, 0, from);
        put_left_out(it, left_out, until, within(shows->whole_until_us, true, length));
    }
}

static void put_files(struct asv_compose *it, json_t *clip, const struct asv_build_clip *said)
{
    json_t *others = asv_facts_put_member(it, clip, "files", json_array()); /* for the list of all others */
    for (int i = 0; others != NULL && i < ASV_RECORDING_FILES; i++) {
        const struct asv_handover_file *file = &said->files[i];
        if (file->name[0] == '\0' || i == ASV_RECORDING_SEAL || i == ASV_RECORDING_SEALED ||
            i == ASV_RECORDING_PLAYABLE || i == ASV_RECORDING_EXCERPT) {
            continue;
        }
        json_t *one = asv_facts_put_object(it, others);
        asv_facts_put_text(it, one, "title", file->title);
        asv_facts_put_file(it, one, file);
    }
    put_named(it, clip, "playable", &said->files[ASV_RECORDING_PLAYABLE]);
    put_excerpt(it, clip, said);
    put_named(it, clip, "sealed", &said->files[ASV_RECORDING_SEALED]);
    put_named(it, clip, "seal", &said->files[ASV_RECORDING_SEAL]);
}

enum asv_status asv_compose_clip(struct asv_compose *compose, const struct asv_build_clip *clip,
                                 const struct asv_compose_known *known, struct asv_err *err)
{
    const struct asv_commit *commit = &clip->recording->commit;
    struct asv_chain chain;
    if (clip->number == 1 &&
        (json_array_clear(compose->clips) != 0 || json_array_clear(compose->series) != 0 ||
         json_array_clear(compose->logs) != 0 || json_array_clear(compose->certificates) != 0)) {
        compose->failed = true;
    }
    json_t *one = asv_facts_put_object(compose, compose->clips);
    put_device(compose, one, commit, known);
    put_times(compose, one, clip->recording, known);
    put_verdict(compose, one, commit);
    put_files(compose, one, clip);
    put_checks(compose, one, clip, known);
    put_media(compose, one, known);
    put_markers(compose, one, clip->recording->exhibit);
    asv_facts_put(compose, one, "custody", json_array());
    enum asv_status status = asv_compose_outcome(compose, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, clip->recording->exhibit->chain,
                                  clip->recording->exhibit->chain_len, err);
    }
    if (status == ASV_OK) {
        status = asv_compose_add_cert(compose, &chain.ca, err);
    }
    return status == ASV_OK ? asv_compose_add_cert(compose, &chain.leaf, err) : status;
}

enum asv_status asv_compose_add_event(struct asv_compose *compose, unsigned number,
                                      const struct asv_compose_event *event, struct asv_err *err)
{
    json_t *clip = number > 0 ? json_array_get(compose->clips, number - 1) : NULL;
    if (clip == NULL) {
        return asv_fail(err, ASV_E_STATE, "an event of no recording");
    }
    json_t *one = asv_facts_put_object(compose, json_object_get(clip, "custody"));
    asv_facts_put_uuid(compose, one, "event", event->id);
    asv_facts_put_text(compose, one, "kind", event->kind);
    asv_facts_put_time(compose, one, "at", event->at_ms);
    asv_facts_put_time(compose, one, "recorded_at", event->recorded_ms);
    asv_facts_put_text(compose, one, "actor_kind", event->actor_kind);
    asv_facts_put_digest(compose, one, "actor", event->actor);
    asv_facts_put_text(compose, one, "actor_name", event->actor_name);
    asv_facts_put_text(compose, one, "place", event->place);
    asv_facts_put_text(compose, one, "detail", event->detail);
    asv_facts_put(compose, one, "signed", json_boolean(event->is_signed));
    asv_facts_put_digest(compose, one, "object_digest", event->object_digest);
    if (event->has_leaf) {
        asv_facts_put_number(compose, one, "log", (int64_t)event->log);
        asv_facts_put_number(compose, one, "leaf", (int64_t)event->leaf);
    }
    return asv_compose_outcome(compose, err);
}
