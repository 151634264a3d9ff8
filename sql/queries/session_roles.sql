-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- As which of the two the session can work: a member of staff, administration.
SELECT pg_has_role(session_user, 'asv_staff', 'MEMBER'), pg_has_role(session_user, 'asv_admin', 'MEMBER')
