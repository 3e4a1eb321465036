// swift-tools-version: 6.2
import PackageDescription

/// Compiler settings of every Swift target of the house. `make test` takes no warning; a newer compiler may have new ones,
/// so that plain builds do.
let house: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["SCRIBERR_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A library room: its code, what it may import and nothing else.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// A test target named after the room it tests.
func tests(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: house)
}

extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdCore = product(name: "HummingbirdCore", package: "hummingbird")
    static let jwtKit = product(name: "JWTKit", package: "jwt-kit")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
    static let nioHTTPTypesHTTP1 = product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
    static let nioEmbedded = product(name: "NIOEmbedded", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let systemPackage = product(name: "SystemPackage", package: "swift-system")
}

let package = Package(
    name: "scriberr",
    products: [
        .executable(name: "scriberr", targets: ["scriberr"]),
        .executable(name: "scriberr-engine", targets: ["scriberr-engine"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        room("ScriberrCore"),
        room("ScriberrTranscript", ["ScriberrCore"]),
        room("ScriberrEngineWire", ["ScriberrCore"]),
        room("ScriberrMedia", ["ScriberrCore", .subprocess, .systemPackage]),
        room(
            "ScriberrStore",
            [
                "CBlake3", "CPQ", "CSQLiteSetup", "ScriberrCore", .asyncHTTPClient, .crypto, .grdb, .grdbSQLite, .nioCore,
                .nioHTTP1,
            ]
        ),
        room("ScriberrQueue", ["ScriberrCore", .logging, .serviceLifecycle]),
        room(
            "ScriberrEngines",
            ["ScriberrCore", "ScriberrEngineWire", .asyncHTTPClient, .crypto, .logging, .nioCore, .nioHTTP1]
        ),
        room(
            "ScriberrServices",
            [
                "ScriberrCore", "ScriberrTranscript", "ScriberrMedia", "ScriberrStore", "ScriberrQueue", "ScriberrEngines",
                .asyncHTTPClient, .crypto, .cryptoExtras, .logging, .nioCore, .nioHTTP1,
            ]
        ),
        room(
            "ScriberrServer",
            [
                "CWebFiles", "CZlib", "ScriberrCore", "ScriberrTranscript", "ScriberrServices", .crypto, .httpTypes, .hummingbird,
                .hummingbirdCore,
                .jwtKit,
                .logging, .nioCore, .nioHTTP1, .nioHTTPTypes, .nioHTTPTypesHTTP1, .serviceLifecycle,
            ]
        ),
        .executableTarget(
            name: "scriberr",
            dependencies: [
                "ScriberrCore", "ScriberrTranscript", "ScriberrMedia", "ScriberrStore", "ScriberrQueue", "ScriberrEngines",
                "ScriberrServices", "ScriberrServer", .argumentParser, .asyncHTTPClient, .configuration, .crypto, .hummingbird,
                .logging, .nioCore, .nioHTTP1,
                .serviceLifecycle, .systemPackage, .unixSignals, "ScriberrEngineWire",
            ],
            swiftSettings: house
        ),
        .executableTarget(
            name: "scriberr-engine",
            dependencies: ["ScriberrCore", "ScriberrEngineWire", "ScriberrMedia", "CSherpaOnnx", "CPocketSphinx"],
            swiftSettings: house
        ),
        .target(name: "CBlake3"),
        .target(name: "CSherpaOnnx"),
        .target(name: "CPocketSphinx"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CSQLiteSetup", linkerSettings: [.linkedLibrary("sqlite3")]),
        // The web page, embedded by the C compiler: the program needs no file beside it.
        .target(name: "CWebFiles", exclude: ["page"]),

        .target(name: "ScriberrTestSupport", dependencies: ["ScriberrCore"], path: "Tests/Support", swiftSettings: house),
        .target(
            name: "ScriberrTestServer",
            dependencies: [.nioCore, .nioPosix],
            path: "Tests/WebServer",
            swiftSettings: house
        ),
        .target(
            name: "ScriberrTestStores",
            dependencies: ["ScriberrStore", "ScriberrTestSupport", "CPQ"],
            path: "Tests/Stores",
            swiftSettings: house
        ),
        tests("ScriberrCoreTests", ["ScriberrCore", "ScriberrTestSupport"]),
        tests("ScriberrTranscriptTests", ["ScriberrTranscript", "ScriberrCore", "ScriberrTestSupport"]),
        tests("ScriberrEngineWireTests", ["ScriberrEngineWire", "ScriberrCore"]),
        tests("ScriberrMediaTests", ["ScriberrMedia", "ScriberrCore", "ScriberrTestSupport", .subprocess, .systemPackage]),
        tests(
            "ScriberrStoreTests",
            [
                "ScriberrStore", "ScriberrCore", "ScriberrTestStores", "ScriberrTestSupport", .asyncHTTPClient, .nioCore,
                .nioHTTP1,
            ]
        ),
        tests("ScriberrQueueTests", ["ScriberrQueue", "ScriberrCore", "ScriberrTestSupport", .logging]),
        tests(
            "SimulationTests",
            ["ScriberrQueue", "ScriberrStore", "ScriberrCore", "ScriberrTestStores", "ScriberrTestSupport", .logging],
            exclude: ["README.md"]
        ),
        .executableTarget(
            name: "fake-engine-host",
            dependencies: ["ScriberrCore", "ScriberrEngineWire"],
            path: "Tests/FakeEngineHost",
            swiftSettings: house
        ),
        tests(
            "ScriberrEnginesTests",
            [
                "ScriberrEngines", "ScriberrEngineWire", "ScriberrCore", "ScriberrTestSupport", "ScriberrTestServer",
                "fake-engine-host", .logging, .nioCore, .nioPosix,
            ]
        ),
        tests(
            "EngineHostTests",
            ["scriberr-engine", "ScriberrEngineWire", "ScriberrMedia", "ScriberrCore", "ScriberrTestSupport"]
        ),
        tests(
            "ScriberrServicesTests",
            [
                "ScriberrServices", "ScriberrEngines", "ScriberrQueue", "ScriberrStore", "ScriberrMedia", "ScriberrTranscript",
                "ScriberrCore", "ScriberrTestStores", "ScriberrTestSupport", "ScriberrTestServer", .asyncHTTPClient, .crypto,
                .logging, .nioCore, .nioHTTP1,
            ]
        ),
        tests(
            "ScriberrServerTests",
            [
                "CZlib", "ScriberrServer", "ScriberrServices", "ScriberrEngines", "ScriberrStore", "ScriberrCore",
                "ScriberrTestStores", "ScriberrTestSupport",
                .asyncHTTPClient, .crypto,
                .httpTypes, .logging, .nioCore, .nioEmbedded, .nioHTTP1, .nioHTTPTypes, .nioPosix, .serviceLifecycle,
            ]
        ),
        tests("ScriberrCommandTests", ["scriberr", "ScriberrEngines", "ScriberrStore", "ScriberrCore", "ScriberrTestSupport"]),
        tests(
            "EndToEndTests",
            [
                "scriberr", "scriberr-engine", "ScriberrStore", "ScriberrCore", "ScriberrTestSupport", .asyncHTTPClient, .logging,
                .nioCore, .nioHTTP1,
            ]
        ),
    ]
)

// `make bench-queue` asks for the benchmarks; plain builds never see them.
if Context.environment["SCRIBERR_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "queue-bench",
            dependencies: ["ScriberrCore", "ScriberrQueue", "ScriberrStore", .logging],
            path: "Benchmarks/Sources/QueueBench",
            swiftSettings: house
        )
    )
}

if Context.environment["SCRIBERR_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "postgres-bench",
            dependencies: ["ScriberrCore", "ScriberrQueue", "ScriberrStore", .logging],
            path: "Benchmarks/Sources/PostgresBench",
            swiftSettings: house
        )
    )
}

// A large house on a small machine: `SCRIBERR_ROOMS=ScriberrCore,ScriberrQueue,… swift build` sees only the targets named.
if let rooms = Context.environment["SCRIBERR_ROOMS"]?.split(separator: ",").map(String.init) {
    package.targets.removeAll { !rooms.contains($0.name) }
    package.products.removeAll()
}
