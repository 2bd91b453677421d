#ifndef MODELKIT_ASSETS_CCHECKSUMS_H
#define MODELKIT_ASSETS_CCHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

// The cyclic redundancy checks that object stores tell, in their reflected forms. Each takes the value of the bytes
// before these (0 at the start) and returns that with these. Parameters: <https://reveng.sourceforge.io/crc-catalogue/>

// CRC-32/ISO-HDLC
uint32_t modelkit_crc32(uint32_t value, const void *bytes, size_t count);
// CRC-32/ISCSI
uint32_t modelkit_crc32c(uint32_t value, const void *bytes, size_t count);
// CRC-64/NVME
uint64_t modelkit_crc64nvme(uint64_t value, const void *bytes, size_t count);

#endif
