#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a program cannot do what it was asked to, as one sentence for the person who asked: the file
/// or the option, what was found there, what was expected, and what to do about it.
package struct Refusal: Error, CustomStringConvertible {
  package let description: String

  package init(_ sentence: String) { description = sentence }

  /// - Parameter subject: the file or the option that the problem is with.
  package init(_ subject: String, _ problem: String) { self.init("\(subject): \(problem)") }
}

/// What the operating system says about the last call that failed.
package var systemReason: String { String(cString: strerror(errno)) }

/// What --version says.
private let version = "llama2.swift 1.0"

/// Runs a program and ends the process: with status 0 after `body`, after `usage`, which -h or --help
/// asks for, and after --version, which stands alone, as `export` has an option of that name; with status 1 after an error, which is written to standard error in one line.
package func runProgram(_ name: String, usage: String, _ body: (Arguments) throws -> Void) -> Never
{
  cutShortSentence = strdup(
    "\(name): a file was cut short while it was read: it has to stay as it is\n")
  catchSignal(SIGBUS) { _ in endWhereAFileWasCutShort() }
  // A closed one would be given to the next file that is opened, and what is printed would go into that file:
  // in its place /dev/null is opened the wrong way around, so that using it still fails.
  for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
    _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
  }
  do {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.contains("-h") || arguments.contains("--help") {
      try Output.write(usage)
    } else if Array(arguments) == ["--version"] {
      try Output.line(version)
    } else {
      try body(Arguments(arguments, of: name))
    }
    exit(0)
  } catch {
    Output.note("\(name): \(error)")
    exit(1)
  }
}

/// Made before the handler needs it.
nonisolated(unsafe) private var cutShortSentence: UnsafeMutablePointer<CChar>?

/// For a handler of SIGBUS, with which the system ends a program that reads a mapped file behind its end
/// (mmap(2)). Calls only strlen, write and _exit.
func endWhereAFileWasCutShort() {
  if let sentence = cutShortSentence { _ = write(STDERR_FILENO, sentence, strlen(sentence)) }
  _exit(1)
}
