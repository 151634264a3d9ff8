/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Why a slot is as it is, as a set of these: for a screen that says it in words of its own. The first is the
 * most urgent one. docs/DOCK.md says what each means, and a test compares the two.
 */
#ifndef ASV_DOCK_WHY_H
#define ASV_DOCK_WHY_H

enum asv_why {
    ASV_WHY_FOREIGN = 1u << 0,
    ASV_WHY_DISTRUST = 1u << 1,
    ASV_WHY_REVOKED = 1u << 2,
    ASV_WHY_COPY = 1u << 3,
    ASV_WHY_RETIRED = 1u << 4,
    ASV_WHY_UNERASED = 1u << 5,
    ASV_WHY_FAILED = 1u << 6,
    ASV_WHY_UNREADABLE = 1u << 7,
    ASV_WHY_DISK = 1u << 8,
    ASV_WHY_QUARANTINED = 1u << 9,
    ASV_WHY_EXPIRED = 1u << 10,
    ASV_WHY_RECORDING = 1u << 11,
    ASV_WHY_ROOM = 1u << 12,
    ASV_WHY_DATABASE = 1u << 13,
    ASV_WHY_KEEPER = 1u << 14,
    ASV_WHY_ELSEWHERE = 1u << 15,
    ASV_WHY_UNTOLD = 1u << 16,
    ASV_WHY_UNCOMMITTED = 1u << 17,
    ASV_WHY_PROTOCOL = 1u << 18,
    ASV_WHY_SILENT = 1u << 19,
    ASV_WHY_ENDED = 1u << 20,
    ASV_WHY_AGAIN = 1u << 21,
    ASV_WHY_OTHER = 1u << 22,
};

/* "foreign", of the n-th; NULL: there are no more. Static storage. */
const char *asv_why_name(unsigned n);

#endif
