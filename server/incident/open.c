/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/incident/open.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/fail.h"
#include "server/base/io.h"
#include "server/incident/open_index.h"
#include "server/incident/signatures.h"

#define BLOCK 16384

/* The walk over a seal: each leaf is compared with what lies in the payload, or kept. A chunk is wrong for
 * good only when a checkpoint signed its leaf. */
struct walk {
    struct asv_exhibit *exhibit;
    struct asv_err *err;
    bool keeps;
    struct asv_exhibit_keeping keeping;
    const struct asv_seal_result *result; /* so far */
    const uint8_t *pk;                    /* the signer's */
    struct asv_signatures signatures;     /* of which nothing is believed before all are verified */
    bool wrong, signed_wrong;
    uint64_t wrong_at;
    uint64_t payload_bytes;
    uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
};

static enum asv_status on_leaf(void *ctx, uint64_t index, const uint8_t leaf[ASV_SHA256_BYTES])
{
    struct walk *walk = ctx;
    if (walk->keeps) {
        return asv_exhibit_keep_leaf(&walk->keeping, index, walk->result->seal_bytes - ASV_SHA256_BYTES, leaf,
                                     walk->err);
    }
    bool there = index < walk->payload_bytes / ASV_CHUNK_CIPHER_BYTES;
    if (there) {
        enum asv_status status =
            asv_clip_read(walk->exhibit->dir, ASV_PART_PAYLOAD, index * ASV_CHUNK_CIPHER_BYTES, walk->chunk,
                          sizeof walk->chunk, walk->err);
        if (status != ASV_OK) {
            return status;
        }
    }
    if ((!there || asv_seal_check_chunk(leaf, walk->chunk, sizeof walk->chunk) != ASV_OK) && !walk->wrong) {
        walk->wrong = true;
        walk->wrong_at = index;
    }
    return ASV_OK;
}

static enum asv_status on_checkpoint(void *ctx, const struct asv_seal_checkpoint *checkpoint)
{
    struct walk *walk = ctx;
    walk->signed_wrong = walk->wrong;
    return walk->keeps ? asv_exhibit_keep_checkpoint(&walk->keeping, checkpoint, walk->err) : ASV_OK;
}

static enum asv_status on_record(void *ctx, const struct asv_seal_record *record)
{
    struct walk *walk = ctx;
    return walk->keeps ? asv_exhibit_keep_record(&walk->keeping, record, walk->err) : ASV_OK;
}

static enum asv_status on_signature(void *ctx, const void *data, size_t len)
{
    struct walk *walk = ctx;
    enum asv_status status = asv_signatures_add(&walk->signatures, data, len);
    if (status == ASV_OK && walk->signatures.count == ASV_SIGNATURES_AT_ONCE) {
        status = asv_signatures_verify(&walk->signatures, walk->pk);
        walk->signatures.count = 0;
    }
    return status;
}

/* By lengths and the chunk that ends it: a chunk that is wrong shows when it is read. */
static enum asv_status judge(struct asv_exhibit *exhibit, const struct asv_seal_result *result,
                             uint64_t payload_bytes, struct asv_err *err)
{
    struct asv_payload_facts payload = {.bytes = payload_bytes};
    struct asv_verdict verdict;
    uint64_t whole = result->checkpoint.chunks * ASV_CHUNK_CIPHER_BYTES;
    uint64_t rest = payload_bytes > whole ? payload_bytes - whole : 0;
    size_t len = rest < sizeof payload.rest ? (size_t)rest : sizeof payload.rest;
    enum asv_status status =
        len > 0 ? asv_clip_read(exhibit->dir, ASV_PART_PAYLOAD, whole, payload.rest, len, err) : ASV_OK;
    if (status == ASV_OK) {
        asv_verdict_of(&verdict, result, &payload, ASV_PROVENANCE_TRUSTED);
        exhibit->integrity = (uint8_t)verdict.integrity;
        exhibit->tail_bytes = verdict.tail_bytes;
    }
    return status;
}

