-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the custody events of one recording of a hand-over.
SELECT event, kind, at, recorded_at, actor_kind, actor, actor_name, place, detail, signed, object_digest, coalesce(log, 0)::smallint AS log, leaf
FROM asv.handover_custody(
    p_id => $1::uuid,
    p_number => $2::smallint,
    p_after => $3::uuid,
    p_limit => $4::integer)
