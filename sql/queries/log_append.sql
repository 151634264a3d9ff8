-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Adds a signed, verified run of a device log.
SELECT asv.log_append(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_first => $3::bigint,
    p_before => $4::bytea,
    p_after => $5::bytea,
    p_object => $6::bytea,
    p_kinds => $7::integer[],
    p_times => $8::bigint[],
    p_monos => $9::bigint[],
    p_boots => $10::uuid[],
    p_values => $11::text[])
