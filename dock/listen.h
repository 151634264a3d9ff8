/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A local socket to listen at.
 */
#ifndef ASV_DOCK_LISTEN_H
#define ASV_DOCK_LISTEN_H

#include "firmware-proto/base/status.h"

/* A stream socket bound to path, mode 0660, listening, non-blocking; *fd is the caller's. A socket that
 * nobody listens at any more (its daemon was killed) is replaced. ASV_E_EXISTS when somebody does,
 * ASV_E_USAGE when the path is too long. */
ASV_MUST_CHECK enum asv_status asv_listen_at(const char *path, int backlog, int *fd, struct asv_err *err);

#endif
