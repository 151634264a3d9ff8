/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The readers of docs/LEDGER.md. What is taken is in its limits and lies within the input; where a format has
 * one form only, writing gives the input again; nothing that anyone makes up is a signature of a known key.
 */
#include <stdlib.h>
#include <string.h>

#include "server/ledger/claim.h"
#include "server/ledger/opened.h"
#include "server/ledger/witness.h"
#include "tests/support/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The order is that of tests/fuzz/CMakeLists.txt. */
enum target { NOTE, VKEY, PROOF, POLICY, PATH, BUNDLE, WITNESS, OPENED, CLAIM };

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void require_within(struct asv_bytes part, struct asv_bytes whole)
{
    require(part.len == 0 || (part.data >= whole.data && part.len <= whole.len &&
                              (size_t)(part.data - whole.data) <= whole.len - part.len));
}

static void require_same(const struct asv_writer *writer, struct asv_bytes input)
{
    require(!writer->overrun && writer->len == input.len && memcmp(writer->data, input.data, input.len) == 0);
}

/* Only the corpus has right signatures, and these only over what was signed. */
static void check_judged(struct asv_bytes note)
{
    static struct asv_ledger_policy policy;
    struct asv_ledger_verdict verdict;
    static const char origin[] = "duisburg.example/asservat\n513\n";
    if (policy.log_count == 0) {
        require(asv_ledger_policy_parse("p", asv_test_policy("none"), &policy, NULL) == ASV_OK);
    }
    if (asv_ledger_policy_check(&policy, note, &verdict, NULL) == ASV_OK) {
        require(verdict.log == 0 && (verdict.cosigned & ~3u) == 0);
        require(note.len > sizeof origin && memcmp(note.data, origin, sizeof origin - 1) == 0);
        require(verdict.checkpoint.extensions.len == 0);
    }
}

static void fuzz_note(struct asv_bytes input)
{
    struct asv_note note;
    struct asv_checkpoint checkpoint;
    check_judged(input);
    if (asv_note_parse(&note, input, NULL) != ASV_OK) {
        return;
    }
    require(note.count >= 1 && note.count <= ASV_NOTE_SIGNATURES_MAX && note.text.len >= 1 &&
            note.text.data[note.text.len - 1] == '\n');
    require_within(note.text, input);
    for (size_t i = 0; i < note.count; i++) {
        require(asv_note_is_name(note.signatures[i].name));
        require_within(note.signatures[i].name, input);
        require_within(note.signatures[i].base64, input);
    }
    if (asv_checkpoint_parse(&checkpoint, note.text, NULL) == ASV_OK) {
        static uint8_t out[ASV_CHECKPOINT_MAX_BYTES];
        struct asv_writer writer;
        require(checkpoint.head.size <= ASV_TREE_SIZE_MAX && checkpoint.origin[0] != '\0');
        require_within(checkpoint.extensions, note.text);
        asv_writer_init(&writer, out, sizeof out);
        if (asv_checkpoint_write(&writer, checkpoint.origin, &checkpoint.head, NULL) == ASV_OK) {
            asv_write_bytes(&writer, checkpoint.extensions.data, checkpoint.extensions.len);
            require_same(&writer, note.text);
        }
    }
}

static void fuzz_vkey(struct asv_bytes input)
{
    struct asv_note_key key;
    char text[ASV_VKEY_BYTES];
    if (asv_vkey_parse(&key, input, NULL) == ASV_OK) {
        asv_vkey_format(text, &key);
        require(strlen(text) == input.len && memcmp(text, input.data, input.len) == 0);
    }
}

static void fuzz_proof(struct asv_bytes input)
{
    static uint8_t out[ASV_TLOGPROOF_MAX_BYTES];
    static uint8_t extra[ASV_TLOGPROOF_EXTRA_BYTES];
    struct asv_tlogproof proof;
    struct asv_writer writer;
    size_t len = 0;
    if (asv_tlogproof_parse(&proof, input, NULL) != ASV_OK) {
        return;
    }
    require(proof.inclusion.count <= ASV_PROOF_HASHES_MAX);
    require(asv_tlogproof_extra(&proof, extra, sizeof extra, &len) == ASV_OK);
    require_within(proof.checkpoint, input);
    asv_writer_init(&writer, out, sizeof out);
    asv_tlogproof_write(&writer, &proof, (struct asv_bytes){extra, len});
    require_same(&writer, input);
    check_judged(proof.checkpoint);
}

