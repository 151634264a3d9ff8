-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- When the whole ledger was checked last.
SELECT asv.ledger_checked_last()
