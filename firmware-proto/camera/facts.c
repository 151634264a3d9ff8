/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/camera/facts.h"

#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/verifier.h"

#define READ_BYTES 65536

enum asv_status asv_store_read_all(const struct asv_store *store, const char *path, uint64_t offset,
                                   enum asv_status (*take)(void *arg, const uint8_t *data, size_t len),
                                   void *arg, uint64_t *total)
{
    uint8_t *buffer = malloc(READ_BYTES);
    enum asv_status status = buffer == NULL ? ASV_E_NO_MEMORY : ASV_OK;
    uint64_t at = offset;
    size_t len = READ_BYTES;
    while (status == ASV_OK && len == READ_BYTES) {
        status = store->flash->ops->read(store->flash->ctx, path, at, buffer, READ_BYTES, &len);
        if (status == ASV_OK) {
            at += len;
            status = take(arg, buffer, len);
        }
    }
    free(buffer);
    if (status == ASV_OK && total != NULL) {
        *total = at - offset;
    }
    return status;
}

/* ---- quick: frames are walked over, the last of each kind is kept ---- */

struct walk {
    uint8_t frame[ASV_SEAL_FRAME_HEADER_BYTES];
    size_t frame_len;
    uint32_t left; /* of the body */
    uint32_t taken;
    bool header_done;
    bool checkpoint_done;
    bool end_done;
    bool marked;
    bool wrong;
    size_t header_len;
    uint8_t header[ASV_SEAL_HEADER_MAX_BYTES];
    uint8_t checkpoint[ASV_SEAL_CHECKPOINT_BYTES];
    uint8_t checkpoint_new[ASV_SEAL_CHECKPOINT_BYTES];
    uint8_t end[ASV_SEAL_END_BYTES];
    uint8_t record[6]; /* seq u32, kind u16 */
    struct asv_sha256 digest;
};

/* Where the body of the frame goes, as far as it is kept. */
static uint8_t *walk_place(struct walk *walk, size_t *cap)
{
    switch (walk->frame[0]) {
    case ASV_FRAME_HEADER:
        *cap = sizeof walk->header;
        return walk->header;
    case ASV_FRAME_CHECKPOINT:
        *cap = sizeof walk->checkpoint_new;
        return walk->checkpoint_new;
    case ASV_FRAME_END:
        *cap = sizeof walk->end;
        return walk->end;
    case ASV_FRAME_RECORD:
        *cap = sizeof walk->record;
        return walk->record;
    default:
        *cap = 0;
        return NULL;
    }
}

static void walk_begin(struct walk *walk)
{
    walk->left = asv_load_be32(walk->frame + 1);
    walk->taken = 0;
    bool first = !walk->header_done;
    bool known = walk->frame[0] >= ASV_FRAME_HEADER && walk->frame[0] <= ASV_FRAME_END;
    bool is_header = walk->frame[0] == ASV_FRAME_HEADER;
    uint32_t max = is_header ? ASV_SEAL_HEADER_MAX_BYTES : ASV_SEAL_LEAVES_MAX * ASV_SHA256_BYTES;
    walk->wrong = walk->wrong || !known || is_header != first || walk->left == 0 || walk->left > max;
    if (is_header) {
        walk->header_len = walk->left;
    }
}

static void walk_finish(struct walk *walk)
{
    switch (walk->frame[0]) {
    case ASV_FRAME_HEADER:
        walk->header_done = true;
        break;
    case ASV_FRAME_CHECKPOINT:
        walk->wrong = walk->wrong || walk->taken != sizeof walk->checkpoint;
        memcpy(walk->checkpoint, walk->checkpoint_new, sizeof walk->checkpoint);
        walk->checkpoint_done = true;
        break;
    case ASV_FRAME_END:
        walk->wrong = walk->wrong || walk->taken != sizeof walk->end;
        walk->end_done = true;
        break;
    case ASV_FRAME_RECORD:
        walk->marked = walk->marked || (walk->taken >= sizeof walk->record && walk->record[4] == 0 &&
                                        walk->record[5] == ASV_RECORD_MARKER);
        break;
    default:
        break;
    }
    walk->frame_len = 0;
}

