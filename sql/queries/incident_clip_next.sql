-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What is to be signed so that a recording shows an incident, or does not.
SELECT incident, header, coalesce(number, 0)::integer AS number
FROM asv.incident_clip_next(
    p_case => $1::text,
    p_clip => $2::uuid,
    p_shows => $3::boolean)
