-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The signed heads of a log behind a size.
SELECT size, root, note FROM asv.ledger_heads(p_log => $1::smallint, p_after => $2::bigint, p_limit => $3::integer)
