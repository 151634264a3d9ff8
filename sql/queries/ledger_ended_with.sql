-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- With how many entries a log ended.
SELECT size FROM asv.ledger_ended_with(p_log => $1::smallint) AS size WHERE size IS NOT NULL
