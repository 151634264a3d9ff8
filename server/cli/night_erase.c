/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Erasures: the intent, then files, the keeper's word and the tombstone, then the completion; in batches,
 * each of them on disk before the next begins. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/trust/destruction.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/cli/night.h"
#include "server/policy/retention.h"

static void close_dir(struct asv_clip_dir **dir)
{
    asv_clip_close(*dir);
}
#define asv_auto_dir __attribute__((cleanup(close_dir)))

static int64_t or_none(int64_t ms)
{
    return ms == ASV_TIME_UNKNOWN ? 0 : ms;
}

/* Whether nothing of it is left there but records, and a statement that was good when it was made. */
static bool lies_emptied(struct asv_night *night, const struct asv_db_retained *clip, bool buried)
{
    char path[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    asv_auto_dir struct asv_clip_dir *dir = NULL;
    return asv_night_place(clip, buried, &area, path, NULL) == ASV_OK &&
           asv_vault_open_clip(night->vault, area, path, &dir, NULL) == ASV_OK && asv_clip_is_empty(dir) &&
           asv_night_order_was(night, clip, dir);
}

/* K-216: of what was recorded to a reserve key only the statement tells that the key is gone (K-067), and the
 * files that another could be made of are. The next step asks for the end of the keys of its day. */
static bool is_left_behind(struct asv_night *night, const struct asv_db_retained *clip)
{
    const struct asv_keeper_kept *kept = asv_night_find_kept(night, clip->identity.header);
    return night->keeper_answers && clip->key_kind == ASV_KEY_RESERVE &&
           (kept == NULL || kept->state == ASV_KEEPER_PLAIN) &&
           (lies_emptied(night, clip, false) || lies_emptied(night, clip, true));
}

/* K-202: what is in quarantine may be erased without the keeper's statement, by the clock alone. */
static enum asv_status key_of(struct asv_night *night, const struct asv_db_retained *clip,
                              enum asv_retention_state state, enum asv_retention_key *out,
                              struct asv_err *err)
{
    const char *doubt = NULL;
    enum asv_status status = ASV_OK;
    enum asv_retention_key key = state == ASV_RETENTION_ERASING && is_left_behind(night, clip)
                                     ? ASV_RETENTION_KEY_GONE
                                     : asv_night_key(night, clip);
    if (clip->kind == ASV_COMMIT_QUARANTINED &&
        (key == ASV_RETENTION_KEY_GONE || key == ASV_RETENTION_KEY_NEVER)) {
        status = asv_night_clock_doubt(night, &doubt, err);
    }
    *out = doubt != NULL ? ASV_RETENTION_KEY_UNKNOWN : key;
    return status;
}

static enum asv_status judge(struct asv_night *night, const struct asv_db_retained *clip,
                             enum asv_retention_state state, struct asv_retention_verdict *verdict,
                             struct asv_err *err)
{
    enum asv_retention_key key = ASV_RETENTION_KEY_UNKNOWN;
    enum asv_status status = key_of(night, clip, state, &key, err);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_retention_facts facts = {
        .state = state,
        .key = key,
        .day = clip->day != 0 ? clip->day : clip->decided_day,
        .due_ms = or_none(clip->due_ms),
        .committed_ms = clip->committed_ms,
        .lapse_ms = INT64_MAX, /* what has lapsed is not pending any more: the database was told before */
        .early = clip->early,
        .days = night->keeper_answers ? night->keeper.policy_days : ASV_POLICY_DAYS_MAX,
        .now_ms = night->now_ms,
    };
    return asv_retention_judge(verdict, &facts, err);
}

/* ---- what is due ---- */

/* Due, and its key is there, or nobody knows. */
static void late(struct asv_night *night, const struct asv_db_retained *clip)
{
    char due[ASV_TEXT_BYTES];
    night->counts.late++;
    if (night->keeper_answers) { /* else the run itself is what a person is called for */
        asv_night_alarm(night, ASV_NIGHT_LATE, ASV_DB_ALARM_RETENTION, clip,
                        "due since %s, and the keeper does not say that its key is gone",
                        asv_text_time(due, clip->due_ms));
    }
}

static void disagrees(struct asv_night *night, const struct asv_db_retained *clip, const char *what)
{
    night->counts.disagreements++;
    asv_night_alarm(night, ASV_NIGHT_DISAGREES, ASV_DB_ALARM_KEEPER, clip, "%s", what);
}

/* What is due, whose key is gone, and whose erasure the database does not begin: it has a hold before docking
 * that the keeper does not. Nobody may take it for erased. */
static enum asv_status say_left(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                const uint8_t (*ids)[ASV_UUID_BYTES], size_t due, struct asv_err *err)
{
    uint8_t left[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    char since[ASV_TEXT_BYTES];
    size_t left_count = 0;
    enum asv_status status = asv_db_erasure_left(night->db, ids, due, left, &left_count, err);
    for (size_t i = 0, k = 0; status == ASV_OK && i < count && k < left_count; i++) {
        if (memcmp(rows[i].recording, left[k], sizeof left[k]) == 0) {
            k++;
            night->counts.late++;
            asv_night_alarm(
                night, ASV_NIGHT_LATE, ASV_DB_ALARM_RETENTION, &rows[i],
                "due since %s, its key is gone, and a hold before docking, which is not the keeper's, "
                "keeps its files here: asservat hold ahead --release",
                asv_text_time(since, rows[i].due_ms));
        }
    }
    return status;
}

static enum asv_status begin_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                   enum asv_retention_state state, struct asv_err *err)
{
    uint8_t ids[ASV_DB_BATCH_MAX][ASV_UUID_BYTES];
    const char *rules[ASV_DB_BATCH_MAX];
    size_t due = 0;
    uint64_t begun = 0;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        struct asv_retention_verdict verdict;
        status = judge(night, &rows[i], state, &verdict, err);
        if (status != ASV_OK) {
            return status;
        }
        if (verdict.step == ASV_RETENTION_ERASE) {
            memcpy(ids[due], rows[i].recording, sizeof ids[due]);
            rules[due++] = asv_retention_rule_name(verdict.rule);
        } else if (verdict.step == ASV_RETENTION_WAIT) {
            late(night, &rows[i]);
        } else if (verdict.step == ASV_RETENTION_REPORT) {
            disagrees(night, &rows[i], "the keeper keeps it, and the database does not");
        }
    }
    if (status == ASV_OK && due != 0 && !night->dry) {
        status = asv_db_erasure_begin(night->db, night->run, ids, rules, due, &begun, err);
        asv_night_step(night);
    }
    night->begun += night->dry ? due : begun;
    if (status == ASV_OK && !night->dry && begun < due) {
        status = say_left(night, rows, count, (const uint8_t(*)[ASV_UUID_BYTES])ids, due, err);
    }
    return status;
}

