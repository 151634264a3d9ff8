/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * serve: the camera on its USB cable. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "firmware-proto/camera/camera.h"
#include "firmware-proto/camera/commands.h"
#include "firmware-proto/camera/firmware.h"
#include "firmware-proto/camera/gadget.h"

static volatile sig_atomic_t stop_asked;

/* SIGUSR1 only interrupts a system call. */
static void on_signal(int number)
{
    if (number != SIGUSR1) {
        stop_asked = 1;
    }
}

struct binding {
    const char *gadget; /* configfs directory; NULL: somebody else binds it */
    const char *udc;
};

static enum asv_status bind_gadget(void *arg, struct asv_err *err)
{
    const struct binding *binding = arg;
    char path[4096];
    if (binding->gadget == NULL) {
        printf("ready: bind the gadget to its controller\n");
        fflush(stdout);
        return ASV_OK;
    }
    int n = snprintf(path, sizeof path, "%s/UDC", binding->gadget);
    FILE *file = n > 0 && (size_t)n < sizeof path ? fopen(path, "we") : NULL;
    bool written = file != NULL && fputs(binding->udc, file) >= 0;
    if (file == NULL || fclose(file) != 0 || !written) {
        return asv_fail(err, ASV_E_IO,
                        "the gadget cannot be bound: see /sys/class/udc for the controllers' names");
    }
    printf("ready\n");
    fflush(stdout);
    return ASV_OK;
}

int asv_command_serve(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct binding binding = {.gadget = NULL};
    struct asv_world world = asv_camera_world();
    struct asv_camera_options options = {.world = &world};
    struct asv_camera *camera = NULL;
    struct asv_err err = {.status = ASV_OK};
    const char *functionfs = NULL;
    uint8_t boot[ASV_UUID_BYTES];
    bool wrong = false;
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--functionfs") == 0 && more) {
            functionfs = argv[++i];
        } else if (strcmp(argv[i], "--gadget") == 0 && more) {
            binding.gadget = argv[++i];
        } else if (strcmp(argv[i], "--udc") == 0 && more) {
            binding.udc = argv[++i];
        } else if (argv[i][0] != '-' && options.dir == NULL) {
            options.dir = argv[i];
        } else {
            wrong = true;
        }
    }
    if (wrong || options.dir == NULL || functionfs == NULL ||
        (binding.gadget == NULL) != (binding.udc == NULL)) {
        return asv_command_usage(
            "serve DIR --functionfs MOUNTPOINT [--gadget CONFIGFS-DIR --udc CONTROLLER]");
    }
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    options.boot = asv_camera_boot_id(boot) == ASV_OK ? boot : NULL;
    enum asv_status status = asv_camera_open(&camera, &options, &err);
    if (status == ASV_OK) {
        status = asv_gadget_serve(camera, functionfs, bind_gadget, &binding, &stop_asked, &err);
    }
    asv_camera_close(camera);
    return status == ASV_OK ? 0 : asv_command_failed("serve", status, &err);
}
