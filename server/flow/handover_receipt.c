/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A receipt that the recipient signed (HO-012, HO-013). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "firmware-proto/crypto/cms.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/base/uuid.h"
#include "server/flow/handover.h"
#include "server/statement/text.h"

#define FIRST_LINE "handover-receipt"
#define TIME_BYTES 20                           /* 2026-11-30T08:15:00Z */
#define AT_BYTES   64                           /* of its line: whatever stands there */
#define NAME       "Vorname Name, Dienststelle" /* of the form: to be replaced, as the time */

size_t asv_handover_receipt_text(char out[ASV_RECEIPT_TEXT_BYTES],
                                 const struct asv_db_handover_receipt *receipt)
{
    char uuid[ASV_UUID_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    char at[TIME_BYTES + 1] = "";
    struct tm utc;
    const time_t seconds = (time_t)(receipt->received_ms / 1000);
    asv_uuid_format(uuid, receipt->id);
    asv_hex_encode(hex, receipt->received, sizeof receipt->received);
    if (gmtime_r(&seconds, &utc) != NULL) {
        (void)strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    int len = snprintf(out, ASV_RECEIPT_TEXT_BYTES, FIRST_LINE "\n%s\n%s\n%s\n%s\n", uuid, hex, at,
                       receipt->receiver);
    return len > 0 && len < ASV_RECEIPT_TEXT_BYTES ? (size_t)len : 0;
}

/* HO-087 */
size_t asv_handover_receipt_form(char out[ASV_RECEIPT_TEXT_BYTES], const uint8_t id[ASV_UUID_BYTES],
                                 const uint8_t received[ASV_SHA256_BYTES])
{
    char uuid[ASV_UUID_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_uuid_format(uuid, id);
    asv_hex_encode(hex, received, ASV_SHA256_BYTES);
    return (size_t)snprintf(out, ASV_RECEIPT_TEXT_BYTES,
                            FIRST_LINE "\n%s\n%s\nJJJJ-MM-TTThh:mm:ssZ\n" NAME "\n", uuid, hex);
}

/* The next line, without its end; data NULL: there is none. */
static struct asv_bytes next_line(struct asv_bytes *rest)
{
    const uint8_t *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    if (end == NULL) {
        return (struct asv_bytes){0};
    }
    struct asv_bytes line = {rest->data, (size_t)(end - rest->data)};
    rest->data = end + 1;
    rest->len -= line.len + 1;
    return line;
}

static bool copy_line(struct asv_bytes *rest, char *out, size_t size)
{
    struct asv_bytes line = next_line(rest);
    if (line.data == NULL || line.len >= size || memchr(line.data, '\0', line.len) != NULL) {
        return false;
    }
    memcpy(out, line.data, line.len);
    out[line.len] = '\0';
    return true;
}

static bool read_time(const char *text, int64_t *ms)
{
    struct tm utc = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    time_t seconds = end != NULL && *end == '\0' ? timegm(&utc) : -1;
    *ms = (int64_t)seconds * 1000;
    return seconds >= 0;
}

static bool read_lines(struct asv_bytes rest, struct asv_db_handover_receipt *out, char at[AT_BYTES])
{
    char first[sizeof FIRST_LINE];
    char uuid[ASV_UUID_TEXT_BYTES];
    char hex[2 * ASV_SHA256_BYTES + 1];
    return copy_line(&rest, first, sizeof first) && copy_line(&rest, uuid, sizeof uuid) &&
           copy_line(&rest, hex, sizeof hex) && copy_line(&rest, at, AT_BYTES) &&
           copy_line(&rest, out->receiver, sizeof out->receiver) && rest.len == 0 &&
           asv_uuid_parse(out->id, uuid) == ASV_OK && strlen(hex) == 2 * sizeof out->received &&
           asv_hex_decode(out->received, sizeof out->received, hex) == ASV_OK;
}

/* HO-158: what editors do to such a file, and what is forgotten. NULL: it reads back as the very bytes that
 * were signed. */
static const char *read_text(struct asv_bytes text, struct asv_db_handover_receipt *out)
{
    static const char other[] = "not the five lines that a receipt has (HANDOVER.md, HO-012)";
    char at[AT_BYTES];
    char again[ASV_RECEIPT_TEXT_BYTES];
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        return "a byte order mark stands before its first line; to be saved as UTF-8 without one, and signed "
               "anew";
    }
    if (text.len > 0 && memchr(text.data, '\r', text.len) != NULL) {
        return "its lines end as on Windows (CR LF); to be saved with the ends that it came with, and signed "
               "anew";
    }
    if (text.len > 0 && text.data[text.len - 1] != '\n') {
        return "its last line has no end; to be saved with a line feed there, and signed anew";
    }
    if (!read_lines(text, out, at)) {
        return other;
    }
    if (!read_time(at, &out->received_ms)) {
        return "its fourth line is not the time, such as 2026-12-03T08:15:00Z; to be filled in, and signed "
               "anew";
    }
    if (strcmp(out->receiver, NAME) == 0) {
        return "its fifth line does not say who received it; to be filled in, and signed anew";
    }
    if (!asv_text_is_good((struct asv_bytes){(const uint8_t *)out->receiver, strlen(out->receiver)},
                          ASV_DB_NOTE_SIZE - 1)) {
        return other;
    }
    size_t len = asv_handover_receipt_text(again, out);
    return len == text.len && memcmp(again, text.data, len) == 0 ? NULL : other;
}

static enum asv_status verify(const struct asv_db_handover *row, struct asv_bytes text,
                              struct asv_bytes signature, struct asv_err *err)
{
    struct asv_card card;
    struct asv_cms signer;
    if (row->card_len == 0 || asv_card_read(&card, row->card, row->card_len, NULL) != ASV_OK ||
        !card.has_certificate) {
        return asv_fail(err, ASV_E_STATE,
                        "no certificate is registered for the addressee: two people write the form down");
    }
    enum asv_status status = asv_cms_verify(&signer, signature, text, err);
    if (status == ASV_E_DIGEST) {
        return asv_fail(err, status,
                        "receipt: the signature is of another text: it was changed since, or signed without "
                        "-binary");
    }
    if (status == ASV_OK && !asv_equal(signer.certificate, card.certificate, sizeof card.certificate)) {
        status = asv_fail(err, ASV_E_UNTRUSTED,
                          "receipt: another certificate than the one on the addressee's card signed it");
    }
    return status;
}

enum asv_status asv_handover_receipt_read(const struct asv_db_handover *row, struct asv_bytes text,
                                          struct asv_bytes signature, struct asv_db_handover_receipt *out,
                                          struct asv_err *err)
{
    struct asv_db_handover_receipt receipt = {
        .case_number = row->case_number, .is_signed = true, .signature = signature};
    memcpy(receipt.incident, row->incident, sizeof receipt.incident);
    const char *wrong = read_text(text, &receipt);
    if (wrong != NULL) {
        return asv_failf(err, ASV_E_MALFORMED, "receipt: %s", wrong);
    }
    if (memcmp(receipt.id, row->id, sizeof receipt.id) != 0) {
        return asv_fail(err, ASV_E_MISMATCH, "receipt: of another hand-over");
    }
    enum asv_status status = verify(row, text, signature, err);
    if (status == ASV_OK) {
        asv_sha256(receipt.document, signature.data, signature.len);
        *out = receipt;
    }
    return status;
}

enum asv_status asv_handover_receipt_verify(const struct asv_db_handover *row,
                                            const struct asv_db_handover_receipt *receipt,
                                            struct asv_err *err)
{
    char text[ASV_RECEIPT_TEXT_BYTES];
    size_t len = asv_handover_receipt_text(text, receipt);
    return verify(row, (struct asv_bytes){(const uint8_t *)text, len}, receipt->signature, err);
}
