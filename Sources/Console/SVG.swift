/// Pictures in SVG that fit a page in light and dark. Lengths are in pixels.
package enum SVG {
  /// A whole file.
  ///
  /// - Parameter style: CSS beside that of all pictures, which knows text, "soft" text and "title"s.
  package static func picture(
    width: Double, height: Double, title: String, style: String, _ parts: [String]
  ) -> String {
    #"""
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(px(width)) \#(px(height))"
      width="\#(px(width))" height="\#(px(height))" role="img">
    <title>\#(escaped(title))</title>
    <style>
    text { font: 11px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
    text { fill: #1f2328; } .soft { fill: #59636e; } .card { fill: #ffffff; }
    .title { font-weight: 600; font-size: 14px; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .soft { fill: #9198a1; } .card { fill: #0d1117; }
    }
    \#(style)
    </style>
    <rect class="card" width="100%" height="100%" rx="8"/>
    \#(parts.joined(separator: "\n"))
    </svg>

    """#
  }

  package static func text(
    _ content: String, x: Double, y: Double, _ style: String? = nil, anchor: String = "start"
  ) -> String {
    let style = style.map { #" class="\#($0)""# } ?? ""
    return #"<text x="\#(px(x))" y="\#(px(y))" text-anchor="\#(anchor)"\#(style)>"#
      + escaped(content) + "</text>"
  }

  package static func px(_ length: Double) -> String { length.fixed(1) }

  private static func escaped(_ text: String) -> String {
    let entities: [Character: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]
    return text.map { entities[$0] ?? String($0) }.joined()
  }
}
