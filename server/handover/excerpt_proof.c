/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/excerpt_proof.h"

#include <string.h>

#include "firmware-proto/crypto/object.h"
#include "firmware-proto/seal/layout.h"

#define FORMAT 1

static const char magic[8] = "ASVEXCPT";

#define FACT(member, kind) ASV_LAYOUT(asv_excerpt_facts, member, kind)
static const struct asv_layout fields[] = {
    FACT(header, DIGEST), FACT(checkpoint, UINT), FACT(chunks, UINT),        FACT(media_bytes, UINT),
    FACT(init, UINT),     FACT(begin, UINT),      FACT(end, UINT),           FACT(cut, UINT),
    FACT(head, UINT),     FACT(base_us, UINT),    FACT(shown_from_us, UINT), FACT(shown_until_us, UINT),
};
#define FIELDS (sizeof fields / sizeof fields[0])

/* Chunks that everything up to the first fragment's moof lies in. */
static uint64_t head_chunks(const struct asv_excerpt_facts *facts)
{
    return (facts->head - 1) / ASV_CHUNK_PLAIN_BYTES + 1;
}

static bool is_right(const struct asv_excerpt_facts *facts)
{
    return facts->chunks >= 1 && facts->chunks <= ASV_CHUNKS_MAX &&
           facts->media_bytes <= facts->chunks * ASV_CHUNK_PLAIN_BYTES && facts->init >= 1 &&
           facts->init <= ASV_BOXES_INIT_BYTES && facts->init <= facts->begin && facts->begin < facts->end &&
           facts->end <= facts->media_bytes && facts->cut <= 1 &&
           (facts->cut == 0 || facts->end == facts->media_bytes) && facts->head > facts->init &&
           facts->head - facts->init <= ASV_MP4_HEAD_MAX_BYTES && facts->head < facts->end &&
           (facts->begin == facts->init || facts->begin >= facts->head) &&
           facts->shown_from_us <= facts->shown_until_us;
}

enum asv_status asv_excerpt_derive(struct asv_excerpt_facts *facts)
{
    if (!is_right(facts)) {
        return ASV_E_MALFORMED;
    }
    facts->first = facts->begin / ASV_CHUNK_PLAIN_BYTES;
    facts->last = (facts->end - 1) / ASV_CHUNK_PLAIN_BYTES;
    uint64_t head = head_chunks(facts);
    facts->disclosed = facts->first < head ? facts->last + 1 : head + facts->last - facts->first + 1;
    facts->mp4_bytes = facts->init + facts->end - facts->begin;
    facts->edge_bytes = facts->disclosed * ASV_CHUNK_PLAIN_BYTES - facts->mp4_bytes;
    facts->proof_bytes = ASV_EXCERPT_HEAD_BYTES + facts->disclosed * ASV_EXCERPT_ENTRY_BYTES +
                         asv_excerpt_nodes(facts) * ASV_SHA256_BYTES + facts->edge_bytes;
    return ASV_OK;
}

void asv_excerpt_head_write(uint8_t out[ASV_EXCERPT_HEAD_BYTES], const struct asv_excerpt_facts *facts)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_EXCERPT_HEAD_BYTES);
    asv_write_bytes(&writer, magic, sizeof magic);
    asv_write_u16(&writer, FORMAT);
    asv_write_u16(&writer, ASV_SUITE_1);
    asv_layout_write(&writer, facts, fields, FIELDS);
}

enum asv_status asv_excerpt_head_read(struct asv_excerpt_facts *facts,
                                      const uint8_t data[ASV_EXCERPT_HEAD_BYTES])
{
    struct asv_reader reader;
    struct asv_bytes name;
    uint16_t format = 0;
    uint16_t suite = 0;
    asv_reader_init(&reader, data, ASV_EXCERPT_HEAD_BYTES);
    enum asv_status status = asv_read_view(&reader, &name, sizeof magic);
    if (status != ASV_OK || memcmp(name.data, magic, sizeof magic) != 0) {
        return ASV_E_MALFORMED;
    }
    if (asv_read_u16(&reader, &format) != ASV_OK || asv_read_u16(&reader, &suite) != ASV_OK ||
        format != FORMAT || suite != ASV_SUITE_1) {
        return ASV_E_UNSUPPORTED;
    }
    struct asv_excerpt_facts read = {.chunks = 0};
    status = asv_layout_read(&reader, &read, fields, FIELDS);
    if (status == ASV_OK) {
        status = asv_read_end(&reader);
    }
    if (status == ASV_OK) {
        status = asv_excerpt_derive(&read);
    }
    if (status == ASV_OK) {
        *facts = read;
    }
    return status;
}

/* ---- which chunks ---- */

bool asv_excerpt_discloses(const struct asv_excerpt_facts *facts, uint64_t chunk)
{
    return chunk < head_chunks(facts) || (chunk >= facts->first && chunk <= facts->last);
}

unsigned asv_excerpt_level(const struct asv_excerpt_facts *facts, uint64_t chunk)
{
    uint64_t until = chunk < facts->first ? facts->first : facts->chunks;
    unsigned level = 0;
    while (((chunk >> level) & 1) == 0 && chunk + (UINT64_C(2) << level) <= until) {
        level++;
    }
    return level;
}

size_t asv_excerpt_nodes(const struct asv_excerpt_facts *facts)
{
    size_t count = 0;
    uint64_t chunk = head_chunks(facts);
    while (chunk < facts->chunks) {
        if (asv_excerpt_discloses(facts, chunk)) {
            chunk = facts->last + 1;
        } else {
            chunk += UINT64_C(1) << asv_excerpt_level(facts, chunk);
            count++;
        }
    }
    return count;
}

static size_t within(uint64_t start, uint64_t place)
{
    if (place <= start) {
        return 0;
    }
    return place - start < ASV_CHUNK_PLAIN_BYTES ? (size_t)(place - start) : ASV_CHUNK_PLAIN_BYTES;
}

void asv_excerpt_cuts(const struct asv_excerpt_facts *facts, uint64_t chunk, size_t cut[5])
{
    uint64_t start = chunk * ASV_CHUNK_PLAIN_BYTES;
    cut[0] = 0;
    cut[1] = within(start, facts->init);
    cut[2] = within(start, facts->begin);
    cut[3] = within(start, facts->end);
    cut[4] = ASV_CHUNK_PLAIN_BYTES;
}
