#include "CSherpaOnnx.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS(X)                                                    \
    X(SherpaOnnxGetVersionStr)                                          \
    X(SherpaOnnxGetOnnxruntimeVersionStr)                               \
    X(SherpaOnnxCreateVoiceActivityDetector)                            \
    X(SherpaOnnxDestroyVoiceActivityDetector)                           \
    X(SherpaOnnxVoiceActivityDetectorAcceptWaveform)                    \
    X(SherpaOnnxVoiceActivityDetectorEmpty)                             \
    X(SherpaOnnxVoiceActivityDetectorDetected)                          \
    X(SherpaOnnxVoiceActivityDetectorPop)                               \
    X(SherpaOnnxVoiceActivityDetectorReset)                             \
    X(SherpaOnnxVoiceActivityDetectorFlush)                             \
    X(SherpaOnnxVoiceActivityDetectorFront)                             \
    X(SherpaOnnxDestroySpeechSegment)                                   \
    X(SherpaOnnxCreateOfflineRecognizer)                                \
    X(SherpaOnnxOfflineRecognizerSetConfig)                             \
    X(SherpaOnnxDestroyOfflineRecognizer)                               \
    X(SherpaOnnxCreateOfflineStream)                                    \
    X(SherpaOnnxCreateOfflineStreamWithHotwords)                        \
    X(SherpaOnnxDestroyOfflineStream)                                   \
    X(SherpaOnnxAcceptWaveformOffline)                                  \
    X(SherpaOnnxDecodeOfflineStream)                                    \
    X(SherpaOnnxGetOfflineStreamResult)                                 \
    X(SherpaOnnxDestroyOfflineRecognizerResult)                         \
    X(SherpaOnnxCreateOfflineSpeakerDiarization)                        \
    X(SherpaOnnxDestroyOfflineSpeakerDiarization)                       \
    X(SherpaOnnxOfflineSpeakerDiarizationGetSampleRate)                 \
    X(SherpaOnnxOfflineSpeakerDiarizationSetConfig)                     \
    X(SherpaOnnxOfflineSpeakerDiarizationProcessWithCallback)           \
    X(SherpaOnnxOfflineSpeakerDiarizationResultGetNumSpeakers)          \
    X(SherpaOnnxOfflineSpeakerDiarizationResultGetNumSegments)          \
    X(SherpaOnnxOfflineSpeakerDiarizationResultSortByStartTime)         \
    X(SherpaOnnxOfflineSpeakerDiarizationDestroySegment)                \
    X(SherpaOnnxOfflineSpeakerDiarizationDestroyResult)

#define POINTER(name) __typeof__(&name) name;
static struct {
    FUNCTIONS(POINTER)
} library;

static char problem[400];

const char *sherpa_open(const char *path, const char *version_prefix) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        snprintf(problem, sizeof problem, "%s", dlerror());
        return problem;
    }
