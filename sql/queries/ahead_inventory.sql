-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What the camera of a hold before docking signed when it was emptied.
SELECT chain, inventory, bulletin
FROM asv.ahead_inventory(p_proposal => $1::bytea)
