/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/enrolled_file.h"

#include <string.h>

#include "firmware-proto/seal/base64.h"
#include "server/base/fail.h"
#include "server/ledger/line.h"

static const char format[] = "asservat/v1/enrolled";
static const char by_root[] = "found ";
static const char by_people[] = "enrol ";

struct line {
    uint8_t record[ASV_CREDENTIAL_MAX_BYTES];
    uint8_t proposal[ASV_STATEMENT_MAX_BYTES];
    uint8_t answer[ASV_STATEMENT_MAX_BYTES];
};

static void put(struct asv_writer *writer, struct asv_bytes bytes, char end)
{
    asv_write_base64_padded(writer, bytes.data, bytes.len);
    asv_write_u8(writer, (uint8_t)end);
}

void asv_enrolled_file_begin(struct asv_writer *writer)
{
    asv_line_put_text(writer, format);
    asv_write_u8(writer, '\n');
}

void asv_enrolled_file_put(struct asv_writer *writer, const struct asv_enrolled_by *it)
{
    bool founded = it->proposal.len == 0;
    asv_line_put_text(writer, founded ? by_root : by_people);
    put(writer, it->record, ' ');
    if (!founded) {
        put(writer, it->proposal, ' ');
    }
    put(writer, it->answer, '\n');
}

/* Never empty: an ENROL without a proposal would be a FOUND. */
static bool take(uint8_t *out, size_t cap, struct asv_bytes text, struct asv_bytes *view)
{
    size_t len = 0;
    if (asv_base64_padded_decode(out, cap, &len, text) != ASV_OK || len == 0) {
        return false;
    }
    *view = (struct asv_bytes){out, len};
    return true;
}

/* "found RECORD STATEMENT" or "enrol RECORD PROPOSAL APPROVAL" */
static bool read_line(struct line *line, struct asv_enrolled_by *out, struct asv_reader *reader)
{
    struct asv_bytes record;
    struct asv_bytes proposal;
    struct asv_bytes answer;
    bool founded = asv_line_take_text(reader, by_root);
    *out = (struct asv_enrolled_by){0};
    return (founded || asv_line_take_text(reader, by_people)) && asv_line_take_until(reader, ' ', &record) &&
           take(line->record, sizeof line->record, record, &out->record) &&
           (founded || (asv_line_take_until(reader, ' ', &proposal) &&
                        take(line->proposal, sizeof line->proposal, proposal, &out->proposal))) &&
           asv_line_take(reader, &answer) && take(line->answer, sizeof line->answer, answer, &out->answer);
}

enum asv_status asv_enrolled_file_read(struct asv_enrolled *out, struct asv_bytes text,
                                       const uint8_t root_pk[ASV_ED25519_PK_BYTES], struct asv_err *err)
{
    struct line buffer;
    struct asv_enrolled_by it;
    struct asv_reader reader;
    struct asv_bytes first;
    struct asv_err why = {0};
    out->count = 0;
    if (text.len > ASV_ENROLLED_FILE_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "larger than the bytes it may have",
                           ASV_ENROLLED_FILE_MAX_BYTES);
    }
    asv_reader_init(&reader, text.data, text.len);
    if (!asv_line_take(&reader, &first) || first.len != sizeof format - 1 ||
        memcmp(first.data, format, first.len) != 0) {
        return asv_failf(err, ASV_E_UNSUPPORTED, "line 1 is not \"%s\"", format);
    }
    for (unsigned number = 2; asv_reader_left(&reader) > 0; number++) {
        if (!read_line(&buffer, &it, &reader)) {
            return asv_failf(
                err, ASV_E_MALFORMED,
                "line %u: neither \"found RECORD STATEMENT\" nor \"enrol RECORD PROPOSAL APPROVAL\"", number);
        }
        enum asv_status status = asv_enrolled_add(out, &it, root_pk, &why);
        if (status != ASV_OK) {
            return asv_failf(err, status, "line %u: %.200s", number, why.text);
        }
    }
    return ASV_OK;
}