static enum asv_status sealed_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                    struct asv_err *err)
{
    return begin_batch(night, rows, count, ASV_RETENTION_SEALED, err);
}

static enum asv_status quarantined_batch(struct asv_night *night, const struct asv_db_retained *rows,
                                         size_t count, struct asv_err *err)
{
    return begin_batch(night, rows, count, ASV_RETENTION_QUARANTINED, err);
}

static enum asv_status released_batch(struct asv_night *night, const struct asv_db_retained *rows,
                                      size_t count, struct asv_err *err)
{
    return begin_batch(night, rows, count, ASV_RETENTION_RELEASED, err);
}

enum asv_status asv_night_begin(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages sealed = {.state = ASV_DB_SEALED, .due = true};
    const struct asv_night_pages quarantined = {.state = ASV_DB_QUARANTINED, .due = true};
    const struct asv_night_pages released = {.state = ASV_DB_RELEASED, .due = true};
    enum asv_status status = asv_night_each(night, &sealed, sealed_batch, err);
    if (status == ASV_OK) {
        status = asv_night_each(night, &quarantined, quarantined_batch, err);
    }
    return status == ASV_OK ? asv_night_each(night, &released, released_batch, err) : status;
}

/* ---- what is being erased ---- */

#define ORDERS_AT_ONCE 8 /* requests to the keeper that have no reply yet */
static_assert(ORDERS_AT_ONCE <= ASV_KEEPER_CLIENT_OUTSTANDING, "the client has room for them");