/* What the seal says is the whole of it: a tail that nothing signs is not shown to anybody. */
static enum asv_status take_result(struct asv_exhibit *exhibit, const struct walk *walk,
                                   const struct asv_seal_result *result, const uint8_t header[32],
                                   struct asv_err *err)
{
    if (!result->has_header) {
        return asv_fail(err, ASV_E_MALFORMED, "the seal in the vault has no header that its camera signed");
    }
    if (!asv_equal(result->header_digest, header, ASV_SHA256_BYTES)) {
        return asv_fail(err, ASV_E_MISMATCH,
                        "the vault holds another recording in its place than the one in custody");
    }
    if (walk->signed_wrong) {
        return asv_failf(
            err, ASV_E_DIGEST,
            "piece %llu is not what the camera signed; \"asservat vault scrub\" repairs it from the "
            "mirror, if that has a right one",
            (unsigned long long)walk->wrong_at);
    }
    exhibit->header = result->header;
    exhibit->checkpoint = result->checkpoint;
    exhibit->has_checkpoint = result->has_checkpoint;
    exhibit->ended = result->ended;
    exhibit->media_bytes =
        result->ended ? result->end.media_bytes : result->checkpoint.chunks * ASV_CHUNK_PLAIN_BYTES;
    return judge(exhibit, result, walk->payload_bytes, err);
}

/* at_once: the signatures of checkpoints are verified many at once, the last of them at the end. */
static enum asv_status walk_seal(struct asv_exhibit *exhibit, const struct asv_seal_signer *signer,
                                 const uint8_t header[32], struct walk *walk, bool at_once)
{
    const struct asv_seal_events events = {.ctx = walk,
                                           .leaf = on_leaf,
                                           .record = on_record,
                                           .checkpoint = on_checkpoint,
                                           .signature = at_once ? on_signature : NULL};
    struct asv_err *err = walk->err;
    struct asv_seal_verifier verifier;
    struct asv_err why = {0};
    uint8_t block[BLOCK];
    uint64_t size = 0;
    enum asv_status status = asv_clip_size(exhibit->dir, ASV_PART_SEAL, &size, err);
    enum asv_status fed = ASV_OK;
    asv_seal_verifier_init(&verifier, signer, &events);
    walk->result = asv_seal_verifier_result(&verifier);
    walk->pk = signer->pk;
    for (uint64_t at = 0; status == ASV_OK && fed == ASV_OK && at < size; at += BLOCK) {
        size_t len = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
        status = asv_clip_read(exhibit->dir, ASV_PART_SEAL, at, block, len, err);
        if (status == ASV_OK) {
            fed = asv_seal_verifier_feed(&verifier, block, len, &why);
        }
    }
    if (status == ASV_OK && fed == ASV_OK && at_once) {
        status = asv_signatures_verify(&walk->signatures, signer->pk);
    }
    asv_exhibit_keep_end(&walk->keeping);
    const struct asv_seal_result *result = walk->result;
    if (status == ASV_OK && fed != ASV_OK && result->status == ASV_OK) {
        return fed; /* the disk, in an event */
    }
    if (status == ASV_OK && fed != ASV_OK) {
        return asv_failf(err, fed, "the seal in the vault is not what the camera signed: %s", why.text);
    }
    return status == ASV_OK ? take_result(exhibit, walk, result, header, err) : status;
}

/* M-045. Where anything is wrong, one checkpoint after the other says what, and at which byte. */
static enum asv_status read_seal(struct asv_exhibit *exhibit, const struct asv_seal_signer *signer,
                                 const uint8_t header[32], uint64_t payload_bytes, bool keeps,
                                 struct asv_err *err)
{
    for (bool at_once = keeps;; at_once = false) {
        struct asv_err found = {0};
        struct walk walk = {.exhibit = exhibit,
                            .err = at_once ? &found : err,
                            .keeps = keeps,
                            .keeping = {.index = &exhibit->index},
                            .payload_bytes = payload_bytes};
        enum asv_status status = walk_seal(exhibit, signer, header, &walk, at_once);
        asv_signatures_free(&walk.signatures);
        if (status == ASV_OK || !at_once) {
            return status;
        }
        asv_exhibit_index_free(&exhibit->index);
    }
}

