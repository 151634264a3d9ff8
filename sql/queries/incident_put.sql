-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A new incident, or its next version.
SELECT asv.incident_put(
    p_id => $1::uuid,
    p_case => $2::text,
    p_number => $3::smallint,
    p_cause => $4::smallint,
    p_offence => $5::text,
    p_danger => $6::text,
    p_from_at => $7::timestamptz,
    p_until_at => $8::timestamptz,
    p_place => $9::text,
    p_accused => $10::text,
    p_injured => $11::text,
    p_prosecutor => $12::text,
    p_assault => $13::boolean,
    p_by => $14::text,
    p_salt => $15::bytea,
    p_statement => $16::bytea)
