-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Entries and heads that no log is as large as.
SELECT what FROM asv.ledger_stray(p_limit => $1::integer) LIMIT $1::integer
