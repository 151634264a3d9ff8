/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The power of a camera fails, or its flash does, at every operation of an erasure. Afterwards the recording
 * is whole and nothing was told, or nothing of it is left and the signed record is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-proto/camera/erase.h"
#include "tests/sim/camera_rig.h"
#include "tests/support/fmp4.h"
#include "tests/unit/test.h"

#define TEAR_SEEDS 4

static struct asv_rig rig;
static struct asv_flash_mem base; /* two clips recorded */
static uint8_t probe[64];         /* bytes of the first clip's payload */
static uint8_t stanza[ASV_AGE_X25519_STANZA_BYTES];

static void must_read(const char *path, uint64_t offset, uint8_t *out, size_t len)
{
    size_t got = 0;
    assert_int_equal(rig.flash.flash.ops->read(rig.flash.flash.ctx, path, offset, out, len, &got), ASV_OK);
    assert_int_equal(got, len);
}

static int setup(void **state)
{
    (void)state;
    size_t len = 0;
    uint8_t *stream = asv_fmp4_stream(2, 1000, 70000, &len);
    asv_rig_init(&rig, 31);
    asv_rig_boot(&rig);
    for (int i = 0; i < 2; i++) {
        if (asv_rig_record(&rig, stream, len, 20000, 300) != ASV_OK) {
            return -1;
        }
    }
    asv_rig_shut(&rig);
    free(stream);
    must_read("clips/1/payload", 70000, probe, sizeof probe);
    must_read("clips/1/stanzas", 0, stanza, sizeof stanza);
    asv_flash_mem_clone(&base, &rig.flash);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asv_flash_mem_free(&base);
    asv_rig_free(&rig);
    return 0;
}

static void restore(void)
{
    asv_flash_mem_free(&rig.flash);
    asv_flash_mem_clone(&rig.flash, &base);
    asv_rig_boot(&rig);
}

/* The erasure is finished: nothing is left, and the record says so. */
static void check_erased(uint8_t cause, const uint8_t cause_digest[ASV_SHA256_BYTES])
{
    struct asv_rig_verdict verdict;
    struct asv_erasure erasure;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    size_t len = 0;
    assert_null(asv_store_clip_find(rig.store, 1));
    assert_false(asv_rig_judge(&rig, 1, &verdict));
    assert_false(asv_flash_mem_holds(&rig.flash, probe, sizeof probe));
    assert_false(asv_flash_mem_holds(&rig.flash, stanza, sizeof stanza));
    assert_int_equal(asv_store_erase_pending(rig.store), 0);
    assert_int_equal(asv_store_erase_record(rig.store, 1, record, sizeof record, &len), ASV_OK);
    assert_int_equal(asv_erasure_decode(&erasure, record, len, NULL), ASV_OK);
    assert_int_equal(asv_erasure_verify(&erasure, &rig.agency.camera.cert, NULL), ASV_OK);
    assert_int_equal(erasure.cause, cause);
    assert_memory_equal(erasure.cause_digest, cause_digest, ASV_SHA256_BYTES);
    assert_int_equal(erasure.number, 1);
}

