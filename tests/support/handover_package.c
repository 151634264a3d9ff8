/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/support/handover_package.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "firmware-proto/crypto/x509.h"
#include "firmware-proto/seal/opener.h"
#include "firmware-proto/trust/ruling.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/handover/excerpt.h"
#include "server/handover/series.h"
#include "server/ledger/cosignature.h"
#include "server/ledger/kind.h"
#include "server/ledger/opened.h"
#include "server/ledger/tlogproof.h"
#include "server/package/carrier.h"
#include "server/vault/commit.h"
#include "server/verify/enrolled_file.h"
#include "tests/support/clip_dir.h"
#include "tests/support/files.h"
#include "tests/support/fmp4.h"
#include "tests/support/ledger.h"
#include "tests/support/plans.h"
#include "tests/support/samples.h"

#define RECORDED_MS (ASV_TEST_NOW_MS + 60000)
#define DUMMIES     3 /* entries that are not given out */

static void must_at(bool condition, int line)
{
    if (!condition) {
        fprintf(stderr, "handover_package.c:%d: failed\n", line);
        abort();
    }
}
#define must(condition) must_at((condition), __LINE__)

static const struct asv_test_agency *agency(void)
{
    return &asv_samples()->agency;
}

/* ---- files ---- */

struct asv_test_handover_file *asv_test_handover_find(struct asv_test_handover *it, const char *name)
{
    for (size_t i = 0; i < it->count; i++) {
        if (strcmp(it->files[i].name, name) == 0) {
            return &it->files[i];
        }
    }
    return NULL;
}

struct asv_test_handover_file *asv_test_handover_put(struct asv_test_handover *it, const char *name,
                                                     const void *data, size_t len)
{
    struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    if (file == NULL) {
        must(it->count < ASV_TEST_HANDOVER_FILES);
        file = &it->files[it->count++];
        *file = (struct asv_test_handover_file){.len = 0};
        (void)snprintf(file->name, sizeof file->name, "%s", name);
    }
    uint8_t *copy = malloc(len + 1);
    must(copy != NULL);
    memcpy(copy, data, len);
    free(file->data);
    file->data = copy;
    file->len = len;
    return file;
}

void asv_test_handover_remove(struct asv_test_handover *it, const char *name)
{
    struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    must(file != NULL);
    free(file->data);
    it->count--;
    memmove(file, file + 1, (it->count - (size_t)(file - it->files)) * sizeof *file);
}

static void put_part(struct asv_test_handover *it, size_t clip, const char *part, const void *data,
                     size_t len)
{
    char name[64];
    (void)snprintf(name, sizeof name, "recordings/%03zu/%s", clip + 1, part);
    (void)asv_test_handover_put(it, name, data, len);
}

/* ---- recordings ---- */

void asv_test_handover_seal(struct asv_test_handover *it, size_t clip)
{
    const struct asv_test_clip *made = &it->clips[clip];
    uint8_t stanzas[ASV_PLAN_RECIPIENTS_MAX * ASV_AGE_X25519_STANZA_BYTES];
    size_t stanzas_len = 0;
    struct asv_writer writer;
    for (size_t i = 0; i < it->plan.recipient_count; i++) {
        uint8_t ephemeral[ASV_X25519_BYTES];
        memset(ephemeral, (int)(0x31 + 16 * clip + i), sizeof ephemeral);
        must(asv_age_wrap(stanzas + stanzas_len, it->file_key[clip], it->plan.recipients[i].key, ephemeral) ==
             ASV_OK);
        stanzas_len += ASV_AGE_X25519_STANZA_BYTES;
    }
    uint8_t *data = malloc(ASV_AGE_HEADER_MAX_BYTES + made->payload.len + 64);
    must(data != NULL);
    asv_writer_init(&writer, data, ASV_AGE_HEADER_MAX_BYTES + made->payload.len + 64);
    must(asv_age_header_write(&writer, (struct asv_bytes){stanzas, stanzas_len}, it->file_key[clip]) ==
         ASV_OK);
    asv_write_bytes(&writer, made->header.nonce, sizeof made->header.nonce);
    asv_write_bytes(&writer, made->payload.data, made->payload.len);
    if (made->plan.cut) {
        uint8_t key[ASV_AEAD_KEY_BYTES], last[ASV_FINAL_CIPHER_BYTES];
        asv_age_payload_key(key, it->file_key[clip], made->header.nonce);
        asv_age_final_chunk(last, made->payload.len / ASV_CHUNK_CIPHER_BYTES, key);
        asv_write_bytes(&writer, last, sizeof last);
    }
    must(!writer.overrun);
    put_part(it, clip, "sealed.age", data, writer.len);
    free(data);
}

static void put_whole(struct asv_test_handover *it, size_t clip)
{
    const struct asv_test_clip *made = &it->clips[clip];
    char text[2 * ASV_FILE_KEY_BYTES + 2];
    size_t len = (size_t)made->plan.chunks * ASV_CHUNK_PLAIN_BYTES;
    uint8_t *data = malloc(len + ASV_FINAL_PLAIN_BYTES);
    must(data != NULL);
    for (uint32_t i = 0; i < made->plan.chunks; i++) {
        asv_test_clip_plaintext(&made->plan, i, data + (size_t)i * ASV_CHUNK_PLAIN_BYTES);
    }
    memcpy(data + len, asv_final_plaintext, ASV_FINAL_PLAIN_BYTES);
    put_part(it, clip, "playable.mp4", data, len + ASV_FINAL_PLAIN_BYTES);
    free(data);
    asv_hex_encode(text, it->file_key[clip], ASV_FILE_KEY_BYTES);
    text[sizeof text - 2] = '\n';
    put_part(it, clip, "file.key", text, sizeof text - 1);
}

static enum asv_status read_plain(void *ctx, uint64_t chunk, uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                                  struct asv_err *err)
{
    const struct asv_test_clip *clip = ctx;
    (void)err;
    asv_test_clip_plaintext(&clip->plan, (uint32_t)chunk, out);
    return ASV_OK;
}

static void put_source(struct asv_test_handover *it, size_t clip, const char *part, struct asv_source source)
{
    uint8_t *data = malloc((size_t)source.size + 1);
    uint64_t at = 0;
    size_t got = 1;
    must(data != NULL);
    while (got > 0) {
        must(asv_source_next(&source, &at, data + at, 4096, &got, NULL) == ASV_OK);
    }
    put_part(it, clip, part, data, (size_t)at);
    free(data);
}

#define FILM_MS 4000

static json_int_t to_ms(uint64_t us, bool up)
{
    uint64_t ms = (us + (up ? 999 : 0)) / 1000;
    return (json_int_t)(ms < FILM_MS ? ms : FILM_MS);
}

static void leave_out(json_t *all, json_int_t from_ms, json_int_t until_ms)
{
    if (from_ms < until_ms) {
        json_t *part = json_pack("{s:I,s:I,s:s}", "from_ms", from_ms, "until_ms", until_ms, "reason",
                                 "nicht beschlossen");
        must(part != NULL && json_array_append_new(all, part) == 0);
    }
}

static json_t *excerpt_of(const struct asv_excerpt_facts *shows)
{
    json_int_t from_ms = to_ms(shows->shown_from_us, false), until_ms = to_ms(shows->shown_until_us, true);
    json_t *all = json_array();
    leave_out(all, 0, from_ms);
    leave_out(all, until_ms, to_ms(shows->whole_until_us, true));
    return json_pack("{s:I,s:I,s:I,s:o}", "from_ms", from_ms, "until_ms", until_ms, "edge_bytes",
                     (json_int_t)shows->edge_bytes, "left_out", all);
}

