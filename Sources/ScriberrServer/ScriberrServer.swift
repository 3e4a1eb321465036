import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ScriberrCore
package import ScriberrServices
import ServiceLifecycle

/// The HTTP server: binds, serves until it is asked to stop, and stops without leaving an answer half written.
///
/// At graceful shutdown the event streams end first; then the listening socket closes, answers under way are finished and idle
/// connections closed. Requests and answers that are not done after ``ServerOptions/drainTimeout`` are cut off. ``run()`` returns
/// when the last connection is gone.
package final class ScriberrServer: Service {
    private let options: ServerOptions
    private let logger: Logger
    private let dispatcher: Dispatcher
    private let streams: StreamRegistry
    private let connections = OpenConnections()
    private let bound = BoundPort()
    /// For answers to requests that were given up.
    private static let lastWords = Duration.seconds(1)

    /// Prepares the routes. Nothing listens before ``run()``.
    package init(
        options: ServerOptions,
        services: Services,
        logger: Logger,
        clock: any WallClock = SystemWallClock()
    ) async {
        self.options = options
        self.logger = logger
        streams = StreamRegistry()
        let origins = CORSPolicy(allowed: options.allowedOrigins)
        let tokens = await AccessTokens(secret: options.tokenSecret, lifetime: options.accessTokenLifetime, clock: clock)
        let parts = ServerParts(
            options: options,
            services: services,
            authenticator: Authenticator(
                services: services,
                tokens: tokens,
                addresses: SignedAddresses(secret: options.tokenSecret, clock: clock),
                origins: origins,
                options: options
            ),
            origins: origins,
            streams: streams,
            connections: connections
        )
        services.events.addListener(parts.audience)
        dispatcher = Dispatcher(
            server: parts,
            routes: RouteTable(
                (Route.all + Route.openAI + Route.asrWebService).map { (method: $0.method, pattern: $0.pattern, target: $0) }
            ),
            origins: origins,
            logger: logger
        )
    }

    /// The port that is listened on, as soon as it is. Throws when the server ends without listening.
    package var port: Int {
        get async throws { try await bound.value }
    }

    /// How many event streams and long polls are open.
    package var openStreams: Int { streams.count }

    /// How many event streams keep up and are told of events together.
    package var followingStreams: Int { dispatcher.server.audience.followerCount }

    /// Serves until graceful shutdown. Throws `SERVICE_UNAVAILABLE` when the address cannot be listened on.
    package func run() async throws {
        let server = Server(
            childChannelSetup: HTTP1Channel(
                responder: { [dispatcher] request, writer, channel in
                    try await dispatcher.respond(to: request, writer, channel)
                },
                configuration: channelConfiguration
            ),
            configuration: ServerConfiguration(
                address: .hostname(options.host, port: options.port),
                backlog: 1_024,
                availableConnectionsDelegate: .maximum(options.connectionsMax, logger: logger)
            ),
            onServerRunning: { [bound] channel in bound.set(channel.localAddress?.port ?? 0) },
            eventLoopGroup: EventLoopGroupProvider.singleton.eventLoopGroup,
            logger: logger
        )
        defer { bound.fail() }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await self.cutOffLate() }
                defer { group.cancelAll() }
                try await listen(server)
            }
        } onGracefulShutdown: { [streams, logger] in
            logger.info("Shutting down server")
            streams.close()
        }
    }

    private func listen(_ server: Server<HTTP1Channel>) async throws {
        do {
            try await server.run()
        } catch let error where !(error is CancellationError) {
            throw ScriberrError(
                .serviceUnavailable,
                "Cannot listen on \(options.host):\(options.port). Check HOST, and whether the port is taken.",
                detail: "\(error)"
            )
        }
    }

    /// Ends what is still under way a while after the shutdown began. Canceled when there is nothing left to end.
    private func cutOffLate() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: options.drainTimeout)
            connections.giveUp()
            try await Task.sleep(for: Self.lastWords)
            connections.closeAll()
        } catch {
            // The last connection was gone before.
        }
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let (options, logger, connections, dispatcher) = (options, logger, connections, dispatcher)
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                RequestGuard(patience: options.readTimeout, linger: options.lingerTimeout, logger: logger),
                ReceiveRoom(),
                WriteDeadline(limit: options.writeTimeout),
                ConnectionNote(connections),
                DirectAnswers(answer: dispatcher.answerAtOnce),
            ]
        )
        configuration.httpDecoder.maxHeaderListSize = options.headerBytesMax
        configuration.httpDecoder.maxHeaderFieldSize = options.headerBytesMax
        configuration.httpDecoder.maxHeaderFieldCount = 128
        return configuration
    }
}
