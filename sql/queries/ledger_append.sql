-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Gives what waits its index and its place in the tree.
SELECT asv.ledger_append(
    p_log => $1::smallint,
    p_size => $2::bigint,
    p_old_root => $3::bytea,
    p_root => $4::bytea,
    p_positions => $5::bigint[],
    p_entries => $6::bytea[],
    p_levels => $7::bigint[],
    p_indexes => $8::bigint[],
    p_hashes => $9::bytea[])
