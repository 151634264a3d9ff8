/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * BagIt 1.0 (RFC 8493): what a carrier is when it is unpacked. Its payload is below data/; everything else is
 * a tag file. The names of its manifests are in listing.h.
 */
#ifndef ASV_SERVER_PACKAGE_BAG_H
#define ASV_SERVER_PACKAGE_BAG_H

#include <stdbool.h>

#include "server/package/zip.h"

#define ASV_BAG_PAYLOAD      "data/"
#define ASV_BAG_DECLARATION  "bagit.txt"
#define ASV_BAG_INFO         "bag-info.txt"
#define ASV_BAG_MANIFEST     "manifest-sha256.txt"
#define ASV_BAG_TAG_MANIFEST "tagmanifest-sha256.txt"

#define ASV_BAG_DECLARATION_TEXT "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

#define ASV_BAG_FIELDS_MAX  32
#define ASV_BAG_VALUE_BYTES 1000
#define ASV_BAG_INFO_BYTES  16384 /* of the file */

/* A line of bag-info.txt, such as Source-Organization or External-Identifier. */
struct asv_bag_field {
    const char *label; /* ASCII letters, digits and dashes */
    const char *value; /* UTF-8, one line, no spaces at its ends */
};

/* What Payload-Oxum says. */
struct asv_bag_oxum {
    uint64_t bytes, files;
};

bool asv_bag_is_payload(const struct asv_zip_entry *entry);

/* bag-info.txt into out[ASV_BAG_INFO_BYTES]: Payload-Oxum, and the fields in their order. ASV_E_USAGE for a
 * field that is none, ASV_E_LIMIT for too many. */
ASV_MUST_CHECK enum asv_status asv_bag_write_info(uint8_t *out, size_t *len, const struct asv_bag_oxum *oxum,
                                                  const struct asv_bag_field *fields, size_t count,
                                                  struct asv_err *err);

/* Reads one back: that it begins with this Payload-Oxum and is fields as above. ASV_E_MISMATCH for another
 * Payload-Oxum; ASV_E_MALFORMED, with *at where. */
ASV_MUST_CHECK enum asv_status asv_bag_check_info(struct asv_bytes text, const struct asv_bag_oxum *oxum,
                                                  size_t *at);

#endif
