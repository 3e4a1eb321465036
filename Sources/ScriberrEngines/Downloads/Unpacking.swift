import Foundation
import ScriberrCore

/// Takes named files out of a `.tar.bz2` archive.
///
/// bzip2 runs as a child; the tar stream is read by us, and only files whose last path component is wanted are written, under
/// that component, into the folder we chose. So no name in the archive can lead anywhere.
struct Unpacking {
    /// More than this is no model.
    static let memberBytesMax: Int64 = 16 << 30

    private let archive: String
    private let folder: String
    private var missing: Set<String>
    private var sink: MemberSink?

    /// Unpacks `members` of `archive` into `folder`. Throws `DOWNLOAD_FAILED`, `STORAGE_FULL`, `ENGINE_UNAVAILABLE`.
    static func run(archive: String, members: [String], into folder: String) async throws {
        var unpacking = Unpacking(archive: archive, folder: folder, missing: Set(members))
        try await unpacking.run()
    }

    private init(archive: String, folder: String, missing: Set<String>) {
        self.archive = archive
        self.folder = folder
        self.missing = missing
    }

    private mutating func run() async throws {
        let child = try startDecompression()
        defer { child.kill() }
        var reader = TarReader()
        do {
            while !(missing.isEmpty && sink == nil), let bytes = await child.read() {
                try Task.checkCancellation()
                try reader.read(bytes) { try take($0) }
            }
        } catch let malformed as TarReader.Malformed {
            throw unusable("not a tar archive: \(malformed.what)")
        }
        if missing.isEmpty && sink == nil { return }
        let end = await child.exit
        guard end == .code(0) else { throw unusable("bzip2: \(end.text): \(child.errorText.suffix(200))") }
        throw unusable("not in the archive: \(missing.sorted().joined(separator: ", "))")
    }

    private func startDecompression() throws -> ChildProcess {
        let candidates = ["/usr/bin/bzip2", "/bin/bzip2", "/usr/local/bin/bzip2"]
        guard let program = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw ScriberrError(.engineUnavailable, "The program bzip2 is not installed; it is needed to unpack models.")
        }
        return try ChildProcess(
            ChildProcess.Launch(executable: program, arguments: ["-dc", "--", archive], environment: ["LANG": "C"])
        )
    }

    private mutating func take(_ event: TarReader.Event) throws {
        switch event {
        case .file(let name, let size):
            guard let member = wanted(name) else { return }
            guard size <= Self.memberBytesMax else { throw unusable("\(member) is too large") }
            missing.remove(member)
            sink = try MemberSink("\(folder)/\(member)")
        case .data(let bytes): try sink?.write(bytes)
        case .fileEnd:
            try sink?.finish()
            sink = nil
        }
    }

    /// The wanted file that this name stands for: directly in the archive or in its one top folder.
    private func wanted(_ name: String) -> String? {
        let parts = name.split(separator: "/").filter { $0 != "." }
        guard (1...2).contains(parts.count), !parts.contains(".."), let last = parts.last, missing.contains(String(last)) else {
            return nil
        }
        return String(last)
    }

    private func unusable(_ detail: String) -> ScriberrError {
        ScriberrError(.downloadFailed, "The model's archive cannot be unpacked.", disposition: .permanent, detail: detail)
    }
}

/// A file of the archive on its way to the disk.
private final class MemberSink {
    private var sink: FileSink

    init(_ path: String) throws { sink = try FileSink(path) }

    func write(_ bytes: ArraySlice<UInt8>) throws { try bytes.withUnsafeBytes { try sink.write($0) } }

    func finish() throws { try sink.synchronize() }
}
