/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a dock orders a camera (configurations, assignments) and what a new device asks for (enrolment
 * requests). LAW R5: no pre-roll unless a configuration orders one, within its limit.
 */
#include <stdio.h>
#include <string.h>

#include "tests/support/samples.h"
#include "tests/unit/test.h"

static const struct asv_samples *samples;
static const struct asv_test_agency *agency;
static struct asv_test_agency foreign;
static uint8_t encoded[2048];
static struct asv_writer writer;

static int set_up(void **state)
{
    (void)state;
    samples = asv_samples();
    agency = &samples->agency;
    asv_test_agency_init(&foreign, 2);
    return 0;
}

static enum asv_status encode_configuration(const struct asv_configuration *configuration, const uint8_t *sk)
{
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_configuration_encode(&writer, configuration, sk);
}

static enum asv_status verify_configuration(const struct asv_configuration *configuration, const uint8_t *sk,
                                            const struct asv_cert *dock)
{
    struct asv_configuration out;
    assert_int_equal(encode_configuration(configuration, sk), ASV_OK);
    assert_int_equal(asv_configuration_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_string_equal(out.name, configuration->name);
    assert_string_equal(out.unit, configuration->unit);
    assert_true(out.number == configuration->number && out.pre_roll_ms == configuration->pre_roll_ms &&
                out.checkpoint_ms == configuration->checkpoint_ms &&
                out.policy_version == configuration->policy_version);
    return asv_configuration_verify(&out, agency->root.pk, dock, agency->camera.cert_digest, NULL);
}

static void a_configuration_binds_agency_dock_and_camera(void **state)
{
    (void)state;
    struct asv_configuration configuration = samples->configuration;
    struct asv_test_identity other;
    const struct asv_cert *dock = &agency->dock.cert;
    asv_test_agency_issue(agency, &other, ASV_ROLE_DOCK, 2);
    assert_int_equal(verify_configuration(&configuration, agency->dock.sk, dock), ASV_OK);
    assert_int_equal(verify_configuration(&configuration, other.sk, dock), ASV_E_SIGNATURE); /* T-007 */
    assert_int_equal(verify_configuration(&configuration, agency->dock.sk, &other.cert),
                     ASV_E_MISMATCH); /* T-080 */
    memcpy(configuration.camera_cert, foreign.camera.cert_digest, 32);
    assert_int_equal(verify_configuration(&configuration, agency->dock.sk, dock), ASV_E_MISMATCH); /* T-080 */
    configuration = samples->configuration;
    memcpy(configuration.agency, foreign.id, 32);
    assert_int_equal(verify_configuration(&configuration, agency->dock.sk, dock),
                     ASV_E_UNTRUSTED);      /* T-080 */
    configuration = samples->configuration; /* the keeper is no dock */
    memcpy(configuration.dock_cert, agency->keeper.cert_digest, 32);
    assert_int_equal(verify_configuration(&configuration, agency->keeper.sk, &agency->keeper.cert),
                     ASV_E_MISMATCH); /* T-080 */
}

static void a_configuration_keeps_to_its_limits(void **state)
{
    (void)state;
    struct asv_configuration configuration = samples->configuration;
    const uint8_t *sk = agency->dock.sk;
    configuration.pre_roll_ms = ASV_PRE_ROLL_MAX_MS;
    configuration.checkpoint_ms = ASV_CHECKPOINT_MAX_MS;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_OK);
    configuration.checkpoint_ms = ASV_CHECKPOINT_MIN_MS;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_OK);
    configuration.checkpoint_ms = ASV_CHECKPOINT_MIN_MS - 1;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_E_USAGE); /* T-081 */
    configuration.checkpoint_ms = ASV_CHECKPOINT_MAX_MS + 1;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_E_USAGE); /* T-081 */
    configuration = samples->configuration;
    configuration.pre_roll_ms = ASV_PRE_ROLL_MAX_MS + 1;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_E_USAGE); /* T-081 */
    configuration = samples->configuration;
    configuration.number = 0;
    assert_int_equal(encode_configuration(&configuration, sk), ASV_E_USAGE); /* T-009 */

    struct asv_configuration out; /* the same on the way in: the pre-roll stands behind number and issued */
    assert_int_equal(encode_configuration(&samples->configuration, sk), ASV_OK);
    asv_store_be32(encoded + 4 + 3 * 34 + 16, ASV_PRE_ROLL_MAX_MS + 1);
    assert_int_equal(asv_configuration_decode(&out, encoded, writer.len, NULL), ASV_E_MALFORMED); /* T-081 */
    asv_store_be32(encoded + 4 + 3 * 34 + 16, 0);
    asv_store_be32(encoded + 4 + 3 * 34 + 20, 0);
    assert_int_equal(asv_configuration_decode(&out, encoded, writer.len, NULL), ASV_E_MALFORMED); /* T-081 */
}

