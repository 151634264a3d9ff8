/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What asservat ledger verify counts and finds (docs/LEDGER.md 9). Memory does not grow with the ledger.
 */
#ifndef ASV_SERVER_CLI_LEDGER_AUDIT_H
#define ASV_SERVER_CLI_LEDGER_AUDIT_H

#include "server/cli/text.h"

#include "server/cli/cli.h"
#include "server/cli/vaults.h"
#include "server/db/ledger.h"
#include "server/keeper/client.h"
#include "server/ledger/entry.h"
#include "server/ledger/note.h"
#include "server/ledger/walk.h"
#include "server/verify/signed.h"

#define ASV_AUDIT_NOTES 100 /* of what is wrong; the others are counted */
#define ASV_AUDIT_PAGE  64

/* A credential that was enrolled, and from which entry on. */
struct asv_audit_enrolled {
    uint8_t credential[ASV_SHA256_BYTES];
    uint16_t log; /* 0: an empty place */
    uint64_t index;
};
#define ASV_AUDIT_CREDENTIALS 256 /* remembered, so that not each is looked up for each entry */

/* A head of a log; there false: none. */
struct asv_audit_head {
    bool there;
    struct asv_tree_head head;
    char origin[ASV_DB_LEDGER_ORIGIN_SIZE];
};

/* The first entry of the log that is walked; there false: it has none that is good. */
struct asv_audit_begun {
    bool there;
    struct asv_audit_head named;
    uint64_t number, stayed; /* as in struct asv_begun */
    size_t len;
    uint8_t entry[ASV_LEDGER_ENTRY_MAX_BYTES];
};

/* A log that was walked before; number 0: none. */
struct asv_audit_before {
    struct asv_db_ledger_log log;
    struct asv_tree_head kept; /* what the keeper signed last of it; size 0: nothing, as far as it knows */
    bool strange;              /* the keeper knows no such log */
};

struct asv_audit {
    const struct asv_cli *cli;
    struct asv_db *db;
    uint8_t key[ASV_ED25519_PK_BYTES]; /* that heads are signed with */
    uint64_t logs, entries, heads;
    uint64_t opened;    /* entries whose values lie beside them, and were compared */
    uint64_t forgotten; /* whose values two people had forgotten */
    uint64_t expired;   /* whose values went with their source */
    uint64_t unheaded;  /* so new that no signed head has them */
    uint64_t waiting;
    uint64_t signatures; /* of the objects that entries name, which were verified */
    uint64_t concluded;  /* statements that the keeper took by what it keeps, and by no ruling */
    uint64_t lost; /* logs, and ends of logs, that a later one says are not here, or of an earlier keeper */
    uint64_t objects;  /* signed objects in the vault */
    uint64_t underway; /* of them so new that their event may not be in the database yet */
    uint64_t wrong;
    uint64_t waited_ms; /* for what was on its way into the log */
    json_t *notes;
    json_t *concludings; /* which these are */
    json_t *losses;      /* likewise */
    uint16_t log;        /* that is walked */
    const char *origin;  /* of it; borrowed */
    struct asv_audit_begun begun;
    struct asv_audit_before before; /* the last one in which there is something */
    struct asv_audit_before passed; /* the last one, whatever there is */
    struct asv_walk walk;
    uint16_t proven_log; /* another one, or a later head; 0: none yet */
    struct asv_tree_head proven_head;
    struct asv_db_ledger_audit rows[ASV_AUDIT_PAGE];
    struct asv_db_ledger_head head_rows[ASV_AUDIT_PAGE];
    struct asv_db_ledger_log log_rows[ASV_DB_LEDGER_LOGS];
    struct asv_tree_head signed_heads[ASV_DB_LEDGER_LOGS]; /* by the keeper's word */
    bool strange[ASV_DB_LEDGER_LOGS];                      /* the keeper knows no such log */
    struct asv_db_ledger_said said;
    struct asv_db_ledger_object object;
    struct asv_anchors anchors; /* the agency's root */
    struct asv_audit_enrolled enrolled[ASV_AUDIT_CREDENTIALS];
};

/* What counts by what the keeper keeps, and by no ruling: listed, and nothing wrong. */
void asv_audit_concluded(struct asv_audit *audit, const char *where,
                         const uint8_t statement[ASV_SHA256_BYTES]);

/* LG-117: what is not here any more, or not known to the keeper, and is accounted for: listed, and nothing
 * wrong. */
__attribute__((format(printf, 3, 4))) void asv_audit_lost(struct asv_audit *audit, const char *where,
                                                          const char *what, ...);

/* Whether the database, and not what stands in it, is what failed. */
static inline bool asv_audit_is_away(enum asv_status status)
{
    return asv_status_class(status) == ASV_CLASS_RETRY || status == ASV_E_DENIED ||
           status == ASV_E_NO_SPACE || status == ASV_E_NO_MEMORY;
}

/* LG-084: ASV_OK, or what ends the check, because the database is away; anything else is one thing wrong,
 * named by where, and nothing that ends it. */
ASV_MUST_CHECK enum asv_status asv_audit_go_on(struct asv_audit *audit, const char *where,
                                               enum asv_status status, const struct asv_err *why,
                                               struct asv_err *err);

__attribute__((format(printf, 3, 4))) void asv_audit_wrong(struct asv_audit *audit, const char *where,
                                                           const char *what, ...);

/* LG-073: one log: its entries, tiles and heads, and the rows that it tells of. signed_head: the last one
 * that the keeper signed for it, asked for before; size 0: none. Something wrong is ASV_OK and a note. */
