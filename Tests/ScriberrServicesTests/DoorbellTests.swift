import Testing

@testable import ScriberrServices

@Suite(.timeLimit(.minutes(15)))
struct DoorbellTests {
    @Test func `a bell that was waited for in vain can be waited for again`() async {
        let bells = Doorbells()
        let bell = bells.listen("import")
        let clock = ContinuousClock()
        for _ in 0..<3 {
            let took = await clock.measure { await bell.wait(atMost: .milliseconds(50)) }
            #expect(took >= .milliseconds(45))
        }
        bells.ring("import")
        // Longer than any test may last: it returns because of the ring.
        await bell.wait(atMost: .seconds(36_000))
        #expect(await clock.measure { await bell.wait(atMost: .milliseconds(50)) } >= .milliseconds(45))
    }

    @Test func `a ring wakes those who wait for its name, once each`() async {
        let bells = Doorbells()
        let (rung, other) = (bells.listen("a"), bells.listen("b"))
        await withTaskGroup(of: String.self) { group in
            group.addTask {
                await rung.wait(atMost: .seconds(36_000))
                return "a"
            }
            group.addTask {
                await other.wait(atMost: .seconds(36_000))
                return "b"
            }
            bells.ring("a")
            #expect(await group.next() == "a")
            bells.ring("b")
            #expect(await group.next() == "b")
        }
    }
}
