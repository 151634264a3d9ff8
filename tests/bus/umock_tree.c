/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "tests/bus/umock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define SYSFS_ROOT "/sys/devices/asservat/usb1"

/* A path below the directory; cut if too long, which the caller's open() then refuses. */
static void path_of(const struct asv_umock *umock, char *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void path_of(const struct asv_umock *umock, char *out, const char *format, ...)
{
    va_list ap;
    int n = snprintf(out, ASV_UMOCK_PATH_BYTES, "%s", umock->dir);
    va_start(ap, format);
    (void)vsnprintf(out + n, ASV_UMOCK_PATH_BYTES - (size_t)n, format, ap);
    va_end(ap);
}

static enum asv_status make_dirs(const char *path)
{
    char part[ASV_UMOCK_PATH_BYTES];
    (void)snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash != NULL) {
            *slash = '\0';
        }
        if (mkdir(part, 0755) < 0 && errno != EEXIST) {
            return ASV_E_IO;
        }
        if (slash == NULL) {
            return ASV_OK;
        }
        *slash = '/';
    }
}

static enum asv_status write_file(const char *dir, const char *name, const void *data, size_t len)
{
    char path[ASV_UMOCK_PATH_BYTES + 32];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return ASV_E_IO;
    }
    ssize_t n = write(fd, data, len);
    close(fd);
    return n == (ssize_t)len ? ASV_OK : ASV_E_IO;
}

