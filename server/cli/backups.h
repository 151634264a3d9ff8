/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What is where in a set, for those who make one and those who take it back.
 */
#ifndef ASV_SERVER_CLI_BACKUPS_H
#define ASV_SERVER_CLI_BACKUPS_H

#include "server/cli/cli.h"

#define ASV_BACKUP_ABOUT  "about"         /* when and by what it was made, as a configuration file */
#define ASV_BACKUP_DUMP   "database.dump" /* pg_dump's custom format */
#define ASV_BACKUP_CONF   "etc"           /* of the directory that asservat.conf lies in */
#define ASV_BACKUP_AGENCY "agency"        /* what is public of the agency directory */
#define ASV_BACKUP_VAULT  "vault"

/* The directory that the configuration file lies in, into out; returns out. */
const char *asv_cli_conf_dir(const struct asv_cli *cli, char out[512]);

#endif
