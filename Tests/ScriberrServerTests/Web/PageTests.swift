import Foundation
import HTTPTypes
import NIOHTTP1
import Testing

@testable import ScriberrServer

@Suite struct WebPages {
    private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../Sources/CWebFiles/page").standardizedFileURL

    @Test func `every file of the page is in the program, and nothing else is`() throws {
        let found = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey]))
        let names = try found.compactMap { $0 as? URL }.filter {
            try $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile ?? false
        }
        .map { String($0.standardizedFileURL.path.dropFirst(folder.path.count + 1)) }
        #expect(Set(names) == WebPage.names, "add the file to files.c")
        for name in names {
            let answer = try #require(WebPage(folder: nil).answer(.get, path: "/web/" + name))
            guard case .bytes(let bytes) = answer.body else { continue }
            #expect(try Array(Data(contentsOf: folder.appendingPathComponent(name))) == bytes, "\(name)")
        }
    }

    @Test(arguments: ["/", "/t/tr_1", "/settings", "/settings/profiles", "/anything"])
    func `a path that is nobody else's shows the page`(_ path: String) async throws {
        try await ServerWorld.run { world async throws in
            let answer = try await world.anonymous.get(path)
            #expect(answer.status == 200 && answer.text.hasPrefix("<!doctype html>"))
            #expect(answer.headers["Content-Type"] == ["text/html; charset=utf-8"])
            let policy = try #require(answer.headers.first(name: "Content-Security-Policy"))
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))
            #expect(!policy.contains("unsafe"))
            let tag = try #require(answer.headers.first(name: "ETag"))
            #expect(try await world.anonymous.get(path, [("If-None-Match", tag)]).status == 304)
            #expect(try await world.anonymous.send("HEAD", path).body.isEmpty)
        }
    }

    @Test(arguments: [
        "/api", "/api/v1/nothing", "/web/", "/web/nothing.js", "/web/../index.html", "/web/%2e%2e/files.c",
        "/robots.txt", "//", "/a//b",
    ])
    func `other paths stay a JSON failure`(_ path: String) async throws {
        try await ServerWorld.run { world async throws in
            #expect(try await world.anonymous.get(path).failure == "404 NOT_FOUND")
        }
    }

    @Test func `only reading shows the page`() async throws {
        try await ServerWorld.run { world async throws in
            #expect(try await world.anonymous.send("POST", "/anything").failure == "404 NOT_FOUND")
        }
    }

    @Test func `the page has no inline script or style and no address of others`() throws {
        for name in WebPage.names {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            #expect(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML") && !text.contains("eval("), "\(name)")
            #expect(text.matches(of: /https?:\/\/(?!www\.w3\.org\/2000\/svg)/).isEmpty, "\(name)")
            guard name.hasSuffix(".html") else { continue }
            #expect(text.matches(of: /<script(?![^>]*\bsrc=)/).isEmpty && !text.contains("<style") && !text.contains(" style="))
            #expect(text.matches(of: /\son[a-z]+=/).isEmpty)
        }
    }

    @Test func `a folder goes before the program's own copy, and no name leads out of it`() throws {
        let page = WebPage(folder: folder.appendingPathComponent("js").path)
        #expect(page.answer(.get, path: "/web/../index.html") == nil)
        #expect(page.answer(.get, path: "/web/.hidden") == nil)
        #expect(page.answer(.get, path: "/web/main.js") != nil)
        #expect(page.answer(.get, path: "/") != nil)
    }
}