/* The other recording was not touched. */
static void check_other(void)
{
    struct asv_rig_verdict verdict;
    assert_true(asv_rig_judge(&rig, 2, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_true(verdict.has_link);
    asv_rig_verdict_free(&verdict);
}

/* True when the erasure was not begun: then the recording is whole and no record is told. */
static bool is_untouched(void)
{
    struct asv_rig_verdict verdict;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    size_t len = 0;
    if (asv_store_clip_find(rig.store, 1) == NULL) {
        return false;
    }
    assert_true(asv_rig_judge(&rig, 1, &verdict));
    assert_int_equal(verdict.verdict.integrity, ASV_INTEGRITY_VALID);
    assert_true(verdict.has_link);
    asv_rig_verdict_free(&verdict);
    assert_int_equal(asv_store_erase_record(rig.store, 1, record, sizeof record, &len), ASV_E_NOT_FOUND);
    return true;
}

static void the_power_fails_at_every_operation_of_an_erasure(void **state)
{
    (void)state;
    unsigned untouched = 0;
    unsigned erased = 0;
    for (uint64_t cut = 1; cut != 0; cut++) {
        for (unsigned variant = 0; variant < 2 + TEAR_SEEDS && cut != 0; variant++) {
            struct asv_rig_receipt receipt;
            uint8_t digest[ASV_SHA256_BYTES];
            uint8_t record[ASV_ERASURE_MAX_BYTES];
            size_t len = 0;
            restore();
            asv_rig_receipt(&rig, 1, &receipt);
            asv_object_digest(digest, &receipt.receipt.object);
            rig.flash.operations = 0;
            rig.flash.cut_at = cut;
            rig.flash.cut_byte = variant == 0 ? 0 : variant == 1 ? SIZE_MAX : 1000 * variant;
            enum asv_status status = asv_rig_give_receipt(&rig, &receipt, record, &len);
            if (!rig.flash.off) {
                assert_int_equal(status, ASV_OK);
                check_erased(ASV_ERASURE_RECEIPT, digest);
                asv_rig_shut(&rig);
                cut = UINT64_MAX; /* every operation was tried */
                break;
            }
            asv_rig_crash(&rig,
                          variant == 0   ? ASV_FLASH_MEM_DROP
                          : variant == 1 ? ASV_FLASH_MEM_KEEP
                                         : ASV_FLASH_MEM_TEAR,
                          cut * 16 + variant);
            asv_rig_boot(&rig);
            check_other();
            if (is_untouched()) {
                untouched++;
                /* The dock comes again, in a new session. */
                asv_rig_receipt(&rig, 1, &receipt);
                assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
                asv_object_digest(digest, &receipt.receipt.object);
            } else {
                erased++;
                /* And gets the same record. */
                size_t again = 0;
                uint8_t told[ASV_ERASURE_MAX_BYTES];
                assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
                assert_int_equal(asv_store_erase_record(rig.store, 1, told, sizeof told, &again), ASV_OK);
                assert_int_equal(again, len);
                assert_memory_equal(told, record, len);
            }
            check_erased(ASV_ERASURE_RECEIPT, digest);
            check_other();
            asv_rig_shut(&rig);
        }
    }
    assert_true(untouched > 5 && erased > 20);
    print_message("%u not begun, %u finished\n", untouched, erased);
}

static void the_flash_fails_at_every_operation_of_an_erasure(void **state)
{
    (void)state;
    for (uint64_t at = 1;; at++) {
        struct asv_rig_receipt receipt;
        uint8_t digest[ASV_SHA256_BYTES];
        uint8_t record[ASV_ERASURE_MAX_BYTES];
        size_t len = 0;
        restore();
        asv_rig_receipt(&rig, 1, &receipt);
        asv_object_digest(digest, &receipt.receipt.object);
        rig.flash.operations = 0;
        rig.flash.fail_at = at;
        rig.flash.fail_status = at % 2 == 0 ? ASV_E_IO : ASV_E_NO_SPACE;
        enum asv_status status = asv_rig_give_receipt(&rig, &receipt, record, &len);
        if (rig.flash.operations < at) {
            asv_rig_shut(&rig);
            break;
        }
        if (status != ASV_OK) {
            /* It is tried again, by the same dock or at the next boot. */
            if (at % 3 == 0) {
                asv_rig_crash(&rig, ASV_FLASH_MEM_TEAR, at);
                asv_rig_boot(&rig);
            }
            if (asv_store_clip_find(rig.store, 1) != NULL) {
                assert_true(is_untouched());
            }
            assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
        }
        check_erased(ASV_ERASURE_RECEIPT, digest);
        check_other();
        asv_rig_crash(&rig, ASV_FLASH_MEM_DROP, 0);
        asv_rig_boot(&rig);
        check_erased(ASV_ERASURE_RECEIPT, digest);
        asv_rig_shut(&rig);
    }
}

static void a_flash_that_refuses_to_overwrite_is_unlinked_and_the_record_says_so(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    struct asv_erasure erasure;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    size_t len = 0;
    for (int refuse = 0; refuse < 2; refuse++) {
        restore();
        asv_rig_receipt(&rig, 1, &receipt);
        rig.flash.refuse_overwrite = refuse != 0;
        assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
        assert_int_equal(asv_erasure_decode(&erasure, record, len, NULL), ASV_OK);
        assert_int_equal(erasure.method, refuse ? ASV_ERASURE_UNLINK : ASV_ERASURE_OVERWRITE_AND_DISCARD);
        assert_null(asv_store_clip_find(rig.store, 1));
        assert_true(refuse != 0 || rig.flash.bytes_unlinked == 0);
        asv_rig_shut(&rig);
    }
}

static void an_acknowledged_record_is_forgotten_and_no_other(void **state)
{
    (void)state;
    struct asv_rig_receipt receipt;
    uint8_t record[ASV_ERASURE_MAX_BYTES];
    uint8_t digest[ASV_SHA256_BYTES];
    struct asv_object object;
    uint64_t number = 0;
    uint32_t count = 0;
    size_t len = 0;
    restore();
    for (uint64_t clip = 1; clip <= 2; clip++) {
        asv_rig_receipt(&rig, clip, &receipt);
        assert_int_equal(asv_rig_give_receipt(&rig, &receipt, record, &len), ASV_OK);
    }
    assert_int_equal(asv_store_erase_count(rig.store, &count), ASV_OK);
    assert_int_equal(count, 2);
    assert_int_equal(asv_object_split(&object, record, len), ASV_OK);
    asv_object_digest(digest, &object);
    assert_int_equal(asv_store_erase_acknowledge(rig.store, 1, digest), ASV_E_MISMATCH);
    assert_int_equal(asv_store_erase_acknowledge(rig.store, 2, digest), ASV_OK);
    assert_int_equal(asv_store_erase_acknowledge(rig.store, 2, digest), ASV_OK);
    assert_int_equal(asv_store_erase_at(rig.store, 0, &number), ASV_OK);
    assert_int_equal(number, 1);
    assert_int_equal(asv_store_erase_at(rig.store, 1, &number), ASV_E_NOT_FOUND);
    asv_rig_crash(&rig, ASV_FLASH_MEM_DROP, 0);
    asv_rig_boot(&rig);
    assert_int_equal(asv_store_erase_count(rig.store, &count), ASV_OK);
    assert_int_equal(count, 1);
    asv_rig_shut(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_power_fails_at_every_operation_of_an_erasure),
        cmocka_unit_test(the_flash_fails_at_every_operation_of_an_erasure),
        cmocka_unit_test(a_flash_that_refuses_to_overwrite_is_unlinked_and_the_record_says_so),
        cmocka_unit_test(an_acknowledged_record_is_forgotten_and_no_other),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
