-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps what a witness has cosigned.
SELECT asv.ledger_cosigned(
    p_log => $1::smallint,
    p_size => $2::bigint,
    p_witness => $3::text,
    p_at => $4::timestamptz,
    p_line => $5::text)
