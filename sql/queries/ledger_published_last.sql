-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- When all logs were published last.
SELECT asv.ledger_published_last()
