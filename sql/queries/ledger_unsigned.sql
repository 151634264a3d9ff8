-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Rows that say what nobody signed of them.
SELECT what FROM asv.ledger_unsigned(p_limit => $1::integer) LIMIT $1::integer
