-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The camera said that this assignment is in force.
SELECT asv.assignment_issued(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_number => $3::bigint,
    p_id => $4::uuid,
    p_dock => $5::bytea,
    p_unit => $6::text,
    p_area => $7::text,
    p_issued_at => $8::timestamptz,
    p_object => $9::bytea)
