-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Who will wear the camera that is about to be issued.
SELECT outcome, unit
FROM asv.issue_begin(
    p_badge => $1::bytea,
    p_assignment => $2::uuid,
    p_by => $3::text)
