import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ScriberrCore
import Synchronization

/// Brings one file of known address, and where published known length and hash, into a ``PartialFile``. Goes on where an earlier
/// try stopped, when the server can say that it is still the same file.
struct Fetching: Sendable {
    let client: HTTPClient
    let limits: DownloadLimits
    let source: ModelSource
    let url: String
    let part: PartialFile
    let reachability: Reachability

    /// The address as logs may show it: without the name and password that a mirror may have in it.
    private var address: String {
        guard var parts = URLComponents(string: url) else { return source.file }
        (parts.user, parts.password) = (nil, nil)
        return parts.string ?? source.file
    }

    /// Hears how much of the file is on disk and how much that should be.
    typealias OnBytes = @Sendable (_ received: Int64, _ total: Int64?) -> Void

    /// Fetches until the file is whole.
    func run(onBytes: @escaping OnBytes) async throws {
        var (failures, hasAnswered) = (0, false)
        while true {
            let before = part.size ?? 0
            let watch = Watch()
            do {
                try await once(watch, onBytes)
                reachability.note(url, hasAnswered: true)
                return
            } catch let error as ScriberrError where error.code == .downloadFailed && error.disposition == .transient {
                // Progress earns new tries: a connection that is cut now and then still gets there.
                failures = (part.size ?? 0) > before ? 1 : failures + 1
                hasAnswered = hasAnswered || watch.hasAnswered
                guard failures < (hasAnswered ? limits.triesMax : limits.unansweredTriesMax) else {
                    reachability.note(url, hasAnswered: hasAnswered)
                    throw error
                }
                part.cleanUp(keepsResumable: true)
                try await ContinuousClock().sleep(for: limits.pause * failures)
            }
        }
    }

    /// One request, from wherever the part ends.
    private func once(_ watch: Watch, _ onBytes: @escaping OnBytes) async throws {
        let resume = part.resumable(from: url)
        if let resume, resume.bytes == source.sizeBytes { return }
        do {
            try await guarded(by: watch) {
                let response = try await client.execute(request(resume), deadline: .distantFuture)
                watch.noted()
                let offset = try accept(response, resume)
                try await receive(response, from: offset, watch, onBytes)
            }
        } catch let error as ScriberrError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try Task.checkCancellation()
            throw failure("The model could not be downloaded: the connection failed.", .transient, "\(address): \(error)")
        }
    }

    private func request(_ resume: (bytes: Int64, validator: String)?) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "user-agent", value: "scriberr")
        request.headers.add(name: "accept-encoding", value: "identity")
        if let resume {
            request.headers.add(name: "range", value: "bytes=\(resume.bytes)-")
            request.headers.add(name: "if-range", value: resume.validator)
        }
        return request
    }

    // MARK: Answers

    /// Where the body belongs; throws when it is not what was asked for.
    private func accept(_ response: HTTPClientResponse, _ resume: (bytes: Int64, validator: String)?) throws -> Int64 {
        switch response.status.code {
        case 200:
            part.cleanUp(keepsResumable: false)
            try part.remember(url: url, validator: validator(response.headers))
            try checkTotal(length(response.headers))
            return 0
        case 206:
            guard let resume, let range = ContentRange(response.headers.first(name: "content-range")), range.start == resume.bytes
            else {
                part.cleanUp(keepsResumable: false)
                throw failure("The model server sent another part than was asked for.", .transient, address)
            }
            try checkTotal(range.total)
            return resume.bytes
        case 416:
            part.cleanUp(keepsResumable: false)
            throw failure("The model server has no such part of the file.", .transient, address)
        case 408, 425, 429, 500...599:
            throw failure("The model server is not able to answer now.", .transient, "\(address): status \(response.status.code)")
        default:
            throw failure("The model server does not have this file.", .permanent, "\(address): status \(response.status.code)")
        }
    }

    private func checkTotal(_ total: Int64?) throws {
        guard let total, let known = source.sizeBytes, total != known else { return }
        part.cleanUp(keepsResumable: false)
        throw failure(
            "The model server has another version of \(source.file) than we know.",
            .permanent,
            "\(address): \(total) bytes instead of \(known)"
        )
    }

    private func receive(
        _ response: HTTPClientResponse,
        from offset: Int64,
        _ watch: Watch,
        _ onBytes: @escaping OnBytes
    ) async throws {
        let total = source.sizeBytes ?? length(response.headers).map { $0 + (response.status.code == 206 ? offset : 0) }
        let bytesMax = total ?? limits.unknownSizeBytesMax
        let sink = try PartSink(part.path, appending: offset > 0)
        try sink.checkOffset(offset)
        for try await buffer in response.body {
            try Task.checkCancellation()
            watch.noted()
            let count = try sink.write(buffer)
            guard count <= bytesMax else {
                part.cleanUp(keepsResumable: false)
                throw failure("The model server sent more than the file's length.", .permanent, address)
            }
            onBytes(count, total)
        }
        guard total.map({ sink.count == $0 }) ?? true else {
            throw failure("The model's download was cut.", .transient, "\(address): \(sink.count) of \(total ?? 0) bytes")
        }
        try sink.synchronize()
    }

    private func length(_ headers: HTTPHeaders) -> Int64? { headers.first(name: "content-length").flatMap { Int64($0) } }

    /// What the server calls this version; a weak mark does not promise the same bytes.
    private func validator(_ headers: HTTPHeaders) -> String? {
        if let tag = headers.first(name: "etag"), !tag.hasPrefix("W/") { return tag }
        return headers.first(name: "last-modified")
    }

    private func failure(_ message: String, _ disposition: ScriberrError.Disposition, _ detail: String) -> ScriberrError {
        ScriberrError(.downloadFailed, message, disposition: disposition, detail: detail)
    }

    // MARK: Stalls

    /// Runs `body` and gives up when it notes nothing for too long.
    private func guarded(by watch: Watch, _ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    let left = (watch.hasAnswered ? limits.stall : min(limits.answer, limits.stall)) - watch.quiet
                    guard left > .zero else { break }
                    try await ContinuousClock().sleep(for: left)
                }
                let fault = watch.hasAnswered ? "sent nothing for too long" : "does not answer"
                throw failure("The model server \(fault).", .transient, address)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// When something was last heard.
final class Watch: Sendable {
    private let heard = Mutex((last: ContinuousClock.now, isAny: false))
    func noted() { heard.withLock { $0 = (.now, true) } }
    var quiet: Duration { ContinuousClock.now - heard.withLock { $0.last } }
    /// Whether anything was heard at all.
    var hasAnswered: Bool { heard.withLock { $0.isAny } }
}

/// `bytes 100-199/200`
struct ContentRange: Equatable {
    var start: Int64
    var total: Int64?

    init?(_ text: String?) {
        guard let text, text.hasPrefix("bytes ") else { return nil }
        let halves = text.dropFirst(6).split(separator: "/")
        guard halves.count == 2, let first = halves[0].split(separator: "-").first, let start = Int64(first) else { return nil }
        self.start = start
        total = Int64(halves[1])
    }
}

/// The part on its way to the disk.
private final class PartSink {
    private var sink: FileSink

    init(_ path: String, appending: Bool) throws { sink = try FileSink(path, appending: appending) }

    var count: Int64 { sink.count }

    func checkOffset(_ offset: Int64) throws {
        guard sink.count == offset else { throw storageError(EIO, "part of \(sink.count) bytes, expected \(offset)") }
    }

    func write(_ buffer: ByteBuffer) throws -> Int64 {
        try buffer.withUnsafeReadableBytes { try sink.write($0) }
        return sink.count
    }

    func synchronize() throws { try sink.synchronize() }
}
