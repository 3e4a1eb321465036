/// Names of models as one text that can be searched: a comma before and after each.
package enum ModelList {
    package static func text(_ models: [String]) -> String { "," + models.map { $0 + "," }.joined() }

    package static func models(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }
}
