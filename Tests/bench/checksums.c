// How fast the checks of CChecksums are, beside zlib's and the SHA-256 that every byte goes through as well:
//
//     clang -O2 -I Sources/CChecksums/include Tests/bench/checksums.c -lz -lcrypto -o /tmp/checksums && /tmp/checksums

#include "../../Sources/CChecksums/CChecksums.c"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

enum { SIZE = 1 << 20, ROUNDS = 64, TRIES = 15 };

static double seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t sliced(const unsigned char *bytes) { return slice(&crc32c_check, 0, bytes, SIZE); }
static uint64_t folded(const unsigned char *bytes) { return modelkit_crc32c(0, bytes, SIZE); }
static uint64_t folded64(const unsigned char *bytes) { return modelkit_crc64nvme(0, bytes, SIZE); }
static uint64_t of_zlib(const unsigned char *bytes) { return crc32_z(0, bytes, SIZE); }

static uint64_t sha256(const unsigned char *bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_Digest(bytes, SIZE, digest, NULL, EVP_sha256(), NULL);
    return digest[0];
}

static void measure(const char *name, uint64_t (*check)(const unsigned char *), const unsigned char *bytes) {
    double best = 1e9;
    volatile uint64_t sum = 0;
    for (int try = 0; try < TRIES; try++) {
        double start = seconds();
        for (int round = 0; round < ROUNDS; round++) {
            // Else the compiler sees that it is the same each time.
            __asm__ volatile("" ::: "memory");
            sum += check(bytes);
        }
        double time = seconds() - start;
        if (time < best) best = time;
    }
    printf("%-24s %6.2f GiB/s\n", name, (double)ROUNDS * SIZE / best / (1 << 30));
}

int main(void) {
    unsigned char *bytes = malloc(SIZE);
    for (int place = 0; place < SIZE; place++) bytes[place] = (unsigned char)rand();
    pthread_once(&once, fill_all);
    if (!can_fold) puts("this processor does not multiply without carries: all are sliced");
    measure("CRC32C, sliced", sliced, bytes);
    measure("CRC32C", folded, bytes);
    measure("CRC64NVME", folded64, bytes);
    measure("CRC-32, zlib's", of_zlib, bytes);
    measure("SHA-256, OpenSSL's", sha256, bytes);
    free(bytes);
}
