import NIOCore

/// Takes a `multipart/form-data` body apart while it arrives (RFC 2046 section 5.1, RFC 7578).
///
/// Bytes go in as they come from the network, in pieces of any length; events come out. It holds back at most a delimiter's
/// length of content, so memory does not grow with a part. A value type without I/O: whoever drives it decides what to wait for.
struct MultipartParser {
    /// What was found, in the order of the body.
    enum Event: Hashable, Sendable {
        /// A part starts.
        case partBegan(MultipartHeaders)
        /// More of the present part's content; never empty.
        case content(ByteBufferView)
        /// The present part is complete.
        case partEnded
        /// The closing delimiter was read. What follows is ignored.
        case bodyEnded
    }

    /// Bounds on what a body may ask for. The length of contents is the driver's business.
    struct Limits: Hashable, Sendable {
        /// Bytes before the first delimiter.
        var preambleBytes = 64 * 1_024
        /// Bytes of one part's header block.
        var headerBytes = 16 * 1_024
        /// Header fields of one part.
        var headerFields = 32
        /// Parts of the body.
        var parts = 64
        /// Blanks between a delimiter and its line end.
        var paddingBytes = 128

        /// The usual bounds.
        init() {}
    }

    private enum State {
        case preamble, headers, content, epilogue
    }

    private let delimiter: ByteSearch
    private static let headersEnd = ByteSearch([13, 10, 13, 10])
    private let limits: Limits
    private var state = State.preamble
    private var held: [UInt8]
    private var preambleBytes = 0
    private var parts = 0

    /// Starts at the first byte of a body whose parts are set apart by `boundary`.
    init(boundary: String, limits: Limits = Limits()) {
        delimiter = ByteSearch(Array("\r\n--\(boundary)".utf8))
        self.limits = limits
        // The first delimiter needs no line end before it; one is pretended.
        held = Array("\r\n".utf8)
    }

    /// Whether the closing delimiter was read.
    var isComplete: Bool { state == .epilogue }

    /// Takes the next bytes of the body and appends what they complete to `events`.
    mutating func feed(_ bytes: ByteBuffer, into events: inout [Event]) throws(MultipartError) {
        if state == .epilogue { return }
        var rest = behindHeld(bytes)
        held = []
        while true {
            let next: ByteBufferView?
            switch state {
            case .preamble: next = try skipPreamble(rest)
            case .headers: next = try readHeaders(rest, &events)
            case .content: next = try readContent(rest, &events)
            case .epilogue: return
            }
            guard let next else { return }
            rest = next
        }
    }

    /// Says that no more bytes come. Throws when the closing delimiter was not among them.
    func finish() throws(MultipartError) {
        if !isComplete { throw .truncated }
    }

    /// The bytes behind those that wait for more.
    private func behindHeld(_ bytes: ByteBuffer) -> ByteBufferView {
        if held.isEmpty { return bytes.readableBytesView }
        var all = ByteBuffer()
        all.reserveCapacity(held.count + bytes.readableBytes)
        all.writeBytes(held)
        all.writeImmutableBuffer(bytes)
        return all.readableBytesView
    }

    private mutating func skipPreamble(_ bytes: ByteBufferView) throws(MultipartError) -> ByteBufferView? {
        let found = try findDelimiter(bytes)
        preambleBytes += found.contentEnd - bytes.startIndex
        guard preambleBytes <= limits.preambleBytes else { throw .malformed("preamble too long") }
        return enter(found, bytes)
    }

    private mutating func readContent(
        _ bytes: ByteBufferView,
        _ events: inout [Event]
    ) throws(MultipartError) -> ByteBufferView? {
        let found = try findDelimiter(bytes)
        let content = bytes[bytes.startIndex..<found.contentEnd]
        if !content.isEmpty { events.append(.content(content)) }
        if found.kind != nil { events.append(.partEnded) }
        if found.kind == .closing { events.append(.bodyEnded) }
        return enter(found, bytes)
    }

