-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The keeper has let go what a hold before docking copied.
SELECT asv.ahead_finished(p_proposal => $1::bytea)
