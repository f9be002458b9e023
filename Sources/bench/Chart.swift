import Console

/// The rates as a picture in SVG: for each row, a bar of its share of each limit, and its tokens a
/// second.
struct Chart {
  /// Rows of one number of threads, those of a shape together.
  let rows: [Row]

  // All lengths are in pixels; a README is 860 wide.
  private let width = 860.0
  private let top = 82.0
  private let rowHeight = 16.0
  private let barHeight = 11.0
  private let shapeGap = 8.0
  private let decodeLeft = 172.0
  private let promptLeft = 522.0
  private let longestBar = 180.0

  /// The whole file.
  var svg: String {
    let height = y(ofRow: rows.count) + 36
    let tokens = rows.compactMap(\.prompt).first?.tokens ?? 0
    return SVG.picture(
      width: width, height: height,
      title: "Tokens per second beside the machine's limits. " + machine,
      style: style,
      [
        labels,
        panel(
          decodeLeft, "Decode, token by token", limit: "memory is read", unit: "GB/s", longest: 1.2,
          rows.map(\.decode)),
        panel(
          promptLeft, "A prompt of \(tokens) tokens", limit: "fp32 multiply-adds", unit: "GFLOP/s",
          rows.map { $0.prompt?.rate }),
        SVG.text(machine, x: 20, y: height - 14, "soft"),
      ])
  }

  private let style = """
    .shape { font-weight: 600; }
    .floats { fill: #3b82c4; } .bytes { fill: #d9822b; } .bits { fill: #2f9e6e; }
    .limit { stroke: #59636e; stroke-dasharray: 4 3; }
    @media (prefers-color-scheme: dark) { .limit { stroke: #9198a1; } }
    """

  private var machine: String {
    let threads = rows.first?.threads ?? 0
    return "\(Machine.name), \(Machine.cores) cores, \(threads) thread\(threads == 1 ? "" : "s")"
  }

  /// Names of shapes, once for each, and of formats.
  private var labels: String {
    rows.enumerated().map { i, row in
      let format = row.position == 0 ? row.format : "\(row.format) at \(row.position)"
      let y = y(ofRow: i) + 9.5
      let label = SVG.text(format, x: decodeLeft - 8, y: y, "soft", anchor: "end")
      let isFirst = i == 0 || rows[i - 1].shape != row.shape
      return isFirst
        ? SVG.text(String(row.shape.prefix(12)), x: 20, y: y, "shape") + "\n" + label : label
    }.joined(separator: "\n")
  }

  /// A bar and its figures for each row that has a rate, and the limit as a line.
  ///
  /// - Parameters:
  ///   - unit: of the limit, which counts 10^9 of it.
  ///   - longest: the share at which a bar is cut.
  private func panel(
    _ left: Double, _ title: String, limit: String, unit: String, longest: Double = .infinity,
    _ rates: [Rate?]
  ) -> String {
    let found = rates.compactMap(\.self)
    let longest = min(longest, max(1, found.map(\.share).max() ?? 1))
    let scale = longestBar / longest
    let (right, line) = (left + longestBar, left + scale)
    let (lineTop, lineEnd) = (SVG.px(top - 16), SVG.px(y(ofRow: rows.count) - shapeGap + 2))
    let most = found.isEmpty ? "" : " at \((found.map(\.limit).median / 1e9).fixed(0)) \(unit)"
    var parts = [
      SVG.text(title, x: left, y: 30, "title"),
      SVG.text(limit + most, x: max(line, left + 80), y: 58, "soft", anchor: "middle"),
    ]
    for (i, rate) in rates.enumerated() {
      guard let rate else { continue }
      let y = y(ofRow: i)
      let tokens = rate.tokensPerSecond.fixed(rate.tokensPerSecond < 100 ? 1 : 0)
      parts += [
        #"<rect class="\#(color(rows[i]))" x="\#(SVG.px(left))" y="\#(SVG.px(y))""#
          + #" width="\#(SVG.px(min(rate.share, longest) * scale))" height="\#(SVG.px(barHeight))" rx="2"/>"#,
        SVG.text(tokens + " tok/s", x: right + 80, y: y + 9.5, anchor: "end"),
        SVG.text(
          (100 * rate.share).fixed(0) + " %", x: right + 122, y: y + 9.5, "soft", anchor: "end"),
      ]
    }
    parts.append(#"<path class="limit" d="M\#(SVG.px(line)) \#(lineTop)V\#(lineEnd)"/>"#)
    return parts.joined(separator: "\n")
  }

  private func color(_ row: Row) -> String {
    let isFloat = ["32", "16"].contains { row.format.hasSuffix($0) }
    return isFloat ? "floats" : row.format.contains("8") ? "bytes" : "bits"
  }

  private func y(ofRow i: Int) -> Double {
    let gaps = (0..<i).count { $0 + 1 == rows.count || rows[$0 + 1].shape != rows[$0].shape }
    return top + Double(i) * rowHeight + Double(gaps) * shapeGap
  }
}
