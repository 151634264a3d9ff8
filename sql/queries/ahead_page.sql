-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Holds before docking that count, with what ends them.
SELECT proposal, camera, camera_name, from_at, until_at, since, emptied, waiting
FROM asv.ahead_page(p_after => $1::bytea, p_limit => $2::integer)
