import Console
import Llama2

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A training, step by step.
final class Trainer {
  private let options: Options
  private let settings: Settings
  private let model: TrainedModel
  private let network: Network
  private let learned: Corpus
  private let heldOut: Corpus
  private let paths: OutputPaths
  /// Is committed with the first model.
  private var newVocabulary: TargetFile?
  private let prompt: String
  private let fingerprint: UInt64
  private var progress: Progress
  /// The steps that the model and the state on the disk are of; nil: there are none of this training yet.
  private var modelStep, stateStep: Int?
  /// Tokens, targets and starts, (windows, seqLen) each.
  private let batchTokens: UnsafeMutablePointer<Int32>
  private var order: WindowOrder
  /// The time when this process began to train, and the steps that were taken before.
  private var start = (time: now(), step: 0)
  /// Seconds that this process spent in steps, without evaluations.
  private var seconds = 0.0

  /// The most windows whose loss is measured for the held-out loss.
  private static let mostHeldOut = 64
  /// Steps whose time says how many fit into the minutes.
  private static let timedSteps = 5
  /// The loss, in nats per token, from which on a training has diverged: that of a guess is about 10.
  static let largestLoss = 1e6

  /// - Parameters:
  ///   - newVocabulary: a file to commit with the first model.
  ///   - prompt: what the samples begin with.
  init(
    _ options: Options, _ settings: Settings, _ model: TrainedModel, _ network: Network,
    _ corpora: (learned: Corpus, heldOut: Corpus), fingerprint: UInt64, paths: OutputPaths,
    newVocabulary: TargetFile?, prompt: String, progress: Progress
  ) {
    (self.options, self.settings, self.model, self.network) = (options, settings, model, network)
    (learned, heldOut) = (corpora.learned, corpora.heldOut)
    (self.paths, self.newVocabulary) = (paths, newVocabulary)
    (self.prompt, self.fingerprint, self.progress) = (prompt, fingerprint, progress)
    modelStep = progress.heldOut.last?.step
    stateStep = modelStep
    order = WindowOrder(count: learned.windows.count, seed: settings.seed)
    batchTokens = .allocate(capacity: 3 * settings.batch * settings.seqLen)
    model.merge(network)
  }

  deinit { batchTokens.deallocate() }

  /// Whether all steps are taken.
  var isFinished: Bool { progress.steps > 0 && progress.step >= progress.steps }

  /// Trains to the last step, or to Ctrl-C, and writes the model.
  func run() throws {
    if settings.steps > 0 { progress.steps = settings.steps }
    start = (now(), progress.step)
    if isFinished {
      throw Refusal(
        "--resume", "all \(progress.steps) steps are taken: --from \(options.out) trains further")
    }
    while !isFinished, !Interrupt.happened {
      let time = now()
      try takeStep()
      seconds += now() - time
      plan()
      showProgress()
      if progress.steps > 0, progress.step % interval == 0, !isFinished {
        try evaluate(isLast: false)
      }
    }
    guard stateStep != progress.step else { return }
    if !isFinished { Output.showProgress("stopping: measuring the held-out loss, then writing") }
    try evaluate(isLast: true)
  }

  // MARK: - One step

  private func takeStep() throws {
    let loss = computeGradients()
    try requireBelow(Self.largestLoss, loss, "loss")
    let norm = model.step(
      progress.step + 1, rate: schedule.rate(at: progress.step), settings, network)
    try requireBelow(.infinity, norm, "gradient's norm")
    progress.step += 1
    progress.losses.append(Float(loss))
  }

  /// Throws if a number that should stay small does not.
  private func requireBelow(_ limit: Double, _ number: Double, _ name: String) throws {
    if number < limit { return }
    let kept = modelStep.map { "\(options.out) is of step \($0)" } ?? "nothing was written"
    // A NaN may have a sign, which says nothing.
    let shown = number.isNaN ? "nan" : "\(number)"
    throw Refusal(
      "after step \(progress.step)",
      "the training has diverged, its \(name) is \(shown): \(kept), and a smaller --learning-rate or a"
        + " longer --warmup may prevent it")
  }

