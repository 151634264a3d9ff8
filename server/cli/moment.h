/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Moments as people type them: local, "2026-11-23 14:05" or "2026-11-23 14:05:30"; of the hour that comes
 * twice when clocks are set back, "2026-10-25 02:30 A" is the first and "2026-10-25 02:30 B" the second, as
 * the law calls them (§ 2 SoZV).
 */
#ifndef ASV_SERVER_CLI_MOMENT_H
#define ASV_SERVER_CLI_MOMENT_H

#include "server/cli/cli.h"

#define ASV_MOMENT_HELP "as \"2026-11-23 14:05\""

/* Of an hour that comes twice, without A or B, the first. ASV_E_MALFORMED for anything else, and for what the
 * clocks never show because they are set forward. */
ASV_MUST_CHECK enum asv_status asv_moment_parse(const char *text, int64_t *ms);

/* The option's moment; fallback when it was not given. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_moment_option(const struct asv_cli *cli, const char *name,
                                                 int64_t fallback, int64_t *ms, struct asv_err *err);

/* --from and --until, both given, of at most so many hours. ASV_E_USAGE. */
ASV_MUST_CHECK enum asv_status asv_moment_range(const struct asv_cli *cli, unsigned hours, int64_t *from_ms,
                                                int64_t *until_ms, struct asv_err *err);

#endif
