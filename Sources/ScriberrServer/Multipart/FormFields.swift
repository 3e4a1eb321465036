/// The text fields of a form, in the order in which they came.
struct FormFields: Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    /// The first value of a name.
    subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Every value of a name; of several names, in the order given.
    func all(_ names: String...) -> [String] {
        names.flatMap { name in pairs.filter { $0.name == name }.map(\.value) }
    }

    /// Whether there is a field of this name.
    func has(_ name: String) -> Bool { pairs.contains { $0.name == name } }

    mutating func append(_ name: String, _ value: String) { pairs.append((name, value)) }

    /// Every name with its values, sorted by name: what makes two forms the same, whatever their order.
    var sorted: [(name: String, values: [String])] {
        Dictionary(grouping: pairs, by: \.name).map { (name: $0.key, values: $0.value.map(\.value)) }.sorted { $0.name < $1.name }
    }
}

/// What a form may hold.
struct FormShape: Sendable {
    /// Names under which the file may come.
    var fileNames: Set<String> = ["file"]
    /// Fields whose content is not read, however long it is; they are there with an empty value.
    var unread: Set<String> = []
    /// Parts of the form.
    var partsMax = 64
    /// Whether the end of the body is left unread, so that a wait can watch the connection behind it.
    var leavesEnd = false
    /// What is stored before the file's own bytes.
    var filePrefix: [UInt8] = []
}
