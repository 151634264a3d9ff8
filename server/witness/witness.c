/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/witness/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/ledger/cosignature.h"
#include "server/ledger/line.h"

#define TEXT      "text/plain; charset=utf-8"
#define SIZE_TYPE "text/x.tlog.size" /* tlog-witness */
/* Behind a log's name, heads that it signed and that were not cosigned: another tree of the size that was
 * cosigned, which is a fork, and a larger one that no proof led to. */
#define REFUSED  ".refused"
#define UNPROVEN ".unproven"
#define KEPT_MAX 4 /* of each log and kind: a file's name ends with its number */

static void say(struct asv_witness_reply *out, unsigned code, const char *text)
{
    out->code = code;
    out->type = TEXT;
    out->len = (size_t)snprintf((char *)out->data, sizeof out->data, "%s\n", text);
}

/* ---- what is remembered ---- */

static size_t first_key_of(const struct asv_witness *witness, const char *origin)
{
    size_t i = 0;
    while (i < witness->log_count && strcmp(witness->logs[i].name, origin) != 0) {
        i++;
    }
    return i;
}

/* LG-060. What a running witness cosigned it knows without the file: one that was put back is not believed.
 */
static enum asv_status recall(struct asv_witness *witness, const char *origin, struct asv_err *err)
{
    uint64_t *seen = &witness->seen[first_key_of(witness, origin)];
    enum asv_status status =
        asv_witness_state_load(witness->dir, origin, &witness->key, &witness->state, err);
    if (status != ASV_OK) {
        return status;
    }
    if (witness->state.head.size < *seen) {
        return asv_failf(err, ASV_E_MISMATCH,
                         "the state of %s was put back: it says %" PRIu64 " entries, and %" PRIu64
                         " were cosigned",
                         origin, witness->state.head.size, *seen);
    }
    *seen = witness->state.head.size;
    return ASV_OK;
}

enum asv_status asv_witness_check(struct asv_witness *witness, struct asv_err *err)
{
    for (size_t i = 0; i < witness->log_count; i++) {
        const char *origin = witness->logs[i].name;
        struct asv_err why = {0};
        enum asv_status status = recall(witness, origin, &why);
        if (status == ASV_E_NOT_FOUND) {
            return asv_failf(err, status,
                             "nothing is remembered of %s; if it was never witnessed with this key: asservat "
                             "ledger witness-begin %s; if it was, this key must cosign nothing any more",
                             origin, origin);
        }
        if (status != ASV_OK) {
            return asv_failf(err, status, "%s; this key must cosign nothing any more", why.text);
        }
    }
    return ASV_OK;
}

/* ---- add-checkpoint ---- */

/* The checkpoint with the lines of its log's keys, one of each: what others have signed is not passed on. */
static void copy_signed(const struct asv_witness *witness, const struct asv_note *note, const char *origin,
                        struct asv_writer *writer)
{
    asv_write_bytes(writer, note->text.data, note->text.len);
    asv_write_u8(writer, '\n');
    for (size_t k = 0; k < witness->log_count; k++) {
        for (size_t i = 0; strcmp(witness->logs[k].name, origin) == 0 && i < note->count; i++) {
            const struct asv_note_signature *signature = &note->signatures[i];
            if (asv_note_is_by(signature, &witness->logs[k])) {
                asv_note_write_line(writer, signature);
                break;
            }
        }
    }
}

/* LG-061. The new state, durable; its last line is the cosignature. */
static enum asv_status cosign(struct asv_witness *witness, const struct asv_checkpoint *checkpoint,
                              const struct asv_note *note, struct asv_witness_reply *out, struct asv_err *err)
{
    struct asv_witness_state *state = &witness->state;
    struct asv_writer writer;
    int64_t now_ms = 0;
    asv_writer_init(&writer, state->data, sizeof state->data);
    copy_signed(witness, note, checkpoint->origin, &writer);
    const size_t at = writer.len;
    enum asv_status status = asv_world_wall_ms(witness->world, &now_ms);
    if (status == ASV_OK && now_ms >= 1000) {
        status = asv_cosignature_write(&writer, &witness->key, witness->sk, (uint64_t)now_ms / 1000,
                                       note->text, err);
    } else {
        status = asv_fail(err, ASV_E_STATE, "this witness does not know what time it is");
    }
    if (status == ASV_OK && asv_write_end(&writer, &state->len) != ASV_OK) {
        status = asv_fail(err, ASV_E_LIMIT, "the checkpoint is too long");
    }
    if (status == ASV_OK) {
        status = asv_witness_state_store(witness->dir, checkpoint->origin, state, err);
    }
    if (status == ASV_OK) {
        witness->seen[first_key_of(witness, checkpoint->origin)] = checkpoint->head.size;
        out->code = ASV_WITNESS_GOOD;
        out->type = TEXT;
        out->len = state->len - at;
        memcpy(out->data, state->data + at, out->len);
    }
    return status;
}

/* Whether the file has this head already. ASV_E_NOT_FOUND: there is no such file. */
static enum asv_status has_head(const struct asv_witness *witness, const char *name,
                                const struct asv_checkpoint *checkpoint, bool *has)
{
    uint8_t data[ASV_WITNESS_STATE_BYTES];
    struct asv_note note;
    struct asv_checkpoint kept;
    size_t len = 0;
    enum asv_status status = asv_io_read_file(witness->dir, name, data, sizeof data, &len, NULL);
    *has = status == ASV_OK && asv_note_parse(&note, (struct asv_bytes){data, len}, NULL) == ASV_OK &&
           asv_checkpoint_parse(&kept, note.text, NULL) == ASV_OK &&
           kept.head.size == checkpoint->head.size &&
           memcmp(kept.head.root, checkpoint->head.root, sizeof kept.head.root) == 0;
    return status;
}

