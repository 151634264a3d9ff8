-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Entries that took recordings of a camera into custody, with their link records.
SELECT log, index, id, kind, recorded_ms, entry, key, fields, forgotten, day_key, number, link
FROM asv.ledger_links(p_camera => $1::bytea, p_epoch => $2::uuid, p_first => $3::bigint, p_last => $4::bigint, p_after => $5::bigint,
                      p_after_log => $6::smallint, p_after_index => $7::bigint, p_limit => $8::integer)
