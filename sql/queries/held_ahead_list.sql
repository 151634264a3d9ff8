-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Recordings that a decision ahead of their docking keeps.
SELECT header, clip, proposal, camera, epoch, number
FROM asv.held_ahead_list()
