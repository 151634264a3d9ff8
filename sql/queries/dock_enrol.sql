-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- A person enrolled a dock.
SELECT asv.dock_enrol(
    p_dock => $1::bytea,
    p_chain => $2::bytea,
    p_request => $3::bytea,
    p_site => $4::text,
    p_by => $5::text)
