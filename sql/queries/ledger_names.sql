-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether an entry names a signed object.
SELECT asv.ledger_names(p_digest => $1::bytea)
