-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How much waits for its index, and since when.
SELECT waiting, oldest FROM asv.ledger_waiting()
