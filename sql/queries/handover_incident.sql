-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The incident of a hand-over.
SELECT number, cause, offence, danger, from_at, until_at, place, accused, injured, prosecutor, statement, since, changed_at
FROM asv.handover_incident(
    p_id => $1::uuid)
