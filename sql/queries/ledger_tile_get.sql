-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The hashes of a tile, as many as it has now.
SELECT asv.ledger_tile_get(p_log => $1::smallint, p_level => $2::smallint, p_index => $3::bigint)