static enum asv_status walk_take(void *arg, const uint8_t *data, size_t len)
{
    struct walk *walk = arg;
    asv_sha256_update(&walk->digest, data, len);
    while (len != 0 && !walk->wrong && !walk->end_done) {
        if (walk->frame_len < sizeof walk->frame) {
            walk->frame[walk->frame_len++] = *data++;
            len--;
            if (walk->frame_len == sizeof walk->frame) {
                walk_begin(walk);
            }
            continue;
        }
        size_t some = walk->left < len ? walk->left : len;
        size_t cap = 0;
        uint8_t *place = walk_place(walk, &cap);
        if (walk->taken < cap) {
            size_t room = cap - walk->taken;
            memcpy(place + walk->taken, data, some < room ? some : room);
        }
        walk->taken += (uint32_t)some;
        walk->left -= (uint32_t)some;
        data += some;
        len -= some;
        if (walk->left == 0) {
            walk_finish(walk);
        }
    }
    return ASV_OK;
}

/* Verifies what the walk kept. */
static void walk_decode(struct walk *walk, const uint8_t pk[ASV_ED25519_PK_BYTES],
                        struct asv_store_facts *out)
{
    out->marked = walk->marked;
    out->sound = !walk->wrong && walk->header_done && walk->frame_len == 0;
    if (!out->sound) {
        return;
    }
    out->has_header = asv_seal_header_read(&out->header, out->header_digest, walk->header, walk->header_len,
                                           pk, NULL) == ASV_OK;
    out->sound = out->has_header;
    memcpy(out->final_digest, out->header_digest, sizeof out->final_digest);
    if (out->sound && walk->checkpoint_done) {
        out->has_checkpoint = asv_seal_checkpoint_read(&out->checkpoint, out->final_digest, walk->checkpoint,
                                                       sizeof walk->checkpoint, pk) == ASV_OK;
        out->sound = out->has_checkpoint;
    }
    if (out->sound && walk->end_done) {
        out->ended =
            asv_seal_end_read(&out->end, out->final_digest, walk->end, sizeof walk->end, pk) == ASV_OK;
        out->sound = out->ended;
    }
}

static enum asv_status read_quickly(const struct asv_store *store, const char *path,
                                    struct asv_store_facts *out)
{
    struct walk walk = {.frame_len = 0};
    asv_sha256_init(&walk.digest);
    enum asv_status status = asv_store_read_all(store, path, 0, walk_take, &walk, &out->seal_bytes);
    if (status == ASV_OK) {
        asv_sha256_final(&walk.digest, out->seal_digest);
        walk_decode(&walk, store->secrets->pk, out);
    }
    return status;
}

/* ---- thorough ---- */

struct survey {
    struct asv_seal_verifier verifier;
    struct asv_sha256 digest;
    bool marked;
};

static enum asv_status survey_record(void *ctx, const struct asv_seal_record *record)
{
    struct survey *survey = ctx;
    survey->marked = survey->marked || record->kind == ASV_RECORD_MARKER;
    return ASV_OK;
}

static enum asv_status survey_take(void *arg, const uint8_t *data, size_t len)
{
    struct survey *survey = arg;
    asv_sha256_update(&survey->digest, data, len);
    /* A seal that is wrong shows in the result; its bytes go on being counted. */
    enum asv_status ignored = asv_seal_verifier_feed(&survey->verifier, data, len, NULL);
    (void)ignored;
    return ASV_OK;
}

static enum asv_status read_thoroughly(const struct asv_store *store, const char *path,
                                       struct asv_store_facts *out)
{
    struct survey survey = {.marked = false};
    const struct asv_seal_events events = {.ctx = &survey, .record = survey_record};
    struct asv_seal_signer signer;
    asv_seal_signer_of(&signer, &store->trust->chain);
    asv_seal_verifier_init(&survey.verifier, &signer, &events);
    asv_sha256_init(&survey.digest);
    enum asv_status status = asv_store_read_all(store, path, 0, survey_take, &survey, &out->seal_bytes);
    if (status != ASV_OK) {
        return status;
    }
    const struct asv_seal_result *result = asv_seal_verifier_result(&survey.verifier);
    asv_sha256_final(&survey.digest, out->seal_digest);
    out->has_header = result->has_header;
    out->header = result->header;
    memcpy(out->header_digest, result->header_digest, sizeof out->header_digest);
    out->has_checkpoint = result->has_checkpoint;
    out->checkpoint = result->checkpoint;
    out->ended = result->ended;
    out->end = result->end;
    memcpy(out->final_digest, result->final_digest, sizeof out->final_digest);
    out->marked = survey.marked;
    out->sound = result->status == ASV_OK;
    return ASV_OK;
}

