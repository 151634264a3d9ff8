/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/wire/messages.h"

#include <string.h>

#include "tests/support/wire_samples.h"
#include "tests/unit/test.h"

static uint8_t scratch[ASV_WIRE_MAX_MESSAGE_BYTES + 1];

static enum asv_status decode(const void *data, size_t len)
{
    static struct asv_wire_message out;
    static struct asv_wire_message before;
    struct asv_err err = {0};
    memset(&out, 0xee, sizeof out);
    before = out;
    enum asv_status status = asv_wire_message_decode(&out, data, len, &err);
    if (status != ASV_OK) {
        assert_true(err.text[0] != '\0');
        if (status != ASV_E_UNSUPPORTED) {
            assert_memory_equal(&out, &before, sizeof out);
        }
    }
    return status;
}

static enum asv_status encode(const struct asv_wire_message *message, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, scratch, sizeof scratch - 1);
    enum asv_status status = asv_wire_message_encode(&writer, message);
    *len = writer.len;
    return status;
}

static void every_message_round_trips(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    for (size_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        const struct asv_wire_sample *sample = &all->samples[i];
        struct asv_wire_message out;
        size_t len = 0;
        assert_int_equal(asv_wire_message_decode(&out, sample->data, sample->len, NULL), ASV_OK);
        assert_int_equal(out.type, sample->message.type);
        assert_int_equal(out.request, sample->message.request);
        assert_int_equal(encode(&out, &len), ASV_OK);
        assert_int_equal(len, sample->len);
        assert_memory_equal(scratch, sample->data, len);
    }
}

/* P-040 */
static void every_message_is_refused_cut_or_with_a_byte_more(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    for (size_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        const struct asv_wire_sample *sample = &all->samples[i];
        for (size_t len = 0; len < sample->len; len++) {
            assert_int_equal(decode(sample->data, len), ASV_E_MALFORMED);
        }
        memcpy(scratch, sample->data, sample->len);
        scratch[sample->len] = 0;
        assert_int_equal(decode(scratch, sample->len + 1), ASV_E_MALFORMED);
    }
}

static void every_message_says_when_it_does_not_fit(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    for (size_t i = 0; i < ASV_WIRE_SAMPLE_COUNT; i++) {
        const struct asv_wire_sample *sample = &all->samples[i];
        struct asv_writer writer;
        asv_writer_init(&writer, scratch, sample->len - 1);
        assert_int_equal(asv_wire_message_encode(&writer, &sample->message), ASV_E_LIMIT);
        asv_writer_init(&writer, scratch, sample->len);
        assert_int_equal(asv_wire_message_encode(&writer, &sample->message), ASV_OK);
    }
}

/* P-042 */
static void unknown_types_are_named_so_that_they_can_be_answered(void **state)
{
    (void)state;
    for (uint32_t type = 0; type <= UINT16_MAX; type++) {
        uint16_t request = (uint16_t)(type & 0x7fff);
        bool reply = (type & ASV_WIRE_REPLY) != 0;
        bool known = reply ? request <= ASV_WIRE_TYPE_LAST && request != ASV_WIRE_CHUNKS
                           : request >= 1 && request <= ASV_WIRE_TYPE_LAST;
        uint8_t data[] = {(uint8_t)(type >> 8), (uint8_t)type, 0, 0, 0, 9};
        struct asv_wire_message out = {0};
        assert_int_equal(strcmp(asv_wire_type_name((uint16_t)type), "?") != 0, known);
        if (!known) {
            size_t len = 0;
            assert_int_equal(asv_wire_message_decode(&out, data, sizeof data, NULL), ASV_E_UNSUPPORTED);
            assert_int_equal(out.type, type);
            assert_int_equal(out.request, 9);
            assert_int_equal(encode(&out, &len), ASV_E_USAGE);
        }
    }
    static const uint8_t zero[] = {0, 2, 0, 0, 0, 0}; /* request 0 */
    assert_int_equal(decode(zero, sizeof zero), ASV_E_MALFORMED);
}

