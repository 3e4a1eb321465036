import Foundation
import ScriberrServices
import Testing

@Suite(.timeLimit(.minutes(15))) struct RetentionRoutes {
    private let path = "/api/v1/transcriptions"
    private let transcript = #"{"text":"hello","language":"en","segments":[],"words":[],"engine":{}}"#

    @Test func `rules given with a job are shown, previewed and kept to`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let kept = try await client.job()
            try await world.finish(kept, transcript)
            let file = try await client.upload(TestForm.recording(seed: 2))
            let rules = #"{"audio_days":null,"transcript_days":0,"delete_audio_after_success":true}"#
            let made = try await client.send("POST", path, json: #"{"file_id":"\#(file)","retention":\#(rules)}"#)
            #expect(made.status == 202)
            let job = try #require(made["id"])
            let shown = try await client.get("\(path)/\(job)/retention")
            #expect(shown["source"] == "job")
            #expect(shown.value("transcript_days") as? Int == 0)
            #expect(shown.value("delete_audio_after_success") as? Bool == true)
            #expect(try await client.get("/api/v1/retention/preview").items.isEmpty)

            try await world.finish(job, transcript)
            let due = try await client.get("/api/v1/retention/preview").items.map { $0["id"] as? String }
            #expect(Set(due) == [file, job])
            #expect(try await client.get("\(path)/\(job)").status == 200)
            _ = try await world.services.retention.sweep()
            #expect(try await client.get("\(path)/\(job)").failure == "404 NOT_FOUND")
            #expect(try await client.get("/api/v1/files/\(file)").failure == "404 NOT_FOUND")
            let gone = try await client.get("/api/v1/retention/deletions").items
            #expect(Set(gone.map { $0["reason"] as? String }) == ["after_success", "job_rules"])
            #expect(try await client.get(path).items.map { $0["id"] as? String } == [kept])
        }
    }

    @Test func `rules go along with a recording that is submitted`() async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let form = TestForm().field("retention", #"{"audio_days":3}"#).file(TestForm.recording())
            let job = try #require(try await client.send(form: form, to: "\(path):submit")["id"])
            let shown = try await client.get("\(path)/\(job)/retention")
            #expect(shown["source"] == "job")
            #expect(shown.value("audio_days") as? Int == 3)
            // Kept for longer or shorter, it is another job.
            let same = form.field("join_running", "true")
            #expect(try await client.send(form: same, to: "\(path):submit")["id"] == job)
            let other = TestForm().file(TestForm.recording()).field("join_running", "true")
            #expect(try await client.send(form: other, to: "\(path):submit")["id"] != job)
        }
    }

    @Test(arguments: [
        (#"{"audio_days":-1}"#, "422 VALIDATION_ERROR retention.audio_days"),
        (#"{"transcript_days":36501}"#, "422 VALIDATION_ERROR retention.transcript_days"),
        (#"{"audio_days":"soon"}"#, "400 INVALID_REQUEST"), (#""never""#, "400 INVALID_REQUEST"),
    ])
    func `rules that make no sense make no job`(_ rules: String, _ failure: String) async throws {
        try await ServerWorld.run { world async throws in
            let client = try await world.signedIn()
            let file = try await client.upload()
            let answer = try await client.send("POST", path, json: #"{"file_id":"\#(file)","retention":\#(rules)}"#)
            #expect(answer.failure == failure)
            let form = TestForm().field("retention", rules).file(TestForm.recording(seed: 3))
            let submitted = try await client.send(form: form, to: "\(path):submit").failure
            #expect(submitted == (failure.hasPrefix("400") ? failure + " retention" : failure))
            #expect(try await client.get(path).items.isEmpty)
            #expect(try await client.get("/api/v1/files").items.count == 1)
        }
    }
}
