-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the hand-overs.
SELECT handover, incident, case_number, addressee, state, clips, since, expires_at, progress, after
FROM asv.handover_page(
    p_after => $1::text, p_limit => $2::integer)
