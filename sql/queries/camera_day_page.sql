-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the clips under a camera's key of one day that are not erased.
SELECT recording, camera, epoch, number, header, clip, kind, day, decided_day, due_at, latest_at, committed_at, key_kind, key_date,
       early
FROM asv.camera_day_page(p_camera => $1::bytea, p_key_date => $2::date, p_after => $3::uuid, p_limit => $4::integer)
