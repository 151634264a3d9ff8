-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Tells of a start of the keeper, once.
SELECT asv.software_seen(p_run => $1::uuid, p_software => $2::text, p_started_at => $3::timestamptz)
