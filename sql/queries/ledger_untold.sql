-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the rows that the ledger does not tell of.
SELECT kind, id, next_table, next_block
FROM asv.ledger_untold(p_table => $1::integer, p_block => $2::bigint, p_limit => $3::integer)
