// PocketSphinx (0.8 +5prealpha, soname 3) through dlopen, with prototypes of our own: the development package is not
// needed, nor the audio devices that its linker flags drag in.
#ifndef SCRIBERR_CPOCKETSPHINX_H
#define SCRIBERR_CPOCKETSPHINX_H

#include <stdint.h>

// The number of cepstra per frame in every model that this loader serves.
#define SPHINX_CEPSTRA 13

typedef struct sphinx_decoder sphinx_decoder;
typedef struct sphinx_words sphinx_words;

typedef struct {
    // First and last frame of 10 ms, both inside the word.
    int32_t first_frame;
    int32_t last_frame;
    // The posterior probability, from 0 to 1.
    double probability;
} sphinx_word;

// Opens both libraries. Returns NULL, or what is wrong in at most 400 bytes that stay valid until the next call.
// Call it once, before any other function and from one thread.
const char *sphinx_open(const char *base_library, const char *library);

// Loads a model. `arguments` are pairs of names with their dash and values. NULL when a file is missing or damaged
// in a way that the library notices; some damage makes it end the process.
sphinx_decoder *sphinx_create(char **arguments, int32_t count);
void sphinx_destroy(sphinx_decoder *decoder);

// Recognizes one utterance of 16-bit samples at 16 kHz. `mean` (SPHINX_CEPSTRA values) is where cepstral mean
// normalization starts, so that the result depends on nothing that was decoded before. Returns 0 when it went well.
int32_t sphinx_decode(sphinx_decoder *decoder, const int16_t *samples, int32_t count, const float *mean);

// The words of the last utterance in order. NULL when there are none. The decoder must not be used meanwhile.
sphinx_words *sphinx_words_begin(sphinx_decoder *decoder);
// Fills `word` and `text` (cut off at `room` bytes) and goes on to the next one in `words`, which becomes NULL at the end.
// Returns 1 while there was one.
int32_t sphinx_words_next(sphinx_decoder *decoder, sphinx_words **words, sphinx_word *word, char *text, int32_t room);
void sphinx_words_end(sphinx_words *words);

// Adds the cepstra of some samples to `sum` (SPHINX_CEPSTRA values). Returns the number of frames, or less than 0.
int32_t sphinx_add_cepstra(sphinx_decoder *decoder, const int16_t *samples, int32_t count, double *sum);

#endif