static enum asv_status write_text(const char *dir, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum asv_status write_text(const char *dir, const char *name, const char *format, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    return write_file(dir, name, text, (size_t)n);
}

/* Makes a symbolic link, or moves an existing one in a single step. */
static enum asv_status link_to(const char *target, const char *path)
{
    char temporary[ASV_UMOCK_PATH_BYTES + 8];
    (void)snprintf(temporary, sizeof temporary, "%s.new", path);
    (void)unlink(temporary);
    if (symlink(target, temporary) < 0 || rename(temporary, path) < 0) {
        return ASV_E_IO;
    }
    return ASV_OK;
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    if (dir != NULL) {
        struct dirent *entry;
        while ((entry = readdir(dir)) != NULL) {
            char inner[ASV_UMOCK_PATH_BYTES + 256];
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
                continue;
            }
            (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
            if (unlink(inner) < 0) {
                remove_tree(inner);
            }
        }
        closedir(dir);
    }
    (void)rmdir(path);
}

/* What every USB device shows in sysfs. */
static enum asv_status write_sysfs(struct asv_umock *umock, const char *sysfs, const char *name,
                                   unsigned address, const char *speed, const uint8_t *descriptors,
                                   size_t len)
{
    char dir[ASV_UMOCK_PATH_BYTES];
    char path[ASV_UMOCK_PATH_BYTES];
    char target[ASV_UMOCK_PATH_BYTES];
    path_of(umock, dir, "%s", sysfs);
    enum asv_status status = make_dirs(dir);
    if (status != ASV_OK || (status = write_file(dir, "descriptors", descriptors, len)) != ASV_OK ||
        (status = write_text(dir, "busnum", "1\n")) != ASV_OK ||
        (status = write_text(dir, "devnum", "%u\n", address)) != ASV_OK ||
        (status = write_text(dir, "bConfigurationValue", "1\n")) != ASV_OK ||
        (status = write_text(dir, "speed", "%s\n", speed)) != ASV_OK ||
        (status = write_text(dir, "dev", "189:%u\n", address - 1)) != ASV_OK ||
        (status = write_text(dir, "uevent",
                             "MAJOR=189\nMINOR=%u\nDEVNAME=bus/usb/001/%03u\nDEVTYPE=usb_device\n"
                             "DRIVER=usb\nBUSNUM=001\nDEVNUM=%03u\n",
                             address - 1, address, address)) != ASV_OK) {
        return status;
    }
    path_of(umock, target, "/sys/bus/usb");
    path_of(umock, path, "%s/subsystem", sysfs);
    status = link_to(target, path);
    if (status != ASV_OK) {
        return status;
    }
    /* Last: this is what makes the device found by whoever reads the directory. */
    (void)snprintf(target, sizeof target, "../../..%s", sysfs + strlen("/sys"));
    path_of(umock, path, "/sys/bus/usb/devices/%s", name);
    return link_to(target, path);
}

static void remove_sysfs(struct asv_umock *umock, const char *sysfs, const char *name)
{
    char path[ASV_UMOCK_PATH_BYTES];
    path_of(umock, path, "/sys/bus/usb/devices/%s", name);
    (void)unlink(path);
    path_of(umock, path, "%s", sysfs);
    remove_tree(path);
}

/* The directory of a port or hub: its hubs above it are its parents. */
static void sysfs_of(const struct asv_bus_hub *hub, const char *name, char *out)
{
    const struct asv_bus_hub *chain[ASV_BUS_HUBS_MAX];
    unsigned depth = 0;
    for (; hub != NULL && depth < ASV_BUS_HUBS_MAX; hub = hub->parent) {
        chain[depth++] = hub;
    }
    int n = snprintf(out, ASV_UMOCK_PATH_BYTES, "%s", SYSFS_ROOT);
    while (depth > 0) {
        n += snprintf(out + n, ASV_UMOCK_PATH_BYTES - (size_t)n, "/%s", chain[--depth]->path);
    }
    (void)snprintf(out + n, ASV_UMOCK_PATH_BYTES - (size_t)n, "/%s", name);
}

/* Device numbers rise and wrap, as the kernel's do; hubs are taken into account by their sysfs directory. */
static unsigned new_address(struct asv_umock *umock)
{
    for (unsigned tries = 0; tries < ASV_UMOCK_ADDRESSES; tries++) {
        umock->last_address = umock->last_address >= ASV_UMOCK_ADDRESSES - 1 ? 2 : umock->last_address + 1;
        bool taken = umock->addresses[umock->last_address].attachment != NULL;
        for (unsigned i = 0; i < umock->bus->hub_count; i++) {
            taken |= umock->bus->hubs[i].address == umock->last_address;
        }
        if (!taken) {
            return umock->last_address;
        }
    }
    return 0;
}

enum asv_status asv_umock_hub(void *self, struct asv_bus_hub *hub, bool plugged)
{
    struct asv_umock *umock = self;
    char sysfs[ASV_UMOCK_PATH_BYTES];
    uint8_t descriptors[ASV_BUS_CONTROL_MAX];
    sysfs_of(hub->parent, hub->path, sysfs);
    if (!plugged) {
        remove_sysfs(umock, sysfs, hub->path);
        asv_umock_uevent(umock, "remove", sysfs, hub->address);
        hub->address = 0;
        return ASV_OK;
    }
    unsigned address = new_address(umock);
    if (address == 0) {
        return ASV_E_LIMIT;
    }
    hub->address = address;
    size_t len = asv_bus_usb_hub_descriptors((uint8_t)hub->ports, descriptors);
    enum asv_status status = write_sysfs(umock, sysfs, hub->path, address, "480", descriptors, len);
    if (status == ASV_OK) {
        asv_umock_uevent(umock, "add", sysfs, address);
    }
    return status;
}

/* A pseudo-terminal that says nothing and is not ready for output; its slave's path in path. */
static enum asv_status open_terminal(int *master, int *slave, char *path, size_t size)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0 || ptsname_r(*master, path, size) != 0) {
        goto fail;
    }
    *slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (*slave < 0) {
        goto fail;
    }
    struct termios raw;
    if (tcgetattr(*slave, &raw) < 0) {
        close(*slave);
        goto fail;
    }
    cfmakeraw(&raw);
    (void)tcsetattr(*slave, TCSANOW, &raw);
    (void)fchmod(*slave, 0666); /* as udev would for the dock's user */
    (void)tcflow(*slave, TCOOFF);
    return ASV_OK;
fail:
    if (*master >= 0) {
        close(*master);
    }
    *master = -1;
    *slave = -1;
    return ASV_E_IO;
}

void asv_umock_node_poll(struct asv_umock_node *node)
{
    bool stop = node->reapable == 0;
    if (stop != node->stopped) {
        node->stopped = stop;
        (void)tcflow(node->slave, stop ? TCOOFF : TCOON);
    }
}

