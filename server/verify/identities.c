/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/identities.h"

#include <string.h>

#include "firmware-proto/seal/age.h"

static enum asv_status parse_identities(struct asv_identities *out, struct asv_bytes text,
                                        struct asv_err *err)
{
    size_t at = 0;
    while (at < text.len) {
        const uint8_t *line = text.data + at;
        const uint8_t *lf = memchr(line, '\n', text.len - at);
        size_t len = lf == NULL ? text.len - at : (size_t)(lf - line);
        at += len + 1;
        if (len > 0 && line[len - 1] == '\r') {
            len--;
        }
        if (len == 0 || line[0] == '#') {
            continue;
        }
        if (out->count == ASV_IDENTITIES_MAX ||
            asv_age_identity_decode(out->identity[out->count], (const char *)line, len) != ASV_OK) {
            return asv_fail(err, ASV_E_USAGE, "--identity: not a file of age X25519 identities");
        }
        out->count++;
    }
    return out->count > 0 ? ASV_OK : asv_fail(err, ASV_E_USAGE, "--identity: holds no identity");
}

enum asv_status asv_identities_load(struct asv_identities *out, const char *path, struct asv_err *err)
{
    struct asv_input input;
    struct asv_bytes text;
    out->count = 0;
    enum asv_status status = asv_input_open(&input, path, err);
    if (status == ASV_OK) {
        status = asv_input_load(&input, out->text, sizeof out->text, &text, err);
        asv_input_close(&input);
    }
    if (status != ASV_OK) {
        return asv_fail(err, status, "--identity: the file cannot be read");
    }
    return parse_identities(out, text, err);
}
