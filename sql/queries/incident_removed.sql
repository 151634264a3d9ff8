-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What was taken out of an incident.
SELECT clip, since, by, object
FROM asv.incident_removed(
    p_case => $1::text,
    p_limit => $2::integer)
