import Glibc
import ScriberrCore

/// Starts a program with the given standard descriptors, all signals at their defaults, in a process group of its own.
func spawn(_ launch: ChildProcess.Launch, standard: [Descriptor]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in standard.enumerated() {
        posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(number))
    }
    _ = closeFrom?(&actions, Int32(standard.count))
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    setRules(&attributes)

    var processID: pid_t = 0
    let result = withCStrings([launch.executable] + launch.arguments) { arguments in
        withCStrings(launch.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) { environment in
            posix_spawn(&processID, launch.executable, &actions, &attributes, arguments, environment)
        }
    }
    guard result == 0 else { throw spawnError(result, launch.executable) }
    return processID
}

/// Closes what the child must not have: a client's connection that an idle child holds would never close. Not every library
/// marks its descriptors close-on-exec. The function is in glibc since 2.34, but not in Swift's view of it.
private let closeFrom: CloseFrom? = dlsym(dlopen(nil, RTLD_NOW), "posix_spawn_file_actions_addclosefrom_np").map {
    unsafeBitCast($0, to: CloseFrom.self)
}

private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

/// A server ignores SIGPIPE and blocks what it handles itself; a child must not inherit that.
private func setRules(_ attributes: inout posix_spawnattr_t) {
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
        &attributes,
        Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    )
}

private func spawnError(_ number: Int32, _ executable: String) -> ScriberrError {
    let isShortage = number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE
    return ScriberrError(
        .engineUnavailable,
        isShortage ? "The speech engine could not be started for lack of resources." : "The speech engine is not installed.",
        disposition: isShortage ? .transient : .permanent,
        detail: "posix_spawn \(executable): errno \(number)"
    )
}

private func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return body(pointers)
}
