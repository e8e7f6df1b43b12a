#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

const int imagesmith_o_path = O_PATH;

ssize_t imagesmith_list_xattr(int descriptor, const char *path, char *list, size_t size) {
  return path ? llistxattr(path, list, size) : flistxattr(descriptor, list, size);
}

ssize_t imagesmith_get_xattr(int descriptor, const char *path, const char *name, void *value, size_t size) {
  return path ? lgetxattr(path, name, value, size) : fgetxattr(descriptor, name, value, size);
}

int imagesmith_set_xattr(int descriptor, const char *path, const char *name, const void *value, size_t size) {
  return path ? lsetxattr(path, name, value, size, 0) : fsetxattr(descriptor, name, value, size, 0);
}

int imagesmith_remove_xattr(int descriptor, const char *path, const char *name) {
  return path ? lremovexattr(path, name) : fremovexattr(descriptor, name);
}

dev_t imagesmith_makedev(uint32_t major, uint32_t minor) { return makedev(major, minor); }
uint32_t imagesmith_major(dev_t device) { return major(device); }
uint32_t imagesmith_minor(dev_t device) { return minor(device); }

int imagesmith_clone(int destination, int source) { return ioctl(destination, FICLONE, source); }

ssize_t imagesmith_copy_file_range(int source, int destination, size_t length) {
  return copy_file_range(source, NULL, destination, NULL, length, 0);
}

int imagesmith_start_writeback(int descriptor, off_t offset, off_t length) {
  return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int imagesmith_birth_time(int directory, const char *name, int64_t *seconds, uint32_t *nanoseconds) {
  struct statx status;
  if (statx(directory, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) != 0) return -1;
  if (!(status.stx_mask & STATX_BTIME)) return -1;
  *seconds = status.stx_btime.tv_sec;
  *nanoseconds = status.stx_btime.tv_nsec;
  return 0;
}

int imagesmith_sync_file_system(int descriptor) { return syncfs(descriptor); }
