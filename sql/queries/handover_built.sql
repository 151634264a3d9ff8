-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- An output of a hand-over is finished, or a part of one.
SELECT asv.handover_built(
    p_id => $1::uuid,
    p_kind => $2::text,
    p_digest => $3::bytea,
    p_bytes => $4::bigint,
    p_files => $5::integer,
    p_software => $6::text,
    p_part => $7::smallint,
    p_parts => $8::smallint,
    p_clips => $9::bigint[]::smallint[])
