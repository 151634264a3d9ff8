-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- One hand-over.
SELECT handover, incident, case_number, addressee, state, since, plan, digest, proposal, own, outcome, requested_by, requested_at, answered_by, ended_at,
       expires_at, progress, stage, failure, cause, again_at, cancelling_since, clips, events, outputs, media, receipts
FROM asv.handover_about(
    p_handover => $1::uuid)
