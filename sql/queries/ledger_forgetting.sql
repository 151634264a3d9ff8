-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Which two statements had an entry forgotten.
SELECT proposal, approval
FROM asv.ledger_forgetting(p_id => $1::uuid)
