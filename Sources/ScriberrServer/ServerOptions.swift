import NIOCore
import ScriberrCore

/// How the server listens, what it allows and how patient it is.
package struct ServerOptions: Sendable {
    /// The address to listen on.
    package var host = "0.0.0.0"
    /// The port; 0 for any free one.
    package var port = 8_080
    /// Origins that browsers may call from, matched exactly. `*` is not understood: credentials travel.
    package var allowedOrigins: Set<String> = []
    /// Signs access tokens. At least 32 bytes.
    package var tokenSecret: [UInt8]
    /// How long an access token is good for.
    package var accessTokenLifetime: Duration = .seconds(24 * 3_600)
    /// Who may say for whom a request is made; nobody as a rule.
    package var trustedProxies = TrustedProxies()
    /// Whether browsers get their session's cookies for HTTPS only.
    package var secureCookies = false
    /// A folder to serve the web page from instead of the program's own copy, for working on it.
    package var webFolder: String?
    /// Where clients are sent for recordings: scheme, host and port; nil when they get them from here.
    package var mediaOrigin: String?
    /// The largest JSON body in bytes.
    package var jsonBytesMax = 1 << 20
    /// The largest header block in bytes.
    package var headerBytesMax = 64 * 1_024
    /// Connections that are served at once; more wait in the listen queue.
    package var connectionsMax = 4_096
    /// A connection is closed when a request's headers or more of its body do not come for so long.
    package var readTimeout: Duration = .seconds(60)
    /// A connection is closed when its peer takes nothing for so long.
    package var writeTimeout: Duration = .seconds(30)
    /// How long the rest of a refused body is read, so that the client gets to see the answer.
    package var lingerTimeout: Duration = .seconds(3)
    /// How long requests and answers under way may go on when the server stops.
    package var drainTimeout: Duration = .seconds(5)
    /// The silence after which an event stream sends a comment.
    package var heartbeatInterval: Duration = .seconds(25)
    /// The names of others' models under which ours are asked for.
    package var modelAliases = ModelAliases()
    /// Whether programs on this machine may use the OpenAI and whisper-asr-webservice routes without a key.
    package var admitsLocalGuests = false
    /// The longest wait that `?wait=` may ask for.
    package var longPollMax: Duration = .seconds(60)

    /// Usual values around a secret.
    package init(tokenSecret: [UInt8]) { self.tokenSecret = tokenSecret }
}

extension Duration {
    var timeAmount: TimeAmount { .nanoseconds(Int64(min(inSeconds * 1e9, 9e18))) }
}
