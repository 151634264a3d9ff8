/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * LAW T7: a policy is data. The shipped ones are read; each mistake in one is refused where it stands, with
 * what to do. */
#include "server/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "server/policy/text.h"
#include "tests/support/files.h"
#include "tests/unit/test.h"

#define POLICIES ASV_SOURCE_DIR "/deploy/policies"
#define DEFAULT  "nrw-ordnungsamt.json"

static struct asv_policy_file *open_shipped(const char *name)
{
    char path[512];
    struct asv_policy_file *file = NULL;
    struct asv_err err = {0};
    (void)snprintf(path, sizeof path, POLICIES "/%s", name);
    if (asv_policy_open(path, &file, &err) != ASV_OK) {
        fail_msg("%s", err.text);
    }
    return file;
}

static void the_default_says_what_the_rules_of_the_city_say(void **state)
{
    (void)state;
    struct asv_policy_file *file = open_shipped(DEFAULT);
    const struct asv_policy *got = &file->policy;
    const unsigned superiors = ASV_ROLE_SUPERVISOR | ASV_ROLE_DEPUTY;
    uint8_t digest[ASV_SHA256_BYTES];
    assert_string_equal(got->name, "nrw-ordnungsamt");
    assert_int_equal(got->retention.version, 1);
    assert_int_equal(got->retention.days, 14); /* LAW T1 */
    assert_int_equal(got->period, ASV_PERIOD_AT_MOST);
    assert_int_equal(got->lapse_days, 3);
    assert_int_equal(got->causes, ASV_CAUSES); /* LAW T3 */
    assert_int_equal(got->pre_roll_ms, 0);     /* LAW R5 */
    assert_string_equal(got->pre_roll_decision, "");
    assert_int_equal(got->hold.request, superiors | ASV_ROLE_WEARER | ASV_ROLE_DATA_PROTECTION_OFFICER);
    assert_int_equal(got->hold.approve, superiors); /* LAW T4 */
    assert_int_equal(got->release.request, got->hold.request | ASV_ROLE_REVIEWER);
    assert_int_equal(got->release.approve, superiors);
    assert_int_equal(got->early_erasure.request, got->release.request);
    assert_int_equal(got->early_erasure.approve, superiors);
    assert_int_equal(got->open, ASV_ROLE_REVIEWER); /* LAW L4 */
    assert_int_equal(got->export, ASV_ROLE_EXPORTER);
    assert_true(got->exclude_appraiser);                                  /* LAW L5 */
    assert_int_equal(got->lift_dwelling, superiors);                      /* LAW R3 */
    assert_int_equal(got->lift_secret, ASV_ROLE_DATA_PROTECTION_OFFICER); /* LAW R4 */
    assert_int_equal(got->lift_pre_roll, ASV_ROLE_DATA_PROTECTION_OFFICER);
    assert_int_equal(got->access_log_years, 1);     /* LAW L3 */
    assert_int_equal(got->incident_years, 1);       /* LAW L10 */
    assert_int_equal(got->statistics_min_group, 5); /* LAW L6 */
    assert_int_equal(got->law_count, 10);
    assert_string_equal(asv_policy_rule_name(got->laws[3].rule), "T1");
    assert_int_equal(got->laws[3].checked, ASV_CHECKED_B);
    asv_sha256(digest, file->text, file->len);
    assert_memory_equal(digest, file->digest, sizeof digest);
    free(file);
}

static void T7_other_laws_are_other_files(void **state)
{
    (void)state;
    struct asv_policy_file *federal = open_shipped("bundespolizei.json");
    struct asv_policy_file *south = open_shipped("baden-wuerttemberg.json");
    assert_int_equal(federal->policy.retention.days, 30);
    assert_int_equal(federal->policy.period, ASV_PERIOD_EXACTLY);
    assert_int_equal(south->policy.retention.days, 28);
    assert_int_equal(south->policy.period, ASV_PERIOD_AT_MOST);
    assert_int_equal(south->policy.causes, ASV_CAUSE_PROSECUTION);
    assert_memory_not_equal(federal->digest, south->digest, ASV_SHA256_BYTES);
    free(federal);
    free(south);
}

