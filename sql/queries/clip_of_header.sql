-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people know the recording by that has this seal header.
SELECT clip, camera_name, unit, started_at
FROM asv.clip_face(p_header => $1::bytea)
