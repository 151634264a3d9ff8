/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/recording.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware-proto/trust/receipt.h"
#include "server/base/fail.h"
#include "server/base/hex.h"

#define KEY_TEXT_BYTES (2 * ASV_FILE_KEY_BYTES + 1)

/* Which part of the vault a file is; the others are made. */
static const struct {
    const char *name;
    enum asv_part part;
} files[ASV_RECORDING_FILES] = {
    [ASV_RECORDING_SEAL] = {"seal", ASV_PART_SEAL},
    [ASV_RECORDING_CHAIN] = {"chain", ASV_PART_CHAIN},
    [ASV_RECORDING_LINK] = {"link", ASV_PART_LINK},
    [ASV_RECORDING_COMMIT] = {"commit", ASV_PART_COMMIT},
    [ASV_RECORDING_RECEIPT] = {"receipt", ASV_PART_RECEIPT},
    [ASV_RECORDING_TAIL] = {"tail", ASV_PART_TAIL},
    [ASV_RECORDING_SEALED] = {"sealed.age", ASV_PART_COUNT},
    [ASV_RECORDING_PLAYABLE] = {"playable.mp4", ASV_PART_COUNT},
    [ASV_RECORDING_KEY] = {"file.key", ASV_PART_COUNT},
    [ASV_RECORDING_EXCERPT] = {"excerpt.mp4", ASV_PART_COUNT},
    [ASV_RECORDING_PROOF] = {"excerpt.proof", ASV_PART_COUNT},
};

const char *asv_recording_file_name(enum asv_recording_file file)
{
    return files[file].name;
}

/* ---- opening ---- */

/* What the dock wrote down is about this recording, and about these bytes. */
static enum asv_status check_commit(struct asv_recording *it, struct asv_err *err)
{
    const struct asv_exhibit *exhibit = it->exhibit;
    uint8_t data[ASV_COMMIT_MAX_BYTES];
    size_t len = 0;
    enum asv_status status = asv_clip_get(exhibit->dir, ASV_PART_COMMIT, data, sizeof data, &len, err);
    if (status == ASV_OK) {
        asv_sha256(it->commit_digest, data, len);
        status = asv_commit_decode(&it->commit, data, len, NULL, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_commit *commit = &it->commit;
    if (!asv_equal(commit->clip, exhibit->header.clip, sizeof commit->clip) ||
        !asv_equal(commit->root, exhibit->checkpoint.root, ASV_SHA256_BYTES) ||
        commit->leaves != exhibit->checkpoint.chunks) {
        return asv_fail(err, ASV_E_MISMATCH, "the commit record beside it is another recording's");
    }
    return ASV_OK;
}

static enum asv_status check_receipt(struct asv_recording *it, struct asv_err *err)
{
    uint8_t data[ASV_RECEIPT_MAX_BYTES];
    struct asv_receipt receipt;
    size_t len = 0;
    enum asv_status status = asv_clip_get(it->exhibit->dir, ASV_PART_RECEIPT, data, sizeof data, &len, err);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK; /* a camera that was not there again */
    }
    if (status == ASV_OK) {
        asv_sha256(it->receipt_digest, data, len);
        status = asv_receipt_decode(&receipt, data, len, err);
    }
    if (status == ASV_OK && (!asv_equal(receipt.custody.header, it->commit.header_digest, ASV_SHA256_BYTES) ||
                             !asv_equal(receipt.custody.seal, it->commit.seal_digest, ASV_SHA256_BYTES))) {
        status = asv_fail(err, ASV_E_MISMATCH, "the receipt beside it is another recording's");
    }
    return status;
}

static enum asv_status find_sizes(struct asv_recording *it, struct asv_err *err)
{
    uint64_t chunks = it->exhibit->checkpoint.chunks;
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < ASV_RECORDING_FILES; i++) {
        if (files[i].part != ASV_PART_COUNT) {
            status = asv_clip_size(it->exhibit->dir, files[i].part, &it->sizes[i], err);
        }
    }
    it->sizes[ASV_RECORDING_PLAYABLE] = chunks * ASV_CHUNK_PLAIN_BYTES + ASV_FINAL_PLAIN_BYTES;
    it->sizes[ASV_RECORDING_KEY] = KEY_TEXT_BYTES;
    return status;
}

