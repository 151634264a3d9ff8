/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
/* A whole clip, byte for byte, as tests/vectors/golden/clip/ has it for ever. With ASV_GOLDEN_WRITE=1 it is
 * written instead: only when the format is born. The listing in SEAL.md, section 15, is the same bytes. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "firmware-proto/seal/opener.h"
#include "firmware-proto/seal/verdict.h"
#include "tests/support/clip.h"
#include "tests/support/files.h"
#include "tests/support/golden.h"
#include "tests/unit/test.h"

static const char directory[] = ASV_SOURCE_DIR "/tests/vectors/golden/clip";
static struct asv_test_agency agency;
static struct asv_test_clip clip;
static char identity[ASV_AGE_IDENTITY_TEXT_BYTES + 1];

static void write_golden(void)
{
    mkdir(directory, 0755);
    asv_test_write_file(directory, "payload", clip.payload.data, clip.payload.len);
    asv_test_write_file(directory, "stanzas", clip.stanzas.data, clip.stanzas.len);
    asv_test_write_file(directory, "seal", clip.seal.data, clip.seal.len);
    asv_test_write_file(directory, "link", clip.link.data, clip.link.len);
    asv_test_write_file(directory, "chain", agency.camera.chain.encoded.data,
                        agency.camera.chain.encoded.len);
    asv_test_write_file(directory, "root", agency.root.cert.object.encoded.data,
                        agency.root.cert.object.encoded.len);
    asv_test_write_file(directory, "identity", identity, strlen(identity));
}

/* What the fuzzers start from: whole objects, and a stream that its target can mend (seal_stream.c). */
static void write_corpus(void)
{
    uint8_t stream[4096] = {7};
    size_t header_len = asv_load_be32(clip.seal.data + 1);
    uint8_t age[1024];
    struct asv_writer writer;
    static const uint8_t key[ASV_FILE_KEY_BYTES] = {0};
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};

    memcpy(stream + 1, clip.seal.data, clip.seal.len);
    asv_golden_seed("seal_stream", "whole", stream, 1 + clip.seal.len);
    asv_golden_seed("seal_stream", "cut", stream, 1 + clip.checkpoint_end[0]);
    asv_golden_seed("seal_header", "whole", clip.seal.data + ASV_SEAL_FRAME_HEADER_BYTES, header_len);
    asv_golden_seed("seal_link", "whole", clip.link.data, clip.link.len);
    asv_golden_seed("seal_link", "alone", clip.link.data, clip.link.len - ASV_LINK_OPENING_BYTES);
    asv_writer_init(&writer, age, sizeof age);
    assert_int_equal(asv_age_header_write(&writer, stanzas, key), ASV_OK);
    asv_golden_seed("seal_age_header", "two", age, writer.len);
}

