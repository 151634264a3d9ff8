-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps a statement.
SELECT asv.statement_put(
    p_object => $1::bytea,
    p_digest => $2::bytea,
    p_action => $3::integer,
    p_step => $4::smallint,
    p_matter => $5::bytea,
    p_subject_kind => $6::smallint,
    p_subject => $7::bytea,
    p_subject_name => $8::text,
    p_version => $9::bigint,
    p_days => $10::smallint,
    p_from_day => $11::date,
    p_recipient => $12::bytea,
    p_incident => $13::uuid,
    p_ground => $14::smallint,
    p_credential => $15::bytea,
    p_person => $16::uuid,
    p_nonce => $17::bytea,
    p_issued_at => $18::timestamptz,
    p_expires_at => $19::timestamptz,
    p_proposal => $20::bytea)
