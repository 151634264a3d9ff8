/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Rows of the database as JSON: a member for each column that is not NULL, named as it is. Pure.
 */
#ifndef ASV_SERVER_WEB_ROWS_H
#define ASV_SERVER_WEB_ROWS_H

#include "server/db/read.h"
#include "server/web/fields.h"

/* The column that is the row's key for a cursor, and no member. */
#define ASV_WEB_KEY_COLUMN "after"

/* Times and dates as fields.h has them, bytes in hexadecimal. NULL: without memory, or a text or JSON that is
 * none. */
json_t *asv_web_row(const struct asv_db_cell *cells, size_t count);

#endif
