/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Frames of PROTOCOL.md: what decodes has exactly one encoding, and its views stay inside the transfer.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t again[ASV_WIRE_MAX_FRAME_BYTES];
    struct asv_wire_frame frame;
    struct asv_wire_chunks chunks;
    struct asv_err err = {0};
    size_t len = 0;
    if (asv_wire_frame_decode(data, size, &frame, &err) != ASV_OK) {
        if (err.text[0] == '\0') {
            abort(); /* a refusal without a reason */
        }
        return 0;
    }
    if (frame.body.data < data || frame.body.len > size ||
        (size_t)(frame.body.data - data) > size - frame.body.len) {
        abort();
    }
    memcpy(again + ASV_WIRE_FRAME_HEADER_BYTES, frame.body.data, frame.body.len);
    if (asv_wire_frame_seal(again, sizeof again, frame.kind, frame.request, frame.count, frame.body.len,
                            &len) != ASV_OK ||
        len != size || memcmp(again, data, size) != 0) {
        abort();
    }
    if (asv_wire_chunks_decode(&frame, &chunks) == ASV_OK &&
        (chunks.data < data || chunks.data + (size_t)chunks.count * ASV_WIRE_CHUNK_BYTES > data + size)) {
        abort();
    }
    return 0;
}
