-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Whether there are recordings of a time, place and camera.
SELECT clip, camera_name, area, started_at, ended_at, day, state, due_at, erased_at
FROM asv.subject_request_answer(
    p_id => $1::uuid,
    p_by => $2::text,
    p_reason => $3::text,
    p_camera => $4::bytea,
    p_area => $5::text,
    p_from_at => $6::timestamptz,
    p_until_at => $7::timestamptz,
    p_salt => $8::bytea,
    p_statement => $9::bytea)
