/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* The extract of the ledger: that it verifies, that the custody which the facts tell is what stands there,
 * and that it is about nothing else. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/fields.h"
#include "firmware-proto/trust/ruling.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/ledger/kind.h"
#include "server/verify/handed_internal.h"

#define LOGS_MAX 64 /* of the facts */

/* An event, as the facts tell it of one recording. */
struct told {
    uint8_t id[ASV_UUID_BYTES];
    uint32_t clip, event; /* their places in the facts */
    const json_t *json;
    bool is_shown;
    bool is_tied; /* its entry was opened to the recording's header, or names the recording */
    bool has_recording;
    uint8_t recording[ASV_UUID_BYTES]; /* as the entry names it: the same in each of one recording */
};

/* What the ledger calls a recording, by an entry that was opened to its header. */
struct called {
    bool is_known;
    uint8_t recording[ASV_UUID_BYTES];
};

/* What the keeper, or the night, said to a statement. */
struct answer {
    uint8_t statement[ASV_SHA256_BYTES];
    char name[128]; /* of the entry's files; longer ones are cut */
};

struct matching {
    struct asv_handed *it;
    struct told *told; /* heap; by id */
    size_t count;
    struct called *called;                   /* heap; of each recording */
    uint8_t (*statements)[ASV_SHA256_BYTES]; /* heap; that are about the recordings, or the decision */
    size_t statement_count;
    struct answer *answers; /* heap */
    size_t answer_count;
    bool has_head[LOGS_MAX];
    bool is_cosigned_otherwise[LOGS_MAX];
    bool has_statement[2]; /* proposal, approval */
    bool is_taken;         /* the approval, by the keeper */
    enum asv_status status;
};

/* ---- what the facts tell ---- */

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct told *)a)->id, ((const struct told *)b)->id, ASV_UUID_BYTES);
}

static size_t count_events(const struct asv_handed *it)
{
    size_t count = 0, i = 0;
    const json_t *clip = NULL;
    json_array_foreach(it->clips, i, clip)
    {
        count += json_array_size(json_object_get(clip, "custody"));
    }
    return count;
}

static enum asv_status read_events(struct matching *of, struct asv_err *err)
{
    size_t i = 0, j = 0;
    const json_t *clip = NULL, *event = NULL;
    of->told = calloc(count_events(of->it) + 1, sizeof *of->told);
    of->statements = calloc(of->it->file_count + 1, sizeof *of->statements);
    of->answers = calloc(of->it->file_count + 1, sizeof *of->answers);
    of->called = calloc(of->it->clip_count, sizeof *of->called);
    if (of->told == NULL || of->statements == NULL || of->answers == NULL || of->called == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    json_array_foreach(of->it->clips, i, clip)
    {
        json_array_foreach(json_object_get(clip, "custody"), j, event)
        {
            struct told *told = &of->told[of->count++];
            *told = (struct told){.clip = (uint32_t)i, .event = (uint32_t)j, .json = event};
            enum asv_status status = asv_uuid_parse(told->id, asv_fact_text(event, "event"));
            assert(status == ASV_OK); /* the facts' reader looked */
            (void)status;
        }
    }
    qsort(of->told, of->count, sizeof *of->told, by_id);
    return ASV_OK;
}

/* The first of this id; of->count: none. */
static size_t find(const struct matching *of, const uint8_t *id)
{
    size_t low = 0, high = of->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(of->told[middle].id, id, ASV_UUID_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < of->count && memcmp(of->told[low].id, id, ASV_UUID_BYTES) == 0 ? low : of->count;
}

/* ---- what the ledger says ---- */

static const char *origin_of(const struct asv_handed *it, const json_t *event)
{
    size_t i = 0;
    const json_t *log = NULL;
    json_array_foreach(json_object_get(it->facts->json, "logs"), i, log)
    {
        if (asv_fact_integer(log, "log") == asv_fact_integer(event, "log")) {
            return asv_fact_text(log, "origin");
        }
    }
    return NULL;
}

static bool has_object(const json_t *event, const struct asv_ledger_entry *entry)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    struct asv_bytes object;
    const char *said = asv_fact_text(event, "object_digest");
    if (!asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &object)) {
        return said == NULL;
    }
    asv_hex_encode(text, object.data, ASV_SHA256_BYTES);
    return said != NULL && strcmp(said, text) == 0;
}

