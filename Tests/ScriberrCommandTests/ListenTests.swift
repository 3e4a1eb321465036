import ScriberrTestSupport
import Testing

@testable import scriberr

@Suite struct ListenTests {
    @Test func `an address that cannot be listened on is named`() throws {
        #expect(ListenCheck.problem(host: "127.0.0.1", port: 0) == nil)
        #expect(ListenCheck.problem(host: "::1", port: 0)?.hasPrefix("PORT") != true)
        #expect(ListenCheck.problem(host: "localhost", port: 0) == nil)
        for host in ["no such host", "198.51.100.1"] {
            #expect(ListenCheck.problem(host: host, port: 0)?.hasPrefix("HOST: got \"\(host)\"") == true)
        }
        let taken = try TakenPort()
        #expect(ListenCheck.problem(host: "127.0.0.1", port: taken.number)?.hasPrefix("PORT: \(taken.number) is taken") == true)
        taken.giveBack()
        #expect(ListenCheck.problem(host: "127.0.0.1", port: taken.number) == nil)
    }
}
