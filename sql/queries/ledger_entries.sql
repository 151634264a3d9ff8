-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Entries from an index on.
SELECT entry FROM asv.ledger_entries(p_log => $1::smallint, p_from => $2::bigint, p_limit => $3::integer)
