/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Roles of people (LAW L4). A set of them is the sum of their bits: in policies by their names
 * (docs/POLICIES.md), in credential records as a u16 (docs/STATEMENTS.md), so that a bit keeps its meaning
 * for ever.
 */
#ifndef ASV_SERVER_BASE_ROLES_H
#define ASV_SERVER_BASE_ROLES_H

enum asv_role_bit {
    ASV_ROLE_WEARER = 1 << 0, /* counts for recordings of the camera that the person wore */
    ASV_ROLE_SUPERVISOR = 1 << 1,
    ASV_ROLE_DEPUTY = 1 << 2,
    ASV_ROLE_REVIEWER = 1 << 3,
    ASV_ROLE_EXPORTER = 1 << 4,
    ASV_ROLE_DATA_PROTECTION_OFFICER = 1 << 5,
    ASV_ROLE_STAFF_COUNCIL = 1 << 6,
    ASV_ROLE_ADMINISTRATOR = 1 << 7,
};
#define ASV_ROLES_SUPERIOR (ASV_ROLE_SUPERVISOR | ASV_ROLE_DEPUTY)
#define ASV_ROLES_ALL      0xff

#endif
