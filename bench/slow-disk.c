/* Adds two milliseconds to every flush, as on a network disk. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>

static int delayed(const char *flush, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, flush);
  usleep(2000);
  return real(fd);
}

int fsync(int fd) { return delayed("fsync", fd); }
int fdatasync(int fd) { return delayed("fdatasync", fd); }
