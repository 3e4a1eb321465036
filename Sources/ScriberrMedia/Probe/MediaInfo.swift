/// What a recording is, as found in the file itself; its name has no say.
package struct MediaInfo: Sendable, Hashable {
    /// The length in seconds; nil when the container does not know it, as in recordings made by browsers.
    package var durationSeconds: Double?
    /// The container by ffmpeg's name, such as `mp3` or `mov,mp4,m4a,3gp,3g2,mj2`.
    package var container: String
    /// Such as `audio/mpeg` or `video/mp4`.
    package var mimeType: String
    /// Whether there is moving picture; cover art is none.
    package var hasVideo: Bool
    /// At least one.
    package var audio: [AudioStream]

    /// One audio track.
    package struct AudioStream: Sendable, Hashable {
        /// ffmpeg's name of the encoding, such as `aac`.
        package var codec: String
        /// In Hz.
        package var sampleRate: Int
        /// How many channels.
        package var channels: Int

        /// Makes a track.
        package init(codec: String, sampleRate: Int, channels: Int) {
            self.codec = codec
            self.sampleRate = sampleRate
            self.channels = channels
        }
    }

    /// The length where a header tells that of the sound, so that a file which ends before it was cut off. Others have theirs estimated,
    /// taken from what is there, or from a picture that may go on behind the sound.
    package var declaredSeconds: Double? { hasVideo || !Self.declaring.contains(container) ? nil : durationSeconds }

    private static let declaring: Set = ["mov,mp4,m4a,3gp,3g2,mj2", "wav", "w64", "flac", "aiff", "caf", "matroska,webm", "asf"]

    /// Makes the facts by hand.
    package init(durationSeconds: Double?, container: String, mimeType: String, hasVideo: Bool, audio: [AudioStream]) {
        self.durationSeconds = durationSeconds
        self.container = container
        self.mimeType = mimeType
        self.hasVideo = hasVideo
        self.audio = audio
    }
}
