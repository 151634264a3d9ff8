/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Judging a checkpoint by a policy. */
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/cosignature.h"
#include "server/ledger/policy.h"

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1) {
        count++;
    }
    return count;
}

bool asv_ledger_policy_is_met(const struct asv_ledger_policy *policy, uint32_t cosigned)
{
    uint32_t met = 0; /* groups; each is decided before those that it is a member of */
    for (size_t i = 0; i < policy->group_count; i++) {
        const struct asv_ledger_group *group = &policy->groups[i];
        unsigned have = count_bits(group->witnesses & cosigned) + count_bits(group->groups & met);
        met |= have >= group->needed ? UINT32_C(1) << i : 0;
    }
    switch (policy->quorum) {
    case ASV_QUORUM_NONE:
        return true;
    case ASV_QUORUM_WITNESS:
        return (cosigned >> policy->quorum_index & 1) != 0;
    case ASV_QUORUM_GROUP:
        return (met >> policy->quorum_index & 1) != 0;
    }
    return false;
}

/* LG-033: a signature by a known log is verified whichever log it is; it counts for its own origin only. */
static enum asv_status check_logs(const struct asv_ledger_policy *policy, const struct asv_note *note,
                                  struct asv_ledger_verdict *out, struct asv_err *err)
{
    for (size_t i = 0; i < policy->log_count; i++) {
        const struct asv_note_key *key = &policy->logs[i].key;
        struct asv_err detail = {0};
        enum asv_status status = asv_note_verify(note, key, &detail);
        if (status == ASV_OK && out->log == policy->log_count &&
            strcmp(key->name, out->checkpoint.origin) == 0) {
            out->log = i;
        } else if (status != ASV_OK && status != ASV_E_NOT_FOUND) {
            return asv_fail(err, status, detail.text);
        }
    }
    return out->log < policy->log_count
               ? ASV_OK
               : asv_fail(err, ASV_E_UNTRUSTED, "checkpoint: signed by none of the logs that are trusted");
}

static enum asv_status check_witnesses(const struct asv_ledger_policy *policy, const struct asv_note *note,
                                       struct asv_ledger_verdict *out, struct asv_err *err)
{
    for (size_t i = 0; i < policy->witness_count; i++) {
        struct asv_err detail = {0};
        enum asv_status status =
            asv_cosignature_verify(note, &policy->witnesses[i].key, &out->time_s[i], &detail);
        if (status == ASV_OK) {
            out->cosigned |= UINT32_C(1) << i;
        } else if (status != ASV_E_NOT_FOUND) {
            return asv_fail(err, status, detail.text);
        }
    }
    return ASV_OK;
}

static enum asv_status too_few(const struct asv_ledger_policy *policy, uint32_t cosigned, struct asv_err *err)
{
    char missing[ASV_ERR_TEXT_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < policy->witness_count; i++) {
        const struct asv_bytes name = policy->witnesses[i].name;
        if ((cosigned >> i & 1) == 0 && used + name.len + 3 < sizeof missing) {
            used += (size_t)snprintf(missing + used, sizeof missing - used, "%s%.*s", used > 0 ? ", " : "",
                                     (int)name.len, (const char *)name.data);
        }
    }
    return asv_failf(err, ASV_E_UNTRUSTED, "checkpoint: too few witnesses; not cosigned by %s", missing);
}

enum asv_status asv_ledger_policy_check(const struct asv_ledger_policy *policy, struct asv_bytes data,
                                        struct asv_ledger_verdict *out, struct asv_err *err)
{
    struct asv_note note;
    *out = (struct asv_ledger_verdict){.log = policy->log_count};
    enum asv_status status = asv_note_parse(&note, data, err);
    if (status == ASV_OK) {
        status = asv_checkpoint_parse(&out->checkpoint, note.text, err);
    }
    if (status == ASV_OK) {
        status = check_logs(policy, &note, out, err);
    }
    if (status == ASV_OK) {
        status = check_witnesses(policy, &note, out, err);
    }
    if (status == ASV_OK && !asv_ledger_policy_is_met(policy, out->cosigned)) { /* LG-041 */
        return too_few(policy, out->cosigned, err);
    }
    return status;
}
