/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/child.h"
#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define VERSION     1
#define HEAD_BYTES  768 /* of a question: what stands before release and facts */
#define PIECE_BYTES 65536

size_t asv_documents_count(const struct asv_documents_question *question)
{
    return question->label != NULL ? 1 : (size_t)ASV_DOCUMENTS + (question->release.len > 0);
}

/* ---- the question ---- */

static enum asv_status write_head(uint8_t out[HEAD_BYTES], size_t *len,
                                  const struct asv_documents_question *question, struct asv_err *err)
{
    const struct asv_label *label = question->label;
    struct asv_writer writer;
    asv_writer_init(&writer, out, HEAD_BYTES);
    asv_write_u8(&writer, VERSION);
    asv_write_u8(&writer, label != NULL);
    if (label != NULL) {
        asv_write_u16(&writer, (uint16_t)label->part);
        asv_write_u16(&writer, (uint16_t)label->parts);
        asv_write_i64(&writer, label->written_ms);
        asv_write_view8(&writer, label->name, strlen(label->name));
        asv_write_text8(&writer, label->file);
        asv_write_text8(&writer, label->file_sha256);
        asv_write_text8(&writer, label->carrier_sha256);
        asv_write_u8(&writer, (uint8_t)label->lock);
    }
    asv_write_u32(&writer, (uint32_t)question->release.len);
    asv_write_u32(&writer, (uint32_t)question->facts.len);
    return question->facts.len <= UINT32_MAX && asv_write_end(&writer, len) == ASV_OK
               ? ASV_OK
               : asv_fail(err, ASV_E_USAGE, "documents: more than a question has");
}

/* What people call it, in their letters. */
static enum asv_status read_name(struct asv_reader *reader, char *out, size_t size)
{
    struct asv_bytes text;
    if (asv_read_view8(reader, &text, size - 1) != ASV_OK || !asv_utf8_is_valid(text) ||
        (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)) {
        return ASV_E_MALFORMED;
    }
    (void)snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
    return ASV_OK;
}

static enum asv_status read_label(struct asv_reader *reader, struct asv_documents_asked *out)
{
    struct asv_label *label = &out->label;
    uint16_t part = 0, parts = 0;
    uint8_t lock = 0;
    if (asv_read_u16(reader, &part) != ASV_OK || asv_read_u16(reader, &parts) != ASV_OK ||
        asv_read_i64(reader, &label->written_ms) != ASV_OK ||
        read_name(reader, out->name, sizeof out->name) != ASV_OK ||
        asv_read_text8(reader, out->file, sizeof out->file) != ASV_OK ||
        asv_read_text8(reader, out->file_sha256, sizeof out->file_sha256) != ASV_OK ||
        asv_read_text8(reader, out->carrier_sha256, sizeof out->carrier_sha256) != ASV_OK ||
        asv_read_u8(reader, &lock) != ASV_OK || lock > ASV_LABEL_AGE) {
        return ASV_E_MALFORMED;
    }
    label->part = part;
    label->parts = parts;
    label->name = out->name;
    label->file = out->file;
    label->file_sha256 = out->file_sha256;
    label->carrier_sha256 = out->carrier_sha256;
    label->lock = (enum asv_label_lock)lock;
    out->question.label = label;
    return ASV_OK;
}

enum asv_status asv_documents_asked_read(struct asv_documents_asked *out, struct asv_bytes text,
                                         struct asv_err *err)
{
    struct asv_documents_question *question = &out->question;
    struct asv_reader reader;
    uint8_t version = 0, labelled = 0;
    uint32_t release = 0, facts = 0;
    *out = (struct asv_documents_asked){.question = {.label = NULL}};
    asv_reader_init(&reader, text.data, text.len);
    bool good = asv_read_u8(&reader, &version) == ASV_OK && version == VERSION &&
                asv_read_u8(&reader, &labelled) == ASV_OK && labelled <= 1 &&
                (labelled == 0 || read_label(&reader, out) == ASV_OK) &&
                asv_read_u32(&reader, &release) == ASV_OK && asv_read_u32(&reader, &facts) == ASV_OK &&
                asv_read_view(&reader, &question->release, release) == ASV_OK &&
                asv_read_view(&reader, &question->facts, facts) == ASV_OK && asv_read_end(&reader) == ASV_OK;
    return good ? ASV_OK : asv_fail(err, ASV_E_MALFORMED, "documents: no question");
}

/* A file without a name: the program maps it, so that the facts are in memory once. */
static enum asv_status write_question(int fd, const struct asv_documents_question *question,
                                      struct asv_err *err)
{
    uint8_t head[HEAD_BYTES];
    size_t len = 0;
    enum asv_status status = write_head(head, &len, question, err);
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, head, len, 0, "question", err);
    }
    if (status == ASV_OK) {
        status = asv_io_pwrite(fd, question->release.data, question->release.len, len, "question", err);
    }
    return status == ASV_OK ? asv_io_pwrite(fd, question->facts.data, question->facts.len,
                                            len + question->release.len, "question", err)
                            : status;
}