/* The default policy with `old` (its first appearance behind `after`) replaced. The caller frees it. */
static char *changed(const char *after, const char *old, const char *new)
{
    uint8_t *data = NULL;
    size_t len = 0;
    asv_test_read_file(POLICIES, DEFAULT, &data, &len);
    char *text = calloc(1, len + 1);
    memcpy(text, data, len);
    free(data);
    char *from = strstr(text, after);
    char *at = from != NULL ? strstr(from, old) : NULL;
    if (at == NULL) {
        fail_msg("the default policy has no %s behind %s", old, after);
    }
    size_t size = len + strlen(new) + 1;
    char *out = calloc(1, size);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
    free(text);
    return out;
}

static enum asv_status parse(const char *text, struct asv_policy *out, struct asv_err *err)
{
    char says[2 * ASV_ERR_TEXT_BYTES];
    struct asv_policy_mistake mistake;
    *err = (struct asv_err){0};
    enum asv_status status = asv_policy_parse("p.json", text, strlen(text), out, &mistake, err);
    if (status == ASV_OK) {
        assert_int_equal(mistake.line, 0);
        return status;
    }
    /* the same in parts, as plain text, and in German. */
    (void)snprintf(says, sizeof says, "p.json:%u: %s%s%s", mistake.line, mistake.where,
                   mistake.where[0] != '\0' ? ": " : "", mistake.english);
    assert_int_equal(strlen(says), strlen(err->text));
    for (size_t i = 0; says[i] != '\0'; i++) {
        assert_int_equal(says[i], (unsigned char)err->text[i] < 0x20 ? '?' : err->text[i]);
    }
    assert_string_not_equal(mistake.german, mistake.english);
    assert_true(mistake.german[0] != '\0' && strstr(mistake.german, "%") == NULL);
    return status;
}

struct refusal {
    const char *after, *old, *new, *says;
};

static void refuses(const struct refusal *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        static struct asv_policy got;
        static const struct asv_policy untouched = {.name = "untouched"};
        struct asv_err err;
        char *text = changed(table[i].after, table[i].old, table[i].new);
        got = untouched;
        assert_int_equal(parse(text, &got, &err), ASV_E_MALFORMED);
        if (strcmp(err.text, table[i].says) != 0) {
            fail_msg("%s -> %s says\n  %s\nnot\n  %s", table[i].old, table[i].new, err.text, table[i].says);
        }
        assert_memory_equal(&got, &untouched, sizeof got);
        free(text);
    }
}
#define REFUSES(table) refuses(table, sizeof(table) / sizeof *(table))

