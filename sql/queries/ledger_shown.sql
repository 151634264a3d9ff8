-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Which entry this is, and which fields it is closed over.
SELECT log, index, kind, recorded_ms, tags, forgotten FROM asv.ledger_shown(p_id => $1::uuid)
