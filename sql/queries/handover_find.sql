-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One hand-over, by its id or the first digits of its proposal's digest.
SELECT id, case_number, incident, state, plan, card, proposal, object, approval, stage, coalesce(done, 0)::integer AS done, bytes, error, cause, again_at,
       approved_at, began_at, changed_at, received_at
FROM asv.handover_find(
    p_what => $1::text)
