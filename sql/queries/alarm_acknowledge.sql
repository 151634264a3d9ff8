-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A person dealt with an alarm.
SELECT asv.alarm_acknowledge(
    p_alarm => $1::uuid,
    p_by => $2::text,
    p_note => $3::text)