enum asv_status asv_recording_open(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                   struct asv_recording **out, struct asv_err *err)
{
    asv_auto_recording struct asv_recording *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(made->file_key, sizeof made->file_key);
    enum asv_status status = asv_exhibit_open_seal(vault, name, &made->exhibit, err);
    if (status == ASV_OK && !made->exhibit->has_checkpoint) {
        status = asv_fail(err, ASV_E_NOT_FOUND,
                          "nothing of this recording is signed: there is nothing to hand over");
    }
    if (status == ASV_OK) {
        asv_clip_share(made->exhibit->dir);
        status = check_commit(made, err);
    }
    if (status == ASV_OK && !asv_equal(made->commit.header_digest, name->header, ASV_SHA256_BYTES)) {
        status = asv_fail(err, ASV_E_MISMATCH, "the commit record beside it is another recording's");
    }
    if (status == ASV_OK) {
        status = check_receipt(made, err);
    }
    if (status == ASV_OK) {
        status = find_sizes(made, err);
    }
    if (status == ASV_OK) {
        *out = made;
        made = NULL;
    }
    return status;
}

void asv_recording_close(struct asv_recording *recording)
{
    if (recording != NULL) {
        asv_recording_wipe_key(recording);
        (void)munlock(recording->file_key, sizeof recording->file_key);
        asv_exhibit_close(recording->exhibit);
        free(recording);
    }
}

enum asv_status asv_recording_set_header(struct asv_recording *recording, struct asv_bytes header,
                                         struct asv_err *err)
{
    struct asv_age_header read;
    if (header.len > sizeof recording->age_header) {
        return asv_fail(err, ASV_E_LIMIT, "the keeper's age header is too long");
    }
    enum asv_status status = asv_age_header_read(&read, header.data, header.len);
    if (status != ASV_OK || read.text.len != header.len) {
        return asv_fail(err, ASV_E_MALFORMED, "what the keeper gave is no age header");
    }
    if (recording->has_key && asv_age_header_check(&read, recording->file_key) != ASV_OK) {
        return asv_fail(err, ASV_E_DIGEST, "the keeper's age header is another recording's");
    }
    memcpy(recording->age_header, header.data, header.len);
    recording->age_header_len = header.len;
    recording->sizes[ASV_RECORDING_SEALED] = header.len + ASV_NONCE_BYTES +
                                             recording->exhibit->checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES +
                                             ASV_FINAL_CIPHER_BYTES;
    return ASV_OK;
}

enum asv_status asv_recording_set_key(struct asv_recording *recording,
                                      const uint8_t file_key[ASV_FILE_KEY_BYTES], struct asv_err *err)
{
    struct asv_seal_opener opener;
    enum asv_status status = asv_seal_opener_init(&opener, &recording->exhibit->header, file_key);
    asv_seal_opener_wipe(&opener);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the keeper's key is not the one of this recording");
    }
    memcpy(recording->file_key, file_key, ASV_FILE_KEY_BYTES);
    recording->has_key = true;
    return ASV_OK;
}

void asv_recording_wipe_key(struct asv_recording *recording)
{
    asv_excerpt_close(recording->excerpt);
    recording->excerpt = NULL;
    asv_wipe(recording->file_key, sizeof recording->file_key);
    recording->has_key = false;
}

/* ---- reading ---- */

static enum asv_status read_chunk(const struct asv_recording *recording, uint64_t i,
                                  uint8_t out[ASV_CHUNK_CIPHER_BYTES], struct asv_err *err)
{
    enum asv_status status = recording->go_on != NULL ? recording->go_on(recording->go_on_ctx, err) : ASV_OK;
    return status == ASV_OK ? asv_clip_read(recording->exhibit->dir, ASV_PART_PAYLOAD,
                                            i * ASV_CHUNK_CIPHER_BYTES, out, ASV_CHUNK_CIPHER_BYTES, err)
                            : status;
}

