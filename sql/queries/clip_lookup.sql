-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What is known of a recording.
SELECT state, kind, uuid_taken, number_taken, number_back, erased_on_camera, due_at, committed_at
FROM asv.clip_lookup(
    p_camera => $1::bytea,
    p_epoch => $2::uuid,
    p_number => $3::bigint,
    p_header => $4::bytea,
    p_clip => $5::uuid)