#define RESOLVE(name)                                                               \
    *(void **)&library.name = dlsym(handle, #name);                                 \
    if (!library.name) {                                                            \
        snprintf(problem, sizeof problem, "the library has no function %s", #name); \
        return problem;                                                             \
    }
    FUNCTIONS(RESOLVE)
    const char *version = library.SherpaOnnxGetVersionStr();
    // Structs changed between versions, so another one would read our configuration wrongly.
    if (strncmp(version, version_prefix, strlen(version_prefix)) != 0) {
        snprintf(problem, sizeof problem, "version %s instead of %s", version, version_prefix);
        return problem;
    }
    return NULL;
}

const char *sherpa_version(void) { return library.SherpaOnnxGetVersionStr(); }

const char *sherpa_runtime_version(void) { return library.SherpaOnnxGetOnnxruntimeVersionStr(); }

const SherpaOnnxVoiceActivityDetector *sherpa_vad_create(const SherpaOnnxVadModelConfig *config, float buffer_seconds) {
    return library.SherpaOnnxCreateVoiceActivityDetector(config, buffer_seconds);
}

void sherpa_vad_destroy(const SherpaOnnxVoiceActivityDetector *vad) {
    library.SherpaOnnxDestroyVoiceActivityDetector(vad);
}

void sherpa_vad_accept(const SherpaOnnxVoiceActivityDetector *vad, const float *samples, int32_t n) {
    library.SherpaOnnxVoiceActivityDetectorAcceptWaveform(vad, samples, n);
}

int32_t sherpa_vad_is_empty(const SherpaOnnxVoiceActivityDetector *vad) {
    return library.SherpaOnnxVoiceActivityDetectorEmpty(vad);
}

int32_t sherpa_vad_is_speech(const SherpaOnnxVoiceActivityDetector *vad) {
    return library.SherpaOnnxVoiceActivityDetectorDetected(vad);
}

void sherpa_vad_pop(const SherpaOnnxVoiceActivityDetector *vad) {
    library.SherpaOnnxVoiceActivityDetectorPop(vad);
}

void sherpa_vad_reset(const SherpaOnnxVoiceActivityDetector *vad) {
    library.SherpaOnnxVoiceActivityDetectorReset(vad);
}

void sherpa_vad_flush(const SherpaOnnxVoiceActivityDetector *vad) {
    library.SherpaOnnxVoiceActivityDetectorFlush(vad);
}

const SherpaOnnxSpeechSegment *sherpa_vad_front(const SherpaOnnxVoiceActivityDetector *vad) {
    return library.SherpaOnnxVoiceActivityDetectorFront(vad);
}

void sherpa_segment_destroy(const SherpaOnnxSpeechSegment *segment) {
    library.SherpaOnnxDestroySpeechSegment(segment);
}

const SherpaOnnxOfflineRecognizer *sherpa_recognizer_create(const SherpaOnnxOfflineRecognizerConfig *config) {
    return library.SherpaOnnxCreateOfflineRecognizer(config);
}

void sherpa_recognizer_set(
    const SherpaOnnxOfflineRecognizer *recognizer, const SherpaOnnxOfflineRecognizerConfig *config) {
    library.SherpaOnnxOfflineRecognizerSetConfig(recognizer, config);
}

void sherpa_recognizer_destroy(const SherpaOnnxOfflineRecognizer *recognizer) {
    library.SherpaOnnxDestroyOfflineRecognizer(recognizer);
}

const SherpaOnnxOfflineStream *sherpa_stream_create(const SherpaOnnxOfflineRecognizer *recognizer) {
    return library.SherpaOnnxCreateOfflineStream(recognizer);
}

const SherpaOnnxOfflineStream *sherpa_stream_create_with_hotwords(
    const SherpaOnnxOfflineRecognizer *recognizer, const char *hotwords) {
    return library.SherpaOnnxCreateOfflineStreamWithHotwords(recognizer, hotwords);
}

void sherpa_stream_destroy(const SherpaOnnxOfflineStream *stream) {
    library.SherpaOnnxDestroyOfflineStream(stream);
}

void sherpa_stream_accept(const SherpaOnnxOfflineStream *stream, int32_t rate, const float *samples, int32_t n) {
    library.SherpaOnnxAcceptWaveformOffline(stream, rate, samples, n);
}

void sherpa_stream_decode(const SherpaOnnxOfflineRecognizer *recognizer, const SherpaOnnxOfflineStream *stream) {
    library.SherpaOnnxDecodeOfflineStream(recognizer, stream);
}

const SherpaOnnxOfflineRecognizerResult *sherpa_result(const SherpaOnnxOfflineStream *stream) {
    return library.SherpaOnnxGetOfflineStreamResult(stream);
}

void sherpa_result_destroy(const SherpaOnnxOfflineRecognizerResult *result) {
    library.SherpaOnnxDestroyOfflineRecognizerResult(result);
}

const SherpaOnnxOfflineSpeakerDiarization *sherpa_diarizer_create(
    const SherpaOnnxOfflineSpeakerDiarizationConfig *config) {
    return library.SherpaOnnxCreateOfflineSpeakerDiarization(config);
}

void sherpa_diarizer_destroy(const SherpaOnnxOfflineSpeakerDiarization *diarizer) {
    library.SherpaOnnxDestroyOfflineSpeakerDiarization(diarizer);
}

int32_t sherpa_diarizer_rate(const SherpaOnnxOfflineSpeakerDiarization *diarizer) {
    return library.SherpaOnnxOfflineSpeakerDiarizationGetSampleRate(diarizer);
}

void sherpa_diarizer_set(
    const SherpaOnnxOfflineSpeakerDiarization *diarizer, const SherpaOnnxOfflineSpeakerDiarizationConfig *config) {
    library.SherpaOnnxOfflineSpeakerDiarizationSetConfig(diarizer, config);
}

const SherpaOnnxOfflineSpeakerDiarizationResult *sherpa_diarizer_process(
    const SherpaOnnxOfflineSpeakerDiarization *diarizer, const float *samples, int32_t n,
    SherpaOnnxOfflineSpeakerDiarizationProgressCallback callback, void *context) {
    return library.SherpaOnnxOfflineSpeakerDiarizationProcessWithCallback(diarizer, samples, n, callback, context);
}

int32_t sherpa_turns_speakers(const SherpaOnnxOfflineSpeakerDiarizationResult *result) {
    return library.SherpaOnnxOfflineSpeakerDiarizationResultGetNumSpeakers(result);
}

int32_t sherpa_turns_count(const SherpaOnnxOfflineSpeakerDiarizationResult *result) {
    return library.SherpaOnnxOfflineSpeakerDiarizationResultGetNumSegments(result);
}

const SherpaOnnxOfflineSpeakerDiarizationSegment *sherpa_turns_sorted(
    const SherpaOnnxOfflineSpeakerDiarizationResult *result) {
    return library.SherpaOnnxOfflineSpeakerDiarizationResultSortByStartTime(result);
}

void sherpa_turns_free(const SherpaOnnxOfflineSpeakerDiarizationSegment *turns) {
    library.SherpaOnnxOfflineSpeakerDiarizationDestroySegment(turns);
}

void sherpa_turns_destroy(const SherpaOnnxOfflineSpeakerDiarizationResult *result) {
    library.SherpaOnnxOfflineSpeakerDiarizationDestroyResult(result);
}
