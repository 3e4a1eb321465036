import ScriberrTestSupport
import Testing

@testable import ScriberrTranscript

@Suite struct WordMatchingTests {
    private func matched(_ old: [String], _ new: [String]) -> [(old: Int, new: Int)] { WordMatching(old, new).pairs }

    @Test func `what is there in both is paired, in order`() {
        let pairs = matched(
            "a b c d e".split(separator: " ").map(String.init),
            "a x c e f".split(separator: " ").map(String.init)
        )
        #expect(pairs.map(\.old) == [0, 2, 4] && pairs.map(\.new) == [0, 2, 3])
        #expect(matched([], ["a"]).isEmpty && matched(["a"], []).isEmpty && matched([], []).isEmpty)
        #expect(matched(["a", "a"], ["a", "a", "a"]).count == 2)
    }

    @Test func `changes all over a long text leave the rest paired`() {
        // A language has few words, and all of them come again.
        var generator = SeededGenerator(3)
        let old = (0..<30_000).map { _ in "w\(Int.random(in: 0..<500, using: &generator))" }
        var new = old
        for place in stride(from: 100, to: new.count, by: 500) { new[place] = "new\(place)" }
        new.insert(contentsOf: ["one", "two"], at: 15_000)
        let pairs = matched(old, new)
        // Where a changed word lies between others that did not change, nothing else is lost.
        #expect(pairs.count == old.count - 60)
        #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.old < $1.old && $0.new < $1.new })
        #expect(pairs.allSatisfy { old[$0.old] == new[$0.new] })
    }

    @Test func `words made to be divided again and again end soon`() {
        // Behind each run that occurs once, another one does when it is looked at by itself.
        let old = (0..<12_000).flatMap { ["w\($0 + 1)", "w\($0 + 1)", "w\($0 + 1)", "w\($0)"] }
        let new = old.enumerated().flatMap { ["n\($0)", $1] }
        let pairs = matched(old, new)
        #expect(pairs.allSatisfy { old[$0.old] == new[$0.new] })
        #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.old < $1.old && $0.new < $1.new })
    }
}
