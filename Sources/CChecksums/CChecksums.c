#include "CChecksums.h"

#include <pthread.h>

// Slicing by eight: eight bytes a step, each looked up in its own table (Kounavis and Berry, "A Systematic Approach to
// Building High Performance Software-based CRC Generators", 2005). A check of 32 bits is one of 64 whose upper half
// stays zero, so that one loop does for all three.
struct tables {
    uint64_t polynomial;
    uint64_t values[8][256];
};

static struct tables crc32 = {.polynomial = 0xEDB88320u};
static struct tables crc32c = {.polynomial = 0x82F63B78u};
static struct tables crc64nvme = {.polynomial = 0x9A6C9329AC4BC9B5u};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(struct tables *tables) {
    for (int byte = 0; byte < 256; byte++) {
        uint64_t value = (uint64_t)byte;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ tables->polynomial : value >> 1;
        tables->values[0][byte] = value;
    }
    for (int byte = 0; byte < 256; byte++)
        for (int slice = 1; slice < 8; slice++) {
            uint64_t value = tables->values[slice - 1][byte];
            tables->values[slice][byte] = value >> 8 ^ tables->values[0][value & 255];
        }
}

static void fill_all(void) {
    fill(&crc32);
    fill(&crc32c);
    fill(&crc64nvme);
}

static uint64_t update(const struct tables *tables, uint64_t value, const unsigned char *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        // Byte by byte, so that it does not matter how the machine orders the bytes of a word.
        uint64_t word = 0;
        for (int place = 0; place < 8; place++) word |= (uint64_t)bytes[place] << (8 * place);
        word ^= value;
        value = 0;
        for (int place = 0; place < 8; place++) value ^= tables->values[7 - place][word >> (8 * place) & 255];
    }
    for (; count > 0; bytes++, count--) value = value >> 8 ^ tables->values[0][(value ^ *bytes) & 255];
    return value;
}

uint32_t modelkit_crc32(uint32_t value, const void *bytes, size_t count) {
    pthread_once(&once, fill_all);
    return ~(uint32_t)update(&crc32, (uint32_t)~value, bytes, count);
}

uint32_t modelkit_crc32c(uint32_t value, const void *bytes, size_t count) {
    pthread_once(&once, fill_all);
    return ~(uint32_t)update(&crc32c, (uint32_t)~value, bytes, count);
}

uint64_t modelkit_crc64nvme(uint64_t value, const void *bytes, size_t count) {
    pthread_once(&once, fill_all);
    return ~update(&crc64nvme, ~value, bytes, count);
}
