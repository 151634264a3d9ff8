/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * How a program is told to end, or to read its files again. */
#ifndef ASV_SERVER_BASE_SIGNALS_H
#define ASV_SERVER_BASE_SIGNALS_H

#include "firmware-proto/base/status.h"

/* From here on SIGTERM and SIGINT are read from *fd (signalfd(2), non-blocking; the caller closes it), and
 * SIGPIPE is ignored: neither a peer nor a journal that went away ends the program. */
ASV_MUST_CHECK enum asv_status asv_signals_open(int *fd, struct asv_err *err);

/* Likewise SIGHUP: read what is new. */
ASV_MUST_CHECK enum asv_status asv_signals_open_reload(int *fd, struct asv_err *err);

/* The next signal's number; 0: there is none. */
int asv_signals_next(int fd);

#endif
