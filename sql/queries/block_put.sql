-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper took this statement about a block.
SELECT asv.block_put(
    p_statement => $1::bytea)
