import HTTPTypes
import ScriberrCore
import ScriberrServices
import ScriberrTranscript

extension Route {
    /// Many transcripts at once.
    static let bundles: [Route] = [
        Route(.post, "/api/v1/transcriptions:export", .scoped(.read) { try await $0.bundle($1) })
    ]
}

extension Call {
    private static let bundleMax = 500

    /// Several finished transcripts in one format, as a ZIP that is written while they are rendered one after the other.
    fileprivate func bundle(_ principal: Principal) async throws -> Answer {
        guard let name = query["format"], !name.isEmpty else {
            throw ScriberrError(.validation, "Name a format.", field: "format")
        }
        let export = try TranscriptExports.named(name)
        _ = try ExportOptions(parameters: query.filter { $0.key != "format" }, title: "")
        let jobs = try await bundled(principal)
        return Answer(
            status: .ok,
            headers: [
                .contentType: "application/zip",
                .contentDisposition: contentDisposition("attachment", "transcripts.zip"),
            ],
            body: .stream(length: nil) { sink in
                var (zip, names) = (StoredZip(), BundleNames())
                for job in jobs {
                    let file = try await rendered(export, job)
                    let name = names.next(file.name)
                    // The status is sent already: all that is left is to break off.
                    guard zip.hasRoom(for: name, bytes: file.bytes.count) else {
                        throw ScriberrError(.payloadTooLarge, "The bundle would be larger than 4 GiB.")
                    }
                    try await sink.write(zip.entry(name, file.bytes))
                }
                try await sink.write(zip.end())
            }
        )
    }

    /// The jobs that the body names, all of them finished: what cannot be packed is said before anything is sent.
    private func bundled(_ principal: Principal) async throws -> [Transcription] {
        let texts = try await json(BundleBody.self).ids ?? []
        guard (1...Self.bundleMax).contains(texts.count) else {
            throw ScriberrError(.validation, "Name 1 to \(Self.bundleMax) transcriptions.", field: "ids")
        }
        var (jobs, seen): ([Transcription], Set<String>) = ([], [])
        for text in texts where seen.insert(text).inserted {
            guard let id = TranscriptionID(text) else {
                throw ScriberrError(.validation, "ids are identifiers of transcriptions.", field: "ids")
            }
            let job = try await services.transcriptions.get(principal.owner, id)
            guard job.status == .completed, job.diarizes == nil else {
                throw ScriberrError(.conflict, "\(text) has no transcript: it is \(job.status.rawValue).", field: "ids")
            }
            jobs.append(job)
        }
        return jobs
    }
}

/// Names in one folder: the second of a name gets a number, whatever the case of its letters.
struct BundleNames {
    private var taken: Set<String> = []

    init() {}

    mutating func next(_ name: String) -> String {
        let dot = name.lastIndex(of: ".") ?? name.endIndex
        var (candidate, number) = (name, 2)
        while !taken.insert(candidate.lowercased()).inserted {
            candidate = "\(name[..<dot]) (\(number))\(name[dot...])"
            number += 1
        }
        return candidate
    }
}

private struct BundleBody: Decodable {
    var ids: [String]?
}
