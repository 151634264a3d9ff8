-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A page of the recordings that a decision ahead of their docking keeps.
SELECT header, clip, proposal, camera, epoch, number
FROM asv.held_ahead_page(p_after_header => $1::bytea, p_after_proposal => $2::bytea, p_limit => $3::integer)
