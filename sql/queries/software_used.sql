-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Tells of the version of a job, when it is another one than the last.
SELECT asv.software_used(p_software => $1::text)
