-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of incidents, the newest first.
SELECT incident, case_number, state, version, cause, offence, place, from_at, until_at, prosecutor,
       opened_at, since, clips, after::text AS after
FROM asv.incident_lines(
    p_case => $3::text, p_state => $4::text, p_from => $5::date, p_until => $6::date, p_after => $1::uuid, p_limit => $2::integer)
