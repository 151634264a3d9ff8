-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the custody events of one recording.
SELECT event, kind, at, recorded_at, actor_kind, actor, actor_name, place, detail, signed, object_digest, log, leaf,
       event::text AS after
FROM asv.clip_custody(
    p_clip => $3::uuid, p_after => $1::uuid, p_limit => $2::integer)