void asv_test_handover_cut_out(struct asv_test_handover *it, size_t clip)
{
    struct asv_test_clip *made = &it->clips[clip];
    struct asv_seal_verifier verifier;
    struct asv_seal_signer signer = asv_test_signer(&agency()->camera);
    const struct asv_plan_clip *plan = &it->plan_clips[clip];
    struct asv_excerpt *excerpt = NULL;
    asv_seal_verifier_init(&verifier, &signer, NULL);
    must(asv_seal_verifier_feed(&verifier, made->seal.data, made->seal.len, NULL) == ASV_OK);
    const struct asv_seal_result *seal = asv_seal_verifier_result(&verifier);
    const struct asv_excerpt_recording recording = {
        .checkpoint = &seal->checkpoint,
        .media_bytes = seal->ended ? seal->end.media_bytes : seal->checkpoint.chunks * ASV_CHUNK_PLAIN_BYTES,
        .file_key = it->file_key[clip],
        .ctx = made,
        .read = read_plain};
    must(asv_excerpt_choose(&recording, plan->from_ms, plan->until_ms, &excerpt, NULL) == ASV_OK);
    put_source(it, clip, "excerpt.mp4", asv_excerpt_mp4(excerpt));
    put_source(it, clip, "excerpt.proof", asv_excerpt_proof(excerpt));
    const struct asv_excerpt_facts *shows = asv_excerpt_facts(excerpt);
    json_t *said = excerpt_of(shows);
    json_t *facts = json_array_get(json_object_get(it->facts, "clips"), clip);
    must(said != NULL && json_object_set_new(facts, "excerpt", said) == 0);
    asv_excerpt_close(excerpt);
}

static void make_clip(struct asv_test_handover *it, size_t clip, const struct asv_test_plan *plan,
                      const char *tail)
{
    static const char *const parts[] = {"seal", "chain", "link", "commit", "receipt", "tail"};
    char directory[512];
    struct asv_test_world world;
    struct asv_test_clip *made = &it->clips[clip];
    asv_test_world_init(&world, 7 + clip);
    asv_test_clip_make(made, agency(), &agency()->camera, &world, plan);
    must(asv_seal_unwrap(it->file_key[clip], &made->header,
                         (struct asv_bytes){made->stanzas.data, made->stanzas.len},
                         made->key_sk[0]) == ASV_OK);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_clip_write(made, agency(), &agency()->camera, &agency()->dock, tail, strlen(tail), directory);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char path[600];
        uint8_t *data = NULL;
        size_t len = 0;
        (void)snprintf(path, sizeof path, "%s/%s", directory, parts[i]);
        if (access(path, F_OK) == 0) {
            asv_test_read_file(directory, parts[i], &data, &len);
            put_part(it, clip, parts[i], data, len);
            free(data);
        }
    }
    asv_test_remove_directory(directory);
    memcpy(it->plan_clips[clip].header, made->header_digest, ASV_SHA256_BYTES);
}

/* ---- the decision ---- */

static int by_header(const void *a, const void *b)
{
    return memcmp(((const struct asv_plan_clip *)a)->header, ((const struct asv_plan_clip *)b)->header,
                  ASV_SHA256_BYTES);
}

void asv_test_handover_plan_it(struct asv_test_handover *it)
{
    uint8_t data[ASV_PLAN_MAX_BYTES];
    struct asv_plan_clip rising[ASV_TEST_HANDOVER_CLIPS + 1];
    struct asv_writer writer;
    memcpy(rising, it->plan_clips, sizeof rising);
    qsort(rising, it->plan.clip_count, sizeof *rising, by_header);
    asv_writer_init(&writer, data, sizeof data);
    must(asv_plan_write(&writer, &it->plan, rising) == ASV_OK);
    (void)asv_test_handover_put(it, "plan", data, writer.len);
}

static void enrol(struct asv_test_handover *it)
{
    static uint8_t text[32768];
    struct asv_writer writer;
    struct asv_statement statement;
    const struct asv_test_person *people[] = {&it->exporter, &it->supervisor};
    asv_writer_init(&writer, text, sizeof text);
    asv_enrolled_file_begin(&writer);
    for (uint8_t i = 0; i < 2; i++) {
        asv_test_statement(&statement, ASV_ACTION_FOUND, ASV_STEP_SOLE, &it->root, (uint8_t)(1 + i));
        memcpy(statement.subject.id, people[i]->digest, sizeof statement.subject.id);
        asv_test_state(&it->founded[i], &statement, &it->root, NULL);
        const struct asv_enrolled_by by = {.record = people[i]->credential.encoded,
                                           .answer = {it->founded[i].data, it->founded[i].len}};
        asv_enrolled_file_put(&writer, &by);
    }
    must(!writer.overrun);
    (void)asv_test_handover_put(it, "ledger/enrolled", text, writer.len);
}

static void put_decision(json_t *facts, const char *key, const struct asv_test_stated *stated,
                         const struct asv_test_person *by)
{
    char digest[2 * ASV_SHA256_BYTES + 1];
    uint8_t raw[ASV_SHA256_BYTES];
    const struct asv_statement *statement = &stated->statement;
    asv_statement_digest(raw, statement);
    asv_hex_encode(digest, raw, sizeof raw);
    json_t *said =
        json_pack("{s:s%,s:s,s:s%,s:s}", "name", (const char *)by->credential.name.data,
                  by->credential.name.len, "at", "2026-01-05T06:00:00.000Z", "reason",
                  (const char *)statement->reason.data, statement->reason.len, "statement", digest);
    must(said != NULL && statement->issued_ms == ASV_TEST_NOW_MS &&
         json_object_set_new(facts, key, said) == 0);
}

/* The keeper took it. */
static void rule(struct asv_test_handover *it)
{
    struct asv_ruling ruling = asv_samples()->ruling;
    struct asv_writer writer;
    asv_statement_digest(ruling.statement, &it->approval.statement);
    asv_statement_digest(ruling.proposal, &it->proposal.statement);
    ruling.verdict = ASV_RULING_TAKEN;
    ruling.status = 0;
    asv_writer_init(&writer, it->ruling, sizeof it->ruling);
    must(asv_ruling_encode(&writer, &ruling, agency()->keeper.sk) == ASV_OK);
    it->ruling_len = writer.len;
}

void asv_test_handover_decide(struct asv_test_handover *it, const struct asv_test_person *proposer,
                              const struct asv_test_person *approver)
{
    struct asv_statement statement;
    const struct asv_test_handover_file *plan = asv_test_handover_find(it, "plan");
    asv_test_statement(&statement, ASV_ACTION_HAND_OVER, ASV_STEP_PROPOSE, proposer, 3);
    asv_test_handover_says(&statement, &it->plan, plan->data, plan->len);
    asv_test_state(&it->proposal, &statement, proposer, NULL);
    asv_test_statement(&statement, ASV_ACTION_HAND_OVER, ASV_STEP_APPROVE, approver, 4);
    asv_test_answer(&statement, &it->proposal.statement);
    asv_test_state(&it->approval, &statement, approver, NULL);
    (void)asv_test_handover_put(it, "plan.proposal", it->proposal.data, it->proposal.len);
    (void)asv_test_handover_put(it, "plan.approval", it->approval.data, it->approval.len);
    put_decision(it->facts, "requested", &it->proposal, proposer);
    put_decision(it->facts, "approved", &it->approval, approver);
    rule(it);
}

/* ---- the ledger ---- */

struct log {
    size_t count;
    uint8_t leaf[DUMMIES + ASV_TEST_HANDOVER_ENTRIES][ASV_SHA256_BYTES];
};

static size_t split(size_t count)
{
    size_t half = 1;
    while (half * 2 < count) {
        half *= 2;
    }
    return half;
}

