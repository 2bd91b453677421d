#ifndef CSTARTUP_H
#define CSTARTUP_H

// What has to be so before Swift's runtime and OpenSSL do their first step: constructors that run before `main`. There is
// nothing to call.

#endif
