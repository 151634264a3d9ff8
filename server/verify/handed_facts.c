/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The facts, and the files that they name. */
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/package/asic.h"
#include "server/package/filing_rules.h"
#include "server/verify/handed_internal.h"

#define FACTS_MAX_BYTES (256u << 20) /* HD-001 */

const char *asv_handed_part_name(char *out, size_t i, const char *part)
{
    (void)snprintf(out, ASV_HANDED_PATH_BYTES, "recordings/%03zu/%s", i + 1, part);
    return out;
}

/* ---- reading ---- */

static bool ends_in(const char *name, const char *ending)
{
    size_t len = strlen(name), ending_len = strlen(ending);
    return len > ending_len && strcmp(name + len - ending_len, ending) == 0;
}

/* A filing's facts are the one JSON in it. */
static const struct asv_handed_file *find_facts(struct asv_handed *it)
{
    const struct asv_handed_file *found = NULL;
    if (it->is_carrier) {
        return asv_handed_find(it, "facts.json");
    }
    for (size_t i = 0; i < it->file_count; i++) {
        if (ends_in(it->files[i].name, ".json")) {
            if (found != NULL) {
                return NULL;
            }
            found = &it->files[i];
        }
    }
    return found;
}

static enum asv_status parse(struct asv_handed *it, const struct asv_handed_file *file, struct asv_err *err)
{
    struct asv_bytes view = {0};
    struct asv_err why = {0};
    if (file->size > FACTS_MAX_BYTES) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, file->name, ASV_E_LIMIT, "larger than 256 MiB");
    }
    uint8_t *text = malloc((size_t)file->size + 1);
    if (text == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_handed_load(it, file, text, (size_t)file->size, &view, err);
    if (status == ASV_OK) {
        status = asv_facts_parse((const char *)view.data, view.len, &it->facts, &why);
        if (status != ASV_OK && status != ASV_E_NO_MEMORY) {
            status = asv_handed_fail(it, ASV_HANDED_FACTS, file->name, status, "%.250s", why.text);
        }
    }
    free(text);
    return status;
}

/* HO-092 */
static enum asv_status check_own(struct asv_handed *it)
{
    uint8_t said[ASV_SHA256_BYTES];
    const json_t *facts = it->facts->json;
    const char *name = asv_fact_text(asv_facts_document(facts, "facts"), "name");
    if (strcmp(name, it->facts_file->name) != 0) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                               "facts: documents: the facts have another name, %.200s", name);
    }
    if ((strcmp(asv_fact_text(facts, "output"), "carrier") == 0) != it->is_carrier) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                               "facts: output: is the other one's");
    }
    if (asv_hex_decode(said, sizeof said, asv_fact_text(json_object_get(facts, "agency"), "agency")) !=
        ASV_OK) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MALFORMED, "facts: agency");
    }
    if (it->anchors.has_root && !asv_handed_is_agency(it, said)) {
        return asv_handed_fail(it, ASV_HANDED_ROOT, it->facts_file->name, ASV_E_UNTRUSTED,
                               "facts: agency.agency: is another agency than that of --trust");
    }
    return ASV_OK;
}

enum asv_status asv_handed_check_facts(struct asv_handed *it, struct asv_err *err)
{
    it->facts_file = find_facts(it);
    if (it->facts_file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, "facts.json", ASV_E_NOT_FOUND, "there are no facts");
    }
    enum asv_status status = parse(it, it->facts_file, err);
    if (status == ASV_OK) {
        status = check_own(it);
    }
    if (status != ASV_OK) {
        return status;
    }
    it->clips = json_object_get(it->facts->json, "clips");
    it->clip_count = json_array_size(it->clips);
    it->recordings = calloc(it->clip_count, sizeof *it->recordings);
    return it->recordings != NULL ? ASV_OK : asv_fail(err, ASV_E_NO_MEMORY, "no memory");
}

/* ---- files ---- */

static enum asv_status check_signature(struct asv_handed *it, const struct asv_handed_file *file,
                                       const json_t *said)
{
    char name[ASV_HANDED_PATH_BYTES + sizeof ASV_ASIC_SIGNATURE_SUFFIX];
    const char *signature = asv_fact_text(said, "signature");
    if (signature == NULL) {
        return ASV_OK;
    }
    (void)snprintf(name, sizeof name, "%s" ASV_ASIC_SIGNATURE_SUFFIX, file->name);
    if (strcmp(signature, name) != 0 || !file->is_signed) {
        return asv_handed_fail(it, ASV_HANDED_UNSIGNED, file->name, ASV_E_NOT_FOUND,
                               "%.200s is named as its signature", signature);
    }
    return ASV_OK;
}

