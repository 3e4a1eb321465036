import ScriberrServices

extension SettingsReader {
    /// Where requests may go that somebody else chose the address of: webhooks, imports.
    mutating func outboundPolicy() -> OutboundPolicy {
        OutboundPolicy(allowsPrivateAddresses: bool("OUTBOUND_ALLOW_PRIVATE", default: false))
    }
}
