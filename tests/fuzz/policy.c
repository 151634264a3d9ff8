/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Policy files: what is read stays in its ranges and does not contradict itself, what is refused has a line
 * of the text, and is plain text itself. */
#include "server/policy/policy.h"
#include "firmware-proto/base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_plain(const char *text)
{
    const struct asv_bytes bytes = {(const uint8_t *)text, strlen(text)};
    require(asv_utf8_is_valid(bytes));
    for (size_t i = 0; i < bytes.len; i++) {
        require(bytes.data[i] >= 0x20 && bytes.data[i] != 0x7f);
    }
}

static void check_refusal(const uint8_t *data, size_t size, const struct asv_err *err,
                          const struct asv_policy_mistake *mistake)
{
    unsigned long lines = 1;
    char *end;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n' ? 1 : 0;
    }
    require(strncmp(err->text, "p:", 2) == 0);
    unsigned long line = strtoul(err->text + 2, &end, 10);
    require(line >= 1 && line <= lines && end[0] == ':' && end[1] == ' ');
    require(mistake->line == line && mistake->english[0] != '\0' && mistake->german[0] != '\0');
    check_plain(mistake->where);
    check_plain(mistake->english);
    check_plain(mistake->german);
}

/* LAW T4: of two people one is a superior; LAW L4: who administers decides nothing. */
static void check_pair(const struct asv_policy_pair *pair)
{
    const unsigned never = ASV_ROLE_ADMINISTRATOR | ASV_ROLE_STAFF_COUNCIL;
    require(pair->request != 0 && (pair->approve & ASV_ROLES_SUPERIOR) != 0);
    require(((pair->request | pair->approve) & never) == 0);
}

static void check_policy(const struct asv_policy *policy)
{
    require(memchr(policy->name, 0, sizeof policy->name) && policy->name[0] != '\0');
    require(memchr(policy->title, 0, sizeof policy->title) && policy->title[0] != '\0');
    require(policy->retention.version >= 1 && policy->retention.days >= 1 &&
            policy->retention.days <= ASV_POLICY_DAYS_MAX);
    require(asv_policy_period_name(policy->period) != NULL);
    require(policy->lapse_days >= 1 && policy->lapse_days <= ASV_POLICY_LAPSE_DAYS_MAX);
    require((policy->pre_roll_ms != 0) == (policy->pre_roll_decision[0] != '\0'));
    require(policy->causes != 0 && (policy->causes & ~(unsigned)ASV_CAUSES) == 0);
    check_pair(&policy->hold);
    check_pair(&policy->release);
    check_pair(&policy->early_erasure);
    require(policy->open != 0 && policy->export != 0);
    require(policy->lift_dwelling != 0 && policy->lift_secret != 0 && policy->lift_pre_roll != 0);
    require(policy->access_log_years >= 1 && policy->statistics_min_group >= ASV_POLICY_GROUP_MIN);
    require(policy->law_count >= 1 && policy->law_count <= ASV_POLICY_LAWS_MAX);
    for (size_t i = 0; i < policy->law_count; i++) {
        require(asv_policy_rule_name(policy->laws[i].rule) != NULL && policy->laws[i].citation[0] != '\0' &&
                asv_policy_checked_name(policy->laws[i].checked) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct asv_policy policy;
    struct asv_policy_mistake mistake;
    struct asv_err err = {0};
    if (asv_policy_parse("p", (const char *)data, size, &policy, &mistake, &err) == ASV_OK) {
        check_policy(&policy);
    } else {
        check_refusal(data, size, &err, &mistake);
    }
    return 0;
}
