#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

ssize_t clinux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t length) {
  off64_t in = from_offset, out = to_offset;
  return copy_file_range(from, &in, to, &out, length, 0);
}

int clinux_clone(int to, int from) { return ioctl(to, FICLONE, from); }

int clinux_touch_access(int descriptor) {
  struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
  return futimens(descriptor, times);
}

int clinux_rename_exchange(int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, RENAME_EXCHANGE);
}

int clinux_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, RENAME_NOREPLACE);
}

int clinux_fallocate(int descriptor, int64_t offset, int64_t length) {
  return fallocate(descriptor, 0, offset, length);
}

int clinux_punch_hole(int descriptor, int64_t offset, int64_t length) {
  return fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

int clinux_start_writeback(int descriptor, int64_t offset, int64_t length) {
  return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int clinux_is_in_memory(int descriptor) {
  struct statfs status;
  return fstatfs(descriptor, &status) == 0 && status.f_type == TMPFS_MAGIC;
}

int clinux_shares_no_blocks(int descriptor) {
  struct statfs status;
  if (fstatfs(descriptor, &status) != 0) return 0;
  return status.f_type == EXT4_SUPER_MAGIC || status.f_type == TMPFS_MAGIC;
}

int clinux_syncfs(int descriptor) { return syncfs(descriptor); }

int clinux_terminal_size(int descriptor, int *columns, int *rows) {
  struct winsize size;
  int result = ioctl(descriptor, TIOCGWINSZ, &size);
  if (result == 0) {
    *columns = size.ws_col;
    *rows = size.ws_row;
  }
  return result;
}

int clinux_may_create_in(int descriptor) { return syscall(SYS_faccessat, descriptor, ".", W_OK | X_OK) == 0; }

int clinux_open_directory_path(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int clinux_pipe(int ends[2]) {
  int made[2];
  if (pipe2(made, O_CLOEXEC) != 0) return -1;
  int code = 0;
  for (int end = 0; end < 2; end++) {
    ends[end] = fcntl(made[end], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (ends[end] < 0) code = errno;
    close(made[end]);
  }
  if (code == 0) return 0;
  for (int end = 0; end < 2; end++) {
    if (ends[end] >= 0) close(ends[end]);
  }
  errno = code;
  return -1;
}
