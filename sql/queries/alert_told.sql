-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- People were told of a matter.
SELECT asv.alert_told(
    p_kind => $1::text,
    p_subject => $2::text,
    p_run_at => $3::timestamptz)
