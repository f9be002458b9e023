import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A text that a model wrote, on which its tokenizer and the sampler are timed.
struct GeneratedText {
  private let path: String
  private let threads: Int
  private let effort: Effort
  private let tokenizer: Tokenizer
  private var text = ""

  var vocabSize: Int { tokenizer.vocabSize }

  /// Some thousand tokens, or what the model writes in a second or two. Throws `LlamaError`.
  init(model path: String, tokenizer: String?, threads: Int, _ effort: Effort) throws {
    let llama = try Llama(checkpoint: path, tokenizer: tokenizer, threads: threads)
    (self.path, self.threads, self.effort) = (path, threads, effort)
    self.tokenizer = llama.tokenizer
    let start = now()
    for seed in 1...50 as ClosedRange<UInt64> {
      for piece in llama.generate("Once", steps: 1024, temperature: 0.8, seed: seed) {
        text += piece
        if now() - start > effort.seconds { return }
      }
      text += "\n"
    }
  }

  /// Bytes that are encoded a second, the median over repeats, and bytes to a token.
  func encodingRate() -> (bytesPerSecond: Double, bytesPerToken: Double) {
    let text = String(repeating: text, count: 1 + 20_000 / text.utf8.count)
    var count = 0
    let times = (0..<effort.rounds).map { _ in
      seconds { count = tokenizer.encode(text, bos: true, eos: false).count }
    }
    let bytes = Double(text.utf8.count)
    return (bytes / times.median, bytes / Double(count))
  }

  /// Seconds to choose a token from the logits after each of the first tokens, the median: logits of
  /// a text leave top-p fewer candidates than random ones.
  func samplingTimes() throws -> (greedy: Double, topP: Double) {
    let transformer = try Transformer(checkpoint: path, threads: threads)
    var samplers = [0, 1].map {
      Sampler(vocabSize: vocabSize, temperature: $0, topP: 0.9, seed: 1)
    }
    var times: [[Double]] = [[], []]
    let start = now()
    let tokens = tokenizer.encode(text, bos: true, eos: false).prefix(transformer.config.seqLen)
    for (i, token) in tokens.prefix(256).enumerated() where now() - start < effort.seconds {
      let logits = transformer.forward([token], at: i)
      for j in [0, 1, 0, 1] {
        var token = 0
        times[j].append(seconds { token = samplers[j].sample(logits) })
        precondition(token >= 0, "a token has a negative number")  // so that the sample is used
      }
    }
    return (times[0].median, times[1].median)
  }
}

/// Seconds from the start of a program to its end, its output thrown away: the median over
/// repeats, or nil if it does not end well.
func processTime(_ command: [String], _ effort: Effort) -> Double? {
  var times: [Double] = []
  while times.count < 5 || times.count < 51 && times.reduce(0, +) < effort.seconds / 4 {
    var succeeded = false
    times.append(seconds { succeeded = run(command) })
    guard succeeded else { return nil }
  }
  return times.median
}

/// Whether the program could be run and ended with status 0.
private func run(_ command: [String]) -> Bool {
  #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
  #else
    var actions = posix_spawn_file_actions_t()
  #endif
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for output in [STDOUT_FILENO, STDERR_FILENO] {
    posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
  }
  var arguments = command.map { strdup($0) } + [nil]
  defer { for argument in arguments { free(argument) } }
  var (process, status) = (pid_t(), Int32())
  guard posix_spawn(&process, command[0], &actions, nil, &arguments, nil) == 0 else { return false }
  return waitpid(process, &status, 0) == process && status == 0
}
