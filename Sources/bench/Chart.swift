/// The rates of a table as a picture: bars in units of what memory allows a token at a time.
struct Chart {
  /// Rows with one number of threads.
  let rows: [Row]

  // All lengths are in pixels; a README is 860 wide.
  private let width = 860.0
  private let barHeight = 16.0
  private let rowHeight = 21.0
  private let groupGap = 10.0
  private let top = 84.0
  private let decode = Panel(left: 150, barWidth: 210)
  private let prompt = Panel(left: 520, barWidth: 210)

  /// Where bars begin, and how long the longest is.
  private struct Panel {
    let left: Double
    let barWidth: Double
  }

  /// The whole file.
  var svg: String {
    let height = y(ofRow: rows.count) + 34
    let parts =
      [
        panel(
          decode, "Token by token",
          rows.map { row in
            (row.decode.share, row.decode.tokensPerSecond, (100 * row.decode.share).fixed(0) + " %")
          }),
        panel(
          prompt, "Prompt of \(rows.compactMap(\.prompt).first?.tokens ?? 0) tokens at once",
          rows.map { row in
            guard let prompt = row.prompt else { return nil }
            let share = prompt.tokensPerSecond / row.decode.tokensPerSecond * row.decode.share
            return (share, prompt.tokensPerSecond, share.fixed(1) + " ×")
          }),
      ] + labels + [text(caption, x: 20, y: height - 16, "soft")]
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width.fixed(0))" height="\(height.fixed(0))" \
      viewBox="0 0 \(width.fixed(0)) \(height.fixed(0))" role="img" aria-label="\(escaped(caption))">
      \(style)
      <rect class="card" width="100%" height="100%" rx="8"/>
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private let style = """
    <style>
      text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; \
    fill: #1f2328; }
      .title { font-weight: 600; font-size: 14px; } .shape { font-weight: 600; }
      .soft { fill: #59636e; } .card { fill: #ffffff; }
      .fp32 { fill: #3b82c4; } .int8 { fill: #d9822b; }
      .limit { stroke: #59636e; stroke-dasharray: 4 3; }
      @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; } .soft { fill: #9198a1; } .card { fill: #0d1117; }
        .limit { stroke: #9198a1; }
      }
    </style>
    """

  private var caption: String {
    let threads = rows.first?.threads ?? 0
    let limit = (rows.map(\.decode.limit).median / 1e9).fixed(1)
    return "\(Machine.name), \(Machine.cores) cores, \(threads) thread\(threads == 1 ? "" : "s")."
      + " Its memory delivers \(limit) GB/s."
  }

  /// Names of shapes, once for each, and of formats.
  private var labels: [String] {
    rows.indices.flatMap { i in
      let row = rows[i]
      let format = row.position.map { "\(row.format) at \($0)" } ?? row.format
      let baseline = y(ofRow: i) + 12.5
      let label = text(format, x: decode.left - 10, y: baseline, "soft", anchor: "end")
      guard i == 0 || rows[i - 1].shape != row.shape else { return [label] }
      return [text(row.shape, x: 20, y: baseline, "shape"), label]
    }
  }

  /// Bars for all rows that have a share of the limit, and the limit as a line.
  private func panel(
    _ panel: Panel, _ title: String, _ bars: [(share: Double, rate: Double, note: String)?]
  ) -> String {
    let scale = panel.barWidth / max(1, bars.compactMap { $0?.share }.max() ?? 1)
    let limit = panel.left + scale
    var parts = [
      text(title, x: panel.left, y: 30, "title"),
      text("the memory's limit", x: max(limit, panel.left + 50), y: 60, "soft", anchor: "middle"),
    ]
    for (i, bar) in bars.enumerated() {
      guard let bar else { continue }
      let end = panel.left + bar.share * scale
      parts.append(
        "<rect class=\"\(rows[i].format)\" x=\"\(panel.left.fixed(0))\" y=\"\(y(ofRow: i).fixed(1))\""
          + " width=\"\((bar.share * scale).fixed(1))\" height=\"\(barHeight.fixed(0))\" rx=\"2\"/>"
      )
      let rate = bar.rate.fixed(bar.rate < 100 ? 1 : 0)
      // Clear of the line, where the bar ends short of it.
      let x = (end...end + 110).contains(limit) ? limit : end
      parts.append(text("\(rate) tok/s, \(bar.note)", x: x + 6, y: y(ofRow: i) + 12.5))
    }
    parts.append(
      "<path class=\"limit\" d=\"M\(limit.fixed(1)) \((top - 16).fixed(0))"
        + "V\((y(ofRow: rows.count) - groupGap + 2).fixed(0))\"/>")
    return parts.joined(separator: "\n")
  }

  /// Rows of a shape stand together.
  private func y(ofRow i: Int) -> Double {
    let groups = (1..<max(1, i + 1)).count {
      $0 >= rows.count || rows[$0].shape != rows[$0 - 1].shape
    }
    return top + Double(i) * rowHeight + Double(groups) * groupGap
  }

  private func text(
    _ content: String, x: Double, y: Double, _ style: String? = nil, anchor: String? = nil
  ) -> String {
    "<text x=\"\(x.fixed(1))\" y=\"\(y.fixed(1))\"" + (style.map { " class=\"\($0)\"" } ?? "")
      + (anchor.map { " text-anchor=\"\($0)\"" } ?? "") + ">\(escaped(content))</text>"
  }

  private func escaped(_ text: String) -> String {
    let entities: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"]
    return text.map { entities[$0] ?? String($0) }.joined()
  }
}