/* HO-115: a closed field, as it was opened. One that was forgotten contradicts nothing; of one that the entry
 * does not have, nothing can be told. */
static bool is_field(const struct asv_verify_entry *shown, enum asv_ledger_tag tag, struct asv_bytes *value)
{
    struct asv_bytes commitment;
    const struct asv_opened_field *field =
        shown->opened != NULL ? asv_opened_find(shown->opened, (uint8_t)tag) : NULL;
    *value = field != NULL ? field->value : (struct asv_bytes){NULL, 0};
    return asv_ledger_entry_find(shown->entry, (uint8_t)tag, &commitment);
}

static bool has_actor(const json_t *event, const struct asv_verify_entry *shown)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    struct asv_bytes actor;
    const char *said = asv_fact_text(event, "actor");
    bool is_there = is_field(shown, ASV_LEDGER_ACTOR, &actor);
    bool is_known = actor.data != NULL && !asv_is_zero(actor.data, ASV_SHA256_BYTES);
    if (said == NULL || actor.data == NULL) {
        return said == NULL ? !is_known : is_there; /* HO-139 */
    }
    asv_hex_encode(text, actor.data, ASV_SHA256_BYTES);
    return strcmp(said, text) == 0;
}

static bool has_detail(const json_t *event, const struct asv_verify_entry *shown)
{
    struct asv_bytes text;
    bool is_there = is_field(shown, ASV_LEDGER_TEXT, &text);
    return asv_fact_text(event, "detail") == NULL || /* some are ids for programs */
           (is_there && (text.data == NULL || asv_handed_is_text(event, "detail", text)));
}

/* HO-108. What the facts tell otherwise; NULL: nothing. */
static const char *event_differs(const struct matching *of, const struct told *told,
                                 const struct asv_verify_entry *shown)
{
    const struct asv_ledger_entry *entry = shown->entry;
    const char *kind = asv_ledger_kind_name(entry->event.kind);
    const char *origin = origin_of(of->it, told->json);
    struct asv_bytes at, object;
    bool has_at = asv_ledger_entry_find(entry, ASV_LEDGER_AT, &at);
    const struct {
        const char *key;
        bool is_same;
    } all[] = {
        {"kind", kind != NULL && strcmp(asv_fact_text(told->json, "kind"), kind) == 0},
        {"log", origin != NULL && strcmp(origin, shown->origin) == 0},
        {"leaf", json_object_get(told->json, "leaf") != NULL &&
                     (uint64_t)asv_fact_integer(told->json, "leaf") == shown->index},
        {"recorded_at", asv_fact_ms(told->json, "recorded_at") == entry->event.recorded_ms},
        {"at", (asv_fact_text(told->json, "at") != NULL) == has_at &&
                   (!has_at || asv_fact_ms(told->json, "at") == (int64_t)asv_load_be64(at.data))},
        {"signed", json_is_true(json_object_get(told->json, "signed")) ==
                       asv_ledger_entry_find(entry, ASV_LEDGER_OBJECT, &object)},
        {"object_digest", has_object(told->json, entry)},
        {"actor", has_actor(told->json, shown)},
        {"detail", has_detail(told->json, shown)},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (!all[i].is_same) {
            return all[i].key;
        }
    }
    return NULL;
}

static void fail_entry(struct matching *of, enum asv_handed_kind kind, const char *entry, const char *what)
{
    char name[ASV_HANDED_PATH_BYTES];
    (void)snprintf(name, sizeof name, "ledger/%.200s.entry", entry);
    of->status = asv_handed_fail(of->it, kind, name, ASV_E_MISMATCH, "%s", what);
}

static void fail_event(struct matching *of, const struct told *told, const char *key, const char *what)
{
    of->status = asv_handed_fail(of->it, ASV_HANDED_CUSTODY, of->it->facts_file->name, ASV_E_MISMATCH,
                                 "facts: clips[%u].custody[%u]%s%s: %s", told->clip, told->event,
                                 key != NULL ? "." : "", key != NULL ? key : "", what);
}

