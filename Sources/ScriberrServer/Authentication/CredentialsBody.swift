import ScriberrServices

/// What somebody sends to make an account or to log in. A field that is missing counts as empty, and is refused as that.
struct CredentialsBody: Decodable {
    var username: String?
    var password: String?
    var confirmPassword: String?

    enum CodingKeys: String, CodingKey {
        case username, password
        case confirmPassword = "confirm_password"
    }
}

extension Call {
    func register(_ body: CredentialsBody) async throws -> Session {
        try await services.accounts.register(
            username: body.username ?? "",
            password: body.password ?? "",
            confirmation: body.confirmPassword ?? ""
        )
    }

    func login(_ body: CredentialsBody) async throws -> Session {
        try await services.accounts.login(username: body.username ?? "", password: body.password ?? "", address: address)
    }
}