/* HO-031: a piece of the payload as it lies there, if the camera signed it. */
static enum asv_status read_signed(const struct asv_recording *recording, uint64_t i,
                                   uint8_t out[ASV_CHUNK_CIPHER_BYTES], struct asv_err *err)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    enum asv_status status = read_chunk(recording, i, out, err);
    if (status == ASV_OK) {
        status = asv_exhibit_leaf(recording->exhibit, i, leaf, err);
    }
    if (status == ASV_OK && asv_seal_check_chunk(leaf, out, ASV_CHUNK_CIPHER_BYTES) != ASV_OK) {
        status =
            asv_failf(err, ASV_E_DIGEST,
                      "piece %llu is not what the camera signed; \"asservat vault scrub\" repairs it from "
                      "the mirror, if that has a right one",
                      (unsigned long long)i);
    }
    return status;
}

/* One piece of plaintext in any order, for an excerpt. */
static enum asv_status read_plain(void *ctx, uint64_t chunk, uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                                  struct asv_err *err)
{
    const struct asv_recording *recording = ctx;
    uint8_t piece[ASV_CHUNK_CIPHER_BYTES];
    struct asv_seal_opener opener;
    enum asv_status status = asv_seal_opener_init(&opener, &recording->exhibit->header, recording->file_key);
    if (status == ASV_OK) {
        status = read_signed(recording, chunk, piece, err);
    }
    if (status == ASV_OK && asv_seal_opener_decrypt(&opener, out, piece, chunk) != ASV_OK) {
        status = asv_failf(err, ASV_E_DIGEST, "piece %llu does not open with the recording's key",
                           (unsigned long long)chunk);
    }
    asv_seal_opener_wipe(&opener);
    return status;
}

enum asv_status asv_recording_choose(struct asv_recording *recording, uint32_t from_ms, uint32_t until_ms,
                                     struct asv_err *err)
{
    const struct asv_exhibit *exhibit = recording->exhibit;
    const struct asv_excerpt_recording of = {.checkpoint = &exhibit->checkpoint,
                                             .media_bytes = exhibit->media_bytes,
                                             .file_key = recording->file_key,
                                             .ctx = recording,
                                             .read = read_plain};
    if (!recording->has_key) {
        return asv_fail(err, ASV_E_STATE, "an excerpt takes the recording's key");
    }
    enum asv_status status = asv_excerpt_choose(&of, from_ms, until_ms, &recording->excerpt, err);
    if (status == ASV_OK) {
        const struct asv_excerpt_facts *facts = asv_excerpt_facts(recording->excerpt);
        recording->sizes[ASV_RECORDING_EXCERPT] = facts->mp4_bytes;
        recording->sizes[ASV_RECORDING_PROOF] = facts->proof_bytes;
    }
    return status;
}

/* A bulk file is its front, the chunks one by one, and its back; a small one is all front. */
struct asv_recording_reader {
    struct asv_recording *recording;
    enum asv_recording_file file;
    struct asv_source source;
    uint64_t at;    /* bytes read */
    uint64_t chunk; /* the next one */
    bool ended;     /* the back is loaded */
    struct asv_sha256 digest;
    struct asv_seal_opener opener;
    struct asv_bytes left; /* of the piece */
    uint8_t key_text[KEY_TEXT_BYTES + 1];
    uint8_t front[ASV_AGE_HEADER_MAX_BYTES + ASV_NONCE_BYTES];
    uint8_t piece[ASV_CHUNK_CIPHER_BYTES];
};

static bool is_bulk(const struct asv_recording_reader *it)
{
    return it->file == ASV_RECORDING_SEALED || it->file == ASV_RECORDING_PLAYABLE;
}

