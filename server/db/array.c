/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * One-dimensional arrays in PostgreSQL's binary form, as parameters. */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/base/bytes.h"
#include "server/db/internal.h"

#define HEADER_BYTES 20 /* dimensions, nulls, type, length, lower bound */

static bool reserve(struct asv_array *array, size_t more)
{
    size_t need = array->len + more;
    if (array->status != ASV_OK) {
        return false;
    }
    if (need > array->cap) {
        size_t cap = need > 2 * array->cap ? need : 2 * array->cap;
        uint8_t *grown = realloc(array->data, cap);
        if (grown == NULL) {
            array->status = ASV_E_NO_MEMORY;
            return false;
        }
        array->data = grown;
        array->cap = cap;
    }
    return true;
}

static void put(struct asv_array *array, const void *data, size_t len)
{
    if (reserve(array, 4 + len)) {
        asv_store_be32(array->data + array->len, (uint32_t)len);
        memcpy(array->data + array->len + 4, data, len);
        array->len += 4 + len;
        array->count++;
    }
}

void asv_array_init(struct asv_array *array, enum asv_array_of type)
{
    *array = (struct asv_array){.type = type};
    if (reserve(array, HEADER_BYTES)) {
        memset(array->data, 0, HEADER_BYTES);
        array->len = HEADER_BYTES;
    }
}

void asv_array_bytes(struct asv_array *array, const void *data, size_t len)
{
    if (len > INT32_MAX) {
        array->status = array->status == ASV_OK ? ASV_E_LIMIT : array->status;
    } else if (data != NULL) {
        put(array, data, len);
    } else if (reserve(array, 4)) {
        asv_store_be32(array->data + array->len, UINT32_MAX);
        array->len += 4;
        array->count++;
        array->has_null = true;
    }
}

void asv_array_text(struct asv_array *array, const char *text)
{
    asv_array_bytes(array, text, text != NULL ? strlen(text) : 0);
}

void asv_array_i64(struct asv_array *array, int64_t value)
{
    uint8_t data[8];
    asv_store_be64(data, (uint64_t)value);
    put(array, data, sizeof data);
}

void asv_array_clear(struct asv_array *array)
{
    free(array->data);
    array->data = NULL;
}

void asv_param_array(struct asv_params *params, struct asv_array *array)
{
    if (array->status == ASV_OK) {
        asv_store_be32(array->data, 1);
        asv_store_be32(array->data + 4, array->has_null ? 1 : 0);
        asv_store_be32(array->data + 8, (uint32_t)array->type);
        asv_store_be32(array->data + 12, array->count);
        asv_store_be32(array->data + 16, 1);
    } else if (params->status == ASV_OK) {
        params->status = array->status;
    }
    asv_param_bytes(params, array->data, array->len);
}
