-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How many recordings the vault must hold, and of how many the period is over.
SELECT count(*), count(*) FILTER (WHERE due_at <= now())
FROM asv.clip_overview
WHERE in_vault
