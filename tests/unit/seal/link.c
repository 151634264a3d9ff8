/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/seal/link.h"

#include <string.h>

#include "tests/support/clip.h"
#include "tests/unit/test.h"

static struct asv_test_agency agency;

static int set_up(void **state)
{
    (void)state;
    asv_test_agency_init(&agency, 1);
    return 0;
}

static struct asv_link good_link(void)
{
    struct asv_link link = {.number = 5,
                            .start_wall_ms = 1000,
                            .start_mono_ms = 70,
                            .end_wall_ms = 2000,
                            .end_mono_ms = 1070,
                            .clock_state = ASV_CLOCK_LOST,
                            .ending = ASV_LINK_RECOVERED};
    memset(link.boot, 5, sizeof link.boot);
    memset(link.cert_digest, 1, sizeof link.cert_digest);
    memset(link.epoch, 2, sizeof link.epoch);
    memset(link.salt, 3, sizeof link.salt);
    memset(link.header_digest, 4, sizeof link.header_digest);
    return link;
}

static size_t write_link(const struct asv_link *link, uint8_t *out)
{
    struct asv_writer writer;
    asv_writer_init(&writer, out, ASV_LINK_MAX_BYTES);
    assert_int_equal(asv_link_write(&writer, link, agency.camera.sk), ASV_OK);
    return writer.len;
}

static void a_link_reads_back_whole_or_without_its_opening(void **state)
{
    (void)state;
    struct asv_link link = good_link();
    struct asv_link back;
    uint8_t data[ASV_LINK_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    uint8_t digest_alone[ASV_SHA256_BYTES];
    size_t len = write_link(&link, data);
    assert_int_equal(asv_link_read(&back, digest, data, len, agency.camera.pk, NULL), ASV_OK);
    assert_true(back.opened && back.number == 5 && back.start_wall_ms == 1000 && back.end_wall_ms == 2000 &&
                back.start_mono_ms == 70 && back.end_mono_ms == 1070 && back.clock_state == ASV_CLOCK_LOST &&
                back.ending == ASV_LINK_RECOVERED);
    assert_memory_equal(back.boot, link.boot, sizeof back.boot);
    assert_memory_equal(back.salt, link.salt, sizeof back.salt);
    assert_memory_equal(back.header_digest, link.header_digest, sizeof back.header_digest);

    uint8_t salted[ASV_LINK_SALT_BYTES + ASV_SHA256_BYTES];
    uint8_t want[ASV_SHA256_BYTES];
    memcpy(salted, link.salt, sizeof link.salt);
    memcpy(salted + sizeof link.salt, link.header_digest, ASV_SHA256_BYTES);
    asv_sha256(want, salted, sizeof salted);
    assert_memory_equal(back.salted, want, sizeof want); /* S-081 */

    size_t alone = len - ASV_LINK_OPENING_BYTES; /* S-083 */
    assert_int_equal(asv_link_read(&back, digest_alone, data, alone, agency.camera.pk, NULL), ASV_OK);
    assert_false(back.opened);
    assert_memory_equal(back.salted, want, sizeof want);
    assert_memory_equal(digest, digest_alone, sizeof digest);
    /* and nothing in what is shown alone is the header's digest */
    for (size_t i = 0; i + ASV_SHA256_BYTES <= alone; i++) {
        assert_memory_not_equal(data + i, link.header_digest, ASV_SHA256_BYTES);
    }
}

static void a_link_changed_or_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct asv_link link = good_link();
    struct asv_link back = {.number = 42};
    uint8_t data[ASV_LINK_MAX_BYTES];
    size_t len = write_link(&link, data);
    for (size_t i = 0; i < len; i++) {
        data[i] ^= 0x01;
        assert_int_not_equal(asv_link_read(&back, NULL, data, len, agency.camera.pk, NULL), ASV_OK);
        data[i] ^= 0x01;
        if (i != len - ASV_LINK_OPENING_BYTES) {
            assert_int_not_equal(asv_link_read(&back, NULL, data, i, agency.camera.pk, NULL), ASV_OK);
        }
    }
    data[len] = 0;
    assert_int_not_equal(asv_link_read(&back, NULL, data, len + 1, agency.camera.pk, NULL), ASV_OK);
    assert_int_equal(asv_link_read(&back, NULL, data, len, agency.dock.pk, NULL), ASV_E_SIGNATURE);
    assert_true(back.number == 42); /* untouched all the time */
}

