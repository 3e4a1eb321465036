import Foundation
package import ScriberrCore
package import ScriberrStore

/// Recordings fetched from addresses. A file row is there at once, `processing`; it becomes `ready` or `failed`, whatever happens
/// to the server in between.
package struct ImportService: Sendable {
    let database: any Database
    let library: LibraryService
    let clock: any WallClock
    let policy: ImportPolicy
    private let bells = Doorbells()
    /// An import that its server did not survive this often fails.
    static let attemptsMax = 3

    package init(database: any Database, library: LibraryService, clock: any WallClock, policy: ImportPolicy) {
        self.database = database
        self.library = library
        self.clock = clock
        self.policy = policy
    }

    /// Makes a file row for the recording at an address and has it fetched. `youTubeOnly` refuses other hosts. An empty `title`
    /// means the one that the recording brings. With `transcription` a job with these options is queued as soon as the
    /// recording is there, whatever the account does with new files.
    ///
    /// Throws `VALIDATION_ERROR` with field `url` or `title`, `FORBIDDEN` for an address in a private network, and
    /// `SERVICE_UNAVAILABLE` when the program for sites is missing (with `youTubeOnly` the file fails for it).
    package func start(
        _ owner: UserID,
        url: String,
        title: String?,
        youTubeOnly: Bool,
        transcription: TranscriptionOptions? = nil,
        answering draft: AnswerDraft<AudioFile>? = nil
    ) async throws -> AudioFile {
        let address = try OutboundAddress(url)
        let isSite = policy.siteHosts.contains(address.host)
        guard !youTubeOnly || ImportPolicy.youTube.contains(address.host) else {
            throw ScriberrError(.validation, "url is the address of a video on YouTube.", field: "url")
        }
        let given = (title ?? "").isEmpty ? nil : try Title.given(title ?? "")
        if isSite || youTubeOnly {
            // The older route promises a file at once, which then fails.
            guard youTubeOnly || policy.sites != nil else { throw Self.programMissing }
        } else {
            // Said at once where it can be; what counts is the check when the connection is made.
            do {
                _ = try await policy.network.pinned(address)
            } catch let error as ScriberrError where [.forbidden, .downloadFailed].contains(error.code) {
                throw ScriberrError(.validation, error.message, field: "url")
            }
        }
        let file = row(owner, title: given ?? (isSite ? Self.siteTitle : Title.of(address)), isSite)
        let job = ImportJob(
            file: file.id,
            owner: owner,
            url: address.url,
            isFromSite: isSite,
            hasTitle: given != nil,
            transcription: transcription
        )
        _ = try await database.write(answering: draft) { db in
            try FileSQL.insert(db, file, folded: TitleFolding.fold(file.title))
            try ImportSQL.insert(db, job, at: file.createdAt)
            try LibraryService.announce(db, file, .fileProcessing)
            return file
        }
        bells.ring("import")
        return file
    }

    /// What a recording of a site is called until the site has told its title.
    static let siteTitle = "YouTube import"

    /// Takes back at once what dead servers were fetching. Only for a server that knows that it is the only one.
    package func takeOver() async throws { try await database.write { try ImportSQL.releaseAll($0) } }

    /// Fetches what is to be fetched until the task is canceled. `onFailure` hears of failures that are no import's own.
    package func run(onFailure: @escaping @Sendable (any Error) -> Void) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<max(1, policy.workers) { group.addTask { await work(onFailure) } }
        }
    }

    private func work(_ onFailure: @escaping @Sendable (any Error) -> Void) async {
        let bell = bells.listen("import")
        while !Task.isCancelled {
            do {
                if let job = try await claim() {
                    await perform(job, onFailure)
                    continue
                }
            } catch {
                onFailure(error)
            }
            // Other servers' imports come without a ring when their lease ends.
            await bell.wait(atMost: min(policy.lease / 4, .seconds(15)))
        }
    }

    private func claim() async throws -> ImportJob? {
        let now = clock.now()
        return try await database.write { try ImportSQL.claim($0, until: now + policy.lease, at: now) }
    }

    private func row(_ owner: UserID, title: String, _ isSite: Bool) -> AudioFile {
        let now = clock.now()
        return AudioFile(
            id: .make(at: now),
            owner: owner,
            title: title,
            kind: isSite ? .youtube : .audio,
            status: .processing,
            mimeType: "",
            sizeBytes: 0,
            contentHash: "",
            durationSeconds: nil,
            blobKey: "",
            createdAt: now,
            updatedAt: now
        )
    }

    static let programMissing = ScriberrError(
        .serviceUnavailable,
        "This server cannot import from sites: yt-dlp is missing. Install it (pip install yt-dlp, or apt-get install yt-dlp) or name "
            + "it with YT_DLP_PATH, then start the server again."
    )
}

extension Title {
    /// The title that an address makes: its last part, or its host.
    fileprivate static func of(_ address: OutboundAddress) -> String {
        let path = address.url.prefix { $0 != "?" }.split(separator: "/").dropFirst(2).last.map(String.init) ?? ""
        let name = of(fileName: path.removingPercentEncoding ?? path)
        return path.isEmpty || name == "Untitled" ? address.host : name
    }
}
