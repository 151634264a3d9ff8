-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The entries about a recording, or one entry.
SELECT log, index, id, kind, recorded_ms, entry, key, fields, forgotten, day_key
FROM asv.ledger_about(p_what => $1::uuid, p_after_log => $2::smallint, p_after => $3::bigint, p_limit => $4::integer)
