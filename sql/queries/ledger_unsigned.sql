-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Rows of incidents, and of recorded people's requests, that nobody signed.
SELECT what FROM asv.ledger_unsigned(p_limit => $1::integer) LIMIT 3 * $1::integer