static void what_is_no_json_is_refused_where_it_stands(void **state)
{
    (void)state;
    static const struct refusal table[] = {
        {"", "\"version\": 1,", "\"version\": 1",
         "p.json:6: '}' expected near '\"title\"'; correct the JSON there or right in front of it"},
        {"", "\"days\": 14", "\"days\": 014",
         "p.json:7: invalid token near '0'; correct the JSON there or right in front of it"},
        {"", "\"version\": 1", "\"version\": 1,\n  \"name\": \"again\"",
         "p.json:6: duplicate object key near '\"name\"'; keep one of them"},
        {"\"blocks\"", "\"pre_roll\":", "\"dwelling\":",
         "p.json:28: duplicate object key near '\"dwelling\"'; keep one of them"},
        {"\"laws\"", "]\n}", "]\n}\n{}",
         "p.json:47: end of file expected near '{'; correct the JSON there or right in front of it"},
        {"", "Ordnungsbeh\xc3\xb6rde", "Ordnungsbeh\xf6rde",
         "p.json:6: unable to decode byte 0xf6 near '\"Ordnungsbeh'; correct the JSON there or right in "
         "front of "
         "it"},
    };
    REFUSES(table);
    struct asv_policy got;
    struct asv_err err;
    assert_int_equal(parse("", &got, &err), ASV_E_MALFORMED);
    assert_int_equal(parse("[]", &got, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "p.json:1: is no object; write { in front and } behind");
    assert_int_equal(parse("{}", &got, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "p.json:1: \"format\" is missing; add it");
    assert_int_equal(parse("\n\n {\"\": 1}", &got, &err), ASV_E_MALFORMED);
    assert_string_equal(err.text, "p.json:3: is unknown here; remove it or correct its spelling");
}

static void members_must_be_known_and_there(void **state)
{
    (void)state;
    static const struct refusal table[] = {
        {"", "\"version\"", "\"versoin\"",
         "p.json:5: versoin: is unknown here; remove it or correct its spelling"},
        {"", "\"days\": 14", "\"days\": 14, \"hours\": 1",
         "p.json:7: retention.hours: is unknown here; remove it or correct its spelling"},
        {"", "\"max_ms\": 0 }", "\"max_ms\": 0,\n \"escaped \\\" } ]\": [{}],\n \"\\u0062\": 1 }",
         "p.json:31: pre_roll.escaped \" } ]: is unknown here; remove it or correct its spelling"},
        {"", ", \"days\": 14", "", "p.json:7: retention: \"days\" is missing; add it"},
        {"\"hold\"", "],\n    \"approve\": [\"supervisor\", \"deputy\"]", "]",
         "p.json:10: hold: \"approve\" is missing; add it"},
        {"", "  \"open\": [\"reviewer\"],", "", "p.json:1: \"open\" is missing; add it"},
        {"\"L5\"", ", \"checked\": \"C\"", "", "p.json:42: laws[7]: \"checked\" is missing; add it"},
        {"\"L3\"", "\"citation\"", "\"zitat\"",
         "p.json:41: laws[6].zitat: is unknown here; remove it or correct its spelling"},
    };
    REFUSES(table);
}

static void values_must_have_their_type_and_range(void **state)
{
    (void)state;
    static const struct refusal table[] = {
        {"", "\"format\": 1", "\"format\": 2",
         "p.json:3: format: this program reads format 1 only; correct it, or take the program that the "
         "policy was "
         "written for"},
        {"", "policy.schema.json", "else",
         "p.json:2: $schema: \"else\" cannot stand here; give one of policy.schema.json"},
        {"", "\"nrw-ordnungsamt\"", "\"NRW\"",
         "p.json:4: name: \"NRW\" is no name; use small letters, digits and dashes"},
        {"", "\"nrw-ordnungsamt\"", "\"\"", "p.json:4: name: is no text; write one in quotation marks"},
        {"", "\"nrw-ordnungsamt\"", "12", "p.json:4: name: is no text; write one in quotation marks"},
        {"", "nrw-ordnungsamt", "a123456789012345678901234567890123456789012345678901234567890123",
         "p.json:4: name: is longer than 63 bytes; shorten it"},
        {"", "Nordrhein", "Nord\\trhein",
         "p.json:6: title: \"Ordnungsbeh\xc3\xb6rde in Nord\trhein-Westfalen\" holds a control character; "
         "write plain text"},
        {"", "\"version\": 1", "\"version\": 0",
         "p.json:5: version: 0 is out of range; give 1 to 4294967295"},
        {"", "\"version\": 1", "\"version\": 4294967296",
         "p.json:5: version: 4294967296 is out of range; give 1 to 4294967295"},
        {"", "\"days\": 14", "\"days\": 0", "p.json:7: retention.days: 0 is out of range; give 1 to 366"},
        {"", "\"days\": 14", "\"days\": 367", "p.json:7: retention.days: 367 is out of range; give 1 to 366"},
        {"", "\"days\": 14", "\"days\": -14", "p.json:7: retention.days: -14 is out of range; give 1 to 366"},
        {"", "\"days\": 14", "\"days\": 14.0", "p.json:7: retention.days: is no whole number; give 1 to 366"},
        {"", "\"days\": 14", "\"days\": \"14\"",
         "p.json:7: retention.days: is no whole number; give 1 to 366"},
        {"", "\"at_most\"", "\"about\"",
         "p.json:7: retention.kind: \"about\" cannot stand here; give one of at_most, exactly"},
        {"", "\"at_most\"", "null", "p.json:7: retention.kind: is no text; give one of at_most, exactly"},
        {"", "{ \"kind\": \"at_most\", \"days\": 14 }", "14",
         "p.json:7: retention: is no object; write its members in { and }"},
        {"", "\"danger\"", "\"curiosity\"",
         "p.json:8: causes[0]: \"curiosity\" cannot stand here; give one of danger, prosecution, "
         "legality_check"},
        {"\"causes\"", "[\"danger\", \"prosecution\", \"legality_check\"]", "[]",
         "p.json:8: causes: is no list; give one or more of danger, prosecution, legality_check in brackets"},
        {"", "\"request_lapse_days\": 3", "\"request_lapse_days\": 4",
         "p.json:9: request_lapse_days: 4 is out of range; give 1 to 3"},
        {"\"hold\"", "\"deputy\", \"data", "\"wearer\", \"data",
         "p.json:11: hold.request[2]: \"wearer\" was already given; keep one of them"},
        {"\"hold\"", "\"approve\": [\"supervisor\", ", "\"approve\": [\n\"supervisor\",\n\n\"reviewer\", ",
         "p.json:15: hold.approve[1]: \"reviewer\" cannot stand here; give one of wearer, supervisor, "
         "deputy"},
        {"\"open\"", "[\"reviewer\"]", "\"reviewer\"",
         "p.json:22: open: is no list; give one or more of supervisor, deputy, reviewer, "
         "data_protection_officer in "
         "brackets"},
        /* LAW L4: the administrator cannot decrypt, and decides nothing. */
        {"\"open\"", "\"reviewer\"", "\"administrator\"",
         "p.json:22: open[0]: \"administrator\" cannot stand here; give one of supervisor, deputy, reviewer, "
         "data_protection_officer"},
        {"\"export\"", "\"exporter\"", "\"staff_council\"",
         "p.json:24: export[0]: \"staff_council\" cannot stand here; give one of supervisor, deputy, "
         "exporter"},
        {"\"export\"", "\"exporter\"", "7",
         "p.json:24: export[0]: is no text; give one of supervisor, deputy, exporter"},
        {"\"dwelling\"", "\"supervisor\"", "\"wearer\"",
         "p.json:26: blocks.dwelling[0]: \"wearer\" cannot stand here; give one of supervisor, deputy, "
         "data_protection_officer"},
        {"", "\"exclude_appraising_superior\": true", "\"exclude_appraising_superior\": \"yes\"",
         "p.json:23: exclude_appraising_superior: is neither true nor false; give one of them, without "
         "quotation "
         "marks"},
        {"", "\"max_ms\": 0", "\"max_ms\": 120001",
         "p.json:30: pre_roll.max_ms: 120001 is out of range; give 0 to 120000"},
        {"", "\"access_log_years\": 1", "\"access_log_years\": 0",
         "p.json:31: access_log_years: 0 is out of range; give 1 to 10"},
        {"", "\"incident_years\": 1", "\"incident_years\": 11",
         "p.json:32: incident_years: 11 is out of range; give 0 to 10"},
        {"", "\"statistics_min_group\": 5", "\"statistics_min_group\": 2",
         "p.json:33: statistics_min_group: 2 is out of range; give 3 to 1000"},
        {"\"L6\"", "\"checked\": \"B\"", "\"checked\": \"D\"",
         "p.json:43: laws[8].checked: \"D\" cannot stand here; give one of A, B, C"},
        {"\"laws\"", "\"R4\"", "\"R9\"",
         "p.json:36: laws[1].rule: \"R9\" cannot stand here; give one of R3, R4, R5, T1, T3, T4, L3, L5, L6, "
         "L10"},
        {"\"laws\"", "{ \"rule\": \"R4\"", "7, { \"rule\": \"R4\"",
         "p.json:36: laws[1]: is no object; write its members in { and }"},
    };
    REFUSES(table);
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
    (void)state;
    static const struct refusal table[] = {
        /* LAW T4: two different people, one of them a superior. */
        {"\"hold\"", "[\"supervisor\", \"deputy\"]", "[\"wearer\"]",
         "p.json:12: hold.approve: the wearer never approves alone; add supervisor or deputy (LAW T4)"},
        {"\"release\"", "[\"wearer\", \"supervisor\", \"deputy\", \"reviewer\", \"data_protection_officer\"]",
         "[\"deputy\"]",
         "p.json:15: release.request: names one role only, which may also approve; add another that may "
         "request, or "
         "take it out of \"approve\" (LAW T4)"},
        {"\"early_erasure\"", "[\"supervisor\", \"deputy\"]", "[\"wearer\"]",
         "p.json:20: early_erasure.approve: the wearer never approves alone; add supervisor or deputy (LAW "
         "T4)"},
        /* LAW R5: a pre-roll needs a decision. */
        {"", "\"max_ms\": 0", "\"max_ms\": 30000",
         "p.json:30: pre_roll: allows a pre-roll that nobody decided on; add \"decision\" with who did and "
         "where it "
         "is written, or set \"max_ms\" to 0 (LAW R5)"},
        {"", "\"max_ms\": 0", "\"max_ms\": 0,\n \"decision\": \"Dienstanweisung 7\"",
         "p.json:31: pre_roll.decision: decides on nothing, as \"max_ms\" is 0; remove it or set \"max_ms\""},
        /* LAW T3: a recorded person's demand comes through the data-protection officer. */
        {"", ", \"legality_check\"", "",
         "p.json:11: hold.request: the data_protection_officer requests for a \"legality_check\" only, which "
         "is "
         "none of the causes; remove that role, or add the cause (LAW T3)"},
        {"\"hold\"", ", \"data_protection_officer\"", "",
         "p.json:11: hold.request: \"legality_check\" is one of the causes, and only the "
         "data_protection_officer "
         "requests for it; add that role, or remove the cause (LAW T3)"},
        {"\"laws\"", "\"rule\": \"L6\"", "\"rule\": \"L5\"",
         "p.json:34: laws: names nothing for rule L6; add what it rests on"},
    };
    REFUSES(table);
}

static void what_differs_and_is_right_is_read(void **state)
{
    (void)state;
    struct asv_policy got;
    struct asv_err err;
    char *text = changed("", "\"max_ms\": 0", "\"max_ms\": 30000, \"decision\": \"Dienstanweisung 7/2026\"");
    assert_int_equal(parse(text, &got, &err), ASV_OK);
    assert_int_equal(got.pre_roll_ms, 30000);
    assert_string_equal(got.pre_roll_decision, "Dienstanweisung 7/2026");
    free(text);
    text = changed("\"hold\"", "[\"supervisor\", \"deputy\"]", "[\"wearer\", \"supervisor\"]");
    assert_int_equal(parse(text, &got, &err), ASV_OK);
    assert_int_equal(got.hold.approve, ASV_ROLE_WEARER | ASV_ROLE_SUPERVISOR);
    free(text);
    text =
        changed("\"release\"", ", \"supervisor\", \"deputy\", \"reviewer\", \"data_protection_officer\"", "");
    assert_int_equal(parse(text, &got, &err), ASV_OK); /* one role may request, and another approves */
    assert_int_equal(got.release.request, ASV_ROLE_WEARER);
    free(text);
    text = changed("", "  \"$schema\": \"policy.schema.json\",\n", "");
    assert_int_equal(parse(text, &got, &err), ASV_OK);
    free(text);
    text = changed("", "\"version\"", "\"vers\\u0069on\""); /* another way to write the same */
    assert_int_equal(parse(text, &got, &err), ASV_OK);
    free(text);
}

static void a_file_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    struct asv_policy_file *file = NULL;
    struct asv_err err = {0};
    char directory[256];
    char path[512];
    static char large[ASV_POLICY_FILE_BYTES + 1];
    asv_test_make_directory(directory, sizeof directory);
    (void)snprintf(path, sizeof path, "%s/p.json", directory);
    assert_int_equal(asv_policy_open(path, &file, &err), ASV_E_NOT_FOUND);
    memset(large, ' ', sizeof large);
    asv_test_write_file(directory, "p.json", large, sizeof large);
    assert_int_equal(asv_policy_open(path, &file, &err), ASV_E_LIMIT);
    asv_test_write_file(directory, "p.json", large, ASV_POLICY_FILE_BYTES);
    assert_int_equal(asv_policy_open(path, &file, &err), ASV_E_MALFORMED);
    assert_null(file);
    asv_test_remove_directory(directory);
}

/* The line of each member and element, against a search for values that stand once in the text. */
static void every_value_has_its_line(void **state)
{
    (void)state;
    static const char text[] =
        "\n{\"a\" :\n[ 1,\n\"x,]}\\\\\", {\"b\":{}, \"c\"\n:\n[[], \"\\\"\", true ]},\nnull],"
        "\n\t\"d\": {\n\"e\":\n-1.5e3 , \"f\": 2 }, \"g\":\n3}\n";
    static const struct {
        const char *way[4];
        unsigned line;
    } table[] = {
        {{"a"}, 2},           {{"a", "0"}, 3},      {{"a", "1"}, 4},           {{"a", "2"}, 4},
        {{"a", "2", "b"}, 4}, {{"a", "2", "c"}, 4}, {{"a", "2", "c", "0"}, 6}, {{"a", "2", "c", "2"}, 6},
        {{"a", "3"}, 7},      {{"d"}, 8},           {{"d", "e"}, 9},           {{"d", "f"}, 10},
        {{"g"}, 10},
    };
    const struct asv_policy_text source = {"t", text, sizeof text - 1, NULL};
    json_t *json = NULL;
    assert_int_equal(asv_policy_text_load(&source, &json, NULL), ASV_OK);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct asv_policy_node nodes[5] = {{.source = &source, .json = json}};
        assert_int_equal(asv_policy_node_line(&nodes[0]), 2);
        unsigned depth = 0;
        for (; depth < 4 && table[i].way[depth] != NULL; depth++) {
            const char *step = table[i].way[depth];
            assert_true(step[0] >= 'a' ? asv_policy_node_member(&nodes[depth], step, &nodes[depth + 1])
                                       : asv_policy_node_element(&nodes[depth], (size_t)(step[0] - '0'),
                                                                 &nodes[depth + 1]));
        }
        assert_int_equal(asv_policy_node_line(&nodes[depth]), table[i].line);
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_says_what_the_rules_of_the_city_say),
        cmocka_unit_test(T7_other_laws_are_other_files),
        cmocka_unit_test(what_is_no_json_is_refused_where_it_stands),
        cmocka_unit_test(members_must_be_known_and_there),
        cmocka_unit_test(values_must_have_their_type_and_range),
        cmocka_unit_test(settings_that_contradict_each_other_are_refused),
        cmocka_unit_test(what_differs_and_is_right_is_read),
        cmocka_unit_test(a_file_that_cannot_be_read_is_refused),
        cmocka_unit_test(every_value_has_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
