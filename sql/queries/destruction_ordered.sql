-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper ordered a camera to erase a recording.
SELECT asv.destruction_ordered(
    p_keeper => $1::bytea,
    p_camera => $2::bytea,
    p_epoch => $3::uuid,
    p_number => $4::bigint,
    p_header => $5::bytea,
    p_reason => $6::smallint,
    p_issued_at => $7::timestamptz,
    p_object => $8::bytea)