/* As RFC 6962 is written. */
static void root_of(const struct log *log, size_t from, size_t to, uint8_t out[ASV_SHA256_BYTES])
{
    uint8_t left[ASV_SHA256_BYTES], right[ASV_SHA256_BYTES];
    if (to - from == 1) {
        memcpy(out, log->leaf[from], ASV_SHA256_BYTES);
        return;
    }
    size_t half = split(to - from);
    root_of(log, from, from + half, left);
    root_of(log, from + half, to, right);
    asv_merkle_node(out, left, right);
}

static void path_of(const struct log *log, size_t index, size_t from, size_t to, struct asv_proof *out)
{
    if (to - from == 1) {
        return;
    }
    size_t half = split(to - from);
    if (index < half) {
        path_of(log, index, from, from + half, out);
        root_of(log, from + half, to, out->hash[out->count++]);
    } else {
        path_of(log, index - half, from + half, to, out);
        root_of(log, from, from + half, out->hash[out->count++]);
    }
}

static void put_field(struct asv_writer *writer, uint8_t tag, const void *value, size_t len)
{
    asv_write_u8(writer, tag);
    asv_write_view16(writer, value, len);
}

static size_t write_entry(struct asv_test_handover *it, size_t i, uint8_t out[ASV_LEDGER_ENTRY_MAX_BYTES],
                          struct asv_opened *opened)
{
    static const uint8_t none[ASV_SHA256_BYTES];
    const struct asv_test_handover_entry *entry = &it->entries[i];
    const struct asv_ledger_event event = {.kind = entry->kind,
                                           .recorded_ms = RECORDED_MS + (int64_t)i * 1000};
    struct asv_ledger_event made = event;
    static uint8_t closed[256]; /* what opened views */
    uint8_t facts[512], at[8], key[ASV_LEDGER_KEY_BYTES], recording[ASV_UUID_BYTES];
    struct asv_writer writer, shut;
    struct asv_ledger_entry read;
    size_t len = 0;
    memcpy(made.id, entry->id, sizeof made.id);
    memset(key, (int)(1 + i), sizeof key);
    memset(recording, 0x50 + (entry->recording != 0 ? entry->recording - 1 : entry->clip), sizeof recording);
    asv_store_be64(at, (uint64_t)ASV_TEST_NOW_MS);
    asv_writer_init(&writer, facts, sizeof facts);
    asv_writer_init(&shut, closed, sizeof closed);
    put_field(&writer, ASV_LEDGER_AT, at, sizeof at);
    if (entry->clip >= 0) {
        put_field(&writer, ASV_LEDGER_RECORDING, recording, sizeof recording);
    }
    if (memcmp(entry->object, none, sizeof none) != 0) {
        put_field(&writer, ASV_LEDGER_OBJECT, entry->object, sizeof entry->object);
    }
    if (entry->label != NULL) {
        put_field(&writer, ASV_LEDGER_LABEL, entry->label, strlen(entry->label));
    }
    if (memcmp(entry->proposal, none, sizeof none) != 0) {
        put_field(&writer, ASV_LEDGER_PROPOSAL, entry->proposal, sizeof entry->proposal);
    }
    if (entry->clip >= 0) {
        put_field(&shut, ASV_LEDGER_ACTOR, agency()->dock.cert_digest, ASV_SHA256_BYTES);
        put_field(&shut, ASV_LEDGER_TEXT, ASV_TEST_HANDOVER_DETAIL, sizeof ASV_TEST_HANDOVER_DETAIL - 1);
    }
    if (memcmp(entry->header, none, sizeof none) != 0) {
        put_field(&shut, ASV_LEDGER_HEADER, entry->header, sizeof entry->header);
    }
    const struct asv_bytes shut_bytes = {closed, shut.len};
    must(asv_ledger_entry_write(out, &len, &made, (struct asv_bytes){facts, writer.len}, shut_bytes, key,
                                NULL, NULL) == ASV_OK);
    must(asv_ledger_entry_read(&read, (struct asv_bytes){out, len}, NULL) == ASV_OK);
    must(asv_opened_make(opened, &read, shut_bytes, key, NULL, NULL) == ASV_OK);
    return len;
}

static void put_beside(struct asv_test_handover *it, size_t i, const char *ending, const void *data,
                       size_t len)
{
    char name[64];
    (void)snprintf(name, sizeof name, "ledger/%010zu.%s", DUMMIES + i, ending);
    (void)asv_test_handover_put(it, name, data, len);
}

static void put_head(struct asv_test_handover *it, const struct asv_tree_head *head)
{
    char root[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(root, head->root, sizeof head->root);
    json_t *logs = json_pack(
        "[{s:i,s:s,s:I,s:s,s:s,s:[{s:s,s:s}]}]", "log", 1, "origin", asv_test_note_key(ASV_TEST_LOG)->name,
        "size", (json_int_t)head->size, "root", root, "signed_at", "2026-01-05T06:30:00.000Z", "cosignatures",
        "witness", asv_test_note_key(ASV_TEST_DPO)->name, "cosigned_at", "2026-01-05T06:30:00.000Z");
    must(logs != NULL && json_object_set_new(it->facts, "logs", logs) == 0);
}

static void put_event(struct asv_test_handover *it, size_t i)
{
    const struct asv_test_handover_entry *entry = &it->entries[i];
    char id[ASV_UUID_TEXT_BYTES], object[2 * ASV_SHA256_BYTES + 1], recorded[32];
    char actor[2 * ASV_SHA256_BYTES + 1];
    if (entry->clip < 0) {
        return;
    }
    asv_uuid_format(id, entry->id);
    asv_hex_encode(object, entry->object, sizeof entry->object);
    asv_hex_encode(actor, agency()->dock.cert_digest, ASV_SHA256_BYTES);
    (void)snprintf(recorded, sizeof recorded, "2026-01-05T06:01:%02zu.000Z", i);
    json_t *custody =
        json_object_get(json_array_get(json_object_get(it->facts, "clips"), (size_t)entry->clip), "custody");
    json_t *event =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s,s:i,s:I}", "actor", actor, "detail", "Dock 1, Fach 3",
                  "event", id, "kind", asv_ledger_kind_name(entry->kind), "at", "2026-01-05T06:00:00.000Z",
                  "recorded_at", recorded, "actor_kind", "dock", "signed", 1, "object_digest", object, "log",
                  1, "leaf", (json_int_t)(DUMMIES + i));
    must(event != NULL && json_array_append_new(custody, event) == 0);
}

static void sign_head(const struct asv_tree_head *head, struct asv_writer *out)
{
    uint8_t text[ASV_CHECKPOINT_MAX_BYTES];
    struct asv_writer writer;
    const struct asv_note_key *key = asv_test_note_key(ASV_TEST_LOG);
    asv_writer_init(&writer, text, sizeof text);
    must(asv_checkpoint_write(&writer, key->name, head, NULL) == ASV_OK);
    const struct asv_bytes body = {text, writer.len};
    asv_note_sign(out, key, asv_test_note_secret(ASV_TEST_LOG), body);
    must(asv_cosignature_write(out, asv_test_note_key(ASV_TEST_DPO), asv_test_note_secret(ASV_TEST_DPO),
                               ASV_TEST_NOW_MS / 1000 + 1800, body, NULL) == ASV_OK);
}

static void put_proof(struct asv_test_handover *it, const struct log *log, size_t i, struct asv_bytes note)
{
    static uint8_t data[ASV_TLOGPROOF_MAX_BYTES];
    struct asv_tlogproof proof = {.index = DUMMIES + i, .checkpoint = note};
    struct asv_writer writer;
    path_of(log, DUMMIES + i, 0, log->count, &proof.inclusion);
    asv_writer_init(&writer, data, sizeof data);
    asv_tlogproof_write(&writer, &proof, (struct asv_bytes){NULL, 0});
    must(!writer.overrun);
    put_beside(it, i, "tlog-proof", data, writer.len);
}

