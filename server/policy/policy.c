/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The words of the format, and policy files. */
#include "server/policy/policy.h"

#include <fcntl.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

static const char *const roles[] = {
    "wearer",        "supervisor",    "deputy", "reviewer", "exporter", "data_protection_officer",
    "staff_council", "administrator",
};
static const char *const causes[] = {"danger", "prosecution", "legality_check"};
static const char *const periods[] = {"at_most", "exactly"};
static const char *const checked[] = {"A", "B", "C"};
static const char *const rules[] = {"R3", "R4", "R5", "T1", "T3", "T4", "L3", "L5", "L6", "L10"};

#define NAME_OF(words, index) ((index) < sizeof(words) / sizeof *(words) ? (words)[index] : NULL)

const char *asv_policy_role_name(unsigned index)
{
    return NAME_OF(roles, index);
}

const char *asv_policy_cause_name(unsigned index)
{
    return NAME_OF(causes, index);
}

const char *asv_policy_period_name(unsigned index)
{
    return NAME_OF(periods, index);
}

const char *asv_policy_checked_name(unsigned index)
{
    return NAME_OF(checked, index);
}

const char *asv_policy_rule_name(unsigned index)
{
    return NAME_OF(rules, index);
}

enum asv_status asv_policy_open(const char *path, struct asv_policy_file **out, struct asv_err *err)
{
    char text[ASV_POLICY_FILE_BYTES];
    size_t len = 0;
    enum asv_status status = asv_io_read_file(AT_FDCWD, path, text, sizeof text, &len, err);
    return status == ASV_OK ? asv_policy_keep(path, text, len, out, NULL, err) : status;
}

enum asv_status asv_policy_keep(const char *name, const char *text, size_t len, struct asv_policy_file **out,
                                struct asv_policy_mistake *mistake, struct asv_err *err)
{
    if (len > ASV_POLICY_FILE_BYTES) {
        return asv_failf(err, ASV_E_LIMIT, "%s: larger than a policy can be", name);
    }
    asv_auto_free struct asv_policy_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return asv_failf(err, ASV_E_NO_MEMORY, "%s: no memory to read it", name);
    }
    enum asv_status status = asv_policy_parse(name, text, len, &file->policy, mistake, err);
    if (status == ASV_OK) {
        memcpy(file->text, text, len);
        file->len = len;
        asv_sha256(file->digest, text, len);
        *out = asv_steal(&file);
    }
    return status;
}
