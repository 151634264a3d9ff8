-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A recording shows an incident, or does not after all.
SELECT asv.incident_clip_put(
    p_case => $1::text,
    p_clip => $2::uuid,
    p_shows => $3::boolean,
    p_by => $4::text,
    p_salt => $5::bytea,
    p_statement => $6::bytea)
