-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The rows that name a statement as what one person signed of them.
SELECT what, salt, said FROM asv.ledger_record(p_statement => $1::bytea)