/* One clip on its way. */
struct passing {
    const struct asv_db_retained *clip;
    char from[ASV_VAULT_PATH_BYTES], to[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area;
    bool failed;                  /* left to the next run */
    bool was_signed;              /* by a run, whose statement is believed no more (K-216) */
    bool emptied;                 /* nothing of it is left but records */
    bool dated;                   /* for its record: it lies below its day */
    char why[ASV_ERR_TEXT_BYTES]; /* why the keeper signed nothing; empty: it did */
    uint8_t order[ASV_DESTRUCTION_MAX_BYTES];
    size_t order_len;
    int64_t issued_ms;
    uint8_t reason;
    uint8_t keeper[ASV_SHA256_BYTES];
};

struct batch {
    size_t count;
    struct passing clips[ASV_DB_BATCH_MAX];
};

/* Whoever answers on the socket, or can write into the vault, says nothing that the keeper did not sign. */
static void take_statement(struct passing *passing, const struct asv_destruction *order)
{
    asv_cert_digest(passing->keeper, &order->keeper.leaf);
    passing->issued_ms = order->issued_ms;
    passing->reason = order->reason;
}

/* What an earlier run was given. */
static bool has_order(struct asv_night *night, struct asv_clip_dir *dir, struct passing *passing)
{
    struct asv_destruction order;
    bool there =
        asv_night_order_there(night, passing->clip, dir, passing->order, &passing->order_len, &order);
    if (there) {
        take_statement(passing, &order);
    }
    return there;
}

/* One that the keeper is asked about. */
struct asking {
    struct passing *passing;
    struct asv_clip_dir *dir;
    enum asv_status asked; /* whether it could be */
    uint32_t request;
    struct asv_err err;
};

static void failed(struct asv_night *night, struct passing *passing, const char *why)
{
    night->counts.failed++;
    night->counts.open++;
    passing->failed = true;
    asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, passing->clip, "%.200s", why);
}

/* K-216: nothing waits for anybody, but its record for the end of its day's keys. */
static void leave_open(struct asv_night *night, struct passing *passing)
{
    passing->failed = true;
    night->counts.open++;
    night->waiting++;
    asv_night_note(
        night, ASV_NIGHT_OPEN, passing->from,
        "its files are gone, with a statement of the keeper that is believed no more: its record is "
        "complete when the keys of its day are destroyed");
}

/* Asks, while the header is still there; false when an earlier run had the statement already. */
static bool ask_order(struct asv_night *night, struct passing *passing, struct asking *asking)
{
    asv_auto_dir struct asv_clip_dir *tombstone = NULL;
    *asking = (struct asking){.passing = passing};
    bool buried =
        asv_vault_open_clip(night->vault, ASV_VAULT_TOMBSTONES, passing->to, &tombstone, NULL) == ASV_OK;
    if (buried && has_order(night, tombstone, passing)) {
        return false;
    }
    asking->asked =
        asv_vault_open_clip(night->vault, passing->area, passing->from, &asking->dir, &asking->err);
    if (asking->asked == ASV_OK && has_order(night, asking->dir, passing)) {
        asv_clip_close(asking->dir);
        return false;
    }
    passing->order_len = 0;
    if (asking->asked == ASV_OK) {
        asking->asked = asv_night_order_ask(night, asking->dir, &asking->request, &asking->err);
    }
    return true;
}

