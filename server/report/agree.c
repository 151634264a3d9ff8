/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/agree.h"

#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/package/filing_rules.h"
#include "server/package/names.h"
#include "server/report/facts.h"

#define WAY_BYTES   64
#define FRAGMENT_MS 2000 /* by which the media's length may differ from the camera's clock */

/* ---- files ---- */

struct files {
    bool in_carrier;
    struct asv_names names, ids;
    struct asv_err *err;
};

static enum asv_status add_name(struct files *files, const char *way, const char *key, const char *name)
{
    char path[512];
    int len = snprintf(path, sizeof path, "%s%s", files->in_carrier ? "data/" : "", name);
    struct asv_bytes whole = {(const uint8_t *)path, (size_t)len};
    if (!asv_package_name_is_good(whole)) {
        return asv_failf(files->err, ASV_E_MALFORMED, "facts: %s.%s: is no name for a file in a package", way,
                         key);
    }
    enum asv_status status = asv_names_add(&files->names, whole);
    return status == ASV_OK ? ASV_OK
           : status == ASV_E_EXISTS
               ? asv_failf(files->err, ASV_E_MISMATCH, "facts: %s.%s: is there twice", way, key)
               : asv_failf(files->err, status, "facts: %s.%s: too many files, or no memory", way, key);
}

/* HD-014: what a file and its signature are called, and that no other file is. */
static enum asv_status add_file(struct files *files, const char *way, const json_t *file)
{
    const char *name = asv_fact_text(file, "name"), *signature = asv_fact_text(file, "signature");
    const char *id = asv_fact_text(file, "id");
    size_t len = strlen(name);
    if (signature != NULL &&
        (strncmp(signature, name, len) != 0 || strcmp(signature + len, ASV_FILING_SIGNATURE) != 0)) {
        return asv_failf(files->err, ASV_E_MISMATCH,
                         "facts: %s.signature: is not the file's name and " ASV_FILING_SIGNATURE, way);
    }
    if (asv_names_add(&files->ids, (struct asv_bytes){(const uint8_t *)id, strlen(id)}) != ASV_OK) {
        return asv_failf(files->err, ASV_E_MISMATCH, "facts: %s.id: is another file's too", way);
    }
    enum asv_status status = add_name(files, way, "name", name);
    return status == ASV_OK && signature != NULL ? add_name(files, way, "signature", signature) : status;
}

static enum asv_status add_list(struct files *files, const json_t *facts, const char *list)
{
    char way[WAY_BYTES];
    size_t i = 0;
    json_t *file = NULL;
    enum asv_status status = ASV_OK;
    json_array_foreach(json_object_get(facts, list), i, file)
    {
        (void)snprintf(way, sizeof way, "%s[%zu]", list, i);
        status = status == ASV_OK ? add_file(files, way, file) : status;
    }
    return status;
}

static enum asv_status check_files(const json_t *facts, struct asv_err *err)
{
    static const char *const keys[] = {"playable", "excerpt", "sealed", "seal"};
    struct files files = {.in_carrier = strcmp(asv_fact_text(facts, "output"), "carrier") == 0, .err = err};
    char way[WAY_BYTES];
    size_t i = 0;
    json_t *clip = NULL;
    const struct asv_bytes message = {(const uint8_t *)ASV_FILING_MESSAGE, sizeof ASV_FILING_MESSAGE - 1};
    enum asv_status status = files.in_carrier ? ASV_OK : asv_names_add(&files.names, message);
    if (status == ASV_OK) {
        status = add_list(&files, facts, "documents");
    }
    json_array_foreach(json_object_get(facts, "clips"), i, clip)
    {
        for (size_t k = 0; k < sizeof keys / sizeof *keys && status == ASV_OK; k++) {
            const json_t *file = json_object_get(clip, keys[k]);
            (void)snprintf(way, sizeof way, "clips[%zu].%s", i, keys[k]);
            status = file != NULL ? add_file(&files, way, file) : ASV_OK;
        }
    }
    if (status == ASV_OK) {
        status = add_list(&files, facts, "files");
    }
    asv_names_free(&files.names);
    asv_names_free(&files.ids);
    return status;
}

/* ---- times ---- */

