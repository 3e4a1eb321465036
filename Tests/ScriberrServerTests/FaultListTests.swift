import Foundation
import Testing

/// Holds `Tests/FAULTS.md`, which says which test stands for which fault, against the sources.
@Suite struct FaultListTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// What the list must tell of, in order.
    private static let numbers: [String] =
        (1...49).map(String.init) + "abcdefghi".map { "1.5 \($0)" } + "abcdefghijkl".map { "3 \($0)" }
        + (1...16).map { "5.\($0)" }

    @Test func `every fault has a test, and every test that is named is there`() throws {
        let list = try String(contentsOf: Self.tests.appendingPathComponent("FAULTS.md"), encoding: .utf8)
        let rows = list.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.map { $0[0] } == Self.numbers)
        var sources: [String: String] = [:]
        for row in rows {
            try #require(row.count == 3, "\(row[0])")
            for entry in row[2].components(separatedBy: "<br>") {
                let found = try #require(entry.wholeMatch(of: /`([^`]+)`(?:: (.+))?/), "\(row[0]): \(entry)")
                let place = String(found.1)
                guard let name = found.2 else {
                    // A script, named from the repository's root.
                    let path = Self.tests.deletingLastPathComponent().appendingPathComponent(place).path
                    #expect(FileManager.default.fileExists(atPath: path), "\(row[0]): \(place)")
                    continue
                }
                if sources[place] == nil { sources[place] = try Self.source(place) }
                #expect(sources[place]?.contains("func `\(name)`(") == true, "\(row[0]): \(place) has no test “\(name)”")
            }
        }
    }

    /// The text of `TARGET/FILE`, in whatever folder of the target it lies; empty when there is none.
    private static func source(_ place: String) throws -> String {
        let parts = place.split(separator: "/").map(String.init)
        let folder = tests.appendingPathComponent(parts[0])
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        guard parts.count == 2, let path = paths.first(where: { $0.hasSuffix("/\(parts[1]).swift") || $0 == "\(parts[1]).swift" })
        else { return "" }
        return try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }
}
