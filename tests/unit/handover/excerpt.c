/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/handover/excerpt.h"

#include <stdio.h>
#include <string.h>

#include "firmware-proto/seal/opener.h"
#include "server/handover/excerpt_proof.h"
#include "tests/support/clip.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

#define FRAGMENTS     24
#define GOP           3 /* every third begins with a key frame */
#define FRAGMENT_MS   500
#define BASE_MS       7200000 /* it goes on from another */
#define DATA_BYTES    50000
#define HEAD          ASV_EXCERPT_HEAD_BYTES
#define ENTRY         ASV_EXCERPT_ENTRY_BYTES
#define CHUNK         ASV_CHUNK_PLAIN_BYTES
#define us(fragments) ((fragments)*UINT64_C(1000) * FRAGMENT_MS)

static struct asv_test_agency agency;
static struct asv_test_clip clip;
static struct asv_seal_result sealed;
static uint8_t file_key[ASV_FILE_KEY_BYTES];
static struct asv_excerpt_recording recording;
static uint8_t *media;
static size_t media_len;
static size_t init_len;
static size_t fragment_at[FRAGMENTS + 1]; /* its moof */
static int reads;
static enum asv_status fail_with;

/* What is handed over. */
static struct asv_excerpt_facts facts;
static struct asv_test_bytes mp4, proof;
static struct asv_err err;

static enum asv_status read_chunk(void *ctx, uint64_t chunk, uint8_t out[ASV_CHUNK_PLAIN_BYTES],
                                  struct asv_err *why)
{
    (void)ctx;
    reads++;
    assert_true(chunk < sealed.checkpoint.chunks);
    asv_test_clip_plaintext(&clip.plan, (uint32_t)chunk, out);
    return fail_with == ASV_OK ? ASV_OK : asv_fail(why, fail_with, "as it was told");
}

static void seal_plan(const struct asv_test_plan *plan)
{
    struct asv_test_world world;
    struct asv_seal_verifier verifier;
    asv_test_clip_free(&clip);
    asv_test_world_init(&world, 1);
    asv_test_clip_make(&clip, &agency, &agency.camera, &world, plan);
    struct asv_seal_signer signer = asv_test_signer(&agency.camera);
    asv_seal_verifier_init(&verifier, &signer, NULL);
    assert_int_equal(asv_seal_verifier_feed(&verifier, clip.seal.data, clip.seal.len, NULL), ASV_OK);
    sealed = *asv_seal_verifier_result(&verifier);
    struct asv_bytes stanzas = {clip.stanzas.data, clip.stanzas.len};
    assert_int_equal(asv_seal_unwrap(file_key, &clip.header, stanzas, clip.key_sk[0]), ASV_OK);
    recording = (struct asv_excerpt_recording){.checkpoint = &sealed.checkpoint,
                                               .media_bytes = sealed.ended ? sealed.end.media_bytes
                                                                           : sealed.checkpoint.chunks * CHUNK,
                                               .file_key = file_key,
                                               .read = read_chunk};
}

static void seal_media(void)
{
    struct asv_test_plan plan = asv_test_plan_of(media, media_len);
    plan.every = 4;
    seal_plan(&plan);
}

static int set_up(void **state)
{
    (void)state;
    struct asv_writer writer;
    size_t cap = ASV_FMP4_INIT_BYTES + FRAGMENTS * (size_t)(DATA_BYTES + 1000 * FRAGMENTS);
    asv_test_agency_init(&agency, 1);
    media = malloc(cap);
    assert_non_null(media);
    asv_writer_init(&writer, media, cap);
    asv_fmp4_init(&writer);
    init_len = writer.len;
    for (uint32_t i = 0; i < FRAGMENTS; i++) {
        const struct asv_fmp4_fragment fragment = {.index = i,
                                                   .start_ms = BASE_MS + (uint64_t)i * FRAGMENT_MS,
                                                   .duration_ms = FRAGMENT_MS,
                                                   .samples = 5,
                                                   .key = i % GOP == 0,
                                                   .data_bytes = DATA_BYTES + 1000 * (size_t)i,
                                                   .styp = i == 7};
        fragment_at[i] = writer.len + (fragment.styp ? 12 : 0);
        asv_fmp4_fragment(&writer, &fragment);
    }
    media_len = writer.len;
    fragment_at[FRAGMENTS] = media_len;
    seal_media();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    asv_test_clip_free(&clip);
    free(media);
    free(mp4.data);
    free(proof.data);
    return 0;
}

