import HTTPTypes

/// Which route a path leads to. Answers in time proportional to the path's segments, whatever the number of routes.
///
/// A segment with a colon never matches a plain parameter: `tr_1:unknown` is an unknown verb, not an id.
struct RouteTable<Target: Sendable>: Sendable {
    /// What a path and method lead to.
    enum Match: Sendable {
        /// This target, with the path's parameters.
        case found(Target, parameters: [String: String])
        /// The path exists; it knows these methods only.
        case methodNotAllowed([HTTPRequest.Method])
        /// The path does not exist.
        case unknown
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let targets: [String: [HTTPRequest.Method: (target: Target, names: [String])]]

        init(_ routes: [Entry], depth: Int) {
            var byLiteral: [String: [Entry]] = [:]
            var byParameter: [Entry] = []
            var targets: [String: [HTTPRequest.Method: (target: Target, names: [String])]] = [:]
            for route in routes {
                guard depth < route.pattern.segments.count else {
                    targets[route.pattern.verb ?? "", default: [:]][route.method] = (route.target, route.pattern.parameterNames)
                    continue
                }
                switch route.pattern.segments[depth] {
                case .literal(let text): byLiteral[text, default: []].append(route)
                case .parameter: byParameter.append(route)
                }
            }
            self.targets = targets
            literals = byLiteral.mapValues { Node($0, depth: depth + 1) }
            parameter = byParameter.isEmpty ? nil : Node(byParameter, depth: depth + 1)
        }
    }

    private struct Entry {
        var method: HTTPRequest.Method
        var pattern: RoutePattern
        var target: Target
    }

    private let root: Node

    /// Makes a table. Of two routes with the same method and path the later counts.
    init(_ routes: [(method: HTTPRequest.Method, pattern: RoutePattern, target: Target)]) {
        root = Node(routes.map { Entry(method: $0.method, pattern: $0.pattern, target: $0.target) }, depth: 0)
    }

    /// Looks up a path without query. HEAD leads where GET does.
    func match(_ method: HTTPRequest.Method, path: String) -> Match {
        guard path.hasPrefix("/") else { return .unknown }
        var node = root
        var values: [String] = []
        var verb = ""
        let pieces = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            guard let segment = decodedSegment(piece) else { return .unknown }
            if let next = node.literals[segment] {
                node = next
            } else if let next = node.parameter, !segment.isEmpty {
                let colon = segment.utf8.firstIndex(of: UInt8(ascii: ":"))
                guard colon == nil || index == pieces.count - 1 else { return .unknown }
                verb = colon.map { String(segment[$0...].dropFirst()) } ?? ""
                if colon != nil, verb.isEmpty { return .unknown }
                values.append(colon.map { String(segment[..<$0]) } ?? segment)
                node = next
            } else {
                return .unknown
            }
        }
        return node.targets[verb].map { choose(method, $0, values) } ?? .unknown
    }

    private func choose(
        _ method: HTTPRequest.Method,
        _ targets: [HTTPRequest.Method: (target: Target, names: [String])],
        _ values: [String]
    ) -> Match {
        if let hit = targets[method] ?? (method == .head ? targets[.get] : nil) {
            return .found(hit.target, parameters: Dictionary(zip(hit.names, values)) { first, _ in first })
        }
        var methods = targets.keys.map(\.self)
        if methods.contains(.get) { methods.append(.head) }
        return .methodNotAllowed((methods + [.options]).sorted { $0.rawValue < $1.rawValue })
    }

    private func decodedSegment(_ piece: Substring.UTF8View) -> String? {
        guard piece.contains(UInt8(ascii: "%")) else { return String(Substring(piece)) }
        return percentDecoded(Substring(piece)).flatMap { String(validating: $0, as: UTF8.self) }
    }
}

extension RoutePattern {
    var parameterNames: [String] {
        segments.compactMap { segment in
            if case .parameter(let name) = segment { name } else { nil }
        }
    }
}
