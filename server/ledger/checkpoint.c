/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/checkpoint.h"

#include <string.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/fail.h"
#include "server/ledger/line.h"

static enum asv_status refuse(struct asv_err *err, const char *what)
{
    return asv_fail(err, ASV_E_MALFORMED, what);
}

static enum asv_status read_origin(struct asv_reader *reader, char out[ASV_NOTE_NAME_SIZE],
                                   struct asv_err *err)
{
    struct asv_bytes line;
    if (!asv_line_take(reader, &line) || line.len == 0 || memchr(line.data, '\0', line.len) != NULL ||
        !asv_utf8_is_valid(line)) {
        return refuse(err, "checkpoint: line 1 is no origin");
    }
    if (line.len >= ASV_NOTE_NAME_SIZE) {
        return asv_fail_at(err, ASV_E_LIMIT, "checkpoint: an origin longer than bytes",
                           ASV_NOTE_NAME_SIZE - 1);
    }
    memcpy(out, line.data, line.len);
    out[line.len] = '\0';
    return ASV_OK;
}

static enum asv_status read_head(struct asv_reader *reader, struct asv_tree_head *out, struct asv_err *err)
{
    struct asv_bytes line;
    if (!asv_line_take(reader, &line) || !asv_line_is_decimal(line, &out->size)) {
        return refuse(err, "checkpoint: line 2 is no size of a tree");
    }
    if (out->size > ASV_TREE_SIZE_MAX) { /* LG-020 */
        return asv_fail_at(err, ASV_E_LIMIT, "checkpoint: a tree too large to be one", out->size);
    }
    if (!asv_line_take(reader, &line) || !asv_line_is_hash(line, out->root)) {
        return refuse(err, "checkpoint: line 3 is no SHA-256 root in base 64");
    }
    return ASV_OK;
}

enum asv_status asv_checkpoint_parse(struct asv_checkpoint *out, struct asv_bytes text, struct asv_err *err)
{
    struct asv_checkpoint checkpoint = {.extensions = {0}};
    struct asv_reader reader;
    struct asv_bytes line;
    if (text.len > ASV_CHECKPOINT_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "checkpoint: longer than bytes", ASV_CHECKPOINT_MAX_BYTES);
    }
    asv_reader_init(&reader, text.data, text.len);
    enum asv_status status = read_origin(&reader, checkpoint.origin, err);
    if (status == ASV_OK) {
        status = read_head(&reader, &checkpoint.head, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    checkpoint.extensions = (struct asv_bytes){reader.data + reader.at, asv_reader_left(&reader)};
    while (asv_line_take(&reader, &line)) {
        if (line.len == 0) {
            return refuse(err, "checkpoint: an empty line");
        }
    }
    if (asv_read_end(&reader) != ASV_OK) {
        return refuse(err, "checkpoint: ends within a line");
    }
    *out = checkpoint;
    return ASV_OK;
}

enum asv_status asv_checkpoint_write(struct asv_writer *writer, const char *origin,
                                     const struct asv_tree_head *head, struct asv_err *err)
{
    if (!asv_note_is_name((struct asv_bytes){(const uint8_t *)origin, strlen(origin)})) {
        return asv_fail(err, ASV_E_USAGE,
                        "no origin of a log: give one like example.org/ledger, without spaces and +");
    }
    asv_line_put_text(writer, origin);
    asv_write_u8(writer, '\n');
    asv_line_put_decimal(writer, head->size, 1);
    asv_write_u8(writer, '\n');
    asv_line_put_hash(writer, head->root);
    return writer->overrun ? asv_fail(err, ASV_E_LIMIT, "checkpoint: does not fit") : ASV_OK;
}

enum asv_status asv_checkpoint_open(struct asv_checkpoint *out, struct asv_note *note, struct asv_bytes data,
                                    const struct asv_note_key *log, struct asv_err *err)
{
    struct asv_note parsed;
    struct asv_checkpoint checkpoint;
    enum asv_status status = asv_note_parse(&parsed, data, err);
    if (status == ASV_OK) {
        status = asv_note_verify(&parsed, log, err);
    }
    if (status == ASV_E_NOT_FOUND) {
        return asv_failf(err, ASV_E_UNTRUSTED, "checkpoint: not signed by %s+%08x", log->name,
                         (unsigned)log->id);
    }
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&checkpoint, parsed.text, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (strcmp(checkpoint.origin, log->name) != 0) { /* LG-033 */
        return asv_failf(err, ASV_E_UNTRUSTED, "checkpoint: %s signed that of another log", log->name);
    }
    if (note != NULL) {
        *note = parsed;
    }
    *out = checkpoint;
    return ASV_OK;
}
