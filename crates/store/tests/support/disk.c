/* A disk with faults: loaded before the C library (LD_PRELOAD), it stands between a process and
 * the file that a store's rows are in. Everything else passes untouched.
 *
 *   DISK_FAULT=write:N   the Nth write to the rows fails with EIO, and nothing of it is written
 *   DISK_FAULT=sync:N    the Nth sync of the rows fails with EIO
 *   DISK_HELD=PATH       while there is a file of that name, a sync of the rows does not return
 *   DISK_SYNCED=PATH     the file of that name has a byte for each sync of the rows
 *
 * Counted from the start of the process. Built by the tests that use it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The engine's log, as crates/store lays its directories out; the index of accounts has one too. */
static int is_rows(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        return 0;
    }
    path[length] = 0;
    char *rows = strstr(path, "/rows");
    return rows && length > 3 && strcmp(path + length - 3, "/db") == 0 && !strstr(path, "/index/");
}

static int is_due(const char *kind, atomic_long *count) {
    long number = atomic_fetch_add(count, 1) + 1;
    const char *fault = getenv("DISK_FAULT");
    size_t length = strlen(kind);
    return fault && strncmp(fault, kind, length) == 0 && atol(fault + length) == number;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t length, off64_t offset) {
    static atomic_long count;
    if (is_rows(descriptor) && is_due("write:", &count)) {
        errno = EIO;
        return -1;
    }
    ssize_t (*next)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return next(descriptor, bytes, length, offset);
}

static void note(void) {
    const char *synced = getenv("DISK_SYNCED");
    int file = synced ? open(synced, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (synced && (file < 0 || write(file, ".", 1) != 1 || close(file) < 0)) {
        abort();
    }
}

static int synced(const char *name, int descriptor) {
    static atomic_long count;
    if (is_rows(descriptor)) {
        const char *held = getenv("DISK_HELD");
        while (held && access(held, F_OK) == 0) {
            usleep(1000);
        }
        if (is_due("sync:", &count)) {
            errno = EIO;
            return -1;
        }
        note();
    }
    int (*next)(int) = dlsym(RTLD_NEXT, name);
    return next(descriptor);
}

int fdatasync(int descriptor) {
    return synced("fdatasync", descriptor);
}

int fsync(int descriptor) {
    return synced("fsync", descriptor);
}
