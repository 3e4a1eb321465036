import HTTPTypes
import Testing

@testable import ScriberrServer

@Suite struct RouteMatching {
    private static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/things"), (.post, "/things"), (.post, "/things:import"), (.get, "/things/{id}"), (.delete, "/things/{id}"),
        (.post, "/things/{id}:cancel"), (.get, "/things/{id}/parts/{part}"),
    ]

    private let table = RouteTable<String>(
        Self.routes.map { (method: $0.0, pattern: RoutePattern($0.1), target: "\($0.0.rawValue) \($0.1)") }
    )

    private func found(_ method: HTTPRequest.Method, _ path: String) -> String? {
        if case .found(let target, let parameters) = table.match(method, path: path) {
            return ([target] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
        }
        return nil
    }

    private func allowed(_ method: HTTPRequest.Method, _ path: String) -> [String]? {
        if case .methodNotAllowed(let methods) = table.match(method, path: path) { return methods.map(\.rawValue) }
        return nil
    }

    @Test func `paths lead to their routes`() {
        #expect(found(.get, "/things") == "GET /things")
        #expect(found(.head, "/things") == "GET /things")
        #expect(found(.post, "/things:import") == "POST /things:import")
        #expect(found(.get, "/things/t_1") == "GET /things/{id} id=t_1")
        #expect(found(.post, "/things/t_1:cancel") == "POST /things/{id}:cancel id=t_1")
        #expect(found(.post, "/things/t_1%3Acancel") == "POST /things/{id}:cancel id=t_1")
        #expect(found(.get, "/things/a%20b/parts/2") == "GET /things/{id}/parts/{part} id=a b part=2")
    }

    @Test func `a known path tells its methods`() {
        #expect(allowed(.put, "/things") == ["GET", "HEAD", "OPTIONS", "POST"])
        #expect(allowed(.get, "/things/t_1:cancel") == ["OPTIONS", "POST"])
        #expect(allowed(.post, "/things/t_1") == ["DELETE", "GET", "HEAD", "OPTIONS"])
    }

    @Test(arguments: [
        "/", "", "/other", "/things/", "/things/t_1/", "/things/t_1:unknown", "/things:unknown", "/things/t_1:", "/things/%zz",
        "/things/a:b/parts/1", "things",
    ])
    func `other paths lead nowhere`(_ path: String) {
        guard case .unknown = table.match(.get, path: path) else {
            Issue.record("\(path) leads somewhere")
            return
        }
    }
}