static void put_entries(struct asv_test_handover *it, struct log *log)
{
    static struct asv_opened opened;
    static uint8_t text[ASV_OPENED_MAX_BYTES];
    for (size_t i = 0; i < it->entry_count; i++) {
        uint8_t data[ASV_LEDGER_ENTRY_MAX_BYTES];
        const struct asv_test_bytes *object = &it->entries[i].signed_object;
        struct asv_writer writer;
        size_t len = write_entry(it, i, data, &opened);
        asv_merkle_leaf(log->leaf[log->count++], data, len);
        put_beside(it, i, "entry", data, len);
        if (opened.count > 0) {
            asv_writer_init(&writer, text, sizeof text);
            asv_opened_write(&writer, &opened);
            put_beside(it, i, "opened", text, writer.len);
        }
        if (object->len > 0) {
            put_beside(it, i, "object", object->data, object->len);
        }
        put_event(it, i);
    }
}

void asv_test_handover_log(struct asv_test_handover *it)
{
    static uint8_t note[ASV_NOTE_MAX_BYTES];
    struct log log = {.count = DUMMIES};
    struct asv_tree_head head;
    struct asv_writer writer;
    for (size_t i = 0; i < DUMMIES; i++) {
        memset(log.leaf[i], (int)i, ASV_SHA256_BYTES);
    }
    json_t *clips = json_object_get(it->facts, "clips");
    for (size_t i = 0; i < json_array_size(clips); i++) {
        json_t *clip = json_array_get(clips, i);
        must(json_object_set_new(clip, "custody", json_array()) == 0);
    }
    put_entries(it, &log);
    head.size = log.count;
    root_of(&log, 0, log.count, head.root);
    asv_writer_init(&writer, note, sizeof note);
    sign_head(&head, &writer);
    for (size_t i = 0; i < it->entry_count; i++) {
        put_proof(it, &log, i, (struct asv_bytes){note, writer.len});
    }
    put_head(it, &head);
    const struct asv_bytes trust = asv_test_policy("none");
    (void)asv_test_handover_put(it, "ledger/trust", trust.data, trust.len);
}

static struct asv_test_handover_entry *add_entry(struct asv_test_handover *it, uint16_t kind, int clip)
{
    struct asv_test_handover_entry *entry = &it->entries[it->entry_count];
    *entry = (struct asv_test_handover_entry){.kind = kind, .clip = clip};
    memset(entry->id, (int)(0x60 + it->entry_count++), sizeof entry->id);
    if (clip >= 0) {
        if (kind ==
            ASV_LEDGER_COMMITTED_FIRST) { /* the others have the ledger's name for the recording alone */
            memcpy(entry->header, it->plan_clips[clip].header, sizeof entry->header);
        }
        memset(entry->object, (int)(0x70 + it->entry_count), sizeof entry->object);
    }
    return entry;
}

static void add_custody(struct asv_test_handover *it, int clip)
{
    (void)add_entry(it, ASV_LEDGER_COMMITTED_FIRST, clip);
    (void)add_entry(it, 37, clip); /* receipt */
}

static void add_entries(struct asv_test_handover *it)
{
    static struct asv_ruling ruling;
    for (int clip = 0; clip < ASV_TEST_HANDOVER_CLIPS - 1; clip++) {
        add_custody(it, clip);
    }
    asv_statement_digest(add_entry(it, ASV_LEDGER_STATEMENT, -1)->object, &it->proposal.statement);
    asv_statement_digest(add_entry(it, ASV_LEDGER_STATEMENT, -1)->object, &it->approval.statement);
    struct asv_test_handover_entry *answered = add_entry(it, ASV_LEDGER_STATEMENT_ANSWERED, -1);
    must(asv_ruling_decode(&ruling, it->ruling, it->ruling_len, NULL) == ASV_OK);
    asv_sha256(answered->object, ruling.object.body.data, ruling.object.body.len);
    asv_statement_digest(answered->proposal, &it->approval.statement);
    answered->label = "taken";
    answered->signed_object = (struct asv_test_bytes){it->ruling, it->ruling_len};
    struct asv_test_handover_entry *held = add_entry(it, ASV_LEDGER_STATEMENT, -1);
    memset(held->object, 0x42, sizeof held->object);
    memcpy(held->header, it->plan_clips[0].header, sizeof held->header);
    struct asv_test_handover_entry *concluded = add_entry(it, ASV_LEDGER_STATEMENT_ANSWERED, -1);
    memcpy(concluded->proposal, held->object, sizeof concluded->proposal);
    concluded->label = "concluded";
    add_custody(it, ASV_TEST_HANDOVER_CLIPS - 1);
}

/* ---- the facts ---- */

static void set_digest(json_t *object, const char *key, const uint8_t *digest)
{
    char text[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(text, digest, ASV_SHA256_BYTES);
    must(json_object_set_new(object, key, json_string(text)) == 0);
}

static void set_uuid(json_t *object, const char *key, const uint8_t *id)
{
    char text[ASV_UUID_TEXT_BYTES];
    asv_uuid_format(text, id);
    must(json_object_set_new(object, key, json_string(text)) == 0);
}

static void set_time(json_t *object, const char *key, int64_t ms)
{
    char text[64];
    struct tm at;
    time_t seconds = (time_t)(ms / 1000);
    must(gmtime_r(&seconds, &at) != NULL);
    (void)snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", at.tm_year + 1900, at.tm_mon + 1,
                   at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, (int)(ms % 1000));
    must(json_object_set_new(object, key, json_string(text)) == 0);
}

static void set_text(json_t *object, const char *key, const char *text)
{
    must(json_object_set_new(object, key, json_string(text[0] != '\0' ? text : "ohne Angabe")) == 0);
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
    must(json_object_set_new(object, key, json_integer((json_int_t)number)) == 0);
}

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    static const char *const kinds[] = {[ASV_RECORD_MARKER] = "marker",
                                        [ASV_RECORD_DISPLAY_ON] = "display_on",
                                        [ASV_RECORD_ANNOUNCED] = "announced",
                                        [ASV_RECORD_DWELLING] = "dwelling",
                                        [ASV_RECORD_PREROLL_END] = "pre_roll_end"};
    json_t *markers = ctx;
    if (record->kind >= sizeof kinds / sizeof *kinds || kinds[record->kind] == NULL) {
        return ASV_OK;
    }
    json_t *one = json_object();
    set_text(one, "kind", kinds[record->kind]);
    set_time(one, "at", record->wall_ms);
    set_number(one, "media_ms", record->mono_ms); /* and begins with the header's, below */
    must(json_array_append_new(markers, one) == 0);
    return ASV_OK;
}

static void put_markers(struct asv_test_handover *it, size_t i, json_t *clip)
{
    const struct asv_test_clip *made = &it->clips[i];
    const struct asv_seal_events events = {.ctx = json_object_get(clip, "markers"), .record = on_record};
    static struct asv_seal_verifier verifier;
    struct asv_seal_signer signer;
    size_t at = 0;
    json_t *one = NULL;
    asv_seal_signer_of(&signer, &agency()->camera.chain);
    asv_seal_verifier_init(&verifier, &signer, &events);
    must(asv_seal_verifier_feed(&verifier, made->seal.data, made->seal.len, NULL) == ASV_OK);
    json_array_foreach(events.ctx, at, one)
    {
        set_number(one, "media_ms",
                   (uint64_t)json_integer_value(json_object_get(one, "media_ms")) -
                       made->header.start_mono_ms);
    }
}

