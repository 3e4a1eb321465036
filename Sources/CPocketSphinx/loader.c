#include "CPocketSphinx.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

// The first fields of sphinxbase's feat_t and its cmn_t, as they stand in the headers of soname 3. There is no function
// that hands out the mean of a decoder.
typedef struct {
    float *mean;
    float *variance;
    float *sum;
    int32_t frames;
    int32_t length;
} cmn_fields;

typedef struct {
    int32_t references;
    char *name;
    int32_t cepstra;
    int32_t streams;
    uint32_t *stream_lengths;
    int32_t window;
    int32_t subvectors;
    uint32_t *subvector_lengths;
    int32_t **subvector_indices;
    float *subvector_buffer;
    int32_t subvector_dimension;
    int32_t cmn_type;
    int32_t variance_normalization;
    int32_t gain_type;
    void (*compute)(void);
    cmn_fields *cmn;
} feature_fields;

struct sphinx_decoder {
    void *decoder;
    void *front_end;
    cmn_fields *cmn;
    void *log_math;
};

static struct {
    const void *(*ps_args)(void);
    void *(*ps_init)(void *config);
    int (*ps_free)(void *decoder);
    int (*ps_start_stream)(void *decoder);
    int (*ps_start_utt)(void *decoder);
    int (*ps_process_raw)(void *decoder, const int16_t *data, size_t count, int no_search, int full);
    int (*ps_end_utt)(void *decoder);
    void *(*ps_seg_iter)(void *decoder);
    void *(*ps_seg_next)(void *segment);
    const char *(*ps_seg_word)(void *segment);
    void (*ps_seg_frames)(void *segment, int *first, int *last);
    int32_t (*ps_seg_prob)(void *segment, int32_t *acoustic, int32_t *language, int32_t *backoff);
    void (*ps_seg_free)(void *segment);
    void *(*ps_get_logmath)(void *decoder);
    void *(*ps_get_feat)(void *decoder);
    void *(*cmd_ln_parse_r)(void *config, const void *definitions, int32_t count, char **arguments, int32_t strict);
    int (*cmd_ln_free_r)(void *config);
    double (*logmath_exp)(void *log_math, int value);
    void (*cmn_live_set)(void *cmn, const float *mean);
    void *(*fe_init_auto_r)(void *config);
    int (*fe_free)(void *front_end);
    int (*fe_start_utt)(void *front_end);
    void (*fe_start_stream)(void *front_end);
    int (*fe_process_frames)(
        void *front_end, const int16_t **samples, size_t *count, float **cepstra, int32_t *frames, int32_t *first);
    int (*fe_end_utt)(void *front_end, float *cepstrum, int32_t *frames);
    int (*fe_get_output_size)(void *front_end);
    void (*err_set_logfp)(FILE *file);
    void (*err_set_callback)(void (*callback)(void *context, int level, const char *format, ...), void *context);
} library;

static char problem[400];

static int resolve(void *handle, const char *name, void **function) {
    *function = dlsym(handle, name);
    if (!*function) snprintf(problem, sizeof problem, "the library has no function %s", name);
    return *function != NULL;
}

// The library tells thousands of details; only errors (level 4) and what ends the process (level 5) are worth a line.
static void report(void *context, int level, const char *format, ...) {
    (void)context;
    if (level < 4) return;
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
}

const char *sphinx_open(const char *base_library, const char *main_library) {
    void *base = dlopen(base_library, RTLD_NOW | RTLD_GLOBAL);
    void *handle = base ? dlopen(main_library, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!handle) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return problem;
    }
