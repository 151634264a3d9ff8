/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware-proto/seal/opener.h"
#include "server/verify/identities.h"

/* Everything secret, in one place that is locked and wiped. */
struct secrets {
    struct asv_identities identities;
    uint8_t file_key[ASV_FILE_KEY_BYTES];
    struct asv_seal_opener opener;
    uint8_t chunk[ASV_CHUNK_CIPHER_BYTES];
};

/* Any stanza that this identity opens: it may have been wrapped anew for someone, so that only the commitment
 * says whether its key is the right one. One that is not must not hide another that is. */
static enum asv_status try_identity(struct secrets *secrets, const uint8_t *identity,
                                    const struct asv_seal_header *header, struct asv_bytes stanzas,
                                    bool *wrong)
{
    struct asv_reader reader;
    struct asv_age_stanza stanza;
    asv_reader_init(&reader, stanzas.data, stanzas.len);
    while (asv_reader_left(&reader) > 0 && asv_age_stanza_read(&reader, &stanza) == ASV_OK) {
        if (asv_age_unwrap(secrets->file_key, &stanza, identity) == ASV_OK) {
            if (asv_seal_opener_init(&secrets->opener, header, secrets->file_key) == ASV_OK) {
                return ASV_OK;
            }
            *wrong = true;
        }
    }
    return ASV_E_NOT_FOUND;
}

static enum asv_status find_key(struct secrets *secrets, const struct asv_seal_header *header,
                                const struct asv_small_parts *parts, struct asv_err *why)
{
    bool wrong = false;
    if (parts->stanzas.data == NULL) {
        return asv_fail(why, ASV_E_NOT_FOUND,
                        "there are no stanzas: the key was destroyed or not handed over");
    }
    for (size_t i = 0; i < secrets->identities.count; i++) {
        if (try_identity(secrets, secrets->identities.identity[i], header, parts->stanzas, &wrong) ==
            ASV_OK) {
            return ASV_OK;
        }
    }
    return wrong ? asv_fail(why, ASV_E_DIGEST, "the key is not the one that the signed header commits to")
                 : asv_fail(why, ASV_E_NOT_FOUND, "none of the identities opens a stanza");
}

/* A file that is being made; fd -1: none is wanted. */
struct made {
    int fd;
    const char *path;
};

static enum asv_status make_file(struct made *made, const char *path, struct asv_err *err)
{
    made->fd = -1;
    made->path = path;
    if (path == NULL) {
        return ASV_OK;
    }
    made->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made->fd >= 0) {
        return ASV_OK;
    }
    return errno == EEXIST ? asv_fail(err, ASV_E_EXISTS, "--output or --age: the file exists already")
                           : asv_fail_at(err, ASV_E_IO, "--output or --age: cannot be created, error number",
                                         (uint64_t)errno);
}

/* Keeps the file, synced, or takes it away again. */
static enum asv_status finish_file(struct made *made, bool keep, struct asv_err *err)
{
    enum asv_status status = ASV_OK;
    if (made->fd < 0) {
        return ASV_OK;
    }
    if (keep && fsync(made->fd) != 0) {
        status = asv_fail(err, ASV_E_IO, "--output or --age: cannot be synced");
    }
    close(made->fd);
    if (!keep || status != ASV_OK) {
        unlink(made->path);
    }
    made->fd = -1;
    return status;
}

static enum asv_status write_all(const struct made *made, const uint8_t *data, size_t len,
                                 struct asv_err *err)
{
    while (made->fd >= 0 && len > 0) {
        ssize_t some = write(made->fd, data, len);
        if (some < 0 && errno == EINTR) {
            continue;
        }
        if (some <= 0) {
            return asv_fail_at(err, ASV_E_IO, "--output or --age: cannot be written, error number",
                               (uint64_t)errno);
        }
        data += some;
        len -= (size_t)some;
    }
    return ASV_OK;
}

