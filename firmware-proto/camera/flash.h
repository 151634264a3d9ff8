/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * The camera's flash as a parameter: append-only files in directories. flash_posix.h has the one on a file
 * system; tests have one in memory whose power can fail at any byte.
 *
 * What a power cut leaves: everything that sync (files) and sync_dir (names) had answered ASV_OK for. Of the
 * rest, any part or nothing: appended bytes may be there up to any byte, creations, renames and removals in
 * one directory up to any one of them.
 *
 * Paths are relative, with '/' between names of [a-z0-9.-]; at most ASV_FLASH_PATH_MAX bytes. No function
 * follows a link out of the store.
 *
 * Errors, where nothing else is said: ASV_E_NOT_FOUND, ASV_E_EXISTS, ASV_E_NO_SPACE, ASV_E_IO for whatever
 * else the medium does, ASV_E_USAGE for a path that is none.
 */
#ifndef ASV_CAMERA_FLASH_H
#define ASV_CAMERA_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware-proto/base/status.h"

#define ASV_FLASH_PATH_MAX 95
#define ASV_FLASH_NO_FILE  (-1)

/* Called for each name in a directory, in any order. Not ASV_OK: stops, and list returns it. */
typedef enum asv_status asv_flash_entry_fn(void *arg, const char *name);

struct asv_flash_ops {
    /* A new, empty file, open for appending until close. There is no way to append to an old one. */
    enum asv_status (*create)(void *ctx, const char *path, int *file);
    /* *written says how many bytes were appended, also on failure; the rest may be appended later. */
    enum asv_status (*append)(void *ctx, int file, const void *data, size_t len, size_t *written);
    /* After a failure the file's unsynced bytes may be lost, though they can still be read (Linux keeps them
     * in its cache and tells of the failure once): nothing may be built on them before cut or settle. */
    enum asv_status (*sync)(void *ctx, int file);
    void (*close)(void *ctx, int file);
    /* After ASV_OK what can be read of this file is what the medium has, durably: of bytes that a process
     * wrote which has died since, or whose sync failed. */
    enum asv_status (*settle)(void *ctx, const char *path);
    /* Shortens a file to len, durably: for bytes whose sync failed. */
    enum asv_status (*cut)(void *ctx, const char *path, uint64_t len);

    /* *len is below cap only at the end of the file. */
    enum asv_status (*read)(void *ctx, const char *path, uint64_t offset, void *out, size_t cap, size_t *len);
    enum asv_status (*size)(void *ctx, const char *path, uint64_t *out);

    /* Overwrites bytes that are there, in place; durable when it answers ASV_OK. A power cut may leave any
     * part of them overwritten. */
    enum asv_status (*overwrite)(void *ctx, const char *path, uint64_t offset, uint64_t len);
    /* Gives a file's blocks back to the medium as unused, its length stays. ASV_E_UNSUPPORTED where that does
     * not reach the medium. */
    enum asv_status (*discard)(void *ctx, const char *path);
    enum asv_status (*unlink)(void *ctx, const char *path);
    /* Within one directory. Replaces a file at the new name at once, and never half. */
    enum asv_status (*rename)(void *ctx, const char *from, const char *to);
    enum asv_status (*mkdir)(void *ctx, const char *path);
    enum asv_status (*rmdir)(void *ctx, const char *path);
    enum asv_status (*sync_dir)(void *ctx, const char *path); /* "." is the top */
    enum asv_status (*list)(void *ctx, const char *path, asv_flash_entry_fn *fn, void *arg);
    enum asv_status (*space)(void *ctx, uint64_t *free_bytes, uint64_t *total_bytes);
};

/* Borrowed by whoever is given it. */
struct asv_flash {
    const struct asv_flash_ops *ops;
    void *ctx;
};

/* All of data, or the status of the append that failed; *written as in ops->append, may be NULL. */
ASV_MUST_CHECK enum asv_status asv_flash_append(const struct asv_flash *flash, int file, const void *data,
                                                size_t len, size_t *written);

/* A file that is there whole or not at all: written beside, synced, renamed over path, its directory synced.
 * When it fails, path holds the old bytes or, after a failed sync of the directory, either. */
ASV_MUST_CHECK enum asv_status asv_flash_replace(const struct asv_flash *flash, const char *path,
                                                 const void *data, size_t len);

/* A whole file. ASV_E_LIMIT when it is longer than cap. */
ASV_MUST_CHECK enum asv_status asv_flash_load(const struct asv_flash *flash, const char *path, void *out,
                                              size_t cap, size_t *len);

/* What nothing can be recorded without is kept twice: at path and, written after it, at path.copy. A reader
 * takes the first that is right. */
#define ASV_FLASH_COPIES 2
void asv_flash_copy_path(char out[ASV_FLASH_PATH_MAX + 1], const char *path, unsigned copy);
ASV_MUST_CHECK enum asv_status asv_flash_replace_twice(const struct asv_flash *flash, const char *path,
                                                       const void *data, size_t len);
ASV_MUST_CHECK enum asv_status asv_flash_remove_twice(const struct asv_flash *flash, const char *path);

/* Removes a name and makes that durable. ASV_OK when it is not there. */
ASV_MUST_CHECK enum asv_status asv_flash_remove(const struct asv_flash *flash, const char *path);

/* The names in a directory that are numbers (from 1, without leading zeros, at most 19 digits), ascending:
 * *numbers is heap, at most `most` of them, or ASV_E_LIMIT. */
ASV_MUST_CHECK enum asv_status asv_flash_numbers(const struct asv_flash *flash, const char *dir, size_t most,
                                                 uint64_t **numbers, size_t *count);

/* mkdir that is content with a directory that is there; not yet durable. */
ASV_MUST_CHECK enum asv_status asv_flash_ensure_dir(const struct asv_flash *flash, const char *path);

/* ASV_E_USAGE unless path keeps the rule above; "." is a path. */
ASV_MUST_CHECK enum asv_status asv_flash_check_path(const char *path);

/* The directory part of path, "." when there is none. */
void asv_flash_parent(const char *path, char out[ASV_FLASH_PATH_MAX + 1]);

#endif
