-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A recording does not show an incident after all.
SELECT asv.incident_clip_remove(
    p_case => $1::text,
    p_clip => $2::uuid,
    p_reason => $3::text,
    p_by => $4::text)
