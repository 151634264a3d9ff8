-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps a head that the keeper signed.
SELECT asv.ledger_signed(p_log => $1::smallint, p_size => $2::bigint, p_root => $3::bytea, p_note => $4::text)