static json_t *clip_facts(struct asv_test_handover *it, size_t i)
{
    static const char *const clocks[] = {"unknown", "synced", "holdover", "lost"};
    char name[64];
    struct asv_commit commit;
    (void)snprintf(name, sizeof name, "recordings/%03zu/commit", i + 1);
    const struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    must(asv_commit_decode(&commit, file->data, file->len, NULL, NULL) == ASV_OK);
    json_t *clip = json_pack("{s:s,s:s,s:s,s:b,s:i,s:[{s:s,s:s,s:s}],s:[],s:[]}", "camera_name", "Kamera 01",
                             "integrity", commit.integrity == 1 ? "VALID" : "TRUNCATED", "provenance",
                             "TRUSTED", "marked", commit.marked, "duration_ms", FILM_MS, "checks", "check",
                             "Siegel", "result", "passed", "text", "stimmt", "markers", "custody");
    must(clip != NULL);
    set_uuid(clip, "clip", commit.clip);
    set_digest(clip, "camera", commit.camera_cert);
    set_text(clip, "model", commit.model);
    set_text(clip, "device_serial", commit.serial);
    set_text(clip, "firmware", commit.firmware);
    set_number(clip, "number", commit.number);
    set_text(clip, "unit", commit.unit);
    set_time(clip, "started_at", commit.start_ms);
    set_time(clip, "ended_at", commit.end_ms);
    set_time(clip, "earliest_at", commit.earliest_ms);
    set_time(clip, "latest_at", commit.latest_ms);
    set_text(clip, "clock_state", clocks[commit.clock_state]);
    set_number(clip, "clock_offset_ms", (uint64_t)commit.offset_ms);
    set_number(clip, "clock_uncertainty_ms", commit.uncertainty_ms);
    set_time(clip, "docked_at", commit.docked_ms);
    set_text(clip, "dock_name", commit.dock_name);
    set_time(clip, "committed_at", commit.committed_ms);
    set_number(clip, "payload_bytes", commit.payload_bytes);
    set_number(clip, "tail_bytes", commit.tail_bytes);
    set_number(clip, "chunks", commit.leaves);
    set_digest(clip, "header", commit.header_digest);
    set_digest(clip, "root", commit.root);
    set_digest(clip, "seal_digest", commit.seal_digest);
    put_markers(it, i, clip);
    return clip;
}

/* The record of recording i; the cut one has none yet beside it, and the last, which is not handed over,
 * begins when all others have ended. */
static struct asv_bytes link_of(struct asv_test_handover *it, size_t i, int64_t until_ms,
                                struct asv_link *link, uint8_t made[ASV_LINK_MAX_BYTES])
{
    char name[64];
    struct asv_writer writer;
    (void)snprintf(name, sizeof name, "recordings/%03zu/link", i + 1);
    const struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    struct asv_bytes view = {made, 0};
    if (file != NULL) {
        view = (struct asv_bytes){file->data, file->len};
    } else {
        link->number = i + 1;
        link->start_wall_ms = i < ASV_TEST_HANDOVER_CLIPS ? it->clips[i].header.start_wall_ms
                              : until_ms > RECORDED_MS    ? until_ms
                                                          : RECORDED_MS;
        link->end_wall_ms = link->start_wall_ms + 1000;
        asv_writer_init(&writer, made, ASV_LINK_MAX_BYTES);
        must(asv_link_write(&writer, link, agency()->camera.sk) == ASV_OK);
        view.len = writer.len;
    }
    must(asv_link_read(link, NULL, view.data, view.len, NULL, NULL) == ASV_OK && link->number == i + 1);
    return view;
}

static json_t *number_of(size_t i, const struct asv_link *link)
{
    bool is_here = i < ASV_TEST_HANDOVER_CLIPS;
    json_t *one =
        json_pack("{s:s,s:b,s:b}", "fate", is_here ? "handed_over" : "erased", "linked", 1, "twice", 0);
    must(one != NULL);
    set_number(one, "number", i + 1);
    set_time(one, "started_at", link->start_wall_ms);
    set_time(one, "ended_at", link->end_wall_ms);
    if (is_here) {
        set_number(one, "clip", i + 1);
    }
    return one;
}

static void put_series(struct asv_test_handover *it)
{
    uint8_t file[4 * (ASV_SERIES_LINK_MAX + 2)], made[ASV_LINK_MAX_BYTES];
    struct asv_writer writer;
    struct asv_link link = {0};
    json_t *numbers = json_array();
    int64_t until_ms = 0;
    asv_writer_init(&writer, file, sizeof file);
    for (size_t i = 0; i <= ASV_TEST_HANDOVER_CLIPS; i++) {
        const struct asv_bytes record = link_of(it, i, until_ms, &link, made);
        asv_series_put(&writer, (struct asv_bytes){record.data, record.len - ASV_LINK_OPENING_BYTES});
        bool counts = i < ASV_TEST_HANDOVER_CLIPS && link.end_wall_ms > until_ms;
        until_ms = counts ? link.end_wall_ms : until_ms;
        must(json_array_append_new(numbers, number_of(i, &link)) == 0);
    }
    must(!writer.overrun);
    (void)asv_test_handover_put(it, "links/001", file, writer.len);
    json_t *series = json_pack("{s:s,s:b,s:s,s:o}", "camera_name", "Kamera 01", "gapless", 1, "time", "shown",
                               "numbers", numbers);
    must(series != NULL);
    set_digest(series, "camera", agency()->camera.cert_digest);
    set_uuid(series, "epoch", link.epoch);
    set_time(series, "from_at", it->clips[0].header.start_wall_ms);
    set_time(series, "until_at", until_ms);
    must(json_object_set_new(it->facts, "series", json_pack("[o]", series)) == 0);
}

static void commit_again(struct asv_test_handover *it, size_t clip, void (*change)(struct asv_commit *commit))
{
    char name[64], directory[512];
    uint8_t *data = NULL;
    size_t len = 0;
    struct asv_commit commit;
    (void)snprintf(name, sizeof name, "recordings/%03zu/commit", clip + 1);
    const struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    must(asv_commit_decode(&commit, file->data, file->len, NULL, NULL) == ASV_OK);
    change(&commit);
    asv_test_make_directory(directory, sizeof directory);
    asv_test_commit_write(&commit, &agency()->dock, directory);
    asv_test_read_file(directory, "commit", &data, &len);
    put_part(it, clip, "commit", data, len);
    free(data);
    asv_test_remove_directory(directory);
    json_t *said = json_array_get(json_object_get(it->facts, "clips"), clip);
    set_time(said, "docked_at", commit.docked_ms);
    set_time(said, "committed_at", commit.committed_ms);
    if (commit.uncertainty_ms == ASV_COMMIT_NO_CLOCK) {
        set_text(said, "clock_state", "unknown");
    }
}

static void too_early(struct asv_commit *commit)
{
    commit->docked_ms = commit->committed_ms = ASV_TEST_NOT_BEFORE_MS - 1;
}

void asv_test_handover_commit_early(struct asv_test_handover *it, size_t clip)
{
    commit_again(it, clip, too_early);
}

static void without_clock(struct asv_commit *commit)
{
    commit->uncertainty_ms = ASV_COMMIT_NO_CLOCK;
}

void asv_test_handover_commit_clockless(struct asv_test_handover *it, size_t clip)
{
    commit_again(it, clip, without_clock);
}

