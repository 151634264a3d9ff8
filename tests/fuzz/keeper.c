/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The keeper's decoders: what is accepted must come out as the same bytes when it is written again. */
#include <stdlib.h>
#include <string.h>

#include "server/keeper/dayfile.h"
#include "server/keeper/head.h"
#include "server/keeper/index.h"
#include "server/keeper/protocol.h"
#include "server/keeper/slot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUEST 0
#define REPLY   1
#define INDEX   2
#define KEYS    3
#define SLOT    4
#define HEAD    5

static void same(const struct asv_writer *writer, const uint8_t *data, size_t size)
{
    if (writer->len != size + ASV_KEEPER_LENGTH_BYTES ||
        memcmp(writer->data + ASV_KEEPER_LENGTH_BYTES, data, size) != 0) {
        abort();
    }
}

static void try_request(const uint8_t *data, size_t size)
{
    static uint8_t out[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REQUEST_MAX];
    struct asv_keeper_request request;
    struct asv_writer writer;
    if (asv_keeper_request_read(&request, data, size) == ASV_OK) {
        asv_writer_init(&writer, out, sizeof out);
        if (asv_keeper_request_write(&writer, &request) != ASV_OK) {
            abort();
        }
        same(&writer, data, size);
    }
}

static void try_reply(const uint8_t *data, size_t size)
{
    static uint8_t out[ASV_KEEPER_LENGTH_BYTES + ASV_KEEPER_REPLY_MAX];
    struct asv_keeper_reply reply;
    struct asv_writer writer;
    if (asv_keeper_reply_read(&reply, data, size) == ASV_OK) {
        asv_writer_init(&writer, out, sizeof out);
        if (asv_keeper_reply_write(&writer, &reply) != ASV_OK) {
            abort();
        }
        same(&writer, data, size);
    }
}

static void try_index(const uint8_t *data, size_t size)
{
    struct asv_index *index = NULL;
    struct asv_index_label label;
    struct asv_err err = {0};
    if (asv_index_label_read(&label, data, size) == ASV_OK &&
        label.sealed_bytes != size - ASV_INDEX_HEADER_BYTES) {
        abort();
    }
    if (asv_index_decode(&index, data, size, &err) != ASV_OK) {
        return;
    }
    for (uint32_t i = 0; i < asv_index_count(index, ASV_INDEX_ENTRIES); i++) {
        char name[ASV_ENTRY_NAME_BYTES];
        asv_entry_name(name, &asv_entries(index)[i]);
        if (i > 0 &&
            memcmp(asv_entries(index)[i - 1].id, asv_entries(index)[i].id, ASV_ENTRY_ID_BYTES) >= 0) {
            abort();
        }
    }
    asv_index_free(index);
}

static void try_keys(const uint8_t *data, size_t size)
{
    struct asv_dayfile file = {0};
    if (asv_dayfile_decode(&file, data, size) != ASV_OK) {
        return;
    }
    for (uint32_t i = 0; i < file.count; i++) {
        if (asv_dayfile_find(&file, file.keys[i].camera) != &file.keys[i]) {
            abort();
        }
    }
    asv_dayfile_free(&file);
}

static void try_cell(const uint8_t in[ASV_SLOT_CELL_BYTES])
{
    uint8_t out[ASV_SLOT_CELL_BYTES];
    struct asv_slot_cell cell;
    if (asv_slot_cell_decode(&cell, in) == ASV_OK) {
        asv_slot_cell_encode(out, &cell);
        if (memcmp(out, in, sizeof out) != 0) {
            abort();
        }
    }
}

/* As it is, and with the digest that its fields should have: nobody guesses one. */
static void try_slot(const uint8_t *data, size_t size)
{
    uint8_t in[ASV_SLOT_CELL_BYTES] = {0};
    memcpy(in, data, size < sizeof in ? size : sizeof in);
    try_cell(in);
    asv_sha256(in + sizeof in - ASV_SHA256_BYTES, in, sizeof in - ASV_SHA256_BYTES);
    try_cell(in);
}

static void try_head(const uint8_t *data, size_t size)
{
    static const uint8_t master[ASV_MASTER_KEY_BYTES] = {0x4d, 1, 2, 3}; /* of the sample */
    struct asv_head head;
    if (asv_head_open(&head, data, size, master) == ASV_OK &&
        (asv_head_label_read(&head, data, size) != ASV_OK || size != ASV_HEAD_FILE_BYTES)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const targets[])(const uint8_t *, size_t) = {
        [REQUEST] = try_request, [REPLY] = try_reply, [INDEX] = try_index,
        [KEYS] = try_keys,       [SLOT] = try_slot,   [HEAD] = try_head};
    targets[ASV_FUZZ_KEEPER](data, size);
    return 0;
}
