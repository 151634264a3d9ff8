-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The instant that a run of the alerts begins with.
SELECT clock_timestamp()