static void document(struct asv_test_handover *it, const char *kind, const char *name)
{
    char id[ASV_UUID_TEXT_BYTES], signature[180];
    uint8_t raw[ASV_SHA256_BYTES];
    asv_sha256(raw, kind, strlen(kind));
    asv_uuid_format(id, raw);
    (void)snprintf(signature, sizeof signature, "%s.p7s", name);
    json_t *one =
        json_pack("{s:s,s:s,s:s,s:s}", "document", kind, "id", id, "name", name, "signature", signature);
    must(one != NULL && json_array_append_new(json_object_get(it->facts, "documents"), one) == 0);
    if (strcmp(kind, "facts") != 0) {
        asv_test_handover_put(it, name, "%PDF-1.7", 8)->is_signed = true;
    }
}

static json_t *recipients_of(const struct asv_plan *plan)
{
    json_t *all = json_array();
    for (size_t i = 0; i < plan->recipient_count; i++) {
        char key[ASV_AGE_RECIPIENT_TEXT_BYTES];
        asv_age_recipient_encode(key, plan->recipients[i].key);
        json_t *one = json_pack("{s:s%,s:s}", "name", (const char *)plan->recipients[i].name.data,
                                plan->recipients[i].name.len, "key", key);
        must(one != NULL && json_array_append_new(all, one) == 0);
    }
    return all;
}

static void begin_facts(struct asv_test_handover *it)
{
    const struct asv_plan *plan = &it->plan;
    it->facts = json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:[],s:[],s:[],"
                          "s:{s:s,s:[s]},s:{s:s,s:s,s:[s]},"
                          "s:{s:s%,s:s,s:s,s:s,s:s,s:s,s:s,s:[],s:i,s:s}}",
                          "format", 1, "message", "0197a3c0-0000-8000-8000-000000000001", "made_at",
                          "2026-01-06T06:00:00.000Z", "time_zone", "Europe/Berlin", "version",
                          "Asservat 0.1.0", "output", "carrier", "protection", "none", "documents", "files",
                          "clips", "agency", "name", "Stadt Duisburg", "address", "47051 Duisburg",
                          "authority", "code", "R1200S", "name", "Staatsanwaltschaft Duisburg", "address",
                          "47057 Duisburg", "incident", "case_number", (const char *)plan->case_number.data,
                          plan->case_number.len, "cause", "prosecution", "offence", "Beleidigung", "danger",
                          "keine", "from_at", "2026-01-05T06:00:00.000Z", "place", "Duisburg", "accused",
                          "Unbekannt", "injured", "version", 1, "written_at", "2026-01-05T06:30:00.000Z");
    must(it->facts != NULL);
    set_digest(json_object_get(it->facts, "incident"), "statement", plan->agency);
    set_uuid(it->facts, "handover", plan->id);
    set_uuid(json_object_get(it->facts, "incident"), "incident", plan->incident);
    set_digest(json_object_get(it->facts, "agency"), "agency", plan->agency);
    must(json_object_set_new(it->facts, "recipients", recipients_of(plan)) == 0);
}

/* ---- who signs ---- */

static enum asv_status sign(void *ctx, const uint8_t digest[ASV_SHA256_BYTES],
                            uint8_t out[ASV_P256_SIG_MAX_BYTES], size_t *len, struct asv_err *err)
{
    const uint8_t sk[ASV_P256_SK_BYTES] = {3, 1};
    (void)ctx;
    (void)err;
    return asv_p256_sign(out, len, sk, digest);
}

struct asv_bytes asv_test_handover_certificate(void)
{
    static uint8_t pem[ASV_X509_MAX_BYTES];
    static size_t len;
    if (len == 0) {
        const uint8_t sk[ASV_P256_SK_BYTES] = {3, 1};
        const struct asv_x509 fields = {.organisation = "Stadt Duisburg",
                                        .name = "Asservate",
                                        .from_s = 1767592800,
                                        .until_s = INT64_C(4000000000)};
        must(asv_x509_self_signed(pem, &len, &fields, sk) == ASV_OK);
    }
    return (struct asv_bytes){pem, len};
}

static void name_cert(json_t *all, const char *role, const struct asv_cert *cert)
{
    uint8_t digest[ASV_SHA256_BYTES];
    char serial[2 * ASV_CERT_SERIAL_BYTES + 1];
    json_t *one = json_pack("{s:s,s:s}", "role", role, "name", cert->name);
    asv_cert_digest(digest, cert);
    asv_hex_encode(serial, cert->serial, sizeof cert->serial);
    set_digest(one, "digest", digest);
    set_text(one, "serial", serial);
    set_time(one, "not_after", cert->not_after_ms);
    must(json_array_append_new(all, one) == 0);
}

static void name_x509(json_t *all)
{
    struct asv_x509_said said;
    json_t *one = json_pack("{s:s}", "role", "package");
    must(asv_x509_read(&said, asv_test_handover_certificate()) == ASV_OK);
    set_digest(one, "digest", said.digest);
    set_text(one, "name", said.name);
    set_text(one, "serial", said.serial);
    set_time(one, "not_after", said.until_s * 1000);
    must(json_array_append_new(all, one) == 0);
}

static void name_certified(struct asv_test_handover *it, json_t *all, const char *role, const char *name)
{
    struct asv_chain chain;
    const struct asv_test_handover_file *file = asv_test_handover_find(it, name);
    must(asv_chain_decode(&chain, file->data, file->len, NULL) == ASV_OK);
    name_cert(all, role, &chain.leaf);
}

static void name_all(struct asv_test_handover *it)
{
    struct asv_chain chain;
    struct asv_revocations list;
    json_t *all = json_array(), *serials = json_array(), *said = json_object();
    const struct asv_test_handover_file *file = asv_test_handover_find(it, "recordings/001/chain");
    must(asv_chain_decode(&chain, file->data, file->len, NULL) == ASV_OK);
    name_cert(all, "root", &agency()->root.cert);
    name_cert(all, "issuer", &chain.ca);
    name_cert(all, "camera", &chain.leaf);
    name_cert(all, "dock", &agency()->dock.cert);
    name_x509(all);
    name_certified(it, all, "packages", "trust/package.chain");
    name_certified(it, all, "ledger", "trust/ledger.chain");
    must(json_object_set_new(it->facts, "certificates", all) == 0);
    file = asv_test_handover_find(it, "trust/revocations");
    must(asv_revocations_decode(&list, file->data, file->len, NULL) == ASV_OK);
    for (size_t i = 0; i < list.count; i++) {
        char serial[2 * ASV_CERT_SERIAL_BYTES + 1];
        asv_hex_encode(serial, list.serials + i * ASV_CERT_SERIAL_BYTES, ASV_CERT_SERIAL_BYTES);
        must(json_array_append_new(serials, json_string(serial)) == 0);
    }
    set_number(said, "number", list.number);
    set_time(said, "at", list.issued_ms);
    must(json_object_set_new(said, "serials", serials) == 0);
    must(json_object_set_new(it->facts, "revocations", said) == 0);
}

struct asv_cert asv_test_handover_certified(uint8_t role)
{
    struct asv_cert cert = asv_test_cert(role);
    struct asv_x509_said said;
    if (role == ASV_ROLE_LEDGER) {
        memcpy(cert.signing_pk, asv_test_note_key(ASV_TEST_LOG)->pk, sizeof cert.signing_pk);
    } else {
        must(asv_x509_read(&said, asv_test_handover_certificate()) == ASV_OK);
        memcpy(cert.x509, said.digest, sizeof cert.x509);
    }
    return cert;
}

static void put_certified(struct asv_test_handover *it, const char *name, uint8_t role)
{
    uint8_t chain[ASV_CHAIN_MAX_BYTES];
    const struct asv_cert cert = asv_test_handover_certified(role);
    size_t len = asv_test_certify(chain, &cert, &agency()->ca);
    (void)asv_test_handover_put(it, name, chain, len);
}

