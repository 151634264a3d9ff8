/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Messages of PROTOCOL.md, and the body of ABORT: what decodes has exactly one encoding.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[ASV_WIRE_MAX_MESSAGE_BYTES];
    struct asv_wire_message message;
    struct asv_wire_error error;
    struct asv_err err = {0};
    struct asv_writer writer;
    asv_writer_init(&writer, again, sizeof again);
    enum asv_status status = asv_wire_message_decode(&message, data, size, &err);
    if (status == ASV_OK && size <= sizeof again) {
        if (asv_wire_message_encode(&writer, &message) != ASV_OK || writer.len != size ||
            memcmp(again, data, size) != 0) {
            abort();
        }
    } else if (status != ASV_OK && err.text[0] == '\0') {
        abort();
    }
    asv_writer_init(&writer, again, sizeof again);
    if (asv_wire_abort_decode(&error, data, size) == ASV_OK &&
        (asv_wire_abort_encode(&writer, &error) != ASV_OK || writer.len != size ||
         memcmp(again, data, size) != 0)) {
        abort();
    }
    return 0;
}
