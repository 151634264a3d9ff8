-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the clips in the range of a hold ahead of the docking.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.ahead_clip_page(p_proposal => $1::bytea, p_after => $2::uuid, p_limit => $3::integer)
