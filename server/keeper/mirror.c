/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/keeper/mirror.h"

#include <assert.h>

#include "server/base/fail.h"

const char *asv_mirror_name(unsigned disk)
{
    return disk == 0 ? "store" : "replica";
}

enum asv_status asv_mirror_attach(struct asv_mirror *mirror, struct asv_err *err)
{
    bool any = false;
    mirror->fence = false;
    for (unsigned i = 0; i < mirror->count; i++) {
        const struct asv_disk *disk = &mirror->disks[i];
        mirror->used[i] = false;
        assert(disk->attach != NULL); /* count says how many there are */
        mirror->there[i] = disk->attach(disk->ctx, &mirror->why[i]) == ASV_OK;
        any = any || mirror->there[i];
    }
    return any ? ASV_OK : asv_fail(err, mirror->why[0].status, mirror->why[0].text);
}

void asv_mirror_drop(struct asv_mirror *mirror, unsigned disk, const struct asv_err *why)
{
    mirror->why[disk] = *why;
    mirror->fence = mirror->fence || mirror->used[disk];
    mirror->there[disk] = mirror->used[disk] = false;
}

/* A call of struct asv_disk that changes something. */
struct call {
    enum { WRITE, APPEND, RENAME, REMOVE, SYNC } kind;
    const char *name;
    const char *to;
    const void *data;
    size_t len;
};

static enum asv_status make_call(const struct asv_disk *disk, const struct call *call, struct asv_err *err)
{
    switch (call->kind) {
    case WRITE:
        return disk->write(disk->ctx, call->name, call->data, call->len, err);
    case APPEND:
        return disk->append(disk->ctx, call->name, call->data, call->len, err);
    case RENAME:
        return disk->rename(disk->ctx, call->name, call->to, err);
    case REMOVE:
        return disk->remove(disk->ctx, call->name, err);
    case SYNC:
        return disk->sync(disk->ctx, err);
    default:
        return asv_fail(err, ASV_E_INTERNAL, "key store: no such call");
    }
}

/* K-035, K-036 */
static enum asv_status in_each(struct asv_mirror *mirror, const struct call *call, struct asv_err *err)
{
    enum asv_status status[ASV_MIRROR_DISKS] = {ASV_OK};
    struct asv_err errs[ASV_MIRROR_DISKS] = {{0}};
    unsigned failed = ASV_MIRROR_DISKS;
    bool any = false;
    for (unsigned i = 0; i < mirror->count; i++) {
        if (mirror->used[i]) {
            status[i] = make_call(&mirror->disks[i], call, &errs[i]);
            any = any || status[i] == ASV_OK;
            failed = status[i] != ASV_OK && failed == ASV_MIRROR_DISKS ? i : failed;
        }
    }
    if (failed == ASV_MIRROR_DISKS) {
        return any ? ASV_OK : asv_fail(err, ASV_E_AWAY, "key store: no directory is in use");
    }
    if (!any) {
        return asv_fail(err, status[failed], errs[failed].text);
    }
    errs[failed].status = status[failed];
    asv_mirror_drop(mirror, failed, &errs[failed]);
    return ASV_OK;
}

enum asv_status asv_mirror_write(struct asv_mirror *mirror, const char *name, const void *data, size_t len,
                                 struct asv_err *err)
{
    return in_each(mirror, &(const struct call){.kind = WRITE, .name = name, .data = data, .len = len}, err);
}

enum asv_status asv_mirror_append(struct asv_mirror *mirror, const char *name, const void *lines, size_t len,
                                  struct asv_err *err)
{
    return in_each(mirror, &(const struct call){.kind = APPEND, .name = name, .data = lines, .len = len},
                   err);
}

enum asv_status asv_mirror_rename(struct asv_mirror *mirror, const char *from, const char *to,
                                  struct asv_err *err)
{
    return in_each(mirror, &(const struct call){.kind = RENAME, .name = from, .to = to}, err);
}

enum asv_status asv_mirror_remove(struct asv_mirror *mirror, const char *name, struct asv_err *err)
{
    return in_each(mirror, &(const struct call){.kind = REMOVE, .name = name}, err);
}

enum asv_status asv_mirror_sync(struct asv_mirror *mirror, struct asv_err *err)
{
    return in_each(mirror, &(const struct call){.kind = SYNC}, err);
}
