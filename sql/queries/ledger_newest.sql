-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The log that goes on, with its head.
SELECT number, origin, size, root, signed_size FROM asv.ledger_newest()
