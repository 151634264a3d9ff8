/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * Reading a policy's file: LG-040. */
#include "server/ledger/policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/base/fail.h"
#include "server/ledger/line.h"

#define NAME_SHOWN 40 /* bytes of a name in a message */

struct place {
    const char *name;
    unsigned line;
    struct asv_err *err;
};

struct file {
    struct place at;
    struct asv_ledger_policy *policy;
    uint32_t used_witnesses, used_groups; /* those that are members of a group already */
    bool has_quorum;
};

__attribute__((format(printf, 2, 3))) static enum asv_status fail(const struct file *file, const char *format,
                                                                  ...)
{
    char what[ASV_ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return asv_failf(file->at.err, ASV_E_USAGE, "%s:%u: %s", file->at.name, file->at.line, what);
}

static int shown(struct asv_bytes text)
{
    return text.len < NAME_SHOWN ? (int)text.len : NAME_SHOWN;
}

static bool is_word(struct asv_bytes word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.data, text, word.len) == 0;
}

static bool is_same(struct asv_bytes a, struct asv_bytes b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

/* The next word of the line; empty behind the last. */
static struct asv_bytes take_word(struct asv_reader *line)
{
    while (line->at < line->len && is_blank(line->data[line->at])) {
        line->at++;
    }
    size_t from = line->at;
    while (line->at < line->len && !is_blank(line->data[line->at])) {
        line->at++;
    }
    return (struct asv_bytes){line->data + from, line->at - from};
}

static enum asv_status read_end(const struct file *file, struct asv_reader *line)
{
    const struct asv_bytes word = take_word(line);
    return word.len == 0
               ? ASV_OK
               : fail(file, "\"%.*s\" is one word too many; remove it", shown(word), (const char *)word.data);
}

static enum asv_status read_key(const struct file *file, struct asv_reader *line, enum asv_note_type type,
                                struct asv_note_key *out)
{
    struct asv_err detail = {0};
    const struct asv_ledger_policy *policy = file->policy;
    const struct asv_bytes word = take_word(line);
    if (word.len == 0) {
        return fail(file, "the key is missing; give it as name+id+key");
    }
    if (asv_vkey_parse(out, word, &detail) != ASV_OK) {
        return fail(file, "%s", detail.text);
    }
    if (out->type != type) {
        return fail(file, type == ASV_NOTE_ED25519 ? "the key is a witness's; give the log's"
                                                   : "the key is a log's; give the witness's, of type 4");
    }
    bool known = false;
    for (size_t i = 0; i < policy->log_count; i++) { /* one key signs a ledger and what goes on after it */
        const struct asv_note_key *log = &policy->logs[i].key;
        known = known || (memcmp(log->pk, out->pk, sizeof out->pk) == 0 &&
                          (type != ASV_NOTE_ED25519 || strcmp(log->name, out->name) == 0));
    }
    for (size_t i = 0; i < policy->witness_count; i++) {
        known = known || memcmp(policy->witnesses[i].key.pk, out->pk, sizeof out->pk) == 0;
    }
    return known ? fail(file, "the same key was already given; keep one of them") : ASV_OK;
}

static enum asv_status read_log(struct file *file, struct asv_reader *line)
{
    struct asv_ledger_policy *policy = file->policy;
    if (policy->log_count == ASV_LEDGER_LOGS_MAX) {
        return fail(file, "there are more than %d logs; remove some", ASV_LEDGER_LOGS_MAX);
    }
    struct asv_ledger_log *log = &policy->logs[policy->log_count];
    enum asv_status status = read_key(file, line, ASV_NOTE_ED25519, &log->key);
    if (status != ASV_OK) {
        return status;
    }
    log->url = take_word(line);
    policy->log_count++;
    return read_end(file, line);
}

/* Whether name is a witness's or a group's, and whose. */
static bool find(const struct asv_ledger_policy *policy, struct asv_bytes name, enum asv_ledger_quorum *kind,
                 size_t *index)
{
    for (size_t i = 0; i < policy->witness_count; i++) {
        if (is_same(policy->witnesses[i].name, name)) {
            *kind = ASV_QUORUM_WITNESS;
            *index = i;
            return true;
        }
    }
    for (size_t i = 0; i < policy->group_count; i++) {
        if (is_same(policy->groups[i].name, name)) {
            *kind = ASV_QUORUM_GROUP;
            *index = i;
            return true;
        }
    }
    return false;
}

static enum asv_status read_name(const struct file *file, struct asv_reader *line, struct asv_bytes *out)
{
    enum asv_ledger_quorum kind;
    size_t index;
    const struct asv_bytes name = take_word(line);
    if (name.len == 0) {
        return fail(file, "the name is missing; give one");
    }
    if (is_word(name, "none") || find(file->policy, name, &kind, &index)) {
        return fail(file, "the name \"%.*s\" is taken; give another", shown(name), (const char *)name.data);
    }
    *out = name;
    return ASV_OK;
}

static enum asv_status read_witness(struct file *file, struct asv_reader *line)
{
    struct asv_ledger_policy *policy = file->policy;
    if (policy->witness_count == ASV_LEDGER_WITNESSES_MAX) {
        return fail(file, "there are more than %d witnesses; remove some", ASV_LEDGER_WITNESSES_MAX);
    }
    struct asv_ledger_witness *witness = &policy->witnesses[policy->witness_count];
    enum asv_status status = read_name(file, line, &witness->name);
    if (status == ASV_OK) {
        status = read_key(file, line, ASV_NOTE_COSIGNATURE, &witness->key);
    }
    if (status != ASV_OK) {
        return status;
    }
    witness->url = take_word(line);
    policy->witness_count++;
    return read_end(file, line);
}

/* The members behind a group's threshold, and how many there are. */
static enum asv_status read_members(struct file *file, struct asv_reader *line,
                                    struct asv_ledger_group *group, unsigned *count)
{
    *count = 0;
    for (struct asv_bytes word = take_word(line); word.len > 0; word = take_word(line)) {
        enum asv_ledger_quorum kind;
        size_t index;
        if (!find(file->policy, word, &kind, &index)) {
            return fail(file, "\"%.*s\" is neither a witness nor a group above this line", shown(word),
                        (const char *)word.data);
        }
        uint32_t *used = kind == ASV_QUORUM_WITNESS ? &file->used_witnesses : &file->used_groups;
        uint32_t *members = kind == ASV_QUORUM_WITNESS ? &group->witnesses : &group->groups;
        const uint32_t bit = UINT32_C(1) << index;
        if ((*used & bit) != 0) {
            return fail(file, "\"%.*s\" is a member already; each counts in one group, once", shown(word),
                        (const char *)word.data);
        }
        *used |= bit;
        *members |= bit;
        ++*count;
    }
    return *count > 0 ? ASV_OK : fail(file, "the group has no members; name them");
}

static enum asv_status read_group(struct file *file, struct asv_reader *line)
{
    struct asv_ledger_policy *policy = file->policy;
    struct asv_ledger_group group = {0};
    unsigned count = 0;
    uint64_t needed = 0;
    if (policy->group_count == ASV_LEDGER_GROUPS_MAX) {
        return fail(file, "there are more than %d groups; remove some", ASV_LEDGER_GROUPS_MAX);
    }
    enum asv_status status = read_name(file, line, &group.name);
    const struct asv_bytes threshold = take_word(line);
    if (status == ASV_OK) {
        status = read_members(file, line, &group, &count);
    }
    if (status != ASV_OK) {
        return status;
    }
    if (is_word(threshold, "all")) {
        needed = count;
    } else if (is_word(threshold, "any")) {
        needed = 1;
    } else if (!asv_line_is_decimal(threshold, &needed) || needed < 1 || needed > count) {
        return fail(file, "\"%.*s\" cannot be how many are needed; give 1 to %u, all or any",
                    shown(threshold), (const char *)threshold.data, count);
    }
    group.needed = (unsigned)needed;
    policy->groups[policy->group_count++] = group;
    return ASV_OK;
}

static enum asv_status read_quorum(struct file *file, struct asv_reader *line)
{
    struct asv_ledger_policy *policy = file->policy;
    const struct asv_bytes name = take_word(line);
    if (file->has_quorum) {
        return fail(file, "the quorum was already given; keep one of them");
    }
    if (is_word(name, "none")) {
        policy->quorum = ASV_QUORUM_NONE;
    } else if (!find(policy, name, &policy->quorum, &policy->quorum_index)) {
        return fail(file, "\"%.*s\" is neither a witness nor a group above this line; give one, or none",
                    shown(name), (const char *)name.data);
    }
    file->has_quorum = true;
    return read_end(file, line);
}

static enum asv_status read_line(struct file *file, struct asv_bytes text)
{
    static const struct {
        const char *word;
        enum asv_status (*read)(struct file *, struct asv_reader *);
    } kinds[] = {
        {"log", read_log}, {"witness", read_witness}, {"group", read_group}, {"quorum", read_quorum}};
    struct asv_reader line;
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] < 0x20 && text.data[i] != '\t') || text.data[i] == 0x7f) {
            return fail(file, "holds a control character; write plain text");
        }
    }
    asv_reader_init(&line, text.data, text.len);
    const struct asv_bytes word = take_word(&line);
    if (word.len == 0 || word.data[0] == '#') {
        return ASV_OK;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (is_word(word, kinds[i].word)) {
            return kinds[i].read(file, &line);
        }
    }
    return fail(file, "\"%.*s\" is unknown here; give log, witness, group or quorum", shown(word),
                (const char *)word.data);
}

enum asv_status asv_ledger_policy_parse(const char *name, struct asv_bytes text,
                                        struct asv_ledger_policy *out, struct asv_err *err)
{
    struct file file = {.at = {.name = name, .line = 1, .err = err}, .policy = out};
    struct asv_reader reader;
    struct asv_bytes line;
    *out = (struct asv_ledger_policy){.log_count = 0};
    if (text.len > ASV_LEDGER_POLICY_BYTES) {
        return fail(&file, "the file is larger than %d bytes", ASV_LEDGER_POLICY_BYTES);
    }
    asv_reader_init(&reader, text.data, text.len);
    for (; asv_line_take(&reader, &line); file.at.line++) {
        enum asv_status status = read_line(&file, line);
        if (status != ASV_OK) {
            return status;
        }
    }
    if (asv_read_end(&reader) != ASV_OK) {
        return fail(&file, "the last line has no end; was the file cut?");
    }
    if (out->log_count == 0) {
        return fail(&file, "no log is trusted; add a line \"log name+id+key\"");
    }
    if (!file.has_quorum) {
        return fail(&file, "the quorum is missing; add a line \"quorum ...\", or \"quorum none\"");
    }
    return ASV_OK;
}
