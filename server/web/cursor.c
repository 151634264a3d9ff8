/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/web/cursor.h"

#include <string.h>

#include "firmware-proto/seal/base64.h"

/* */
static void check_of(uint8_t out[ASV_WEB_CHECK_BYTES], const uint8_t list[ASV_SHA256_BYTES],
                     struct asv_bytes key)
{
    uint8_t all[ASV_SHA256_BYTES + ASV_WEB_KEY_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    memcpy(all, list, ASV_SHA256_BYTES);
    memcpy(all + ASV_SHA256_BYTES, key.data, key.len);
    asv_sha256(digest, all, ASV_SHA256_BYTES + key.len);
    memcpy(out, digest, ASV_WEB_CHECK_BYTES);
}

static void write_base64url(char out[ASV_WEB_CURSOR_TEXT], struct asv_bytes bytes)
{
    struct asv_writer writer;
    asv_writer_init(&writer, (uint8_t *)out, ASV_WEB_CURSOR_TEXT - 1);
    asv_write_base64(&writer, bytes.data, bytes.len);
    for (size_t i = 0; i < writer.len; i++) {
        if (out[i] == '+') {
            out[i] = '-';
        } else if (out[i] == '/') {
            out[i] = '_';
        }
    }
    out[writer.len] = '\0';
}

bool asv_web_cursor_write(char out[ASV_WEB_CURSOR_TEXT], const uint8_t list[ASV_SHA256_BYTES],
                          struct asv_bytes key)
{
    uint8_t all[ASV_WEB_CURSOR_BYTES];
    if (key.len == 0 || key.len > ASV_WEB_KEY_BYTES) {
        return false;
    }
    check_of(all, list, key);
    memcpy(all + ASV_WEB_CHECK_BYTES, key.data, key.len);
    write_base64url(out, (struct asv_bytes){all, ASV_WEB_CHECK_BYTES + key.len});
    return true;
}

bool asv_web_cursor_read(char key[ASV_WEB_KEY_BYTES + 1], const uint8_t list[ASV_SHA256_BYTES],
                         struct asv_bytes cursor)
{
    uint8_t check[ASV_WEB_CHECK_BYTES];
    if (cursor.len <= ASV_WEB_CHECK_BYTES || cursor.len > ASV_WEB_CURSOR_BYTES) {
        return false;
    }
    struct asv_bytes said = {cursor.data + ASV_WEB_CHECK_BYTES, cursor.len - ASV_WEB_CHECK_BYTES};
    check_of(check, list, said);
    if (memcmp(check, cursor.data, sizeof check) != 0 || memchr(said.data, '\0', said.len) != NULL) {
        return false;
    }
    memcpy(key, said.data, said.len);
    key[said.len] = '\0';
    return true;
}