/* Whether nothing of the clip is left that could be asked about, in any directory of the vault, none away. */
static bool is_emptied(const struct asv_night *night, const struct asking *asking)
{
    return asking->asked == ASV_E_NOT_FOUND && asv_vault_away(night->vault) == NULL &&
           (asking->dir == NULL || asv_clip_is_empty(asking->dir));
}

/* K-187 stands behind this: without_order. */
static enum asv_status take_order(struct asv_night *night, struct asking *asking, struct asv_err *err)
{
    struct passing *passing = asking->passing;
    struct asv_destruction order;
    struct asv_err why = asking->err;
    enum asv_status word = ASV_OK;
    enum asv_status status = asking->asked;
    if (asking->request != 0) {
        status =
            asv_night_order_take(night, asking->request, passing->order, &passing->order_len, &word, &why);
    }
    if (status == ASV_OK) {
        const struct asv_bytes data = {passing->order, passing->order_len};
        status = asv_night_order_read(night, passing->clip, data, &order, err);
        if (status == ASV_OK) {
            take_statement(passing, &order);
            status = asv_clip_note_order(asking->dir, data, err);
        }
        return status;
    }
    passing->emptied = is_emptied(night, asking);
    passing->was_signed =
        passing->emptied && (asking->dir != NULL ? asv_night_order_was(night, passing->clip, asking->dir)
                                                 : lies_emptied(night, passing->clip, true));
    if (!passing->emptied && !asv_night_is_unknown(word)) {
        return asv_failf(err, status, "%s", why.text);
    }
    passing->order_len = 0;
    (void)snprintf(passing->why, sizeof passing->why, "the keeper signed nothing: %.200s",
                   why.text[0] != '\0' ? why.text : asv_status_name(status));
    return ASV_OK;
}

/* K-187: what the keeper signs nothing about is erased when it is in quarantine, as what could never be
 * signed about, or when the keeper signed that all keys of its day are destroyed. No request may be
 * outstanding. */
static enum asv_status without_order(struct asv_night *night, const struct passing *passing,
                                     struct asv_err *err)
{
    struct asv_err why = {0};
    if (passing->why[0] == '\0' || passing->clip->kind == ASV_COMMIT_QUARANTINED ||
        asv_night_day_signed(night, passing->clip, &why) == ASV_OK) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_UNTRUSTED,
                     "%.150s; nor, for all keys of its day, that they are destroyed: its files stay, "
                     "asservat vault scrub",
                     passing->why);
}

/* Whatever fails for one clip leaves it to the next run. */
static void settle(struct asv_night *night, struct asking *asking)
{
    struct asv_err err = {0};
    if (take_order(night, asking, &err) != ASV_OK) {
        failed(night, asking->passing, err.text);
    }
    asv_clip_close(asking->dir);
}

/* One clip's, at once. */
static enum asv_status get_order(struct asv_night *night, struct passing *passing, struct asv_err *err)
{
    struct asking asking;
    if (!ask_order(night, passing, &asking)) {
        return ASV_OK;
    }
    enum asv_status status = take_order(night, &asking, err);
    asv_clip_close(asking.dir);
    return status == ASV_OK && !passing->was_signed ? without_order(night, passing, err) : status;
}

/* The keeper signs for some while the files of the next ones are read and those of the ones before written.
 */
static void get_orders(struct asv_night *night, struct batch *batch)
{
    struct asking window[ORDERS_AT_ONCE];
    size_t oldest = 0;
    size_t next = 0; /* both go on for ever: their difference is how many are outstanding */
    for (size_t i = 0; i < batch->count; i++) {
        if (next - oldest == ORDERS_AT_ONCE) {
            settle(night, &window[oldest++ % ORDERS_AT_ONCE]);
        }
        next += ask_order(night, &batch->clips[i], &window[next % ORDERS_AT_ONCE]);
    }
    while (oldest < next) {
        settle(night, &window[oldest++ % ORDERS_AT_ONCE]);
    }
    for (size_t i = 0; i < batch->count; i++) {
        struct asv_err err = {0};
        if (batch->clips[i].failed || without_order(night, &batch->clips[i], &err) == ASV_OK) {
            continue;
        }
        if (batch->clips[i].was_signed) {
            leave_open(night, &batch->clips[i]);
        } else {
            failed(night, &batch->clips[i], err.text);
        }
    }
}