  /// The gradient of the mean loss of a step's tokens, and this loss.
  private func computeGradients() -> Double {
    model.gradients.update(repeating: 0, count: model.layout.count)
    let micros = settings.gradientAccumulation
    let first = progress.step * micros * settings.batch
    let count = (first..<first + micros * settings.batch).reduce(0) {
      $0 + learned.targetCount(order.window($1))
    }
    var loss = 0.0
    for micro in 0..<micros {
      let batch = batch(learned) { order.window(first + micro * settings.batch + $0) }
      loss += network.lossAndGradients(batch, scale: 1 / Float(count), dropouts(micro))
    }
    return loss / Double(count)
  }

  private func batch(_ corpus: Corpus, _ window: (Int) -> Int) -> MicroBatch {
    let (seqLen, count) = (settings.seqLen, settings.batch * settings.seqLen)
    let (targets, starts) = (batchTokens + count, batchTokens + 2 * count)
    for i in 0..<settings.batch {
      corpus.copy(
        window(i), to: batchTokens + i * seqLen, targets: targets + i * seqLen,
        starts: starts + i * seqLen)
    }
    return MicroBatch(tokens: batchTokens, targets: targets, starts: starts)
  }

  private func dropouts(_ micro: Int) -> Dropouts? {
    guard settings.dropout > 0 else { return nil }
    let index = progress.step * settings.gradientAccumulation + micro
    var random = Random(seed: Random.derive(settings.seed, .dropout, index))
    return Dropouts(Float(settings.dropout), layers: model.layout.config.nLayers, &random)
  }

  private var schedule: Schedule {
    let steps = progress.steps
    return Schedule(
      rate: Float(settings.learningRate), warmup: settings.warmup(ofSteps: steps),
      decay: settings.decay >= 0 ? settings.decay : steps)
  }

  /// Sets the number of steps to what fits into the minutes, once a few steps were timed.
  private func plan() {
    guard progress.steps == 0, progress.step >= start.step + Self.timedSteps else { return }
    let perStep = seconds / Double(progress.step - start.step)
    progress.steps = max(progress.step, Int(min(1e9, 60 * settings.minutes / perStep)))
    if settings.warmup >= progress.steps {
      Output.note(
        "train: --warmup \(settings.warmup) is longer than the training: \(progress.steps) steps fit into its"
          + " minutes, and the learning rate stays below its largest value")
    }
  }

  /// Steps from one evaluation to the next.
  private var interval: Int {
    settings.evalInterval > 0 ? settings.evalInterval : max(1, progress.steps / 20)
  }

  // MARK: - Evaluation

  /// Measures the held-out loss, writes the files, and shows a sample.
  private func evaluate(isLast: Bool) throws {
    let loss = heldOutLoss()
    try requireBelow(Self.largestLoss, loss, "held-out loss")
    progress.heldOut.append((progress.step, Float(loss)))
    try Output.line(status)
    do {
      try write()
    } catch  where !isLast {
      // A full disk may have room again later.
      Output.note("train: \(error); the training goes on")
      if modelStep != progress.step { return }
    }
    if let sample = sample() { try Output.line(sample) }
  }

  /// The mean loss of windows at even distances, so that each of several files has its share of them.
  private func heldOutLoss() -> Double {
    let all = heldOut.windows.count
    let count = min(Self.mostHeldOut, all)
    let windows = (0..<count).map { $0 * all / count }
    var loss = 0.0
    for first in stride(from: 0, to: count, by: settings.batch) {
      // In a window behind the last nothing is learned: it fills the batch.
      loss += network.loss(batch(heldOut) { first + $0 < count ? windows[first + $0] : all })
    }
    return loss / Double(windows.reduce(0) { $0 + heldOut.targetCount($1) })
  }