static void another_format_or_a_critical_extension_is_refused(void **state)
{
    (void)state;
    struct asv_link link = good_link();
    struct asv_link back;
    uint8_t data[ASV_LINK_MAX_BYTES];
    struct asv_err err;
    size_t len = write_link(&link, data);
    data[1] = 2;
    assert_int_equal(asv_link_read(&back, NULL, data, len, NULL, &err), ASV_E_UNSUPPORTED); /* S-001 */
    data[1] = 1;
    data[3] = 2;
    assert_int_equal(asv_link_read(&back, NULL, data, len, NULL, &err), ASV_E_UNSUPPORTED);
    data[3] = 1;
    /* count 1, type 0x8001, no value, in the place of the empty block */
    size_t block_at = len - ASV_LINK_OPENING_BYTES - ASV_SIGNATURE_FIELD_BYTES - 2;
    struct asv_writer writer;
    asv_writer_init(&writer, data, sizeof data);
    writer.len = block_at;
    asv_write_bytes(&writer, "\x00\x01\x80\x01\x00\x00", 6);
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_LINK, agency.camera.sk), ASV_OK);
    assert_int_equal(asv_link_read(&back, NULL, data, writer.len, agency.camera.pk, &err), ASV_E_UNSUPPORTED);
    writer.len = block_at;
    asv_write_bytes(&writer, "\x00\x01\x00\x01\x00\x00", 6);
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_LINK, agency.camera.sk), ASV_OK);
    assert_int_equal(asv_link_read(&back, NULL, data, writer.len, agency.camera.pk, &err), ASV_OK);
}

static void values_out_of_range_are_refused(void **state)
{
    (void)state;
    struct asv_writer writer;
    uint8_t data[ASV_LINK_MAX_BYTES];
    struct asv_link link = good_link();
    asv_writer_init(&writer, data, sizeof data);
    link.number = 0;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE); /* S-080 */
    link = good_link();
    link.ending = 0;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE);
    link.ending = 3; /* S-082 */
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE);
    link = good_link();
    link.clock_state = 0;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE);
    link.clock_state = 4;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE);
    link = good_link();
    link.end_mono_ms = 69;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_USAGE);
    link.end_mono_ms = 70;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_OK);
    asv_writer_init(&writer, data, sizeof data);
    link = good_link();
    writer.cap = 100;
    assert_int_equal(asv_link_write(&writer, &link, agency.camera.sk), ASV_E_LIMIT);
    assert_int_equal(writer.len, 0);
}

static struct asv_seal_result seal_of(const struct asv_test_clip *clip, size_t len)
{
    static struct asv_seal_verifier verifier;
    struct asv_seal_signer signer = asv_test_signer(&agency.camera);
    asv_seal_verifier_init(&verifier, &signer, NULL);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip->seal.data, len, NULL), ASV_OK);
    return *asv_seal_verifier_result(&verifier);
}

