-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Deletes sessions that have long been over.
SELECT asv.session_forget()
