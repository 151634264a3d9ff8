/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What the dock is doing, for people and scripts: one line of JSON (docs/DOCK.md has its members), and a
 * local socket that sends it. A client gets the status when it connects and again whenever it has changed, at
 * most every ASV_STATUS_PERIOD_MS; it sends nothing and hangs up when it has seen enough. A client that does
 * not read misses updates and costs one line of memory.
 */
#ifndef ASV_DOCK_STATUS_H
#define ASV_DOCK_STATUS_H

#include "dock/dock.h"

#define ASV_STATUS_PERIOD_MS 250
#define ASV_STATUS_CLIENTS   8 /* of more the oldest is closed */

/* The line, newline included; malloc'd, the caller frees it. NULL without memory. */
char *asv_status_line(const struct asv_dock *dock);

struct asv_status_server;

/* Listens at path, where a socket that nobody listens on any more is replaced. ASV_E_EXISTS when somebody
 * does. dock and its loop are borrowed until close; *out is the caller's to close. */
ASV_MUST_CHECK enum asv_status asv_status_open(struct asv_dock *dock, const char *path,
                                               struct asv_status_server **out, struct asv_err *err);
void asv_status_close(struct asv_status_server *server); /* removes the socket; NULL is fine */

#endif
