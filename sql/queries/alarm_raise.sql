-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Raises an alarm unless the same one is open.
SELECT asv.alarm_raise(
    p_kind => $1::text,
    p_dock => $2::bytea,
    p_slot => $3::integer,
    p_camera => $4::bytea,
    p_epoch => $5::uuid,
    p_number => $6::bigint,
    p_header => $7::bytea,
    p_detail => $8::text,
    p_subject => $9::text)