static enum asv_status remove_files(struct asv_night *night, const struct passing *passing,
                                    struct asv_err *err)
{
    struct asv_clip_dir *dir = NULL;
    enum asv_status status = asv_vault_open_clip(night->vault, passing->area, passing->from, &dir, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK; /* an earlier run, cut off before it said so */
    }
    return status == ASV_OK ? asv_clip_erase_take(dir, passing->to, err) : status;
}

static void remove_all(struct asv_night *night, struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct asv_err err = {0};
        enum asv_status status = remove_files(night, &batch->clips[i], &err);
        night->away = night->away || status == ASV_E_AWAY;
        if (status != ASV_OK) {
            failed(night, &batch->clips[i], err.text);
        }
    }
}

/* Goes on without those that failed. */
static void drop_failed(struct batch *batch)
{
    size_t left = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (!batch->clips[i].failed) {
            batch->clips[left++] = batch->clips[i];
        }
    }
    batch->count = left;
}

/* ---- completion: the database works at one batch while the next one's files go ---- */

/* What is told of a batch whose files are gone, until the database has it. */
struct asv_night_record {
    bool sent; /* and not answered yet */
    struct asv_db_erased erased[ASV_DB_BATCH_MAX];
    struct batch batch;
};

/* What the page's rows have is copied: the next page takes their place. */
static struct asv_night_record *new_record(const struct batch *batch)
{
    struct asv_night_record *record = calloc(1, sizeof *record);
    if (record == NULL) {
        return NULL;
    }
    record->batch = *batch;
    for (size_t i = 0; i < batch->count; i++) {
        const struct passing *passing = &record->batch.clips[i];
        record->erased[i] = (struct asv_db_erased){.keeper = passing->order_len != 0 ? passing->keeper : NULL,
                                                   .order = {passing->order, passing->order_len},
                                                   .issued_ms = passing->issued_ms,
                                                   .reason = passing->reason,
                                                   .detail = passing->why[0] != '\0' ? passing->why : NULL};
        memcpy(record->erased[i].recording, passing->clip->recording, sizeof record->erased[i].recording);
        record->batch.clips[i].dated = passing->clip->day != 0;
        record->batch.clips[i].clip = NULL;
    }
    return record;
}

/* Waits until the batch before is recorded; what could not be told on the way is told now, with retries. */
static enum asv_status finish_record(struct asv_night *night, struct asv_err *err)
{
    struct asv_night_record *record = night->record;
    uint64_t done = 0;
    if (record == NULL) {
        return ASV_OK;
    }
    enum asv_status status =
        record->sent ? asv_db_erasure_complete_take(night->recorder, &done, NULL) : ASV_E_AWAY;
    if (status != ASV_OK) {
        status =
            asv_db_erasure_complete(night->db, night->run, record->erased, record->batch.count, &done, err);
    }
    night->counts.erased += done;
    for (size_t i = 0; status == ASV_OK && i < record->batch.count; i++) {
        if (record->batch.clips[i].area == ASV_VAULT_SEALED && record->batch.clips[i].dated) {
            asv_vault_forget_day(night->vault, record->batch.clips[i].from);
        }
    }
    free(record);
    night->record = NULL;
    asv_night_step(night);
    return status;
}

