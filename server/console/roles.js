/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Whom pages and what is decided on them are offered (may() in session.js). Who may, the server says: API.md, "Who asks", and the policy. */
export const OFFICER = "data_protection_officer";
const SUPERIORS = ["supervisor", "deputy"];

// pages
export const RECORDINGS = ["wearer", ...SUPERIORS, "reviewer", "exporter", OFFICER];
export const MACHINES = [...RECORDINGS, "administrator"];
export const OVERSIGHT = [OFFICER, "administrator"];
export const PEOPLE = [...SUPERIORS, ...OVERSIGHT];
export const COUNCIL = ["staff_council", OFFICER];
export const SHOWN = [...SUPERIORS, "reviewer", OFFICER];
export const LOOKS = ["wearer", ...COUNCIL];
export const EVALUATE = [...SUPERIORS, ...COUNCIL];

// decisions
export const HOLDERS = ["wearer", ...SUPERIORS, OFFICER];
export const ENDERS = [...HOLDERS, "reviewer"];
export const DECIDERS = [...SUPERIORS, OFFICER];
export const ENROLLERS = ["administrator", ...SUPERIORS];
export const APPROVERS = SUPERIORS; // of what leaves the house, and of those to whom it may
export const OFFERERS = ["exporter", ...SUPERIORS];
export const RECIPIENT_OFFERERS = ["exporter", "administrator"];
export const RECIPIENT_ENDERS = [...OFFERERS, "administrator"];
