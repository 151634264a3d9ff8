/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "firmware-proto/trust/revocations.h"

#include <string.h>

#include "tests/support/samples.h"
#include "tests/unit/test.h"

#define SERIAL ASV_CERT_SERIAL_BYTES

static const struct asv_samples *samples;
static const struct asv_test_agency *agency;
static uint8_t encoded[ASV_REVOCATIONS_MAX_BYTES];
static uint8_t serials[(ASV_REVOCATIONS_MAX + 1) * SERIAL];

static int set_up(void **state)
{
    (void)state;
    samples = asv_samples();
    agency = &samples->agency;
    for (size_t i = 0; i <= ASV_REVOCATIONS_MAX; i++) {
        asv_store_be64(serials + i * SERIAL, 2 * i + 1); /* odd ones are in, even ones are not */
    }
    return 0;
}

static enum asv_status encode(const struct asv_revocations *list, const uint8_t *sk, size_t *len)
{
    struct asv_writer writer;
    asv_writer_init(&writer, encoded, sizeof encoded);
    enum asv_status status = asv_revocations_encode(&writer, list, sk);
    return status == ASV_OK ? asv_write_end(&writer, len) : status;
}

/* Encodes, decodes, verifies. */
static enum asv_status round_trip(const struct asv_revocations *list, const uint8_t *sk, struct asv_err *err)
{
    struct asv_revocations out;
    size_t len = 0;
    assert_int_equal(encode(list, sk, &len), ASV_OK);
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_OK);
    return asv_revocations_verify(&out, agency->root.pk, NULL, err);
}

static void every_serial_of_the_longest_list_is_found_and_no_other(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_revocations out;
    uint8_t serial[SERIAL] = {0};
    size_t len = 0;
    list.count = ASV_REVOCATIONS_MAX;
    list.serials = serials;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_OK);
    assert_true(len <= ASV_REVOCATIONS_MAX_BYTES);
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_revocations_verify(&out, agency->root.pk, NULL, NULL), ASV_OK);
    assert_int_equal(out.count, ASV_REVOCATIONS_MAX);
    assert_true(out.number == 7);
    for (uint64_t value = 0; value <= 2 * ASV_REVOCATIONS_MAX; value++) {
        asv_store_be64(serial, value);
        assert_int_equal(asv_revocations_contain(&out, serial), value % 2 == 1); /* T-033 */
    }
}

static void an_empty_list_revokes_nothing(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    list.count = 0;
    list.serials = NULL;
    assert_int_equal(round_trip(&list, agency->ca.sk, NULL), ASV_OK);
    assert_false(asv_revocations_contain(&list, serials));
}

static void serials_that_do_not_ascend_are_refused(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_revocations out;
    uint8_t unsorted[2 * SERIAL] = {0};
    size_t len = 0;
    list.count = 2;
    list.serials = unsorted;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_E_USAGE); /* T-030: twice the same */
    unsorted[0] = 1;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_E_USAGE); /* T-030: descending */
    unsorted[SERIAL] = 2;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_OK);

    struct asv_err err = {0};
    size_t at = len - ASV_SIGNATURE_FIELD_BYTES - 2 - SERIAL;
    encoded[at] = 1; /* now twice the same */
    assert_int_equal(asv_revocations_decode(&out, encoded, len, &err), ASV_E_MALFORMED); /* T-030 */
    assert_non_null(strstr(err.text, "ascend"));
    encoded[at] = 0;
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_E_MALFORMED); /* T-030 */
}

static void too_many_serials_are_refused(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_revocations out;
    size_t len = 0;
    list.count = ASV_REVOCATIONS_MAX + 1;
    list.serials = serials;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_E_USAGE); /* T-030 */
    list.count = 0;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_OK);
    uint8_t *count = encoded + len - ASV_SIGNATURE_FIELD_BYTES - 4;
    count[0] = (ASV_REVOCATIONS_MAX + 1) >> 8;
    count[1] = (ASV_REVOCATIONS_MAX + 1) & 0xff;
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_E_LIMIT); /* T-030 */
}

static void a_list_has_a_number(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    size_t len = 0;
    list.number = 0;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_E_USAGE); /* T-009 */
}

