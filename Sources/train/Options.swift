import Console
import Llama2

/// The command line.
struct Options {
  var texts: [String] = []
  /// The model; the vocabulary, the picture of the losses and the state go beside it.
  var out = "model.bin"
  /// nil: one is learned from the texts.
  var tokenizer: String?
  /// nil: as `trainBytePairs` has it.
  var vocabSize: Int?
  /// The checkpoint to go on from; nil: random weights.
  var from: String?
  var resumes = false
  var force = false
  var threads = Threads.usable()
  var settings = Settings()
  /// The flags of settings that were given.
  var given: Set<String> = []

  static let usage = """
    Usage:   train <text>... [options]
    Example: train stories.txt --out mine/model.bin && run mine/model.bin
    Trains a Llama on text files, and writes it as a checkpoint of llama2.c that run reads. Documents
    are separated by a blank line, or by <|endoftext|> where a file has that. One whose lines are all
    request<TAB>answer, or system prompt<TAB>request<TAB>answer, is a chat, for run -m chat. Every
    twentieth document is held out, to measure the loss of texts that were not learned.
    Ctrl-C writes what there is; the same command with --resume goes on.
    Options:
      --out <file>              the model (default: model.bin); the vocabulary goes beside it as
                                tokenizer.bin, the losses as model.svg, what --resume needs as model.state
      --from <model.bin>        go on from this checkpoint, with its shape and vocabulary
      --lora <rank>             with --from: train adapters of this rank, and merge them in the end
      --resume                  go on where a training was stopped; --from is not read again
      --force                   replace files that exist
      --tokenizer, -z <file>    take this vocabulary (default: learn one from the texts)
      --vocab-size <n>          tokens of the vocabulary that is learned (default: 1024; fewer if the texts
                                have fewer pieces, more if they have many characters)
      --minutes <n>             train for about so long (default: 30), or
      --steps <n>               for so many steps
      --dim, --layers, --heads, --kv-heads, --hidden-dim, --seq-len <n>
                                the shape (default: 128, 6, 8, 4, 8/3 of dim, 256; with --heads
                                alone as many kv-heads)
      --batch <n>               windows of seq-len tokens that are computed together (default: 8)
      --gradient-accumulation <n>
                                so many batches make a step (default: 2)
      --learning-rate <x>       its largest value (default: 2e-3; with --from 5e-4)
      --warmup <n>              steps in which it rises (default: 100, a tenth of all at most)
      --decay <n>               steps after which it is 0 (default: all; 0: it never falls)
      --weight-decay, --beta1, --beta2 <x>
                                AdamW (default: 0.1, 0.9, 0.95)
      --clip <x>                the largest norm of a gradient (default: 1; 0: any)
      --dropout <x>             the share of activations that are left out (default: 0)
      --eval-interval <n>       steps from one held-out loss to the next (default: a twentieth of all)
      --seed <n>                of all that is random: the first weights, the order of the texts (default: 1337)
      -j, --threads <n>         (default: one for each core that may be used); the model does not
                                depend on it
      -h, --help, --version     this text; the version

    """

  init(_ arguments: Arguments) throws {
    var arguments = arguments
    let flags = Dictionary(uniqueKeysWithValues: Settings.flags.map { ($0.name, $0) })
    while let argument = try arguments.next() {
      switch argument {
      case "--out": out = try arguments.fileName()
      case "--from": from = try arguments.fileName()
      case "--resume": resumes = true
      case "--force": force = true
      case "-z", "--tokenizer": tokenizer = try arguments.fileName()
      case "--vocab-size": vocabSize = try arguments.integer(in: 1...1 << 24)
      case "-j", "--threads": threads = try arguments.integer(in: 1...1024)
      default:
        guard let flag = flags[argument] else {
          if argument.hasPrefix("-") { throw arguments.unexpected }
          texts.append(argument)
          continue
        }
        var settings = settings
        try arguments.value(flag.expected) { flag.read(&settings, $0) ? () : nil }
        self.settings = settings
        given.insert(flag.name)
      }
    }
    try check()
    if from != nil && !isGiven("--learning-rate") { settings.learningRate = 5e-4 }
    if isGiven("--heads") && !isGiven("--kv-heads") { settings.kvHeads = 0 }
  }

  private func check() throws {
    guard !texts.isEmpty else { throw Refusal("no text to learn from: train -h explains") }
    for (flag, other) in [
      ("--steps", "--minutes"), ("--from", "--dim"), ("--from", "--layers"), ("--from", "--heads"),
      ("--from", "--kv-heads"), ("--from", "--hidden-dim"), ("--from", "--vocab-size"),
      ("--tokenizer", "--vocab-size"),
    ] where isGiven(flag) && isGiven(other) {
      throw Refusal(other, "does not go with \(flag), which says what it is")
    }
    if out == vocabulary {
      throw Refusal("--out", "\(out) is to be the vocabulary: expected another name for the model")
    }
    for (flag, value) in [("--steps", settings.steps), ("--lora", settings.lora)]
    where isGiven(flag) && value == 0 { throw Refusal(flag, "found \"0\", expected at least 1") }
    if settings.lora > 0 && from == nil && !resumes {
      throw Refusal("--lora", "expected --from <model.bin>, the model to adapt")
    }
  }

  private func isGiven(_ flag: String) -> Bool {
    switch flag {
    case "--from": from != nil
    case "--tokenizer": tokenizer != nil
    case "--vocab-size": vocabSize != nil
    default: given.contains(flag)
    }
  }

  /// The settings for a training from a checkpoint of this shape.
  func settings(from c: Config) -> Settings {
    var settings = settings
    (settings.dim, settings.hiddenDim, settings.layers) = (c.dim, c.hiddenDim, c.nLayers)
    (settings.heads, settings.kvHeads) = (c.nHeads, c.nKVHeads)
    if !isGiven("--seq-len") { settings.seqLen = c.seqLen }
    return settings
  }

  /// Throws if a setting was given that is not the one of the training that is to go on.
  func check(against state: StateFile) throws {
    let flags = Settings.flags.filter { given.contains($0.name) }
    var values = flags.map { ($0.name, $0.text(settings), $0.text(state.settings)) }
    if let vocabSize { values.append(("--vocab-size", "\(vocabSize)", "\(state.vocabSize)")) }
    for (name, found, expected) in values where found != expected {
      // Of some settings 0 or less stands for what depends on others.
      let began = (Double(expected) ?? 1) > 0 ? expected : "its default"
      throw Refusal(name, "found \(found), but the training began with \(began)")
    }
  }

  /// The vocabulary, where run looks for it.
  var vocabulary: String { folder(of: out) + "tokenizer.bin" }

  /// A file beside the model, with another ending.
  func beside(_ ending: String) -> String {
    (out.hasSuffix(".bin") ? String(out.dropLast(4)) : out) + ending
  }
}
