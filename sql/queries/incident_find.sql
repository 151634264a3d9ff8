-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One incident as it is known now.
SELECT id, case_number, number, cause, offence, danger, from_at, until_at, place, accused, injured,
       prosecutor, coalesce(assault, false) AS assault, opened_at, since, clips, forgotten_at, salt, statement
FROM asv.incident_find(
    p_case => $1::text)
