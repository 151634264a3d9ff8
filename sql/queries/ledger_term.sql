-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Until when an access of this time is kept.
SELECT asv.ledger_term(p_at => $1::timestamptz)
