-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Forgets who wore cameras whose recordings are gone.
SELECT asv.issues_forget()
