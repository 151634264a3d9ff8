/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The bodies that asservat-media and who asks it send each other: what is read is written the same way. */
#include <stdlib.h>
#include <string.h>

#include "server/media/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct asv_writer *writer, struct asv_bytes body)
{
    if (writer->overrun || writer->len != body.len || memcmp(writer->data, body.data, body.len) != 0) {
        abort();
    }
}

static void start(struct asv_writer *writer, struct asv_bytes body)
{
    struct asv_media_start said;
    if (asv_media_start_read(&said, body) == ASV_OK) {
        asv_media_start_write(writer, &said);
        check(writer, body);
    }
}

static void facts(struct asv_writer *writer, struct asv_bytes body)
{
    struct asv_media_facts said;
    if (asv_media_facts_read(&said, body) == ASV_OK) {
        asv_media_facts_write(writer, &said);
        check(writer, body);
    }
}

static void entries(struct asv_writer *writer, struct asv_bytes body)
{
    static struct asv_media_index said;
    if (asv_media_index_read(&said, body) == ASV_OK) {
        asv_media_index_write(writer, &said);
        check(writer, body);
    }
}

static void end(struct asv_writer *writer, struct asv_bytes body)
{
    struct asv_err err = {0};
    enum asv_status status = asv_media_end_read(body, &err);
    if (status != ASV_OK && err.status == status && status != ASV_E_MALFORMED) {
        asv_media_end_write(writer, status, err.text);
        check(writer, body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(struct asv_writer *, struct asv_bytes) = {start, facts, end, entries};
    static uint8_t out[ASV_MEDIA_PIECE_BYTES];
    struct asv_writer writer;
    asv_writer_init(&writer, out, sizeof out);
    targets[ASV_FUZZ_MEDIA](&writer, (struct asv_bytes){data, size});
    return 0;
}
