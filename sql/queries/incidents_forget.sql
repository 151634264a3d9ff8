-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Forgets persons, places and texts of incidents whose term is over.
SELECT asv.incidents_forget()
