/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/package/asic.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "firmware-proto/seal/base64.h"
#include "server/package/bag.h"
#include "server/package/listing.h"

static const struct {
    const char *end, *type;
} types[] = {
    {".pdf", "application/pdf"},
    {".xml", "application/xml"},
    {".json", "application/json"},
    {".txt", "text/plain"},
    {".mp4", "video/mp4"},
    {".p7s", "application/pkcs7-signature"},
    {".pem", "application/x-pem-file"},
};

bool asv_asic_is_meta(const struct asv_zip_entry *entry)
{
    return strcmp(entry->name, ASV_ASIC_MIMETYPE) == 0 ||
           strncmp(entry->name, ASV_ASIC_META, sizeof ASV_ASIC_META - 1) == 0;
}

static bool ends_in(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);
    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

bool asv_asic_is_signature(const char *name)
{
    size_t len = strlen(name);
    size_t end = sizeof ASV_ASIC_SIGNATURE_SUFFIX - 1;
    return strncmp(name, ASV_BAG_PAYLOAD, sizeof ASV_BAG_PAYLOAD - 1) == 0 &&
           strncmp(name, ASV_PACKAGE_EXTERNAL, sizeof ASV_PACKAGE_EXTERNAL - 1) != 0 && len > end &&
           strcasecmp(name + len - end, ASV_ASIC_SIGNATURE_SUFFIX) == 0;
}

const char *asv_asic_type(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (ends_in(name, types[i].end)) {
            return types[i].type;
        }
    }
    return "application/octet-stream";
}

/* A name as a URI reference (RFC 3986, 2.3): nothing in it needs to be escaped in XML either. */
static void put_uri(struct asv_writer *writer, const struct asv_zip_entry *entry)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < entry->name_len; i++) {
        uint8_t c = (uint8_t)entry->name[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~/", c) != NULL;
        if (plain) {
            asv_write_u8(writer, c);
        } else {
            asv_write_u8(writer, '%');
            asv_write_u8(writer, (uint8_t)digits[c >> 4]);
            asv_write_u8(writer, (uint8_t)digits[c & 0xf]);
        }
    }
}

static void put_text(struct asv_writer *writer, const char *text)
{
    asv_write_bytes(writer, text, strlen(text));
}

/* PK-030 */
static size_t reference(char *out, const struct asv_zip_entry *entry)
{
    struct asv_writer writer;
    if (asv_asic_is_meta(entry)) {
        return 0;
    }
    asv_writer_init(&writer, out, ASV_LISTING_LINE_BYTES);
    put_text(&writer, "<DataObjectReference URI=\"");
    put_uri(&writer, entry);
    put_text(&writer, "\" MimeType=\"");
    put_text(&writer, asv_asic_type(entry->name));
    put_text(&writer,
             "\"><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>");
    asv_write_base64_padded(&writer, entry->sha256, sizeof entry->sha256);
    put_text(&writer, "</ds:DigestValue></DataObjectReference>\n");
    return writer.len;
}

const struct asv_listing_form asv_asic_manifest = {
    ASV_ASIC_MANIFEST,
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<ASiCManifest xmlns=\"http://uri.etsi.org/02918/v1.2.1#\" "
    "xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\n"
    "<SigReference URI=\"" ASV_ASIC_SIGNATURE "\" MimeType=\"application/pkcs7-signature\"/>\n",
    "</ASiCManifest>\n",
    reference,
};
