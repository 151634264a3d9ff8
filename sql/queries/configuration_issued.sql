-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The camera said that this configuration is in force.
SELECT asv.configuration_issued(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_number => $3::bigint,
    p_dock => $4::bytea,
    p_pre_roll_ms => $5::bigint,
    p_checkpoint_ms => $6::bigint,
    p_policy => $7::bigint,
    p_name => $8::text,
    p_unit => $9::text,
    p_issued_at => $10::timestamptz,
    p_object => $11::bytea)
