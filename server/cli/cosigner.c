/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/cli/cosigner.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/base/notify.h"
#include "server/cli/sequencer.h"
#include "server/ledger/cosignature.h"

#define TIMEOUT_MS     10000 /* LG-068 */
#define TRIES          3     /* for one witness: others may ask it at the same time */
#define CLOCK_MAX_S    1800  /* LG-123: half of what clocks may be apart to whoever checks */
#define LINE_MAX_BYTES 512   /* dash, name, id, time, signature */
#define PATH           "add-checkpoint"
#define SUBJECT_BYTES  (ASV_COSIGNER_NAME_BYTES + 16)

enum asv_status asv_cosigner_trust(const char *path, uint8_t *text, struct asv_ledger_policy *policy,
                                   struct asv_err *err)
{
    size_t len = 0;
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, text, ASV_LEDGER_POLICY_BYTES, &len, err);
    return status == ASV_OK ? asv_ledger_policy_parse(path, (struct asv_bytes){text, len}, policy, err)
                            : status;
}

enum asv_status asv_cosigner_unknown(const char *path, const char *origin, struct asv_err *err)
{
    return asv_failf(err, ASV_E_USAGE,
                     "%s does not know this ledger; add a line: log KEY, as asservat ledger key %s prints it",
                     path, origin);
}

void asv_cosigner_name(char out[ASV_COSIGNER_NAME_BYTES], const struct asv_note_key *key)
{
    snprintf(out, ASV_COSIGNER_NAME_BYTES, "%s+%08x", key->name, (unsigned)key->id);
}

enum asv_status asv_cosigner_note(struct asv_db *db, uint16_t log, uint64_t size,
                                  const struct asv_ledger_policy *policy, uint8_t *out, size_t cap,
                                  size_t *len, struct asv_err *err)
{
    char names[ASV_LEDGER_WITNESSES_MAX][ASV_COSIGNER_NAME_BYTES];
    const char *list[ASV_LEDGER_WITNESSES_MAX] = {0};
    size_t count = policy != NULL ? policy->witness_count : 0;
    for (size_t i = 0; i < count; i++) {
        asv_cosigner_name(names[i], &policy->witnesses[i].key);
        list[i] = names[i];
    }
    return asv_db_ledger_note_cosigned(db, log, size, policy != NULL ? list : NULL, count, out, cap, len,
                                       err);
}

/* ---- what a witness said, for people ---- */

/* Once for each change: a witness that is away is away for hours. */
static void note_outcome(struct asv_cosigner *it, size_t i, enum asv_cosigner_outcome outcome,
                         const struct asv_err *why)
{
    const struct asv_ledger_witness *witness = &it->policy.witnesses[i];
    bool good = outcome == ASV_COSIGNER_DONE;
    if (it->outcomes[i] != outcome && outcome != ASV_COSIGNER_LATER) {
        asv_log_event(&it->log, good ? ASV_LOG_NOTICE : ASV_LOG_WARNING,
                      good ? "witness-cosigns" : "witness-does-not-cosign",
                      asv_log_text_n("witness", (const char *)witness->name.data, witness->name.len),
                      asv_log_u64("size", it->tree.size), asv_log_text("why", why->text));
    }
    it->outcomes[i] = outcome;
}

/* LG-065 */
static enum asv_cosigner_outcome raise_alarm(struct asv_cosigner *it, size_t i, const char *kind,
                                             const struct asv_err *why)
{
    char name[ASV_COSIGNER_NAME_BYTES];
    char subject[SUBJECT_BYTES];
    struct asv_err unsaid = {0};
    asv_cosigner_name(name, &it->policy.witnesses[i].key);
    snprintf(subject, sizeof subject, "%s: %s", name, kind);
    asv_log_event(&it->log, ASV_LOG_ERROR, "witness-alarm", asv_log_text("witness", name),
                  asv_log_text("kind", kind), asv_log_text("why", why->text));
    if (asv_db_witness_alarm(it->db, subject, why->text, &unsaid) != ASV_OK) {
        asv_log_failure(&it->log, ASV_LOG_ERROR, "no-alarm", &unsaid);
    }
    return ASV_COSIGNER_FORK;
}

/* ---- one witness ---- */

struct asking {
    size_t i;
    const struct asv_note_key *key;
    char name[ASV_COSIGNER_NAME_BYTES];
    char url[ASV_POST_URL_BYTES];
    uint64_t known; /* the largest tree that it has cosigned, as far as is stored */
    uint64_t old;   /* what is assumed about what it remembers */
    unsigned code;
    size_t len; /* of the answer */
    struct asv_err why;
};