/* The chunks that the keeper tries its key on. */
static enum asv_status read_samples(struct asv_exhibit *exhibit, struct asv_err *err)
{
    uint64_t chunks = exhibit->checkpoint.chunks;
    enum asv_status status = ASV_OK;
    if (chunks > 0) {
        status = asv_clip_read(exhibit->dir, ASV_PART_PAYLOAD, 0, exhibit->first, sizeof exhibit->first, err);
    }
    if (status == ASV_OK && chunks > 1) {
        status = asv_clip_read(exhibit->dir, ASV_PART_PAYLOAD, (chunks - 1) * ASV_CHUNK_CIPHER_BYTES,
                               exhibit->last, sizeof exhibit->last, err);
    }
    return status;
}

static enum asv_status read_parts(struct asv_exhibit *exhibit, const struct asv_exhibit_name *name,
                                  bool keeps, struct asv_err *err)
{
    struct asv_chain chain;
    struct asv_seal_signer signer;
    uint64_t payload_bytes = 0;
    enum asv_status status = asv_clip_get(exhibit->dir, ASV_PART_CHAIN, exhibit->chain, sizeof exhibit->chain,
                                          &exhibit->chain_len, err);
    if (status == ASV_OK) {
        status = asv_chain_decode(&chain, exhibit->chain, exhibit->chain_len, err);
    }
    if (status == ASV_OK) {
        asv_seal_signer_of(&signer, &chain);
        status = asv_clip_get(exhibit->dir, ASV_PART_STANZAS, exhibit->stanzas, sizeof exhibit->stanzas,
                              &exhibit->stanzas_len, err);
    }
    if (status == ASV_OK) {
        status = asv_clip_size(exhibit->dir, ASV_PART_PAYLOAD, &payload_bytes, err);
    }
    if (status == ASV_OK) {
        status = asv_clip_header(exhibit->dir, exhibit->frame, &exhibit->frame_len, err);
    }
    if (status == ASV_OK) {
        status = read_seal(exhibit, &signer, name->header, payload_bytes, keeps, err);
    }
    return status == ASV_OK ? read_samples(exhibit, err) : status;
}

static enum asv_status open_dir(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                struct asv_clip_dir **out, struct asv_err *err)
{
    char place[ASV_VAULT_PATH_BYTES];
    enum asv_vault_area area = asv_vault_area_of((enum asv_commit_kind)name->kind);
    enum asv_status status = asv_vault_place_of(place, (enum asv_commit_kind)name->kind, name->day,
                                                name->latest_ms, name->clip, name->header, err);
    return status == ASV_OK ? asv_vault_open_clip(vault, area, place, out, err) : status;
}

static enum asv_status open_exhibit(struct asv_vault *vault, const struct asv_exhibit_name *name, bool keeps,
                                    struct asv_exhibit **out, struct asv_err *err)
{
    struct asv_exhibit *exhibit = calloc(1, sizeof *exhibit);
    if (exhibit == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "no memory");
    }
    enum asv_status status = open_dir(vault, name, &exhibit->dir, err);
    if (status == ASV_OK) {
        status = read_parts(exhibit, name, keeps, err);
    }
    if (status != ASV_OK) {
        asv_exhibit_close(exhibit);
        return status;
    }
    *out = exhibit;
    return ASV_OK;
}

enum asv_status asv_exhibit_open(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                 struct asv_exhibit **out, struct asv_err *err)
{
    return open_exhibit(vault, name, false, out, err);
}

enum asv_status asv_exhibit_open_seal(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                      struct asv_exhibit **out, struct asv_err *err)
{
    return open_exhibit(vault, name, true, out, err);
}

