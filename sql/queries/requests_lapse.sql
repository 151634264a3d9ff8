-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Ends every request whose time is over.
SELECT asv.requests_lapse()
