/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * A camera's flash in memory that keeps apart what was written and what is durable, so that its power can be
 * cut at any operation and at any byte of a write, and so that the n-th operation can fail.
 *
 * Operations that change something (create, append, sync, overwrite, discard, unlink, rename, mkdir, rmdir,
 * sync_dir, settle, cut) are counted from 1.
 */
#ifndef ASV_TESTS_SIM_FLASH_MEM_H
#define ASV_TESTS_SIM_FLASH_MEM_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware-proto/camera/flash.h"

/* What a power cut leaves of what was not synced. */
enum asv_flash_mem_loss {
    ASV_FLASH_MEM_DROP, /* nothing */
    ASV_FLASH_MEM_KEEP, /* all of it, up to the very byte */
    ASV_FLASH_MEM_TEAR, /* of each file and each directory another part of it, as tear_seed decides */
};

struct asv_flash_mem_node;

struct asv_flash_mem {
    struct asv_flash flash; /* what to hand on; valid while this is not moved */
    struct asv_flash_mem_node *root;
    uint64_t capacity; /* bytes; 0: no limit */

    uint64_t operations; /* so far */
    uint64_t cut_at;     /* power fails in this operation; 0: never */
    size_t cut_byte; /* after so many bytes of it, if it is an append or overwrite; else it does not happen */
    bool off;        /* power has failed: everything answers ASV_E_IO */

    uint64_t fail_at;            /* this operation answers fail_status and does nothing; 0: none */
    uint64_t fail_count;         /* and so many after it in all; 0 counts as 1 */
    enum asv_status fail_status; /* ASV_E_NO_SPACE or ASV_E_IO */
    bool sync_fails_late;        /* a sync that fails has written the bytes all the same; else it lost them */
    bool refuse_overwrite;       /* every overwrite answers ASV_E_IO */
    uint64_t read_fail_at;       /* the n-th read from now answers ASV_E_IO; 0: none */
    const char *bad_path; /* if not NULL: reads of this file that touch the byte bad_from answer ASV_E_IO */
    uint64_t bad_from;

    bool cut_in_append;         /* cut_at was an append or overwrite: cut_byte counted */
    uint64_t last_append_bytes; /* length of the last of those */
    uint64_t lowest_free;       /* of the capacity, as far as seen */
    uint64_t bytes_unlinked;    /* that were not overwritten with zeros before, below clips/ */
};

void asv_flash_mem_init(struct asv_flash_mem *mem);
void asv_flash_mem_free(struct asv_flash_mem *mem);

/* An independent copy of the files as they are, with nothing injected and everything durable. */
void asv_flash_mem_clone(struct asv_flash_mem *out, const struct asv_flash_mem *mem);

/* What is found when power is back; clears every injection and counter. */
void asv_flash_mem_reboot(struct asv_flash_mem *mem, enum asv_flash_mem_loss loss, uint64_t tear_seed);

/* The process that used it has died, and the machine has not: everything is found as it was, durable or not;
 * clears every injection and counter. */
void asv_flash_mem_restart(struct asv_flash_mem *mem);

/* Number of files and directories, for asserting that nothing was left behind. */
size_t asv_flash_mem_count(const struct asv_flash_mem *mem);

/* True when both hold the same names and bytes. */
bool asv_flash_mem_equal(const struct asv_flash_mem *a, const struct asv_flash_mem *b);

/* Whether any file holds these bytes, durable or not. */
bool asv_flash_mem_holds(const struct asv_flash_mem *mem, const void *bytes, size_t len);

/* Changes one bit of a file in place, as flash that ages. False when there is no such byte. */
bool asv_flash_mem_flip(struct asv_flash_mem *mem, const char *path, uint64_t offset, unsigned bit);

/* Cuts a file to this length, durably. False when it is no file or shorter. */
bool asv_flash_mem_truncate(struct asv_flash_mem *mem, const char *path, uint64_t len);

/* A durable file of len bytes, 0xee each, in the top directory: fills the medium. */
void asv_flash_mem_fill(struct asv_flash_mem *mem, const char *name, size_t len);

/* Writes all files below a real directory, for tools that need them there. False when that fails. */
bool asv_flash_mem_export(const struct asv_flash_mem *mem, const char *dir);

#endif
