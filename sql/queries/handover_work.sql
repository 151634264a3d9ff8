-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A hand-over that is to be built, or one that was approved.
SELECT id, case_number, incident, plan, card, proposal, proposer, approval, approver, ruling, stage, done::integer AS done, made, approved_at
FROM asv.handover_work(
    p_id => $1::uuid,
    p_after => $2::uuid,
    p_limit => 1)
