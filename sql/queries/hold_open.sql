-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The request to hold a recording that is open.
SELECT asv.hold_open(p_recording => $1::uuid)
