-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The plan of a hand-over.
SELECT asv.handover_plan_find(
    p_digest => $1::bytea)