/* LG-113: the first ones stay, whatever comes later, and no more is written than that. */
static void keep(const struct asv_witness *witness, const struct asv_checkpoint *checkpoint, const char *kind,
                 struct asv_bytes note)
{
    char name[ASV_WITNESS_STATE_NAME_BYTES + sizeof UNPROVEN + 2];
    char hash[ASV_WITNESS_STATE_NAME_BYTES];
    struct asv_err err = {0};
    bool has = false;
    asv_witness_state_name(hash, checkpoint->origin);
    for (unsigned i = 1; i <= KEPT_MAX && !has; i++) {
        snprintf(name, sizeof name, "%s%s.%u", hash, kind, i);
        if (has_head(witness, name, checkpoint, &has) != ASV_E_NOT_FOUND) {
            continue;
        }
        if (asv_io_replace_file(witness->dir, name, note.data, note.len, 0600, &err) != ASV_OK) {
            asv_log_failure(witness->log, ASV_LOG_ERROR, "not-kept", &err);
        }
        return;
    }
}

/* Two trees of one size, both signed by the log: whoever has both can show it. Of another size it is for the
 * log to show how they go together. Anybody may send what it has published with a proof that is none, so that
 * never takes the place of a fork. */
static void keep_refused(const struct asv_witness *witness, const struct asv_checkpoint *checkpoint,
                         struct asv_bytes note, bool *forked)
{
    bool same_size = checkpoint->head.size == witness->state.head.size;
    bool same_root =
        memcmp(checkpoint->head.root, witness->state.head.root, sizeof checkpoint->head.root) == 0;
    *forked = same_size && !same_root;
    if (note.len <= ASV_WITNESS_STATE_BYTES && !(same_size && same_root)) {
        keep(witness, checkpoint, same_size ? REFUSED : UNPROVEN, note);
    }
}

static void log_answer(const struct asv_witness *witness, enum asv_log_level level,
                       const struct asv_witness_reply *out, const struct asv_checkpoint *checkpoint)
{
    asv_log_event(witness->log, level, out->code == ASV_WITNESS_GOOD ? "cosigned" : "refused",
                  asv_log_u64("code", out->code), asv_log_text("origin", checkpoint->origin),
                  asv_log_u64("size", checkpoint->head.size),
                  asv_log_hex("root", checkpoint->head.root, sizeof checkpoint->head.root),
                  asv_log_u64("last", witness->state.head.size));
}

/* A request by a log that is known, which has signed what it asks for. */
static void decide(struct asv_witness *witness, const struct asv_witness_request *request,
                   const struct asv_checkpoint *checkpoint, const struct asv_note *note,
                   struct asv_witness_reply *out)
{
    struct asv_err err = {0};
    enum asv_witness_answer answer = ASV_WITNESS_GOOD;
    enum asv_status status = recall(witness, checkpoint->origin, &err);
    if (status == ASV_OK) {
        const struct asv_tree_head last = witness->state.head;
        answer = asv_witness_judge(request, checkpoint, &last, &err);
    }
    if (status == ASV_OK && answer == ASV_WITNESS_GOOD) {
        status = cosign(witness, checkpoint, note, out, &err);
    } else if (answer == ASV_WITNESS_CONFLICT) {
        out->code = answer;
        out->type = SIZE_TYPE;
        out->len =
            (size_t)snprintf((char *)out->data, sizeof out->data, "%" PRIu64 "\n", witness->state.head.size);
    } else if (answer != ASV_WITNESS_GOOD) {
        say(out, answer, err.text);
        keep_refused(witness, checkpoint, request->checkpoint, &out->forked);
    }
    if (status != ASV_OK) { /* the file's own words are nobody's business */
        asv_log_failure(witness->log, ASV_LOG_ERROR, "not-cosigned", &err);
        say(out, 500, "this witness cannot remember what it cosigns, and cosigns nothing");
        return;
    }
    log_answer(witness,
               out->forked                          ? ASV_LOG_ERROR
               : answer == ASV_WITNESS_INCONSISTENT ? ASV_LOG_WARNING
                                                    : ASV_LOG_INFO,
               out, checkpoint);
}

void asv_witness_add(struct asv_witness *witness, struct asv_bytes body, struct asv_witness_reply *out)
{
    struct asv_witness_request request;
    struct asv_checkpoint checkpoint;
    struct asv_note note;
    struct asv_err err = {0};
    enum asv_witness_answer answer =
        asv_witness_open(body, witness->logs, witness->log_count, &request, &checkpoint, &note, &err);
    out->forked = false;
    if (answer == ASV_WITNESS_GOOD) {
        decide(witness, &request, &checkpoint, &note, out);
    } else {
        say(out, answer, err.text);
    }
}

/* ---- what else can be asked ---- */

void asv_witness_show(struct asv_witness *witness, const char *hash, struct asv_witness_reply *out)
{
    char name[ASV_WITNESS_STATE_NAME_BYTES];
    struct asv_err err = {0};
    size_t i = 0;
    for (; i < witness->log_count; i++) {
        asv_witness_state_name(name, witness->logs[i].name);
        if (strcmp(name, hash) == 0) {
            break;
        }
    }
    if (i == witness->log_count) {
        say(out, 404, "not a log that is witnessed here");
    } else if (recall(witness, witness->logs[i].name, &err) != ASV_OK) {
        asv_log_failure(witness->log, ASV_LOG_ERROR, "not-shown", &err);
        say(out, 500, "this witness cannot remember what it cosigned");
    } else if (witness->state.len == 0) {
        say(out, 404, "nothing of this log was cosigned yet");
    } else {
        out->code = 200;
        out->type = TEXT;
        out->len = witness->state.len;
        memcpy(out->data, witness->state.data, out->len);
    }
}