/* HO-093. A file that the facts name with size and digest, or, a document, by its name alone. */
static enum asv_status take(struct asv_handed *it, const json_t *said)
{
    uint8_t digest[ASV_SHA256_BYTES];
    const char *name = asv_fact_text(said, "name");
    struct asv_handed_file *file = asv_handed_find(it, name);
    if (file == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, name, ASV_E_NOT_FOUND, "the facts name it");
    }
    if (file->is_named) {
        return asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                               "facts: %.200s is named twice", name);
    }
    file->is_named = true;
    const char *sha256 = asv_fact_text(said, "sha256");
    if (sha256 != NULL) {
        if ((uint64_t)asv_fact_integer(said, "bytes") != file->size) {
            return asv_handed_fail(it, ASV_HANDED_OTHER, name, ASV_E_MISMATCH,
                                   "the facts name it with another length");
        }
        if (asv_hex_decode(digest, sizeof digest, sha256) != ASV_OK ||
            memcmp(digest, file->sha256, sizeof digest) != 0) {
            return asv_handed_fail(it, ASV_HANDED_OTHER, name, ASV_E_DIGEST,
                                   "the facts name it with another SHA-256");
        }
    }
    return check_signature(it, file, said);
}

static enum asv_status take_list(struct asv_handed *it, const char *list)
{
    size_t i = 0;
    const json_t *said = NULL;
    enum asv_status status = ASV_OK;
    json_array_foreach(json_object_get(it->facts->json, list), i, said)
    {
        status = status == ASV_OK ? take(it, said) : status;
    }
    return status;
}

/* A carrier's are where they always are, so that a recording's parts can be told by their names. */
static enum asv_status take_clip(struct asv_handed *it, const json_t *clip, size_t i)
{
    static const struct {
        const char *key, *name;
    } parts[] = {
        {"playable", "playable.mp4"}, {"excerpt", "excerpt.mp4"}, {"sealed", "sealed.age"}, {"seal", "seal"}};
    char name[ASV_HANDED_PATH_BYTES];
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        const json_t *said = json_object_get(clip, parts[part].key);
        if (said == NULL) {
            continue;
        }
        if (it->is_carrier &&
            strcmp(asv_fact_text(said, "name"), asv_handed_part_name(name, i, parts[part].name)) != 0) {
            return asv_handed_fail(it, ASV_HANDED_FACTS, it->facts_file->name, ASV_E_MISMATCH,
                                   "facts: clips[%zu].%s.name: is not %s", i, parts[part].key, name);
        }
        enum asv_status status = take(it, said);
        if (status != ASV_OK) {
            return status;
        }
    }
    return ASV_OK;
}

/* "recordings/001/seal": the recording's index; or SIZE_MAX for none. */
static size_t recording_of(const struct asv_handed *it, const char *name, const char **part)
{
    static const char prefix[] = "recordings/";
    char want[ASV_HANDED_PATH_BYTES];
    char *end = NULL;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
        return SIZE_MAX;
    }
    unsigned long number = strtoul(name + sizeof prefix - 1, &end, 10);
    if (number == 0 || number > it->clip_count || *end != '/') {
        return SIZE_MAX;
    }
    *part = end + 1;
    return strcmp(asv_handed_part_name(want, number - 1, *part), name) == 0 ? number - 1 : SIZE_MAX;
}

static bool is_one_of(const char *name, const char *const *list)
{
    while (*list != NULL && strcmp(name, *list) != 0) {
        list++;
    }
    return *list != NULL;
}

/* HO-094: what a recording is handed over with in its form. */
static bool is_part(const struct asv_handed *it, size_t i, const char *part)
{
    static const char *const always[] = {"seal", "chain", "link", "commit", "receipt", NULL};
    static const char *const original[] = {"tail", "sealed.age", NULL};
    static const char *const whole[] = {"playable.mp4", "file.key", NULL};
    static const char *const excerpt[] = {"excerpt.mp4", "excerpt.proof", NULL};
    const json_t *clip = json_array_get(it->clips, i);
    return is_one_of(part, always) ||
           (json_object_get(clip, "sealed") != NULL && is_one_of(part, original)) ||
           (json_object_get(clip, "playable") != NULL && is_one_of(part, whole)) ||
           (json_object_get(clip, "excerpt") != NULL && is_one_of(part, excerpt));
}

/* Flat, below a directory. */
static const char *below(const char *name, const char *directory)
{
    size_t len = strlen(directory);
    return strncmp(name, directory, len) == 0 && strchr(name + len, '/') == NULL ? name + len : NULL;
}

/* What may lie in external/ besides signatures (LAW H5). */
static const char external_text[] = "LIESMICH.txt";

static bool is_p7s(const char *name)
{
    return ends_in(name, ASV_ASIC_SIGNATURE_SUFFIX);
}

