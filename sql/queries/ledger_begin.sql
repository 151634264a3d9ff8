-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Begins a log, behind the head of the one before it.
SELECT asv.ledger_begin(p_number => $1::smallint, p_origin => $2::text, p_before => $3::bytea)
