-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Forgets what two people have decided that is to be forgotten.
SELECT asv.ledger_forget()
