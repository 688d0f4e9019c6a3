/* A disk that fails on demand, for tests: preloaded into a process, it lets calls of the system fail while a file of their name is in the
   folder that M2M_FAULTS names. Beside fsync (EIO) there are write (ENOSPC), ftruncate and rename (EIO). fsync fails only for files whose
   path ends as M2M_FAULTS_FILE says, if that is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call, int error) {
  const char *folder = getenv("M2M_FAULTS");
  char path[4096];
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, call);
  int before = errno;
  if (access(path, F_OK) != 0) {
    errno = before;
    return 0;
  }
  errno = error;
  return 1;
}

/* Whether the file is one of those whose synchronization may fail. */
static int is_meant(int fd) {
  const char *end = getenv("M2M_FAULTS_FILE");
  char link[64], path[4096];
  if (!end) return 1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  size_t wanted = strlen(end), found = strlen(path);
  return found >= wanted && strcmp(path + found - wanted, end) == 0;
}

#define NEXT(name, type) ((type)dlsym(RTLD_NEXT, name))

int fsync(int fd) {
  return is_meant(fd) && fails("fsync", EIO) ? -1 : NEXT("fsync", int (*)(int))(fd);
}

int fdatasync(int fd) {
  return is_meant(fd) && fails("fsync", EIO) ? -1 : NEXT("fdatasync", int (*)(int))(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  return fails("write", ENOSPC) ? -1 : NEXT("pwrite", ssize_t (*)(int, const void *, size_t, off_t))(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  return fails("write", ENOSPC) ? -1 : NEXT("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t))(fd, bytes, count, offset);
}

int ftruncate(int fd, off_t length) {
  return fails("ftruncate", EIO) ? -1 : NEXT("ftruncate", int (*)(int, off_t))(fd, length);
}

int ftruncate64(int fd, off64_t length) {
  return fails("ftruncate", EIO) ? -1 : NEXT("ftruncate64", int (*)(int, off64_t))(fd, length);
}

int rename(const char *from, const char *to) {
  return fails("rename", EIO) ? -1 : NEXT("rename", int (*)(const char *, const char *))(from, to);
}
