import HTTPTypes
import Logging
import ScriberrCore
import ScriberrServices

extension Dispatcher {
    /// The answer to a read that a route has at once, and whose client is known at once; nil leaves it to ``respond(to:_:_:)``,
    /// which also words every failure.
    @Sendable func answerAtOnce(_ head: HTTPRequest) -> Answer? {
        guard let target = head.path, target.utf8.first == UInt8(ascii: "/") else { return nil }
        let start = ContinuousClock.now
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = mark.map { String(target[..<$0]) } ?? target
        guard case .found(let route, let parameters) = routes.match(head.method, path: path), let run = route.atOnce,
            case .scoped(let scope, _) = route.endpoint
        else { return nil }
        let query = mark.map { queryParameters(target[target.utf8.index(after: $0)...]) } ?? [:]
        do {
            let found: (answer: Answer, principal: Principal)? = try server.services.glimpse { glimpse in
                guard let principal = try server.authenticator.authenticate(glimpse, head.headerFields) else { return nil }
                try principal.require(scope)
                let glance = Glance(parameters: parameters, query: query, server: server, glimpse: glimpse)
                return try run(glance, principal).map { ($0, principal) }
            }
            guard let (found, principal) = found else { return nil }
            var answer = found
            let requestID = makeRequestID(from: head.headerFields[.requestID])
            decorate(&answer, for: head, requestID: requestID)
            if logger.logLevel <= .debug {
                var metadata = requestMetadata(method: head.method, path: route.pattern.text, answer, since: start, principal)
                (metadata["request_id"], metadata["at_once"]) = ("\(requestID)", "true")
                logger.debug("api request", metadata: metadata)
            }
            return answer
        } catch {
            // The usual way meets the same failure, and answers and logs it.
            return nil
        }
    }
}
