/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/base/extensions.h"

#include <stdbool.h>

static bool understood(uint16_t type, const uint16_t *known, size_t known_count)
{
    if ((type & ASV_EXTENSION_CRITICAL) == 0) {
        return true;
    }
    for (size_t i = 0; i < known_count; i++) {
        if (known[i] == type) {
            return true;
        }
    }
    return false;
}

enum asv_status asv_read_extensions(struct asv_reader *reader, struct asv_bytes *out, const uint16_t *known,
                                    size_t known_count)
{
    struct asv_reader ahead = *reader;
    enum asv_status status;
    uint16_t count;
    uint16_t type;
    struct asv_bytes value;
    uint32_t least = 0; /* types ascend; 32 bits, so that one past 0xffff is nothing */

    status = asv_read_u16(&ahead, &count);
    if (status != ASV_OK) {
        return status;
    }
    if (count > ASV_EXTENSIONS_MAX) {
        return ASV_E_LIMIT;
    }
    for (uint16_t i = 0; i < count; i++) {
        status = asv_read_u16(&ahead, &type);
        if (status != ASV_OK) {
            return status;
        }
        if (type < least) {
            return ASV_E_MALFORMED;
        }
        least = (uint32_t)type + 1;
        status = asv_read_view16(&ahead, &value, ASV_EXTENSIONS_MAX_BYTES);
        if (status != ASV_OK) {
            return status;
        }
        if (!understood(type, known, known_count)) {
            return ASV_E_UNSUPPORTED;
        }
    }
    if (ahead.at - reader->at > ASV_EXTENSIONS_MAX_BYTES) {
        return ASV_E_LIMIT;
    }
    out->data = reader->data + reader->at;
    out->len = ahead.at - reader->at;
    *reader = ahead;
    return ASV_OK;
}

void asv_write_extensions(struct asv_writer *writer, struct asv_bytes block)
{
    if (block.len == 0) {
        asv_write_u16(writer, 0);
    } else if (block.len > ASV_EXTENSIONS_MAX_BYTES) {
        writer->overrun = true;
    } else {
        asv_write_bytes(writer, block.data, block.len);
    }
}

enum asv_status asv_extension_find(struct asv_bytes block, uint16_t type, struct asv_bytes *out)
{
    struct asv_reader reader;
    uint16_t count;
    uint16_t here;
    struct asv_bytes value;

    asv_reader_init(&reader, block.data, block.len);
    if (asv_read_u16(&reader, &count) != ASV_OK) {
        return ASV_E_NOT_FOUND;
    }
    for (uint16_t i = 0; i < count; i++) {
        if (asv_read_u16(&reader, &here) != ASV_OK ||
            asv_read_view16(&reader, &value, ASV_EXTENSIONS_MAX_BYTES) != ASV_OK) {
            return ASV_E_NOT_FOUND;
        }
        if (here == type) {
            *out = value;
            return ASV_OK;
        }
    }
    return ASV_E_NOT_FOUND;
}