/* HO-094 */
static bool is_fixed(const struct asv_handed *it, const char *name)
{
    static const char *const plans[] = {"plan", "plan.proposal", "plan.approval", NULL};
    static const char *const trusts[] = {"root.cert",     "revocations",  "package.pem",
                                         "package.chain", "ledger.chain", NULL};
    const char *part = NULL;
    size_t i = recording_of(it, name, &part);
    const char *trust = below(name, "trust/"), *external = below(name, "external/");
    return i != SIZE_MAX
               ? is_part(it, i, part)
               : is_one_of(name, plans) || below(name, "ledger/") != NULL || asv_handed_is_series(it, name) ||
                     (trust != NULL && is_one_of(trust, trusts)) || below(name, "trust/docks/") != NULL ||
                     (external != NULL && (strcmp(external, external_text) == 0 || is_p7s(external)));
}

/* HO-094: one that the facts name, and called as what it is. */
static bool is_document(const struct asv_handed *it, const char *name)
{
    size_t i = 0;
    const json_t *document = NULL;
    const char *flat = below(name, "");
    if (flat == NULL || !ends_in(name, strcmp(name, it->facts_file->name) == 0 ? ".json" : ".pdf")) {
        return false;
    }
    json_array_foreach(json_object_get(it->facts->json, "documents"), i, document)
    {
        if (strcmp(asv_fact_text(document, "name"), name) == 0) {
            return true;
        }
    }
    return false;
}

/* HO-094: nothing that is not named, and nothing whose place says nothing. */
static enum asv_status check_others(struct asv_handed *it)
{
    for (size_t i = 0; i < it->file_count; i++) {
        const char *name = it->files[i].name;
        bool is_message = !it->is_carrier && strcmp(name, ASV_FILING_MESSAGE) == 0;
        bool is_signature = asv_handed_is_signature(name);
        if (!it->files[i].is_named && !is_message) {
            return asv_handed_fail(it, ASV_HANDED_UNNAMED, name, ASV_E_MISMATCH, "the facts do not name it");
        }
        if (it->is_carrier && !is_signature && !is_fixed(it, name) && !is_document(it, name)) {
            return asv_handed_fail(it, ASV_HANDED_UNNAMED, name, ASV_E_MISMATCH, "nothing says what it is");
        }
        const char *external = below(name, "external/");
        it->left[ASV_HANDED_LEFT_EXTERNAL] |= external != NULL && strcmp(external, external_text) != 0;
    }
    return ASV_OK;
}

/* HO-103: the same of a filing, whose files have their places by now, and each its signature (HO-037). */
static enum asv_status check_placed(struct asv_handed *it)
{
    for (size_t i = 0; i < it->file_count; i++) {
        const struct asv_handed_file *file = &it->files[i];
        if (file->inside != NULL || asv_handed_is_signature(file->name) ||
            strcmp(file->name, ASV_FILING_MESSAGE) == 0) {
            continue; /* what lies in one is signed with it */
        }
        if (file->shown == NULL && !is_document(it, file->name)) {
            return asv_handed_fail(it, ASV_HANDED_UNNAMED, file->name, ASV_E_MISMATCH,
                                   "nothing says what it is");
        }
        const char *part = NULL;
        size_t clip = recording_of(it, file->name, &part);
        if (clip != SIZE_MAX && !is_part(it, clip, part)) {
            return asv_handed_fail(it, ASV_HANDED_UNNAMED, file->name, ASV_E_MISMATCH,
                                   "is none of a recording in this form");
        }
        if (!file->is_signed) {
            return asv_handed_fail(it, ASV_HANDED_UNSIGNED, file->name, ASV_E_NOT_FOUND,
                                   "there is no signature beside it");
        }
    }
    return ASV_OK;
}

enum asv_status asv_handed_check_files(struct asv_handed *it, struct asv_err *err)
{
    size_t i = 0;
    const json_t *clip = NULL;
    enum asv_status status = take_list(it, "documents");
    json_array_foreach(it->clips, i, clip)
    {
        status = status == ASV_OK ? take_clip(it, clip, i) : status;
    }
    if (status == ASV_OK) {
        status = take_list(it, "files");
    }
    if (status == ASV_OK) {
        status = check_others(it);
    }
    if (status == ASV_OK && !it->is_carrier) {
        status = asv_handed_place_filing(it, err);
        status = status == ASV_OK ? check_placed(it) : status;
    }
    return status;
}

/* HO-095 */
enum asv_status asv_handed_check_signed(struct asv_handed *it, struct asv_err *err)
{
    size_t i = 0;
    const json_t *document = NULL;
    (void)err;
    json_array_foreach(json_object_get(it->facts->json, "documents"), i, document)
    {
        const char *name = asv_fact_text(document, "name");
        if (!asv_handed_find(it, name)->is_signed) {
            return asv_handed_fail(it, ASV_HANDED_UNSIGNED, name, ASV_E_NOT_FOUND,
                                   "there is no signature beside it");
        }
    }
    return ASV_OK;
}