static enum asv_status encode_assignment(const struct asv_assignment *assignment, const uint8_t *sk)
{
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_assignment_encode(&writer, assignment, sk);
}

static enum asv_status verify_assignment(const struct asv_assignment *assignment, const uint8_t *sk,
                                         const struct asv_cert *dock)
{
    struct asv_assignment out;
    assert_int_equal(encode_assignment(assignment, sk), ASV_OK);
    assert_int_equal(asv_assignment_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_memory_equal(out.id, assignment->id, 16);
    assert_string_equal(out.unit, assignment->unit);
    assert_string_equal(out.area, assignment->area);
    return asv_assignment_verify(&out, agency->root.pk, dock, agency->camera.cert_digest, NULL);
}

static void an_assignment_binds_agency_dock_and_camera(void **state)
{
    (void)state;
    struct asv_assignment assignment = samples->assignment;
    const struct asv_cert *dock = &agency->dock.cert;
    assert_int_equal(verify_assignment(&assignment, agency->dock.sk, dock), ASV_OK);
    assert_int_equal(verify_assignment(&assignment, agency->camera.sk, dock), ASV_E_SIGNATURE); /* T-007 */
    assert_int_equal(verify_assignment(&assignment, agency->dock.sk, &foreign.dock.cert),
                     ASV_E_MISMATCH); /* T-080 */
    memcpy(assignment.camera_cert, foreign.camera.cert_digest, 32);
    assert_int_equal(verify_assignment(&assignment, agency->dock.sk, dock), ASV_E_MISMATCH); /* T-080 */
    assignment = samples->assignment;
    memcpy(assignment.agency, foreign.id, 32);
    assert_int_equal(verify_assignment(&assignment, agency->dock.sk, dock), ASV_E_UNTRUSTED); /* T-080 */
}

static void an_issued_camera_has_unit_and_area(void **state)
{
    (void)state;
    struct asv_assignment assignment = samples->assignment;
    const uint8_t *sk = agency->dock.sk;
    assignment.unit[0] = '\0';
    assert_int_equal(encode_assignment(&assignment, sk), ASV_E_USAGE); /* T-090 */
    assignment = samples->assignment;
    assignment.area[0] = '\0';
    assert_int_equal(encode_assignment(&assignment, sk), ASV_E_USAGE); /* T-090 */
    assignment.unit[0] = '\0';
    memset(assignment.id, 0, sizeof assignment.id); /* issued to nobody */
    assert_int_equal(verify_assignment(&assignment, sk, &agency->dock.cert), ASV_OK);
    assignment.number = 0;
    assert_int_equal(encode_assignment(&assignment, sk), ASV_E_USAGE); /* T-009 */
}

static enum asv_status encode_request(const struct asv_enrolment *request, const uint8_t *sk)
{
    asv_writer_init(&writer, encoded, sizeof encoded);
    return asv_enrolment_encode(&writer, request, sk);
}

static void a_request_is_signed_by_the_key_it_is_about(void **state)
{
    (void)state;
    struct asv_enrolment request = samples->enrolment;
    struct asv_enrolment out;
    struct asv_object object;
    assert_int_equal(encode_request(&request, agency->dock.sk), ASV_E_USAGE);
    assert_int_equal(encode_request(&request, agency->camera.sk), ASV_OK);
    assert_int_equal(asv_enrolment_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_string_equal(out.device_serial, "0042");
    assert_string_equal(out.firmware_version, "1.0.0");
    assert_memory_equal(out.firmware_digest, request.firmware_digest, 32);
    assert_memory_equal(out.kx_pk, agency->camera.kx_pk, 32);
    assert_int_equal(asv_enrolment_verify(&out, NULL), ASV_OK);

    size_t body = writer.len - ASV_SIGNATURE_FIELD_BYTES; /* someone else's signature over the same body */
    writer.len = body;
    assert_int_equal(asv_object_sign(&writer, 0, ASV_PURPOSE_ENROLMENT, foreign.camera.sk), ASV_OK);
    assert_int_equal(asv_object_split(&object, encoded, writer.len), ASV_OK);
    assert_int_equal(asv_enrolment_decode(&out, encoded, writer.len, NULL), ASV_OK);
    assert_int_equal(asv_enrolment_verify(&out, NULL), ASV_E_SIGNATURE); /* T-102 */
}

static void only_devices_ask(void **state)
{
    (void)state;
    for (uint8_t role = 0; role <= 6; role++) {
        struct asv_enrolment request = samples->enrolment;
        request.role = role;
        bool device = role == ASV_ROLE_CAMERA || role == ASV_ROLE_DOCK;
        assert_int_equal(encode_request(&request, agency->camera.sk),
                         device ? ASV_OK : ASV_E_USAGE); /* T-100 */
        request.has_kx = false;
        bool keeper = role == ASV_ROLE_KEEPER;
        assert_int_equal(encode_request(&request, agency->camera.sk),
                         keeper ? ASV_OK : ASV_E_USAGE); /* T-011 */
    }
    struct asv_enrolment request = samples->enrolment;
    request.model[0] = '\0';
    assert_int_equal(encode_request(&request, agency->camera.sk), ASV_E_USAGE); /* T-101 */
    request = samples->enrolment;
    request.device_serial[0] = '\0';
    assert_int_equal(encode_request(&request, agency->camera.sk), ASV_E_USAGE); /* T-101 */
}

static void the_fingerprint_is_what_a_person_can_compare(void **state)
{
    (void)state;
    struct asv_enrolment out;
    char text[ASV_ENROLMENT_FINGERPRINT_CHARS + 1];
    uint8_t digest[32];
    char hex[5];
    assert_int_equal(encode_request(&samples->enrolment, agency->camera.sk), ASV_OK);
    assert_int_equal(asv_enrolment_decode(&out, encoded, writer.len, NULL), ASV_OK);
    asv_enrolment_fingerprint(text, &out); /* T-103 */
    assert_int_equal(strlen(text), ASV_ENROLMENT_FINGERPRINT_CHARS);
    asv_object_digest(digest, &out.object);
    for (size_t i = 0; i < 16; i++) {
        snprintf(hex, sizeof hex, "%02x%02x", digest[2 * i], digest[2 * i + 1]);
        assert_memory_equal(text + 5 * i, hex, 4);
        assert_int_equal(text[5 * i + 4], i == 15 ? '\0' : ' ');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_binds_agency_dock_and_camera),
        cmocka_unit_test(a_configuration_keeps_to_its_limits),
        cmocka_unit_test(an_assignment_binds_agency_dock_and_camera),
        cmocka_unit_test(an_issued_camera_has_unit_and_area),
        cmocka_unit_test(a_request_is_signed_by_the_key_it_is_about),
        cmocka_unit_test(only_devices_ask),
        cmocka_unit_test(the_fingerprint_is_what_a_person_can_compare),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