static void put_trust(struct asv_test_handover *it)
{
    const struct asv_bytes *root = &agency()->root.cert.object.encoded;
    const struct asv_bytes *dock = &agency()->dock.chain.encoded;
    const struct asv_bytes pem = asv_test_handover_certificate();
    const struct asv_samples *samples = asv_samples();
    char digest[2 * ASV_SHA256_BYTES + 1];
    (void)asv_test_handover_put(it, "trust/root.cert", root->data, root->len);
    (void)asv_test_handover_put(it, "trust/package.pem", pem.data, pem.len);
    put_certified(it, "trust/package.chain", ASV_ROLE_PACKAGE);
    put_certified(it, "trust/ledger.chain", ASV_ROLE_LEDGER);
    asv_hex_encode(digest, agency()->dock.cert_digest, sizeof agency()->dock.cert_digest);
    must(strncmp(digest, ASV_TEST_HANDOVER_DOCK, strlen(ASV_TEST_HANDOVER_DOCK)) == 0);
    (void)asv_test_handover_put(it, "trust/docks/" ASV_TEST_HANDOVER_DOCK ".chain", dock->data, dock->len);
    for (size_t i = 0; i < ASV_SAMPLE_COUNT; i++) {
        if (strcmp(samples->samples[i].name, "revocations") == 0) {
            (void)asv_test_handover_put(it, "trust/revocations", samples->samples[i].data,
                                        samples->samples[i].len);
        }
    }
    name_all(it);
    (void)asv_test_handover_put(it, "external/LIESMICH.txt", "hierher\n", 8);
}

/* ---- all of it ---- */

static void meet(struct asv_test_handover *it)
{
    uint8_t pk[ASV_X25519_BYTES];
    memset(it->identity, 0x77, sizeof it->identity);
    asv_x25519_public(pk, it->identity);
    asv_test_handover_plan(&it->plan, it->plan_clips, ASV_TEST_HANDOVER_CLIPS);
    memcpy(it->plan.recipients[0].key, pk, sizeof pk);
    asv_test_person_init(&it->root, 90, ASV_ROLE_ADMINISTRATOR, ASV_ALG_ED25519);
    memcpy(it->root.sk, agency()->root.sk, sizeof it->root.sk);
    asv_test_person_init(&it->exporter, 1, ASV_ROLE_EXPORTER, ASV_ALG_ED25519);
    asv_test_person_init(&it->supervisor, 2, ASV_ROLE_SUPERVISOR, ASV_ALG_ES256);
    asv_test_person_init(&it->stranger, 5, ASV_ROLE_DEPUTY, ASV_ALG_ED25519);
}

void asv_test_handover_make(struct asv_test_handover *it)
{
    asv_test_handover_make_of(it, 2);
}

void asv_test_handover_make_of(struct asv_test_handover *it, uint32_t chunks)
{
    static const struct {
        const char *kind, *name;
    } documents[] = {{"cover_letter", "Anschreiben.pdf"},
                     {"index", "Inhaltsverzeichnis.pdf"},
                     {"exhibits", "Asservatenliste.pdf"},
                     {"custody", "Gewahrsamsbericht.pdf"},
                     {"checking", "Pr\xc3\xbc"
                                  "fanleitung.pdf"},
                     {"facts", "facts.json"}};
    const struct asv_test_plan whole = {
        .number = 1, .chunks = chunks, .every = chunks > 2 ? 8 : 1, .pad = 8, .records = true};
    const struct asv_test_plan cut = {.number = 2, .chunks = 1, .every = 1, .cut = true};
    memset(it, 0, sizeof *it);
    size_t len = 0;
    it->media = asv_fmp4_stream(8, 500, 20000, &len);
    struct asv_test_plan film = asv_test_plan_of(it->media, len);
    film.number = 3;
    film.every = 1;
    struct asv_test_plan cut_film = film;
    cut_film.number = 4;
    cut_film.cut = true;
    meet(it);
    begin_facts(it);
    make_clip(it, 0, &whole, "");
    make_clip(it, 1, &cut, "what nobody signed");
    make_clip(it, 2, &film, "");
    make_clip(it, 3, &cut_film, "what stays with its original");
    asv_test_handover_remove(it, "recordings/004/tail");
    it->plan_clips[0].form = ASV_PLAN_WHOLE;
    it->plan_clips[1].form = ASV_PLAN_SEALED;
    it->plan_clips[2].form = ASV_PLAN_EXCERPT;
    it->plan_clips[3].form = ASV_PLAN_EXCERPT_ONLY;
    for (size_t i = 2; i < 4; i++) {
        it->plan_clips[i].from_ms = 1000;
        it->plan_clips[i].until_ms = 2000;
    }
    for (size_t i = 0; i < ASV_TEST_HANDOVER_CLIPS; i++) {
        if (asv_plan_has_original(it->plan_clips[i].form)) {
            asv_test_handover_seal(it, i);
        }
        must(json_array_append_new(json_object_get(it->facts, "clips"), clip_facts(it, i)) == 0);
    }
    put_whole(it, 0);
    put_series(it);
    asv_test_handover_cut_out(it, 2);
    asv_test_handover_cut_out(it, 3);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        document(it, documents[i].kind, documents[i].name);
    }
    put_trust(it);
    enrol(it);
    asv_test_handover_plan_it(it);
    asv_test_handover_decide(it, &it->exporter, &it->supervisor);
    add_entries(it);
    asv_test_handover_log(it);
}

void asv_test_handover_copy(struct asv_test_handover *it, const struct asv_test_handover *of)
{
    memcpy(it, of, sizeof *it);
    it->is_copy = true;
    it->facts = json_deep_copy(of->facts);
    for (size_t i = 0; i < it->count; i++) {
        uint8_t *data = malloc(of->files[i].len + 1);
        must(data != NULL);
        memcpy(data, of->files[i].data, of->files[i].len);
        it->files[i].data = data;
    }
}

void asv_test_handover_free(struct asv_test_handover *it)
{
    for (size_t i = 0; i < it->count; i++) {
        free(it->files[i].data);
    }
    for (size_t i = 0; !it->is_copy && i < ASV_TEST_HANDOVER_CLIPS; i++) {
        asv_test_clip_free(&it->clips[i]);
    }
    free(it->is_copy ? NULL : it->media);
    json_decref(it->facts);
    memset(it, 0, sizeof *it);
}

/* ---- in parts ---- */

/* Those of the recordings by their new numbers, and no entry of the ledger. */
static void keep_files(struct asv_test_handover *it, size_t first, size_t count)
{
    for (size_t i = it->count; i > 0; i--) {
        char name[160];
        struct asv_test_handover_file *file = &it->files[i - 1];
        (void)snprintf(name, sizeof name, "%s", file->name);
        const char *dot = strrchr(name, '.');
        unsigned long number = strncmp(name, "recordings/", 11) == 0 ? strtoul(name + 11, NULL, 10) : 0;
        bool is_entry = strncmp(name, "ledger/0", 8) == 0 && dot != NULL;
        if (is_entry || (number > 0 && (number <= first || number > first + count))) {
            asv_test_handover_remove(it, name);
        } else if (number > 0) {
            file->name[13] = (char)('0' + number - first); /* of three digits */
        }
    }
}