/* One message, one field changed: refused by the encoder and by the decoder, with this status. */
struct refusal {
    uint16_t type;
    size_t at; /* in the encoded message */
    uint8_t width;
    uint64_t value;
    enum asv_status status;
};

static void check(const struct refusal *row)
{
    const struct asv_wire_sample *sample = asv_wire_sample(row->type);
    uint8_t value[8];
    memcpy(scratch, sample->data, sample->len);
    asv_store_be64(value, row->value);
    memcpy(scratch + row->at, value + 8 - row->width, row->width);
    enum asv_status status = decode(scratch, sample->len);
    if (status != row->status) {
        print_error("%s, byte %zu = %llu: %s\n", sample->name, row->at, (unsigned long long)row->value,
                    asv_status_name(status));
    }
    assert_int_equal(status, row->status);
}

#define BODY 6 /* type and request */

/* P-040, P-045 */
static void values_that_are_not_listed_are_refused(void **state)
{
    (void)state;
    static const struct refusal rows[] = {
        {ASV_WIRE_LOG, BODY + 8, 2, 0, ASV_E_MALFORMED},
        {ASV_WIRE_LOG, BODY + 8, 2, ASV_DEVLOG_MAX_ENTRIES + 1, ASV_E_LIMIT},
        {ASV_WIRE_LOG, BODY + 8, 2, ASV_DEVLOG_MAX_ENTRIES, ASV_OK},
        {ASV_WIRE_CLIPS, BODY + 8, 2, 0, ASV_E_MALFORMED},
        {ASV_WIRE_CLIPS, BODY + 8, 2, 513, ASV_E_LIMIT},
        {ASV_WIRE_FILE, BODY, 8, 0, ASV_E_MALFORMED},
        {ASV_WIRE_FILE, BODY + 8, 1, 0, ASV_E_MALFORMED},
        {ASV_WIRE_FILE, BODY + 8, 1, 5, ASV_E_MALFORMED},
        {ASV_WIRE_FILE, BODY + 9, 8, ASV_WIRE_MAX_CLIP_BYTES, ASV_OK},
        {ASV_WIRE_FILE, BODY + 9, 8, ASV_WIRE_MAX_CLIP_BYTES + 1, ASV_E_LIMIT},
        {ASV_WIRE_FILE, BODY + 17, 4, 0, ASV_E_MALFORMED},
        {ASV_WIRE_FILE, BODY + 17, 4, 60000, ASV_OK},
        {ASV_WIRE_FILE, BODY + 17, 4, 60001, ASV_E_LIMIT},
        {ASV_WIRE_CHUNKS, BODY, 8, 0, ASV_E_MALFORMED},
        {ASV_WIRE_CHUNKS, BODY + 16, 2, 0, ASV_E_MALFORMED},
        {ASV_WIRE_CHUNKS, BODY + 16, 2, 64, ASV_OK},
        {ASV_WIRE_CHUNKS, BODY + 16, 2, 65, ASV_E_LIMIT},
        {ASV_WIRE_CHUNKS, BODY + 8, 8, ASV_WIRE_MAX_CLIP_CHUNKS - 40, ASV_OK},
        {ASV_WIRE_CHUNKS, BODY + 8, 8, ASV_WIRE_MAX_CLIP_CHUNKS - 39, ASV_E_LIMIT},
        {ASV_WIRE_CHUNKS, BODY + 8, 8, UINT64_MAX, ASV_E_LIMIT},
        {ASV_WIRE_TIME, BODY, 8, 0, ASV_E_MALFORMED},            /* P-081 */
        {ASV_WIRE_TIME, BODY, 8, (uint64_t)-1, ASV_E_MALFORMED}, /* P-081 */
        {ASV_WIRE_INDICATOR, BODY, 1, 5, ASV_E_MALFORMED},
        {ASV_WIRE_INDICATOR, BODY + 1, 2, 1000, ASV_OK},
        {ASV_WIRE_INDICATOR, BODY + 1, 2, 1001, ASV_E_MALFORMED},
        {ASV_WIRE_INDICATOR, BODY, 1, ASV_WIRE_INDICATE_READY, ASV_E_MALFORMED}, /* with progress */
        {ASV_WIRE_ERASURES, BODY, 2, 0, ASV_E_MALFORMED},
        {ASV_WIRE_ERASURES, BODY, 2, 33, ASV_E_LIMIT},
        {ASV_WIRE_ERASURES_ACK, BODY, 8, 0, ASV_E_MALFORMED},
        {ASV_WIRE_ERASURES_ACK, BODY + 8, 1, 2, ASV_E_UNSUPPORTED}, /* digest algorithm */
        {ASV_WIRE_FINISH, BODY, 1, 0, ASV_E_MALFORMED},
        {ASV_WIRE_FINISH, BODY, 1, 4, ASV_E_MALFORMED},
        {ASV_WIRE_ERROR, BODY, 2, 0, ASV_E_MALFORMED},
        {ASV_WIRE_ERROR, BODY, 2, ASV_WIRE_CODE_LAST, ASV_OK},
        {ASV_WIRE_ERROR, BODY, 2, ASV_WIRE_CODE_LAST + 1, ASV_E_MALFORMED},
        {ASV_WIRE_ERROR, BODY + 10, 1, 201, ASV_E_LIMIT},
        {ASV_WIRE_ERROR, BODY + 11, 1, '\n', ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLOCK, BODY + 40, 1, 0, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLOCK, BODY + 40, 1, 4, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLOCK, BODY + 49, 1, 4, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 16, 8, 1, ASV_E_MALFORMED}, /* more clips than numbers */
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 32, 8, 4, ASV_E_MALFORMED}, /* log ends before it begins */
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 56, 8, UINT64_MAX, ASV_E_MALFORMED}, /* free > size */
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 64, 1, 100, ASV_OK},
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 64, 1, 101, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 64, 1, 255, ASV_OK},
        {ASV_WIRE_REPLY | ASV_WIRE_STATUS, BODY + 65, 2, 0x40, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY, 1, 1, ASV_OK},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY, 1, 2, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 1, 2, 1, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 1, 2, 3, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 1, 2, 513, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3, 8, 0, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3, 8, 42, ASV_E_MALFORMED}, /* P-053: does not rise */
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3 + 58, 1, 0x20, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3 + 59, 8, ASV_WIRE_MAX_CLIP_BYTES + 1, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3 + 67, 8, ASV_WIRE_MAX_CLIP_CHUNKS + 1, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_CLIPS, BODY + 3 + 75, 8, ASV_WIRE_MAX_CLIP_BYTES + 1, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_FILE, BODY, 8, 0, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_FILE, BODY + 8, 1, 5, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_FILE, BODY + 9, 8, UINT64_MAX, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_FILE, BODY + 17, 2, 60001, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_RECEIPT, BODY, 2, 1025, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_INVENTORY, BODY, 2, 1025, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_ERASURES, BODY, 4, 1, ASV_E_MALFORMED}, /* fewer than are here */
        {ASV_WIRE_REPLY | ASV_WIRE_ERASURES, BODY + 4, 2, 1, ASV_E_MALFORMED},
        {ASV_WIRE_REPLY | ASV_WIRE_ERASURES, BODY + 4, 2, 33, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_ERASURES, BODY + 6, 2, 1025, ASV_E_LIMIT},
        {ASV_WIRE_REPLY | ASV_WIRE_LOG, BODY, 2, 60001, ASV_E_LIMIT},
        {ASV_WIRE_RECEIPT, BODY, 2, 65501, ASV_E_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i]);
    }
}

