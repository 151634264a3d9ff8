-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether an event, or one of a clip's, waits for its entry.
SELECT asv.ledger_waits(p_what => $1::uuid)
