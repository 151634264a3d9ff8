-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The signed commit record of a clip in custody.
SELECT asv.clip_record(
    p_camera => $1::bytea,
    p_epoch => $2::uuid,
    p_number => $3::bigint,
    p_header => $4::bytea)
