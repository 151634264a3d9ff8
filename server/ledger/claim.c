/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/claim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/ledger/line.h"

static const char format[] = "asservat/v1/claim";

static const char *word_of(enum asv_claim_kind kind)
{
    return kind == ASV_CLAIM_NUMBERS ? "numbers " : kind == ASV_CLAIM_TIME ? "time " : "day ";
}

void asv_claim_write(struct asv_writer *writer, const struct asv_claim *claim)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_line_put_text(writer, format);
    asv_line_put_text(writer, "\n");
    asv_line_put_text(writer, word_of(claim->kind));
    if (claim->kind != ASV_CLAIM_DAY) {
        asv_hex_encode(hex, claim->camera, sizeof claim->camera);
        asv_line_put_text(writer, hex);
        asv_line_put_text(writer, " ");
        asv_hex_encode(hex, claim->epoch, sizeof claim->epoch);
        asv_line_put_text(writer, hex);
        asv_line_put_text(writer, " ");
        asv_line_put_decimal(writer, claim->from, 1);
        asv_line_put_text(writer, " ");
    }
    asv_line_put_decimal(writer, claim->until, 1);
    asv_line_put_text(writer, "\n");
}

static bool take_hex(struct asv_reader *reader, uint8_t *out, size_t len)
{
    struct asv_bytes word;
    char text[2 * ASV_SHA256_BYTES + 1];
    if (!asv_line_take_until(reader, ' ', &word) || word.len != 2 * len) {
        return false;
    }
    memcpy(text, word.data, word.len);
    text[word.len] = '\0';
    return asv_hex_decode(out, len, text) == ASV_OK;
}

static bool read_claim(struct asv_claim *out, struct asv_reader *reader)
{
    struct asv_bytes word;
    static const enum asv_claim_kind kinds[] = {ASV_CLAIM_NUMBERS, ASV_CLAIM_TIME, ASV_CLAIM_DAY};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && out->kind == 0; i++) {
        out->kind = asv_line_take_text(reader, word_of(kinds[i])) ? kinds[i] : 0;
    }
    if (out->kind == 0) {
        return false;
    }
    if (out->kind != ASV_CLAIM_DAY &&
        (!take_hex(reader, out->camera, sizeof out->camera) ||
         !take_hex(reader, out->epoch, sizeof out->epoch) || !asv_line_take_until(reader, ' ', &word) ||
         !asv_line_is_decimal(word, &out->from))) {
        return false;
    }
    if (!asv_line_take(reader, &word) || !asv_line_is_decimal(word, &out->until) ||
        asv_reader_left(reader) > 0) {
        return false;
    }
    out->from = out->kind == ASV_CLAIM_DAY ? out->until : out->from;
    return out->from <= out->until && out->until <= INT64_MAX &&
           (out->kind != ASV_CLAIM_NUMBERS || out->from > 0);
}

enum asv_status asv_claim_parse(struct asv_claim *out, struct asv_bytes data, struct asv_err *err)
{
    struct asv_claim claim = {0};
    struct asv_reader reader;
    struct asv_bytes line;
    if (data.len > ASV_CLAIM_MAX_BYTES) {
        return asv_fail_at(err, ASV_E_LIMIT, "claim: larger than the bytes it may have", ASV_CLAIM_MAX_BYTES);
    }
    asv_reader_init(&reader, data.data, data.len);
    if (!asv_line_take(&reader, &line) || line.len != sizeof format - 1 ||
        memcmp(line.data, format, line.len) != 0) {
        return asv_failf(err, ASV_E_UNSUPPORTED, "claim: line 1 is not \"%s\"", format);
    }
    if (!read_claim(&claim, &reader)) {
        return asv_fail(err, ASV_E_MALFORMED, "claim: line 2 is none, or not the last one");
    }
    *out = claim;
    return ASV_OK;
}

/* ---- judging ---- */

enum asv_status asv_claim_add(struct asv_claim_shown *shown, const struct asv_claim *claim,
                              const struct asv_link *link, const uint8_t digest[ASV_SHA256_BYTES])
{
    if (memcmp(link->cert_digest, claim->camera, sizeof claim->camera) != 0 ||
        memcmp(link->epoch, claim->epoch, sizeof claim->epoch) != 0) {
        return ASV_E_MISMATCH;
    }
    if (shown->count == ASV_CLAIM_NUMBERS_MAX) {
        return ASV_E_LIMIT;
    }
    shown->recordings[shown->count].number = link->number;
    shown->recordings[shown->count].start_ms = link->start_wall_ms;
    shown->recordings[shown->count].end_ms = link->end_wall_ms;
    shown->recordings[shown->count].timed = link->clock_state != ASV_CLOCK_LOST;
    memcpy(shown->recordings[shown->count].link, digest, ASV_SHA256_BYTES);
    shown->count++;
    return ASV_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return *left < *right ? -1 : *left > *right;
}