static enum asv_status post(struct asv_cosigner *it, struct asking *asking, struct asv_err *err)
{
    struct asv_db_tiles view = {it->db, it->head.number};
    struct asv_tiles tiles = asv_db_tiles(&view);
    struct asv_witness_request request = {.old_size = asking->old, .checkpoint = {it->note, it->note_len}};
    struct asv_writer writer;
    struct asv_post what = {.url = asking->url,
                            .ca_file = it->ca_file,
                            .body = {.data = it->request},
                            .timeout_ms = TIMEOUT_MS,
                            .answer = it->answer,
                            .cap = sizeof it->answer};
    enum asv_status status =
        asv_proof_make_consistency(&request.proof, asking->old, it->tree.size, &tiles, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_writer_init(&writer, it->request, sizeof it->request);
    asv_witness_request_write(&writer, &request);
    asking->code = 0;
    if (asv_write_end(&writer, &what.body.len) != ASV_OK) {
        return asv_fail(err, ASV_E_LIMIT, "the request to a witness is too long");
    }
    (void)!asv_post(it->poster, &what, &asking->code, &asking->len, &asking->why); /* code 0: no answer */
    return ASV_OK;
}

/* LG-064. One line: a witness with many would take the room that a note has for all of them. A clock that is
 * far off makes a cosignature say what is not so. */
static bool is_acceptable(struct asking *asking, const uint8_t *lines, size_t len, int64_t ahead_s)
{
    if (len > LINE_MAX_BYTES || memchr(lines, '\n', len) != lines + len - 1) {
        (void)!asv_fail(&asking->why, ASV_E_MALFORMED, "it answers with more than one cosignature");
        return false;
    }
    if (ahead_s > CLOCK_MAX_S || ahead_s < -CLOCK_MAX_S) {
        (void)!asv_failf(&asking->why, ASV_E_EXPIRED, "its clock is off by %" PRId64 " s", ahead_s);
        return false;
    }
    return true;
}

static enum asv_status keep(struct asv_cosigner *it, struct asking *asking,
                            enum asv_cosigner_outcome *outcome, struct asv_err *err)
{
    struct asv_writer writer;
    char line[LINE_MAX_BYTES + 1];
    uint64_t time_s = 0;
    int64_t now_ms = 0;
    enum asv_status status = asv_world_wall_ms(it->world, &now_ms);
    if (status != ASV_OK) {
        return asv_fail(err, status, "this machine does not know what time it is");
    }
    asv_writer_init(&writer, it->note, sizeof it->note);
    writer.len = it->note_len;
    *outcome = ASV_COSIGNER_BAD;
    if (asv_witness_take(&writer, (struct asv_bytes){it->answer, asking->len}, asking->key, &time_s,
                         &asking->why) != ASV_OK ||
        !is_acceptable(asking, it->note + it->note_len, writer.len - it->note_len,
                       (int64_t)time_s - now_ms / 1000)) {
        return ASV_OK;
    }
    memcpy(line, it->note + it->note_len, writer.len - it->note_len);
    line[writer.len - it->note_len] = '\0';
    struct asv_err refused = {0};
    status = asv_db_ledger_cosigned(it->db, it->head.number, it->tree.size, asking->name,
                                    (int64_t)time_s * 1000, line, &refused);
    if (status == ASV_E_STATE) { /* LG-109: there is no room for it, and for the others may be */
        (void)!asv_failf(&asking->why, status, "%s", refused.text);
        return ASV_OK;
    }
    if (status != ASV_OK) {
        return asv_failf(err, status, "%s", refused.text);
    }
    it->note_len = writer.len;
    it->cosigned |= UINT32_C(1) << asking->i;
    *outcome = ASV_COSIGNER_DONE;
    return ASV_OK;
}

/* Whether a head of so many entries was signed by now: then somebody else asked for that one. LG-129: or the
 * log ended with it, as a later one says; where none does, with what a restore has lost. */
static enum asv_status is_ours(struct asv_cosigner *it, uint64_t size, bool *ours, struct asv_err *err)
{
    struct asv_db_ledger_log now;
    uint64_t end = 0;
    bool known = false;
    if (it->ended) {
        enum asv_status status = asv_db_ledger_ended_with(it->db, it->head.number, &end, &known, err);
        *ours = status == ASV_OK && (!known || size <= end);
        return status;
    }
    enum asv_status status = asv_db_ledger_newest(it->db, &now, err);
    *ours = status == ASV_OK && now.number == it->head.number && size <= now.signed_size;
    return status;
}

/* 409: it remembers a tree of another size. *again: ask with that one. */
static enum asv_status take_size(struct asv_cosigner *it, struct asking *asking, bool *again,
                                 enum asv_cosigner_outcome *outcome, struct asv_err *err)
{
    uint64_t size = 0;
    bool ours = false;
    *outcome = ASV_COSIGNER_BAD;
    if (asv_witness_size((struct asv_bytes){it->answer, asking->len}, &size, &asking->why) != ASV_OK) {
        return ASV_OK;
    }
    if (size == asking->old) {
        (void)!asv_fail_at(&asking->why, ASV_E_MALFORMED, "it has another tree than that of its own size",
                           size);
        return ASV_OK;
    }
    if (size > it->tree.size) {
        *outcome = ASV_COSIGNER_LATER;
        enum asv_status status = is_ours(it, size, &ours, err);
        if (status == ASV_OK && !ours) {
            (void)!asv_failf(
                &asking->why, ASV_E_MISMATCH,
                "witness %s says that it cosigned a head of %s with %" PRIu64
                " entries, and no more than %" PRIu64
                " were signed here: somebody else signs, this site comes from an earlier time, or it does "
                "not say the truth",
                asking->name, it->head.origin, size, it->tree.size);
            *outcome = raise_alarm(it, asking->i, "ahead", &asking->why);
        }
        return status;
    }
    if (size < asking->known) {
        (void)!asv_failf(&asking->why, ASV_E_MISMATCH,
                         "witness %s cosigned %" PRIu64 " entries of %s and remembers %" PRIu64
                         ": its state was put back, and what it cosigns proves nothing any more",
                         asking->name, asking->known, it->head.origin, size);
        *outcome = raise_alarm(it, asking->i, "forgot", &asking->why);
        return ASV_OK;
    }
    asking->old = size;
    *again = true;
    return ASV_OK;
}

static enum asv_status take_answer(struct asv_cosigner *it, struct asking *asking, bool *again,
                                   enum asv_cosigner_outcome *outcome, struct asv_err *err)
{
    switch (asking->code) {
    case 0:
        *outcome = ASV_COSIGNER_AWAY;
        return ASV_OK;
    case ASV_WITNESS_GOOD:
        return keep(it, asking, outcome, err);
    case ASV_WITNESS_CONFLICT:
        return take_size(it, asking, again, outcome, err);
    case ASV_WITNESS_INCONSISTENT:
        (void)!asv_failf(&asking->why, ASV_E_MISMATCH,
                         "witness %s has seen another tree of %s: the head of %" PRIu64
                         " entries does not extend the one of %" PRIu64 " that it cosigned",
                         asking->name, it->head.origin, it->tree.size, asking->old);
        *outcome = raise_alarm(it, asking->i, "fork", &asking->why);
        return ASV_OK;
    default:
        (void)!asv_fail_at(&asking->why, ASV_E_DENIED,
                           asking->code == ASV_WITNESS_UNKNOWN
                               ? "it does not know this ledger, or is no witness"
                               : "it refuses",
                           asking->code);
        *outcome = ASV_COSIGNER_REFUSED;
        return ASV_OK;
    }
}

static bool prepare(struct asv_cosigner *it, size_t i, struct asking *asking)
{
    const struct asv_ledger_witness *witness = &it->policy.witnesses[i];
    size_t len = witness->url.len;
    *asking = (struct asking){.i = i, .key = &witness->key};
    asv_cosigner_name(asking->name, &witness->key);
    int wrote =
        snprintf(asking->url, sizeof asking->url, "%.*s%s" PATH, (int)len, (const char *)witness->url.data,
                 len > 0 && witness->url.data[len - 1] == '/' ? "" : "/");
    return wrote > 0 && (size_t)wrote < sizeof asking->url;
}

/* Fails only where the database does. */
static enum asv_status ask(struct asv_cosigner *it, size_t i, struct asv_err *err)
{
    enum asv_cosigner_outcome outcome = ASV_COSIGNER_BAD;
    struct asking asking;
    int64_t at_ms = 0;
    bool again = prepare(it, i, &asking);
    enum asv_status status =
        asv_db_ledger_cosigned_last(it->db, it->head.number, asking.name, &asking.known, &at_ms, err);
    asking.old = asking.known;
    for (int tries = 0; status == ASV_OK && again && tries < TRIES; tries++) {
        again = false;
        outcome = ASV_COSIGNER_LATER;
        status = post(it, &asking, err);
        if (status == ASV_OK) {
            status = take_answer(it, &asking, &again, &outcome, err);
        }
    }
    if (status == ASV_OK && !it->ended) { /* the journal follows the log that goes on */
        note_outcome(it, i, again ? ASV_COSIGNER_LATER : outcome, &asking.why);
    }
    return status;
}

/* ---- a round ---- */

/* The newest signed head of a log with the cosignatures that are there, under the trust file. */
static enum asv_status find_head(struct asv_cosigner *it, const struct asv_db_ledger_log *log, bool ended,
                                 struct asv_err *err)
{
    struct asv_ledger_verdict verdict;
    struct asv_err why = {0};
    enum asv_status status = ASV_OK;
    it->head = *log;
    it->ended = ended;
    if (log->signed_size == 0) {
        status = asv_fail(err, ASV_E_NOT_FOUND, "the keeper has signed no head yet");
    }
    if (status == ASV_OK) {
        status = asv_cosigner_note(it->db, log->number, log->signed_size, &it->policy, it->note,
                                   sizeof it->note, &it->note_len, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_ledger_policy_check(&it->policy, (struct asv_bytes){it->note, it->note_len}, &verdict, &why);
    if (status == ASV_E_UNTRUSTED && verdict.log == it->policy.log_count) {
        return asv_cosigner_unknown(it->trust, it->head.origin, err);
    }
    if (status != ASV_OK && status != ASV_E_UNTRUSTED) {
        return asv_failf(err, status, "%s", why.text);
    }
    it->tree = verdict.checkpoint.head;
    it->cosigned = verdict.cosigned;
    it->met = false;
    return ASV_OK;
}

static enum asv_status note_quorum(struct asv_cosigner *it, struct asv_err *err)
{
    if (it->met || !asv_ledger_policy_is_met(&it->policy, it->cosigned)) {
        return ASV_OK;
    }
    it->met = true;
    return asv_db_ledger_met(it->db, it->head.number, it->tree.size, err);
}

/* Those that answered last time come first: one that is away delays nobody's quorum. */
static enum asv_status ask_all(struct asv_cosigner *it, struct asv_err *err)
{
    uint32_t asked = 0;
    enum asv_status status = note_quorum(it, err);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < it->policy.witness_count && status == ASV_OK && *it->stop == 0; i++) {
            bool well = it->outcomes[i] <= ASV_COSIGNER_LATER;
            if ((it->cosigned >> i & 1) != 0 || (asked >> i & 1) != 0 ||
                it->policy.witnesses[i].url.len == 0 || ((pass == 0 || it->ended) && !well)) {
                continue;
            }
            asked |= UINT32_C(1) << i;
            asv_notify_alive(); /* each may take its time */
            status = ask(it, i, err);
            if (status == ASV_OK) {
                status = note_quorum(it, err);
            }
        }
    }
    return status;
}

/* LG-066: an ended log is published up to its last head, so that must be cosigned, too. What is in the way of
 * that is no trouble of the log that goes on. */
static enum asv_status ask_for_ended(struct asv_cosigner *it, uint16_t newest, struct asv_err *err)
{
    struct asv_db_ledger_log logs[ASV_DB_LEDGER_LOGS];
    size_t count = ASV_DB_LEDGER_LOGS;
    uint16_t after = 0;
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && count == ASV_DB_LEDGER_LOGS) {
        status = asv_db_ledger_logs(it->db, after, logs, &count, err);
        for (size_t i = 0; status == ASV_OK && i < count; i++) {
            struct asv_err why = {0};
            after = logs[i].number;
            if (after < newest && find_head(it, &logs[i], true, &why) == ASV_OK) {
                status = ask_all(it, err);
            }
        }
    }
    return status;
}

