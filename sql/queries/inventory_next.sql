-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What a camera signed when it was emptied, docking by docking.
SELECT session, chain, inventory, bulletin
FROM asv.inventory_next(p_camera => $1::bytea, p_since => $2::timestamptz, p_after => $3::bytea)
