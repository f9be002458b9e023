import Console

/// The rates of a table as a picture in SVG: bars in units of what memory allows.
struct Chart {
  /// Rows of one number of threads, those of a shape together.
  let rows: [Row]

  // All lengths are in pixels; a README is 860 wide.
  private let width = 860.0
  private let top = 84.0
  private let rowHeight = 21.0
  private let barHeight = 16.0
  private let shapeGap = 10.0
  private let decodePanel = Panel(left: 150, width: 200)
  private let promptPanel = Panel(left: 512, width: 200)

  /// Where bars begin, and how long the longest is.
  private struct Panel {
    let left: Double
    let width: Double
  }

  private struct Bar {
    /// Of the limit, 1 is all of it.
    let share: Double
    let tokensPerSecond: Double
    /// The share as text.
    let note: String
  }

  /// The whole file.
  var svg: String {
    let height = y(ofRow: rows.count) + 54
    let tokens = rows.compactMap(\.prompt).first?.tokens ?? 0
    let format = rows.first?.format ?? ""
    return #"""
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(px(width)) \#(px(height))"
        width="\#(px(width))" height="\#(px(height))" role="img">
      <title>Tokens per second. \#(escaped(limit))</title>
      \#(style)
      <rect class="card" width="100%" height="100%" rx="8"/>
      \#(labels)
      \#(panel(decodePanel, "Token by token", limit: "the memory's limit", rows.map(decodeBar)))
      \#(panel(
        promptPanel, "A prompt of \(tokens) tokens", limit: "the memory's limit in \(format)",
        rows.map(promptBar)))
      \#(text(machine, x: 20, y: height - 36, "soft"))
      \#(text(limit, x: 20, y: height - 18, "soft"))
      </svg>

      """#
  }

  private let style = """
    <style>
      text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
      text { fill: #1f2328; } .soft { fill: #59636e; } .card { fill: #ffffff; }
      .title { font-weight: 600; font-size: 14px; } .shape { font-weight: 600; }
      .fp32 { fill: #3b82c4; } .int8 { fill: #d9822b; }
      .limit { stroke: #59636e; stroke-dasharray: 4 3; }
      @media (prefers-color-scheme: dark) {
        text { fill: #e6edf3; } .soft { fill: #9198a1; } .card { fill: #0d1117; }
        .limit { stroke: #9198a1; }
      }
    </style>
    """

  private var machine: String {
    let threads = rows.first?.threads ?? 0
    return "\(Machine.name), \(Machine.cores) cores, \(threads) thread\(threads == 1 ? "" : "s")"
  }

  private var limit: String {
    let rate = (rows.map(\.decode.limit).median / 1e9).fixed(1)
    return "The memory's limit: all weights and the KV cache read for each token, at \(rate) GB/s"
  }

  private func decodeBar(_ row: Row) -> Bar {
    let share = row.decode.share
    return Bar(
      share: share, tokensPerSecond: row.decode.tokensPerSecond,
      note: (100 * share).fixed(0) + " %")
  }

  /// In units of the same limit for all formats of a shape, that of the first.
  private func promptBar(_ row: Row) -> Bar? {
    guard let prompt = row.prompt, let first = rows.first(where: { $0.shape == row.shape }) else {
      return nil
    }
    let share = prompt.tokensPerSecond / (first.decode.tokensPerSecond / first.decode.share)
    return Bar(
      share: share, tokensPerSecond: prompt.tokensPerSecond, note: share.fixed(1) + " ×")
  }

  /// Names of shapes, once for each, and of formats.
  private var labels: String {
    rows.enumerated().map { i, row in
      let format = row.position.map { "\(row.format) at \($0)" } ?? row.format
      let y = y(ofRow: i) + 12.5
      let label = text(format, x: decodePanel.left - 10, y: y, "soft", anchor: "end")
      let isFirst = i == 0 || rows[i - 1].shape != row.shape
      return isFirst ? text(row.shape, x: 20, y: y, "shape") + "\n" + label : label
    }.joined(separator: "\n")
  }

  /// A bar and its figures for each row that has one, and the limit as a line.
  private func panel(_ panel: Panel, _ title: String, limit: String, _ bars: [Bar?]) -> String {
    let unit = panel.width / max(1, bars.compactMap { $0?.share }.max() ?? 1)
    let (right, line) = (panel.left + panel.width, panel.left + unit)
    let (lineTop, lineEnd) = (px(top - 16), px(y(ofRow: rows.count) - shapeGap + 2))
    var parts = [
      text(title, x: panel.left, y: 30, "title"),
      text(limit, x: max(line, panel.left + 70), y: 60, "soft", anchor: "middle"),
    ]
    for (i, bar) in bars.enumerated() {
      guard let bar else { continue }
      let y = y(ofRow: i)
      let rate = bar.tokensPerSecond.fixed(bar.tokensPerSecond < 100 ? 1 : 0)
      parts += [
        #"<rect class="\#(rows[i].format)" x="\#(px(panel.left))" y="\#(px(y))""#
          + #" width="\#(px(bar.share * unit))" height="\#(px(barHeight))" rx="2"/>"#,
        text(rate + " tok/s", x: right + 78, y: y + 12.5, anchor: "end"),
        text(bar.note, x: right + 124, y: y + 12.5, "soft", anchor: "end"),
      ]
    }
    parts.append(#"<path class="limit" d="M\#(px(line)) \#(lineTop)V\#(lineEnd)"/>"#)
    return parts.joined(separator: "\n")
  }

  private func y(ofRow i: Int) -> Double {
    let gaps = (0..<i).count { $0 + 1 == rows.count || rows[$0 + 1].shape != rows[$0].shape }
    return top + Double(i) * rowHeight + Double(gaps) * shapeGap
  }

  private func text(
    _ content: String, x: Double, y: Double, _ style: String? = nil, anchor: String = "start"
  ) -> String {
    let style = style.map { #" class="\#($0)""# } ?? ""
    return #"<text x="\#(px(x))" y="\#(px(y))" text-anchor="\#(anchor)"\#(style)>"#
      + escaped(content) + "</text>"
  }

  private func px(_ length: Double) -> String { length.fixed(1) }

  private func escaped(_ text: String) -> String {
    let entities: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
    return text.map { entities[$0] ?? String($0) }.joined()
  }
}