enum asv_status asv_exhibit_put_recovery(const struct asv_exhibit *exhibit, struct asv_bytes stanza,
                                         struct asv_err *err)
{
    return asv_clip_put(exhibit->dir, ASV_PART_RECOVERY, stanza.data, stanza.len, err);
}

enum asv_status asv_exhibit_drop_recovery(struct asv_vault *vault, const struct asv_exhibit_name *name,
                                          struct asv_err *err)
{
    struct asv_clip_dir *dir = NULL;
    struct asv_err why = {0};
    enum asv_status status = open_dir(vault, name, &dir, &why);
    if (status == ASV_E_NOT_FOUND) {
        return ASV_OK;
    }
    if (status == ASV_OK) {
        status = asv_clip_drop(dir, ASV_PART_RECOVERY, &why);
        asv_clip_close(dir);
    }
    return status == ASV_OK ? ASV_OK : asv_failf(err, status, "%s", why.text);
}

void asv_exhibit_close(struct asv_exhibit *exhibit)
{
    if (exhibit != NULL) {
        asv_clip_close(exhibit->dir);
        asv_exhibit_index_free(&exhibit->index);
        free(exhibit);
    }
}

/* ---- leaves ---- */

/* The run that a chunk is in. */
static size_t find_run(const struct asv_exhibit_index *index, uint64_t chunk)
{
    size_t low = 0;
    for (size_t high = index->run_count; high - low > 1;) {
        size_t middle = low + (high - low) / 2;
        if (index->runs[middle].first <= chunk) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* HO-151 */
static enum asv_status load_run(struct asv_exhibit *exhibit, size_t number, struct asv_err *err)
{
    const struct asv_exhibit_index *index = &exhibit->index;
    const struct asv_leaf_run *run = &index->runs[number];
    uint64_t until = number + 1 < index->run_count ? run[1].first : index->leaf_count;
    size_t len = (size_t)(until - run->first) * ASV_SHA256_BYTES;
    uint8_t digest[ASV_SHA256_BYTES];
    exhibit->has_run = false;
    enum asv_status status = asv_clip_read(exhibit->dir, ASV_PART_SEAL, run->at, exhibit->leaves, len, err);
    if (status != ASV_OK) {
        return status;
    }
    asv_sha256(digest, exhibit->leaves, len);
    if (!asv_equal(digest, run->digest, sizeof digest)) {
        return asv_fail(err, ASV_E_DIGEST, "the seal in the vault is not the one that was verified before");
    }
    exhibit->run = number;
    exhibit->has_run = true;
    return ASV_OK;
}

enum asv_status asv_exhibit_leaf(struct asv_exhibit *exhibit, uint64_t chunk, uint8_t leaf[ASV_SHA256_BYTES],
                                 struct asv_err *err)
{
    const struct asv_exhibit_index *index = &exhibit->index;
    assert(chunk < index->leaf_count);
    size_t run = find_run(index, chunk);
    enum asv_status status = exhibit->has_run && exhibit->run == run ? ASV_OK : load_run(exhibit, run, err);
    if (status == ASV_OK) {
        memcpy(leaf, exhibit->leaves[chunk - index->runs[run].first], ASV_SHA256_BYTES);
    }
    return status;
}

/* ---- plaintext ---- */

enum asv_status asv_exhibit_check_fd(int fd, struct asv_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return asv_failf(err, ASV_E_USAGE, "file descriptor %d is not open", fd);
    }
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
        return ASV_OK;
    }
    return asv_failf(err, ASV_E_USAGE,
                     "a recording is written into a pipe only, not %s: give it a player, such as | mpv -",
                     isatty(fd) == 1 ? "to a terminal" : "to a file, where it would stay");
}

/* Everything secret, in one place that is locked as far as the limits allow, and wiped. */
struct secrets {
    struct asv_seal_opener opener;
    uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
};

/* Where the plaintext goes. */
struct reader {
    int fd;
    int idle_ms; /* for how long it may read nothing */
};

