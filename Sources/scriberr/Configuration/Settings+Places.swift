import Foundation

extension Settings {
    /// A folder or file that a setting names and the program makes or writes.
    struct Place: Sendable {
        /// What is done with it.
        enum Use: Sendable {
            case database
            case recordings
            /// For nobody else's eyes.
            case privateFolder
            case results
            case models
        }

        let variable: String
        let path: String
        let use: Use
    }

    /// The places that are made or written. One that has its usual value is checked with what it lies in.
    static func places(_ settings: Settings, from reader: SettingsReader) -> [Place] {
        var places: [Place] = []
        if case .sqlite(let path) = settings.database {
            let variable = reader.value("DATABASE_URL") == nil ? "DATABASE_PATH" : "DATABASE_URL"
            places.append(Place(variable: variable, path: path, use: .database))
        }
        switch settings.storage {
        case .folder(let path):
            let url = reader.value("STORAGE_URL")
            // A bucket that is wrongly set has no folder.
            if url?.hasPrefix("file:") ?? true {
                places.append(Place(variable: url == nil ? "UPLOAD_DIR" : "STORAGE_URL", path: path, use: .recordings))
            }
        case .bucket(let bucket):
            places.append(Place(variable: "STORAGE_CACHE_DIR", path: bucket.cacheFolder, use: .recordings))
        }
        let staging = settings.uploadStaging.folder
        let stagingVariable = reader.value("UPLOAD_STAGING_DIR") == nil ? "UPLOAD_DIR" : "UPLOAD_STAGING_DIR"
        places.append(Place(variable: stagingVariable, path: staging, use: .privateFolder))
        places.append(Place(variable: "TRANSCRIPTS_DIR", path: settings.transcriptsFolder, use: .results))
        if let folder = settings.folders.exportFolder {
            places.append(Place(variable: "EXPORT_DIR", path: folder, use: .results))
        }
        if reader.value("SPEECH_ENGINE_CACHE_DIR") != nil {
            places.append(Place(variable: "SPEECH_ENGINE_CACHE_DIR", path: settings.engine.cacheFolder, use: .models))
        }
        return places
    }

    /// Throws ``SettingsError`` when ``problemsWithPlaces(isServer:)`` finds any.
    func checkPlaces(isServer: Bool) throws {
        let problems = problemsWithPlaces(isServer: isServer)
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }

    /// Makes the folders that a process needs which `isServer`, or only runs jobs, and answers what cannot be used, one sentence for
    /// each variable that none of the `known` problems names.
    func problemsWithPlaces(isServer: Bool, besides known: [String] = []) -> [String] {
        var problems: [(variable: String, text: String)] = []
        for place in places where isServer || place.isForWorkers {
            // What was wrongly set has its usual value here, which nobody asked for.
            if known.contains(where: { $0.hasPrefix(place.variable + ":") }) { continue }
            guard !problems.contains(where: { $0.variable == place.variable }), let wants = place.problem else { continue }
            problems.append((place.variable, "\(place.variable): got \"\(place.path.prefix(80))\", wants \(wants)"))
        }
        return problems.map(\.text)
    }
}

extension Settings.Place {
    fileprivate var isForWorkers: Bool {
        switch use {
        case .recordings, .models: true
        case .database, .privateFolder, .results: false
        }
    }

    fileprivate var problem: String? {
        switch use {
        case .database: PlaceCheck.databaseFile(path)
        case .recordings: PlaceCheck.recordingsFolder(path)
        case .results: PlaceCheck.writableFolder(path)
        case .privateFolder: PlaceCheck.writableFolder(path, mode: 0o700)
        case .models: PlaceCheck.readableFolder(path)
        }
    }
}

extension SettingsReader {
    /// The path that a variable names, which must be what `check` wants; nil when the variable is not set.
    mutating func path(_ name: String, _ check: (String) -> String?) -> String? {
        guard let path = value(name) else { return nil }
        if let wants = check(path) { reject(name, got: path, wants: wants) }
        return path
    }

    /// Origins as browsers name them.
    mutating func origins(_ name: String, default fallback: String) -> [String] {
        let wants = "origins such as https://example.org, separated by commas, without a path"
        var origins: [String] = []
        for text in string(name, default: fallback).split(separator: ",") {
            let text = text.trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty else { continue }
            guard let origin = Self.origin(text) else {
                reject(name, got: text, wants: wants)
                return []
            }
            origins.append(origin)
        }
        return origins
    }

    /// A secret that signs.
    mutating func signingSecret(_ name: String) -> String? {
        parsed(name, default: nil, wants: "at least \(TokenSecret.bytesMin) characters, made by chance") { text in
            text.utf8.count >= TokenSecret.bytesMin ? .some(text) : nil
        }
    }

    private static func origin(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host, !host.isEmpty,
            !host.contains("*"), !scheme.isEmpty, parts.path.isEmpty, parts.query == nil, parts.fragment == nil,
            parts.user == nil, parts.password == nil
        else { return nil }
        return text.lowercased()
    }
}
