// sherpa-onnx through dlopen: nothing is linked, so that a missing library is a message and no failure to start.
#ifndef SCRIBERR_CSHERPA_ONNX_H
#define SCRIBERR_CSHERPA_ONNX_H

// The header belongs to one exact version of the library and is fetched together with it.
#if __has_include("sherpa-onnx/c-api.h")
#include "sherpa-onnx/c-api.h"
#else
#error "the header of sherpa-onnx is missing: run make setup"
#endif

#include <stddef.h>

// Opens the library and resolves every function below. Returns NULL, or what is wrong in at most 400 bytes that
// stay valid until the next call. Call it once, before any other function and from one thread.
const char *sherpa_open(const char *path, const char *version_prefix);

const char *sherpa_version(void);
const char *sherpa_runtime_version(void);

// Each function is the one of the library with the same parameters; its documentation stands in the library's header.
const SherpaOnnxVoiceActivityDetector *sherpa_vad_create(const SherpaOnnxVadModelConfig *config, float buffer_seconds);
void sherpa_vad_destroy(const SherpaOnnxVoiceActivityDetector *vad);
void sherpa_vad_accept(const SherpaOnnxVoiceActivityDetector *vad, const float *samples, int32_t n);
int32_t sherpa_vad_is_empty(const SherpaOnnxVoiceActivityDetector *vad);
int32_t sherpa_vad_is_speech(const SherpaOnnxVoiceActivityDetector *vad);
void sherpa_vad_pop(const SherpaOnnxVoiceActivityDetector *vad);
void sherpa_vad_reset(const SherpaOnnxVoiceActivityDetector *vad);
void sherpa_vad_flush(const SherpaOnnxVoiceActivityDetector *vad);
const SherpaOnnxSpeechSegment *sherpa_vad_front(const SherpaOnnxVoiceActivityDetector *vad);
void sherpa_segment_destroy(const SherpaOnnxSpeechSegment *segment);

const SherpaOnnxOfflineRecognizer *sherpa_recognizer_create(const SherpaOnnxOfflineRecognizerConfig *config);
void sherpa_recognizer_set(
    const SherpaOnnxOfflineRecognizer *recognizer, const SherpaOnnxOfflineRecognizerConfig *config);
void sherpa_recognizer_destroy(const SherpaOnnxOfflineRecognizer *recognizer);
const SherpaOnnxOfflineStream *sherpa_stream_create(const SherpaOnnxOfflineRecognizer *recognizer);
const SherpaOnnxOfflineStream *sherpa_stream_create_with_hotwords(
    const SherpaOnnxOfflineRecognizer *recognizer, const char *hotwords);
void sherpa_stream_destroy(const SherpaOnnxOfflineStream *stream);
void sherpa_stream_accept(const SherpaOnnxOfflineStream *stream, int32_t rate, const float *samples, int32_t n);
void sherpa_stream_decode(const SherpaOnnxOfflineRecognizer *recognizer, const SherpaOnnxOfflineStream *stream);
const SherpaOnnxOfflineRecognizerResult *sherpa_result(const SherpaOnnxOfflineStream *stream);
void sherpa_result_destroy(const SherpaOnnxOfflineRecognizerResult *result);

const SherpaOnnxOfflineSpeakerDiarization *sherpa_diarizer_create(
    const SherpaOnnxOfflineSpeakerDiarizationConfig *config);
void sherpa_diarizer_destroy(const SherpaOnnxOfflineSpeakerDiarization *diarizer);
int32_t sherpa_diarizer_rate(const SherpaOnnxOfflineSpeakerDiarization *diarizer);
void sherpa_diarizer_set(
    const SherpaOnnxOfflineSpeakerDiarization *diarizer, const SherpaOnnxOfflineSpeakerDiarizationConfig *config);
const SherpaOnnxOfflineSpeakerDiarizationResult *sherpa_diarizer_process(
    const SherpaOnnxOfflineSpeakerDiarization *diarizer, const float *samples, int32_t n,
    SherpaOnnxOfflineSpeakerDiarizationProgressCallback callback, void *context);
int32_t sherpa_turns_speakers(const SherpaOnnxOfflineSpeakerDiarizationResult *result);
int32_t sherpa_turns_count(const SherpaOnnxOfflineSpeakerDiarizationResult *result);
const SherpaOnnxOfflineSpeakerDiarizationSegment *sherpa_turns_sorted(
    const SherpaOnnxOfflineSpeakerDiarizationResult *result);
void sherpa_turns_free(const SherpaOnnxOfflineSpeakerDiarizationSegment *turns);
void sherpa_turns_destroy(const SherpaOnnxOfflineSpeakerDiarizationResult *result);

#endif
