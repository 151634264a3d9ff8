-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Reserves the next number of an object.
SELECT asv.number_next(
    p_camera => $1::bytea,
    p_what => $2::smallint,
    p_floor => $3::bigint)
