-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the custody events of a recording.
SELECT id, kind, at, recorded_at, actor_kind, actor, actor_name, place, detail, is_signed, object_digest, signature
FROM asv.clip_events(
    p_camera => $1::bytea,
    p_epoch => $2::uuid,
    p_number => $3::bigint,
    p_header => $4::bytea,
    p_after => $5::uuid,
    p_limit => $6::integer)
