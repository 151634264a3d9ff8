/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/extract.h"

#include <string.h>

#include "server/base/fail.h"

#define FORMAT 1

static const char magic[8] = {'A', 'S', 'V', 'L', 'E', 'D', 'G', 'R'};

void asv_extract_write_head(struct asv_writer *writer, uint32_t count)
{
    asv_write_bytes(writer, magic, sizeof magic);
    asv_write_u16(writer, FORMAT);
    asv_write_u32(writer, count);
}

void asv_extract_write_name(struct asv_writer *writer, const char *name, uint32_t size)
{
    asv_write_text8(writer, name);
    asv_write_u32(writer, size);
}

/* The next bytes of it. */
static enum asv_status take(struct asv_extract *extract, void *out, size_t len, struct asv_err *err)
{
    if (len > extract->size - extract->at) {
        return asv_fail(err, ASV_E_MALFORMED, "it is cut off");
    }
    enum asv_status status = extract->read(extract->ctx, extract->at, out, len, err);
    extract->at += status == ASV_OK ? len : 0;
    return status;
}

enum asv_status asv_extract_open(struct asv_extract *extract, struct asv_err *err)
{
    uint8_t head[ASV_EXTRACT_HEAD_BYTES] = {0};
    extract->at = 0;
    extract->last[0] = '\0';
    enum asv_status status = take(extract, head, sizeof head, err);
    if (status != ASV_OK) {
        return status;
    }
    if (memcmp(head, magic, sizeof magic) != 0) {
        return asv_fail(err, ASV_E_MALFORMED, "it is no extract of a ledger");
    }
    if (head[8] != 0 || head[9] != FORMAT) {
        return asv_fail(err, ASV_E_UNSUPPORTED, "an extract of another format");
    }
    extract->left = asv_load_be32(head + 10);
    return extract->left <= ASV_EXTRACT_FILES_MAX
               ? ASV_OK
               : asv_fail(err, ASV_E_LIMIT, "more files than there can be");
}

static bool is_good(const char *name, size_t len)
{
    static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return len > 0 && len < ASV_EXTRACT_NAME_BYTES && name[0] != '.' && strspn(name, all) == len;
}

static enum asv_status take_name(struct asv_extract *extract, char *name, struct asv_err *err)
{
    uint8_t len = 0;
    enum asv_status status = take(extract, &len, 1, err);
    if (status == ASV_OK && len >= ASV_EXTRACT_NAME_BYTES) {
        return asv_fail(err, ASV_E_MALFORMED, "a name that is too long");
    }
    if (status == ASV_OK) {
        status = take(extract, name, len, err);
    }
    if (status == ASV_OK) {
        name[len] = '\0';
        if (!is_good(name, len) || strcmp(name, extract->last) <= 0) {
            status = asv_fail(err, ASV_E_MALFORMED, "a name that is none, or is not behind the one before");
        }
    }
    return status;
}

enum asv_status asv_extract_next(struct asv_extract *extract, struct asv_extract_file *out, bool *there,
                                 struct asv_err *err)
{
    struct asv_extract_file file = {.size = 0};
    uint8_t size[4] = {0};
    *there = extract->left > 0;
    if (extract->left == 0) {
        return extract->at == extract->size ? ASV_OK
                                            : asv_fail(err, ASV_E_MALFORMED, "something lies behind it");
    }
    enum asv_status status = take_name(extract, file.name, err);
    if (status == ASV_OK) {
        status = take(extract, size, sizeof size, err);
    }
    if (status != ASV_OK) {
        return status;
    }
    file.size = asv_load_be32(size);
    file.offset = extract->at;
    if (file.size > extract->size - extract->at) {
        return asv_fail(err, ASV_E_MALFORMED, "it is cut off");
    }
    extract->at += file.size;
    extract->left--;
    memcpy(extract->last, file.name, sizeof extract->last);
    *out = file;
    return ASV_OK;
}
