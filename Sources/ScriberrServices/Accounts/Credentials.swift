import Foundation
import ScriberrCore
import ScriberrStore

/// What names and passwords must be.
enum Credentials {
    static let usernameBytesMin = 3
    static let usernameBytesMax = 128
    static let passwordBytesMin = 8
    static let passwordBytesMax = 1_024

    /// The name as it is stored. Throws `VALIDATION_ERROR`.
    static func username(_ text: String, field: String?) throws -> String {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
        guard (usernameBytesMin...usernameBytesMax).contains(name.utf8.count) else {
            throw ScriberrError(
                .validation,
                "A username has \(usernameBytesMin) to \(usernameBytesMax) bytes.",
                field: field
            )
        }
        guard name.unicodeScalars.allSatisfy({ !$0.isControl }) else {
            throw ScriberrError(.validation, "A username has no control characters.", field: field)
        }
        return name
    }

    /// The name as it is looked up: without regard to case.
    static func folded(_ name: String) -> String {
        CaseFolding.fold(name.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Throws `VALIDATION_ERROR` unless the password may be set.
    static func checkPassword(_ password: String, field: String?) throws {
        guard (passwordBytesMin...passwordBytesMax).contains(password.utf8.count) else {
            throw ScriberrError(
                .validation,
                "A password has \(passwordBytesMin) to \(passwordBytesMax) bytes.",
                field: field
            )
        }
    }

    /// Throws `VALIDATION_ERROR` unless both are the same.
    static func checkConfirmation(_ password: String, _ confirmation: String, field: String?) throws {
        guard password == confirmation else {
            throw ScriberrError(.validation, "The password and its confirmation differ.", field: field)
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar is a control character, or one that hides or turns text.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }
}
