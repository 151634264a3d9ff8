-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The balances of the recording days behind that one.
SELECT day, ingested, expired, running, pending, held, quarantined, erasing, erased, overdue, missing
FROM asv.balance_page(p_after => $1::date, p_limit => $2::integer)