static void the_root_may_sign_and_alone_revokes_a_ca(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_err err = {0};
    list.count = 1;
    list.serials = agency->ca.cert.serial;
    assert_int_equal(round_trip(&list, agency->ca.sk, &err), ASV_E_UNTRUSTED); /* T-032 */
    assert_non_null(strstr(err.text, "its own signer"));
    list.signer = agency->root.cert;
    assert_int_equal(round_trip(&list, agency->root.sk, NULL), ASV_OK); /* T-031 */
}

static void a_revoked_ca_does_not_take_its_revocation_back(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_revocations held = samples->revocations;
    struct asv_revocations out;
    struct asv_err err = {0};
    size_t len = 0;
    held.count = 1;
    held.serials = agency->ca.cert.serial;
    list.number++;
    list.count = 0;
    assert_int_equal(encode(&list, agency->ca.sk, &len), ASV_OK);
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_revocations_verify(&out, agency->root.pk, NULL, NULL), ASV_OK);
    assert_int_equal(asv_revocations_verify(&out, agency->root.pk, &held, &err), ASV_E_REVOKED); /* T-035 */
    assert_non_null(strstr(err.text, "revoked"));
    list.signer = agency->root.cert;
    assert_int_equal(encode(&list, agency->root.sk, &len), ASV_OK);
    assert_int_equal(asv_revocations_decode(&out, encoded, len, NULL), ASV_OK);
    assert_int_equal(asv_revocations_verify(&out, agency->root.pk, &held, NULL), ASV_OK);
}

static void a_list_of_someone_else_is_untrusted(void **state)
{
    (void)state;
    static struct asv_test_agency foreign;
    asv_test_agency_init(&foreign, 2);

    struct asv_revocations list = samples->revocations;
    memcpy(list.agency, foreign.id, sizeof foreign.id);
    assert_int_equal(round_trip(&list, agency->ca.sk, NULL), ASV_E_UNTRUSTED); /* T-031: another agency's */

    list = samples->revocations;
    list.signer = foreign.ca.cert;
    assert_int_equal(round_trip(&list, foreign.ca.sk, NULL), ASV_E_UNTRUSTED); /* T-031: another's CA */
    list.signer = foreign.root.cert;
    assert_int_equal(round_trip(&list, foreign.root.sk, NULL), ASV_E_UNTRUSTED); /* T-031 */

    struct asv_test_identity impostor; /* a dock certified by the root itself */
    struct asv_cert cert = agency->dock.cert;
    asv_test_identity_make(&impostor, &cert, 5, 1, &agency->root);
    list.signer = impostor.cert;
    assert_int_equal(round_trip(&list, impostor.sk, NULL), ASV_E_UNTRUSTED); /* T-031 */

    cert = agency->root.cert; /* a second root, certified by the first */
    asv_test_identity_make(&impostor, &cert, 5, 2, &agency->root);
    list.signer = impostor.cert;
    assert_int_equal(round_trip(&list, impostor.sk, NULL), ASV_E_UNTRUSTED); /* T-031 */

    list.signer = agency->ca.cert;
    assert_int_equal(round_trip(&list, foreign.ca.sk, NULL), ASV_E_SIGNATURE); /* T-007 */
}

static void an_old_signer_still_counts(void **state)
{
    (void)state;
    struct asv_revocations list = samples->revocations;
    struct asv_test_identity old;
    struct asv_cert cert = agency->ca.cert;
    cert.not_before_ms = 0;
    cert.not_after_ms = 1;
    asv_test_identity_make(&old, &cert, 6, 1, &agency->root);
    list.signer = old.cert;
    assert_int_equal(round_trip(&list, old.sk, NULL), ASV_OK); /* T-034 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_serial_of_the_longest_list_is_found_and_no_other),
        cmocka_unit_test(an_empty_list_revokes_nothing),
        cmocka_unit_test(serials_that_do_not_ascend_are_refused),
        cmocka_unit_test(too_many_serials_are_refused),
        cmocka_unit_test(a_list_has_a_number),
        cmocka_unit_test(the_root_may_sign_and_alone_revokes_a_ca),
        cmocka_unit_test(a_revoked_ca_does_not_take_its_revocation_back),
        cmocka_unit_test(a_list_of_someone_else_is_untrusted),
        cmocka_unit_test(an_old_signer_still_counts),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
