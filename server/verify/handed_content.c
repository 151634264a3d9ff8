/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* What a recording shows: the playable file, the excerpt, and, with a key, the sealed original. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "firmware-proto/seal/opener.h"
#include "server/base/beside.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/verify/handed_internal.h"

#define KEY_TEXT_BYTES (2 * ASV_FILE_KEY_BYTES + 1) /* and a line end */

/* A chunk, opened in a thread. */
struct piece {
    bool opens, is_same;             /* and is what lies beside it */
    uint8_t value[ASV_SHA256_BYTES]; /* for the tree for excerpts */
    uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
    uint8_t beside[ASV_CHUNK_PLAIN_BYTES];
};

/* Secret, in one place that is locked as far as the limits allow, and wiped. */
struct content {
    struct asv_handed *it;
    size_t i;
    const struct asv_input *payload;
    struct asv_input playable; /* fd -1: there is none to compare with */
    bool discloses;            /* the tree for excerpts is computed, too */
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_seal_opener opener;
    struct piece piece;
};

static enum asv_status fail(const struct content *content, enum asv_handed_kind kind, const char *part,
                            enum asv_status status, const char *why)
{
    char name[ASV_HANDED_PATH_BYTES];
    return asv_handed_fail(content->it, kind, asv_handed_part_name(name, content->i, part), status, "%s",
                           why);
}

static const struct asv_handed_file *find(const struct content *content, const char *part)
{
    char name[ASV_HANDED_PATH_BYTES];
    return asv_handed_find(content->it, asv_handed_part_name(name, content->i, part));
}

/* ---- chunk by chunk ---- */

/* Whether these are the next bytes of the playable file. */
static enum asv_status compare(const struct content *content, uint64_t at, const uint8_t *plain, size_t len,
                               uint8_t *beside, bool *is_same, struct asv_err *err)
{
    size_t got = 0;
    *is_same = content->playable.fd < 0;
    if (*is_same) {
        return ASV_OK;
    }
    enum asv_status status = asv_input_read(&content->playable, at, beside, len, &got, err);
    *is_same = status == ASV_OK && got == len && memcmp(beside, plain, len) == 0;
    return status;
}

static enum asv_status differs(const struct content *content, uint64_t at, size_t len)
{
    char why[64];
    (void)snprintf(why, sizeof why, "differs between its bytes %llu and %llu", (unsigned long long)at,
                   (unsigned long long)(at + len));
    return fail(content, ASV_HANDED_PLAYABLE, "playable.mp4", ASV_E_DIGEST, why);
}

/* In a thread: of content nothing is written. */
static enum asv_status open_piece(void *ctx, uint64_t i, void *slot, struct asv_err *err)
{
    const struct content *content = ctx;
    struct piece *piece = slot;
    size_t got = 0;
    enum asv_status status = asv_input_read(content->payload, i * ASV_CHUNK_CIPHER_BYTES, piece->chunk,
                                            sizeof piece->chunk, &got, err);
    if (status != ASV_OK) {
        return status;
    }
    piece->opens = got == sizeof piece->chunk &&
                   asv_seal_opener_decrypt(&content->opener, piece->chunk, piece->chunk, i) == ASV_OK;
    if (piece->opens && content->discloses) {
        asv_seal_disclosure_leaf(piece->value, content->opener.file_key, i, piece->chunk);
    }
    return piece->opens ? compare(content, i * ASV_CHUNK_PLAIN_BYTES, piece->chunk, ASV_CHUNK_PLAIN_BYTES,
                                  piece->beside, &piece->is_same, err)
                        : ASV_OK;
}

static enum asv_status take_piece(struct content *content, const struct piece *piece, uint64_t i,
                                  enum asv_handed_kind kind)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    bool opens = piece->opens;
    if (opens && content->discloses) {
        asv_merkle_leaf(leaf, piece->value, sizeof piece->value);
        opens = asv_merkle_append(&content->opener.disclosure, leaf) == ASV_OK;
    }
    if (!opens) {
        char why[64];
        (void)snprintf(why, sizeof why, "its piece %llu does not decrypt", (unsigned long long)i);
        return fail(content, kind, "sealed.age", ASV_E_DIGEST, why);
    }
    return piece->is_same ? ASV_OK : differs(content, i * ASV_CHUNK_PLAIN_BYTES, ASV_CHUNK_PLAIN_BYTES);
}

static enum asv_status open_pieces(struct content *content, uint64_t count, enum asv_handed_kind kind,
                                   struct asv_err *err)
{
    const struct asv_beside_work work = {.ctx = content,
                                         .count = count,
                                         .slot_bytes = sizeof content->piece,
                                         .spare = &content->piece,
                                         .threads = ASV_BESIDE_THREADS,
                                         .make = open_piece};
    struct asv_beside *beside = NULL;
    void *slot = NULL;
    enum asv_status status = asv_beside_open(&beside, &work, err);
    for (uint64_t i = 0; i < count && status == ASV_OK; i++) {
        status = asv_beside_next(beside, &slot, err);
        status = status == ASV_OK ? take_piece(content, slot, i, kind) : status;
    }
    asv_beside_close(beside);
    return status;
}

/* HO-105: every chunk decrypts at its place, to the bytes that lie beside it. What the camera's tree for
 * excerpts is over is compared where nothing lies beside it: it would be a third digest of the same bytes. */
