-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What waits longest for its index.
SELECT pos, id, kind, recorded_ms, facts, closed, key, day_key, entry FROM asv.ledger_take(p_limit => $1::integer)
