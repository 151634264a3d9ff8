-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One incident.
SELECT incident, case_number, state, opened_at, forgotten_at, versions, clips, removed, stills, requests
FROM asv.incident_about(
    p_incident => $1::uuid)
