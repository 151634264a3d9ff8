-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Rows that the ledger does not tell of.
SELECT kind, id FROM asv.ledger_untold(p_limit => $1::integer) LIMIT $1::integer
