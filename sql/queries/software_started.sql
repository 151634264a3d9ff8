-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A program begins to work with this database.
SELECT asv.software_started(p_software => $1::text)
