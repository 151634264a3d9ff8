-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Entries from an index on to just before another, and what their rows say now.
SELECT log, index, id, kind, recorded_ms, entry, key, fields, forgotten, day_key, told, facts, closed
FROM asv.ledger_audit(p_log => $1::smallint, p_from => $2::bigint, p_until => $3::bigint)
