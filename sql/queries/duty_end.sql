-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A duty is over.
SELECT asv.duty_end(
    p_duty => $1::uuid,
    p_by => $2::text)
