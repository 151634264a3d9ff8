-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The bytes of a policy file.
SELECT asv.policy_file_find(
    p_digest => $1::bytea)
