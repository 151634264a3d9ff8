/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/layout.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"

static void write_uint(struct asv_writer *out, const uint8_t *member, size_t size)
{
    uint64_t value = 0;
    if (size == sizeof(uint8_t)) {
        value = *member;
    } else if (size == sizeof(uint16_t)) {
        uint16_t u16;
        memcpy(&u16, member, sizeof u16);
        value = u16;
    } else if (size == sizeof(uint32_t)) {
        uint32_t u32;
        memcpy(&u32, member, sizeof u32);
        value = u32;
    } else {
        memcpy(&value, member, sizeof value);
    }
    for (size_t i = size; i > 0; i--) {
        asv_write_u8(out, (uint8_t)(value >> (8 * (i - 1))));
    }
}

static enum asv_status read_uint(struct asv_reader *in, uint8_t *member, size_t size)
{
    struct asv_bytes bytes;
    uint64_t value = 0;
    enum asv_status status = asv_read_view(in, &bytes, size);
    if (status != ASV_OK) {
        return status;
    }
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | bytes.data[i];
    }
    if (size == sizeof(uint8_t)) {
        *member = (uint8_t)value;
    } else if (size == sizeof(uint16_t)) {
        uint16_t u16 = (uint16_t)value;
        memcpy(member, &u16, sizeof u16);
    } else if (size == sizeof(uint32_t)) {
        uint32_t u32 = (uint32_t)value;
        memcpy(member, &u32, sizeof u32);
    } else {
        memcpy(member, &value, sizeof value);
    }
    return ASV_OK;
}

void asv_layout_write(struct asv_writer *out, const void *object, const struct asv_layout *fields,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *member = (const uint8_t *)object + fields[i].offset;
        switch ((enum asv_layout_kind)fields[i].kind) {
        case ASV_LAYOUT_UINT:
            write_uint(out, member, fields[i].size);
            break;
        case ASV_LAYOUT_RAW:
            asv_write_bytes(out, member, fields[i].size);
            break;
        case ASV_LAYOUT_DIGEST:
            asv_write_digest(out, member);
            break;
        case ASV_LAYOUT_TEXT:
            asv_write_text8(out, (const char *)member);
            break;
        }
    }
}

enum asv_status asv_layout_read(struct asv_reader *in, void *object, const struct asv_layout *fields,
                                size_t count)
{
    enum asv_status status = ASV_OK;
    for (size_t i = 0; i < count && status == ASV_OK; i++) {
        uint8_t *member = (uint8_t *)object + fields[i].offset;
        switch ((enum asv_layout_kind)fields[i].kind) {
        case ASV_LAYOUT_UINT:
            status = read_uint(in, member, fields[i].size);
            break;
        case ASV_LAYOUT_RAW:
            status = asv_read_copy(in, member, fields[i].size);
            break;
        case ASV_LAYOUT_DIGEST: /* S-003 */
            status = asv_read_digest(in, member);
            break;
        case ASV_LAYOUT_TEXT: /* S-046 */
            status = asv_read_text8(in, (char *)member, fields[i].size);
            break;
        }
    }
    return status;
}
