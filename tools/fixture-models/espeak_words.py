"""When the words of a sentence begin, as espeak-ng tells through its library while it speaks."""

import ctypes
import ctypes.util

_RETRIEVAL, _PLAIN_TEXT, _WORD, _END = 1, 0x1000, 1, 0


class _Event(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("identifier", ctypes.c_uint), ("text_position", ctypes.c_int),
                ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
                ("user_data", ctypes.c_void_p), ("value", ctypes.c_int64)]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def word_starts(voice, speed, text):
    """Seconds from the first sample that is spoken, silence before the sentence included. There may be one more at the end."""
    library = ctypes.CDLL(ctypes.util.find_library("espeak-ng"))
    library.espeak_Initialize(_RETRIEVAL, 0, None, 0)
    starts = []

    def hear(_, __, events):
        index = 0
        while events[index].kind != _END:
            if events[index].kind == _WORD:
                starts.append(events[index].audio_position / 1_000)
            index += 1
        return 0

    callback = _Callback(hear)
    library.espeak_SetSynthCallback(callback)
    library.espeak_SetVoiceByName(voice.encode())
    library.espeak_SetParameter(1, speed, 0)
    library.espeak_Synth(text.encode(), len(text) + 1, 0, 0, 0, _PLAIN_TEXT, None, None)
    library.espeak_Synchronize()
    return starts
