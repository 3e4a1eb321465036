import Crypto
import Foundation
import Logging
import ScriberrCore
import ScriberrStore
import ServiceLifecycle

/// Says on a shared database that this node is there and by which secret it signs, until the shutdown.
struct NodePresence: Service {
    private let database: any Database
    private let node: NodeRecord
    private let logger: Logger
    private static let interval = Duration.seconds(10)

    /// Announces the node. Throws ``SettingsError`` when a node that lives signs by another secret: what one answers, the other
    /// would refuse, and clients behind a balancer would be signed out at every other request.
    init(_ database: any Database, secret: String, logger: Logger) async throws {
        (self.database, self.logger) = (database, logger)
        let node = NodeRecord(
            id: .make(),
            host: ProcessInfo.processInfo.hostName,
            processID: Int(ProcessInfo.processInfo.processIdentifier),
            version: Version.current,
            secretPrint: Self.fingerprint(of: secret),
            startedAt: .now
        )
        self.node = node
        let since = Timestamp.now - ProcessParts.sharedDeadAfter
        let other = try await database.write { try NodeSQL.announce($0, node, seenSince: since) }
        guard let other else { return }
        throw SettingsError(problems: [
            "JWT_SECRET: the node \(other.processID) on \(other.host) uses the same database with another secret; give all nodes the "
                + "same JWT_SECRET. To change it, stop all of them first"
        ])
    }

    func run() async throws {
        // Ends when the wait between two signs is canceled by the shutdown.
        while (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: Self.interval) })) != nil {
            do {
                try await database.write { [node] in try NodeSQL.heartbeat($0, node, at: .now) }
            } catch {
                logger.debug("A sign of life could not be given", metadata: ["error": "\(error)"])
            }
        }
        do {
            try await database.write { [node] in try NodeSQL.leave($0, node.id) }
        } catch {
            // Others forget it by themselves.
            logger.debug("The node could not be taken off the list", metadata: ["error": "\(error)"])
        }
    }

    /// The same for the same secret, and no help in finding it.
    static func fingerprint(of secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array("scriberr: which secret a node signs by".utf8),
            using: SymmetricKey(data: Array(secret.utf8))
        )
        return code.prefix(16).map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined()
    }
}
