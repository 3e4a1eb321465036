import Foundation

/// Whether an address is one of YouTube's: http or https, one of its hosts, nothing that only looks like them.
func isYouTubeAddress(_ text: String) -> Bool {
    guard let url = URLComponents(string: text.trimmingBlanks()), let scheme = url.scheme?.lowercased() else { return false }
    guard scheme == "http" || scheme == "https", url.user == nil, url.password == nil else { return false }
    return youTubeHosts.contains(url.host?.lowercased() ?? "")
}

private let youTubeHosts: Set<String> = [
    "youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com", "youtu.be", "www.youtu.be", "youtube-nocookie.com",
    "www.youtube-nocookie.com",
]
