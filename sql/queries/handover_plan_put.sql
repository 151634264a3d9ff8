-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps the plan of a hand-over.
SELECT asv.handover_plan_put(
    p_bytes => $1::bytea)
