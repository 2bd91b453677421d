#define _GNU_SOURCE
#include "CStartup.h"

#include <fcntl.h>
#include <malloc.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

// A program that is started with one of its standard descriptors closed would get its number for a socket or an event queue,
// and what is printed would go there. The lowest free number is given out, and those below are open by then.
static void open_standard_descriptors(void) {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // Where there is no /dev/null either, as in an empty chroot, nothing can take the number's place.
    if (open("/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) return;
  }
}

// Without /proc, libdispatch ends the process with SIGILL as soon as it counts its threads in /proc/self/task
// (`_dispatch_workq_monitor_pools`), and whether it does depends on the load. A status and a reason are better.
static void require_proc(void) {
  static const char message[] =
      "error: /proc is not mounted\n"
      "  hint: in a chroot, mount it first: mount -t proc proc ROOT/proc\n";
  if (access("/proc/self/task", X_OK) == 0) return;
  if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(1);
  _exit(1);
}

// The event loops of the network and what an asset under way has open; without these, NIO ends the process with SIGILL.
enum { OPEN_FILES = 64 };

static void require_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= OPEN_FILES) return;
  if (limit.rlim_max >= OPEN_FILES) {
    limit.rlim_cur = OPEN_FILES;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  }
  dprintf(STDERR_FILENO,
          "error: open file limit too low: %llu, at least %d required\n"
          "  hint: raise it with `ulimit -n %d`\n",
          (unsigned long long)limit.rlim_max, OPEN_FILES, OPEN_FILES);
  _exit(1);
}

// Of the network (twice), and what libdispatch has besides one for each processor.
enum { THREADS = 2 * 4 + 4 };
// What a run works in, as far as it does not grow with the size of a spec. Runs of 2 GiB do with a quarter of that.
static const unsigned long long WORKING_MEMORY = 256ull << 20;

// At most, as `DiskQueue` has it: a limit on processors may leave it fewer.
static unsigned long long disk_threads(unsigned long long processors) {
  unsigned long long threads = 2 * processors;
  return threads < 4 ? 4 : threads > 64 ? 64 : threads;
}

static unsigned long long address_space_in_use(void) {
  unsigned long long pages = 0;
  FILE *statm = fopen("/proc/self/statm", "re");
  if (!statm) return 0;
  if (fscanf(statm, "%llu", &pages) != 1) pages = 0;
  fclose(statm);
  return pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

// What one thread frees, another thread's arena of malloc cannot use: with glibc's eight arenas for each processor, fetching the
// same 512 MiB peaked at 68 to 100 MiB on two processors, with one or two arenas at 53 to 60 MiB. With one, 2,000 small files took
// a twentieth more processor time, as threads waited for it.
static void limit_arenas(void) {
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  mallopt(M_ARENA_MAX, 2 + (processors > 0 ? (int)processors / 4 : 0));
}

// Where a thread or its stack cannot be had, NIO ends the process with SIGILL, and libdispatch tries for ever.
static void require_address_space(void) {
  struct rlimit limit, stack;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  // Each further arena of malloc takes 128 MiB of it.
  mallopt(M_ARENA_MAX, 1);
  unsigned long long stack_size = 8ull << 20;
  if (getrlimit(RLIMIT_STACK, &stack) == 0 && stack.rlim_cur != RLIM_INFINITY) stack_size = stack.rlim_cur;
  unsigned long long processors = (unsigned long long)sysconf(_SC_NPROCESSORS_ONLN);
  unsigned long long threads = THREADS + disk_threads(processors) + processors;
  unsigned long long needed = address_space_in_use() + threads * stack_size + WORKING_MEMORY;
  if (limit.rlim_cur >= needed) return;
  dprintf(STDERR_FILENO,
          "error: address space limit too low: %llu MB, at least %llu MB required\n"
          "  hint: raise it with `ulimit -v %llu`, or limit the memory of the container or control group instead\n",
          (unsigned long long)limit.rlim_cur / 1000000, needed / 1000000 + 1, needed / 1024 + 1);
  _exit(1);
}

// The openssl.cnf of an image may ask for providers that are not in this program, as a FIPS configuration does: then there
// would be no digests at all. Only digests, message authentication and RSA signatures are OpenSSL's here; TLS is not.
static void keep_to_own_openssl_configuration(void) { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); }

#ifdef MODELKIT_ASSETS_STATIC

#include <dlfcn.h>
#include <errno.h>
#include <nss.h>
#include <unwind.h>

// Modules that an nsswitch.conf names are shared libraries, for another glibc than the one in this program: loading one
// aborts (`_dl_call_libc_early_init`). /etc/hosts and DNS are inside glibc's archive since 2.34.
static void keep_to_own_name_services(void) {
  __nss_configure_lookup("hosts", "files dns");
  __nss_configure_lookup("passwd", "files");
  __nss_configure_lookup("group", "files");
}

// The seccomp profiles of Docker before 20.10.10 answer EPERM to calls that they do not know, where glibc falls back to
// clone(2) on ENOSYS alone: no thread could be made, and libdispatch would try for ever.
int __clone3(void *arguments, unsigned long size, int (*function)(void *), void *argument) {
  (void)arguments, (void)size, (void)function, (void)argument;
  errno = ENOSYS;
  return -1;
}

extern const char __executable_start[], _end[];

// Swift's runtime asks where it was loaded from, and aborts where nobody knows. glibc's own function cannot tell of a
// static program.
int dladdr(const void *address, Dl_info *info) {
  const char *place = address;
  if (place < __executable_start || place >= _end) return 0;
  memset(info, 0, sizeof *info);
  info->dli_fname = "/proc/self/exe";
  info->dli_fbase = (void *)__executable_start;
  return 1;
}

// libdispatch ends the first thread by pthread_exit, which unwinds its stack to run what C++ or `pthread_cleanup_push` left to be
// done. Here nothing did, and the program has no tables to unwind by (scripts/no-unwind-tables.ld): the end of the stack it is, at once.
// In the place of libgcc's by the linker's --wrap.
_Unwind_Reason_Code __wrap__Unwind_ForcedUnwind(struct _Unwind_Exception *exception, _Unwind_Stop_Fn stop, void *argument) {
  return stop(1, _UA_FORCE_UNWIND | _UA_CLEANUP_PHASE | _UA_END_OF_STACK, exception->exception_class, exception, NULL, argument);
}

#else

static void keep_to_own_name_services(void) {}

#endif

// 101 is the first priority that is not the compiler's own: before the constructors of Swift's runtime.
__attribute__((constructor(101))) static void start(void) {
  open_standard_descriptors();
  require_proc();
  require_open_files();
  limit_arenas();
  require_address_space();
  keep_to_own_name_services();
  keep_to_own_openssl_configuration();
}
