-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- What is known of clips that lie in the vault.
SELECT index, header, state FROM asv.vault_known(p_kind => $1::smallint, p_clips => $2::uuid[])
