-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The decision by which a block stays is nothing that anybody signed.
SELECT asv.block_void(
    p_statement => $1::bytea,
    p_why => $2::text)
