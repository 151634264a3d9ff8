-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A run begins.
SELECT asv.retention_begin(p_software => $1::text)
