-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Says whose database this is.
SELECT asv.agency_put(
    p_name => $1::text,
    p_root => $2::bytea,
    p_root_pk => $3::bytea)
