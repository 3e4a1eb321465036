extension ServerWorld {
    /// Makes another account as `admin` and answers a client that is signed in to it, and the account's id.
    func other(_ admin: TestClient, _ name: String = "bob", role: String = "user") async throws -> (
        client: TestClient, id: String
    ) {
        let account = #"{"username":"\#(name)","password":"battery staple","role":"\#(role)"}"#
        let id = try await admin.send("POST", "/api/v1/admin/users", json: account)["id"] ?? ""
        return (try await signIn(name), id)
    }

    /// A client that is signed in to an account that ``other(_:_:role:)`` made.
    func signIn(_ name: String, password: String = "battery staple") async throws -> TestClient {
        let json = #"{"username":"\#(name)","password":"\#(password)"}"#
        return anonymous.bearing(try await anonymous.send("POST", "/api/v1/auth/login", json: json)["access_token"] ?? "")
    }
}