/* What the decoder would refuse, the encoder does not make. */
static void the_encoder_refuses_what_the_decoder_would(void **state)
{
    (void)state;
    static uint8_t big[ASV_WIRE_MAX_OBJECT_BYTES + 1];
    const struct asv_bytes none = {big, 0};
    const struct asv_wire_message wrong[] = {
        {.type = ASV_WIRE_STATUS, .request = 0},
        {.type = ASV_WIRE_LOG, .request = 1, .body.log = {1, 0}},
        {.type = ASV_WIRE_CLIPS, .request = 1, .body.clips = {0, 513}},
        {.type = ASV_WIRE_FILE, .request = 1, .body.file = {1, 0, 0, 1}},
        {.type = ASV_WIRE_FILE, .request = 1, .body.file = {1, 1, 0, 60001}},
        {.type = ASV_WIRE_CHUNKS, .request = 1, .body.chunks = {1, 0, 65}},
        {.type = ASV_WIRE_RECEIPT, .request = 1, .body.object.object = none},
        {.type = ASV_WIRE_RECEIPT, .request = 1, .body.object.object = {big, sizeof big}},
        {.type = ASV_WIRE_TIME, .request = 1, .body.time = {0, 0}},
        {.type = ASV_WIRE_FINISH, .request = 1, .body.finish = {0}},
        {.type = ASV_WIRE_ERROR, .request = 1, .body.error = {0, 0, ""}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_FILE, .request = 1, .body.file_reply = {1, 1, 0, none}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_FILE, .request = 1, .body.file_reply = {1, 1, 0, {big, 60001}}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_RECEIPT, .request = 1, .body.erased.record = none},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_INVENTORY, .request = 1, .body.inventory.inventory = none},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_LOG, .request = 1, .body.log_reply.block = none},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_CLIPS, .request = 1, .body.clips_reply = {true, 0, none}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_CLIPS, .request = 1, .body.clips_reply = {false, 1, {big, 98}}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_ERASURES, .request = 1, .body.erasures_reply = {1, 0, none}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_CHUNKS, .request = 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        size_t len = 0;
        assert_int_equal(encode(&wrong[i], &len), ASV_E_USAGE);
        assert_int_equal(len, 0);
    }
    struct asv_wire_message error = {.type = ASV_WIRE_ERROR, .request = 1, .body.error = {1, 0, "caf\xe9"}};
    size_t len = 0;
    assert_int_equal(encode(&error, &len), ASV_E_LIMIT);
    struct asv_writer writer;
    struct asv_wire_clip clip = {.number = 0};
    asv_writer_init(&writer, scratch, sizeof scratch);
    assert_int_equal(asv_wire_clip_encode(&writer, &clip), ASV_E_USAGE);
}

