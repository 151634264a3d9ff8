-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Matters of a kind that a run did not find are over.
SELECT asv.alert_forget(
    p_kind => $1::text,
    p_run_at => $2::timestamptz)
