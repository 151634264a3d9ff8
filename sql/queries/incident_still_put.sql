-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A picture of a recording is pointed out.
SELECT asv.incident_still_put(
    p_clip => $1::uuid,
    p_at_ms => $2::bigint,
    p_width => $3::integer,
    p_height => $4::integer,
    p_picture => $5::bytea,
    p_by => $6::text,
    p_salt => $7::bytea,
    p_statement => $8::bytea)
