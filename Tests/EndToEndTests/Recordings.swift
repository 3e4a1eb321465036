import Foundation
import ScriberrTestSupport

/// Runs ffmpeg and fails when it does.
func ffmpeg(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-nostdin", "-v", "error", "-y"] + arguments
    try launch(process)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
}

/// Writes a recording in another format, named by the new file's suffix; `mp4` gets pictures too.
func convert(_ source: String, to file: String) throws {
    switch true {
    case file.hasSuffix(".mp4"):
        try ffmpeg(["-f", "lavfi", "-i", "testsrc=size=160x120:rate=5", "-i", source, "-shortest", "-pix_fmt", "yuv420p", file])
    case file.hasSuffix("stereo.wav"):
        try ffmpeg(["-i", source, "-ar", "48000", "-ac", "2", file])
    default:
        try ffmpeg(["-i", source, file])
    }
}

/// Writes a recording several times in a row.
func repeatAudio(_ source: String, times: Int, to file: String) throws {
    try ffmpeg(["-stream_loop", String(times - 1), "-i", source, "-c", "copy", file])
}

/// Every regular file below a folder; none when there is no such folder.
func filesBelow(_ folder: String) throws -> [String] {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
    return names.compactMap { $0 as? String }.filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    }
}

/// Word error rate: substitutions, deletions and insertions over the words that were said, case and marks left out.
func wordErrorRate(heard: [String], said: String) -> Double {
    func normalized(_ words: [String]) -> [String] {
        words.map { $0.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "'" } }.filter { !$0.isEmpty }
    }
    let heard = normalized(heard)
    let said = normalized(said.split(whereSeparator: \.isWhitespace).map(String.init))
    var row = Array(0...heard.count)
    for (i, word) in said.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in heard.enumerated() {
            let cost = min(row[j] + 1, row[j + 1] + 1, diagonal + (word == other ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = cost
        }
    }
    return Double(row[heard.count]) / Double(max(said.count, 1))
}
