/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * ST-103: what one person signs of a row, byte for byte. The digests were made with another program, of the
 * lines beside them. */
#include "server/incident/record.h"

#include <string.h>

#include "server/base/hex.h"
#include "tests/unit/test.h"

static uint8_t salt[ASV_SHA256_BYTES];
static struct asv_db_incident incident;

static int set_up(void **state)
{
    (void)state;
    static const uint8_t id[] = {0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xe1};
    for (size_t i = 0; i < sizeof salt; i++) {
        salt[i] = (uint8_t)i;
    }
    memset(&incident, 0, sizeof incident);
    memcpy(incident.id, id, sizeof incident.id);
    strcpy(incident.case_number, "V-1/2026");
    incident.version = 3;
    incident.cause = ASV_GROUND_PROSECUTION;
    strcpy(incident.offence, "K\xc3\xb6rperverletzung");
    strcpy(incident.danger, "Schlag");
    incident.from_ms = INT64_C(1767589200000);
    incident.until_ms = INT64_C(1767589260000);
    strcpy(incident.place, "Wanheimer Stra\xc3\x9f"
                           "e 12");
    strcpy(incident.accused, "Unbekannt");
    strcpy(incident.prosecutor, "570 Js 123/18");
    incident.assault = true;
    strcpy(incident.injured, "Willi W.\nPetra P.");
    return 0;
}

static void names(const struct asv_statement *what, const char *record, const char *digest)
{
    char hex[2 * ASV_SHA256_BYTES + 1];
    asv_hex_encode(hex, what->subject.id, sizeof what->subject.id);
    assert_string_equal(hex, digest);
    assert_int_equal(what->step, ASV_STEP_SOLE);
    assert_int_equal(what->subject.kind, ASV_SUBJECT_RECORD);
    assert_int_equal(what->subject.name.len, strlen(record));
    assert_memory_equal(what->subject.name.data, record, strlen(record));
}

static void an_incident_is_its_fields_one_to_a_line(void **state)
{
    (void)state;
    struct asv_statement what;
    asv_record_incident(&what, &incident, salt);
    names(&what, "incident", "6801a17bdeec1b4ebdb4082d3694e60b8c857b0f24bfb3588a71887a8c192903");
    assert_int_equal(what.action, ASV_ACTION_INCIDENT);
    assert_memory_equal(what.incident, incident.id, sizeof incident.id);
    assert_int_equal(what.case_text.len, strlen("V-1/2026"));
    incident.until_ms = ASV_TIME_UNKNOWN; /* an empty line */
    incident.prosecutor[0] = '\0';
    incident.assault = false;
    incident.injured[0] = '\0'; /* 0, and no line */
    asv_record_incident(&what, &incident, salt);
    names(&what, "incident", "879086f873564b9d43597b71672ae353255ae79c41df13e9e11bf4703c5ff1f3");
}

static void change(char *text, bool yes)
{
    if (yes) {
        text[0] = '#';
    }
}

static void whatever_is_changed_is_seen(void **state)
{
    (void)state;
    struct asv_statement before;
    struct asv_statement after;
    asv_record_incident(&before, &incident, salt);
    for (int field = 0; field < 14; field++) {
        static struct asv_db_incident other;
        uint8_t other_salt[ASV_SHA256_BYTES];
        other = incident;
        memcpy(other_salt, salt, sizeof salt);
        other.id[15] ^= field == 0;
        change(other.case_number, field == 1);
        other.version = (uint16_t)(other.version + (field == 2));
        other.cause = (uint8_t)(other.cause + (field == 3));
        change(other.offence, field == 4);
        change(other.danger, field == 5);
        other.from_ms += field == 6;
        other.until_ms += field == 7;
        change(other.place, field == 8);
        change(other.accused, field == 9);
        change(other.prosecutor, field == 10);
        change(other.injured, field == 11);
        other_salt[31] ^= field == 12;
        other.assault = other.assault != (field == 13);
        asv_record_incident(&after, &other, other_salt);
        assert_memory_not_equal(before.subject.id, after.subject.id, sizeof before.subject.id);
        assert_int_equal(asv_record_is_same(&incident, &other), field < 3 || field == 12);
    }
    static struct asv_db_incident moved;
    moved = incident; /* from one field into the next */
    strcpy(moved.accused, "Unbekannt\n570 Js 123/18");
    moved.prosecutor[0] = '\0';
    asv_record_incident(&after, &moved, salt);
    assert_memory_not_equal(before.subject.id, after.subject.id, sizeof before.subject.id);
    moved = incident;
    strcpy(moved.injured, "Willi W.");
    asv_record_incident(&after, &moved, salt);
    assert_memory_not_equal(before.subject.id, after.subject.id, sizeof before.subject.id);
}