/* Of which recording it is, by the header that it was opened to; clip_count: none that is handed over. */
static size_t clip_of(const struct matching *of, const struct asv_verify_entry *shown)
{
    const struct asv_opened_field *header =
        shown->opened != NULL ? asv_opened_find(shown->opened, ASV_LEDGER_HEADER) : NULL;
    size_t i = header != NULL ? 0 : of->it->clip_count;
    while (i < of->it->clip_count &&
           memcmp(header->value.data, of->it->recordings[i].plan.header, ASV_SHA256_BYTES) != 0) {
        i++;
    }
    return i;
}

/* HO-109: a statement is about the recordings, or the decision on this hand-over. */
static bool is_statement(struct matching *of, const struct asv_verify_entry *shown)
{
    struct asv_bytes digest;
    if (shown->entry->event.kind != ASV_LEDGER_STATEMENT ||
        !asv_ledger_entry_find(shown->entry, ASV_LEDGER_OBJECT, &digest)) {
        return false;
    }
    bool is_ours = clip_of(of, shown) < of->it->clip_count;
    for (size_t i = 0; i < 2; i++) {
        bool decides = memcmp(digest.data, of->it->statements[i], ASV_SHA256_BYTES) == 0;
        of->has_statement[i] |= decides;
        is_ours = is_ours || decides;
    }
    if (is_ours) {
        memcpy(of->statements[of->statement_count++], digest.data, ASV_SHA256_BYTES);
    }
    return is_ours;
}

/* An answer is to one of them; which is seen when all are. */
static bool is_answer(struct matching *of, const struct asv_verify_entry *shown)
{
    struct asv_bytes digest;
    if (shown->entry->event.kind != ASV_LEDGER_STATEMENT_ANSWERED ||
        !asv_ledger_entry_find(shown->entry, ASV_LEDGER_PROPOSAL, &digest)) {
        return false;
    }
    struct answer *answer = &of->answers[of->answer_count++];
    memcpy(answer->statement, digest.data, sizeof answer->statement);
    (void)snprintf(answer->name, sizeof answer->name, "%s", shown->name);
    of->is_taken |= memcmp(digest.data, of->it->statements[1], ASV_SHA256_BYTES) == 0 && shown->by != NULL &&
                    shown->by->verdict == ASV_RULING_TAKEN;
    return true;
}

/* HO-115: who reads it cannot tell a recording by the name that the ledger has for it, but where an entry
 * was opened to its header; the other entries of that name are of the same one. */
static bool call(struct matching *of, size_t clip, struct asv_bytes recording)
{
    struct called *called = &of->called[clip];
    if (!called->is_known) {
        called->is_known = true;
        memcpy(called->recording, recording.data, sizeof called->recording);
    }
    return memcmp(called->recording, recording.data, sizeof called->recording) == 0;
}

static void on_entry(void *ctx, const struct asv_verify_entry *shown)
{
    struct matching *of = ctx;
    if (of->status != ASV_OK || !shown->is_proven) { /* which is wrong by itself */
        return;
    }
    bool is_other =
        shown->entry->event.kind == ASV_LEDGER_LOG_BEGUN || is_statement(of, shown) || is_answer(of, shown);
    size_t at = find(of, shown->entry->event.id), clip = clip_of(of, shown);
    struct asv_bytes recording = {NULL, 0};
    bool has_recording = asv_ledger_entry_find(shown->entry, ASV_LEDGER_RECORDING, &recording);
    if (at == of->count && !is_other) {
        fail_entry(of, ASV_HANDED_STRANGE, shown->name, "no recording, nor a decision on it, is told of it");
        return;
    }
    if (has_recording && clip < of->it->clip_count && !call(of, clip, recording)) {
        fail_entry(of, ASV_HANDED_STRANGE, shown->name, "the ledger has another name for its recording");
        return;
    }
    for (; at < of->count && memcmp(of->told[at].id, shown->entry->event.id, ASV_UUID_BYTES) == 0; at++) {
        struct told *told = &of->told[at];
        const char *differs = event_differs(of, told, shown);
        if (differs != NULL) {
            fail_event(of, told, differs, "is not what the ledger says");
            return;
        }
        bool names = shown->opened != NULL && asv_opened_find(shown->opened, ASV_LEDGER_HEADER) != NULL;
        if (names && clip != told->clip) {
            fail_entry(of, ASV_HANDED_STRANGE, shown->name, "it is about another recording than is said");
            return;
        }
        told->is_shown = true;
        told->is_tied = names;
        told->has_recording = has_recording;
        if (has_recording) {
            memcpy(told->recording, recording.data, sizeof told->recording);
        }
    }
}

