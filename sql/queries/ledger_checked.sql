-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The whole ledger was checked.
SELECT asv.ledger_checked(p_entries => $1::bigint, p_wrong => $2::bigint)
