import Foundation
import ScriberrCore
import ScriberrEngineWire

/// Asks for memory before it is taken: a machine without room for it would end some process, not tell us.
struct MemoryBook: Sendable {
    /// Bytes that can be had without swapping; nil where that cannot be told.
    var availableBytes: @Sendable () -> Int64? = { Self.measured }

    /// Weights take their size once in the file's form and up to once more as the runtime lays them out.
    static func bytes(for model: ModelFiles) -> Int64 { 2 * model.files.values.reduce(0) { $0 + size(of: $1) } }

    /// Lets `dropOldest` forget loaded models until there is room. Throws `ENGINE_OUT_OF_MEMORY` when nothing is left to forget.
    func makeRoom(for model: ModelFiles, dropOldest: () -> Bool) throws {
        try makeRoom(bytes: Self.bytes(for: model), for: "The model '\(model.id)'", dropOldest: dropOldest)
    }

    /// The same for something else, whose name begins the sentence of a refusal.
    func makeRoom(bytes needed: Int64, for user: String, dropOldest: () -> Bool) throws {
        while let free = availableBytes(), free < needed {
            guard dropOldest() else {
                throw ScriberrError(
                    .engineOutOfMemory,
                    "\(user) needs about \(needed >> 20) MB of memory, and only \(free >> 20) MB are free."
                )
            }
        }
    }

    private static func size(of path: String) -> Int64 {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard attributes?[.type] as? FileAttributeType == .typeDirectory else {
            return (attributes?[.size] as? NSNumber)?.int64Value ?? 0
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.reduce(0) { $0 + size(of: "\(path)/\($1)") }
    }

    /// What the machine has, or the container allows, whichever is less.
    private static var measured: Int64? {
        guard let machine = kilobytes("MemAvailable:", in: "/proc/meminfo") else { return nil }
        guard let limit = number("/sys/fs/cgroup/memory.max"), let used = number("/sys/fs/cgroup/memory.current") else {
            return machine
        }
        // Pages of files count as used but give way.
        let files = kilobytes("inactive_file", in: "/sys/fs/cgroup/memory.stat", unit: 1) ?? 0
        return min(machine, max(0, limit - used + files))
    }

    private static func number(_ path: String) -> Int64? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int64($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    private static func kilobytes(_ name: String, in path: String, unit: Int64 = 1_024) -> Int64? {
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
        let line = lines.first { $0.hasPrefix(name) }
        return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }.map { $0 * unit }
    }
}