/* HO-116: each cosignature that the facts name is one that is shown. Those of witnesses that the trust file
 * does not name cannot be looked at. */
static bool is_cosigned(struct matching *of, const json_t *log, const struct asv_verify_head *head)
{
    size_t i = 0;
    const json_t *said = NULL;
    json_array_foreach(json_object_get(log, "cosignatures"), i, said)
    {
        size_t witness = 0;
        while (witness < head->policy->witness_count &&
               strcmp(head->policy->witnesses[witness].key.name, asv_fact_text(said, "witness")) != 0) {
            witness++;
        }
        if (witness == head->policy->witness_count) {
            of->it->left[ASV_HANDED_LEFT_WITNESSES] = true;
        } else if ((head->cosigned >> witness & 1) == 0 ||
                   (uint64_t)asv_fact_ms(said, "cosigned_at") != head->time_s[witness] * 1000) {
            return false;
        }
    }
    return true;
}

/* HO-122: by the key that the agency certified. HO-110: those that the facts name are shown. */
static void on_head(void *ctx, const struct asv_verify_head *shown)
{
    struct matching *of = ctx;
    char root[2 * ASV_SHA256_BYTES + 1];
    size_t i = 0;
    const json_t *log = NULL;
    asv_hex_encode(root, shown->head->root, ASV_SHA256_BYTES);
    if (of->status == ASV_OK && of->it->anchors.has_root &&
        memcmp(shown->key->pk, of->it->ledger_key, sizeof shown->key->pk) != 0) {
        of->status = asv_handed_fail(of->it, ASV_HANDED_LEDGER, "ledger/" ASV_VERIFY_LEDGER_TRUST,
                                     ASV_E_UNTRUSTED, "the agency has certified another key of its ledger");
    }
    json_array_foreach(json_object_get(of->it->facts->json, "logs"), i, log)
    {
        if (strcmp(asv_fact_text(log, "origin"), shown->key->name) == 0 &&
            (uint64_t)asv_fact_integer(log, "size") == shown->head->size &&
            strcmp(asv_fact_text(log, "root"), root) == 0) {
            of->has_head[i] = true;
            of->is_cosigned_otherwise[i] |= !is_cosigned(of, log, shown);
        }
    }
}

/* ---- all of it ---- */

static int by_digest(const void *a, const void *b)
{
    return memcmp(a, b, ASV_SHA256_BYTES);
}

static void check_answers(struct matching *of)
{
    if (of->statement_count > 0) {
        qsort(of->statements, of->statement_count, sizeof *of->statements, by_digest);
    }
    for (size_t i = 0; i < of->answer_count && of->status == ASV_OK; i++) {
        if (of->statement_count == 0 || bsearch(of->answers[i].statement, of->statements, of->statement_count,
                                                sizeof *of->statements, by_digest) == NULL) {
            fail_entry(of, ASV_HANDED_STRANGE, of->answers[i].name, "to what statement is not shown");
        }
    }
}

static enum asv_status check_heads(struct matching *of)
{
    struct asv_handed *it = of->it;
    for (size_t i = 0; i < json_array_size(json_object_get(it->facts->json, "logs")); i++) {
        if (!of->has_head[i] || of->is_cosigned_otherwise[i]) {
            return asv_handed_fail(
                it, ASV_HANDED_HEADS, it->facts_file->name, ASV_E_MISMATCH, "facts: logs[%zu]: %s", i,
                of->has_head[i] ? "no proof has these cosignatures" : "no proof has this head");
        }
    }
    return ASV_OK;
}