/* HD-015. Where one of them is not there, nothing is said. */
static enum asv_status in_order(const json_t *of, const char *first, const char *then, const char *way,
                                struct asv_err *err)
{
    bool both = asv_fact_text(of, first) != NULL && asv_fact_text(of, then) != NULL;
    return !both || asv_fact_ms(of, first) <= asv_fact_ms(of, then)
               ? ASV_OK
               : asv_failf(err, ASV_E_MISMATCH, "facts: %s.%s: is before %s", way, then, first);
}

/* ---- recordings ---- */

static bool overlap(const json_t *a, const json_t *b)
{
    return asv_fact_integer(a, "from_ms") < asv_fact_integer(b, "until_ms") &&
           asv_fact_integer(b, "from_ms") < asv_fact_integer(a, "until_ms");
}

/* HD-015: nothing is handed over and left out at once, or left out twice, or left out and not said. */
static enum asv_status check_excerpt(const json_t *clip, const char *way, struct asv_err *err)
{
    const json_t *excerpt = json_object_get(clip, "excerpt");
    size_t i = 0;
    json_t *part = NULL;
    const json_t *before = excerpt;
    const json_t *left_out = json_object_get(excerpt, "left_out");
    json_array_foreach(left_out, i, part)
    {
        bool ordered = i == 0 || asv_fact_integer(before, "until_ms") <= asv_fact_integer(part, "from_ms");
        if (!ordered || overlap(part, excerpt)) {
            return asv_failf(err, ASV_E_MISMATCH,
                             "facts: %s.excerpt.left_out[%zu].from_ms: lies in the excerpt, or in front of "
                             "the part before",
                             way, i);
        }
        before = part;
    }
    int64_t shown = asv_fact_integer(excerpt, "until_ms") - asv_fact_integer(excerpt, "from_ms");
    if (excerpt != NULL && json_array_size(left_out) == 0 &&
        shown + FRAGMENT_MS < asv_fact_integer(clip, "duration_ms")) {
        return asv_failf(err, ASV_E_MISMATCH, "facts: %s.excerpt.left_out: does not say what is", way);
    }
    return ASV_OK;
}

/* The log's head that the facts have; NULL: none. */
static const json_t *find_log(const json_t *logs, int64_t number)
{
    size_t i = 0;
    json_t *log = NULL;
    json_array_foreach(logs, i, log)
    {
        if (asv_fact_integer(log, "log") == number) {
            return log;
        }
    }
    return NULL;
}

/* HD-015: an event has its place under a head that is printed, or none. */
static enum asv_status check_custody(const json_t *clip, const json_t *logs, const char *way,
                                     struct asv_err *err)
{
    size_t i = 0;
    json_t *event = NULL;
    json_array_foreach(json_object_get(clip, "custody"), i, event)
    {
        const json_t *log = json_object_get(event, "log"), *leaf = json_object_get(event, "leaf");
        if (log == NULL && leaf == NULL) {
            continue;
        }
        const json_t *head = leaf != NULL ? find_log(logs, json_integer_value(log)) : NULL;
        if (head == NULL || json_integer_value(leaf) >= asv_fact_integer(head, "size")) {
            return asv_failf(err, ASV_E_MISMATCH, "facts: %s.custody[%zu].leaf: is under no head of logs",
                             way, i);
        }
    }
    return ASV_OK;
}

static enum asv_status check_clip(const json_t *clip, const json_t *logs, const char *way,
                                  struct asv_err *err)
{
    enum asv_status status = in_order(clip, "started_at", "ended_at", way, err);
    if (status == ASV_OK) {
        status = in_order(clip, "earliest_at", "latest_at", way, err);
    }
    if (status == ASV_OK && strcmp(asv_fact_text(clip, "integrity"), "VALID") == 0 &&
        asv_fact_integer(clip, "tail_bytes") > 0) {
        status = asv_failf(err, ASV_E_MISMATCH, "facts: %s.tail_bytes: a VALID recording has none", way);
    }
    if (status == ASV_OK) {
        status = check_excerpt(clip, way, err);
    }
    return status == ASV_OK ? check_custody(clip, logs, way, err) : status;
}

/* ---- all of them ---- */