static void the_largest_messages_fit_one_noise_message(void **state)
{
    (void)state;
    static uint8_t big[ASV_WIRE_MAX_OBJECT_BYTES];
    static uint8_t entries[ASV_WIRE_MAX_CLIPS * ASV_WIRE_CLIP_BYTES];
    struct asv_writer writer;
    struct asv_wire_clip clip = {0};
    size_t len = 0;
    asv_writer_init(&writer, entries, sizeof entries);
    for (uint64_t i = 1; i <= ASV_WIRE_MAX_CLIPS; i++) {
        clip.number = i;
        assert_int_equal(asv_wire_clip_encode(&writer, &clip), ASV_OK);
    }
    assert_int_equal(writer.len, sizeof entries);
    const struct asv_wire_message largest[] = {
        {.type = ASV_WIRE_REVOCATIONS, .request = 1, .body.object.object = {big, sizeof big}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_FILE,
         .request = 1,
         .body.file_reply = {1, 1, 0, {big, ASV_WIRE_MAX_FILE_BYTES}}},
        {.type = ASV_WIRE_REPLY | ASV_WIRE_CLIPS,
         .request = 1,
         .body.clips_reply = {true, ASV_WIRE_MAX_CLIPS, {entries, sizeof entries}}},
    };
    for (size_t i = 0; i < sizeof largest / sizeof *largest; i++) {
        assert_int_equal(encode(&largest[i], &len), ASV_OK);
        assert_true(len + ASV_AEAD_TAG_BYTES <= ASV_WIRE_MAX_CONTROL_BYTES);
        assert_int_equal(decode(scratch, len), ASV_OK);
    }
}

