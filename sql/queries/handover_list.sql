-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the hand-overs.
SELECT id, case_number, addressee, state, clips, done, proposal, own, proposed_at, expires_at, approved_at, built_at, received_at
FROM asv.handover_lines(
    p_state => $1::text,
    p_after => $2::uuid,
    p_limit => $3::integer)