/* An entry is another part's when it is about a recording that is there, or answers one that is. */
static void keep_entries(struct asv_test_handover *it, size_t first, size_t count)
{
    uint8_t gone[ASV_SHA256_BYTES] = {0};
    size_t kept = 0;
    for (size_t i = 0; i < it->entry_count; i++) {
        struct asv_test_handover_entry entry = it->entries[i];
        bool elsewhere =
            entry.clip >= 0 && ((size_t)entry.clip < first || (size_t)entry.clip >= first + count);
        for (size_t clip = 0; entry.clip < 0 && clip < ASV_TEST_HANDOVER_CLIPS; clip++) {
            elsewhere =
                elsewhere || ((clip < first || clip >= first + count) &&
                              memcmp(entry.header, it->plan_clips[clip].header, ASV_SHA256_BYTES) == 0);
        }
        if (elsewhere && entry.kind == ASV_LEDGER_STATEMENT) {
            memcpy(gone, entry.object, sizeof gone);
        }
        elsewhere = elsewhere || (entry.kind == ASV_LEDGER_STATEMENT_ANSWERED &&
                                  memcmp(entry.proposal, gone, sizeof gone) == 0);
        if (!elsewhere) {
            entry.clip -= entry.clip >= 0 ? (int)first : 0;
            it->entries[kept++] = entry;
        }
    }
    it->entry_count = kept;
}

static void keep_numbers(json_t *numbers, size_t first, size_t count)
{
    size_t i = 0;
    json_t *one = NULL;
    json_array_foreach(numbers, i, one)
    {
        if (i < ASV_TEST_HANDOVER_CLIPS && (i < first || i >= first + count)) {
            set_text(one, "fate", "other_part");
            json_object_del(one, "clip");
        } else if (i < ASV_TEST_HANDOVER_CLIPS) {
            set_number(one, "clip", i - first + 1);
        }
    }
}

void asv_test_handover_keep(struct asv_test_handover *it, size_t first, size_t count, int number)
{
    json_t *clips = json_array();
    for (size_t i = 0; i < count; i++) {
        must(json_array_append(clips, json_array_get(json_object_get(it->facts, "clips"), first + i)) == 0);
    }
    must(json_object_set_new(it->facts, "clips", clips) == 0);
    must(json_object_set_new(it->facts, "part", json_pack("{s:i,s:i}", "number", number, "of", 2)) == 0);
    const json_t *series = json_array_get(json_object_get(it->facts, "series"), 0);
    keep_numbers(json_object_get(series, "numbers"), first, count);
    keep_files(it, first, count);
    keep_entries(it, first, count);
    asv_test_handover_log(it);
}

static json_t *say_file(const struct asv_test_handover_file *file)
{
    char id[ASV_UUID_TEXT_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    json_t *said = json_object();
    asv_sha256(digest, file->name, strlen(file->name));
    asv_uuid_format(id, digest);
    asv_sha256(digest, file->data, file->len);
    must(json_object_set_new(said, "id", json_string(id)) == 0);
    must(json_object_set_new(said, "name", json_string(file->name)) == 0);
    set_number(said, "bytes", file->len);
    set_digest(said, "sha256", digest);
    return said;
}

/* As a member of its recording, if it is one that has a place there. */
static bool is_of_clip(struct asv_test_handover *it, const struct asv_test_handover_file *file)
{
    static const struct {
        const char *key, *part;
    } parts[] = {
        {"playable", "playable.mp4"}, {"excerpt", "excerpt.mp4"}, {"sealed", "sealed.age"}, {"seal", "seal"}};
    for (size_t clip = 0; clip < ASV_TEST_HANDOVER_CLIPS; clip++) {
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "recordings/%03zu/%s", clip + 1, parts[i].part);
            if (strcmp(file->name, name) == 0) {
                json_t *of = json_array_get(json_object_get(it->facts, "clips"), clip);
                json_t *said = say_file(file);
                json_t *before = json_object_get(of, parts[i].key);
                must(before == NULL || json_object_update_missing(said, before) == 0);
                must(json_object_set_new(of, parts[i].key, said) == 0);
                return true;
            }
        }
    }
    return false;
}

void asv_test_handover_list(struct asv_test_handover *it)
{
    json_t *files = json_array();
    for (size_t i = 0; i < it->count; i++) {
        const struct asv_test_handover_file *file = &it->files[i];
        if (file->is_signed || is_of_clip(it, file)) {
            continue;
        }
        json_t *said = say_file(file);
        must(json_object_set_new(said, "title", json_string(file->name)) == 0);
        must(json_array_append_new(files, said) == 0);
    }
    must(json_object_set_new(it->facts, "files", files) == 0);
}

size_t asv_test_handover_sign(uint8_t *out, const void *data, size_t len)
{
    const struct asv_cades_signer signer = {.certs = asv_test_handover_certificate(), .sign = sign};
    uint8_t digest[ASV_SHA256_BYTES];
    size_t out_len = 0;
    asv_sha256(digest, data, len);
    must(asv_cades_sign(out, &out_len, digest, ASV_TEST_HANDOVER_SIGNED_S, &signer, NULL) == ASV_OK);
    return out_len;
}

static void add_file(struct asv_carrier *carrier, const struct asv_test_handover_file *file,
                     const struct asv_package_signer *signer)
{
    char name[200];
    struct asv_bytes left = {file->data, file->len};
    const struct asv_source source = asv_source_bytes(&left);
    struct asv_zip_entry entry;
    struct asv_err err = {0};
    (void)snprintf(name, sizeof name, "data/%s", file->name);
    enum asv_status status = file->is_signed
                                 ? asv_carrier_add_document(carrier, name, &source, signer, &entry, &err)
                                 : asv_carrier_add(carrier, name, &source, &entry, &err);
    if (status != ASV_OK) {
        fprintf(stderr, "test hand-over: %s: %s\n", name, err.text);
    }
    must(status == ASV_OK);
}

void asv_test_handover_write(struct asv_test_handover *it, const char *directory, const char *name)
{
    static struct asv_carrier carrier;
    static const struct asv_bag_field fields[] = {{"Source-Organization", "Stadt Duisburg"}};
    static const uint8_t plan[ASV_PLAN_BYTES] = {1};
    const struct asv_package_signer signer = {
        .cades = {.certs = asv_test_handover_certificate(), .sign = sign},
        .now_s = ASV_TEST_HANDOVER_SIGNED_S};
    if (asv_test_handover_find(it, "facts.json") == NULL) {
        char *text = json_dumps(it->facts, JSON_COMPACT);
        must(text != NULL);
        asv_test_handover_put(it, "facts.json", text, strlen(text))->is_signed = true;
        free(text);
    }
    int dir = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir >= 0);
    (void)unlinkat(dir, name, 0);
    must(asv_carrier_begin(&carrier, dir, name, plan, NULL) == ASV_OK);
    struct asv_package_signer of_documents = signer;
    of_documents.now_s = it->documents_s != 0 ? it->documents_s : signer.now_s;
    for (size_t i = 0; i < it->count; i++) {
        add_file(&carrier, &it->files[i], &of_documents);
    }
    must(asv_carrier_finish(&carrier, fields, 1, &signer, NULL) == ASV_OK);
    (void)close(dir);
}

void asv_test_handover_anchors(const struct asv_test_handover *it, const char *directory)
{
    char text[ASV_AGE_IDENTITY_TEXT_BYTES], id[2 * ASV_SHA256_BYTES + 1];
    const struct asv_bytes *root = &agency()->root.cert.object.encoded;
    const struct asv_bytes trust = asv_test_policy("none");
    asv_test_write_file(directory, "root.cert", root->data, root->len);
    asv_hex_encode(id, agency()->id, sizeof agency()->id);
    asv_test_write_file(directory, "agency.id", id, strlen(id));
    asv_test_write_file(directory, "ledger.trust", trust.data, trust.len);
    asv_age_identity_encode(text, it->identity);
    asv_test_write_file(directory, "identity", text, strlen(text));
}
