/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A filing is flat, and its files are called for people: where each would be in a carrier is found by its
 * identifier, which follows from that. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/handover/extract.h"
#include "server/handover/file_id.h"
#include "server/handover/series.h"
#include "server/verify/handed_internal.h"

struct named {
    uint8_t id[ASV_UUID_BYTES];
    struct asv_handed_file *file;
};

struct placing {
    struct asv_handed *it;
    struct asv_handover_naming naming;
    struct named *named; /* heap; by id */
    size_t count;
};

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct named *)a)->id, ((const struct named *)b)->id, ASV_UUID_BYTES);
}

static void note(struct placing *of, const json_t *said)
{
    struct named *one = &of->named[of->count];
    if (said != NULL && asv_uuid_parse(one->id, asv_fact_text(said, "id")) == ASV_OK) {
        one->file = asv_handed_find(of->it, asv_fact_text(said, "name"));
        of->count += one->file != NULL;
    }
}

/* All that the facts name, once, so that there are no more than files. */
static void note_all(struct placing *of)
{
    static const char *const parts[] = {"playable", "excerpt", "sealed", "seal"};
    size_t i = 0;
    const json_t *one = NULL;
    json_array_foreach(json_object_get(of->it->facts->json, "files"), i, one)
    {
        note(of, one);
    }
    json_array_foreach(of->it->clips, i, one)
    {
        for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
            note(of, json_object_get(one, parts[part]));
        }
    }
    qsort(of->named, of->count, sizeof *of->named, by_id);
}

/* The file that would be there is found there from now on. */
static bool place(struct placing *of, const char *path)
{
    struct named key = {.file = NULL};
    struct asv_file_names *places = &of->it->places;
    asv_handover_id(&of->naming, path, key.id);
    const struct named *found = bsearch(&key, of->named, of->count, sizeof *of->named, by_id);
    if (found == NULL || found->file->shown != NULL) {
        return true;
    }
    char *name = strdup(path);
    if (name == NULL) {
        return false;
    }
    places->names[places->count++] = name;
    found->file->shown = found->file->name;
    found->file->name = name;
    return true;
}

static bool place_recording(struct placing *of, size_t i)
{
    static const char *const parts[] = {"seal",     "chain",       "link",         "commit",
                                        "receipt",  "tail",        "sealed.age",   "playable.mp4",
                                        "file.key", "excerpt.mp4", "excerpt.proof"};
    char path[ASV_HANDED_PATH_BYTES];
    bool placed = true;
    for (size_t part = 0; placed && part < sizeof parts / sizeof *parts; part++) {
        placed = place(of, asv_handed_part_name(path, i, parts[part]));
    }
    return placed;
}

static bool place_docks(struct placing *of)
{
    size_t i = 0;
    const json_t *certificate = NULL;
    bool placed = true;
    json_array_foreach(json_object_get(of->it->facts->json, "certificates"), i, certificate)
    {
        char path[ASV_HANDED_PATH_BYTES];
        (void)snprintf(path, sizeof path, "trust/docks/%.16s.chain", asv_fact_text(certificate, "digest"));
        placed = placed && (strcmp(asv_fact_text(certificate, "role"), "dock") != 0 || place(of, path));
    }
    return placed;
}

static bool place_series(struct placing *of)
{
    size_t count = json_array_size(json_object_get(of->it->facts->json, "series"));
    bool placed = true;
    for (size_t i = 0; placed && i < count; i++) {
        char path[ASV_HANDED_PATH_BYTES];
        (void)snprintf(path, sizeof path, ASV_SERIES_PATH "%03zu", i + 1);
        placed = place(of, path);
    }
    return placed;
}

static bool place_all(struct placing *of)
{
    static const char *const others[] = {"ledger",
                                         "plan",
                                         "plan.proposal",
                                         "plan.approval",
                                         "trust/root.cert",
                                         "trust/revocations",
                                         "trust/package.pem",
                                         "trust/package.chain",
                                         "trust/ledger.chain"};
    bool placed = place_docks(of) && place_series(of);
    for (size_t i = 0; placed && i < sizeof others / sizeof *others; i++) {
        placed = place(of, others[i]);
    }
    for (size_t i = 0; placed && i < of->it->clip_count; i++) {
        placed = place_recording(of, i);
    }
    return placed;
}

/* ---- the ledger's extract ---- */

static enum asv_status read_extract(void *ctx, uint64_t offset, void *out, size_t len, struct asv_err *err)
{
    size_t got = 0;
    enum asv_status status = asv_input_read(ctx, offset, out, len, &got, err);
    return status != ASV_OK || got == len
               ? status
               : asv_fail(err, ASV_E_IO, "a file became shorter while it was read");
}