static void fuzz_policy(struct asv_bytes input)
{
    static struct asv_ledger_policy policy;
    struct asv_err err = {0};
    if (asv_ledger_policy_parse("p", input, &policy, &err) != ASV_OK) {
        char *end;
        require(strncmp(err.text, "p:", 2) == 0);
        require(strtoul(err.text + 2, &end, 10) >= 1 && strncmp(end, ": ", 2) == 0);
        return;
    }
    require(policy.log_count >= 1 && policy.log_count <= ASV_LEDGER_LOGS_MAX &&
            policy.witness_count <= ASV_LEDGER_WITNESSES_MAX && policy.group_count <= ASV_LEDGER_GROUPS_MAX);
    for (size_t i = 0; i < policy.group_count; i++) {
        require(policy.groups[i].needed >= 1);
        require((policy.groups[i].groups >> i) == 0); /* only those before it */
    }
    /* With nobody only "none" is met, and with everybody every quorum. */
    require(asv_ledger_policy_is_met(&policy, 0) == (policy.quorum == ASV_QUORUM_NONE));
    require(asv_ledger_policy_is_met(&policy, UINT32_MAX));
}

static void fuzz_path(struct asv_bytes input)
{
    struct asv_tile tile;
    char text[ASV_TILE_PATH_BYTES];
    if (asv_tile_path_parse(&tile, input, NULL) == ASV_OK) {
        asv_tile_path(text, &tile);
        require(strlen(text) == input.len && memcmp(text, input.data, input.len) == 0);
    }
}

/* The first byte says how wide the bundle is to be. */
static void fuzz_bundle(struct asv_bytes input)
{
    static uint8_t hashes[ASV_TILE_BYTES];
    struct asv_bytes entry;
    if (input.len == 0) {
        return;
    }
    unsigned width = input.data[0] + 1u;
    const struct asv_bytes bundle = {input.data + 1, input.len - 1};
    bool good = asv_bundle_hash(hashes, bundle, width, NULL) == ASV_OK;
    require(good == (asv_bundle_entry(&entry, bundle, width, width - 1, NULL) == ASV_OK));
    if (good) {
        require_within(entry, bundle);
        require(entry.len == 0 || entry.data + entry.len == input.data + input.len);
    }
}

/* As a request to a witness, and as a witness's answer to a log. */
static void fuzz_witness(struct asv_bytes input)
{
    static uint8_t out[ASV_WITNESS_REQUEST_MAX_BYTES];
    static uint8_t note[ASV_NOTE_MAX_BYTES];
    struct asv_witness_request request;
    struct asv_checkpoint checkpoint;
    struct asv_note parsed;
    struct asv_writer writer;
    uint64_t time_s;
    if (asv_witness_request_parse(&request, input, NULL) == ASV_OK) {
        asv_writer_init(&writer, out, sizeof out);
        asv_witness_request_write(&writer, &request);
        require_same(&writer, input);
    }
    if (asv_witness_open(input, asv_test_note_key(ASV_TEST_LOG), 1, &request, &checkpoint, &parsed, NULL) ==
        ASV_WITNESS_GOOD) {
        require(request.old_size <= checkpoint.head.size && checkpoint.head.size == 513);
    }
    /* Whatever a witness answers, the note stays one that its log has signed, and only right lines are added.
     */
    asv_writer_init(&writer, note, sizeof note);
    writer.len = asv_test_checkpoint(note, sizeof note, 513, 0);
    size_t before = writer.len;
    if (asv_witness_take(&writer, input, asv_test_note_key(ASV_TEST_DPO), &time_s, NULL) != ASV_OK) {
        require(writer.len == before);
    }
    require(asv_checkpoint_open(&checkpoint, NULL, (struct asv_bytes){note, writer.len},
                                asv_test_note_key(ASV_TEST_LOG), NULL) == ASV_OK);
}

/* Both have one form only. */
static void fuzz_opened(struct asv_bytes input)
{
    static struct asv_opened opened;
    static uint8_t out[ASV_OPENED_MAX_BYTES];
    struct asv_writer writer;
    if (asv_opened_parse(&opened, input, NULL) == ASV_OK) {
        asv_writer_init(&writer, out, sizeof out);
        asv_opened_write(&writer, &opened);
        require_same(&writer, input);
    }
}

static void fuzz_claim(struct asv_bytes input)
{
    struct asv_claim claim;
    uint8_t out[ASV_CLAIM_MAX_BYTES];
    struct asv_writer writer;
    if (asv_claim_parse(&claim, input, NULL) == ASV_OK) {
        asv_writer_init(&writer, out, sizeof out);
        asv_claim_write(&writer, &claim);
        require(!writer.overrun && writer.len == input.len); /* digits may be of either case */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(struct asv_bytes) = {
        [NOTE] = fuzz_note,       [VKEY] = fuzz_vkey,     [PROOF] = fuzz_proof,
        [POLICY] = fuzz_policy,   [PATH] = fuzz_path,     [BUNDLE] = fuzz_bundle,
        [WITNESS] = fuzz_witness, [OPENED] = fuzz_opened, [CLAIM] = fuzz_claim};
    targets[ASV_FUZZ_LEDGER]((struct asv_bytes){data, size});
    return 0;
}