/* Each recording once, however often it was shown. */
static enum asv_status drop_repeated(struct asv_claim_shown *shown, struct asv_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < shown->count; i++) {
        bool repeated = kept > 0 && shown->recordings[kept - 1].number == shown->recordings[i].number;
        if (repeated &&
            memcmp(shown->recordings[kept - 1].link, shown->recordings[i].link, ASV_SHA256_BYTES) != 0) {
            return asv_failf(err, ASV_E_EXISTS,
                             "the camera gave number %" PRIu64
                             " to two recordings: it was copied, or set up wrong",
                             shown->recordings[i].number);
        }
        if (!repeated) {
            shown->recordings[kept++] = shown->recordings[i];
        }
    }
    shown->count = kept;
    return ASV_OK;
}

/* Every number from first to last is among them. */
static enum asv_status check_row(const struct asv_claim_shown *shown, uint64_t first, uint64_t last,
                                 struct asv_err *err)
{
    uint64_t want = first;
    for (size_t i = 0; i < shown->count && want <= last; i++) {
        want += shown->recordings[i].number == want;
    }
    return want > last ? ASV_OK
                       : asv_failf(err, ASV_E_NOT_FOUND,
                                   "recording number %" PRIu64 " of the camera is not shown", want);
}

/* What began before and behind the time is shown, and everything in between: numbers rise with time. */
static enum asv_status check_time(struct asv_claim_shown *shown, const struct asv_claim *claim,
                                  uint64_t *within, struct asv_err *err)
{
    int64_t from = (int64_t)claim->from;
    int64_t until = (int64_t)claim->until;
    if (shown->count == 0) {
        return asv_fail(err, ASV_E_NOT_FOUND, "no recording of the camera is shown");
    }
    for (size_t i = 0; i < shown->count; i++) {
        if (!shown->recordings[i].timed) {
            shown->lack = ASV_CLAIM_LACK_CLOCK;
            return asv_failf(err, ASV_E_NOT_FOUND,
                             "when recording number %" PRIu64 " was made the camera did not know",
                             shown->recordings[i].number);
        }
        *within += shown->recordings[i].start_ms < until && shown->recordings[i].end_ms >= from;
    }
    if (shown->recordings[0].start_ms > from && shown->recordings[0].number > 1) {
        shown->lack = ASV_CLAIM_LACK_BEFORE;
        return asv_failf(err, ASV_E_NOT_FOUND,
                         "no recording is shown that began before that time, and number %" PRIu64
                         " is not the camera's first",
                         shown->recordings[0].number);
    }
    if (shown->recordings[shown->count - 1].start_ms < until) {
        shown->lack = ASV_CLAIM_LACK_BEHIND;
        return asv_failf(err, ASV_E_NOT_FOUND,
                         "no recording is shown that began behind that time: a later number than %" PRIu64
                         " may still be on the camera",
                         shown->recordings[shown->count - 1].number);
    }
    return check_row(shown, shown->recordings[0].number, shown->recordings[shown->count - 1].number, err);
}

static enum asv_status judge(struct asv_claim_shown *shown, const struct asv_claim *claim, uint64_t *within,
                             struct asv_err *err)
{
    *within = 0;
    qsort(shown->recordings, shown->count, sizeof *shown->recordings, by_number);
    enum asv_status status = drop_repeated(shown, err);
    if (status != ASV_OK) {
        return status;
    }
    if (claim->kind == ASV_CLAIM_TIME) {
        return check_time(shown, claim, within, err);
    }
    *within = claim->until - claim->from + 1;
    return check_row(shown, claim->from, claim->until, err);
}

enum asv_status asv_claim_judge(struct asv_claim_shown *shown, const struct asv_claim *claim,
                                uint64_t *within, struct asv_err *err)
{
    shown->lack = ASV_CLAIM_LACK_NUMBER; /* unless it is something else */
    enum asv_status status = judge(shown, claim, within, err);
    shown->lack = status == ASV_OK ? ASV_CLAIM_LACK_NOTHING : shown->lack;
    return status;
}
