/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * An age header from anywhere. What is read must be what would be written, and no change opens.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/seal/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool right)
{
    if (!right) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t identity[ASV_X25519_BYTES] = {0x42};
    static uint8_t copy[ASV_AGE_HEADER_MAX_BYTES];
    struct asv_age_header header;
    struct asv_age_stanza stanza;
    struct asv_reader reader;
    struct asv_writer writer;
    uint8_t key[ASV_FILE_KEY_BYTES] = {0};

    enum asv_status status = asv_age_header_read(&header, data, size);
    if (status != ASV_OK) {
        check(status == ASV_E_AGAIN || status == ASV_E_MALFORMED || status == ASV_E_LIMIT ||
              status == ASV_E_UNSUPPORTED);
        return 0;
    }
    check(header.text.len <= size && header.stanza_count >= 1 && header.stanza_count <= ASV_AGE_STANZAS_MAX);
    asv_reader_init(&reader, header.stanzas.data, header.stanzas.len);
    for (size_t i = 0; i < header.stanza_count; i++) {
        check(asv_age_stanza_read(&reader, &stanza) == ASV_OK);
        check(stanza.type.len > 0 && stanza.text.len <= ASV_AGE_STANZA_MAX_BYTES);
        enum asv_status opened = asv_age_unwrap(key, &stanza, identity);
        check(opened == ASV_OK || opened == ASV_E_NOT_FOUND || opened == ASV_E_MALFORMED);
    }
    check(asv_reader_left(&reader) == 0);
    asv_writer_init(&writer, copy, sizeof copy);
    check(asv_age_header_write(&writer, header.stanzas, key) == ASV_OK);
    check(writer.len == header.text.len && memcmp(copy, header.text.data, header.maced.len) == 0);
    struct asv_age_header again;
    check(asv_age_header_read(&again, copy, writer.len) == ASV_OK);
    check(asv_age_header_check(&again, key) == ASV_OK);
    status = asv_age_header_open(key, &header, identity);
    check(status == ASV_OK || status == ASV_E_NOT_FOUND || status == ASV_E_MALFORMED ||
          status == ASV_E_DIGEST);
    return 0;
}