    /// Moves on behind a delimiter, or keeps what may be the beginning of one.
    private mutating func enter(_ found: DelimiterSearch, _ bytes: ByteBufferView) -> ByteBufferView? {
        switch found.kind {
        case .next:
            state = .headers
            return bytes[found.resume...]
        case .closing:
            state = .epilogue
            return nil
        case nil:
            held = Array(bytes[found.resume...])
            return nil
        }
    }

    private mutating func readHeaders(
        _ bytes: ByteBufferView,
        _ events: inout [Event]
    ) throws(MultipartError) -> ByteBufferView? {
        // The delimiter's own line end is still there, so a part without headers starts with an empty line as well.
        guard let end = bytes.firstIndex(of: Self.headersEnd) else {
            guard bytes.count <= limits.headerBytes else { throw .malformed("part headers too long") }
            held = Array(bytes)
            return nil
        }
        guard end - bytes.startIndex <= limits.headerBytes else { throw .malformed("part headers too long") }
        parts += 1
        guard parts <= limits.parts else { throw .malformed("too many parts") }
        let headers = try MultipartHeaders(block: Array(bytes[bytes.startIndex..<end])[...], maximum: limits.headerFields)
        events.append(.partBegan(headers))
        state = .content
        return bytes[(end + 4)...]
    }
}

extension MultipartParser {
    private enum DelimiterKind {
        case next, closing
    }

    private struct DelimiterSearch {
        /// Content ends here.
        var contentEnd: Int
        /// Where to go on: behind the delimiter, or at what has to wait for more bytes.
        var resume: Int
        var kind: DelimiterKind?
    }

    private func findDelimiter(_ bytes: ByteBufferView) throws(MultipartError) -> DelimiterSearch {
        var from = bytes.startIndex
        while let candidate = delimiter.firstIndex(in: bytes, from: from) {
            guard candidate + delimiter.pattern.count <= bytes.endIndex else {
                return DelimiterSearch(contentEnd: candidate, resume: candidate)
            }
            switch try classify(bytes[(candidate + delimiter.pattern.count)...]) {
            case .closing: return DelimiterSearch(contentEnd: candidate, resume: bytes.endIndex, kind: .closing)
            case .next(let lineEnd): return DelimiterSearch(contentEnd: candidate, resume: lineEnd, kind: .next)
            case .undecided: return DelimiterSearch(contentEnd: candidate, resume: candidate)
            case .content: from = candidate + 1
            }
        }
        return DelimiterSearch(contentEnd: bytes.endIndex, resume: bytes.endIndex)
    }

    private enum Follower {
        case closing
        case next(lineEnd: Int)
        case content
        case undecided
    }

    /// Tells a delimiter from content that only starts like one, by what follows it.
    private func classify(_ bytes: ByteBufferView) throws(MultipartError) -> Follower {
        guard let first = bytes.first else { return .undecided }
        if first == UInt8(ascii: "-") {
            guard bytes.count >= 2 else { return .undecided }
            return bytes[bytes.startIndex + 1] == UInt8(ascii: "-") ? .closing : .content
        }
        let lineEnd = bytes.firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } ?? bytes.endIndex
        guard lineEnd - bytes.startIndex <= limits.paddingBytes else { throw .malformed("delimiter line too long") }
        guard lineEnd < bytes.endIndex else { return .undecided }
        guard bytes[lineEnd] == 13 else { return .content }
        guard lineEnd + 1 < bytes.endIndex else { return .undecided }
        return bytes[lineEnd + 1] == 10 ? .next(lineEnd: lineEnd) : .content
    }
}

/// Why a multipart body was refused.
enum MultipartError: Error, Hashable, Sendable {
    /// It breaks the rules or the bounds; the text names which, for logs.
    case malformed(String)
    /// It ended before its closing delimiter.
    case truncated
}
