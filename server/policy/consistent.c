/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/policy/consistent.h"

#include <assert.h>

/* A member that was read, so it is there. */
static void member(const struct asv_policy_node *parent, const char *key, struct asv_policy_node *out)
{
    bool found = asv_policy_node_member(parent, key, out);
    assert(found);
    (void)found;
}

/* LAW T4: the two are different people, and one of them is a superior. */
static enum asv_status check_pair(const struct asv_policy_node *root, const char *key,
                                  const struct asv_policy_pair *pair, struct asv_err *err)
{
    struct asv_policy_node decision;
    struct asv_policy_node list;
    member(root, key, &decision);
    if (pair->approve == ASV_ROLE_WEARER) {
        member(&decision, "approve", &list);
        return asv_policy_refuse(
            &list, err, "the wearer never approves alone; add supervisor or deputy (LAW T4)",
            "wer die Kamera trug, genehmigt nie allein; supervisor oder deputy ergänzen (LAW T4)");
    }
    if ((pair->request & (pair->request - 1)) == 0 && (pair->request & pair->approve) != 0) {
        member(&decision, "request", &list);
        return asv_policy_refuse(
            &list, err,
            "names one role only, which may also approve; add another that may request, or "
            "take it out of \"approve\" (LAW T4)",
            "nennt nur eine Rolle, die auch genehmigen darf; eine andere ergänzen, die beantragen darf, oder "
            "sie aus „approve“ nehmen (LAW T4)");
    }
    return ASV_OK;
}

/* LAW R5: somebody has decided on each pre-roll. */
static enum asv_status check_pre_roll(const struct asv_policy_node *root, const struct asv_policy *policy,
                                      struct asv_err *err)
{
    struct asv_policy_node pre_roll;
    struct asv_policy_node decision;
    bool decided = policy->pre_roll_decision[0] != '\0';
    member(root, "pre_roll", &pre_roll);
    if (policy->pre_roll_ms > 0 && !decided) {
        return asv_policy_refuse(
            &pre_roll, err,
            "allows a pre-roll that nobody decided on; add \"decision\" with who did and "
            "where it is written, or set \"max_ms\" to 0 (LAW R5)",
            "erlaubt einen Vorlauf, über den niemand entschieden hat; „decision“ ergänzen: wer es tat, und "
            "wo es steht; oder „max_ms“ auf 0 setzen (LAW R5)");
    }
    if (policy->pre_roll_ms == 0 && decided) {
        member(&pre_roll, "decision", &decision);
        return asv_policy_refuse(
            &decision, err, "decides on nothing, as \"max_ms\" is 0; remove it or set \"max_ms\"",
            "entscheidet über nichts, da „max_ms“ 0 ist; entfernen, oder „max_ms“ setzen");
    }
    return ASV_OK;
}

/* LAW T3: a recorded person's demand comes through the data-protection officer, and nothing else does. */
static enum asv_status check_causes(const struct asv_policy_node *root, const struct asv_policy *policy,
                                    struct asv_err *err)
{
    struct asv_policy_node hold;
    struct asv_policy_node list;
    bool cause = (policy->causes & ASV_CAUSE_LEGALITY_CHECK) != 0;
    bool officer = (policy->hold.request & ASV_ROLE_DATA_PROTECTION_OFFICER) != 0;
    if (cause == officer) {
        return ASV_OK;
    }
    member(root, "hold", &hold);
    member(&hold, "request", &list);
    return cause ? asv_policy_refuse(&list, err,
                                     "\"legality_check\" is one of the causes, and only the "
                                     "data_protection_officer requests for it; "
                                     "add that role, or remove the cause (LAW T3)",
                                     "„legality_check“ ist einer der Anlässe, und nur "
                                     "data_protection_officer beantragt dafür; "
                                     "die Rolle ergänzen oder den Anlass entfernen (LAW T3)")
                 : asv_policy_refuse(&list, err,
                                     "the data_protection_officer requests for a \"legality_check\" only, "
                                     "which is none of the "
                                     "causes; remove that role, or add the cause (LAW T3)",
                                     "data_protection_officer beantragt nur für „legality_check“, und der "
                                     "ist keiner der Anlässe; "
                                     "die Rolle entfernen oder den Anlass ergänzen (LAW T3)");
}

/* Each rule that the members above carry has its law, and how sure that is. */
static enum asv_status check_laws(const struct asv_policy_node *root, const struct asv_policy *policy,
                                  struct asv_err *err)
{
    for (unsigned rule = 0; asv_policy_rule_name(rule) != NULL; rule++) {
        size_t i = 0;
        while (i < policy->law_count && policy->laws[i].rule != rule) {
            i++;
        }
        if (i == policy->law_count) {
            struct asv_policy_node laws;
            member(root, "laws", &laws);
            return asv_policy_refuse(&laws, err, "names nothing for rule %s; add what it rests on",
                                     "nennt nichts für die Regel %s; ergänzen, worauf sie beruht",
                                     asv_policy_rule_name(rule));
        }
    }
    return ASV_OK;
}

enum asv_status asv_policy_consistent(const struct asv_policy_node *root, const struct asv_policy *policy,
                                      struct asv_err *err)
{
    enum asv_status status = check_causes(root, policy, err);
    if (status == ASV_OK) {
        status = check_pair(root, "hold", &policy->hold, err);
    }
    if (status == ASV_OK) {
        status = check_pair(root, "release", &policy->release, err);
    }
    if (status == ASV_OK) {
        status = check_pair(root, "early_erasure", &policy->early_erasure, err);
    }
    if (status == ASV_OK) {
        status = check_pre_roll(root, policy, err);
    }
    if (status == ASV_OK) {
        status = check_laws(root, policy, err);
    }
    return status;
}
