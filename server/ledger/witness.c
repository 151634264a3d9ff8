/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/witness.h"

#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/line.h"

enum asv_status asv_witness_request_parse(struct asv_witness_request *out, struct asv_bytes data,
                                          struct asv_err *err)
{
    struct asv_witness_request request = {.old_size = 0};
    struct asv_reader reader;
    struct asv_bytes line;
    if (data.len > ASV_WITNESS_REQUEST_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "witness: a request larger than bytes",
                           ASV_WITNESS_REQUEST_MAX_BYTES);
    }
    asv_reader_init(&reader, data.data, data.len);
    if (!asv_line_take_text(&reader, "old ") || !asv_line_take(&reader, &line) ||
        !asv_line_is_decimal(line, &request.old_size)) {
        return asv_fail(err, ASV_E_MALFORMED, "witness: line 1 of the request is no old size");
    }
    enum asv_status status = asv_proof_read_lines(&reader, &request.proof, err);
    if (status != ASV_OK) {
        return status;
    }
    request.checkpoint = (struct asv_bytes){reader.data + reader.at, asv_reader_left(&reader)};
    *out = request;
    return ASV_OK;
}

void asv_witness_request_write(struct asv_writer *writer, const struct asv_witness_request *request)
{
    asv_line_put_text(writer, "old ");
    asv_line_put_decimal(writer, request->old_size, 1);
    asv_write_u8(writer, '\n');
    asv_proof_write_lines(writer, &request->proof);
    asv_write_bytes(writer, request->checkpoint.data, request->checkpoint.len);
}

/* What was said in err is the reason for the answer. */
static enum asv_witness_answer refuse(enum asv_witness_answer answer, enum asv_status said)
{
    (void)said;
    return answer;
}

/* LG-045. The keys of the checkpoint's origin: whether there are any, and whether one signed it and none did
 * so wrongly. */
static enum asv_witness_answer check_signed(const struct asv_note *note, const char *origin,
                                            const struct asv_note_key *logs, size_t count,
                                            struct asv_err *err)
{
    bool known = false;
    bool is_signed = false;
    for (size_t i = 0; i < count; i++) {
        struct asv_err detail = {0};
        if (strcmp(logs[i].name, origin) != 0) {
            continue;
        }
        known = true;
        enum asv_status status = asv_note_verify(note, &logs[i], &detail);
        if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            return refuse(ASV_WITNESS_FORBIDDEN, asv_fail(err, status, detail.text));
        }
        is_signed = is_signed || status == ASV_OK;
    }
    if (!known) {
        return refuse(ASV_WITNESS_UNKNOWN,
                      asv_fail(err, ASV_E_NOT_FOUND, "witness: not a log that is witnessed here"));
    }
    if (!is_signed) {
        return refuse(ASV_WITNESS_FORBIDDEN,
                      asv_fail(err, ASV_E_UNTRUSTED, "witness: the checkpoint is not signed by its log"));
    }
    return ASV_WITNESS_GOOD;
}

enum asv_witness_answer asv_witness_open(struct asv_bytes data, const struct asv_note_key *logs, size_t count,
                                         struct asv_witness_request *request,
                                         struct asv_checkpoint *checkpoint, struct asv_note *note,
                                         struct asv_err *err)
{
    enum asv_status status = asv_witness_request_parse(request, data, err);
    if (status == ASV_OK) {
        status = asv_note_parse(note, request->checkpoint, err);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(checkpoint, note->text, err);
    }
    if (status != ASV_OK) {
        return ASV_WITNESS_MALFORMED;
    }
    enum asv_witness_answer answer = check_signed(note, checkpoint->origin, logs, count, err);
    if (answer == ASV_WITNESS_GOOD && request->old_size > checkpoint->head.size) {
        return refuse(
            ASV_WITNESS_MALFORMED,
            asv_fail(err, ASV_E_MALFORMED, "witness: the old size is above that of the checkpoint"));
    }
    return answer;
}

enum asv_witness_answer asv_witness_judge(const struct asv_witness_request *request,
                                          const struct asv_checkpoint *checkpoint,
                                          const struct asv_tree_head *last, struct asv_err *err)
{
    if (request->old_size != last->size) {
        return refuse(ASV_WITNESS_CONFLICT,
                      asv_fail_at(err, ASV_E_STATE,
                                  "witness: the tree that was cosigned last has another size, which is",
                                  last->size));
    }
    return asv_proof_check_consistency(&request->proof, last, &checkpoint->head, err) == ASV_OK
               ? ASV_WITNESS_GOOD
               : ASV_WITNESS_INCONSISTENT;
}

/* Of the lines from byte `from` on only those by key stay. A line moves down over such as were looked at
 * before it. */
static void keep_lines(struct asv_writer *writer, const struct asv_note *note, size_t from,
                       const struct asv_note_key *key)
{
    struct asv_reader reader;
    struct asv_bytes line;
    size_t kept = from;
    asv_reader_init(&reader, writer->data, writer->len);
    reader.at = note->text.len + 1;
    for (size_t i = 0; i < note->count && asv_line_take(&reader, &line); i++) {
        size_t len = line.len + 1;
        if (reader.at - len >= from && asv_note_is_by(&note->signatures[i], key)) {
            memmove(writer->data + kept, line.data, len);
            kept += len;
        }
    }
    writer->len = kept;
}

/* LG-046. The note with the answer behind it must still be the same text: a line break in front would make
 * the note's own signatures a part of it. */
static enum asv_status read_both(const struct asv_writer *writer, size_t before, struct asv_note *out,
                                 struct asv_err *err)
{
    struct asv_note alone;
    enum asv_status status = asv_note_parse(&alone, (struct asv_bytes){writer->data, before}, err);
    if (status == ASV_OK) {
        status = asv_note_parse(out, (struct asv_bytes){writer->data, writer->len}, err);
    }
    if (status == ASV_OK && out->text.len != alone.text.len) {
        status = asv_fail(err, ASV_E_MALFORMED, "witness: an empty line in its answer");
    }
    return status;
}

enum asv_status asv_witness_take(struct asv_writer *note, struct asv_bytes answer,
                                 const struct asv_note_key *key, uint64_t *time_s, struct asv_err *err)
{
    const size_t before = note->len;
    struct asv_note parsed;
    if (answer.len > note->cap - note->len) {
        return asv_fail_at(err, ASV_E_LIMIT, "witness: an answer of more bytes than fit", answer.len);
    }
    asv_write_bytes(note, answer.data, answer.len);
    enum asv_status status = read_both(note, before, &parsed, err);
    if (status == ASV_OK) {
        status = asv_cosignature_verify(&parsed, key, time_s, err);
    }
    if (status == ASV_OK) {
        keep_lines(note, &parsed, before, key);
    } else {
        note->len = before;
    }
    return status;
}

enum asv_status asv_witness_size(struct asv_bytes answer, uint64_t *out, struct asv_err *err)
{
    struct asv_reader reader;
    struct asv_bytes line;
    uint64_t size = 0;
    asv_reader_init(&reader, answer.data, answer.len);
    if (!asv_line_take(&reader, &line) || asv_read_end(&reader) != ASV_OK ||
        !asv_line_is_decimal(line, &size)) {
        return asv_fail(err, ASV_E_MALFORMED, "witness: no size in its answer");
    }
    *out = size;
    return ASV_OK;
}
