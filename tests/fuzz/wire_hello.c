/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Both HELLOs: what decodes encodes to the same bytes again, up to the extensions, which are not kept.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct asv_writer *writer, enum asv_status status, const uint8_t *data, size_t size)
{
    size_t fields = writer->len - 2; /* the count of extensions */
    if (status != ASV_OK || writer->len > size || memcmp(writer->data, data, fields) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t again[ASV_WIRE_MAX_HELLO_BYTES];
    struct asv_wire_hello hello;
    struct asv_wire_hello_reply reply;
    struct asv_writer writer;
    asv_writer_init(&writer, again, sizeof again);
    if (asv_wire_hello_decode(&hello, data, size, NULL) == ASV_OK) {
        compare(&writer, asv_wire_hello_encode(&writer, &hello), data, size);
    }
    asv_writer_init(&writer, again, sizeof again);
    if (asv_wire_hello_reply_decode(&reply, data, size, NULL) == ASV_OK) {
        compare(&writer, asv_wire_hello_reply_encode(&writer, &reply), data, size);
    }
    return 0;
}
