import ScriberrCore
import Synchronization

/// Dates as HTTP writes them, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). Whole seconds.
enum HTTPDate {
    /// Writes an instant, fractions cut off.
    static func text(_ time: Timestamp) -> String {
        let date = time.rfc3339
        let days = (time.microseconds - (time.microseconds % 86_400_000_000 + 86_400_000_000) % 86_400_000_000) / 86_400_000_000
        let weekday = weekdays[Int(((days + 4) % 7 + 7) % 7)]
        let month = Int(field(date, 5, 2)).map { months[$0 - 1] } ?? ""
        return "\(weekday), \(field(date, 8, 2)) \(month) \(field(date, 0, 4)) \(field(date, 11, 8)) GMT"
    }

    /// The present time as text, written once a second.
    static var now: String {
        let second = Timestamp.now.microseconds / 1_000_000
        return latest.withLock { latest in
            if latest.second != second {
                latest = (second, text(Timestamp(microseconds: second * 1_000_000)))
            }
            return latest.text
        }
    }

    private static let latest = Mutex((second: Int64(0), text: ""))

    /// Reads the preferred format; nil for anything else. The two obsolete formats make a condition void, which is always safe.
    static func parse(_ text: String) -> Timestamp? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[0].count == 4, words[1].count == 2, words[3].count == 4 else {
            return nil
        }
        guard let month = months.firstIndex(of: String(words[2])) else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp(rfc3339: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func field(_ text: String, _ offset: Int, _ length: Int) -> Substring {
        text.dropFirst(offset).prefix(length)
    }
}
