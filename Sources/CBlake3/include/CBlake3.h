#ifndef SCRIBERR_CBLAKE3_H
#define SCRIBERR_CBLAKE3_H

#include <stddef.h>
#include <stdint.h>

// BLAKE3 behind an opaque handle: the state of its authors' hasher is an array of 1,760 bytes, which Swift would see as so many members.

typedef struct scriberr_blake3 scriberr_blake3;

/// Begins a hash. NULL when there is no memory. Ends with `scriberr_blake3_free`.
scriberr_blake3 *scriberr_blake3_new(void);

/// Takes the next bytes.
void scriberr_blake3_update(scriberr_blake3 *hash, const void *bytes, size_t count);

/// Writes the 32 bytes of the digest of all bytes so far. More may follow.
void scriberr_blake3_digest(const scriberr_blake3 *hash, uint8_t *digest);

void scriberr_blake3_free(scriberr_blake3 *hash);

#endif
