-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A recording shows an incident.
SELECT asv.incident_clip_put(
    p_case => $1::text,
    p_clip => $2::uuid,
    p_by => $3::text)