static struct asv_test_bytes take(struct asv_source source, size_t piece)
{
    uint8_t *data = malloc((size_t)source.size + 1);
    uint64_t at = 0;
    size_t got = 1;
    assert_non_null(data);
    while (got > 0) {
        assert_int_equal(asv_source_next(&source, &at, data + at, piece, &got, &err), ASV_OK);
    }
    assert_int_equal(at, source.size);
    return (struct asv_test_bytes){data, (size_t)at};
}

static enum asv_status make(uint32_t from_ms, uint32_t until_ms)
{
    asv_auto_excerpt struct asv_excerpt *excerpt = NULL;
    err = (struct asv_err){0};
    enum asv_status status = asv_excerpt_choose(&recording, from_ms, until_ms, &excerpt, &err);
    if (status == ASV_OK) {
        free(mp4.data);
        free(proof.data);
        mp4 = take(asv_excerpt_mp4(excerpt), 4096);
        proof = take(asv_excerpt_proof(excerpt), 1000);
        facts = *asv_excerpt_facts(excerpt);
        assert_int_equal(proof.len, facts.proof_bytes);
    }
    return status;
}

static bool is_said(const struct asv_excerpt_facts *said)
{
    return memcmp(said->header, facts.header, sizeof said->header) == 0 &&
           said->checkpoint == facts.checkpoint && said->chunks == facts.chunks &&
           said->media_bytes == facts.media_bytes && said->init == facts.init && said->head == facts.head &&
           said->base_us == facts.base_us && said->begin == facts.begin && said->end == facts.end &&
           said->cut == facts.cut && said->shown_from_us == facts.shown_from_us &&
           said->shown_until_us == facts.shown_until_us && said->mp4_bytes == facts.mp4_bytes &&
           said->proof_bytes == facts.proof_bytes && said->disclosed == facts.disclosed &&
           said->edge_bytes == facts.edge_bytes;
}

static enum asv_status check(void)
{
    struct asv_excerpt_facts said;
    struct asv_bytes bytes[] = {{mp4.data, mp4.len}, {proof.data, proof.len}};
    struct asv_package_input film = asv_package_input_bytes(&bytes[0]);
    struct asv_package_input says = asv_package_input_bytes(&bytes[1]);
    err = (struct asv_err){0};
    enum asv_status status = asv_excerpt_check(&said, &sealed, &film, &says, &err);
    assert_true(status == ASV_OK ? is_said(&said) : err.text[0] != 0);
    return status;
}

/* It is the init and fragments first to last, and is proven. */
static void shows(size_t first, size_t last)
{
    assert_int_equal(facts.init, init_len);
    assert_int_equal(facts.begin, fragment_at[first]);
    assert_true(facts.end == fragment_at[last + 1] || (last == 6 && facts.end == fragment_at[7] - 12));
    assert_int_equal(mp4.len, init_len + facts.end - facts.begin);
    assert_memory_equal(mp4.data, media, init_len);
    assert_memory_equal(mp4.data + init_len, media + facts.begin, facts.end - facts.begin);
    assert_int_equal(facts.shown_from_us, us(first));
    assert_int_equal(facts.shown_until_us, us(last + 1));
    assert_int_equal(facts.base_us, BASE_MS * UINT64_C(1000));
    assert_int_equal(facts.whole_until_us, us(FRAGMENTS));
    assert_int_equal(check(), ASV_OK);
}

