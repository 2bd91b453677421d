#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Calls that glibc declares only under _GNU_SOURCE, which Swift's Glibc module does not define, and one that is variadic,
// which Swift does not call. Each returns what the call returns and leaves errno as the call left it.

/// copy_file_range(2) between two offsets; the descriptors' own positions are not used. On XFS and Btrfs the kernel
/// shares the blocks (a reflink) where the range allows it.
ssize_t clinux_copy_file_range(int from, int64_t from_offset, int to, int64_t to_offset, size_t length);

/// ioctl_ficlone(2): an empty file gets the blocks of another, shared until one of the two is written; it fails where the
/// file system cannot share, and never copies instead.
int clinux_clone(int to, int from);

/// futimens(2) that sets when a file was last read to now, and leaves when it was changed.
int clinux_touch_access(int descriptor);

/// renameat2(2) with RENAME_EXCHANGE: both names exist before and after, and no moment shows one without the other.
int clinux_rename_exchange(int from_directory, const char *from, int to_directory, const char *to);

/// renameat2(2) with RENAME_NOREPLACE.
int clinux_rename_noreplace(int from_directory, const char *from, int to_directory, const char *to);

/// fallocate(2), mode 0.
int clinux_fallocate(int descriptor, int64_t offset, int64_t length);

/// fallocate(2) with FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE.
int clinux_punch_hole(int descriptor, int64_t offset, int64_t length);

/// sync_file_range(2) with SYNC_FILE_RANGE_WRITE: begins to write to the disk, and does not wait for it.
int clinux_start_writeback(int descriptor, int64_t offset, int64_t length);

/// Whether the file is on a tmpfs: 1 or 0, which is also the answer where fstatfs(2) fails.
int clinux_is_in_memory(int descriptor);

/// Whether files of this file system never share blocks: 1 for ext2 to ext4 and tmpfs; 0 where they may, or that is not known.
int clinux_shares_no_blocks(int descriptor);

/// Whether the real user may make entries in a directory: faccessat(2) as Linux always had it, 1, or 0 with errno. glibc's asks
/// faccessat2(2) first, and takes an old container engine's EPERM to that call for the answer.
int clinux_may_create_in(int descriptor);

/// open(2) of a directory with O_PATH: entries are made through it, and it is neither listed nor synced.
int clinux_open_directory_path(const char *path);

/// pipe2(2) with O_CLOEXEC: the reading end, then the writing end, and neither in the place of a standard descriptor.
int clinux_pipe(int ends[2]);

/// A pipe for `clinux_watch_signal`: its reading end, or -1 with errno. It is the process's one, and neither end ever blocks.
int clinux_signal_pipe(void);

/// From its return on, each of these signals that comes is a byte in that pipe, its number. A handler and not signalfd(2): that
/// takes a signal that is blocked in every thread, and one that comes while this is being arranged would be lost.
///
/// \return 0, or -1 with errno.
int clinux_watch_signal(int number);

/// Starts a program, found as execvp(3) finds it, whose standard descriptors are these three and which has no others. No
/// signal is ignored or blocked in it, and it is killed when the thread that starts it ends.
///
/// \return its process id, or -1 with errno: that of fork(2), or what kept the program from being started.
int clinux_spawn(char *const arguments[], char *const environment[], const int descriptors[3]);

/// syncfs(2).
int clinux_syncfs(int descriptor);

/// ioctl(2) TIOCGWINSZ, in character cells; a terminal that does not know its size says 0.
int clinux_terminal_size(int descriptor, int *columns, int *rows);

#endif
