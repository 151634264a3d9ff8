-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A receipt for a clip in custody that a later docking is given.
SELECT asv.receipt_given(
    p_session => $1::bytea,
    p_dock => $2::bytea,
    p_camera => $3::bytea,
    p_epoch => $4::uuid,
    p_number => $5::bigint,
    p_header => $6::bytea,
    p_kind => $7::smallint,
    p_given_at => $8::timestamptz,
    p_due_at => $9::timestamptz,
    p_object => $10::bytea)
