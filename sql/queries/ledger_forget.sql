-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Forgets what an entry is closed over, when two people have decided it.
SELECT asv.ledger_forget(p_id => $1::uuid)