static enum asv_status ask_for_newest(struct asv_cosigner *it, const struct asv_db_ledger_log *newest,
                                      struct asv_err *err)
{
    struct asv_ledger_verdict verdict;
    enum asv_status status = find_head(it, newest, false, err);
    if (status == ASV_OK) {
        status = ask_all(it, err);
    }
    return status == ASV_OK ? asv_ledger_policy_check(&it->policy, (struct asv_bytes){it->note, it->note_len},
                                                      &verdict, err)
                            : status;
}

enum asv_status asv_cosigner_round(struct asv_cosigner *it, struct asv_err *err)
{
    struct asv_db_ledger_log newest;
    enum asv_status status = asv_cosigner_trust(it->trust, it->text, &it->policy, err);
    if (status == ASV_OK) {
        status = asv_db_ledger_newest(it->db, &newest, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = ask_for_newest(it, &newest, err);
    const struct asv_tree_head tree = it->tree; /* what the round is about */
    if (asv_status_class(status) != ASV_CLASS_RETRY) {
        struct asv_err why = {0};
        enum asv_status others = ask_for_ended(it, newest.number, &why);
        it->tree = tree;
        if (status == ASV_OK && others != ASV_OK) {
            status = asv_failf(err, others, "%s", why.text);
        }
    }
    return status;
}