enum asv_status asv_store_facts_read(const struct asv_store *store, uint64_t number, bool thorough,
                                     struct asv_store_facts *out)
{
    struct asv_store_facts facts = {.sound = false};
    char path[ASV_FLASH_PATH_MAX + 1];
    enum asv_status status = ASV_OK;
    if (store->trust == NULL) {
        return ASV_E_STATE;
    }
    asv_store_clip_path(path, number, "seal");
    if (!thorough) {
        status = read_quickly(store, path, &facts);
    }
    if (status == ASV_OK && !facts.sound) {
        facts = (struct asv_store_facts){.sound = false};
        status = read_thoroughly(store, path, &facts);
    }
    if (status == ASV_OK) {
        *out = facts;
    }
    return status;
}

/* ---- custody ---- */

static enum asv_status digest_take(void *arg, const uint8_t *data, size_t len)
{
    asv_sha256_update(arg, data, len);
    return ASV_OK;
}

/* Length and digest of a clip's file from offset on; of nothing when it is not there or shorter. */
static enum asv_status digest_file(const struct asv_store *store, uint64_t number, const char *name,
                                   uint64_t offset, uint64_t *len, uint8_t digest[ASV_SHA256_BYTES])
{
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_sha256 state;
    asv_store_clip_path(path, number, name);
    asv_sha256_init(&state);
    *len = 0;
    enum asv_status status = asv_store_read_all(store, path, offset, digest_take, &state, len);
    asv_sha256_final(&state, digest);
    return status == ASV_E_NOT_FOUND ? ASV_OK : status;
}

static enum asv_status digest_stanzas(const struct asv_store *store, uint64_t number, struct asv_custody *out)
{
    uint8_t data[ASV_SEAL_STANZAS_MAX_BYTES];
    char path[ASV_FLASH_PATH_MAX + 1];
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    size_t len = 0;
    asv_store_clip_path(path, number, "stanzas");
    enum asv_status status = asv_flash_load(store->flash, path, data, sizeof data, &len);
    asv_reader_init(&reader, data, len);
    out->stanza_count = 0;
    while (status == ASV_OK && asv_reader_left(&reader) != 0) {
        if (out->stanza_count == ASV_RECEIPT_MAX_STANZAS) {
            return ASV_E_LIMIT;
        }
        status = asv_age_stanza_read(&reader, &stanza);
        if (status == ASV_OK) {
            asv_sha256(out->stanzas[out->stanza_count++], stanza.text.data, stanza.text.len);
        }
    }
    return status;
}

enum asv_status asv_store_custody(const struct asv_store *store, uint64_t number, struct asv_custody *out,
                                  struct asv_err *err)
{
    struct asv_store_facts facts;
    struct asv_custody custody = {.number = number};
    enum asv_status status = asv_store_facts_read(store, number, false, &facts);
    if (status != ASV_OK) {
        return asv_fail(err, status, "the recording's seal cannot be read");
    }
    if (!facts.has_header) {
        return asv_fail(err, ASV_E_STATE, "the recording has no header that verifies");
    }
    memcpy(custody.camera_cert, store->trust->cert_digest, sizeof custody.camera_cert);
    memcpy(custody.epoch, facts.header.epoch, sizeof custody.epoch);
    memcpy(custody.clip, facts.header.clip, sizeof custody.clip);
    memcpy(custody.header, facts.header_digest, sizeof custody.header);
    custody.leaf_count = facts.checkpoint.chunks;
    if (facts.has_checkpoint) {
        memcpy(custody.root, facts.checkpoint.root, sizeof custody.root);
    } else {
        asv_sha256(custody.root, NULL, 0);
    }
    custody.payload_bytes = asv_seal_payload_bytes(custody.leaf_count, facts.ended);
    custody.seal_bytes = facts.seal_bytes;
    memcpy(custody.seal, facts.seal_digest, sizeof custody.seal);
    status = digest_file(store, number, "payload", custody.payload_bytes, &custody.tail_bytes, custody.tail);
    if (status == ASV_OK) {
        status = digest_file(store, number, "link", 0, &custody.link_bytes, custody.link);
    }
    if (status == ASV_OK) {
        status = digest_stanzas(store, number, &custody);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "the recording's files cannot be read");
    }
    *out = custody;
    return ASV_OK;
}