/* Whoever cuts a seal before its END cannot show the link that the camera signed. */
static void a_link_says_of_the_end_what_the_seal_says(void **state)
{
    (void)state;
    static struct asv_test_clip clip;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 2, .every = 1, .number = 8};
    struct asv_link link;
    struct asv_link cut;
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    assert_int_equal(asv_link_read(&link, NULL, clip.link.data, clip.link.len, agency.camera.pk, NULL),
                     ASV_OK);
    struct asv_seal_result whole = seal_of(&clip, clip.seal.len);
    struct asv_seal_result one = seal_of(&clip, clip.checkpoint_end[0]);
    struct asv_seal_result none =
        seal_of(&clip, ASV_SEAL_FRAME_HEADER_BYTES + asv_load_be32(clip.seal.data + 1));

    assert_int_equal(asv_link_check(&link, &whole), ASV_OK);
    assert_true(link.end_wall_ms == whole.end.wall_ms && link.end_mono_ms == whole.end.mono_ms); /* S-082 */
    assert_int_equal(asv_link_check(&link, &one), ASV_E_MISMATCH);

    asv_link_of(&cut, &one.header, one.header_digest, &one.checkpoint, NULL);
    cut.opened = true;
    assert_true(cut.ending == ASV_LINK_RECOVERED && cut.end_wall_ms == one.checkpoint.wall_ms &&
                cut.end_mono_ms == one.checkpoint.mono_ms); /* S-082 */
    assert_int_equal(asv_link_check(&cut, &one), ASV_OK);
    assert_int_equal(asv_link_check(&cut, &whole), ASV_E_MISMATCH);
    cut.end_wall_ms++;
    assert_int_equal(asv_link_check(&cut, &one), ASV_E_MISMATCH);
    cut.end_wall_ms--;
    cut.end_mono_ms++;
    assert_int_equal(asv_link_check(&cut, &one), ASV_E_MISMATCH);
    one.status = ASV_E_DIGEST; /* where the seal is wrong is not where the recording ended */
    assert_int_equal(asv_link_check(&cut, &one), ASV_OK);

    asv_link_of(&cut, &none.header, none.header_digest, NULL, NULL);
    assert_true(cut.end_wall_ms == clip.header.start_wall_ms && cut.end_mono_ms == clip.header.start_mono_ms);
    asv_test_clip_free(&clip);
}

static void a_link_belongs_to_one_clip(void **state)
{
    (void)state;
    static struct asv_test_clip clip;
    static struct asv_test_clip other;
    struct asv_test_world world;
    struct asv_test_plan plan = {.chunks = 1, .number = 8};
    struct asv_link link;
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, &plan);
    plan.number = 9;
    asv_test_clip_make(&other, &agency, &agency.camera, &world, &plan);
    assert_int_equal(asv_link_read(&link, NULL, clip.link.data, clip.link.len, agency.camera.pk, NULL),
                     ASV_OK);
    assert_int_equal(link.ending, ASV_LINK_ENDED);
    assert_true(link.number == 8 && link.start_wall_ms == clip.header.start_wall_ms);
    struct asv_seal_result seal = seal_of(&clip, clip.seal.len);
    struct asv_seal_result of_other = seal_of(&other, other.seal.len);
    assert_int_equal(asv_link_check(&link, &seal), ASV_OK);
    assert_int_equal(asv_link_check(&link, &of_other), ASV_E_MISMATCH);
    /* S-080: each fact is the header's */
    static const size_t facts[] = {
        offsetof(struct asv_link, number),        offsetof(struct asv_link, cert_digest),
        offsetof(struct asv_link, epoch),         offsetof(struct asv_link, boot),
        offsetof(struct asv_link, start_wall_ms), offsetof(struct asv_link, start_mono_ms),
        offsetof(struct asv_link, clock_state),   offsetof(struct asv_link, header_digest)};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        struct asv_link wrong = link;
        ((uint8_t *)&wrong)[facts[i]] ^= 1;
        assert_int_equal(asv_link_check(&wrong, &seal), ASV_E_MISMATCH);
    }
    link.opened = false;
    assert_int_equal(asv_link_check(&link, &seal), ASV_E_MISMATCH);
    asv_test_clip_free(&clip);
    asv_test_clip_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_reads_back_whole_or_without_its_opening),
        cmocka_unit_test(a_link_changed_or_cut_anywhere_is_refused),
        cmocka_unit_test(another_format_or_a_critical_extension_is_refused),
        cmocka_unit_test(values_out_of_range_are_refused),
        cmocka_unit_test(a_link_belongs_to_one_clip),
        cmocka_unit_test(a_link_says_of_the_end_what_the_seal_says),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