/* HO-031, HO-032: what opens is compared with the tree that the camera signed over the plaintext. */
static enum asv_status load_chunk(struct asv_recording_reader *it, struct asv_err *err)
{
    uint64_t i = it->chunk;
    enum asv_status status = it->file == ASV_RECORDING_PLAYABLE
                                 ? read_chunk(it->recording, i, it->piece, err)
                                 : read_signed(it->recording, i, it->piece, err);
    if (status != ASV_OK) {
        return status;
    }
    if (it->file == ASV_RECORDING_PLAYABLE &&
        (asv_seal_opener_decrypt(&it->opener, it->piece, it->piece, i) != ASV_OK ||
         asv_seal_opener_disclose(&it->opener, it->piece) != ASV_OK)) {
        return asv_failf(err, ASV_E_DIGEST, "piece %llu does not open with the recording's key",
                         (unsigned long long)i);
    }
    it->chunk++;
    it->left = (struct asv_bytes){it->piece, it->file == ASV_RECORDING_PLAYABLE ? ASV_CHUNK_PLAIN_BYTES
                                                                                : sizeof it->piece};
    return ASV_OK;
}

/* HO-033: the last checkpoint's final chunk: an age file that a camera did not close is closed by it
 * (SEAL.md). */
static enum asv_status load_back(struct asv_recording_reader *it, struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = &it->recording->exhibit->checkpoint;
    it->ended = true;
    if (it->file == ASV_RECORDING_SEALED) {
        it->left = (struct asv_bytes){last->final_chunk, ASV_FINAL_CIPHER_BYTES};
        return ASV_OK;
    }
    if (asv_seal_opener_check_disclosure(&it->opener, last) != ASV_OK) {
        return asv_fail(err, ASV_E_DIGEST, "the disclosure tree of what was read is not the signed one");
    }
    it->left = (struct asv_bytes){asv_final_plaintext, ASV_FINAL_PLAIN_BYTES};
    return ASV_OK;
}

static enum asv_status read_bulk(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_recording_reader *it = ctx;
    enum asv_status status = ASV_OK;
    if (it->left.len == 0 && !it->ended) {
        status =
            it->chunk < it->recording->exhibit->checkpoint.chunks ? load_chunk(it, err) : load_back(it, err);
    }
    if (status == ASV_OK) {
        *got = it->left.len < cap ? it->left.len : cap;
        memcpy(out, it->left.data, *got);
        it->left.data += *got;
        it->left.len -= *got;
    }
    return status;
}

static enum asv_status read_text(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_recording_reader *it = ctx;
    (void)err;
    *got = it->left.len < cap ? it->left.len : cap;
    memcpy(out, it->left.data, *got);
    it->left.data += *got;
    it->left.len -= *got;
    return ASV_OK;
}

/* HO-030: what it must have been, by who signed it or as it was compared; NULL: a link record that came after
 * the commit record, which its camera signed and a reader compares. */
static const uint8_t *expected(const struct asv_recording_reader *it)
{
    const struct asv_recording *recording = it->recording;
    switch (it->file) {
    case ASV_RECORDING_SEAL:
        return recording->commit.seal_digest;
    case ASV_RECORDING_CHAIN:
        return recording->exhibit->header.chain_digest;
    case ASV_RECORDING_LINK:
        return recording->commit.link_bytes > 0 ? recording->commit.link_digest : NULL;
    case ASV_RECORDING_COMMIT:
        return recording->commit_digest;
    case ASV_RECORDING_RECEIPT:
        return recording->receipt_digest;
    case ASV_RECORDING_TAIL:
        return recording->commit.tail_digest;
    default:
        return NULL;
    }
}

static enum asv_status read_part(void *ctx, void *out, size_t cap, size_t *got, struct asv_err *err)
{
    struct asv_recording_reader *it = ctx;
    uint8_t digest[ASV_SHA256_BYTES];
    uint64_t left = it->source.size - it->at;
    const uint8_t *want = expected(it);
    enum asv_status status = ASV_OK;
    *got = left < cap ? (size_t)left : cap;
    if (*got > 0) {
        status = asv_clip_read(it->recording->exhibit->dir, files[it->file].part, it->at, out, *got, err);
        if (status == ASV_OK) {
            asv_sha256_update(&it->digest, out, *got);
            it->at += *got;
        }
        return status;
    }
    struct asv_sha256 end = it->digest;
    asv_sha256_final(&end, digest);
    return want == NULL || asv_equal(want, digest, sizeof digest)
               ? ASV_OK
               : asv_failf(err, ASV_E_DIGEST, "%s: is not what was taken into custody", files[it->file].name);
}

