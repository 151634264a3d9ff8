-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What a person is in charge of now.
SELECT in_charge, deputises, appraises
FROM asv.duties_of(
    p_person => $1::uuid,
    p_unit => $2::text,
    p_wearer => $3::uuid)
