/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the clip commands share.
 */
#ifndef ASV_SERVER_CLI_CLIP_H
#define ASV_SERVER_CLI_CLIP_H

#include "server/cli/cli.h"
#include "server/cli/text.h"
#include "server/db/clip.h"

/* The first operand as a clip id. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_cli_clip_operand(const struct asv_cli *cli, uint8_t clip[16],
                                                    struct asv_err *err);

/* The camera that `which` names: by the beginning of its certificate's digest, its serial number or its name.
 * ASV_E_NOT_FOUND, ASV_E_USAGE for several. */
ASV_MUST_CHECK enum asv_status asv_cli_camera_find(struct asv_db *db, const char *which, uint8_t cert[32],
                                                   struct asv_err *err);

/* A new reference; NULL when there is no memory. */
json_t *asv_clip_json(const struct asv_db_clip_row *row);

#endif
