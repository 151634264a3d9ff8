-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps the bytes of a policy file.
SELECT asv.policy_file_put(
    p_version => $1::bigint,
    p_name => $2::text,
    p_days => $3::smallint,
    p_content => $4::bytea)
