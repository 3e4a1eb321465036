import ScriberrTranscript
import Testing

@Suite struct FileNameTests {
    @Test(arguments: [
        ("My talk", "My talk"), ("a/b\\c", "a_b_c"), ("../../etc", "_.._etc"), (".hidden.", "hidden"),
        ("a: <b> \"c\"|?*", "a_ _b_ _c____"), ("bell\u{7}", "bell_"), ("con", "_con"), ("LPT1.x", "_LPT1.x"),
        ("console", "console"), ("txt\u{202E}exe", "txtexe"), ("Ünï 語", "Ünï 語"),
    ])
    func `what people wrote becomes a name everywhere`(_ title: String, _ name: String) {
        #expect(FileName.clean(title, bytesMax: 200) == name)
    }

    @Test(arguments: ["", "...", " . ", "\u{202E}"]) func `nothing is left of nothing`(_ title: String) {
        #expect(FileName.clean(title, bytesMax: 200) == nil)
    }

    @Test func `a name is cut between characters`() {
        #expect(FileName.clean(String(repeating: "ü", count: 300), bytesMax: 181)?.utf8.count == 180)
        #expect(FileName.clean(String(repeating: "a", count: 300), charactersMax: 120, bytesMax: 200)?.count == 120)
    }
}
