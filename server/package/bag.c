/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/bag.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-proto/base/utf8.h"
#include "server/base/fail.h"
#include "server/base/hex.h"
#include "server/package/asic.h"
#include "server/package/listing.h"

#define OXUM "Payload-Oxum"

bool asv_bag_is_payload(const struct asv_zip_entry *entry)
{
    return strncmp(entry->name, ASV_BAG_PAYLOAD, sizeof ASV_BAG_PAYLOAD - 1) == 0;
}

/* ---- manifests ---- */

/* As sha256sum -c reads it: names have nothing that it would have to escape. */
static size_t checksum_line(char *out, const struct asv_zip_entry *entry)
{
    char digits[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(digits, entry->sha256, sizeof entry->sha256);
    return (size_t)snprintf(out, ASV_LISTING_LINE_BYTES, "%s  %s\n", digits, entry->name);
}

/* PK-020 */
static size_t payload_line(char *out, const struct asv_zip_entry *entry)
{
    return asv_bag_is_payload(entry) ? checksum_line(out, entry) : 0;
}

/* PK-021 */
static size_t tag_line(char *out, const struct asv_zip_entry *entry)
{
    bool listed = !asv_bag_is_payload(entry) && strcmp(entry->name, ASV_BAG_TAG_MANIFEST) != 0 &&
                  (!asv_asic_is_meta(entry) || strcmp(entry->name, ASV_ASIC_MIMETYPE) == 0);
    return listed ? checksum_line(out, entry) : 0;
}

const struct asv_listing_form asv_bag_manifest = {ASV_BAG_MANIFEST, "", "", payload_line};
const struct asv_listing_form asv_bag_tag_manifest = {ASV_BAG_TAG_MANIFEST, "", "", tag_line};

/* ---- bag-info.txt ---- */

static bool is_label(struct asv_bytes label)
{
    for (size_t i = 0; i < label.len; i++) {
        uint8_t c = label.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
            return false;
        }
    }
    return label.len > 0;
}

static bool is_value(struct asv_bytes value)
{
    for (size_t at = 0; at < value.len;) {
        uint32_t c = 0; /* no control characters, nor what other readers end a line at */
        if (!asv_utf8_next(value, &at, &c) || c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 ||
            c == 0x2029) {
            return false;
        }
    }
    return value.len > 0 && value.len <= ASV_BAG_VALUE_BYTES && value.data[0] != ' ' &&
           value.data[value.len - 1] != ' ';
}

static struct asv_bytes bytes_of(const char *value)
{
    return (struct asv_bytes){(const uint8_t *)value, strlen(value)};
}

/* The line that Payload-Oxum is. */
static size_t oxum_line(char out[80], const struct asv_bag_oxum *oxum)
{
    return (size_t)snprintf(out, 80, OXUM ": %llu.%llu\n", (unsigned long long)oxum->bytes,
                            (unsigned long long)oxum->files);
}

enum asv_status asv_bag_write_info(uint8_t *out, size_t *len, const struct asv_bag_oxum *oxum,
                                   const struct asv_bag_field *fields, size_t count, struct asv_err *err)
{
    char line[80];
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_BAG_INFO_BYTES);
    asv_write_bytes(&writer, line, oxum_line(line, oxum)); /* PK-022 */
    for (size_t i = 0; i < count; i++) {
        struct asv_bytes label = bytes_of(fields[i].label);
        struct asv_bytes value = bytes_of(fields[i].value);
        if (!is_label(label) || !is_value(value) || strcasecmp(fields[i].label, OXUM) == 0) {
            return asv_failf(err, ASV_E_USAGE, ASV_BAG_INFO ": %.60s is no field", fields[i].label);
        }
        asv_write_bytes(&writer, label.data, label.len);
        asv_write_bytes(&writer, ": ", 2);
        asv_write_bytes(&writer, value.data, value.len);
        asv_write_bytes(&writer, "\n", 1);
    }
    if (count > ASV_BAG_FIELDS_MAX || writer.overrun) {
        return asv_fail(err, ASV_E_LIMIT, ASV_BAG_INFO ": too much");
    }
    *len = writer.len;
    return ASV_OK;
}

/* One line without its end, as above. */
static bool is_field(struct asv_bytes line)
{
    const uint8_t *colon = memchr(line.data, ':', line.len);
    if (colon == NULL) {
        return false;
    }
    size_t label = (size_t)(colon - line.data);
    return line.len > label + 2 && colon[1] == ' ' && is_label((struct asv_bytes){line.data, label}) &&
           !(label == sizeof OXUM - 1 && strncasecmp((const char *)line.data, OXUM, label) == 0) &&
           is_value((struct asv_bytes){colon + 2, line.len - label - 2});
}

enum asv_status asv_bag_check_info(struct asv_bytes text, const struct asv_bag_oxum *oxum, size_t *at)
{
    char line[80];
    size_t len = oxum_line(line, oxum);
    *at = 0;
    if (text.len < len || memcmp(text.data, line, len) != 0) {
        return ASV_E_MISMATCH;
    }
    size_t count = 0;
    for (*at = len; *at < text.len; count++) {
        const uint8_t *begin = text.data + *at;
        const uint8_t *end = memchr(begin, '\n', text.len - *at);
        if (end == NULL || count == ASV_BAG_FIELDS_MAX ||
            !is_field((struct asv_bytes){begin, (size_t)(end - begin)})) {
            return ASV_E_MALFORMED;
        }
        *at += (size_t)(end - begin) + 1;
    }
    return ASV_OK;
}