static enum asv_status begin_bulk(struct asv_recording_reader *it, struct asv_err *err)
{
    struct asv_recording *recording = it->recording;
    const struct asv_exhibit *exhibit = recording->exhibit;
    const struct asv_seal_checkpoint *last = &exhibit->checkpoint;
    if (it->file == ASV_RECORDING_SEALED) {
        memcpy(it->front, recording->age_header, recording->age_header_len);
        memcpy(it->front + recording->age_header_len, exhibit->header.nonce, ASV_NONCE_BYTES);
        it->left = (struct asv_bytes){it->front, recording->age_header_len + ASV_NONCE_BYTES};
        return ASV_OK;
    }
    enum asv_status status = asv_seal_opener_init(&it->opener, &exhibit->header, recording->file_key);
    if (status == ASV_OK) {
        status = asv_seal_opener_check_final(&it->opener, last->final_chunk, last->chunks);
    }
    return status == ASV_OK ? ASV_OK
                            : asv_fail(err, status, "the recording does not open with the keeper's key");
}

static enum asv_status begin(struct asv_recording_reader *it, struct asv_err *err)
{
    struct asv_recording *recording = it->recording;
    it->source = (struct asv_source){it, recording->sizes[it->file], read_part};
    if (is_bulk(it)) {
        it->source.read = read_bulk;
        return begin_bulk(it, err);
    }
    if (it->file == ASV_RECORDING_EXCERPT || it->file == ASV_RECORDING_PROOF) {
        it->source = it->file == ASV_RECORDING_PROOF ? asv_excerpt_proof(recording->excerpt)
                                                     : asv_excerpt_mp4(recording->excerpt);
        return ASV_OK;
    }
    if (it->file == ASV_RECORDING_KEY) {
        asv_hex_encode((char *)it->key_text, recording->file_key, ASV_FILE_KEY_BYTES);
        it->key_text[KEY_TEXT_BYTES - 1] = '\n';
        it->left = (struct asv_bytes){it->key_text, KEY_TEXT_BYTES};
        it->source.read = read_text;
        return ASV_OK;
    }
    asv_sha256_init(&it->digest);
    return ASV_OK;
}

enum asv_status asv_recording_read(struct asv_recording *recording, enum asv_recording_file file,
                                   struct asv_recording_reader **reader, struct asv_source *out,
                                   struct asv_err *err)
{
    bool secret = file == ASV_RECORDING_PLAYABLE || file == ASV_RECORDING_KEY;
    bool excerpt = file == ASV_RECORDING_EXCERPT || file == ASV_RECORDING_PROOF;
    if ((file == ASV_RECORDING_SEALED && recording->age_header_len == 0) || (secret && !recording->has_key) ||
        (excerpt && recording->excerpt == NULL)) {
        return asv_failf(err, ASV_E_STATE, "%s: without what the keeper gives for it", files[file].name);
    }
    if (recording->sizes[file] == 0) {
        return asv_failf(err, ASV_E_NOT_FOUND, "%s: this recording has none", files[file].name);
    }
    struct asv_recording_reader *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    (void)mlock(made, sizeof *made); /* as far as the limits allow */
    made->recording = recording;
    made->file = file;
    enum asv_status status = begin(made, err);
    if (status != ASV_OK) {
        asv_recording_reader_close(made);
        return status;
    }
    *reader = made;
    *out = made->source;
    return ASV_OK;
}

void asv_recording_reader_close(struct asv_recording_reader *reader)
{
    if (reader != NULL) {
        asv_wipe(reader, sizeof *reader);
        (void)munlock(reader, sizeof *reader);
        free(reader);
    }
}
