package import AsyncHTTPClient

extension HTTPClient {
    /// The client that fetches models. It tells at once that a host has no address or refuses, where the shared one tries again until
    /// the request's time is over: a job would hold its worker all the while on a machine without a network.
    package static let downloads: HTTPClient = {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()
}
