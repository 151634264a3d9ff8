-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- How many incidents are to be forgotten.
SELECT asv.incidents_over()
