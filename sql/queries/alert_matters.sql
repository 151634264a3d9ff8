-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What people must be told of, as far as the database knows.
SELECT kind, subject, what, at
FROM asv.alert_matters(p_docked_before => $1::timestamptz)
