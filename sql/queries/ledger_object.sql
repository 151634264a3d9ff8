-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The object that an entry names, and who signed it.
SELECT object, signer
FROM asv.ledger_object(p_kind => $1::integer, p_id => $2::uuid)
