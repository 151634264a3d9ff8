/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/ledger/cosignature.h"

#include <assert.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/line.h"

#define TIME_BYTES 8
#define MESSAGE_BYTES                                                                     \
    (64 + ASV_CHECKPOINT_MAX_BYTES) /* the two lines in front of the text take at most 41 \
                                     */

_Static_assert(ASV_COSIGNATURE_BYTES <= ASV_NOTE_SIGNATURE_MAX, "a cosignature is a note's signature");

/* "cosignature/v1", "time 1679315147", and the text. */
static size_t make_message(uint8_t out[MESSAGE_BYTES], uint64_t time_s, struct asv_bytes text)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, MESSAGE_BYTES);
    asv_line_put_text(&writer, "cosignature/v1\ntime ");
    asv_line_put_decimal(&writer, time_s, 1);
    asv_write_u8(&writer, '\n');
    asv_write_bytes(&writer, text.data, text.len);
    assert(!writer.overrun);
    return writer.len;
}

static enum asv_status check_text(struct asv_bytes text, struct asv_err *err)
{
    return text.len <= ASV_CHECKPOINT_MAX_BYTES
               ? ASV_OK
               : asv_fail_at(err, ASV_E_LIMIT, "checkpoint: longer than bytes", ASV_CHECKPOINT_MAX_BYTES);
}

enum asv_status asv_cosignature_write(struct asv_writer *writer, const struct asv_note_key *key,
                                      const uint8_t sk[ASV_ED25519_SK_BYTES], uint64_t time_s,
                                      struct asv_bytes text, struct asv_err *err)
{
    uint8_t message[MESSAGE_BYTES];
    uint8_t signature[ASV_COSIGNATURE_BYTES];
    assert(key->type == ASV_NOTE_COSIGNATURE);
    enum asv_status status = check_text(text, err);
    if (status != ASV_OK) {
        return status;
    }
    if (time_s > INT64_MAX) {
        return asv_fail_at(err, ASV_E_LIMIT, "cosignature: no time that it may have", time_s);
    }
    size_t len = make_message(message, time_s, text);
    asv_store_be64(signature, time_s);
    asv_ed25519_sign(signature + TIME_BYTES, message, len, sk);
    asv_note_write_signature(writer, key, signature, sizeof signature);
    return ASV_OK;
}

struct cosigned {
    struct asv_bytes text;
    const uint8_t *pk;
    uint64_t latest_s;
};

static bool holds(void *ctx, const uint8_t *signature)
{
    struct cosigned *what = ctx;
    uint8_t message[MESSAGE_BYTES];
    uint64_t time_s = asv_load_be64(signature);
    if (time_s > INT64_MAX) {
        return false;
    }
    size_t len = make_message(message, time_s, what->text);
    what->latest_s = time_s > what->latest_s ? time_s : what->latest_s;
    return asv_ed25519_verify(signature + TIME_BYTES, message, len, what->pk) == ASV_OK;
}

enum asv_status asv_cosignature_verify(const struct asv_note *note, const struct asv_note_key *key,
                                       uint64_t *time_s, struct asv_err *err)
{
    struct cosigned what = {.text = note->text, .pk = key->pk};
    assert(key->type == ASV_NOTE_COSIGNATURE);
    enum asv_status status = check_text(note->text, err);
    if (status == ASV_OK) {
        status = asv_note_verify_with(note, key, ASV_COSIGNATURE_BYTES, holds, &what, err);
    }
    if (status == ASV_OK) {
        *time_s = what.latest_s;
    }
    return status;
}
