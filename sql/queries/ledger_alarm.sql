-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Raises the alarm of the ledger unless the same one is open.
SELECT asv.ledger_alarm(p_subject => $1::text, p_detail => $2::text)
