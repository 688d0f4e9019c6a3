// Fails, tears or delays the file operations of one process in one folder, and moves its clock, as a control file says.
// `injector.rs` compiles it, loads it with LD_PRELOAD and writes the control file. All fields are little-endian, as on the machine.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum operation { WRITE = 1, SYNC = 2, RENAME = 4, TRUNCATE = 8, OPEN = 16, UNLINK = 32, TEAR = 64 };

struct control {
    _Atomic uint32_t operations; // a set of `enum operation`; TEAR has half of a failing write reach the file
    _Atomic uint32_t error;      // what the operations fail with; 0 if they are only delayed
    _Atomic uint32_t skip;       // how many pass before the first that fails
    _Atomic uint32_t left;       // how many fail; UINT32_MAX for all
    _Atomic uint32_t delay;      // before each operation, in microseconds
    _Atomic uint32_t injected;   // how many failed or were delayed; written here
    _Atomic int64_t clock;       // added to the wall clock, in seconds
};

static struct control *control;
static char folder[PATH_MAX];
static size_t folder_length;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CALL(name, ...)                              \
    ({                                               \
        static __typeof__(&name) real;               \
        if (!real) real = REAL(name);                \
        real(__VA_ARGS__);                           \
    })

__attribute__((constructor)) static void start(void) {
    const char *file = getenv("TORTURE_CONTROL"), *where = getenv("TORTURE_FOLDER");
    if (!file || !where) return;
    int descriptor = REAL(open)(file, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) abort();
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (mapped == MAP_FAILED) abort();
    close(descriptor);
    folder_length = strlen(where);
    if (folder_length >= sizeof folder) abort();
    memcpy(folder, where, folder_length + 1);
    control = mapped;
}

static int is_inside(const char *path) {
    return strncmp(path, folder, folder_length) == 0 && path[folder_length] == '/';
}

static int is_file_inside(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

static int is_meant(uint32_t operation) {
    return control && atomic_load(&control->operations) & operation;
}

// Whether an operation that is meant fails now. Sets errno if so.
static int fails(void) {
    uint32_t delay = atomic_load(&control->delay), error = atomic_load(&control->error);
    if (delay) {
        struct timespec pause = {delay / 1000000, (long)(delay % 1000000) * 1000};
        nanosleep(&pause, NULL);
    }
    if (!error) {
        if (delay) atomic_fetch_add(&control->injected, 1);
        return 0;
    }
    uint32_t skip = atomic_load(&control->skip);
    while (skip)
        if (atomic_compare_exchange_weak(&control->skip, &skip, skip - 1)) return 0;
    uint32_t left = atomic_load(&control->left);
    do {
        if (!left) return 0;
    } while (left != UINT32_MAX && !atomic_compare_exchange_weak(&control->left, &left, left - 1));
    atomic_fetch_add(&control->injected, 1);
    errno = (int)error;
    return 1;
}

#define FAILS_ON_FILE(operation, descriptor) (is_meant(operation) && is_file_inside(descriptor) && fails())
#define FAILS_ON_PATH(operation, path) (is_meant(operation) && is_inside(path) && fails())

ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (FAILS_ON_FILE(WRITE, descriptor)) return -1;
    return CALL(write, descriptor, bytes, length);
}

#define POSITIONED(name, offset_type)                                                                    \
    ssize_t name(int descriptor, const void *bytes, size_t length, offset_type offset) {                 \
        if (FAILS_ON_FILE(WRITE, descriptor)) {                                                          \
            int error = errno;                                                                           \
            if (is_meant(TEAR)) (void)!CALL(name, descriptor, bytes, length / 2, offset);                \
            errno = error;                                                                               \
            return -1;                                                                                   \
        }                                                                                                \
        return CALL(name, descriptor, bytes, length, offset);                                            \
    }
POSITIONED(pwrite, off_t)
POSITIONED(pwrite64, off64_t)

int fsync(int descriptor) {
    return FAILS_ON_FILE(SYNC, descriptor) ? -1 : CALL(fsync, descriptor);
}
int fdatasync(int descriptor) {
    return FAILS_ON_FILE(SYNC, descriptor) ? -1 : CALL(fdatasync, descriptor);
}
int ftruncate(int descriptor, off_t length) {
    return FAILS_ON_FILE(TRUNCATE, descriptor) ? -1 : CALL(ftruncate, descriptor, length);
}
int ftruncate64(int descriptor, off64_t length) {
    return FAILS_ON_FILE(TRUNCATE, descriptor) ? -1 : CALL(ftruncate64, descriptor, length);
}
int rename(const char *from, const char *to) {
    return FAILS_ON_PATH(RENAME, to) ? -1 : CALL(rename, from, to);
}
int unlink(const char *path) {
    return FAILS_ON_PATH(UNLINK, path) ? -1 : CALL(unlink, path);
}

#define OPENING(name)                                                        \
    int name(const char *path, int flags, ...) {                             \
        mode_t mode = 0;                                                     \
        if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {                                 \
            va_list more;                                                    \
            va_start(more, flags);                                           \
            mode = va_arg(more, mode_t);                                     \
            va_end(more);                                                    \
        }                                                                    \
        return FAILS_ON_PATH(OPEN, path) ? -1 : CALL(name, path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = CALL(clock_gettime, clock, time);
    if (result == 0 && control && clock == CLOCK_REALTIME) time->tv_sec += atomic_load(&control->clock);
    return result;
}
