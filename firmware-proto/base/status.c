/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/base/status.h"

const char *asv_status_name(enum asv_status status)
{
    switch (status) {
    case ASV_OK:
        return "OK";
    case ASV_E_AGAIN:
        return "AGAIN";
    case ASV_E_BUSY:
        return "BUSY";
    case ASV_E_TIMEOUT:
        return "TIMEOUT";
    case ASV_E_AWAY:
        return "AWAY";
    case ASV_E_MALFORMED:
        return "MALFORMED";
    case ASV_E_UNSUPPORTED:
        return "UNSUPPORTED";
    case ASV_E_LIMIT:
        return "LIMIT";
    case ASV_E_DENIED:
        return "DENIED";
    case ASV_E_NOT_FOUND:
        return "NOT_FOUND";
    case ASV_E_EXISTS:
        return "EXISTS";
    case ASV_E_EXPIRED:
        return "EXPIRED";
    case ASV_E_STATE:
        return "STATE";
    case ASV_E_IO:
        return "IO";
    case ASV_E_NO_SPACE:
        return "NO_SPACE";
    case ASV_E_USAGE:
        return "USAGE";
    case ASV_E_SIGNATURE:
        return "SIGNATURE";
    case ASV_E_DIGEST:
        return "DIGEST";
    case ASV_E_MISMATCH:
        return "MISMATCH";
    case ASV_E_REVOKED:
        return "REVOKED";
    case ASV_E_UNTRUSTED:
        return "UNTRUSTED";
    case ASV_E_INTERNAL:
        return "INTERNAL";
    case ASV_E_NO_MEMORY:
        return "NO_MEMORY";
    }
    return "?";
}

static size_t append(char *out, size_t len, const char *text)
{
    while (*text != '\0' && len + 1 < ASV_ERR_TEXT_BYTES) {
        out[len++] = *text++;
    }
    out[len] = '\0';
    return len;
}

enum asv_status asv_fail(struct asv_err *err, enum asv_status status, const char *text)
{
    if (err != NULL) {
        err->status = status;
        append(err->text, 0, text);
    }
    return status;
}

enum asv_status asv_fail_at(struct asv_err *err, enum asv_status status, const char *text, uint64_t number)
{
    if (err != NULL) {
        char digits[21]; /* 2^64 - 1 has 20 */
        size_t at = sizeof digits;
        digits[--at] = '\0';
        do {
            digits[--at] = (char)('0' + number % 10);
            number /= 10;
        } while (number != 0);
        err->status = status;
        append(err->text, append(err->text, append(err->text, 0, text), ": "), digits + at);
    }
    return status;
}