/* ---- the answer ---- */

size_t asv_documents_head_write(uint8_t out[ASV_DOCUMENTS_HEAD_BYTES], enum asv_status status,
                                const char *text)
{
    struct asv_writer writer;
    size_t len = strnlen(text, UINT8_MAX);
    asv_writer_init(&writer, out, ASV_DOCUMENTS_HEAD_BYTES);
    asv_write_u16(&writer, (uint16_t)status);
    asv_write_view8(&writer, text, status == ASV_OK ? 0 : len);
    return writer.len;
}

static enum asv_status no_protocol(struct asv_err *err)
{
    return asv_fail(err, ASV_E_INTERNAL, "documents: the program does not speak this protocol");
}

/* ASV_E_AWAY: it ends before. */
static enum asv_status take(int from, void *out, size_t len, struct asv_err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = read(from, (uint8_t *)out + done, len - done);
        if (got < 0 && errno != EINTR) {
            return asv_io_fail(err, errno, "documents");
        }
        if (got == 0) {
            return asv_fail(err, ASV_E_AWAY, "documents: the program said nothing");
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return ASV_OK;
}

/* What making documents can end with: the program says nothing of keys, people and signatures. */
static bool is_its_to_say(enum asv_status status)
{
    return status == ASV_OK || status == ASV_E_MALFORMED || status == ASV_E_UNSUPPORTED ||
           status == ASV_E_LIMIT || status == ASV_E_NOT_FOUND || status == ASV_E_MISMATCH ||
           status == ASV_E_USAGE || status == ASV_E_IO || status == ASV_E_NO_SPACE ||
           status == ASV_E_NO_MEMORY || status == ASV_E_INTERNAL;
}

static enum asv_status take_head(int from, struct asv_err *err)
{
    uint8_t head[3];
    char text[UINT8_MAX + 1] = "";
    struct asv_reader reader;
    uint16_t said = 0;
    enum asv_status status = take(from, head, sizeof head, err);
    if (status == ASV_OK) {
        status = take(from, text, head[2], err);
    }
    if (status != ASV_OK) {
        return status;
    }
    asv_reader_init(&reader, head, sizeof head);
    if (asv_read_u16(&reader, &said) != ASV_OK || !is_its_to_say((enum asv_status)said)) {
        return no_protocol(err);
    }
    return said == ASV_OK ? ASV_OK : asv_failf(err, (enum asv_status)said, "%s", text);
}

static enum asv_status take_file(int from, int fd, struct asv_err *err)
{
    uint8_t piece[PIECE_BYTES];
    uint8_t size[8];
    enum asv_status status = take(from, size, sizeof size, err);
    uint64_t left = status == ASV_OK ? asv_load_be64(size) : 0;
    if (left > ASV_DOCUMENTS_FILE_MAX) {
        return no_protocol(err);
    }
    for (uint64_t at = 0; status == ASV_OK && left > 0;) {
        size_t len = left < sizeof piece ? (size_t)left : sizeof piece;
        status = take(from, piece, len, err);
        if (status == ASV_OK) {
            status = asv_io_pwrite(fd, piece, len, at, "a document", err);
        }
        at += len;
        left -= len;
    }
    return status;
}

/* Up to its end, so that whoever waits for the program does not wait for ever. */
static enum asv_status take_answer(int from, const int *fds, size_t count, struct asv_err *err)
{
    char more = 0;
    enum asv_status status = take_head(from, err);
    for (size_t i = 0; status == ASV_OK && i < count; i++) {
        status = take_file(from, fds[i], err);
    }
    return status == ASV_OK && read(from, &more, 1) != 0 ? no_protocol(err) : status;
}

static enum asv_status ask(const char *program, int question, const int *fds, size_t count,
                           struct asv_err *err)
{
    const char *const argv[] = {program, NULL};
    struct asv_child child;
    struct asv_err why = {0};
    enum asv_status status = asv_child_start(argv, question, true, &child, err);
    if (status != ASV_OK) { /* HO-142 */
        return status == ASV_E_NOT_FOUND ? asv_failf(err, ASV_E_USAGE, "%.200s is not installed", program)
                                         : status;
    }
    status = take_answer(child.out, fds, count, err);
    if (status != ASV_OK && status != ASV_E_AWAY) {
        asv_child_kill(&child);
        return status;
    }
    enum asv_status ended = asv_child_wait(&child, &why);
    return ended != ASV_OK ? asv_failf(err, ended, "the documents could not be made: %s", why.text) : status;
}

enum asv_status asv_documents_ask(const char *program, const struct asv_documents_question *question,
                                  const int *fds, struct asv_err *err)
{
    asv_auto_fd int file = memfd_create("question", MFD_CLOEXEC);
    if (file < 0) {
        return asv_io_fail(err, errno, "a file for the documents' question");
    }
    enum asv_status status = write_question(file, question, err);
    return status == ASV_OK ? ask(program, file, fds, asv_documents_count(question), err) : status;
}
