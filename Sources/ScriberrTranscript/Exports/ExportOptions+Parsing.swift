package import ScriberrCore

extension ExportOptions {
    /// The names of all options, as queries and command lines write them.
    package static let fields = [
        "preset", "max_lines", "max_chars", "max_cps", "min_duration", "max_duration", "gap", "speakers", "times", "words",
        "speaker_names", "newline",
    ]

    /// Reads options from a query or command line. Throws `VALIDATION_ERROR` with the field at fault: an unknown name or a
    /// value that isn't allowed. Callers take out their own parameters first.
    package init(parameters: [String: String], title: String = "") throws(ScriberrError) {
        self.init(title: title)
        let read = ParameterReader(parameters)
        try read.refuseUnknown(Self.fields)
        if let preset = try read.choice("preset", of: CueRules.Preset.self) { cues = CueRules(preset: preset) }
        if let lines = try read.integer("max_lines", in: 1...10) { cues.maximumLines = lines }
        if let characters = try read.integer("max_chars", in: 8...200) {
            cues.maximumCharacters = characters
            cues.maximumWideCharacters = max(4, characters * 16 / 42)
        }
        if let speed = try read.number("max_cps", in: 5...100) { cues.charactersPerSecond = speed }
        if let seconds = try read.number("min_duration", in: 0...10) { cues.minimumSeconds = seconds }
        if let seconds = try read.number("max_duration", in: 0.5...60) { cues.maximumSeconds = seconds }
        if let seconds = try read.number("gap", in: 0...1) { cues.gapSeconds = seconds }
        if cues.minimumSeconds > cues.maximumSeconds {
            throw ScriberrError(.validation, "min_duration must not be greater than max_duration", field: "min_duration")
        }
        speakers = try read.flag("speakers")
        times = try read.flag("times")
        words = try read.flag("words") ?? false
        speakerNames = try read.names("speaker_names")
        windowsNewlines = try read.choice("newline", of: Newline.self) == .crlf
    }

    private enum Newline: String, CaseIterable {
        case lf, crlf
    }
}

/// Takes values out of parameters and says which one is wrong. An empty value counts as left out.
private struct ParameterReader {
    private let parameters: [String: String]

    init(_ parameters: [String: String]) { self.parameters = parameters }

    func refuseUnknown(_ known: [String]) throws(ScriberrError) {
        guard let unknown = parameters.keys.filter({ !known.contains($0) }).min() else { return }
        throw fault(unknown, "is not an option; there are \(known.joined(separator: ", "))")
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ScriberrError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(ScriberrError) -> Double? {
        guard let text = value(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            let (low, high) = (Milliseconds(range.lowerBound).decimal, Milliseconds(range.upperBound).decimal)
            throw fault(name, "must be a number from \(low) to \(high)")
        }
        return number
    }

    func flag(_ name: String) throws(ScriberrError) -> Bool? {
        guard let text = value(name) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default: throw fault(name, "must be true or false")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        of type: Choice.Type
    ) throws(ScriberrError) -> Choice? {
        guard let text = value(name) else { return nil }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            throw fault(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// `SPEAKER_00=Anna,SPEAKER_01=Bob`.
    func names(_ name: String) throws(ScriberrError) -> [String: String] {
        guard let text = value(name) else { return [:] }
        var names: [String: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { Spacing.tidied(String($0)) }
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw fault(name, "must look like SPEAKER_00=Anna,SPEAKER_01=Bob")
            }
            names[parts[0]] = parts[1]
        }
        return names
    }

    private func value(_ name: String) -> String? { parameters[name].flatMap { $0.isEmpty ? nil : $0 } }

    private func fault(_ name: String, _ problem: String) -> ScriberrError {
        ScriberrError(.validation, "\(name) \(problem)", field: name)
    }
}
