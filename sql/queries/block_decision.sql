-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The statement by which a block of a recording stays.
SELECT digest, object, stored_at, taken_at, refused_why, ended_by
FROM asv.block_decision(
    p_clip => $1::uuid,
    p_ground => $2::smallint)
