-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Keeps a recipient's card.
SELECT asv.recipient_card_put(
    p_content => $1::bytea)
