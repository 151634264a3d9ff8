-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A camera offers a recording.
SELECT state, kind, uuid_taken, number_taken, number_back, erased_on_camera, due_at, committed_at
FROM asv.clip_announce(
    p_session => $1::bytea,
    p_camera => $2::bytea,
    p_epoch => $3::uuid,
    p_number => $4::bigint,
    p_header => $5::bytea,
    p_clip => $6::uuid,
    p_marked => $7::boolean,
    p_chunks => $8::bigint,
    p_seal_bytes => $9::bigint,
    p_tail_bytes => $10::bigint,
    p_started_at => $11::timestamptz)