/* Of what a pipe takes at once when it says that it takes anything: so no write waits for a reader who never
 * comes, while the key is here. */
static enum asv_status write_plain(const struct reader *reader, const uint8_t *data, size_t len,
                                   struct asv_err *err)
{
    for (size_t done = 0; done < len;) {
        struct pollfd ready = {.fd = reader->fd, .events = POLLOUT};
        int count = poll(&ready, 1, reader->idle_ms);
        if (count == 0) {
            return asv_fail(err, ASV_E_TIMEOUT,
                            "nobody reads any more: the key is given up; ask for it again");
        }
        size_t some = len - done < PIPE_BUF ? len - done : PIPE_BUF;
        ssize_t n = count > 0 ? write(reader->fd, data + done, some) : -1;
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return errno == EPIPE ? asv_fail(err, ASV_E_IO, "the reader of the pipe went away")
                                  : asv_io_fail(err, errno, "the pipe");
        }
        done += (size_t)n;
    }
    return ASV_OK;
}

static enum asv_status write_chunk(const struct asv_exhibit *exhibit, struct secrets *secrets, uint64_t index,
                                   const struct reader *reader, struct asv_err *err)
{
    enum asv_status status = asv_clip_read(exhibit->dir, ASV_PART_PAYLOAD, index * ASV_CHUNK_CIPHER_BYTES,
                                           secrets->chunk, sizeof secrets->chunk, err);
    if (status != ASV_OK) {
        return status;
    }
    if (asv_seal_opener_decrypt(&secrets->opener, secrets->chunk, secrets->chunk, index) != ASV_OK ||
        asv_seal_opener_disclose(&secrets->opener, secrets->chunk) != ASV_OK) {
        return asv_failf(err, ASV_E_DIGEST, "piece %llu changed while it was read: nothing of it was shown",
                         (unsigned long long)index);
    }
    return write_plain(reader, secrets->chunk, ASV_CHUNK_PLAIN_BYTES, err);
}

static enum asv_status write_all(const struct asv_exhibit *exhibit, struct secrets *secrets,
                                 const struct reader *reader, struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = &exhibit->checkpoint;
    enum asv_status status = ASV_OK;
    if (!exhibit->has_checkpoint) {
        return asv_fail(err, ASV_E_NOT_FOUND,
                        "nothing of this recording is signed: there is nothing to show");
    }
    if (asv_seal_opener_check_final(&secrets->opener, last->final_chunk, last->chunks) != ASV_OK) {
        return asv_fail(err, ASV_E_DIGEST, "the signed end of the recording does not open with this key");
    }
    for (uint64_t i = 0; status == ASV_OK && i < last->chunks; i++) {
        status = write_chunk(exhibit, secrets, i, reader, err);
    }
    if (status == ASV_OK) {
        status = write_plain(reader, asv_final_plaintext, sizeof asv_final_plaintext, err);
    }
    if (status == ASV_OK && asv_seal_opener_check_disclosure(&secrets->opener, last) != ASV_OK) {
        status = asv_fail(err, ASV_E_DIGEST, "the disclosure tree of what was shown is not the signed one");
    }
    return status;
}

enum asv_status asv_exhibit_write(const struct asv_exhibit *exhibit,
                                  const uint8_t file_key[ASV_FILE_KEY_BYTES], int fd, int idle_ms,
                                  struct asv_err *err)
{
    const struct reader reader = {fd, idle_ms};
    struct secrets secrets;
    memset(&secrets, 0, sizeof secrets);
    bool locked = mlock(&secrets, sizeof secrets) == 0;
    enum asv_status status = asv_seal_opener_init(&secrets.opener, &exhibit->header, file_key);
    if (status != ASV_OK) {
        status = asv_fail(err, status, "the keeper's key is not the one of this recording");
    } else {
        status = write_all(exhibit, &secrets, &reader, err);
    }
    asv_wipe(&secrets, sizeof secrets);
    if (locked) {
        munlock(&secrets, sizeof secrets);
    }
    return status;
}
