/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The database's part of a restore.
 */
#ifndef ASV_SERVER_CLI_RESTORE_DATABASE_H
#define ASV_SERVER_CLI_RESTORE_DATABASE_H

#include "firmware-proto/base/status.h"

/* Brings the dump that `dump` gives into the database of this conninfo, all or nothing; with it, in the same
 * transaction, the trace: a comment on the database, of letters, digits and blanks. */
ASV_MUST_CHECK enum asv_status asv_restore_database(const char *owner, int dump, const char *trace,
                                                    struct asv_err *err);

#endif
