-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The signed object of an event.
SELECT object FROM asv.event_overview WHERE id = $1::uuid
