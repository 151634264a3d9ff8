/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a daemon tells systemd. Outside systemd all of it does nothing. The one home of libsystemd.
 */
#ifndef ASV_SERVER_BASE_NOTIFY_H
#define ASV_SERVER_BASE_NOTIFY_H

#include <stdint.h>

/* READY=1 with a status line; STOPPING=1; a status line alone. */
void asv_notify_ready(const char *text);
void asv_notify_stopping(void);
void asv_notify_status(const char *text);

/* How often asv_notify_alive must be called, in ms: half of systemd's watchdog time. 0: no watchdog. */
uint64_t asv_notify_watchdog_ms(void);
void asv_notify_alive(void);

#endif
