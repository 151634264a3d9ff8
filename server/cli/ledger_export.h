/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Entries of the ledger as files that asservat-verify checks (docs/LEDGER.md 8): NAME.entry, NAME.tlog-proof
 * and, if anything is opened, NAME.opened, NAME.object and NAME.signer, and one file enrolled; each written
 * whole or not at all, into a directory that was empty: what was opened before would go out with it. At the
 * end all of it is verified as the receiver does.
 */
#ifndef ASV_SERVER_CLI_LEDGER_EXPORT_H
#define ASV_SERVER_CLI_LEDGER_EXPORT_H

#include "server/cli/cli.h"
#include "server/cli/cosigner.h"
#include "server/cli/ledger_people.h"
#include "server/ledger/tlogproof.h"

/* On the heap; asv_ledger_export_close. */
struct asv_ledger_export {
    const struct asv_cli *cli;
    struct asv_db *db;
    int dir;
    uint8_t key[ASV_ED25519_PK_BYTES]; /* that heads are signed with */
    bool objects;                      /* what entries name as signed is given out, too */
    bool needs_root;                   /* whoever checks it needs the agency's root certificate */
    uint16_t log;                      /* whose head the next three are; 0: none yet */
    struct asv_tree_head head;
    char origins[ASV_LEDGER_LOGS_MAX][ASV_DB_LEDGER_ORIGIN_SIZE]; /* of the logs whose heads were given out */
    size_t origin_count;
    uint8_t note[ASV_DB_LEDGER_COSIGNED_BYTES];
    size_t note_len;
    bool trusts; /* there is a trust file */
    bool quorum; /* a head counts when witnesses have cosigned it, as that says */
    struct asv_ledger_policy policy;
    uint8_t policy_text[ASV_LEDGER_POLICY_BYTES];
    uint64_t written;
    uint64_t unproven; /* so new that no head that counts has them: left out */
    uint64_t shut;     /* to be opened, but forgotten */
    uint64_t untraced; /* whose signer's credential does not lead to the root by what may go out */
    struct asv_ledger_people *people; /* whose signatures go out; NULL: nobody's yet */
    uint8_t data[ASV_TLOGPROOF_MAX_BYTES];
    struct asv_db_ledger_object object;
};

/* Makes the directory where it is missing. ASV_E_EXISTS: something lies in it. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_open(const struct asv_cli *cli, struct asv_db *db,
                                                      const char *path, struct asv_ledger_export **out,
                                                      struct asv_err *err);
void asv_ledger_export_close(struct asv_ledger_export **exporting); /* NULL is fine */
#define asv_auto_export __attribute__((cleanup(asv_ledger_export_close)))

/* Writes one entry with its proof. opens says which fields are opened; NULL: none. ASV_E_DIGEST: entry, tiles
 * and what lies beside them do not fit together: somebody changed the database. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_put(struct asv_ledger_export *exporting,
                                                     const struct asv_db_ledger_known *entry,
                                                     bool (*opens)(uint8_t tag), struct asv_err *err);

/* Reads the entries behind (log, after), as asv_db_ledger_about: rows[limit]. */
typedef enum asv_status asv_ledger_page(const void *what, struct asv_db *db, uint16_t log, int64_t after,
                                        uint32_t limit, struct asv_db_ledger_known *rows, size_t *count,
                                        struct asv_err *err);

/* The same for all that page reads of what. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_all(struct asv_ledger_export *exporting,
                                                     asv_ledger_page *page, const void *what,
                                                     bool (*opens)(uint8_t tag), struct asv_err *err);

/* Another file of the directory, mode 0600: name, or, with an entry, what its files are named and .name. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_file(struct asv_ledger_export *exporting,
                                                      const struct asv_db_ledger_known *entry,
                                                      const char *name, struct asv_bytes data,
                                                      struct asv_err *err);

/* Writes README.txt, verifies all of it (LG-070), and says on cli->out what was written. ASV_E_STATE when
 * entries were left out; ASV_E_DIGEST, with what: it does not verify, or does not show what was asked for. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_end(struct asv_ledger_export *exporting, const char *path,
                                                     struct asv_err *err);

/* Private to ledger_export*.c: what asservat-verify says of the directory, under the trust file, or when
 * there is none under the ledger's own key. */
ASV_MUST_CHECK enum asv_status asv_ledger_export_judge(const struct asv_ledger_export *exporting,
                                                       const char *path, struct asv_err *err);

#endif
