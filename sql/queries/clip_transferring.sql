-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The dock begins to pull an announced recording.
SELECT asv.clip_transferring(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_epoch => $3::uuid,
    p_number => $4::bigint,
    p_header => $5::bytea)
