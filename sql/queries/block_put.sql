-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A statement about a block: sets it, decides that it stays, or, taken by the keeper, lifts it.
SELECT asv.block_put(
    p_statement => $1::bytea,
    p_confirms => $2::boolean)