/* One at a time: after the batch before. */
static enum asv_status begin_record(struct asv_night *night, const struct batch *batch, struct asv_err *err)
{
    enum asv_status status = finish_record(night, err);
    if (status != ASV_OK || batch->count == 0) {
        return status;
    }
    struct asv_night_record *record = new_record(batch);
    if (record == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    record->sent =
        night->recorder != NULL && asv_db_erasure_complete_send(night->recorder, night->run, record->erased,
                                                                batch->count, NULL) == ASV_OK;
    night->record = record;
    asv_night_step(night);
    return ASV_OK;
}

/* Each step is on disk before the next begins: no file goes before the keeper's word lies beside it, and no
 * record says more than the disk. */
static enum asv_status erase(struct asv_night *night, struct batch *batch, struct asv_err *err)
{
    get_orders(night, batch);
    drop_failed(batch);
    enum asv_status status = asv_vault_flush(night->vault, err);
    asv_night_step(night);
    if (status == ASV_OK) {
        remove_all(night, batch);
        drop_failed(batch);
        status = asv_vault_flush(night->vault, err);
        asv_night_step(night);
    }
    return status == ASV_OK ? begin_record(night, batch, err) : status;
}

/* Nothing opens it any more: its files go at once, with the keeper's word beside what is left, and its record
 * is complete when its camera's day key went. */
static void empty(struct asv_night *night, struct passing *passing)
{
    const struct asv_db_retained *clip = passing->clip;
    struct asv_err err = {0};
    asv_auto_dir struct asv_clip_dir *dir = NULL;
    enum asv_status status = ASV_OK;
    night->counts.open++;
    if (!night->dry) {
        status = get_order(night, passing, &err);
        status = status == ASV_OK ? asv_vault_flush(night->vault, &err) : status;
        status = status == ASV_OK
                     ? asv_vault_open_clip(night->vault, passing->area, passing->from, &dir, &err)
                     : status;
        status = status == ASV_OK ? asv_clip_empty(dir, &err) : status;
    }
    if (status == ASV_OK || status == ASV_E_NOT_FOUND) {
        night->waiting++;
        asv_night_note(night, ASV_NIGHT_OPEN, passing->from,
                       clip->early ? "erased early: its files are gone, its camera's key of that day goes "
                                     "when the camera was docked since and signs that nothing is left on it, "
                                     "and with that day's period at the latest" /* K-253 */
                                   : "recorded on an earlier day than its key's: its files are gone, the key "
                                     "goes when that day's period is over");
    } else {
        night->counts.failed++;
        asv_night_alarm(night, ASV_NIGHT_FAILED, ASV_DB_ALARM_RETENTION, clip, "%.200s", err.text);
    }
}

static enum asv_status add(struct asv_night *night, struct batch *batch, const struct asv_db_retained *clip,
                           struct asv_err *err)
{
    struct asv_retention_verdict verdict;
    struct passing *passing = &batch->clips[batch->count];
    enum asv_vault_area area;
    enum asv_status status = judge(night, clip, ASV_RETENTION_ERASING, &verdict, err);
    if (status != ASV_OK) {
        return status;
    }
    passing->clip = clip;
    passing->failed = false;
    passing->was_signed = false;
    passing->emptied = false;
    passing->why[0] = '\0';
    passing->order_len = 0;
    passing->issued_ms = 0;
    status = asv_night_place(clip, false, &passing->area, passing->from, err);
    if (status == ASV_OK) {
        status = asv_night_place(clip, true, &area, passing->to, err);
    }
    if (status == ASV_OK && verdict.step == ASV_RETENTION_UNLINK) {
        empty(night, passing);
    } else if (status == ASV_OK && verdict.step == ASV_RETENTION_ERASE) {
        batch->count++;
    } else if (status == ASV_OK) {
        night->counts.open++;
        late(night, clip);
    }
    return status;
}

static enum asv_status erasing_batch(struct asv_night *night, const struct asv_db_retained *rows,
                                     size_t count, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = add(night, batch, &rows[i], err);
    }
    if (status == ASV_OK && batch->count != 0 && !night->dry) {
        status = erase(night, batch, err);
    }
    free(batch);
    return status;
}

