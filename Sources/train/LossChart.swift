import Console

/// The losses of a training as a picture in SVG: those of the steps, averaged where they stand close, as a
/// line, and those of the held-out texts as dots.
struct LossChart {
  private let progress: Progress
  private let tokensPerStep: Int
  private let width = 860.0
  private let height = 360.0
  // The edges of the plot.
  private let left = 60.0
  private let right = 840.0
  private let top = 48.0
  private let bottom = 316.0
  /// Points of the line.
  private let points = 300

  init(_ progress: Progress, tokensPerStep: Int) {
    (self.progress, self.tokensPerStep) = (progress, tokensPerStep)
  }

  /// The whole file.
  var svg: String {
    SVG.picture(
      width: width, height: height, title: "The loss of each step, and of held-out texts",
      style: """
        .learned { fill: none; stroke: #3b82c4; stroke-width: 1.5; } .held { fill: #d9822b; }
        .grid { stroke: #59636e; stroke-opacity: 0.25; }
        """, parts)
  }

  private var parts: [String] {
    let line = means
    let values = line.map(\.loss) + progress.heldOut.map { Double($0.loss) }
    guard let least = values.min(), let most = values.max() else { return [] }
    let step = Self.gridStep(most - least)
    let (low, high) = ((least / step).rounded(.down) * step, (most / step).rounded(.up) * step)
    let last = Double(max(1, progress.step))
    func x(_ step: Double) -> String { SVG.px(left + (right - left) * step / last) }
    func y(_ loss: Double) -> Double {
      bottom - (bottom - top) * (loss - low) / max(step, high - low)
    }
    var parts = [
      SVG.text("Loss per token, in nats", x: left, y: 28, "title"),
      SVG.text("of each step", x: right - 130, y: 28, "soft", anchor: "end"),
      #"<path class="learned" d="M\#(SVG.px(right - 220)) 24h22"/>"#,
      SVG.text("of held-out texts", x: right, y: 28, "soft", anchor: "end"),
      #"<circle class="held" cx="\#(SVG.px(right - 96))" cy="24" r="3"/>"#,
      SVG.text(
        "\(progress.step) steps of \(tokensPerStep) tokens", x: right, y: height - 16, "soft",
        anchor: "end"),
    ]
    for i in 0...Int(((high - low) / step).rounded()) {
      let loss = low + Double(i) * step
      parts += [
        #"<path class="grid" d="M\#(SVG.px(left)) \#(SVG.px(y(loss)))H\#(SVG.px(right))"/>"#,
        SVG.text(
          loss.fixed(step < 0.1 ? 2 : 1), x: left - 8, y: y(loss) + 4, "soft", anchor: "end"),
      ]
    }
    let path = line.map { "\(x($0.step)) \(SVG.px(y($0.loss)))" }.joined(separator: "L")
    parts.append(#"<path class="learned" d="M\#(path)"/>"#)
    for (step, loss) in progress.heldOut {
      parts.append(
        #"<circle class="held" cx="\#(x(Double(step)))" cy="\#(SVG.px(y(Double(loss))))" r="3"/>"#)
    }
    return parts
  }

  /// The losses, those of some steps each as one point at the last of them.
  private var means: [(step: Double, loss: Double)] {
    let size = (progress.losses.count + points - 1) / points
    return stride(from: 0, to: progress.losses.count, by: max(1, size)).map { start in
      let part = progress.losses[start..<min(start + size, progress.losses.count)]
      let sum = part.reduce(0.0) { $0 + Double($1) }
      return (Double(start + part.count), sum / Double(part.count))
    }
  }

  /// The least of 0.01, 0.02, 0.05, 0.1, … of which `range` is six at most.
  private static func gridStep(_ range: Double) -> Double {
    let powers = [0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5]
    return powers.flatMap { [$0, 2 * $0, 5 * $0] }.first { range <= 6 * $0 } ?? 1e6
  }
}