#define RESOLVE(from, name) \
    if (!resolve(from, #name, (void **)&library.name)) return problem
    RESOLVE(handle, ps_args);
    RESOLVE(handle, ps_init);
    RESOLVE(handle, ps_free);
    RESOLVE(handle, ps_start_stream);
    RESOLVE(handle, ps_start_utt);
    RESOLVE(handle, ps_process_raw);
    RESOLVE(handle, ps_end_utt);
    RESOLVE(handle, ps_seg_iter);
    RESOLVE(handle, ps_seg_next);
    RESOLVE(handle, ps_seg_word);
    RESOLVE(handle, ps_seg_frames);
    RESOLVE(handle, ps_seg_prob);
    RESOLVE(handle, ps_seg_free);
    RESOLVE(handle, ps_get_logmath);
    RESOLVE(handle, ps_get_feat);
    RESOLVE(base, cmd_ln_parse_r);
    RESOLVE(base, cmd_ln_free_r);
    RESOLVE(base, logmath_exp);
    RESOLVE(base, cmn_live_set);
    RESOLVE(base, fe_init_auto_r);
    RESOLVE(base, fe_free);
    RESOLVE(base, fe_start_utt);
    RESOLVE(base, fe_start_stream);
    RESOLVE(base, fe_process_frames);
    RESOLVE(base, fe_end_utt);
    RESOLVE(base, fe_get_output_size);
    RESOLVE(base, err_set_logfp);
    RESOLVE(base, err_set_callback);
    return NULL;
}

sphinx_decoder *sphinx_create(char **arguments, int32_t count) {
    // The first one, for this thread, keeps a page of settings off standard error; it undoes the second.
    library.err_set_logfp(NULL);
    library.err_set_callback(report, NULL);
    void *config = library.cmd_ln_parse_r(NULL, library.ps_args(), count, arguments, 1);
    if (!config) return NULL;
    sphinx_decoder *made = calloc(1, sizeof *made);
    if (made) made->decoder = library.ps_init(config);
    if (made && made->decoder) {
        made->front_end = library.fe_init_auto_r(config);
        made->log_math = library.ps_get_logmath(made->decoder);
        feature_fields *features = library.ps_get_feat(made->decoder);
        // A wrong guess about the fields shows here, before they are used.
        if (features->cepstra == SPHINX_CEPSTRA && features->cmn && features->cmn->length == SPHINX_CEPSTRA)
            made->cmn = features->cmn;
    }
    library.cmd_ln_free_r(config);
    if (!made || !made->front_end || !made->cmn || library.fe_get_output_size(made->front_end) != SPHINX_CEPSTRA) {
        sphinx_destroy(made);
        return NULL;
    }
    return made;
}

void sphinx_destroy(sphinx_decoder *decoder) {
    if (!decoder) return;
    if (decoder->front_end) library.fe_free(decoder->front_end);
    if (decoder->decoder) library.ps_free(decoder->decoder);
    free(decoder);
}

int32_t sphinx_decode(sphinx_decoder *decoder, const int16_t *samples, int32_t count, const float *mean) {
    // Noise estimate and cepstral mean are all that one utterance leaves to the next.
    if (library.ps_start_stream(decoder->decoder) < 0) return -1;
    library.cmn_live_set(decoder->cmn, mean);
    if (library.ps_start_utt(decoder->decoder) < 0) return -1;
    int processed = library.ps_process_raw(decoder->decoder, samples, (size_t)count, 0, 1);
    return library.ps_end_utt(decoder->decoder) < 0 || processed < 0 ? -1 : 0;
}

sphinx_words *sphinx_words_begin(sphinx_decoder *decoder) {
    return library.ps_seg_iter(decoder->decoder);
}

int32_t sphinx_words_next(sphinx_decoder *decoder, sphinx_words **words, sphinx_word *word, char *text, int32_t room) {
    if (!*words) return 0;
    int first = 0, last = 0;
    library.ps_seg_frames(*words, &first, &last);
    int32_t probability = library.ps_seg_prob(*words, NULL, NULL, NULL);
    const char *name = library.ps_seg_word(*words);
    snprintf(text, (size_t)room, "%s", name ? name : "");
    word->first_frame = first;
    word->last_frame = last;
    word->probability = library.logmath_exp(decoder->log_math, probability);
    *words = library.ps_seg_next(*words);
    return 1;
}

void sphinx_words_end(sphinx_words *words) {
    if (words) library.ps_seg_free((void *)words);
}

int32_t sphinx_add_cepstra(sphinx_decoder *decoder, const int16_t *samples, int32_t count, double *sum) {
    enum { block = 64 };
    float frames[block][SPHINX_CEPSTRA];
    float *rows[block];
    for (int i = 0; i < block; i++) rows[i] = frames[i];
    library.fe_start_stream(decoder->front_end);
    if (library.fe_start_utt(decoder->front_end) < 0) return -1;
    const int16_t *next = samples;
    size_t left = (size_t)count;
    int32_t total = 0;
    while (left > 0) {
        int32_t first = 0;
        int32_t made = block;
        size_t before = left;
        if (library.fe_process_frames(decoder->front_end, &next, &left, rows, &made, &first) < 0) return -1;
        for (int i = 0; i < made; i++)
            for (int k = 0; k < SPHINX_CEPSTRA; k++) sum[k] += frames[i][k];
        total += made;
        if (left == before && made == 0) break;
    }
    float tail[SPHINX_CEPSTRA];
    int32_t tail_frames = 0;
    library.fe_end_utt(decoder->front_end, tail, &tail_frames);
    return total;
}
