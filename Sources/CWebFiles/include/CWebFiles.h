#ifndef CWEBFILES_H
#define CWEBFILES_H

#include <stddef.h>

/// One file of the web page, as it lies in `page/`.
typedef struct {
    /// The path below `page/`, such as `js/main.js`.
    const char *_Nonnull path;
    /// The content.
    const unsigned char *_Nonnull bytes;
    /// The content's length.
    size_t length;
} WebFile;

/// How many files there are.
size_t web_file_count(void);

/// The file at `index`, which is less than the count.
WebFile web_file_at(size_t index);

#endif
