-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The cameras of a hand-over, and the numbers that show that nothing was left out.
SELECT camera, epoch, camera_name, from_at, until_at, first, last
FROM asv.handover_series(
    p_id => $1::uuid,
    p_clips => $2::bigint[]::smallint[])
