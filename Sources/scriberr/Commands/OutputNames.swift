import Foundation

/// What the transcripts of several recordings are called in one folder: after their recording without its ending; with it where two
/// differ in nothing else; with a number where they do not differ in that either.
struct OutputNames {
    private let names: [String]

    init(_ files: [String]) {
        func stem(_ name: String) -> String { (name as NSString).deletingPathExtension }
        let whole = files.map { ($0 as NSString).lastPathComponent }
        let stems = Dictionary(grouping: whole, by: stem)
        var taken: Set<String> = []
        names = whole.map { name in
            let wanted = stems[stem(name), default: []].count > 1 ? name : stem(name)
            var free = wanted
            var number = 2
            while !taken.insert(free).inserted {
                free = "\(wanted)-\(number)"
                number += 1
            }
            return free
        }
    }

    /// The name for the recording at a place among those that were given, without an ending.
    subscript(place: Int) -> String { names[place] }
}
