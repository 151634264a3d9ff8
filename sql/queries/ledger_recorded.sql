-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The seal header of the recording that an event is of.
SELECT asv.ledger_recorded(p_event => $1::uuid)
