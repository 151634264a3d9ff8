-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Raises the alarm of witnesses unless the same one is open.
SELECT asv.witness_alarm(p_subject => $1::text, p_detail => $2::text)
