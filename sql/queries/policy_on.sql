-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The policy file in force on a day.
SELECT asv.policy_on(
    p_day => $1::date)
