import Foundation
import Glibc
import ScriberrTestSupport
import Testing

/// A small file system of memory, for tests that fill it. Only root may mount one.
private struct SmallDisk {
    let path: String

    init?(_ path: String) {
        guard mkdir(path, 0o700) == 0, mount("tmpfs", path, "tmpfs", 0, "size=2m") == 0 else { return nil }
        self.path = path
    }

    // Lazily (MNT_DETACH), so that a file that is still open does not keep it.
    func unmount() { umount2(path, 2) }

    /// Whether this process may mount file systems.
    static let isAllowed: Bool = {
        let path = NSTemporaryDirectory() + "/scriberr-mount-\(UUID().uuidString)"
        defer { rmdir(path) }
        guard let disk = SmallDisk(path) else { return false }
        disk.unmount()
        return true
    }()
}

@Suite struct FullDisk {
    @Test(.enabled(if: SmallDisk.isAllowed, "Only root may mount a small file system."))
    func `an upload that does not fit is told so, leaves nothing behind and keeps out none that fits`() async throws {
        try await withTemporaryFolder { folder in
            let disk = try #require(SmallDisk(folder + "/disk"))
            defer { disk.unmount() }
            try await ServerWorld.run(storage: disk.path) { world async throws in
                let client = try await world.signedIn()
                let large = TestForm().file(TestForm.recording(4 << 20))
                for path in ["/api/v1/files", "/api/v1/transcriptions:submit"] {
                    #expect(try await client.send(form: large, to: path).failure == "507 STORAGE_FULL")
                }
                #expect(
                    await eventually { (try? FileManager.default.contentsOfDirectory(atPath: disk.path + "/.incoming")) == [] }
                )
                #expect(try await client.get("/api/v1/files").items.isEmpty)
                #expect(try await client.send(form: TestForm().file(TestForm.recording()), to: "/api/v1/files").status == 201)
            }
        }
    }
}
