-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What stands as a statement is nothing that anybody signed.
SELECT asv.statement_forged(
    p_statement => $1::bytea,
    p_why => $2::text)