/* HO-108, HO-115 */
static void check_told(struct matching *of, const struct told *told)
{
    struct asv_handed *it = of->it;
    const struct called *called = &of->called[told->clip];
    if (json_object_get(told->json, "leaf") == NULL) {
        it->left[ASV_HANDED_LEFT_UNPLACED] = true;
    } else if (!told->is_shown) {
        fail_event(of, told, NULL, "no entry of the ledger is shown");
    } else if (told->has_recording && called->is_known) {
        if (memcmp(told->recording, called->recording, sizeof told->recording) != 0) {
            fail_event(of, told, NULL, "its entry is about another recording");
        }
    } else if (!told->is_tied) {
        it->left[ASV_HANDED_LEFT_UNTIED] = true;
    }
}

static enum asv_status check_custody(struct matching *of)
{
    struct asv_handed *it = of->it;
    enum asv_status status = check_heads(of);
    if (status != ASV_OK) {
        return status;
    }
    check_answers(of);
    for (size_t i = 0; i < of->count && of->status == ASV_OK; i++) {
        check_told(of, &of->told[i]);
    }
    for (size_t i = 0; it->anchors.has_root && i < 2 && of->status == ASV_OK; i++) {
        if (!of->has_statement[i]) {
            of->status = asv_handed_fail(it, ASV_HANDED_CUSTODY, i == 0 ? "plan.proposal" : "plan.approval",
                                         ASV_E_MISMATCH, "no entry of the ledger is shown");
        }
    }
    it->left[ASV_HANDED_LEFT_NOT_TAKEN] = it->anchors.has_root && !of->is_taken;
    return of->status;
}

static enum asv_status verify(struct matching *of, struct asv_err *err)
{
    struct asv_handed *it = of->it;
    struct asv_handed_below below;
    struct asv_err why = {0};
    char root[2 * ASV_ED25519_PK_BYTES + 1];
    asv_hex_encode(root, it->anchors.root_pk, ASV_ED25519_PK_BYTES);
    asv_handed_below(&below, it, "ledger/");
    const struct asv_files files = asv_handed_files_below(&below);
    const struct asv_verify_ledger what = {
        .files = &files,
        .trust = it->what->ledger,
        .root = it->anchors.has_root ? root : NULL,
        .list = it->anchors.has_revocations
                    ? (struct asv_bytes){it->anchors.revocations_data, it->anchors.revocations_len}
                    : (struct asv_bytes){NULL, 0},
        .language = it->what->language,
        .json = it->what->json,
        .out = open_memstream(&it->ledger_text, &it->ledger_len),
        .on_entry = on_entry,
        .on_head = on_head,
        .ctx = of,
    };
    if (what.out == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = asv_verify_ledger_files(&what, &it->ledger, &why);
    (void)fclose(what.out);
    if (status == ASV_E_NO_MEMORY || status == ASV_E_IO || (status != ASV_OK && it->what->ledger != NULL)) {
        return asv_failf(err, status, "%.250s", why.text);
    }
    if (status != ASV_OK) {
        return asv_handed_fail(it, ASV_HANDED_LEDGER, "ledger", status, "%.250s", why.text);
    }
    if (!it->ledger.is_valid) {
        return asv_handed_fail(it, ASV_HANDED_LEDGER, "ledger", ASV_E_MISMATCH, "%.250s", it->ledger.wrong);
    }
    it->left[ASV_HANDED_LEFT_LEDGER] = it->ledger.unchecked > 0;
    it->left[ASV_HANDED_LEFT_NO_LEDGER] = it->what->ledger == NULL; /* HO-124 */
    it->finding[ASV_HANDED_CHECK_LEDGER] = ASV_FINDING_GOOD;
    return of->status;
}

/* HO-108 to HO-110 */
enum asv_status asv_handed_check_ledger(struct asv_handed *it, struct asv_err *err)
{
    struct matching of = {.it = it};
    static const char trust[] = "ledger/" ASV_VERIFY_LEDGER_TRUST;
    if (it->what->ledger == NULL && asv_handed_find(it, trust) == NULL) {
        return asv_handed_fail(it, ASV_HANDED_MISSING, trust, ASV_E_NOT_FOUND, "by what key its heads are");
    }
    enum asv_status status = read_events(&of, err);
    if (status == ASV_OK) {
        status = verify(&of, err);
    }
    if (status == ASV_OK) {
        status = check_custody(&of);
    }
    free(of.told);
    free(of.called);
    free(of.statements);
    free(of.answers);
    return status;
}