  /// Writes the model and its picture, then the state. What was there stays until what replaces it is on the
  /// disk, but for the state of an older training, which does not go with this model.
  private func write() throws {
    let state = StateFile(
      path: paths.state, settings: settings, vocabSize: model.layout.config.vocabSize,
      isTied: model.layout.checkpoint.sharedClassifier, fingerprint: fingerprint,
      progress: progress)
    var picture = LossChart(progress, tokensPerStep: settings.tokensPerStep).svg
    let svg = try TargetFile(paths.picture, size: picture.utf8.count)
    try picture.withUTF8 { try svg.write(UnsafeRawBufferPointer($0)) }
    var files = [try model.write(paths.model, network.activations), svg]
    if let newVocabulary { files.append(newVocabulary) }
    for file in files { try file.flush(toDisk: true) }
    if modelStep == nil { unlink(paths.state) }
    try TargetFile.commit(files)
    newVocabulary = nil
    modelStep = progress.step
    // By itself: it is three times as large, and a disk without room for it may have room for the model.
    do {
      let file = try state.write(model)
      try file.flush(toDisk: true)
      try TargetFile.commit([file])
    } catch {
      let rest = stateStep.map { "goes on from step \($0)" } ?? "cannot go on from it"
      throw Refusal("\(error); \(options.out) is written, but --resume \(rest)")
    }
    stateStep = progress.step
  }

  /// Some text of the model that was written; of a chat, only the answer.
  private func sample() -> String? {
    guard
      let llama = try? Llama(
        checkpoint: options.out, tokenizer: options.vocabulary, threads: options.threads)
    else { return nil }
    var generation = GenerationOptions(temperature: 0.8)
    generation.seed = UInt64(progress.heldOut.count)
    generation.maximumResponseTokens = 100
    let text = llama.generate(prompt, options: generation).joined()
    let answer =
      !prompt.isEmpty && text.hasPrefix(prompt) ? text.dropFirst(prompt.count) : text[...]
    let line = answer.split { $0.isWhitespace }.joined(separator: " ")
    return "  " + printable(line.utf8, limit: 300)
  }

  // MARK: - What is shown

  private func showProgress() {
    Output.showProgress(status + timeLeft)
  }

  /// As "step 120 of 2400, 0.49M tokens, loss 2.3456, held-out 2.4000, 16000 tok/s".
  private var status: String {
    let recent = progress.losses.suffix(20)
    let loss = Double(recent.reduce(0, +)) / Double(max(1, recent.count))
    let steps = Double(progress.step - start.step)
    let tokens = Double(settings.tokensPerStep)
    var text = "step \(progress.step)"
    if progress.steps > 0 { text += " of \(progress.steps)" }
    text += ", \((Double(progress.step) * tokens / 1e6).fixed(2))M tokens"
    text += ", loss \(loss.fixed(4))"
    if let (_, loss) = progress.heldOut.last { text += ", held-out \(Double(loss).fixed(4))" }
    if steps > 0 { text += ", \((steps * tokens / max(1e-6, seconds)).fixed(0)) tok/s" }
    return text
  }

  private var timeLeft: String {
    let steps = progress.step - start.step
    guard progress.steps > 0, steps > 0 else { return "" }
    let perStep = (now() - start.time) / Double(steps)
    let seconds = Int(min(1e9, perStep * Double(progress.steps - progress.step)))
    let (minutes, rest) = seconds.quotientAndRemainder(dividingBy: 60)
    return ", \(minutes):\(rest < 10 ? "0" : "")\(rest) left"
  }
}

/// The order in which windows are read: each epoch has every window once, in a random order of its own.
struct WindowOrder {
  private let count, seed: Int
  private var epoch = -1
  private var windows: [Int] = []

  init(count: Int, seed: Int) { (self.count, self.seed) = (count, seed) }

  /// The window with this index in the whole training.
  mutating func window(_ index: Int) -> Int {
    let (epoch, place) = index.quotientAndRemainder(dividingBy: count)
    if self.epoch != epoch {
      var random = Random(seed: Random.derive(seed, .order, epoch))
      (self.epoch, windows) = (epoch, random.permutation(of: count))
    }
    return windows[place]
  }
}
