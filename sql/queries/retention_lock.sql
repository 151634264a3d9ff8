-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The lock of the one run: held until the connection ends. False: another run has it.
SELECT pg_try_advisory_lock(hashtextextended('asv retention', 0))
