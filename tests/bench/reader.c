/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors
 *
 * bench-reader: the bare minimum of a libusb program that reads whole transfers from many devices and throws
 * them away (or writes them to files): the peer that the dock's throughput and processor time are measured
 * against. One thread, asynchronous transfers, one OUT transfer to start each device's stream.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libusb-1.0/libusb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define DEVICES_MAX   64
#define TRANSFERS_MAX 16

static const char usage_text[] =
    "usage: bench-reader [--devices N] [--transfers K] [--size BYTES] [--bytes B | --seconds S] [--output "
    "DIR]\n"
    "  reads B bytes in all (1000000000) or for S seconds from N devices (20) with K transfers (3) of BYTES\n"
    "  (263168) in flight on each; prints one line of JSON. --output writes each device's bytes to a file in "
    "DIR.\n";

struct options {
    unsigned devices, transfers;
    int size;
    uint64_t bytes;
    double seconds;
    const char *output;
};

struct device {
    struct reader *reader;
    libusb_device_handle *handle;
    struct libusb_transfer *transfers[TRANSFERS_MAX];
    unsigned in_flight;
    uint8_t in, out;
    uint64_t bytes, frames;
    bool started;
    int file;
};

struct reader {
    struct options options;
    libusb_context *ctx;
    libusb_device *found[DEVICES_MAX];
    unsigned found_count;
    struct device devices[DEVICES_MAX];
    unsigned started;
    uint64_t bytes; /* since all have started */
    double begin;   /* when the last one started; 0: not yet */
    double end;
    bool stop;
    bool failed;
    struct rusage usage;
};

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

static int LIBUSB_CALL on_hotplug(libusb_context *ctx, libusb_device *device, libusb_hotplug_event event,
                                  void *user)
{
    struct reader *r = user;
    (void)ctx;
    (void)event;
    for (unsigned i = 0; i < r->found_count; i++) {
        if (r->found[i] == device) {
            return 0; /* said twice */
        }
    }
    if (r->found_count < r->options.devices) {
        r->found[r->found_count++] = libusb_ref_device(device);
    }
    return 0;
}

static bool write_all(int fd, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);
        if (n < 0) {
            return false;
        }
        data += n;
        len -= (size_t)n;
    }
    return true;
}

static void count(struct device *d, const struct libusb_transfer *transfer)
{
    struct reader *r = d->reader;
    uint64_t len = (uint64_t)transfer->actual_length;
    if (!d->started) {
        d->started = true;
        if (++r->started == r->options.devices) {
            r->begin = now();
            (void)getrusage(RUSAGE_SELF, &r->usage);
        }
    }
    if (r->begin > 0 && !r->stop) {
        d->bytes += len;
        d->frames++;
        r->bytes += len;
        r->stop =
            r->options.seconds > 0 ? now() - r->begin >= r->options.seconds : r->bytes >= r->options.bytes;
        r->end = r->stop ? now() : 0;
    }
}

static void LIBUSB_CALL on_transfer(struct libusb_transfer *transfer)
{
    struct device *d = transfer->user_data;
    struct reader *r = d->reader;
    bool good = transfer->status == LIBUSB_TRANSFER_COMPLETED;
    if (good) {
        count(d, transfer);
        good = d->file < 0 || write_all(d->file, transfer->buffer, (size_t)transfer->actual_length);
    }
    if (!good && !r->stop) {
        (void)fprintf(stderr, "bench-reader: a transfer failed (%d)\n", (int)transfer->status);
        r->failed = true;
        r->stop = true;
    }
    if (r->stop || libusb_submit_transfer(transfer) != 0) {
        d->in_flight--;
    }
}

static bool find_endpoints(struct device *d, libusb_device *device)
{
    struct libusb_config_descriptor *config;
    if (libusb_get_active_config_descriptor(device, &config) != 0) {
        return false;
    }
    const struct libusb_interface_descriptor *interface = &config->interface[0].altsetting[0];
    for (int i = 0; i < interface->bNumEndpoints; i++) {
        uint8_t address = interface->endpoint[i].bEndpointAddress;
        *((address & 0x80) != 0 ? &d->in : &d->out) = address;
    }
    libusb_free_config_descriptor(config);
    return d->in != 0 && d->out != 0;
}

static bool start(struct reader *r, unsigned i)
{
    struct device *d = &r->devices[i];
    unsigned char go[2] = {'g', 'o'};
    int sent;
    d->reader = r;
    d->file = -1;
    if (libusb_open(r->found[i], &d->handle) != 0 || libusb_claim_interface(d->handle, 0) != 0 ||
        !find_endpoints(d, r->found[i]) ||
        libusb_bulk_transfer(d->handle, d->out, go, sizeof go, &sent, 10000) != 0) {
        return false;
    }
    if (r->options.output != NULL) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%u", r->options.output, i);
        d->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (d->file < 0) {
            return false;
        }
    }
    for (unsigned k = 0; k < r->options.transfers; k++) {
        d->transfers[k] = libusb_alloc_transfer(0);
        if (d->transfers[k] == NULL) {
            return false;
        }
        unsigned char *buffer = libusb_dev_mem_alloc(d->handle, (size_t)r->options.size);
        bool device_memory = buffer != NULL;
        if (!device_memory) {
            buffer = malloc((size_t)r->options.size);
        }
        if (buffer == NULL) {
            return false;
        }
        libusb_fill_bulk_transfer(d->transfers[k], d->handle, d->in, buffer, r->options.size, on_transfer, d,
                                  0);
        d->transfers[k]->flags = device_memory ? 0 : LIBUSB_TRANSFER_FREE_BUFFER;
        if (libusb_submit_transfer(d->transfers[k]) != 0) {
            return false;
        }
        d->in_flight++;
    }
    return true;
}

