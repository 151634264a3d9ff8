-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Entries that tell of the balances of a day.
SELECT log, index, id, kind, recorded_ms, entry, key, fields, forgotten, day_key
FROM asv.ledger_balances(p_day => $1::date, p_after_log => $2::smallint, p_after => $3::bigint, p_limit => $4::integer)
