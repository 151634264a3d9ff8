/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A filing is flat, and its files are called for people: where each would be in a carrier is found by its
 * identifier, which follows from that. */
#include <stdlib.h>
#include <string.h>

#include "server/handover/file_id.h"
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

static bool place_all(struct placing *of)
{
    static const char *const others[] = {"plan",
                                         "plan.proposal",
                                         "plan.approval",
                                         "trust/root.cert",
                                         "trust/revocations",
                                         "trust/package.pem",
                                         "trust/package.chain",
                                         "trust/ledger.chain"};
    bool placed = place_docks(of);
    for (size_t i = 0; placed && i < sizeof others / sizeof *others; i++) {
        placed = place(of, others[i]);
    }
    for (size_t i = 0; placed && i < of->it->clip_count; i++) {
        placed = place_recording(of, i);
    }
    return placed;
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
    asv_handed_sort(it);
    it->facts_file = asv_handed_find(it, facts_name);
    return placed ? ASV_OK : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
}