/* "Protokollauszug_UUID.asv/checkpoint": what a file of it is called where something is wrong. */
static bool call(struct asv_handed *it, struct asv_handed_file *file, const char *name, const char *extract)
{
    char text[2 * ASV_HANDED_PATH_BYTES];
    (void)snprintf(text, sizeof text, "ledger/%s", name);
    char *inner = strdup(text);
    (void)snprintf(text, sizeof text, "%s/%s", extract, name);
    char *shown = strdup(text);
    it->places.names[it->places.count++] = inner;
    it->places.names[it->places.count++] = shown;
    file->name = inner;
    file->shown = shown;
    return inner != NULL && shown != NULL;
}

static enum asv_status digest_part(struct asv_handed_file *file, const struct asv_input *input,
                                   struct asv_err *err)
{
    uint8_t piece[4096];
    struct asv_sha256 state;
    enum asv_status status = ASV_OK;
    asv_sha256_init(&state);
    for (uint64_t at = 0; at < file->size && status == ASV_OK; at += sizeof piece) {
        size_t len = file->size - at < sizeof piece ? (size_t)(file->size - at) : sizeof piece;
        status = asv_input_read(input, file->offset + at, piece, len, &len, err);
        asv_sha256_update(&state, piece, len);
    }
    asv_sha256_final(&state, file->sha256);
    return status;
}

/* Room for so many more. */
static bool make_room(struct asv_handed *it, size_t more)
{
    struct asv_handed_file *files = reallocarray(it->files, it->file_count + more + 1, sizeof *files);
    if (files == NULL) {
        return false;
    }
    it->files = files;
    char **names = reallocarray(it->places.names, it->places.count + 2 * more + 1, sizeof *names);
    if (names == NULL) {
        return false;
    }
    it->places.names = names;
    return true;
}

/* Its files are below ledger/ from now on, as a carrier has them. */
static enum asv_status spread(struct asv_handed *it, struct asv_extract *extract, const char *shown,
                              const struct asv_input *input, struct asv_err *why)
{
    struct asv_extract_file part;
    bool there = true;
    enum asv_status status = asv_extract_open(extract, why);
    if (status == ASV_OK && !make_room(it, extract->left)) {
        status = asv_fail(why, ASV_E_NO_MEMORY, "no memory");
    }
    while (status == ASV_OK && there) {
        status = asv_extract_next(extract, &part, &there, why);
        if (status != ASV_OK || !there) {
            break;
        }
        struct asv_handed_file *file = &it->files[it->file_count];
        *file = (struct asv_handed_file){
            .inside = shown, .size = part.size, .offset = part.offset, .is_named = true};
        if (!call(it, file, part.name, shown)) {
            return asv_fail(why, ASV_E_NO_MEMORY, "no memory");
        }
        it->file_count++;
        status = digest_part(file, input, why);
    }
    return status;
}

/* PK-062 */
static enum asv_status spread_ledger(struct asv_handed *it, struct asv_err *err)
{
    static const char name[] = "ledger";
    struct asv_input input;
    struct asv_err why = {0};
    asv_handed_sort(it);
    const struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "the extract of the ledger");
    }
    const char *shown = file->shown;
    enum asv_status status = asv_handed_input(it, file, &input, err);
    if (status != ASV_OK) {
        return status;
    }
    struct asv_extract extract = {.read = read_extract, .ctx = &input, .size = input.size};
    status = spread(it, &extract, shown, &input, &why);
    asv_input_close(&input);
    if (status == ASV_E_NO_MEMORY || status == ASV_E_IO) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_handed_fail(it, ASV_HANDED_LEDGER, shown, status, "%.250s", why.text);
}

enum asv_status asv_handed_place_filing(struct asv_handed *it, struct asv_err *err)
{
    struct placing of = {.it = it, .naming = {.output = ASV_HANDOVER_FILING}};
    const char *facts_name = it->facts_file->name;
    if (asv_uuid_parse(of.naming.handover, asv_fact_text(it->facts->json, "handover")) != ASV_OK) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, facts_name, ASV_E_MALFORMED, "facts: handover");
    }
    of.named = calloc(it->file_count + 1, sizeof *of.named);
    it->places.names = calloc(it->file_count + 1, sizeof *it->places.names);
    bool placed = of.named != NULL && it->places.names != NULL;
    if (placed) {
        note_all(&of);
        placed = place_all(&of);
    }
    free(of.named);
    enum asv_status status = placed ? spread_ledger(it, err) : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    asv_handed_sort(it);
    it->facts_file = asv_handed_find(it, facts_name);
    return status;
}
