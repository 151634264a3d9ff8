-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The camera said that this bulletin is in force.
SELECT asv.bulletin_issued(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_number => $3::bigint,
    p_previous => $4::bytea,
    p_issued_at => $5::timestamptz,
    p_policy => $6::bigint,
    p_keys => $7::integer,
    p_first_day => $8::date,
    p_last_day => $9::date,
    p_reserve_key => $10::bytea,
    p_keeper => $11::bytea,
    p_object => $12::bytea)
