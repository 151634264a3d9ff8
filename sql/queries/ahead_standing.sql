-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the rules ask about a camera that has not docked, and about whoever asks with it.
SELECT camera_name, unit, unsaid, wears, in_charge, deputises, appraises, open_proposal, open_action, open_superior, open_by_them, counts, keyless
FROM asv.ahead_standing(
    p_camera => $1::bytea,
    p_from_at => $2::timestamptz,
    p_until_at => $3::timestamptz)
