-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The ledger's entries that go out with a hand-over.
SELECT log, index, id, kind, recorded_ms, entry, key, fields, forgotten, day_key
FROM asv.handover_entries(
    p_id => $1::uuid,
    p_clips => $2::bigint[]::smallint[],
    p_after_log => $3::smallint,
    p_after => $4::bigint,
    p_limit => $5::integer)