static int set_up(void **state)
{
    (void)state;
    struct asv_test_world world;
    struct asv_test_plan plan = {.number = 2,
                                 .chunks = 2,
                                 .every = 1,
                                 .pad = 100,
                                 .records = true,
                                 .recipients = 2,
                                 .unit = "Aussendienst",
                                 .area = "Mitte"};
    const char *writing = getenv("ASV_GOLDEN_WRITE");
    asv_test_agency_init(&agency, 1);
    asv_test_world_init(&world, 15);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    asv_age_identity_encode(identity, clip.key_sk[0]);
    memcpy(identity + sizeof identity - 2, "\n", 2);
    if (writing != NULL && strcmp(writing, "1") == 0) {
        write_golden();
        write_corpus();
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    return 0;
}

static void assert_golden(const char *name, const void *data, size_t len)
{
    uint8_t *want;
    size_t want_len;
    asv_test_read_file(directory, name, &want, &want_len);
    assert_int_equal(len, want_len);
    assert_memory_equal(data, want, len);
    free(want);
}

static void the_writer_makes_the_golden_clip_byte_for_byte(void **state)
{
    (void)state;
    assert_golden("payload", clip.payload.data, clip.payload.len);
    assert_golden("stanzas", clip.stanzas.data, clip.stanzas.len);
    assert_golden("seal", clip.seal.data, clip.seal.len);
    assert_golden("link", clip.link.data, clip.link.len);
    assert_golden("chain", agency.camera.chain.encoded.data, agency.camera.chain.encoded.len);
    assert_golden("identity", identity, strlen(identity));
}

static void the_golden_clip_verifies_and_opens(void **state)
{
    (void)state;
    struct asv_seal_verifier verifier;
    struct asv_chain chain;
    struct asv_seal_signer signer;
    struct asv_link link;
    uint8_t *files[5];
    size_t len[5];
    static const char *const names[] = {"payload", "stanzas", "seal", "link", "chain"};
    for (size_t i = 0; i < 5; i++) {
        asv_test_read_file(directory, names[i], &files[i], &len[i]);
    }
    assert_int_equal(asv_chain_decode(&chain, files[4], len[4], NULL), ASV_OK);
    asv_seal_signer_of(&signer, &chain);
    asv_seal_verifier_init(&verifier, &signer, NULL);
    assert_int_equal(asv_seal_verifier_feed(&verifier, files[2], len[2], NULL), ASV_OK);
    const struct asv_seal_result *result = asv_seal_verifier_result(&verifier);
    assert_true(result->ended && result->checkpoint.chunks == 2 && result->checkpoint.records == 4);
    assert_string_equal(result->header.unit, "Aussendienst");
    assert_int_equal(asv_provenance_find(&result->header, &chain, agency.root.pk,
                                         result->header.start_wall_ms, NULL, NULL),
                     ASV_PROVENANCE_TRUSTED);
    assert_int_equal(asv_link_read(&link, NULL, files[3], len[3], signer.pk, NULL), ASV_OK);
    assert_int_equal(asv_link_check(&link, result), ASV_OK);

    uint8_t key[ASV_FILE_KEY_BYTES];
    struct asv_seal_opener opener;
    struct asv_bytes stanzas = {files[1], len[1]};
    static uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    static uint8_t want[ASV_CHUNK_PLAIN_BYTES];
    assert_int_equal(asv_seal_unwrap(key, &result->header, stanzas, clip.key_sk[1]), ASV_OK);
    assert_int_equal(asv_seal_opener_init(&opener, &result->header, key), ASV_OK);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(
            asv_seal_opener_decrypt(&opener, plain, files[0] + (size_t)i * ASV_CHUNK_CIPHER_BYTES, i),
            ASV_OK);
        asv_test_clip_plaintext(&clip.plan, i, want);
        assert_memory_equal(plain, want, sizeof want);
        assert_int_equal(asv_seal_opener_disclose(&opener, plain), ASV_OK);
    }
    assert_int_equal(asv_seal_opener_check_disclosure(&opener, &result->checkpoint), ASV_OK);
    for (size_t i = 0; i < 5; i++) {
        free(files[i]);
    }
}

/* A line of the listing: "0000  01 00 00 02 d8  what it is", continued lines have no offset. Two spaces end
 * the bytes. */
static size_t read_line_bytes(const char *line, uint8_t out[64])
{
    size_t count = 0;
    const char *at = line + 6;
    while (count < 64 && isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1])) {
        char hex[3] = {at[0], at[1]};
        out[count++] = (uint8_t)strtoul(hex, NULL, 16);
        at += 3;
        if (*at == ' ' || at[-1] == '\n') {
            break;
        }
    }
    return count;
}

/* The listing called name in SEAL.md ("`seal`:" in front of its code block) is exactly data. */
static void assert_listed(const char *document, const char *name, const uint8_t *data, size_t len)
{
    char heading[64];
    size_t at = 0;
    snprintf(heading, sizeof heading, "\n`%s`:\n\n```\n", name);
    const char *line = strstr(document, heading);
    assert_non_null(line);
    line += strlen(heading);
    while (strncmp(line, "```", 3) != 0) {
        uint8_t bytes[64];
        size_t count = read_line_bytes(line, bytes);
        assert_int_equal(strtoul(line, NULL, 16), at);
        assert_true(count > 0 && at + count <= len);
        assert_memory_equal(bytes, data + at, count);
        at += count;
        line = strchr(line, '\n') + 1;
    }
    assert_int_equal(at, len);
}

static void the_listing_in_the_specification_is_the_golden_clip(void **state)
{
    (void)state;
    uint8_t *document;
    size_t len;
    asv_test_read_file(ASV_SOURCE_DIR "/firmware-proto", "SEAL.md", &document, &len);
    assert_listed((char *)document, "seal", clip.seal.data, clip.seal.len);
    assert_listed((char *)document, "link", clip.link.data, clip.link.len);
    char stanzas[512];
    snprintf(stanzas, sizeof stanzas, "\n`stanzas`:\n\n```\n%.*s```\n", (int)clip.stanzas.len,
             (const char *)clip.stanzas.data);
    assert_non_null(strstr((char *)document, stanzas));
    free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_writer_makes_the_golden_clip_byte_for_byte),
        cmocka_unit_test(the_golden_clip_verifies_and_opens),
        cmocka_unit_test(the_listing_in_the_specification_is_the_golden_clip),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
