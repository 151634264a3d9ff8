/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A policy: the rules of one agency as data (docs/POLICIES.md, deploy/policies; LAW T7). Reading is strict:
 * what is unknown, missing, out of range or contradicts itself is refused with "file:line: where: what is
 * wrong and what to do".
 */
#ifndef ASV_SERVER_POLICY_POLICY_H
#define ASV_SERVER_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"
#include "firmware-proto/crypto/crypto.h"
#include "server/base/roles.h"
#include "server/policy/retention.h"

#define ASV_POLICY_FORMAT             1
#define ASV_POLICY_FILE_BYTES         32768 /* the shipped ones have a tenth of it */
#define ASV_POLICY_NAME_BYTES         64    /* of a name, NUL included */
#define ASV_POLICY_TEXT_BYTES         192   /* of a title, citation or decision, NUL included */
#define ASV_POLICY_LAWS_MAX           24
#define ASV_POLICY_LAPSE_DAYS_MAX     3  /* an open request prolongs by three days at most */
#define ASV_POLICY_LOG_YEARS_MAX      10 /* an access log that lives longer does not expire */
#define ASV_POLICY_INCIDENT_YEARS_MAX 10
#define ASV_POLICY_GROUP_MIN          3    /* of two, each knows the other's part */
#define ASV_POLICY_GROUP_MAX          1000 /* beyond, nothing is left to publish */

/* Why a recording may be kept for longer (LAW T3). */
enum asv_cause_bit {
    ASV_CAUSE_DANGER = 1 << 0,
    ASV_CAUSE_PROSECUTION = 1 << 1,
    ASV_CAUSE_LEGALITY_CHECK = 1 << 2, /* a recorded person's demand, through the data-protection officer */
};
#define ASV_CAUSES (ASV_CAUSE_DANGER | ASV_CAUSE_PROSECUTION | ASV_CAUSE_LEGALITY_CHECK)

enum asv_policy_period {
    ASV_PERIOD_AT_MOST = 0, /* two people may erase earlier */
    ASV_PERIOD_EXACTLY = 1, /* nobody may, but for what LAW R4 protects */
};

/* How well a citation was checked against the law: its wording was read, a secondary source, unchecked. */
enum asv_policy_checked { ASV_CHECKED_A = 0, ASV_CHECKED_B = 1, ASV_CHECKED_C = 2 };

/* A decision that takes two people: the roles of who asks for it and of who agrees (LAW T4). */
struct asv_policy_pair {
    unsigned request, approve;
};

struct asv_policy_law {
    unsigned rule; /* index for asv_policy_rule_name */
    unsigned checked;
    char citation[ASV_POLICY_TEXT_BYTES];
};

struct asv_policy {
    char name[ASV_POLICY_NAME_BYTES];
    char title[ASV_POLICY_TEXT_BYTES];
    struct asv_retention_policy retention;
    unsigned period;
    unsigned lapse_days;                           /* of an open request */
    unsigned pre_roll_ms;                          /* longest that needs no decision of its own */
    char pre_roll_decision[ASV_POLICY_TEXT_BYTES]; /* who allowed it; empty with pre_roll_ms 0 */
    unsigned causes;                               /* ASV_CAUSE_* */
    struct asv_policy_pair hold, release, early_erasure;
    unsigned open, export;
    bool exclude_appraiser; /* the wearer's appraising superior is not shown the recording */
    unsigned lift_dwelling, lift_secret, lift_pre_roll;
    unsigned access_log_years; /* after the year of the access */
    unsigned incident_years;   /* after the year in which an incident's last recording was released or gone */
    unsigned statistics_min_group;
    size_t law_count;
    struct asv_policy_law laws[ASV_POLICY_LAWS_MAX];
};

/* What two people sign is the SHA-256 of the file's bytes: `sha256sum` shows it, what a person read is what
 * is signed, and no encoder stands between. The bytes are kept with it. */
struct asv_policy_file {
    struct asv_policy policy;
    uint8_t digest[ASV_SHA256_BYTES];
    size_t len;
    char text[ASV_POLICY_FILE_BYTES];
};

/* What is wrong with a policy's text, for whoever corrects it there: plain UTF-8, cut if longer. */
#define ASV_POLICY_WAY_BYTES                                                      \
    96 /* of the names on the way to a value: three known ones and an unknown one \
        */
struct asv_policy_mistake {
    unsigned line;                    /* 0: nothing is */
    char where[ASV_POLICY_WAY_BYTES]; /* "blocks.dwelling[0]"; empty: the text as a whole */
    char english[ASV_ERR_TEXT_BYTES], german[ASV_ERR_TEXT_BYTES];
};

/* Reads a policy file; *out is the caller's to free. ASV_E_MALFORMED with the place for one that is refused,
 * what asv_io_read_file says for one that cannot be read. */
ASV_MUST_CHECK enum asv_status asv_policy_open(const char *path, struct asv_policy_file **out,
                                               struct asv_err *err);

/* The same for the bytes of a file, from wherever they come; name stands for the path in messages. mistake:
 * gets what is wrong with them, and line 0 when nothing is; NULL: nobody asks. */
ASV_MUST_CHECK enum asv_status asv_policy_keep(const char *name, const char *text, size_t len,
                                               struct asv_policy_file **out,
                                               struct asv_policy_mistake *mistake, struct asv_err *err);

/* The settings of text[len] alone. *out is untouched on failure. */
ASV_MUST_CHECK enum asv_status asv_policy_parse(const char *name, const char *text, size_t len,
                                                struct asv_policy *out, struct asv_policy_mistake *mistake,
                                                struct asv_err *err);

/* The words of the format by their index: for bits, the bit's number. NULL behind the last. */
const char *asv_policy_role_name(unsigned index);
const char *asv_policy_cause_name(unsigned index);
const char *asv_policy_period_name(unsigned index);
const char *asv_policy_checked_name(unsigned index);
const char *asv_policy_rule_name(unsigned index); /* "T1": the rules that a policy's members carry */

#endif
