/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How the credentials of those who signed what is given out lead to the agency root (docs/LEDGER.md 8): by
 * what enrolled each of them, and those who did that, and nobody else.
 */
#ifndef ASV_SERVER_CLI_LEDGER_PEOPLE_H
#define ASV_SERVER_CLI_LEDGER_PEOPLE_H

#include "server/db/ledger.h"

struct asv_ledger_people;

/* On the heap. ASV_E_NO_MEMORY. */
ASV_MUST_CHECK enum asv_status asv_ledger_people_open(struct asv_db *db, struct asv_ledger_people **out,
                                                      struct asv_err *err);
void asv_ledger_people_close(struct asv_ledger_people **people); /* NULL is fine; wipes it */

/* One who signed, by the credential record. *shown: whether what enrolled it is there, up to the root:
 * somebody's enrolment may have been forgotten (LG-075), or there may be none. Only those who are shown are
 * written. ASV_E_LIMIT: more credentials than a file shows. */
ASV_MUST_CHECK enum asv_status asv_ledger_people_add(struct asv_ledger_people *people,
                                                     struct asv_bytes record, bool *shown,
                                                     struct asv_err *err);

/* The file that shows it, which lives as long as people; len 0: nobody was added. */
ASV_MUST_CHECK enum asv_status asv_ledger_people_write(struct asv_ledger_people *people,
                                                       struct asv_bytes *out, struct asv_err *err);

#endif
