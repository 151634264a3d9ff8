-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A request that is nothing that anybody signed ends.
SELECT asv.request_void(
    p_proposal => $1::bytea,
    p_why => $2::text)
