/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/handover/build_internal.h"

/* One recording that goes in. */
struct clip {
    struct asv_build_output *out;
    struct asv_build_clip said;
    struct asv_recording *recording;
    bool has_keys; /* the keeper was asked */
    struct asv_handover_file files[ASV_RECORDING_FILES];
};

/* HO-035: asked before each piece, from the thread that reads. */
static enum asv_status go_on(void *ctx, struct asv_err *err)
{
    struct asv_build_output *it = ctx;
    const struct asv_build_ops *ops = it->build->ops;
    it->progress.bytes += ASV_CHUNK_CIPHER_BYTES;
    return ops->go_on != NULL ? ops->go_on(ops->ctx, &it->progress, err) : ASV_OK;
}

static bool is_bulk(enum asv_recording_file file)
{
    return file == ASV_RECORDING_SEALED || file == ASV_RECORDING_PLAYABLE;
}

static bool is_excerpt(enum asv_recording_file file)
{
    return file == ASV_RECORDING_EXCERPT || file == ASV_RECORDING_PROOF;
}

/* Whether a recording in this form has that file. HO-082: what nobody signed is ciphertext behind the
 * original, and stays with it. */
static bool goes(const struct clip *clip, enum asv_recording_file file)
{
    bool has_original = asv_plan_has_original(clip->said.plan.form);
    switch (file) {
    case ASV_RECORDING_SEALED:
        return has_original; /* its size is known when the keeper was asked */
    case ASV_RECORDING_TAIL:
        return has_original && clip->recording->sizes[file] > 0;
    case ASV_RECORDING_PLAYABLE:
    case ASV_RECORDING_KEY:
        return clip->said.plan.form == ASV_PLAN_WHOLE;
    case ASV_RECORDING_EXCERPT:
    case ASV_RECORDING_PROOF:
        return asv_plan_is_ranged(clip->said.plan.form);
    default:
        return clip->recording->sizes[file] > 0;
    }
}

/* K-266: the recording's number, and those of what goes sealed as it does and comes behind it: unfinished, as
 * files are finished one behind the other (HO-040). How many. */
static unsigned row_of(const struct clip *clip, uint16_t row[ASV_BUILD_ROW])
{
    const struct asv_build_output *it = clip->out;
    unsigned count = 1;
    row[0] = clip->said.clip;
    for (unsigned i = clip->said.number;
         clip->said.plan.form == ASV_PLAN_SEALED && i < it->part.count && count < ASV_BUILD_ROW; i++) {
        struct asv_plan_clip next;
        uint16_t number = it->part.clips[it->part.first + i];
        asv_plan_clip(&it->plan, number, &next);
        if (next.form == ASV_PLAN_SEALED) {
            row[count++] = number;
        }
    }
    return count;
}

/* HO-042: no earlier than for the first file that takes it, and once. */
static enum asv_status ask_keys(struct clip *clip, struct asv_err *err)
{
    const struct asv_build_ops *ops = clip->out->build->ops;
    if (clip->has_keys) {
        return ASV_OK;
    }
    uint16_t row[ASV_BUILD_ROW];
    unsigned count = row_of(clip, row);
    enum asv_status status = ops->keys(ops->ctx, row, count, clip->recording, err);
    clip->has_keys = status == ASV_OK;
    return status;
}

static enum asv_status choose(struct clip *clip, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (asv_plan_is_ranged(clip->said.plan.form) && clip->recording->excerpt == NULL) {
        status = ask_keys(clip, err);
        if (status == ASV_OK) {
            status =
                asv_recording_choose(clip->recording, clip->said.plan.from_ms, clip->said.plan.until_ms, err);
        }
    }
    return status;
}

static enum asv_status add_file(struct clip *clip, enum asv_recording_file file, struct asv_err *err)
{
    struct asv_recording_reader *reader = NULL;
    struct asv_source source;
    bool takes_key = is_bulk(file) || is_excerpt(file) || file == ASV_RECORDING_KEY;
    enum asv_status status = takes_key ? ask_keys(clip, err) : ASV_OK;
    if (status == ASV_OK && is_excerpt(file)) {
        status = choose(clip, err);
    }
    if (status == ASV_OK) {
        status = asv_recording_read(clip->recording, file, &reader, &source, err);
    }
    if (status == ASV_OK) {
        status = asv_build_output_add(clip->out, &clip->files[file], &source, err);
    }
    asv_recording_reader_close(reader);
    return status;
}

static enum asv_status add_files(struct clip *clip, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    for (int i = 0; i < ASV_RECORDING_FILES && status == ASV_OK; i++) {
        enum asv_recording_file file = (enum asv_recording_file)i;
        if (!goes(clip, file)) {
            continue;
        }
        status = asv_handover_name_recording(&clip->files[i], &clip->out->naming, clip->said.number, file);
        if (status != ASV_OK) {
            return asv_fail(err, status, "a file of the recording has no name");
        }
        status = asv_build_output_keep(clip->out, &clip->files[i], err);
        if (status == ASV_E_NOT_FOUND) {
            status = add_file(clip, file, err);
        }
    }
    return status;
}

/* Of an excerpt the facts say what it shows. */
static enum asv_status tell_clip(struct clip *clip, struct asv_err *err)
{
    const struct asv_build_ops *ops = clip->out->build->ops;
    enum asv_status status = choose(clip, err);
    if (status == ASV_OK && clip->said.plan.form != ASV_PLAN_SEALED) {
        status = ask_keys(clip, err); /* its media are looked at */
    }
    if (status == ASV_OK) {
        clip->said.recording = clip->recording;
        clip->said.files = clip->files;
        status = ops->clip(ops->ctx, &clip->said, err);
    }
    return status;
}

static enum asv_status add_clip(struct clip *clip, struct asv_err *err)
{
    const struct asv_build *build = clip->out->build;
    enum asv_status status =
        asv_recording_open(build->vault, &build->names[clip->said.clip], &clip->recording, err);
    if (status == ASV_OK) {
        clip->recording->go_on = go_on;
        clip->recording->go_on_ctx = clip->out;
        status = add_files(clip, err);
    }
    if (status == ASV_OK && !clip->out->has_facts) {
        status = tell_clip(clip, err);
    }
    asv_recording_close(clip->recording);
    return status;
}

/* What went wrong, and with which of them; a full disk (HO-045) is no recording's fault. */
static enum asv_status say_clip(const struct clip *clip, enum asv_status status, struct asv_err *err)
{
    char id[ASV_UUID_TEXT_BYTES];
    if (status == ASV_OK || status == ASV_E_NO_SPACE) {
        return status;
    }
    asv_uuid_format(id, clip->out->build->names[clip->said.clip].clip);
    return asv_failf(err, status, "recording %s: %s", id, err != NULL ? err->text : "");
}

enum asv_status asv_build_clips(struct asv_build_output *it, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    struct clip *clip = calloc(1, sizeof *clip);
    if (clip == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    it->progress.clips = it->plan.clip_count;
    for (uint16_t i = 0; status == ASV_OK && i < it->part.count; i++) {
        uint16_t number = it->part.clips[it->part.first + i];
        *clip = (struct clip){.out = it, .said = {.clip = number, .number = i + 1u}};
        asv_plan_clip(&it->plan, number, &clip->said.plan);
        it->progress.clip = (uint16_t)(it->part.first + i);
        status = add_clip(clip, err);
        status = say_clip(clip, status, err);
    }
    free(clip);
    return status;
}
