/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "server/base/io.h"

/* Debian 12's kernel: ABI 2. Below it a rename between directories is refused whatever is allowed. */
#define LANDLOCK_ABI_WANTED 2

#define READ_FILE_RIGHTS  LANDLOCK_ACCESS_FS_READ_FILE
#define WRITE_FILE_RIGHTS LANDLOCK_ACCESS_FS_WRITE_FILE
#define READ_DIR_RIGHTS   LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE_DIR_RIGHTS                                                                            \
    (LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER)
#define ALL_RIGHTS                                                                              \
    (READ_FILE_RIGHTS | WRITE_FILE_RIGHTS | READ_DIR_RIGHTS | WRITE_DIR_RIGHTS |                \
     LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

enum asv_status asv_sandbox_forbid_dumps(struct asv_err *err)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) {
        return asv_io_fail(err, errno, "sandbox: core dumps");
    }
    if (!ASV_UNDER_SANITIZER && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return asv_io_fail(err, errno, "sandbox: tracing");
    }
    return ASV_OK;
}

static enum asv_status drop_privileges(struct asv_err *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return asv_io_fail(err, errno, "sandbox: no_new_privs");
    }
    return asv_sandbox_forbid_dumps(err);
}

static enum asv_status allow_path(int ruleset, const struct asv_sandbox_path *path, struct asv_err *err)
{
    struct stat st;
    int fd = open(path->path, O_PATH | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        return ASV_OK;
    }
    if (fd < 0 || fstat(fd, &st) != 0) {
        int e = errno;
        if (fd >= 0) {
            close(fd);
        }
        return asv_io_fail(err, e, path->path);
    }
    struct landlock_path_beneath_attr rule = {.parent_fd = fd, .allowed_access = READ_FILE_RIGHTS};
    if (path->write) {
        rule.allowed_access |= WRITE_FILE_RIGHTS;
    }
    if (S_ISDIR(st.st_mode)) {
        rule.allowed_access |= READ_DIR_RIGHTS | (path->write ? WRITE_DIR_RIGHTS : 0);
    }
    long failed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int e = errno;
    close(fd);
    return failed == 0 ? ASV_OK : asv_io_fail(err, e, path->path);
}

static enum asv_status restrict_paths(const struct asv_sandbox *sandbox, bool *landlocked,
                                      struct asv_err *err)
{
    const struct landlock_ruleset_attr attr = {.handled_access_fs = ALL_RIGHTS};
    *landlocked =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= LANDLOCK_ABI_WANTED;
    if (!*landlocked) {
        return ASV_OK;
    }
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0) {
        return asv_io_fail(err, errno, "sandbox: Landlock");
    }
    enum asv_status status = ASV_OK;
    for (size_t i = 0; status == ASV_OK && i < sandbox->path_count; i++) {
        status = allow_path(ruleset, &sandbox->paths[i], err);
    }
    if (status == ASV_OK && ASV_UNDER_SANITIZER) { /* where it looks up its threads before it counts leaks */
        status = allow_path(ruleset, &(const struct asv_sandbox_path){"/proc", false}, err);
    }
    if (status == ASV_OK && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
        status = asv_io_fail(err, errno, "sandbox: Landlock");
    }
    close(ruleset);
    return status;
}

/* Adds the rules; a negative errno of libseccomp when one fails. */
static int add_rules(scmp_filter_ctx filter, unsigned sockets)
{
    static const int denied[] = {
        SCMP_SYS(execve),
        SCMP_SYS(execveat),
        SCMP_SYS(mount),
        SCMP_SYS(umount2),
        SCMP_SYS(pivot_root),
        SCMP_SYS(chroot),
        SCMP_SYS(setns),
        SCMP_SYS(unshare),
        SCMP_SYS(init_module),
        SCMP_SYS(finit_module),
        SCMP_SYS(delete_module),
        SCMP_SYS(kexec_load),
        SCMP_SYS(reboot),
        SCMP_SYS(swapon),
        SCMP_SYS(bpf),
        SCMP_SYS(perf_event_open),
        SCMP_SYS(userfaultfd),
        SCMP_SYS(add_key),
        SCMP_SYS(keyctl),
        SCMP_SYS(request_key),
        SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev),
        SCMP_SYS(settimeofday),
        SCMP_SYS(clock_settime),
        SCMP_SYS(acct),
        SCMP_SYS(quotactl),
        SCMP_SYS(io_uring_setup),
    };
    static const struct {
        unsigned flag;
        int family;
    } families[] = {{ASV_SANDBOX_UNIX, AF_UNIX},
                    {ASV_SANDBOX_INET, AF_INET},
                    {ASV_SANDBOX_INET, AF_INET6},
                    {ASV_SANDBOX_NETLINK, AF_NETLINK}};
    const uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        int failed = seccomp_rule_add(filter, refuse, denied[i], 0);
        if (failed != 0) {
            return failed;
        }
    }
    int failed = ASV_UNDER_SANITIZER ? 0 : seccomp_rule_add(filter, refuse, SCMP_SYS(ptrace), 0);
    /* every family that is not asked for, one rule each: conditions of one rule on one argument cannot be
     * combined */
    for (int family = 0; failed == 0 && family < AF_MAX; family++) {
        bool wanted = false;
        for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
            wanted = wanted || (families[i].family == family && (sockets & families[i].flag) != 0);
        }
        if (!wanted) {
            failed = seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 1,
                                      SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
        }
    }
    if (failed == 0) {
        failed = seccomp_rule_add(filter, refuse, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GE, AF_MAX, 0));
    }
    return failed;
}