static enum asv_status open_all(struct content *content, enum asv_handed_kind kind, struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = &content->it->report.seal.checkpoint;
    uint64_t plain = last->chunks * ASV_CHUNK_PLAIN_BYTES;
    if (content->playable.fd >= 0 && content->playable.size != plain + ASV_FINAL_PLAIN_BYTES) {
        return fail(content, ASV_HANDED_PLAYABLE, "playable.mp4", ASV_E_MISMATCH, "is of another length");
    }
    enum asv_status status = open_pieces(content, last->chunks, kind, err);
    if (status == ASV_OK &&
        asv_seal_opener_check_final(&content->opener, last->final_chunk, last->chunks) != ASV_OK) {
        status = fail(content, kind, "sealed.age", ASV_E_DIGEST, "its last piece does not decrypt");
    }
    if (status == ASV_OK) {
        bool is_same = false;
        status = compare(content, plain, asv_final_plaintext, ASV_FINAL_PLAIN_BYTES, content->piece.beside,
                         &is_same, err);
        status = status == ASV_OK && !is_same ? differs(content, plain, ASV_FINAL_PLAIN_BYTES) : status;
    }
    if (status == ASV_OK && content->discloses &&
        asv_seal_opener_check_disclosure(&content->opener, last) != ASV_OK) {
        status = fail(content, kind, "sealed.age", ASV_E_DIGEST,
                      "the tree for excerpts is not the one that was signed");
    }
    return status;
}

/* ---- the key that lies there ---- */

static enum asv_status read_key(struct content *content, struct asv_err *err)
{
    uint8_t text[KEY_TEXT_BYTES + 1] = {0};
    struct asv_bytes view = {0};
    const struct asv_handed_file *file = find(content, "file.key");
    if (file->size != KEY_TEXT_BYTES) {
        return fail(content, ASV_HANDED_KEY, "file.key", ASV_E_MALFORMED,
                    "not 32 hexadecimal digits and a line end");
    }
    enum asv_status status = asv_handed_load(content->it, file, text, KEY_TEXT_BYTES, &view, err);
    if (status != ASV_OK) {
        return status;
    }
    bool ends = text[KEY_TEXT_BYTES - 1] == '\n';
    text[KEY_TEXT_BYTES - 1] = '\0';
    bool is_lower = strpbrk((char *)text, "ABCDEF") == NULL; /* there is one way to write it */
    if (!ends || !is_lower ||
        asv_hex_decode(content->file_key, sizeof content->file_key, (char *)text) != ASV_OK) {
        return fail(content, ASV_HANDED_KEY, "file.key", ASV_E_MALFORMED,
                    "not 32 hexadecimal digits and a line end");
    }
    return asv_seal_opener_init(&content->opener, &content->it->report.seal.header, content->file_key) ==
                   ASV_OK
               ? ASV_OK
               : fail(content, ASV_HANDED_KEY, "file.key", ASV_E_DIGEST, "is another recording's");
}

static enum asv_status check_whole(struct content *content, struct asv_err *err)
{
    enum asv_status status = read_key(content, err);
    if (status == ASV_OK) {
        status = asv_handed_input(content->it, find(content, "playable.mp4"), &content->playable, err);
    }
    if (status == ASV_OK) {
        status = open_all(content, ASV_HANDED_KEY, err);
    }
    asv_input_close(&content->playable);
    return status;
}

/* ---- the key that is asked for ---- */

/* HO-106. Of a whole recording the same key has decrypted the same bytes. */
static enum asv_status check_opened(struct content *content, const struct asv_age_header *header,
                                    struct asv_err *err)
{
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    const struct asv_identities *identities = content->it->identities;
    enum asv_status status = ASV_E_NOT_FOUND;
    bool is_whole = content->it->recordings[content->i].plan.form == ASV_PLAN_WHOLE;
    for (size_t i = 0; i < identities->count && status == ASV_E_NOT_FOUND; i++) {
        status = asv_age_header_open(file_key, header, identities->identity[i]);
    }
    if (status != ASV_OK) {
        status = fail(content, ASV_HANDED_IDENTITY, "sealed.age", status, "none of the identities opens it");
    } else if (is_whole) {
        status = memcmp(file_key, content->file_key, sizeof file_key) == 0
                     ? ASV_OK
                     : fail(content, ASV_HANDED_IDENTITY, "sealed.age", ASV_E_MISMATCH,
                            "another key than that in file.key");
    } else if (asv_seal_opener_init(&content->opener, &content->it->report.seal.header, file_key) != ASV_OK) {
        status = fail(content, ASV_HANDED_IDENTITY, "sealed.age", ASV_E_DIGEST,
                      "the key is not the one that the signed header commits to");
    } else {
        content->discloses = true;
        status = open_all(content, ASV_HANDED_IDENTITY, err);
    }
    asv_wipe(file_key, sizeof file_key);
    return status;
}

enum asv_status asv_handed_check_content(struct asv_handed *it, size_t i, const struct asv_input *payload,
                                         const struct asv_age_header *header, struct asv_err *err)
{
    struct content *content = calloc(1, sizeof *content);
    enum asv_status status = ASV_OK;
    if (content == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    bool locked = mlock(content, sizeof *content) == 0;
    content->it = it;
    content->i = i;
    content->payload = payload;
    content->playable.fd = -1;
    if (it->recordings[i].plan.form == ASV_PLAN_WHOLE) {
        status = check_whole(content, err);
    } else if (asv_plan_is_ranged(it->recordings[i].plan.form)) {
        status = asv_handed_check_excerpt(it, i, err);
    }
    if (status == ASV_OK && it->identities != NULL && asv_plan_has_original(it->recordings[i].plan.form)) {
        status = check_opened(content, header, err);
    }
    asv_wipe(content, sizeof *content);
    if (locked) {
        munlock(content, sizeof *content);
    }
    free(content);
    return status;
}
