-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of how many recordings live since which day.
SELECT day, state, ground, requested_at, recordings
FROM asv.recording_periods(
    p_offset => $1::integer,
    p_limit => $2::integer)
