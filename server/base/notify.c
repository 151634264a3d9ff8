/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/notify.h"

#include <systemd/sd-daemon.h>

void asv_notify_ready(const char *text)
{
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", text);
}

void asv_notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

void asv_notify_status(const char *text)
{
    (void)sd_notifyf(0, "STATUS=%s", text);
}

uint64_t asv_notify_watchdog_ms(void)
{
    uint64_t microseconds = 0;
    return sd_watchdog_enabled(0, &microseconds) > 0 ? microseconds / 2000 : 0;
}

void asv_notify_alive(void)
{
    (void)sd_notify(0, "WATCHDOG=1");
}
