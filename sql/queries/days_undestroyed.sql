-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Days of which the keeper has not said yet that nothing of their keys is left.
SELECT day FROM asv.days_undestroyed(p_after => $1::date, p_until => $2::date, p_limit => $3::integer) AS day
