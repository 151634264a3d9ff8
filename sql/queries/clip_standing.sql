-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the rules ask about a recording, and about whoever asks with it.
SELECT header, camera, epoch, number, clip, state, kind, unit, day, dayless, earliest_at, latest_at, due_at, unsaid, unworn_reason, unworn_by, wears, in_charge, deputises, appraises,
       dwelling, pre_roll_ms, dwelling_block, secret_block, core_block, pre_roll_block, open_proposal, open_action,
       open_ground, open_incident, open_case, open_superior, open_by_them, open_expires_at, hold_proposal, hold_ground,
       hold_incident, hold_case, look_proposal, look_outcome, look_answer, look_expires_at, handed_over
FROM asv.clip_standing(
    p_clip => $1::uuid)