enum asv_status asv_night_complete(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages pages = {.state = ASV_DB_ERASING};
    struct asv_err why = {0};
    if (!night->dry && night->agency == NULL) { /* what nobody can verify ends nothing */
        return asv_failf(err, ASV_E_NOT_FOUND, "%s", night->no_agency.text);
    }
    enum asv_status status = asv_night_each(night, &pages, erasing_batch, err);
    enum asv_status last = finish_record(night, &why);
    return status == ASV_OK && last != ASV_OK ? asv_failf(err, last, "%s", why.text) : status;
}

/* ---- what stays ---- */

static enum asv_status held_batch(struct asv_night *night, const struct asv_db_retained *rows, size_t count,
                                  struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct asv_retention_verdict verdict;
        enum asv_status status = judge(night, &rows[i], ASV_RETENTION_HELD, &verdict, err);
        if (status != ASV_OK) {
            return status;
        }
        if (verdict.step == ASV_RETENTION_REPORT) {
            disagrees(night, &rows[i], "the database has it as held, and the keeper keeps no key for that");
        }
    }
    night->counts.held += count;
    return ASV_OK;
}

/* Whether the keeper's row says that a request which it took waits no more. Without a row that is so of what
 * is due; otherwise its index may be one from before the request. */
static bool has_ended(const struct asv_night *night, const struct asv_db_retained *clip,
                      const struct asv_keeper_kept *row)
{
    return row->state == ASV_KEEPER_PLAIN
               ? clip->due_ms != ASV_TIME_UNKNOWN && clip->due_ms <= night->keeper.wall_ms
               : row->state != ASV_KEEPER_PENDING && row->state != ASV_KEEPER_HELD;
}

/* K-215: its day was said since, and is past, or the keeper refused it: it is where it was. The keeper is
 * asked for it now, after the request was read, and by a clock that is right. */
static enum asv_status end_lapsed(struct asv_night *night, const struct asv_db_retained *clip, bool *lapsed,
                                  struct asv_err *err)
{
    struct asv_keeper_kept row = {0};
    uint8_t proposal[ASV_SHA256_BYTES];
    enum asv_db_outcome outcome = ASV_DB_ALREADY;
    if (night->dry || night->keeper.stop != ASV_KEEPER_RUNNING) {
        return ASV_OK;
    }
    enum asv_status status = asv_db_hold_open(night->db, clip->recording, proposal, err);
    if (status == ASV_OK) {
        status = asv_night_ask_clip(night, clip, &row, err);
    }
    if (status == ASV_OK && row.state != ASV_KEEPER_PENDING && row.state != ASV_KEEPER_HELD) {
        status = asv_db_hold_lapsed(night->db, clip->recording, proposal, has_ended(night, clip, &row),
                                    &outcome, err);
    }
    *lapsed = outcome == ASV_DB_DONE;
    night->counts.lapsed += *lapsed;
    return status;
}

static enum asv_status pending_batch(struct asv_night *night, const struct asv_db_retained *rows,
                                     size_t count, struct asv_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct asv_retention_verdict verdict;
        enum asv_status status = judge(night, &rows[i], ASV_RETENTION_PENDING, &verdict, err);
        if (status != ASV_OK) {
            return status;
        }
        bool lapsed = false;
        if (verdict.step == ASV_RETENTION_REPORT) {
            status = end_lapsed(night, &rows[i], &lapsed, err);
        }
        if (status != ASV_OK) {
            return status;
        }
        if (verdict.step == ASV_RETENTION_REPORT && !lapsed) {
            disagrees(night, &rows[i], "a request for it is open, and the keeper keeps no key for that");
        }
        night->counts.pending += !lapsed;
    }
    return ASV_OK;
}

enum asv_status asv_night_kept(struct asv_night *night, struct asv_err *err)
{
    const struct asv_night_pages held = {.state = ASV_DB_HELD};
    const struct asv_night_pages pending = {.state = ASV_DB_PENDING};
    enum asv_status status = asv_night_each(night, &held, held_batch, err);
    return status == ASV_OK ? asv_night_each(night, &pending, pending_batch, err) : status;
}