/* What opening writes into. */
struct sinks {
    struct made plaintext;
    struct made age;
};

/* Chunk i into secrets->chunk, and into what is being made. A chunk that does not open is ASV_E_DIGEST. */
static enum asv_status open_chunk(const struct asv_inputs *inputs, struct secrets *secrets,
                                  const struct sinks *sinks, uint64_t i, struct asv_err *err)
{
    size_t got = 0;
    enum asv_status status = asv_check_read_payload(inputs, i * ASV_CHUNK_CIPHER_BYTES, secrets->chunk,
                                                    sizeof secrets->chunk, &got, err);
    if (status == ASV_OK) {
        status = write_all(&sinks->age, secrets->chunk, got, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (got < sizeof secrets->chunk ||
        asv_seal_opener_decrypt(&secrets->opener, secrets->chunk, secrets->chunk, i) != ASV_OK ||
        asv_seal_opener_disclose(&secrets->opener, secrets->chunk) != ASV_OK) {
        return ASV_E_DIGEST;
    }
    return write_all(&sinks->plaintext, secrets->chunk, ASV_CHUNK_PLAIN_BYTES, err);
}

/* The last checkpoint's final chunk: signed, so the payload's own need not be there. */
static enum asv_status open_final(const struct asv_seal_checkpoint *last, const struct secrets *secrets,
                                  const struct sinks *sinks, struct asv_err *err)
{
    if (asv_seal_opener_check_final(&secrets->opener, last->final_chunk, last->chunks) != ASV_OK) {
        return ASV_E_DIGEST;
    }
    enum asv_status status =
        write_all(&sinks->plaintext, asv_final_plaintext, sizeof asv_final_plaintext, err);
    return status == ASV_OK ? write_all(&sinks->age, last->final_chunk, sizeof last->final_chunk, err)
                            : status;
}

/* Everything in order. What does not open is a finding, and ASV_E_DIGEST; ASV_E_IO otherwise. */
static enum asv_status open_chunks(struct asv_report *report, const struct asv_inputs *inputs,
                                   struct secrets *secrets, const struct sinks *sinks, struct asv_err *err)
{
    const struct asv_seal_checkpoint *last = &report->seal.checkpoint;
    struct asv_sha256 digest;
    enum asv_status status = ASV_OK;
    uint64_t i = 0;

    asv_sha256_init(&digest);
    while (i < last->chunks && status == ASV_OK) {
        status = open_chunk(inputs, secrets, sinks, i, err);
        if (status == ASV_OK) {
            asv_sha256_update(&digest, secrets->chunk, ASV_CHUNK_PLAIN_BYTES);
            i++;
        }
    }
    if (status == ASV_OK && report->seal.has_checkpoint) {
        status = open_final(last, secrets, sinks, err);
        asv_sha256_update(&digest, asv_final_plaintext, sizeof asv_final_plaintext);
        report->output_bytes = last->chunks * ASV_CHUNK_PLAIN_BYTES + sizeof asv_final_plaintext;
    }
    if (status == ASV_E_DIGEST) {
        report->finding[ASV_CHECK_OPEN] = ASV_FINDING_BAD;
        return asv_fail_at(&report->err[ASV_CHECK_OPEN], status, "does not decrypt: piece", i);
    }
    if (status == ASV_OK) {
        report->finding[ASV_CHECK_OPEN] = ASV_FINDING_GOOD;
        asv_sha256_final(&digest, report->output_digest);
    }
    return status;
}

static void check_disclosure(struct asv_report *report, const struct secrets *secrets)
{
    if (!report->seal.has_checkpoint) {
        return;
    }
    bool right =
        asv_seal_opener_check_disclosure(&secrets->opener, &report->seal.checkpoint) == ASV_OK; /* S-112 */
    report->finding[ASV_CHECK_DISCLOSURE] = right ? ASV_FINDING_GOOD : ASV_FINDING_BAD;
    if (!right) {
        snprintf(report->err[ASV_CHECK_DISCLOSURE].text, ASV_ERR_TEXT_BYTES,
                 "the disclosure tree of the plaintext is not the signed one");
    }
}

/* What stands before the payload in an age file. */
static enum asv_status write_age_header(const struct made *age, const struct asv_report *report,
                                        const struct secrets *secrets, const struct asv_small_parts *parts,
                                        struct asv_err *err)
{
    uint8_t data[ASV_AGE_HEADER_MAX_BYTES + ASV_NONCE_BYTES];
    struct asv_writer writer;
    if (age->fd < 0) {
        return ASV_OK;
    }
    asv_writer_init(&writer, data, sizeof data);
    enum asv_status status = asv_age_header_write(&writer, parts->stanzas, secrets->file_key);
    if (status != ASV_OK) {
        return asv_fail(err, ASV_E_IO, "--age: too many stanzas for an age header");
    }
    asv_write_bytes(&writer, report->seal.header.nonce, ASV_NONCE_BYTES);
    return write_all(age, data, writer.len, err);
}

static enum asv_status open_into(struct asv_report *report, const struct asv_inputs *inputs,
                                 const struct asv_small_parts *parts, struct secrets *secrets,
                                 const struct asv_open_outputs *outputs, struct asv_err *err)
{
    struct sinks sinks = {.plaintext = {.fd = -1}, .age = {.fd = -1}};
    enum asv_status status = make_file(&sinks.plaintext, outputs->plaintext, err);
    if (status == ASV_OK) {
        status = make_file(&sinks.age, outputs->age, err);
    }
    if (status == ASV_OK) {
        status = write_age_header(&sinks.age, report, secrets, parts, err);
    }
    if (status == ASV_OK) {
        status = open_chunks(report, inputs, secrets, &sinks, err);
    }
    if (status == ASV_OK) {
        check_disclosure(report, secrets);
    }
    bool keep = status == ASV_OK && report->finding[ASV_CHECK_DISCLOSURE] != ASV_FINDING_BAD;
    bool wanted = sinks.plaintext.fd >= 0;
    enum asv_status kept = finish_file(&sinks.plaintext, keep, err);
    report->output_written = wanted && keep && kept == ASV_OK;
    status = status != ASV_OK ? status : kept;
    kept = finish_file(&sinks.age, keep, err);
    return status != ASV_OK ? status : kept;
}

enum asv_status asv_open_clip(struct asv_report *report, const struct asv_inputs *inputs,
                              const struct asv_small_parts *parts, const char *identity,
                              const struct asv_open_outputs *outputs, struct asv_err *err)
{
    struct secrets secrets;
    memset(&secrets, 0, sizeof secrets);
    bool locked = mlock(&secrets, sizeof secrets) == 0; /* as far as the limits allow */

    enum asv_status status = asv_identities_load(&secrets.identities, identity, err);
    if (status != ASV_OK || report->finding[ASV_CHECK_SEAL] != ASV_FINDING_GOOD ||
        report->finding[ASV_CHECK_PAYLOAD] != ASV_FINDING_GOOD) {
        goto out;
    }
    if (find_key(&secrets, &report->seal.header, parts, &report->err[ASV_CHECK_KEY]) != ASV_OK) {
        report->finding[ASV_CHECK_KEY] = ASV_FINDING_BAD;
        goto out;
    }
    report->finding[ASV_CHECK_KEY] = ASV_FINDING_GOOD;
    status = open_into(report, inputs, parts, &secrets, outputs, err);
    if (report->finding[ASV_CHECK_OPEN] == ASV_FINDING_BAD) {
        status = ASV_OK; /* a finding */
    }
out:
    asv_wipe(&secrets, sizeof secrets);
    if (locked) {
        munlock(&secrets, sizeof secrets);
    }
    return status;
}
