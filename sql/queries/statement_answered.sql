-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the keeper said to a statement.
SELECT asv.statement_answered(
    p_statement => $1::bytea,
    p_why => $2::text,
    p_ruling => $3::bytea,
    p_keeper => $4::bytea)
