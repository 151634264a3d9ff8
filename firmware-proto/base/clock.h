/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * What a camera says about its clock, in the seal's header (SEAL.md) and to the dock (PROTOCOL.md). Wall
 * times are int64 milliseconds since 1970-01-01 UTC, monotonic times uint64 milliseconds since boot.
 */
#ifndef ASV_BASE_CLOCK_H
#define ASV_BASE_CLOCK_H

enum asv_clock_state {
    ASV_CLOCK_SYNCED = 1,   /* set from a dock or GNSS since boot, and kept running */
    ASV_CLOCK_HOLDOVER = 2, /* from a clock that ran on through a reboot */
    ASV_CLOCK_LOST = 3,     /* wall times are worth nothing; monotonic ones are */
};

enum asv_clock_source {
    ASV_CLOCK_NONE = 0,
    ASV_CLOCK_DOCK = 1,
    ASV_CLOCK_GNSS = 2,
    ASV_CLOCK_RTC = 3,
};

#endif
