import ScriberrCore
import Testing

@Suite struct RedactorTests {
    @Test(arguments: [
        (
            "open /tmp/private/model.bin failed api_key=secret-value",
            "open [redacted-path] failed api_key=[redacted]"
        ),
        ("load /Users/x/a.wav failed token=secret", "load [redacted-path] failed token=[redacted]"),
        ("C:\\Users\\me\\a.wav is gone", "[redacted-path] is gone"),
        ("read D:/data/a.wav: denied", "read [redacted-path]: denied"),
        ("open \"/Users/Jane Doe/talk.wav\" failed", "open \"[redacted-path]\" failed"),
        ("open /Users/Jane Doe/talk.wav failed", "open [redacted-path] failed"),
        ("stat:/var/lib/x", "stat:[redacted-path]"),
        ("~/models/a.onnx missing", "[redacted-path] missing"),
        ("../secret/a.wav", "[redacted-path]"),
        ("data/uploads/x is missing", "[redacted-path] is missing"),
        ("uploads/x.wav is missing", "[redacted-path] is missing"),
        ("file:///tmp/a.wav", "[redacted-path]"),
        ("\\\\server\\share\\a.wav", "[redacted-path]"),
        ("first\n/tmp/a\nlast", "first\n[redacted-path]\nlast"),
    ])
    func `paths become a mark`(_ text: String, _ expected: String) {
        #expect(Redactor.redact(text) == expected)
    }

    @Test(arguments: [
        ("Authorization: Bearer abc.def.ghi", "Authorization: [redacted]"),
        ("sent Bearer abcdef123456 to it", "sent Bearer [redacted] to it"),
        ("token: abc", "token: [redacted]"),
        (#"{"token":"abc","n":1}"#, #"{"token":"[redacted]","n":1}"#),
        (#"{"api_key": "a\"b", "n": 1}"#, #"{"api_key": "[redacted]", "n": 1}"#),
        ("HF_TOKEN=hf_abcdefgh1234", "HF_TOKEN=[redacted]"),
        ("APIKEY=\"two words\" set", "APIKEY=[redacted] set"),
        ("password=x", "password=[redacted]"),
        ("got sk_0123456789abcdef back", "got [redacted] back"),
        ("got rt_0123456789abcdef", "got [redacted]"),
        ("key sk-proj-abcdefghijkl", "key [redacted]"),
        ("postgres://me:pw@db.example/x", "postgres://[redacted]@db.example/x"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "[redacted]"),
    ])
    func `secrets become a mark`(_ text: String, _ expected: String) {
        #expect(Redactor.redact(text) == expected)
    }

    @Test(arguments: [
        "audio/wav", "yes and/or no", "type application/json; charset=utf-8", "see https://example.org/help/page.html now",
        "2026/11/24", "4 km/h", "video/x-matroska is fine", "", "line one\nline two", "1 / 2",
        "The model `whisper-base` is missing.",
    ])
    func `what only looks like a secret stays`(_ text: String) {
        #expect(Redactor.redact(text) == text)
    }

    @Test func `redacting twice changes nothing more`() {
        let once = Redactor.redact("open /tmp/a b/c.wav token=x Bearer abcdefgh password: y")
        #expect(Redactor.redact(once) == once)
    }
}
