/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * SIGN: for outsiders, who check it without us. The ledger's key signs heads of trees, each of which begins
 * with the one before; the package's key signs what people decided to hand over. */
#include <string.h>

#include "firmware-proto/crypto/ecdsa.h"
#include "server/keeper/decide.h"
#include "server/ledger/checkpoint.h"

#define MASTER_MS UINT64_C(3600000) /* so long an index may know older heads, and open */

/* ---- heads of the ledger ---- */

/* Of a ledger's last head, into keeper->reply_data; *out views it. */
static enum asv_status checkpoint(struct asv_keeper *keeper, const struct asv_index_ledger *ledger,
                                  struct asv_bytes *out, struct asv_err *err)
{
    const uint8_t *sk = keeper->identity.ledger_sk;
    uint8_t text[ASV_KEEPER_SIGNED_MAX];
    struct asv_tree_head head = {.size = ledger->size};
    struct asv_note_key key;
    struct asv_writer writer;
    size_t len = 0;
    memcpy(head.root, ledger->root, sizeof head.root);
    asv_writer_init(&writer, text, sizeof text);
    enum asv_status status = asv_note_key_make(&key, ledger->origin, ASV_NOTE_ED25519,
                                               sk + ASV_ED25519_SEED_BYTES, err); /* K-115 */
    if (status == ASV_OK) {
        status = asv_checkpoint_write(&writer, ledger->origin, &head, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    struct asv_bytes view = {text, writer.len};
    asv_writer_init(&writer, keeper->reply_data, ASV_KEEPER_SIGNED_MAX);
    asv_note_sign(&writer, &key, sk, view);
    status = asv_write_end(&writer, &len);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the checkpoint is longer than one may be");
    }
    *out = (struct asv_bytes){keeper->reply_data, len};
    return ASV_OK;
}

/* NULL when nobody began one. */
static const struct asv_index_ledger *find_ledger(const struct asv_index *index, struct asv_bytes origin)
{
    uint8_t id[ASV_SHA256_BYTES];
    asv_sha256(id, origin.data, origin.len);
    return asv_index_find(index, ASV_INDEX_LEDGERS, id);
}

/* K-113: the new tree begins with the one whose head was signed last. */
static enum asv_status check_growth(const struct asv_index_ledger *ledger,
                                    const struct asv_keeper_request *request,
                                    const struct asv_tree_head *head, struct asv_err *err)
{
    struct asv_tree_head last = {.size = ledger->size};
    struct asv_proof proof = {.count = request->proof.len / ASV_SHA256_BYTES};
    memcpy(last.root, ledger->root, sizeof last.root);
    if (head->size < last.size) {
        return asv_fail_at(err, ASV_E_MISMATCH, "the tree is smaller than the one that was signed last",
                           last.size);
    }
    if (head->size == last.size) {
        return asv_fail_at(err, ASV_E_MISMATCH, "another root was signed for a tree of this size", last.size);
    }
    if (request->old_size != last.size) {
        return asv_fail_at(err, ASV_E_STATE, "the head that was signed last has another size", last.size);
    }
    memcpy(proof.hash, request->proof.data, request->proof.len);
    return asv_proof_check_consistency(&proof, &last, head, err);
}

/* K-118: from time to time under a new master, so that nothing from before opens any more; not each time,
 * because slots wear out. */
static enum asv_status renew_master(struct asv_keeper *keeper, struct asv_err *err)
{
    struct asv_store_change change;
    uint64_t now_ms = asv_world_mono_ms(keeper->world);
    enum asv_status status = asv_store_begin(keeper->store, &change, err);
    if (status == ASV_OK) {
        status = asv_store_commit(&change, true, err);
    }
    if (status == ASV_OK) {
        keeper->head_master_owed = false;
        keeper->head_master_ms = now_ms + MASTER_MS;
    }
    return status;
}

/* K-114: on the medium, in every directory, before the signature is made. */
static enum asv_status keep_head(struct asv_keeper *keeper, const struct asv_index_ledger *ledger,
                                 const struct asv_tree_head *head, struct asv_err *err)
{
    uint8_t id[ASV_SHA256_BYTES];
    memcpy(id, ledger->id, sizeof id);
    bool due = ledger->size == 0 || asv_world_mono_ms(keeper->world) >= keeper->head_master_ms; /* K-148 */
    keeper->head_master_owed = keeper->head_master_owed || due;
    return asv_store_put_head(keeper->store, id, head->size, head->root, err);
}

/* K-148 */
static enum asv_status check_known(const struct asv_keeper *keeper, const struct asv_index_ledger *ledger,
                                   struct asv_err *err)
{
    return keeper->store->head_lost && ledger->ended == 0 && ledger->size > 0
               ? asv_fail(
                     err, ASV_E_STATE,
                     "the file with the head that was signed last is gone: two people begin another ledger")
               : ASV_OK;
}

/* A ledger that was forked, or a database that was put back: somebody must look. */
static void log_refusal(const struct asv_keeper *keeper, const struct asv_index_ledger *ledger, uint64_t size)
{
    asv_log_event(keeper->log, ASV_LOG_ERROR, "ledger-head-refused", asv_log_u64("size", size),
                  asv_log_u64("signed", ledger->size));
}

static enum asv_status sign_head(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_index_ledger *ledger = find_ledger(keeper->store->index, request->origin);
    struct asv_tree_head head = {.size = request->new_size};
    if (ledger == NULL) { /* K-110 */
        return asv_fail(err, ASV_E_NOT_FOUND, "two people have not begun a ledger of this origin here");
    }
    if (ledger->ended != 0) { /* K-111 */
        return asv_fail(err, ASV_E_STATE, "this ledger has ended: another one goes on");
    }
    enum asv_status status = check_known(keeper, ledger, err);
    if (status != ASV_OK) {
        return status;
    }
    memcpy(head.root, request->digest, sizeof head.root);
    bool again = head.size == ledger->size && memcmp(head.root, ledger->root, sizeof head.root) == 0;
    status = again ? ASV_OK : check_growth(ledger, request, &head, err); /* K-112 */
    if (asv_status_class(status) == ASV_CLASS_INTEGRITY) {
        log_refusal(keeper, ledger, head.size);
    }
    if (status == ASV_OK && !again) {
        status = keep_head(keeper, ledger, &head, err);
    }
    if (status == ASV_OK && keeper->head_master_owed) {
        status = renew_master(keeper, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    ledger = find_ledger(keeper->store->index, request->origin); /* a commit made other rows */
    return checkpoint(keeper, ledger, &reply->signature, err);
}

static enum asv_status sign_last(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                 struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_index *index = keeper->store->index;
    const struct asv_index_ledger *ledger =
        request->origin.len == 0 ? asv_index_ledger_now(index) : find_ledger(index, request->origin);
    if (ledger == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "there is no such ledger here");
    }
    enum asv_status status = check_known(keeper, ledger, err);
    return status == ASV_OK ? checkpoint(keeper, ledger, &reply->signature, err) : status;
}

/* K-111: the last one before it of which a head was signed; NULL: there is none. */
static const struct asv_index_ledger *find_before(const struct asv_index *index, struct asv_bytes origin)
{
    const struct asv_index_ledger *ledger = find_ledger(index, origin);
    do {
        ledger = ledger != NULL ? asv_index_find(index, ASV_INDEX_LEDGERS, ledger->before) : NULL;
    } while (ledger != NULL && ledger->size == 0);
    return ledger;
}

/* What the first entry of the ledger that goes on has to name, whatever a database says of the one before. */
static enum asv_status sign_before(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                   struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_index_ledger *before = find_before(keeper->store->index, request->origin);
    if (before == NULL) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no head was signed before it here");
    }
    enum asv_status status = check_known(keeper, before, err);
    return status == ASV_OK ? checkpoint(keeper, before, &reply->signature, err) : status;
}

enum asv_status asv_decide_last_note(struct asv_keeper *keeper, const struct asv_decision *decision,
                                     struct asv_keeper_reply *reply, struct asv_err *err)
{
    const struct asv_index_ledger *before =
        find_before(keeper->store->index, decision->proposal.subject.name);
    return before != NULL ? checkpoint(keeper, before, &reply->note, err) : ASV_OK;
}

/* ---- packages ---- */

/* K-116, K-117 */
static enum asv_status sign_package(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                    struct asv_keeper_reply *reply, struct asv_err *err)
{
    bool for_good = false;
    struct asv_decision decision = {.for_good = &for_good};
    size_t len = 0;
    enum asv_status status = asv_decide_hands_over(keeper, request, &decision, err);
    if (status == ASV_OK) {
        status =
            asv_decide_write_once(keeper, &decision, ASV_KEEPER_GAVE_PACKAGE, &request->digest, 1, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    status = asv_p256_sign(keeper->reply_data, &len, keeper->identity.package_sk, request->digest);
    reply->signature = (struct asv_bytes){keeper->reply_data, len};
    return status == ASV_OK ? ASV_OK : asv_fail(err, status, "the package cannot be signed");
}

enum asv_status asv_keeper_sign(struct asv_keeper *keeper, const struct asv_keeper_request *request,
                                struct asv_keeper_reply *reply, struct asv_err *err)
{
    enum asv_status status = asv_store_fence(keeper->store, err); /* K-036: also what is signed once more */
    if (status != ASV_OK) {
        return status;
    }
    switch (request->sign) {
    case ASV_KEEPER_SIGN_HEAD:
        return sign_head(keeper, request, reply, err);
    case ASV_KEEPER_SIGN_LAST:
        return sign_last(keeper, request, reply, err);
    case ASV_KEEPER_SIGN_BEFORE:
        return sign_before(keeper, request, reply, err);
    default:
        return sign_package(keeper, request, reply, err);
    }
}
