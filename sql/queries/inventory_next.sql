-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What a camera signed when it was emptied, docking by docking, from the newest bulletin back.
SELECT number, session, chain, inventory, bulletin
FROM asv.inventory_next(p_camera => $1::bytea, p_since => $2::timestamptz, p_run => $3::uuid, p_number => $4::bigint, p_after => $5::bytea)
