/// Samples per second everywhere in the host; one channel.
let sampleRate = 16_000

/// Seconds of a number of samples.
func seconds(ofSamples count: Int) -> Double { Double(count) / Double(sampleRate) }

/// Samples in a time, rounded to the nearest.
func samples(inSeconds seconds: Double) -> Int { Int((seconds * Double(sampleRate)).rounded()) }
