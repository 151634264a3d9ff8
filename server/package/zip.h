/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The one shape of ZIP that packages have (docs/PACKAGE.md 1): stored files one behind the other, no gaps, no
 * comments, no extra fields but ZIP64's where a number needs it, one time for all. Each header has exactly
 * one encoding, so a reader compares.
 */
#ifndef ASV_SERVER_PACKAGE_ZIP_H
#define ASV_SERVER_PACKAGE_ZIP_H

#include "firmware-proto/base/bytes.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/package/names.h"

#define ASV_ZIP_LOCAL_BYTES      30
#define ASV_ZIP_CENTRAL_BYTES    46
#define ASV_ZIP_END_BYTES        22
#define ASV_ZIP_LOCATOR_BYTES    20
#define ASV_ZIP_END64_BYTES      56
#define ASV_ZIP_EXTRA_MAX_BYTES  (4 + 3 * 8)
#define ASV_ZIP_HEADER_MAX_BYTES (ASV_ZIP_CENTRAL_BYTES + ASV_PACKAGE_NAME_BYTES + ASV_ZIP_EXTRA_MAX_BYTES)
#define ASV_ZIP_TAIL_MAX_BYTES   (ASV_ZIP_END64_BYTES + ASV_ZIP_LOCATOR_BYTES + ASV_ZIP_END_BYTES)

#define ASV_ZIP_LOCAL_MAGIC   0x04034b50u
#define ASV_ZIP_CENTRAL_MAGIC 0x02014b50u
#define ASV_ZIP_END_MAGIC     0x06054b50u
#define ASV_ZIP_END64_MAGIC   0x06064b50u
#define ASV_ZIP_LOCATOR_MAGIC 0x07064b50u

/* From here on a number is in ZIP64's field. */
#define ASV_ZIP_U32 UINT32_MAX
#define ASV_ZIP_U16 UINT16_MAX

#define ASV_ZIP_SIZE_MAX (UINT64_C(1) << 48) /* of a package; no sum of ours overflows */

struct asv_zip_entry {
    uint64_t offset; /* of its local header */
    uint64_t size;
    uint32_t crc32;
    uint8_t sha256[ASV_SHA256_BYTES];
    uint8_t name_len;
    char name[ASV_PACKAGE_NAME_BYTES + 1]; /* UTF-8, ends with a NUL */
};

struct asv_bytes asv_zip_name(const struct asv_zip_entry *entry);

/* ASV_E_USAGE, and entry is untouched, when the name is not good. */
ASV_MUST_CHECK enum asv_status asv_zip_set_name(struct asv_zip_entry *entry, struct asv_bytes name);

/* Where its bytes begin and end, behind the local header. */
uint64_t asv_zip_data_offset(const struct asv_zip_entry *entry);
uint64_t asv_zip_end_offset(const struct asv_zip_entry *entry);

/* Each the number of bytes in out[ASV_ZIP_HEADER_MAX_BYTES]. */
size_t asv_zip_local(uint8_t *out, const struct asv_zip_entry *entry);
size_t asv_zip_central(uint8_t *out, const struct asv_zip_entry *entry);

/* What ends the file, into out[ASV_ZIP_TAIL_MAX_BYTES], behind a central directory. */
struct asv_zip_end {
    uint64_t count, offset, size; /* entries; the directory's place and bytes */
};
size_t asv_zip_tail(uint8_t *out, const struct asv_zip_end *end);

/* ZIP's integers are little-endian. */
uint16_t asv_zip_load16(const uint8_t *at);
uint32_t asv_zip_load32(const uint8_t *at);
uint64_t asv_zip_load64(const uint8_t *at);

#endif