ASV_MUST_CHECK enum asv_status asv_audit_log(struct asv_audit *audit, const struct asv_db_ledger_log *log,
                                             const struct asv_tree_head *signed_head, struct asv_err *err);

/* LG-114: that the first entry of a log, and no other, says how it began, and how. */
void asv_audit_first(struct asv_audit *audit, const struct asv_db_ledger_known *known,
                     const struct asv_ledger_entry *entry, const char *where);

/* LG-115, LG-116: how the log that was walked follows the one before, and what that says about it; then it is
 * the one before itself. keeper NULL: it is not asked. */
ASV_MUST_CHECK enum asv_status asv_audit_joint(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                               const struct asv_audit_before *log, struct asv_err *err);

/* The last log is walked: none says anything about it. */
void asv_audit_joints_end(struct asv_audit *audit);

/* LG-104: that an entry stands in a log, under a head that the ledger's key signed. */
ASV_MUST_CHECK enum asv_status asv_audit_prove(struct asv_audit *audit, uint16_t log, uint64_t index,
                                               struct asv_bytes entry, struct asv_err *err);

/* LG-083: the logs, which are walked in between: those that the keeper knows, and no others; and what it
 * signed last of each is stored. keeper NULL: it is not asked. */
ASV_MUST_CHECK enum asv_status asv_audit_logs(struct asv_audit *audit, struct asv_keeper_client *keeper,
                                              struct asv_err *err);

/* LG-089: entries and heads that no log is as large as. */
ASV_MUST_CHECK enum asv_status asv_audit_stray(struct asv_audit *audit, struct asv_err *err);

/* LG-074: an entry against the row that it tells of, and against what lies beside it. */
ASV_MUST_CHECK enum asv_status asv_audit_row(struct asv_audit *audit, const struct asv_db_ledger_audit *row,
                                             struct asv_err *err);

/* LG-085: two people had it forgotten, by what the log has of their statements; it is counted, or named. */
ASV_MUST_CHECK enum asv_status asv_audit_forgotten(struct asv_audit *audit, const uint8_t id[16],
                                                   const char *where, struct asv_err *err);

/* LG-086: whether what an entry tells of is so old that it may have expired at its source. */
ASV_MUST_CHECK enum asv_status asv_audit_may_be_gone(struct asv_audit *audit,
                                                     const struct asv_ledger_entry *entry, bool *may,
                                                     struct asv_err *err);

/* LG-128: whether the statement in audit->said, or the keeper's ruling on it, is of so long after an access
 * that no two clocks account for it. */
bool asv_audit_was_before(const struct asv_audit *audit, const struct asv_ledger_entry *entry);

/* LG-105: what the database says of a term, and never before the end of the year that comes so many years
 * after that of at_ms; where it says nothing (ASV_TIME_UNKNOWN), or the time is none, INT64_MAX: never. */
int64_t asv_audit_not_before(int64_t until_ms, int64_t at_ms, uint32_t years);

/* A statement as the log should have it. */
struct asv_audit_saying {
    const uint8_t *digest;
    uint16_t action; /* 0: any, taken or not */
    uint8_t step;
    const uint8_t *proposal; /* NULL: it answers none */
};

/* What the entry of a statement says that it is. */
ASV_MUST_CHECK bool asv_audit_action(const struct asv_ledger_entry *entry, uint16_t *action, uint8_t *step);

/* What ledger and tables have of a statement, into audit->said, when the log has it: what waits has no
 * signature that anybody looks at. */
ASV_MUST_CHECK enum asv_status asv_audit_read_said(struct asv_audit *audit,
                                                   const uint8_t digest[ASV_SHA256_BYTES],
                                                   struct asv_err *err);

/* LG-104: what is wrong with that, in words, which is ASV_OK; *fault NULL: nothing, and the entries were
 * proven. A proposal need not have been taken. */
ASV_MUST_CHECK enum asv_status asv_audit_judge_said(struct asv_audit *audit,
                                                    const struct asv_audit_saying *what, const char **fault,
                                                    struct asv_err *err);

/* Both. */
ASV_MUST_CHECK enum asv_status asv_audit_said(struct asv_audit *audit, const struct asv_audit_saying *what,
                                              const char **fault, struct asv_err *err);

/* LG-087: the object that an entry names, whose signature it has, and that whoever signed it was enrolled
 * before. */
ASV_MUST_CHECK enum asv_status asv_audit_object(struct asv_audit *audit,
                                                const struct asv_db_ledger_audit *row,
                                                const struct asv_ledger_entry *entry, const char *where,
                                                struct asv_err *err);

/* LG-093: of the statement in audit->object, which is verified: the row that one person signed says still
 * what was signed. Of any other nothing. */
ASV_MUST_CHECK enum asv_status asv_audit_record(struct asv_audit *audit, const struct asv_ledger_entry *entry,
                                                const char *where, struct asv_err *err);

/* LG-093: rows of which nobody signed what they say. */
ASV_MUST_CHECK enum asv_status asv_audit_unsigned(struct asv_audit *audit, struct asv_err *err);

/* Rows that no entry tells of. */
ASV_MUST_CHECK enum asv_status asv_audit_untold(struct asv_audit *audit, struct asv_err *err);

/* Signed objects of custody in the vault that no entry names. */
ASV_MUST_CHECK enum asv_status asv_audit_vault(struct asv_audit *audit, struct asv_vault *vault,
                                               struct asv_err *err);

#endif