static enum asv_status listen_at(struct asv_umock *umock, unsigned address)
{
    struct asv_umock_address *place = &umock->addresses[address];
    if (place->listener.fd >= 0) {
        return ASV_OK;
    }
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    char path[ASV_UMOCK_PATH_BYTES];
    path_of(umock, path, "/ioctl/dev/bus/usb/001/%03u", address);
    (void)snprintf(sa.sun_path, sizeof sa.sun_path, "%.107s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return ASV_E_INTERNAL;
    }
    if (bind(fd, (const struct sockaddr *)&sa, sizeof sa) < 0 || chmod(sa.sun_path, 0666) < 0 ||
        listen(fd, 16) < 0 ||
        asv_bus_loop_add(umock->bus->loop, &place->listener, fd, EPOLLIN, asv_umock_accept) != ASV_OK) {
        close(fd);
        return ASV_E_IO;
    }
    return ASV_OK;
}

enum asv_status asv_umock_node_add(struct asv_umock *umock, const struct asv_bus_port *port,
                                   struct asv_umock_node *node)
{
    static const char *const speeds[] = {
        [ASV_BUS_SPEED_FULL] = "12", [ASV_BUS_SPEED_HIGH] = "480", [ASV_BUS_SPEED_SUPER] = "5000"};
    enum asv_bus_speed speed = umock->bus->speed;
    char terminal[64];
    char path[ASV_UMOCK_PATH_BYTES];
    uint8_t descriptors[ASV_BUS_CONTROL_MAX];
    node->address = new_address(umock);
    (void)snprintf(node->name, sizeof node->name, "%s", port->path);
    sysfs_of(port->hub, port->path, node->sysfs);
    node->stopped = true;
    if (node->address == 0 ||
        open_terminal(&node->master, &node->slave, terminal, sizeof terminal) != ASV_OK) {
        return ASV_E_LIMIT;
    }
    enum asv_status status = listen_at(umock, node->address);
    path_of(umock, path, "/dev/bus/usb/001/%03u", node->address);
    if (status == ASV_OK) {
        status = link_to(terminal, path);
    }
    if (status == ASV_OK) {
        size_t len = asv_bus_usb_descriptors(speed, descriptors);
        status = write_sysfs(umock, node->sysfs, node->name, node->address, speeds[speed], descriptors, len);
    }
    if (status != ASV_OK) {
        asv_umock_node_hang_up(node);
    }
    return status;
}

void asv_umock_node_remove(struct asv_umock *umock, struct asv_umock_node *node)
{
    char path[ASV_UMOCK_PATH_BYTES];
    char terminal[64];
    remove_sysfs(umock, node->sysfs, node->name);
    /* The node stays and leads nowhere: a client that is just opening it must get a descriptor, because the
     * preload takes a failed open for one that it has to emulate. */
    path_of(umock, path, "/dev/bus/usb/001/%03u", node->address);
    if (ptsname_r(umock->dead_master, terminal, sizeof terminal) == 0) {
        (void)link_to(terminal, path);
    }
}

void asv_umock_node_hang_up(struct asv_umock_node *node)
{
    if (node->slave >= 0) {
        close(node->slave);
        close(node->master);
        node->slave = -1;
        node->master = -1;
    }
}

enum asv_status asv_umock_tree_open(struct asv_umock *umock)
{
    static const char *const dirs[] = {"/sys/bus/usb/devices", "/sys/class", "/dev/.node", "/dev/bus/usb/001",
                                       "/ioctl/dev/bus/usb/001"};
    char path[ASV_UMOCK_PATH_BYTES];
    char terminal[64];
    uint8_t descriptors[ASV_BUS_CONTROL_MAX];
    for (unsigned i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        path_of(umock, path, "%s", dirs[i]);
        if (make_dirs(path) != ASV_OK) {
            return ASV_E_IO;
        }
    }
    if (open_terminal(&umock->dead_master, &umock->dead_slave, terminal, sizeof terminal) != ASV_OK) {
        return ASV_E_IO;
    }
    umock->last_address = 1;
    size_t len = asv_bus_usb_hub_descriptors(15, descriptors);
    return write_sysfs(umock, SYSFS_ROOT, "usb1", 1, "480", descriptors, len);
}

void asv_umock_tree_close(struct asv_umock *umock)
{
    static const char *const dirs[] = {"/sys", "/dev", "/ioctl"};
    if (umock->dead_master >= 0) {
        close(umock->dead_slave);
        close(umock->dead_master);
    }
    for (unsigned i = 0; i < sizeof dirs / sizeof dirs[0]; i++) {
        char path[ASV_UMOCK_PATH_BYTES];
        path_of(umock, path, "%s", dirs[i]);
        remove_tree(path);
    }
}