/* HO-060, HO-061 */
static void an_excerpt_is_the_fragments_that_show_anything_of_the_range(void **state)
{
    (void)state;
    static const struct {
        uint32_t from_ms, until_ms;
        size_t first, last;
    } cases[] = {
        {0, 1, 0, 0},           {0, 500, 0, 0},     {0, 501, 0, 1},         {499, 500, 0, 0},
        {500, 501, 0, 1},       {1499, 1500, 0, 2}, {1500, 1501, 3, 3},     {1499, 1501, 0, 3},
        {3200, 3201, 6, 6},     {3600, 3700, 6, 7}, {5000, 9000, 9, 17},    {11999, 12000, 21, 23},
        {10500, 99999, 21, 23}, {0, 12000, 0, 23},  {0, 4294967295, 0, 23},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(make(cases[i].from_ms, cases[i].until_ms), ASV_OK);
        assert_int_equal(facts.from_ms, cases[i].from_ms);
        assert_int_equal(facts.until_ms, cases[i].until_ms);
        shows(cases[i].first, cases[i].last);
    }
}

static void a_range_that_nothing_is_shown_of_is_said(void **state)
{
    (void)state;
    assert_int_equal(make(12000, 13000), ASV_E_NOT_FOUND);
    assert_string_equal(err.text, "it shows nothing from 12000 to 13000 ms: it has 12000 ms");
    assert_int_equal(make(5, 5), ASV_E_USAGE);
    assert_int_equal(make(6, 5), ASV_E_USAGE);
}

/* HO-064: what is disclosed is the chunks that these bytes lie in, and no more. */
static void what_is_disclosed_beyond_the_fragments_is_counted(void **state)
{
    (void)state;
    assert_int_equal(make(5000, 6000), ASV_OK);
    shows(9, 11);
    uint64_t first = fragment_at[9] / CHUNK;
    uint64_t last = (fragment_at[12] - 1) / CHUNK;
    assert_true(first > 1 && last < facts.chunks - 1);
    assert_int_equal(facts.first, first);
    assert_int_equal(facts.last, last);
    assert_int_equal(facts.disclosed, 1 + last - first + 1);
    assert_int_equal(facts.edge_bytes, facts.disclosed * CHUNK - mp4.len);
    assert_true(facts.edge_bytes < 3 * CHUNK);
    /* Edges as they lie at the proof's end: behind the init, before the first, behind the last fragment. */
    const uint8_t *edges = proof.data + proof.len - facts.edge_bytes;
    size_t before = facts.begin - first * CHUNK;
    assert_memory_equal(edges, media + init_len, CHUNK - init_len);
    assert_memory_equal(edges + CHUNK - init_len, media + first * CHUNK, before);
    assert_memory_equal(edges + CHUNK - init_len + before, media + facts.end, (last + 1) * CHUNK - facts.end);
}