static void a_recording_is_named_by_its_header(void **state)
{
    (void)state;
    struct asv_statement what;
    struct asv_db_exhibit exhibit = {.shows = true, .number = 1};
    strcpy(exhibit.case_number, "V-1/2026");
    memcpy(exhibit.incident, incident.id, sizeof exhibit.incident);
    memset(exhibit.header, 0xaa, sizeof exhibit.header);
    asv_record_exhibit(&what, &exhibit, salt);
    names(&what, "incident-clip", "d77c21f13890fa006fec7cea9bfbde8b589c754e5e524dbb87cc081745259561");
    assert_int_equal(what.action, ASV_ACTION_INCIDENT);
    assert_memory_equal(what.incident, incident.id, sizeof incident.id);
    exhibit.shows = false;
    exhibit.number = 2;
    asv_record_exhibit(&what, &exhibit, salt);
    names(&what, "incident-clip-out", "41b1653d75c22a83218c58975242c6c3ee6eae5c4451dd998e5ef77071f703b8");
}

static void a_still_is_a_place_and_a_digest(void **state)
{
    (void)state;
    struct asv_statement what;
    struct asv_db_still still = {.at_ms = 83033, .width = 1920, .height = 1080};
    strcpy(still.case_number, "V-1/2026");
    memcpy(still.incident, incident.id, sizeof still.incident);
    memset(still.header, 0xaa, sizeof still.header);
    memset(still.picture, 0xbb, sizeof still.picture);
    asv_record_still(&what, &still, salt);
    names(&what, "incident-still", "ee0cf417d9e6a515fc4975e2b0974d5e50ab1772ecba2d60fb41b2425d2b3771");
    assert_int_equal(what.action, ASV_ACTION_INCIDENT);
    assert_memory_equal(what.incident, incident.id, sizeof incident.id);
}

static void a_request_is_of_no_incident(void **state)
{
    (void)state;
    static const uint8_t none[ASV_UUID_BYTES];
    static uint8_t camera[ASV_SHA256_BYTES];
    struct asv_statement what;
    struct asv_db_subject_request request = {.from_ms = INT64_C(1767589200000),
                                             .until_ms = INT64_C(1767592800000),
                                             .camera = camera,
                                             .area = "Hochfeld"};
    memset(camera, 0xbb, sizeof camera);
    memcpy(request.id, incident.id, sizeof request.id);
    request.id[15] = 0xe3;
    strcpy(request.reason, "Frau K.");
    asv_record_subject_request(&what, &request, salt);
    names(&what, "subject-request", "2b06d33fc138ad87751188347b341ce3fea09fa9d1f341907dd09847c399b843");
    assert_int_equal(what.action, ASV_ACTION_SUBJECT_REQUEST);
    assert_memory_equal(what.incident, none, sizeof none);
    assert_int_equal(what.case_text.len, 0);
    request.camera = NULL;
    request.area = NULL;
    asv_record_subject_request(&what, &request, salt);
    names(&what, "subject-request", "eb8d901f48ade514c919744ecd6c0ccdc64d106985ae53426b906a72d2a01096");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_incident_is_its_fields_one_to_a_line, set_up),
        cmocka_unit_test_setup(whatever_is_changed_is_seen, set_up),
        cmocka_unit_test_setup(a_recording_is_named_by_its_header, set_up),
        cmocka_unit_test_setup(a_still_is_a_place_and_a_digest, set_up),
        cmocka_unit_test_setup(a_request_is_of_no_incident, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
