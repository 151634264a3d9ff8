/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/fail.h"

#include <stdarg.h>
#include <stdio.h>

enum asv_status asv_failf(struct asv_err *err, enum asv_status status, const char *format, ...)
{
    char text[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return asv_fail(err, status, len < 0 ? format : text);
}
