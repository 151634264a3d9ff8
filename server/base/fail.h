/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * asv_fail for hosted code: a printf-style detail.
 */
#ifndef ASV_SERVER_BASE_FAIL_H
#define ASV_SERVER_BASE_FAIL_H

#include "firmware-proto/base/status.h"

/* Stores status and the formatted text (cut to fit) in err, which may be NULL, and returns status. The
 * arguments may view err->text itself. */
ASV_MUST_CHECK __attribute__((format(printf, 3, 4))) enum asv_status asv_failf(struct asv_err *err,
                                                                               enum asv_status status,
                                                                               const char *format, ...);

#endif
