/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/facts.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/package/filing_rules.h"
#include "server/report/agree.h"
#include "server/report/moment.h"
#include "server/report/schema.h"

static const char *const names[ASV_DOCUMENTS] = {
    [ASV_DOCUMENT_COVER_LETTER] = "cover_letter", [ASV_DOCUMENT_INDEX] = "index",
    [ASV_DOCUMENT_EXHIBITS] = "exhibits",         [ASV_DOCUMENT_CUSTODY] = "custody",
    [ASV_DOCUMENT_CHECKING] = "checking",
};

const char *asv_document_name(enum asv_document document)
{
    return names[document];
}

const char *asv_fact_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int64_t asv_fact_integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

int64_t asv_fact_ms(const json_t *object, const char *key)
{
    int64_t ms = 0;
    (void)asv_moment_read(asv_fact_text(object, key), &ms);
    return ms;
}

const json_t *asv_facts_document(const json_t *facts, const char *name)
{
    size_t i = 0;
    json_t *entry = NULL;
    json_array_foreach(json_object_get(facts, "documents"), i, entry)
    {
        if (strcmp(asv_fact_text(entry, "document"), name) == 0) {
            return entry;
        }
    }
    return NULL; /* not of checked facts: each is there once */
}

static enum asv_status check_documents(const json_t *facts, struct asv_err *err)
{
    size_t i = 0, j = 0;
    json_t *a = NULL, *b = NULL;
    const json_t *documents = json_object_get(facts, "documents");
    json_array_foreach(documents, i, a)
    {
        json_array_foreach(documents, j, b)
        {
            if (i != j && strcmp(asv_fact_text(a, "document"), asv_fact_text(b, "document")) == 0) {
                return asv_failf(err, ASV_E_MISMATCH, "facts: documents[%zu].document: is there twice",
                                 i < j ? j : i);
            }
        }
    }
    return ASV_OK;
}

/* HD-005, LAW H1: what leaves the house of a recording besides the sealed original, and what of it does not,
 * is said and fits. */
static enum asv_status check_clip(const json_t *clip, size_t index, struct asv_err *err)
{
    size_t i = 0;
    json_t *part = NULL;
    const json_t *excerpt = json_object_get(clip, "excerpt");
    int64_t length = asv_fact_integer(clip, "duration_ms");
    if (excerpt != NULL && json_object_get(clip, "playable") != NULL) {
        return asv_failf(
            err, ASV_E_MISMATCH,
            "facts: clips[%zu].playable: the whole recording or an excerpt is handed over, not both", index);
    }
    if (excerpt == NULL) {
        return json_object_get(clip, "sealed") != NULL
                   ? ASV_OK
                   : asv_failf(err, ASV_E_MISMATCH,
                               "facts: clips[%zu].sealed: is missing, and there is no excerpt in its stead",
                               index);
    }
    if (asv_fact_integer(excerpt, "from_ms") >= asv_fact_integer(excerpt, "until_ms") ||
        asv_fact_integer(excerpt, "until_ms") > length) {
        return asv_failf(err, ASV_E_MISMATCH, "facts: clips[%zu].excerpt.until_ms: is not in the recording",
                         index);
    }
    json_array_foreach(json_object_get(excerpt, "left_out"), i, part)
    {
        if (asv_fact_integer(part, "from_ms") >= asv_fact_integer(part, "until_ms") ||
            asv_fact_integer(part, "until_ms") > length) {
            return asv_failf(err, ASV_E_MISMATCH,
                             "facts: clips[%zu].excerpt.left_out[%zu].until_ms: is not in the recording",
                             index, i);
        }
    }
    return ASV_OK;
}

static enum asv_status check_clips(const json_t *facts, struct asv_err *err)
{
    size_t i = 0;
    json_t *clip = NULL;
    enum asv_status status = ASV_OK;
    json_t *seen = json_object();
    json_array_foreach(json_object_get(facts, "clips"), i, clip)
    {
        const char *id = asv_fact_text(clip, "clip");
        if (json_object_get(seen, id) != NULL) {
            status = asv_failf(err, ASV_E_MISMATCH, "facts: clips[%zu].clip: is there twice", i);
        } else if (json_object_set_new(seen, id, json_true()) != 0) {
            status = asv_fail(err, ASV_E_NO_MEMORY, "out of memory");
        } else {
            status = check_clip(clip, i, err);
        }
        if (status != ASV_OK) {
            break;
        }
    }
    json_decref(seen);
    return status;
}

