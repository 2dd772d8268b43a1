/* Makes calls of the system fail, as soon as a file of the fault's name is there: the
   environment's DRILL_SWITCH, with "fsync" or "read" behind it. Reads fail of databases
   alone (their name has ".db" in it), so that the program itself goes on. What stands in
   "clock", seconds, is added to the time of day. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int fails(const char *fault)
{
    const char *prefix = getenv("DRILL_SWITCH");
    char path[4096];

    if (prefix == NULL)
        return 0;
    snprintf(path, sizeof path, "%s%s", prefix, fault);
    return access(path, F_OK) == 0;
}

static int is_database(int file)
{
    char link[64], path[4096];
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return strstr(path, ".db") != NULL;
}

static int refuse(void)
{
    errno = EIO;
    return -1;
}

int fsync(int file)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fsync");
    return fails("fsync") ? refuse() : real(file);
}

int fdatasync(int file)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, "fdatasync");
    return fails("fsync") ? refuse() : real(file);
}

ssize_t read(int file, void *into, size_t most)
{
    ssize_t (*real)(int, void *, size_t) =
        (ssize_t (*)(int, void *, size_t)) dlsym(RTLD_NEXT, "read");
    return is_database(file) && fails("read") ? refuse() : real(file, into, most);
}

ssize_t pread(int file, void *into, size_t most, off_t at)
{
    ssize_t (*real)(int, void *, size_t, off_t) =
        (ssize_t (*)(int, void *, size_t, off_t)) dlsym(RTLD_NEXT, "pread");
    return is_database(file) && fails("read") ? refuse() : real(file, into, most, at);
}

ssize_t pread64(int file, void *into, size_t most, off64_t at)
{
    ssize_t (*real)(int, void *, size_t, off64_t) =
        (ssize_t (*)(int, void *, size_t, off64_t)) dlsym(RTLD_NEXT, "pread64");
    return is_database(file) && fails("read") ? refuse() : real(file, into, most, at);
}

static long seconds_off(void)
{
    const char *prefix = getenv("DRILL_SWITCH");
    char path[4096];
    long off = 0;
    FILE *file;

    if (prefix == NULL)
        return 0;
    snprintf(path, sizeof path, "%sclock", prefix);
    file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%ld", &off) != 1)
        off = 0;
    fclose(file);
    return off;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *) =
        (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);

    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += seconds_off();
    return result;
}
