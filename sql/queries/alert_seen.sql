-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A run found a matter; whether people are to be told now.
SELECT asv.alert_seen(
    p_kind => $1::text,
    p_subject => $2::text,
    p_run_at => $3::timestamptz)
