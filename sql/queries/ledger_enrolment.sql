-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The statement that enrolled a credential.
SELECT asv.ledger_enrolment(p_credential => $1::bytea)
