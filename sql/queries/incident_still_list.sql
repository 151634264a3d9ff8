-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Pictures that were pointed out for an incident.
SELECT clip, at_ms, width, height, picture, since, by
FROM asv.incident_still_list(
    p_case => $1::text,
    p_limit => $2::integer)