static enum asv_status restrict_calls(const struct asv_sandbox *sandbox, struct asv_err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "sandbox: seccomp");
    }
    int failed = add_rules(filter, sandbox->sockets);
    if (failed == 0) {
        failed = seccomp_load(filter);
    }
    seccomp_release(filter);
    return failed == 0 ? ASV_OK : asv_io_fail(err, -failed, "sandbox: seccomp");
}

enum asv_status asv_sandbox_enter(const struct asv_sandbox *sandbox, bool *landlocked, struct asv_err *err)
{
    bool paths = false;
    enum asv_status status = drop_privileges(err);
    if (status == ASV_OK) {
        status = restrict_paths(sandbox, &paths, err);
    }
    if (status == ASV_OK) {
        status = restrict_calls(sandbox, err);
    }
    if (status == ASV_OK && landlocked != NULL) {
        *landlocked = paths;
    }
    return status;
}

/* ---- computing alone ---- */

static enum asv_status limit(int resource, rlim_t most, const char *what, struct asv_err *err)
{
    struct rlimit value;
    if (getrlimit((__rlimit_resource_t)resource, &value) != 0) {
        return asv_io_fail(err, errno, what);
    }
    value.rlim_max = value.rlim_max < most ? value.rlim_max : most; /* RLIM_INFINITY is the largest */
    value.rlim_cur = value.rlim_max;
    return setrlimit((__rlimit_resource_t)resource, &value) == 0 ? ASV_OK : asv_io_fail(err, errno, what);
}

static int allow_computing(scmp_filter_ctx filter)
{
    static const int allowed[] = {
        SCMP_SYS(read),
        SCMP_SYS(write),
        SCMP_SYS(recvfrom),
        SCMP_SYS(sendto),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(close),
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(futex),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(getrandom),
        SCMP_SYS(sched_getaffinity),
    };
    static const int without_code[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    static const int not_there[] = {SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(access),
                                    SCMP_SYS(readlink)};
    int failed = 0;
    for (size_t i = 0; failed == 0 && i < sizeof allowed / sizeof *allowed; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    }
    for (size_t i = 0; failed == 0 && i < sizeof not_there / sizeof *not_there; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOENT), not_there[i], 0);
    }
    for (size_t i = 0; failed == 0 && i < sizeof without_code / sizeof *without_code; i++) {
        failed = seccomp_rule_add(filter, SCMP_ACT_ALLOW, without_code[i], 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    }
    return failed;
}

enum asv_status asv_sandbox_limit(uint64_t memory_bytes, unsigned cpu_seconds, uint64_t file_bytes,
                                  struct asv_err *err)
{
    enum asv_status status = limit(RLIMIT_CPU, cpu_seconds, "sandbox: time", err);
    if (status == ASV_OK) {
        status = limit(RLIMIT_FSIZE, file_bytes, "sandbox: files", err);
    }
    return status == ASV_OK && !ASV_UNDER_SANITIZER ? limit(RLIMIT_AS, memory_bytes, "sandbox: memory", err)
                                                    : status;
}

enum asv_status asv_sandbox_compute(size_t memory_bytes, unsigned cpu_seconds, struct asv_err *err)
{
    const struct asv_sandbox nothing = {.paths = NULL};
    enum asv_status status = asv_sandbox_limit(memory_bytes, cpu_seconds, 0, err);
    if (status == ASV_OK) {
        status = asv_sandbox_enter(&nothing, NULL, err);
    }
    if (status != ASV_OK || ASV_UNDER_SANITIZER) {
        return status;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) {
        return asv_fail(err, ASV_E_NO_MEMORY, "sandbox: seccomp");
    }
    int failed = allow_computing(filter);
    if (failed == 0) {
        failed = seccomp_load(filter);
    }
    seccomp_release(filter);
    return failed == 0 ? ASV_OK : asv_io_fail(err, -failed, "sandbox: seccomp");
}
