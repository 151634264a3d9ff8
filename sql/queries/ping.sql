-- SPDX-License-Identifier: EUPL-1.2
-- SPDX-FileCopyrightText: 2026 The Asservat authors
--
-- Sets the session up, and asks: is the server durable, may it be written to, and has it this schema?
SELECT asv.schema_number(), current_setting('fsync'), current_setting('synchronous_commit'),
       current_setting('transaction_read_only'),
       set_config('statement_timeout', $1::text, false),
       set_config('idle_in_transaction_session_timeout', $1::text, false),
       set_config('search_path', '', false),
       set_config('TimeZone', 'UTC', false)
