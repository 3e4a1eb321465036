import ScriberrTestSupport
import Testing

/// Runs `body` with a server that has an account, and expects the server to stop in order afterwards.
func withServer(
    environment: [String: String] = [:],
    _ body: (ServerProcess, APIClient) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let server = ServerProcess(folder: folder, environment: environment)
        let client = try await APIClient.registered(at: server.start())
        do { try await body(server, client) } catch {
            _ = await server.stop()
            throw error
        }
        #expect(await server.stop() == 0)
    }
}