static void end_device(struct reader *r, struct device *d)
{
    if (d->handle == NULL) {
        return;
    }
    for (unsigned k = 0; k < r->options.transfers; k++) {
        if (d->transfers[k] != NULL) {
            (void)libusb_cancel_transfer(d->transfers[k]);
        }
    }
    while (d->in_flight > 0) {
        (void)libusb_handle_events(r->ctx);
    }
    for (unsigned k = 0; k < r->options.transfers; k++) {
        struct libusb_transfer *transfer = d->transfers[k];
        if (transfer != NULL && (transfer->flags & LIBUSB_TRANSFER_FREE_BUFFER) == 0) {
            (void)libusb_dev_mem_free(d->handle, transfer->buffer, (size_t)r->options.size);
        }
        libusb_free_transfer(transfer);
    }
    libusb_close(d->handle);
}

static void report(struct reader *r)
{
    struct rusage usage;
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    (void)getrusage(RUSAGE_SELF, &usage);
    for (unsigned i = 0; i < r->options.devices; i++) {
        struct device *d = &r->devices[i];
        if (d->file >= 0) {
            r->failed |= fdatasync(d->file) < 0;
            close(d->file);
        }
        least = d->bytes < least ? d->bytes : least;
        most = d->bytes > most ? d->bytes : most;
    }
    double seconds = r->end - r->begin;
    double used = cpu(&usage) - cpu(&r->usage);
    (void)printf("{\"devices\":%u,\"bytes\":%llu,\"seconds\":%.3f,\"mb_per_s\":%.1f,\"cpu_seconds\":%.3f,"
                 "\"cpu_seconds_per_gib\":%.3f,\"least\":%llu,\"most\":%llu,\"rss_kib\":%ld}\n",
                 r->options.devices, (unsigned long long)r->bytes, seconds, (double)r->bytes / seconds / 1e6,
                 used, used / ((double)r->bytes / 1073741824.0), (unsigned long long)least,
                 (unsigned long long)most, usage.ru_maxrss);
}

static bool run(struct reader *r)
{
    libusb_hotplug_callback_handle callback;
    if (libusb_init(&r->ctx) != 0 ||
        libusb_hotplug_register_callback(r->ctx, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED,
                                         LIBUSB_HOTPLUG_ENUMERATE, 0x1209, 0x4001, LIBUSB_HOTPLUG_MATCH_ANY,
                                         on_hotplug, r, &callback) != 0) {
        return false;
    }
    while (r->found_count < r->options.devices) {
        (void)libusb_handle_events(r->ctx);
    }
    for (unsigned i = 0; i < r->options.devices; i++) {
        if (!start(r, i)) {
            (void)fprintf(stderr, "bench-reader: cannot start device %u\n", i);
            r->failed = true;
            r->stop = true;
            break;
        }
    }
    while (!r->stop) {
        (void)libusb_handle_events(r->ctx);
    }
    if (!r->failed) {
        report(r);
    }
    for (unsigned i = 0; i < r->options.devices; i++) {
        end_device(r, &r->devices[i]);
        libusb_unref_device(r->found[i]);
    }
    libusb_exit(r->ctx);
    return !r->failed;
}

static bool parse(struct options *o, int argc, char **argv)
{
    static const struct option longs[] = {{"devices", required_argument, NULL, 'd'},
                                          {"transfers", required_argument, NULL, 't'},
                                          {"size", required_argument, NULL, 's'},
                                          {"bytes", required_argument, NULL, 'b'},
                                          {"seconds", required_argument, NULL, 'w'},
                                          {"output", required_argument, NULL, 'o'},
                                          {NULL, 0, NULL, 0}};
    int option;
    *o = (struct options){.devices = 20, .transfers = 3, .size = 263168, .bytes = 1000000000};
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        switch (option) {
        case 'd':
            o->devices = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 't':
            o->transfers = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            o->size = (int)strtol(optarg, NULL, 10);
            break;
        case 'b':
            o->bytes = strtoull(optarg, NULL, 10);
            break;
        case 'w':
            o->seconds = strtod(optarg, NULL);
            break;
        case 'o':
            o->output = optarg;
            break;
        default:
            return false;
        }
    }
    return optind == argc && o->devices > 0 && o->devices <= DEVICES_MAX && o->transfers > 0 &&
           o->transfers <= TRANSFERS_MAX && o->size > 0 && o->bytes > 0;
}

int main(int argc, char **argv)
{
    static struct reader reader; /* large */
    if (!parse(&reader.options, argc, argv)) {
        (void)fputs(usage_text, stderr);
        return 2;
    }
    return run(&reader) ? 0 : 1;
}