/* HD-013, LAW H7 */
static enum asv_status check_filing_names(const json_t *file, const char *way, size_t index, const char *part,
                                          struct asv_err *err)
{
    static const char *const keys[] = {"name", "signature"};
    for (size_t i = 0; file != NULL && i < 2; i++) {
        const char *name = asv_fact_text(file, keys[i]);
        if (name != NULL && !asv_filing_name_is_good(name)) {
            return asv_failf(err, ASV_E_MALFORMED,
                             "facts: %s[%zu].%s%s: is no name for a filing (Name_UUID.ext, 90 characters)",
                             way, index, part, keys[i]);
        }
    }
    return ASV_OK;
}

static enum asv_status check_names(const json_t *facts, struct asv_err *err)
{
    static const char *const lists[] = {"documents", "files"};
    static const char *const parts[] = {"playable", "excerpt", "sealed", "seal"};
    size_t i = 0;
    json_t *one = NULL;
    enum asv_status status = ASV_OK;
    if (strcmp(asv_fact_text(facts, "output"), "filing") != 0) {
        return ASV_OK;
    }
    if (asv_fact_text(json_object_get(facts, "authority"), "code") == NULL) {
        return asv_fail(err, ASV_E_MISMATCH, "facts: authority.code: is missing, and the message names it");
    }
    for (size_t list = 0; list < 2; list++) {
        json_array_foreach(json_object_get(facts, lists[list]), i, one)
        {
            status = status == ASV_OK ? check_filing_names(one, lists[list], i, "", err) : status;
        }
    }
    json_array_foreach(json_object_get(facts, "clips"), i, one)
    {
        for (size_t part = 0; part < 4 && status == ASV_OK; part++) {
            char way[16];
            (void)snprintf(way, sizeof way, "%s.", parts[part]);
            status = check_filing_names(json_object_get(one, parts[part]), "clips", i, way, err);
        }
    }
    return status;
}

/* HO-085 */
static enum asv_status check_part(const json_t *facts, struct asv_err *err)
{
    const json_t *part = json_object_get(facts, "part");
    if (part == NULL) {
        return ASV_OK;
    }
    if (strcmp(asv_fact_text(facts, "output"), "carrier") != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "facts: part: a filing has none");
    }
    return asv_fact_integer(part, "number") <= asv_fact_integer(part, "of")
               ? ASV_OK
               : asv_fail(err, ASV_E_MISMATCH, "facts: part: its number is more than there are");
}

static enum asv_status check_zone(const json_t *facts, struct asv_err *err)
{
    const char *zone = getenv("TZ"); /* as asv_calendar_set_zone set it */
    if (zone != NULL && strcmp(zone, asv_fact_text(facts, "time_zone")) == 0) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE, "facts: time_zone: is %s, and the program is in %s",
                     asv_fact_text(facts, "time_zone"), zone != NULL ? zone : "none");
}

enum asv_status asv_facts_parse(const char *text, size_t len, struct asv_facts **out, struct asv_err *err)
{
    json_t *json = NULL;
    enum asv_status status = asv_facts_load(text, len, "facts", &json, err);
    if (status == ASV_OK) {
        status = asv_facts_check(json, asv_facts_members, "facts", err);
    }
    if (status == ASV_OK) {
        status = check_part(json, err);
    }
    if (status == ASV_OK) {
        status = check_documents(json, err);
    }
    if (status == ASV_OK) {
        status = check_clips(json, err);
    }
    if (status == ASV_OK) {
        status = asv_facts_agree(json, err);
    }
    if (status == ASV_OK) {
        status = check_names(json, err);
    }
    if (status != ASV_OK) {
        json_decref(json);
        return status;
    }
    struct asv_facts *facts = malloc(sizeof *facts);
    if (facts == NULL) {
        json_decref(json);
        return asv_fail(err, ASV_E_NO_MEMORY, "out of memory");
    }
    *facts = (struct asv_facts){json};
    *out = facts;
    return ASV_OK;
}

enum asv_status asv_facts_read(const char *text, size_t len, struct asv_facts **out, struct asv_err *err)
{
    struct asv_facts *facts = NULL;
    enum asv_status status = asv_facts_parse(text, len, &facts, err);
    if (status == ASV_OK) {
        status = check_zone(facts->json, err);
    }
    if (status != ASV_OK) {
        asv_facts_free(facts);
        return status;
    }
    *out = facts;
    return ASV_OK;
}

void asv_facts_free(struct asv_facts *facts)
{
    if (facts != NULL) {
        json_decref(facts->json);
        free(facts);
    }
}
