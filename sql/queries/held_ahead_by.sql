-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Which decision ahead of its docking holds a recording.
SELECT asv.held_ahead_by(p_header => $1::bytea)
