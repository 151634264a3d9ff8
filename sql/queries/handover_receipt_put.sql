-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A receipt of a hand-over.
SELECT asv.handover_receipt_put(
    p_id => $1::uuid,
    p_how => $2::text,
    p_received => $3::bytea,
    p_received_at => $4::timestamptz,
    p_receiver => $5::text,
    p_document => $6::bytea,
    p_signature => $7::bytea,
    p_by => $8::text,
    p_salt => $9::bytea,
    p_statement => $10::bytea)