static bool holds(struct asv_test_bytes where, const void *what, size_t len)
{
    for (size_t i = 0; i + len <= where.len; i++) {
        if (where.data[i] == *(const uint8_t *)what && memcmp(where.data + i, what, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_padding(const uint8_t window[32])
{
    static const uint8_t zeros[32];
    return memcmp(window, zeros, sizeof zeros) == 0;
}

/* HO-063: of a chunk that is not disclosed neither bytes nor key are there, and the keys that are open none
 * of them. */
static void what_is_left_out_cannot_be_read(void **state)
{
    (void)state;
    uint8_t key[ASV_SHA256_BYTES];
    uint8_t plain[ASV_CHUNK_PLAIN_BYTES];
    uint8_t opened[ASV_CHUNK_PLAIN_BYTES];
    assert_int_equal(make(5000, 6000), ASV_OK);
    assert_false(holds(proof, file_key, sizeof file_key));
    for (uint32_t chunk = 0; chunk < facts.chunks; chunk++) {
        bool shown = asv_excerpt_discloses(&facts, chunk);
        asv_seal_disclosure_key(key, file_key, chunk);
        asv_test_clip_plaintext(&clip.plan, chunk, plain);
        assert_int_equal(holds(proof, key, sizeof key), shown);
        if (!is_padding(plain + 40000)) {
            assert_int_equal(holds(mp4, plain + 40000, 32) || holds(proof, plain + 40000, 32), shown);
        }
        const uint8_t *cipher = clip.payload.data + (size_t)chunk * ASV_CHUNK_CIPHER_BYTES;
        for (size_t i = 0; i < facts.disclosed; i++) {
            const uint8_t *entry = proof.data + HEAD + i * ENTRY;
            uint8_t payload_key[ASV_AEAD_KEY_BYTES];
            asv_age_payload_key(payload_key, entry, clip.header.nonce);
            assert_int_equal(
                asv_age_chunk_decrypt(opened, cipher, ASV_CHUNK_CIPHER_BYTES, chunk, false, entry),
                ASV_E_DIGEST);
            assert_int_equal(
                asv_age_chunk_decrypt(opened, cipher, ASV_CHUNK_CIPHER_BYTES, chunk, false, payload_key),
                ASV_E_DIGEST);
        }
    }
}

static void flip(const struct asv_test_bytes *bytes, size_t at)
{
    uint8_t *byte = bytes->data + at;
    *byte ^= 0x20;
    if (check() == ASV_OK) {
        fail_msg("byte %zu of %zu may be another", at, bytes->len);
    }
    *byte ^= 0x20;
}

/* HO-065. In the long runs of pictures and edges not each. */
static void every_changed_byte_is_found(void **state)
{
    (void)state;
    assert_int_equal(make(5000, 5400), ASV_OK);
    size_t edges = proof.len - facts.edge_bytes;
    for (size_t at = 0; at < proof.len; at += at + 1 < edges ? 1 : 997) {
        flip(&proof, at);
    }
    flip(&proof, proof.len - 1);
    for (size_t at = 0; at < mp4.len; at += 997) {
        flip(&mp4, at);
    }
    flip(&mp4, mp4.len - 1);
    assert_int_equal(check(), ASV_OK);
}

static void what_is_missing_or_too_much_is_found(void **state)
{
    (void)state;
    assert_int_equal(make(5000, 5400), ASV_OK);
    struct asv_test_bytes whole = mp4;
    mp4.len--;
    assert_int_equal(check(), ASV_E_MISMATCH);
    mp4 = whole;
    whole = proof;
    for (proof.len = 0; proof.len < whole.len; proof.len += proof.len < 200 ? 1 : 10007) {
        assert_int_equal(check(), ASV_E_MALFORMED);
    }
    proof = whole;
    uint8_t *longer = malloc(proof.len + 1);
    assert_non_null(longer);
    memcpy(longer, proof.data, proof.len);
    longer[proof.len] = 0;
    proof = (struct asv_test_bytes){longer, proof.len + 1};
    assert_int_equal(check(), ASV_E_MALFORMED);
    free(longer);
    proof = whole;
}

/* It says which bytes. */
static void a_changed_picture_is_named_with_its_place(void **state)
{
    (void)state;
    char want[256];
    assert_int_equal(make(5000, 6000), ASV_OK);
    size_t at =
        init_len + (facts.first + 1) * CHUNK - facts.begin + 5; /* in the second chunk of the fragments */
    size_t from = at - 5;
    mp4.data[at] ^= 1;
    assert_int_equal(check(), ASV_E_DIGEST);
    snprintf(want, sizeof want,
             "excerpt.mp4: bytes %zu to %zu are not what the camera signed as chunk %llu, or ", from,
             from + CHUNK, (unsigned long long)facts.first + 1);
    assert_memory_equal(err.text, want, strlen(want));
    mp4.data[at] ^= 1;
}

/* HO-066 */
static void it_proves_nothing_of_another_recording(void **state)
{
    (void)state;
    assert_int_equal(make(5000, 6000), ASV_OK);
    struct asv_seal_result mine = sealed;
    sealed.header_digest[0] ^= 1;
    assert_int_equal(check(), ASV_E_MISMATCH);
    sealed = mine;
    sealed.checkpoint.seq++;
    assert_int_equal(check(), ASV_E_MISMATCH);
    sealed = mine;
    sealed.checkpoint.chunks++;
    assert_int_equal(check(), ASV_E_MISMATCH);
    sealed = mine;
    sealed.ended = false;
    assert_int_equal(check(), ASV_E_MISMATCH);
    sealed = mine;
    sealed.checkpoint.disclosure_root[31] ^= 1;
    assert_int_equal(check(), ASV_E_DIGEST);
    sealed = mine;
    sealed.has_checkpoint = false;
    assert_int_equal(check(), ASV_E_STATE);
    sealed = mine;
}

/* Who has the key could prove other bytes of the recording: they must be whole fragments. HO-067 */
static void bytes_that_are_not_whole_fragments_are_no_excerpt(void **state)
{
    (void)state;
    static const struct {
        int begin, end; /* moved by */
        int64_t from_us, until_us;
        int head, base; /* moved by */
        enum asv_status status;
    } cases[] = {
        {0, 0, 0, 0, 0, 0, ASV_OK},
        {0, -1, 0, 0, 0, 0, ASV_E_MISMATCH},   /* within the last */
        {0, 1, 0, 0, 0, 0, ASV_E_MISMATCH},    /* beyond it */
        {1, 0, 0, 0, 0, 0, ASV_E_UNSUPPORTED}, /* not at the first */
        {-1, 0, 0, 0, 0, 0, ASV_E_UNSUPPORTED},
        {0, 0, 1, 0, 0, 0, ASV_E_MISMATCH}, /* at another time */
        {0, 0, 0, -1, 0, 0, ASV_E_MISMATCH},
        {0, 0, 1, 1, 0, -1, ASV_E_MISMATCH}, /* of a recording that began earlier */
        {0, 0, 0, 0, 1, 0, ASV_E_MISMATCH},
        {0, 0, 0, 0, -1, 0, ASV_E_MISMATCH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asv_auto_excerpt struct asv_excerpt *excerpt = NULL;
        assert_int_equal(asv_excerpt_choose(&recording, 5000, 6000, &excerpt, &err), ASV_OK);
        const struct asv_excerpt_facts *truth = asv_excerpt_facts(excerpt);
        struct asv_excerpt_facts *lie;
        memcpy((void *)&lie, (const void *)&truth, sizeof(void *));
        lie->begin += (uint64_t)cases[i].begin;
        lie->end += (uint64_t)cases[i].end;
        lie->shown_from_us += (uint64_t)cases[i].from_us;
        lie->shown_until_us += (uint64_t)cases[i].until_us;
        lie->head += (uint64_t)cases[i].head;
        lie->base_us += (uint64_t)cases[i].base;
        assert_int_equal(asv_excerpt_derive(lie), ASV_OK);
        free(mp4.data);
        free(proof.data);
        mp4 = take(asv_excerpt_mp4(excerpt), 70000);
        proof = take(asv_excerpt_proof(excerpt), 70000);
        facts = *lie;
        assert_int_equal(check(), cases[i].status);
    }
}

/* HO-062 */
static void what_is_not_fragmented_is_refused_with_what_is_possible(void **state)
{
    (void)state;
    seal_plan(&(struct asv_test_plan){.chunks = 3, .every = 2, .pad = 8});
    assert_int_equal(make(0, 1000), ASV_E_UNSUPPORTED);
    assert_string_equal(err.text,
                        "not fragmented MP4: no part of it can be shown and proven; hand over the whole "
                        "of it or the sealed original");
    seal_media();
}

/* As DASH has it: a box that belongs to a fragment, in front of the first one, too. */
static void a_film_may_begin_with_a_box_before_its_first_fragment(void **state)
{
    (void)state; /* HO-061 */
    static uint8_t data[8 * 40000];
    struct asv_writer writer;
    size_t second = 0;
    asv_writer_init(&writer, data, sizeof data);
    asv_fmp4_init(&writer);
    size_t init = writer.len;
    for (uint32_t i = 0; i < 6; i++) {
        const struct asv_fmp4_fragment fragment = {.index = i,
                                                   .start_ms = (uint64_t)i * FRAGMENT_MS,
                                                   .duration_ms = FRAGMENT_MS,
                                                   .samples = 5,
                                                   .key = true,
                                                   .data_bytes = 30000,
                                                   .styp = true};
        second = i == 1 ? writer.len : second;
        asv_fmp4_fragment(&writer, &fragment);
    }
    struct asv_test_plan plan = asv_test_plan_of(data, writer.len);
    plan.every = 4;
    seal_plan(&plan);
    assert_int_equal(make(0, FRAGMENT_MS), ASV_OK);
    assert_true(facts.begin == init && facts.end == second);
    assert_int_equal(check(), ASV_OK);
    assert_int_equal(make(2 * FRAGMENT_MS, 3 * FRAGMENT_MS), ASV_OK);
    assert_true(facts.init == init && facts.shown_from_us == us(2));
    assert_int_equal(check(), ASV_OK);
    seal_media();
}

static void a_recording_that_was_cut_off_shows_its_last_fragment_as_far_as_it_is_there(void **state)
{
    (void)state;
    struct asv_test_plan plan = {
        .chunks = (uint32_t)(media_len / CHUNK), .every = 4, .media = media, .cut = true};
    seal_plan(&plan);
    size_t last = 0;
    while (fragment_at[last + 1] <= recording.media_bytes) {
        last++;
    }
    uint32_t at_ms = (uint32_t)last * FRAGMENT_MS;
    assert_int_equal(make(at_ms, at_ms + 1), ASV_OK);
    assert_true(facts.cut == 1 && facts.end == recording.media_bytes && facts.end < fragment_at[last + 1]);
    assert_int_equal(facts.shown_until_us, us(last + 1));
    assert_int_equal(check(), ASV_OK);
    assert_int_equal(make(at_ms - FRAGMENT_MS, at_ms), ASV_OK);
    assert_true(facts.cut == 0);
    assert_int_equal(check(), ASV_OK);
    assert_int_equal(make(at_ms + FRAGMENT_MS, at_ms + FRAGMENT_MS + 1), ASV_E_NOT_FOUND);
    seal_media();
}

/* S-112 */
static void a_recording_whose_tree_is_not_the_signed_one_is_not_handed_over(void **state)
{
    (void)state;
    asv_auto_excerpt struct asv_excerpt *excerpt = NULL;
    uint8_t out[70000];
    uint64_t at = 0;
    size_t got = 1;
    struct asv_seal_checkpoint other = sealed.checkpoint;
    struct asv_excerpt_recording wrong = recording;
    wrong.checkpoint = &other;
    other.disclosure_root[0] ^= 1;
    assert_int_equal(asv_excerpt_choose(&wrong, 0, 1000, &excerpt, &err), ASV_OK);
    struct asv_source source = asv_excerpt_proof(excerpt);
    enum asv_status status = ASV_OK;
    while (status == ASV_OK && got > 0) {
        status = asv_source_next(&source, &at, out, sizeof out, &got, &err);
    }
    assert_int_equal(status, ASV_E_DIGEST);
}

static void who_cannot_read_on_is_told(void **state)
{
    (void)state;
    fail_with = ASV_E_STATE;
    assert_int_equal(make(5000, 6000), ASV_E_STATE);
    assert_string_equal(err.text, "as it was told");
    fail_with = ASV_OK;
}

/* Each chunk once for the proof, once more for what is shown and where fragments begin. */
static void the_recording_is_read_once_for_its_proof(void **state)
{
    (void)state;
    reads = 0;
    assert_int_equal(make(5000, 6000), ASV_OK);
    assert_true(reads <= (int)(2 * facts.chunks + facts.disclosed + 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_excerpt_is_the_fragments_that_show_anything_of_the_range),
        cmocka_unit_test(a_range_that_nothing_is_shown_of_is_said),
        cmocka_unit_test(what_is_disclosed_beyond_the_fragments_is_counted),
        cmocka_unit_test(what_is_left_out_cannot_be_read),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(what_is_missing_or_too_much_is_found),
        cmocka_unit_test(a_changed_picture_is_named_with_its_place),
        cmocka_unit_test(it_proves_nothing_of_another_recording),
        cmocka_unit_test(bytes_that_are_not_whole_fragments_are_no_excerpt),
        cmocka_unit_test(what_is_not_fragmented_is_refused_with_what_is_possible),
        cmocka_unit_test(a_film_may_begin_with_a_box_before_its_first_fragment),
        cmocka_unit_test(a_recording_that_was_cut_off_shows_its_last_fragment_as_far_as_it_is_there),
        cmocka_unit_test(a_recording_whose_tree_is_not_the_signed_one_is_not_handed_over),
        cmocka_unit_test(who_cannot_read_on_is_told),
        cmocka_unit_test(the_recording_is_read_once_for_its_proof),
    };
    if (asv_crypto_init() != ASV_OK) {
        return 1;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
