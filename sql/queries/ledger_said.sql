-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the ledger and the tables have of a statement.
SELECT log, index, entry, taken_log, taken_index, taken, waits, object, record
FROM asv.ledger_said(p_digest => $1::bytea)
