import ArgumentParser
import Foundation
import ScriberrCore
import ScriberrEngineWire
import ScriberrEngines
import ScriberrMedia
import ScriberrStore
import SystemPackage

/// `scriberr doctor`.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this machine: what is there, what is missing, how to get it.",
        discussion: "Exit status: 0 when recordings can be transcribed here, 1 when something that this needs is missing."
    )

    func run() async throws {
        let settings = try await Settings.readForCommand()
        var findings = [Finding.good("Settings", "all can be used")]
        findings.append(contentsOf: folders(settings))
        if case .bucket(let bucket) = settings.storage { findings.append(await reach(bucket)) }
        do {
            let engines = try EngineRoom(settings)
            findings.append(.good("ffmpeg", engines.media.ffmpeg.string))
            findings.append(contentsOf: await self.engines(engines))
            for remote in engines.remotes { findings.append(await self.remote(remote)) }
            for problem in ModelCatalogue(settings: engines.settings).problems { findings.append(.poor("Model card", problem)) }
            await engines.close()
        } catch let error as ScriberrError {
            findings.append(.missing("ffmpeg", error.message))
        }
        for finding in findings { try Output.line(finding.line) }
        if findings.contains(where: \.isGrave) { throw ExitCode(1) }
    }

    private func reach(_ settings: BucketSettings) async -> Finding {
        let name = settings.location.bucket
        do {
            let store = try S3BlobStore(settings)
            let found = await store.check()
            await store.close()
            switch found {
            case .ready: return .good("Bucket", name)
            case .away: return .missing("Bucket", "\(settings.location.endpoint) does not answer")
            case .noBucket: return .missing("Bucket", "there is no bucket \(name)")
            case .refused: return .missing("Bucket", "\(name) refuses the credentials or the region")
            }
        } catch {
            return .missing("Bucket", "the folder for local copies cannot be used; set STORAGE_CACHE_DIR")
        }
    }

    private func folders(_ settings: Settings) -> [Finding] {
        var findings: [Finding] = []
        switch settings.database {
        case .sqlite(let path): findings.append(folder("Database folder", (path as NSString).deletingLastPathComponent))
        case .postgres(let address): findings.append(.good("Database", "PostgreSQL at \(address.shown)"))
        }
        switch settings.storage {
        case .folder(let path): findings.append(folder("Recordings folder", path))
        case .bucket(let bucket): findings.append(folder("Folder for local copies", bucket.cacheFolder))
        }
        findings.append(folder("Models folder", settings.engine.cacheFolder))
        return findings
    }

    /// Whether the folder, or the first one above it that exists, can be written, and how much room there is.
    private func folder(_ name: String, _ path: String) -> Finding {
        var place = URL(fileURLWithPath: path.isEmpty ? "." : path).standardizedFileURL.path
        while place != "/", !FileManager.default.fileExists(atPath: place) {
            place = (place as NSString).deletingLastPathComponent
        }
        guard FileManager.default.isWritableFile(atPath: place) else {
            return .missing(name, "\(place) cannot be written; change its owner or set another folder")
        }
        let free = (try? FileManager.default.attributesOfFileSystem(forPath: place)[.systemFreeSize] as? NSNumber)?.int64Value
        let room = free.map { "\($0 >> 30) GiB free" } ?? "free space unknown"
        if let free, free < 1 << 30 { return .poor(name, "\(place): only \(free >> 20) MiB free") }
        return .good(name, "\(place) (\(room))")
    }

    /// The key is asked with, never shown.
    private func remote(_ remote: RemoteProvider) async -> Finding {
        do {
            let unknown = try await remote.check()
            if unknown.isEmpty { return .good("Remote engine", "\(remote.id): it answers and has its models") }
            return .poor("Remote engine", "\(remote.id): it answers, but does not name \(unknown.joined(separator: ", "))")
        } catch {
            let message = (error as? ScriberrError)?.message ?? "The remote engine cannot be reached."
            return .poor("Remote engine", "\(remote.id): \(message)")
        }
    }

    private func engines(_ engines: EngineRoom) async -> [Finding] {
        var findings: [Finding] = []
        do {
            for report in try await engines.local.check() {
                if let problem = report.problem {
                    findings.append(.poor(report.name, problem))
                } else {
                    findings.append(
                        .good(report.name, "\(report.version ?? "found") on \(report.devices.joined(separator: ", "))")
                    )
                }
            }
        } catch {
            let message = (error as? ScriberrError)?.message ?? "it could not be started"
            findings.append(.missing("Engine host", "\(engines.settings.hostPath): \(message)"))
        }
        do {
            _ = try ModelCatalogue(settings: engines.settings).voiceActivityModelPath()
            findings.append(.good("Voice detection", "Silero"))
        } catch {
            findings.append(.missing("Voice detection", "Silero is missing; run: make setup"))
        }
        let cards = (try? await engines.local.models()) ?? []
        let installed = cards.filter { $0.installed && $0.capabilities.contains("transcription") }.map(\.id)
        findings.append(
            installed.isEmpty
                ? .missing(
                    "Speech models",
                    "none is installed; run: apt-get install pocketsphinx-en-us, or scriberr models pull whisper-base"
                )
                : .good("Speech models", installed.joined(separator: ", "))
        )
        if !installed.isEmpty, let usual = missingUsualModel(engines, installed) { findings.append(usual) }
        if !cards.contains(where: { $0.installed && $0.capabilities.contains("diarization") }) {
            findings.append(.poor("Speaker models", "none is installed; speakers cannot be told apart yet"))
        }
        return findings
    }

    /// What happens to jobs that name no model while the one meant for them is not here; nil when it is.
    private func missingUsualModel(_ engines: EngineRoom, _ installed: [String]) -> Finding? {
        let defaults = engines.registry.defaults
        guard !installed.contains(defaults.transcription) else { return nil }
        let otherwise = defaults.offline.map { ", or, when that fails, is done with \($0)" } ?? ""
        let text =
            engines.settings.autoDownload
            ? "not installed; the first job that names no model downloads it\(otherwise)"
            : "not installed; run: scriberr models pull \(defaults.transcription)"
        return .poor("Usual model", "\(defaults.transcription) is \(text)")
    }
}

/// One thing the doctor looked at.
private struct Finding {
    let mark: String
    let name: String
    let text: String
    var isGrave: Bool { mark == "MISSING" }
    var line: String {
        mark.padding(toLength: 9, withPad: " ", startingAt: 0) + name.padding(toLength: 20, withPad: " ", startingAt: 0) + text
    }

    static func good(_ name: String, _ text: String) -> Finding { Finding(mark: "ok", name: name, text: text) }
    static func poor(_ name: String, _ text: String) -> Finding { Finding(mark: "note", name: name, text: text) }
    static func missing(_ name: String, _ text: String) -> Finding { Finding(mark: "MISSING", name: name, text: text) }
}
