import ScriberrServices
import Testing

@Suite struct JSONGrammarTests {
    @Test(arguments: [
        "{}", "[]", " [ ] ", "0", "-0", "-1.5e+10", "12E-3", "\"\"", "true", "false", "null", "\u{FEFF}{}", "\t\r\n{ }\n",
        #"{"a":{"b":[1,[],{}],"c":"\u00e9\n\\"},"d":null}"#, #"["ünï 日本", "\ud83d\ude00"]"#,
        String(repeating: "[", count: 5_000) + String(repeating: "]", count: 5_000),
    ])
    func `JSON is told as such`(_ text: String) {
        #expect(JSONGrammar.holds(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1", #"{"a":1,}"#, "[1,]", "[,]", "[,1]", #"{"a":1,,"b":2}"#, #"{,"a":1}"#, #"{"a" 1}"#,
        #"{"a":}"#, #"{"a"}"#, #"{"a":1 "b":2}"#, "{a:1}", "{'a':1}", "[1}", #"{"a":1]"#, "01", "-", "+1", ".5", "1.", "1e",
        "1e+", "0x1", "NaN", "Infinity", "nul", "truex", "\"", #""\x41""#, #""\u12g4""#, #""\u12"#, "\"a\tb\"", "\"a\nb\"",
        "{} {}", "{};", "/**/{}", "{}//", "\u{B}{}", "{}\0", "\u{FEFF}\u{FEFF}{}", "\u{A0}{}",
    ])
    func `what is only nearly JSON is not`(_ text: String) {
        #expect(!JSONGrammar.holds(Array(text.utf8)))
    }
}
