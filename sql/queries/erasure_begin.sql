-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The erasure of clips that are due begins.
SELECT asv.erasure_begin(p_run => $1::uuid, p_recordings => $2::uuid[], p_rules => $3::text[])
