/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/verify/leaves.h"

#include <stdlib.h>

void asv_leaves_free(struct asv_leaves *leaves)
{
    free(leaves->groups);
    *leaves = (struct asv_leaves){0};
}

void asv_leaves_begin(struct asv_leaves_reader *reader)
{
    *reader = (struct asv_leaves_reader){.is_read = false};
}

/* RFC 6962 section 2.1 */
static void begin_chunk(struct asv_leaves_reader *reader)
{
    static const uint8_t prefix = 0;
    asv_sha256_init(&reader->chunk);
    asv_sha256_update(&reader->chunk, &prefix, sizeof prefix);
    reader->in_chunk = 0;
}

/* What is kept rises with what was read. */
static bool room(struct asv_leaves *found)
{
    size_t cap = found->cap == 0 ? 1 : 2 * found->cap;
    if (found->group_count < found->cap) {
        return true;
    }
    void *grown = reallocarray(found->groups, cap, sizeof *found->groups);
    if (grown != NULL) {
        found->groups = grown;
        found->cap = cap;
    }
    return grown != NULL;
}

static void end_group(struct asv_leaves_reader *reader)
{
    struct asv_leaves *found = &reader->found;
    reader->is_wanted = room(found);
    if (reader->is_wanted) {
        asv_sha256_final(&reader->group, found->groups[found->group_count++]);
        asv_sha256_init(&reader->group);
    }
}

static void end_chunk(struct asv_leaves_reader *reader)
{
    uint8_t leaf[ASV_SHA256_BYTES];
    asv_sha256_final(&reader->chunk, leaf);
    asv_sha256_update(&reader->group, leaf, sizeof leaf);
    reader->found.count++;
    if (reader->found.count % ASV_LEAVES_GROUP == 0) {
        end_group(reader);
    }
    begin_chunk(reader);
}

/* Where the payload begins in the first piece; its length: nowhere. */
static size_t find_payload(struct asv_leaves_reader *reader, const uint8_t *data, size_t len)
{
    struct asv_age_header header;
    reader->is_read = true;
    if (asv_age_header_read(&header, data, len) != ASV_OK || len - header.text.len < ASV_NONCE_BYTES) {
        return len;
    }
    reader->is_wanted = true;
    reader->found.begin = header.text.len + ASV_NONCE_BYTES;
    asv_sha256_init(&reader->group);
    begin_chunk(reader);
    return (size_t)reader->found.begin;
}

void asv_leaves_feed(struct asv_leaves_reader *reader, const uint8_t *data, size_t len)
{
    size_t at = reader->is_read ? 0 : find_payload(reader, data, len);
    while (at < len && reader->is_wanted) {
        size_t left = ASV_CHUNK_CIPHER_BYTES - reader->in_chunk;
        size_t some = len - at < left ? len - at : left;
        asv_sha256_update(&reader->chunk, data + at, some);
        reader->in_chunk += some;
        at += some;
        if (reader->in_chunk == ASV_CHUNK_CIPHER_BYTES) {
            end_chunk(reader);
        }
    }
}

void asv_leaves_end(struct asv_leaves_reader *reader, struct asv_leaves *out)
{
    if (reader->is_wanted && reader->found.count % ASV_LEAVES_GROUP > 0) {
        end_group(reader);
    }
    if (!reader->is_wanted) {
        asv_leaves_free(&reader->found);
    }
    *out = reader->found;
    reader->found = (struct asv_leaves){0};
    reader->is_wanted = false;
}
