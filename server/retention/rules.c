/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/retention/rules.h"

#include "server/base/calendar.h"
#include "server/base/fail.h"
#include "server/policy/retention.h"

/* When a recording whose day nobody knows is over at the latest: with a key that was first used at its
 * commit. */
static enum asv_status latest_end(int64_t instant_ms, unsigned days, int64_t *end_ms, struct asv_err *err)
{
    const struct asv_retention_policy policy = {.days = days};
    uint32_t day = 0;
    enum asv_status status = asv_local_date(instant_ms, &day);
    if (status != ASV_OK) {
        return asv_fail(err, status, "a date is outside the calendar");
    }
    return asv_policy_due(&policy, day, end_ms, err);
}

/* What is due goes when its key did, was never there, or is refused for ever. One that is kept although
 * nothing here says so is for people: the keeper is right about keys, and whoever asked for it must be found.
 */
static enum asv_retention_step when_due(enum asv_retention_key key)
{
    bool opens_never =
        key == ASV_RETENTION_KEY_GONE || key == ASV_RETENTION_KEY_NEVER || key == ASV_RETENTION_KEY_REFUSED;
    return opens_never                                                         ? ASV_RETENTION_ERASE
           : key == ASV_RETENTION_KEY_PENDING || key == ASV_RETENTION_KEY_HELD ? ASV_RETENTION_REPORT
                                                                               : ASV_RETENTION_WAIT;
}

/* Sealed, quarantined, released: nobody keeps it, its period runs. */
static enum asv_status judge_running(struct asv_retention_verdict *verdict,
                                     const struct asv_retention_facts *facts, struct asv_err *err)
{
    bool known = facts->day != 0;
    int64_t end = facts->due_ms;
    enum asv_status status = known ? ASV_OK : latest_end(facts->committed_ms, facts->days, &end, err);
    if (status != ASV_OK) {
        return status;
    }
    bool over = end <= facts->now_ms || (!known && facts->key == ASV_RETENTION_KEY_GONE); /* K-186 */
    bool kept = facts->key == ASV_RETENTION_KEY_PENDING || facts->key == ASV_RETENTION_KEY_HELD;
    verdict->due_ms = end;
    verdict->rule = !known                                   ? ASV_RULE_NO_DAY
                    : facts->state == ASV_RETENTION_RELEASED ? ASV_RULE_RELEASED
                                                             : ASV_RULE_PERIOD;
    verdict->step = over ? when_due(facts->key) : kept ? ASV_RETENTION_REPORT : ASV_RETENTION_LEAVE;
    return ASV_OK;
}

static enum asv_retention_step judge_erasing(const struct asv_retention_facts *facts)
{
    return facts->key == ASV_RETENTION_KEY_REFUSED ? ASV_RETENTION_UNLINK : when_due(facts->key);
}

enum asv_status asv_retention_judge(struct asv_retention_verdict *out,
                                    const struct asv_retention_facts *facts, struct asv_err *err)
{
    struct asv_retention_verdict verdict = {.step = ASV_RETENTION_LEAVE};
    enum asv_status status = ASV_OK;
    bool said = facts->key != ASV_RETENTION_KEY_UNKNOWN;
    switch (facts->state) {
    case ASV_RETENTION_SEALED:
    case ASV_RETENTION_QUARANTINED:
    case ASV_RETENTION_RELEASED:
        status = judge_running(&verdict, facts, err);
        break;
    case ASV_RETENTION_PENDING:
        verdict.due_ms = facts->lapse_ms;
        /* The keeper lets it lapse by itself: it no longer has the key then, and before it must have it. */
        verdict.step = facts->lapse_ms <= facts->now_ms                  ? ASV_RETENTION_LAPSE
                       : said && facts->key != ASV_RETENTION_KEY_PENDING ? ASV_RETENTION_REPORT
                                                                         : ASV_RETENTION_LEAVE;
        break;
    case ASV_RETENTION_HELD:
        verdict.step =
            said && facts->key != ASV_RETENTION_KEY_HELD ? ASV_RETENTION_REPORT : ASV_RETENTION_LEAVE;
        break;
    case ASV_RETENTION_ERASING:
        verdict.due_ms = facts->due_ms;
        verdict.rule = facts->early ? ASV_RULE_EARLY : ASV_RULE_NONE; /* as the run that began said */
        verdict.step = judge_erasing(facts);
        break;
    default:
        status = asv_fail(err, ASV_E_USAGE, "no state in which a recording is kept");
        break;
    }
    if (status == ASV_OK) {
        *out = verdict;
    }
    return status;
}

enum asv_status asv_retention_staging_is_over(bool *over, int64_t written_ms, unsigned days, int64_t now_ms,
                                              struct asv_err *err)
{
    int64_t end = 0;
    enum asv_status status = latest_end(written_ms, days, &end, err);
    if (status == ASV_OK) {
        *over = end <= now_ms;
    }
    return status;
}

int64_t asv_retention_difference(const struct asv_retention_balance *balance)
{
    uint64_t arrived = balance->ingested + balance->expired;
    uint64_t became = balance->running + balance->pending + balance->held + balance->quarantined +
                      balance->erasing + balance->erased;
    return (int64_t)(arrived - became);
}

const char *asv_retention_rule_name(enum asv_retention_rule rule)
{
    static const char *const names[] = {
        [ASV_RULE_PERIOD] = "period",
        [ASV_RULE_RELEASED] = "released",
        [ASV_RULE_NO_DAY] = "no_day",
        [ASV_RULE_EARLY] = "early",
    };
    return rule < sizeof names / sizeof *names ? names[rule] : NULL;
}
