/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The table of actions that people read, in docs/STATEMENTS.md, is the one that programs follow.
 */
#include <stdio.h>
#include <string.h>

#include "server/policy/policy.h"
#include "server/statement/action.h"
#include "server/statement/credential.h"
#include "tests/unit/test.h"

#define COLUMNS 9

/* "| a | b |" into its columns, without the blanks around them. */
static bool split(char *line, char *columns[COLUMNS])
{
    char *at = line;
    for (size_t i = 0; i < COLUMNS; i++) {
        at = at == NULL ? NULL : strchr(at, '|');
        if (at == NULL) {
            return false;
        }
        *at++ = '\0';
        columns[i] = at;
    }
    at = strchr(at, '|');
    if (at == NULL) {
        return false;
    }
    *at = '\0';
    for (size_t i = 0; i < COLUMNS; i++) {
        columns[i] += strspn(columns[i], " ");
        for (size_t len = strlen(columns[i]); len > 0 && columns[i][len - 1] == ' '; len--) {
            columns[i][len - 1] = '\0';
        }
    }
    return true;
}

static uint16_t roles(const char *text)
{
    static const char letters[] = "WSDREPCA"; /* the staff council, C, decides nothing */
    uint16_t set = 0;
    for (; *text != '\0' && strncmp(text, "alone", 5) != 0; text++) {
        const char *letter = strchr(letters, *text);
        assert_true(letter != NULL || *text == ' ' || *text == ',');
        set |= (uint16_t)(letter != NULL ? 1u << (letter - letters) : 0u);
    }
    return set;
}

static uint16_t one_of(const char *text, const char *const *names, const uint16_t *values)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return values[i];
        }
    }
    fail_msg("\"%s\" is none of these", text);
    return 0;
}

static int64_t milliseconds(const char *text)
{
    char *unit;
    int64_t count = strtol(text, &unit, 10);
    if (*text == '\0') {
        return 0;
    }
    assert_true(unit[0] == ' ' && (unit[1] == 'd' || unit[1] == 'h' || unit[1] == 'm'));
    return count * (unit[1] == 'd' ? 24 * 60 : unit[1] == 'h' ? 60 : 1) * 60 * 1000;
}

static void check_row(char *columns[COLUMNS])
{
    static const char *const subjects[] = {"clip", "camera", "credential", "recipient", "policy",   "keeper",
                                           "day",  "ledger", "viewer",     "record",    "handover", NULL};
    static const uint16_t kinds[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    static const char *const grounds[] = {"none", "keep", "shield", "none or shield", NULL};
    static const uint16_t sets[] = {0x01, 0x0e, 0xf0, 0xf1};
    static const char *const needs[] = {"no", "may", "yes", NULL};
    static const uint16_t need[] = {ASV_ABSENT, ASV_OPTIONAL, ASV_REQUIRED};
    char *name;
    const struct asv_action_rule *rule = asv_action_rule((uint16_t)strtoul(columns[0], &name, 10));
    assert_non_null(rule);
    assert_string_equal(rule->name, name + 1);
    assert_int_equal(rule->subject, one_of(columns[1], subjects, kinds));
    bool root = strcmp(columns[2], "the agency root alone") == 0;
    assert_int_equal(rule->proposers, root ? 0 : roles(columns[2]));
    assert_int_equal(rule->approvers, roles(columns[3]));
    assert_true((rule->approvers == 0) == (strstr(columns[2], "alone") != NULL));
    assert_int_equal(rule->grounds, one_of(columns[4], grounds, sets));
    assert_int_equal(rule->incident, one_of(columns[5], needs, need));
    assert_int_equal(rule->recipient, one_of(columns[6], needs, need));
    assert_true(rule->proposal_ms == milliseconds(columns[7]));
    assert_true(rule->answer_ms == milliseconds(columns[8]));
}

static void the_table_is_the_one_that_people_read(void **state)
{
    (void)state; /* ST-040 */
    char line[512];
    char *columns[COLUMNS];
    size_t rows = 0;
    size_t known = 0;
    bool there = false;
    FILE *file = fopen(ASV_SOURCE_DIR "/docs/STATEMENTS.md", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        there = strncmp(line, "## ", 3) == 0 ? strncmp(line, "## 4.", 5) == 0 : there;
        if (there && line[0] == '|' && line[2] >= '0' && line[2] <= '9' && split(line, columns)) {
            check_row(columns);
            rows++;
        }
    }
    fclose(file);
    for (uint32_t action = 0; action <= UINT16_MAX; action++) {
        known += asv_action_rule((uint16_t)action) != NULL ? 1 : 0;
    }
    assert_int_equal(rows, known);
    assert_int_equal(roles("W S D R E P C A"), ASV_ROLES_ALL);
}

/* Whoever has a statement's ground and a policy shifts by one: nothing else stands between them. */
static void grounds_to_keep_are_a_policys_causes(void **state)
{
    (void)state;
    assert_int_equal(1 << (ASV_GROUND_DANGER - 1), ASV_CAUSE_DANGER);
    assert_int_equal(1 << (ASV_GROUND_PROSECUTION - 1), ASV_CAUSE_PROSECUTION);
    assert_int_equal(1 << (ASV_GROUND_LEGALITY_CHECK - 1), ASV_CAUSE_LEGALITY_CHECK);
    assert_int_equal(ASV_CAUSES << 1, asv_action_rule(ASV_ACTION_HOLD)->grounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_the_one_that_people_read),
        cmocka_unit_test(grounds_to_keep_are_a_policys_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
