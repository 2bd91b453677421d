#define _GNU_SOURCE
#include "CStartup.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
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
      "hint: mount it before running this program in a chroot: mount -t proc proc ROOT/proc\n";
  if (access("/proc/self/task", X_OK) == 0) return;
  if (write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(1);
  _exit(1);
}

// The openssl.cnf of an image may ask for providers that are not in this program, as a FIPS configuration does: then there
// would be no digests at all. Only digests, message authentication and RSA signatures are OpenSSL's here; TLS is not.
static void keep_to_own_openssl_configuration(void) { OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL); }

#ifdef MODELKIT_ASSETS_STATIC

#include <dlfcn.h>
#include <errno.h>
#include <nss.h>

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

#else

static void keep_to_own_name_services(void) {}

#endif

// 101 is the first priority that is not the compiler's own: before the constructors of Swift's runtime.
__attribute__((constructor(101))) static void start(void) {
  open_standard_descriptors();
  require_proc();
  keep_to_own_name_services();
  keep_to_own_openssl_configuration();
}
