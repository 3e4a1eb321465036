extension ServerWorld {
    /// A client without credentials.
    var anonymous: TestClient { TestClient(port: port) }

    /// Registers the first account and answers a client that is signed in, with its tokens.
    func register(_ name: String = "alice") async throws -> (client: TestClient, tokens: TestAnswer) {
        let json = #"{"username":"\#(name)","password":"correct horse","confirm_password":"correct horse"}"#
        let tokens = try await anonymous.send("POST", "/api/v1/auth/register", json: json)
        return (anonymous.bearing(tokens["access_token"] ?? ""), tokens)
    }

    /// A client that is signed in.
    func signedIn() async throws -> TestClient { try await register().client }
}

extension TestClient {
    /// Uploads a recording and answers its id.
    func upload(_ content: [UInt8] = TestForm.recording(), title: String? = nil) async throws -> String {
        var form = TestForm().file(content)
        if let title { form = form.field("title", title) }
        return try await send(form: form, to: "/api/v1/files")["id"] ?? ""
    }

    /// Queues a job for a new recording and answers its id.
    func job() async throws -> String {
        let file = try await upload()
        return try await send("POST", "/api/v1/transcriptions", json: #"{"file_id":"\#(file)"}"#)["id"] ?? ""
    }
}