static enum asv_status check_logs(const json_t *logs, struct asv_err *err)
{
    size_t i = 0;
    json_t *log = NULL;
    json_array_foreach(logs, i, log)
    {
        if (find_log(logs, asv_fact_integer(log, "log")) != log) {
            return asv_failf(err, ASV_E_MISMATCH, "facts: logs[%zu].log: is there twice", i);
        }
    }
    return ASV_OK;
}

/* HD-019: numbers follow each other, and of each that is handed over it is said which recording it is. */
static enum asv_status check_series(const json_t *facts, const json_t *series, const char *way,
                                    struct asv_err *err)
{
    bool parts = json_object_get(facts, "part") != NULL;
    size_t count = json_array_size(json_object_get(facts, "clips"));
    size_t i = 0;
    json_t *number = NULL;
    const json_t *numbers = json_object_get(series, "numbers");
    int64_t first = asv_fact_integer(json_array_get(numbers, 0), "number");
    json_array_foreach(numbers, i, number)
    {
        int64_t clip = asv_fact_integer(number, "clip");
        bool is_here = strcmp(asv_fact_text(number, "fate"), "handed_over") == 0;
        bool has_clip = json_object_get(number, "clip") != NULL;
        if (asv_fact_integer(number, "number") != first + (int64_t)i) {
            return asv_failf(err, ASV_E_MISMATCH, "facts: %s.numbers[%zu].number: is not the next one", way,
                             i);
        }
        if (!parts && strcmp(asv_fact_text(number, "fate"), "other_part") == 0) {
            return asv_failf(err, ASV_E_MISMATCH, "facts: %s.numbers[%zu].fate: there are no parts", way, i);
        }
        if (is_here != has_clip || (has_clip && (clip < 1 || (size_t)clip > count))) {
            return asv_failf(err, ASV_E_MISMATCH, "facts: %s.numbers[%zu].clip: is no recording here", way,
                             i);
        }
    }
    return in_order(series, "from_at", "until_at", way, err);
}

static enum asv_status check_all_series(const json_t *facts, struct asv_err *err)
{
    char way[WAY_BYTES];
    size_t i = 0;
    json_t *series = NULL;
    enum asv_status status = ASV_OK;
    json_array_foreach(json_object_get(facts, "series"), i, series)
    {
        (void)snprintf(way, sizeof way, "series[%zu]", i);
        status = status == ASV_OK ? check_series(facts, series, way, err) : status;
    }
    return status;
}

/* LAW T4 */
static enum asv_status check_decision(const json_t *facts, struct asv_err *err)
{
    const json_t *requested = json_object_get(facts, "requested"),
                 *approved = json_object_get(facts, "approved");
    if (strcmp(asv_fact_text(requested, "statement"), asv_fact_text(approved, "statement")) == 0) {
        return asv_fail(err, ASV_E_MISMATCH, "facts: approved.statement: is that of the request");
    }
    if (strcmp(asv_fact_text(facts, "protection"), "age") == 0 &&
        json_array_size(json_object_get(facts, "recipients")) == 0) {
        return asv_fail(err, ASV_E_MISMATCH, "facts: recipients: there are none who could open it");
    }
    enum asv_status status =
        in_order(json_object_get(facts, "incident"), "from_at", "until_at", "incident", err);
    return status == ASV_OK
               ? in_order(json_object_get(facts, "incident"), "written_at", "changed_at", "incident", err)
               : status;
}

enum asv_status asv_facts_agree(const json_t *facts, struct asv_err *err)
{
    char way[WAY_BYTES];
    size_t i = 0;
    json_t *clip = NULL;
    const json_t *logs = json_object_get(facts, "logs");
    enum asv_status status = check_files(facts, err);
    if (status == ASV_OK) {
        status = check_decision(facts, err);
    }
    if (status == ASV_OK) {
        status = check_logs(logs, err);
    }
    json_array_foreach(json_object_get(facts, "clips"), i, clip)
    {
        (void)snprintf(way, sizeof way, "clips[%zu]", i);
        status = status == ASV_OK ? check_clip(clip, logs, way, err) : status;
    }
    return status == ASV_OK ? check_all_series(facts, err) : status;
}
