/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Keeping the agency directory and the database of one mind.
 */
#ifndef ASV_SERVER_CLI_PUBLISH_H
#define ASV_SERVER_CLI_PUBLISH_H

#include "server/cli/agency.h"
#include "server/cli/database.h"

/* The directory's newest list into the database. Fine when it is there. */
ASV_MUST_CHECK enum asv_status asv_publish_revocations(const struct asv_agency_dir *agency, struct asv_db *db,
                                                       struct asv_err *err);

#define ASV_PUBLISH_SERIALS_MAX 64

/* A new list that also names these serials (at most ASV_PUBLISH_SERIALS_MAX), numbered above those of
 * directory and database and naming all that either named, into both. db NULL: the directory only. */
ASV_MUST_CHECK enum asv_status asv_publish_revoked(const struct asv_cli *cli, struct asv_agency_dir *agency,
                                                   struct asv_db *db, const struct asv_keys *ca,
                                                   const uint8_t *serials, size_t count, struct asv_err *err);

/* One camera or dock of the register into the database. */
ASV_MUST_CHECK enum asv_status asv_publish_device(const struct asv_agency_dir *agency, struct asv_db *db,
                                                  const struct asv_cert *cert, struct asv_err *err);

/* Agency, every camera and dock of the register, and the newest list: what of it the database lacks. */
ASV_MUST_CHECK enum asv_status asv_publish_register(const struct asv_agency_dir *agency, struct asv_db *db,
                                                    struct asv_err *err);

#endif
