#include "CBlake3.h"

#include <stdlib.h>

// Brought by tools/setup: the authors' own C and assembly, as Debian publishes it.
#include "blake3/blake3.h"

struct scriberr_blake3 {
    blake3_hasher hasher;
};

scriberr_blake3 *scriberr_blake3_new(void) {
    scriberr_blake3 *hash = malloc(sizeof *hash);
    if (hash != NULL) blake3_hasher_init(&hash->hasher);
    return hash;
}

void scriberr_blake3_update(scriberr_blake3 *hash, const void *bytes, size_t count) {
    blake3_hasher_update(&hash->hasher, bytes, count);
}

void scriberr_blake3_digest(const scriberr_blake3 *hash, uint8_t *digest) {
    blake3_hasher_finalize(&hash->hasher, digest, BLAKE3_OUT_LEN);
}

void scriberr_blake3_free(scriberr_blake3 *hash) { free(hash); }
