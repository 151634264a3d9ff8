-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- The receipt of a hand-over that its recipient signed.
SELECT received, received_at, receiver, document, signature
FROM asv.handover_signature(
    p_id => $1::uuid)
