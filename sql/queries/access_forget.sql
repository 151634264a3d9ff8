-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Forgets what the access log has kept for its term.
SELECT asv.access_forget()