static void clips_read_back_as_they_were(void **state)
{
    (void)state;
    const struct asv_wire_samples *all = asv_wire_samples();
    struct asv_reader reader;
    asv_reader_init(&reader, all->clip_entries, sizeof all->clip_entries);
    for (size_t i = 0; i < 2; i++) {
        struct asv_wire_clip clip;
        assert_int_equal(asv_wire_clip_decode(&reader, &clip), ASV_OK);
        assert_true(clip.number == all->clips[i].number && clip.flags == all->clips[i].flags &&
                    clip.seal_bytes == all->clips[i].seal_bytes && clip.chunks == all->clips[i].chunks &&
                    clip.tail_bytes == all->clips[i].tail_bytes &&
                    clip.stanzas_bytes == all->clips[i].stanzas_bytes &&
                    clip.link_bytes == all->clips[i].link_bytes &&
                    clip.start_wall_ms == all->clips[i].start_wall_ms);
        assert_memory_equal(clip.clip, all->clips[i].clip, sizeof clip.clip);
        assert_memory_equal(clip.header, all->clips[i].header, sizeof clip.header);
    }
    assert_int_equal(asv_read_end(&reader), ASV_OK);
    /* With the final chunk when ended, without when cut. */
    assert_true(asv_wire_clip_payload_bytes(&all->clips[0]) == 1000 * UINT64_C(65552) + 24);
    assert_true(asv_wire_clip_payload_bytes(&all->clips[1]) == 1000 * UINT64_C(65552));
}

static void codes_and_statuses_belong_together(void **state)
{
    (void)state;
    for (unsigned code = 1; code <= ASV_WIRE_CODE_LAST; code++) {
        enum asv_status status = asv_wire_code_status((enum asv_wire_code)code);
        assert_int_not_equal(status, ASV_OK);
        assert_int_equal(asv_wire_code_status(asv_wire_code_of(status)), status);
        assert_string_not_equal(asv_wire_code_name((enum asv_wire_code)code), "?");
    }
    assert_int_equal(asv_wire_code_of(ASV_E_NO_MEMORY), ASV_WIRE_CODE_INTERNAL);
    assert_int_equal(asv_wire_code_of(ASV_OK), ASV_WIRE_CODE_INTERNAL);
    assert_string_equal(asv_wire_code_name((enum asv_wire_code)0), "?");
    assert_int_equal(asv_wire_code_status((enum asv_wire_code)99), ASV_E_MALFORMED);
}

static void an_abort_round_trips_and_is_refused_like_an_error(void **state)
{
    (void)state;
    struct asv_wire_error error = {ASV_WIRE_CODE_TIMEOUT, 7, "no answer in time"};
    struct asv_wire_error out = {0};
    struct asv_writer writer;
    asv_writer_init(&writer, scratch, sizeof scratch);
    assert_int_equal(asv_wire_abort_encode(&writer, &error), ASV_OK);
    assert_int_equal(asv_wire_abort_decode(&out, scratch, writer.len), ASV_OK);
    assert_true(out.code == error.code && out.at == 7);
    assert_string_equal(out.detail, error.detail);
    for (size_t len = 0; len < writer.len; len++) {
        assert_int_equal(asv_wire_abort_decode(&out, scratch, len), ASV_E_MALFORMED);
    }
    assert_int_equal(asv_wire_abort_decode(&out, scratch, writer.len + 1), ASV_E_MALFORMED);
    scratch[1] = ASV_WIRE_CODE_LAST + 1;
    assert_int_equal(asv_wire_abort_decode(&out, scratch, writer.len), ASV_E_MALFORMED);
    error.code = 0;
    assert_int_equal(asv_wire_abort_encode(&writer, &error), ASV_E_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_round_trips),
        cmocka_unit_test(every_message_is_refused_cut_or_with_a_byte_more),
        cmocka_unit_test(every_message_says_when_it_does_not_fit),
        cmocka_unit_test(unknown_types_are_named_so_that_they_can_be_answered),
        cmocka_unit_test(values_that_are_not_listed_are_refused),
        cmocka_unit_test(the_encoder_refuses_what_the_decoder_would),
        cmocka_unit_test(the_largest_messages_fit_one_noise_message),
        cmocka_unit_test(clips_read_back_as_they_were),
        cmocka_unit_test(codes_and_statuses_belong_together),
        cmocka_unit_test(an_abort_round_trips_and_is_refused_like_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
