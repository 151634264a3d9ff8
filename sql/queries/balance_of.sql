-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The balance of one recording day; NULL: of the clips whose day nobody knows.
SELECT day, ingested, expired, running, pending, held, quarantined, erasing, erased, overdue, missing
FROM asv.balance_of(p_day => $1::date)
