-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The last checkpoint of a log that was signed.
SELECT convert_to(note, 'UTF8') FROM asv.ledger_logs(p_after => ($1::smallint - 1)::smallint) WHERE number = $1::smallint
